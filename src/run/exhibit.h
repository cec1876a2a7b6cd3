/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_RUN_EXHIBIT_H
#define PHGEN_RUN_EXHIBIT_H

#include "base/err.h"
#include "base/json.h"
#include "run/overview.h"

#include <stddef.h>

/*
 * The rows of a run or an evaluation, one at a time, each with its evidence:
 * the table of the report page.
 *
 *      struct exhibit *x = exhibit_open("output/demo", 0, err);
 *      struct exhibit_row row;
 *      while ((got = exhibit_next(x, &row, err)) == 1) {
 *              ... row.cells, row.evidence ...
 *              exhibit_row_release(&row);
 *      }
 *      exhibit_close(x);
 *
 * `cells` is an array, null where a row has no such thing:
 *
 *      [source, prompt, category, label, refused, agreement, round, shape]
 *
 * source is the number given to exhibit_open(), `refused` a share: of a run's
 * row the rate of its first target, of an evaluation's that of the models and
 * variants with a verdict on it that refuse.
 *
 * `evidence` is the record of dataset.jsonl, or for an evaluation {"id",
 * "set", "line", "category", "label", "results": [a line of results.jsonl
 * each]}.  Any text in it longer than EXHIBIT_TEXT_MAX is cut, with "..."
 * behind.  Memory is that of one row.
 */
#define EXHIBIT_TEXT_MAX     2000 /* bytes */
#define EXHIBIT_SUBJECTS_MAX 1024 /* lines of one row in results.jsonl */

struct exhibit; /* heap */

struct exhibit_row {
    cJSON *cells, *evidence;
};

struct exhibit *exhibit_open(const char *folder, size_t source,
                             struct err *err);
void exhibit_close(struct exhibit *x); /* accepts NULL */

/* 1 and a row, 0 at the end, -1 with a sentence. */
int exhibit_next(struct exhibit *x, struct exhibit_row *row, struct err *err);
void exhibit_row_release(struct exhibit_row *row);

#endif
