/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_RUN_EXPORT_FILES_H
#define PHGEN_RUN_EXPORT_FILES_H

#include "base/err.h"
#include "base/json.h"
#include "run/export.h"

#include <stddef.h>
#include <stdint.h>

/*
 * The files that an export writes: one a split, or data.*, and what of
 * seeds/export/ goes with the format.
 *
 *      struct export_files f = {.job = job};
 *
 *      export_files_open(&f, err);
 *      export_files_add(&f, &row, split, err);         each row
 *      export_files_commit(&f, err);
 *      export_files_abandon(&f);                       always
 *
 * Until they are committed no file is there under its name; one that is given
 * up leaves nothing.  The folder must be there.
 */
struct export_files {
    const struct export_job *job;
    struct sink *sinks[EXPORT_SPLITS_MAX];
    uint64_t rows[EXPORT_SPLITS_MAX];
    uint64_t records[EXPORT_SPLITS_MAX]; /* kto makes two of a row */
};

int export_files_open(struct export_files *f, struct err *err);
int export_files_add(struct export_files *f, const struct export_row *row,
                     size_t split, struct err *err);
int export_files_commit(struct export_files *f, struct err *err);
void export_files_abandon(struct export_files *f);

uint64_t export_files_rows(const struct export_files *f); /* in all */

/* [{"name", "split", "rows", "records"}]; the caller deletes it. */
cJSON *export_files_report(const struct export_files *f);

#endif
