/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_RUN_DIFF_SIDE_H
#define PHGEN_RUN_DIFF_SIDE_H

#include "base/err.h"
#include "base/json.h"
#include "dataset/result.h"

#include <stddef.h>
#include <stdint.h>
#include <uthash.h>

/*
 * One side of a comparison (run/diff.h), read from its folder: a run's or an
 * evaluation's rows, with what each column says of them.
 */
#define DIFF_COLUMNS_MAX 1024

struct diff_row {
    UT_hash_handle hh; /* by id; in the order of the file */
    char *id, *prompt;
    enum result_group group;
    uint8_t *said; /* by column: a verdict and 1; 0: none */
};

struct diff_side {
    const char *folder; /* borrowed */
    bool is_eval;
    cJSON *about; /* the manifest, or the summary */
    char **columns;
    size_t ncolumns;
    struct diff_row *rows;
};

/* All zero before; released by the caller also after a failure. */
int diff_side_read(struct diff_side *s, const char *folder, struct err *err);
void diff_side_release(struct diff_side *s);

struct diff_row *diff_side_find(const struct diff_side *s, const char *id);

#endif
