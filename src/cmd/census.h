/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_CMD_CENSUS_H
#define PHGEN_CMD_CENSUS_H

#include "base/err.h"
#include "dataset/metrics.h"

#include <stddef.h>
#include <stdint.h>
#include <uthash.h>

/*
 * What is in a set of prompts, counted: for `phgen stats`.
 *
 *      struct census *c = census_new(1000, seed, err);
 *      census_file(c, "xstest.csv", NULL, err);      any set
 *      census_rows(c, "run/dataset.jsonl", err);     our own rows, besides
 *      census_free(c);
 */
struct name_count {
    UT_hash_handle hh;
    uint64_t n;
    char name[];
};

#define CENSUS_LENGTHS 2000 /* longer prompts count as this many words */

struct census {
    uint64_t rows, skipped, all_words, answered;
    uint64_t words[CENSUS_LENGTHS + 1];              /* prompts by length */
    struct name_count *labels, *categories, *shapes; /* the most first */
    struct name_count *triggers, *senses, *rounds;   /* of our own rows */
    struct metrics *metrics;
    struct metrics_result result;
};

struct census *census_new(uint64_t sample, uint64_t seed, struct err *err);
void census_free(struct census *c); /* accepts NULL */

int census_file(struct census *c, const char *path, const char *column,
                struct err *err);
int census_rows(struct census *c, const char *path, struct err *err);

/* The length in words that `share` of the prompts do not pass. */
size_t census_quantile(const struct census *c, double share);
double census_mean(const struct census *c); /* words */

/* Shannon's entropy over its maximum: 1 when all are equally frequent
 * (Pielou 1966). */
double census_evenness(const struct name_count *all);

/* How many prompts are near-duplicates of one in `known`: Jaccard of
 * character 5-grams, exact. */
int census_against(const char *path, const char *column, const char *known,
                   double threshold, uint64_t *near, struct err *err);

#endif
