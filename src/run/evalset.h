/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_RUN_EVALSET_H
#define PHGEN_RUN_EVALSET_H

#include "base/err.h"
#include "base/hash.h"
#include "base/json.h"
#include "dataset/result.h"

#include <stddef.h>
#include <stdint.h>

/*
 * The rows that models are evaluated on, out of one or more files.
 *
 *      struct evalset *s = evalset_new(&options, err);
 *      evalset_add(s, "output/demo", err);     a run: dataset and controls
 *      evalset_add(s, "xstest_prompts.csv", err);
 *      ... evalset_at(s, i), i < evalset_size(s) ...
 *      evalset_free(s);
 *
 * Published sets are told by their columns (dataset/known.h), which give each
 * row its label and category.  A row is asked once: of rows with the same
 * conversation, in one file or several, the first stands, and the others are
 * counted.  Its id is that of a record (run/record.h), so that the same prompt
 * has the same id wherever it comes from.
 */
struct evalset_row {
    char *id, *prompt;
    char *category, *domain; /* NULL: not known */
    char *focus;             /* words with commas between; NULL: none */
    cJSON *messages; /* the conversation, up to the request; NULL: it alone */
    const char *set; /* the set's */
    uint64_t line;
    enum result_group group;
};

struct evalset_options {
    const char *column;      /* of the prompt; NULL: the first known one */
    enum result_group group; /* of rows that have no label */
};

struct evalset; /* heap */

struct evalset *evalset_new(const struct evalset_options *options,
                            struct err *err);
void evalset_free(struct evalset *s); /* accepts NULL */

/* All of a file, or of a run's folder. */
int evalset_add(struct evalset *s, const char *path, struct err *err);

size_t evalset_size(const struct evalset *s);
const struct evalset_row *evalset_at(const struct evalset *s, size_t i);

/* Over ids, labels, categories and focus words, in order. */
struct hash128 evalset_hash(const struct evalset *s);

/* [{"set", "kind", "rows", "duplicates", "harmless", ...}]; the caller's. */
cJSON *evalset_describe(const struct evalset *s);

#endif
