/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_DATASET_KNOWN_H
#define PHGEN_DATASET_KNOWN_H

#include "dataset/reader.h"

#include <stdbool.h>

/*
 * Published sets with labels, told by their columns: where each keeps the
 * reply, what kind of prompt it is, and what people said of it.
 *
 *      r = reader_open(path, NULL, err);
 *      while (reader_next(r, &row, err) == 1) {
 *              s = s != NULL ? s : known_find(path, r);
 *              harm = known_harm(known_label(s, r, KNOWN_HARM));
 *              cls = refusal_label_find(known_label(s, r, KNOWN_REFUSAL));
 *      }
 *
 * A set is a row of KNOWN_SETS, which says where its columns are documented.
 * What no row fits is read by the last one, "other", which knows the usual
 * names.  A label is the text that stands in the file, since one column may
 * hold labels of two kinds (xstest-response): known_harm() reads those of
 * harm, refusal_label_find() (agent/refusal.h) those of refusal, and each
 * says -1 to the other's.
 *
 * Sets that are published as Parquet only must be written as JSON Lines or
 * CSV first, with the names of their columns kept.
 *
 * To add a set: one row in KNOWN_SETS, before the rows that also fit it; its
 * words in known_harm(), when they are new; a file of its shape in
 * tests/unit/test_known.c.
 */
enum known_task {
    KNOWN_HARM,       /* of the prompt: enum known_harm_class */
    KNOWN_REPLY_HARM, /* of the reply: likewise, never controversial */
    KNOWN_REFUSAL,    /* by the reply: enum refusal_class */
    KNOWN_TASKS
};

const char *known_task_name(enum known_task t); /* "prompt_harm", ... */
int known_task_find(const char *name);          /* -1: none of them */

enum known_harm_class {
    KNOWN_HARMLESS,
    KNOWN_CONTROVERSIAL,
    KNOWN_HARMFUL,
    KNOWN_HARM_CLASSES
};

#define KNOWN_HAS 4 /* columns that tell a set */

struct known_set {
    const char *name;   /* "xstest-prompts" */
    const char *source; /* paper, and where the columns are documented */
    const char *file;   /* must be in the file's name, in any case; or NULL */
    const char *has[KNOWN_HAS]; /* columns that the first row must have */
    const char *reply;          /* its column; NULL: none */
    const char *type;           /* likewise: what results are split by */
    struct {
        const char *column; /* NULL: the set says nothing of this task */
        const char *fixed;  /* label of every row, where none stands in it */
        bool contrast;      /* ... or "unsafe" where `type` begins so */
    } labels[KNOWN_TASKS];
};
extern const struct known_set KNOWN_SETS[]; /* ends with "other" */

/* Columns of replies, the usual ones first; ends with NULL. */
extern const char *const KNOWN_REPLIES[];

/* The set that the row read last is of; never NULL.  `path` is only looked at
 * for its name. */
const struct known_set *known_find(const char *path, const struct reader *r);
const struct known_set *known_find_name(const char *name); /* or NULL */

/* Of the row read last; NULL when it has none.  Borrowed until the next call
 * on the reader. */
const char *known_label(const struct known_set *s, const struct reader *r,
                        enum known_task task);
const char *known_reply(const struct known_set *s, const struct reader *r);
const char *known_type(const struct known_set *s, const struct reader *r);

/* The class that a label of harm means, in any letter case; -1 for NULL and
 * for a word that says nothing about harm. */
int known_harm(const char *label);
const char *known_harm_name(enum known_harm_class c); /* "harmless", ... */

#endif
