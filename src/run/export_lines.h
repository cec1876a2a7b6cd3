/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_RUN_EXPORT_LINES_H
#define PHGEN_RUN_EXPORT_LINES_H

#include "base/err.h"
#include "base/json.h"
#include "dataset/export.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * The lines that an export reads: a run's rows and after them its controls,
 * as if they were one file.
 *
 *      struct export_lines l;
 *      int got = export_lines_open(&l, rows, controls, err);
 *
 *      while (got == 0 &&
 *             (got = export_lines_next(&l, &text, &len, err)) == 1) {
 *              json = export_lines_row(&l, text, len, &row, err);
 *              got = json != NULL ? 0 : -1;
 *              cJSON_Delete(json);
 *      }
 *      export_lines_close(&l);         also when opening failed
 *
 * A line is valid until the next; errors name the file and the line.
 */
struct export_lines {
    struct source *source;
    const char *second;
    bool control; /* the line is of the second file */
};

/* Borrows the paths; `controls` may be NULL. */
int export_lines_open(struct export_lines *l, const char *rows,
                      const char *controls, struct err *err);
void export_lines_close(struct export_lines *l);

/* 1, 0 at the end of the last file, -1. */
int export_lines_next(struct export_lines *l, char **line, size_t *len,
                      struct err *err);

/* The row of a line, which must be a control in the second file and none in
 * the first; the caller deletes the tree, which `row` points into.  NULL with
 * a sentence. */
cJSON *export_lines_row(const struct export_lines *l, const char *line,
                        size_t len, struct export_row *row, struct err *err);

#endif
