/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_DATASET_EVALUATION_INSIDE_H
#define PHGEN_DATASET_EVALUATION_INSIDE_H

#include "dataset/evaluation.h"

#include <uthash.h>

/* What an evaluation is made of, for its own files only. */

/* What rows are split by. */
enum split { SPLIT_CATEGORY, SPLIT_DOMAIN, SPLIT_SET, SPLITS };

struct part {
    UT_hash_handle hh;
    enum split split;
    enum result_group group;
    struct evaluation_tally tally;
    char key[]; /* split, group, name */
};
#define KEY_NAME 2 /* where the name begins in the key */

struct subject {
    char *model, *variant, *served;
    struct evaluation_tally groups[RESULT_GROUPS];
    struct part *parts;
};

struct evaluation {
    struct subject *subjects;
    size_t n;
    uint8_t *verdicts; /* by row and subject */
    uint8_t *groups;   /* by row */
    size_t rows, cap;
    size_t at; /* the subject whose result comes next */
};

/* Appends the member "comparisons". */
int evaluation_add_pairs(const struct evaluation *e, uint64_t seed,
                         cJSON *summary, struct err *err);

#endif
