/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_RUN_LOOK_H
#define PHGEN_RUN_LOOK_H

#include "base/err.h"
#include "dataset/shelf.h"
#include "dedup/batch.h"
#include "run/desk.h"
#include "run/semantic.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * The second look of run/sift.h: what near-dedup kept goes through
 * run/semantic.h, and what that finds is dropped, too.
 *
 *      look_open(&l, desk, model, 0.9, err);
 *      while ((got = look_step(&l, &rows, 100, err)) == 1) ...
 *      while (look_next(&l, &ruling)) ...         got is 0: every row, in order
 *      while (look_next_pair(&l, &pair)) ...
 *      look_close(&l);                            also after -1
 */
struct ruling {
    struct batch_verdict v;
    bool meant; /* dropped by the second look */
};

/* What is looked at, borrowed; the batch has had its last row. */
struct look_rows {
    struct batch *batch;
    struct shelf *rows, *known; /* both keep */
    uint64_t nrows, nknown;
    bool longest; /* the longest of several is kept, not the first */
};

struct look {
    struct semantic *semantic;
    struct ruling *decided; /* of all rows; NULL before the first step */
    uint64_t rows;
    uint64_t *kept;        /* rows in the order in which they are looked at */
    uint64_t nkept, given; /* texts given to it, the against set first */
    uint64_t told, paired; /* read back for verdicts, and for pairs */
    uint64_t embed;        /* texts */
};

int look_open(struct look *l, struct desk *desk, const char *model,
              double cosine, struct err *err);
void look_close(struct look *l);

/* 1: go on; 0: rulings stand; -1. */
int look_step(struct look *l, const struct look_rows *of, int timeout_ms,
              struct err *err);

/* The next row's ruling, and the next pair that was found: false at the end. */
bool look_next(struct look *l, struct ruling *out);
bool look_next_pair(struct look *l, struct batch_pair *out);

uint64_t look_bytes(const struct look *l); /* of memory */

#endif
