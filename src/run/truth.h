/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_RUN_TRUTH_H
#define PHGEN_RUN_TRUTH_H

#include "base/call.h"
#include "base/err.h"
#include "dataset/known.h"
#include "dataset/reader.h"
#include "run/judging.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Rows that people labeled, out of the files of run/judging.h, one after the
 * other, up to the limit.
 *
 *      truths_init(&r, &options, err);
 *      while ((got = truths_next(&r, &row, err)) == 1)
 *              ... truth_row_release(&row);
 *      truths_release(&r);                       also after -1
 */
struct truth_row {
    size_t file, line;                /* the file's index in the options */
    char *id, *type, *prompt, *reply; /* NULL: it has none; never the prompt */
    struct turns turns;               /* before the prompt */
    int truth[KNOWN_TASKS];           /* -1: no label */
};

struct truths {
    const struct judging_options *options; /* borrowed */
    struct reader *reader;                 /* of the file that is read */
    size_t file;
    const struct known_set **sets; /* by file; NULL: no row of it was read */
    uint64_t rows;
};

int truths_init(struct truths *r, const struct judging_options *options,
                struct err *err);
void truths_release(struct truths *r);

/* 1 with a row, 0 after the last, -1.  The row is the caller's to release,
 * whatever comes back. */
int truths_next(struct truths *r, struct truth_row *row, struct err *err);
void truth_row_release(struct truth_row *row);

bool truth_is_labeled(const struct truth_row *row); /* for any task */

#endif
