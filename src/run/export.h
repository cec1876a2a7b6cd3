/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_RUN_EXPORT_H
#define PHGEN_RUN_EXPORT_H

#include "base/err.h"
#include "base/json.h"
#include "dataset/export.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * From the rows of a run to files in another form: which rows go out, and
 * which of them into which file.
 *
 *      cJSON *done = export_write(&job, err);
 *
 * Without splits, balance and controls, rows go through one at a time.  Else
 * the file is read twice: the first time some 40 bytes a row are kept (and,
 * to split, a near-duplicate index), from which it is decided what goes
 * where; the second time it is written.
 *
 * Splits.  Rows that share a trigger, or are near-duplicates (Jaccard of
 * character 5-grams at or over `near`), directly or through others, are one
 * group, and a group goes into one split as a whole, so that a model is not
 * tested on what it was trained on.  Groups go, the largest first, to the
 * split that lacks most; equals in an order that the seed gives.  The leak
 * that is left is measured: of each later split the rows that are near one of
 * the first split (0.5 and over), the highest similarity, and the triggers in
 * common.
 *
 * Balance by category keeps of each as many as the smallest has; the seed
 * and the id say which.  Controls are mixed in as a share of all rows; their
 * responses are refusals (dataset/export.h).
 */
#define EXPORT_SPLITS_MAX 8

struct export_split {
    char name[32];
    double share; /* of the rows; all add up to 1 */
};

struct export_job {
    const struct export_format *format;
    struct export_options options;
    const char *rows;     /* dataset.jsonl */
    const char *controls; /* controls.jsonl, or NULL */
    const char *out;      /* folder */
    const char *extras;   /* seeds/export */
    struct export_split splits[EXPORT_SPLITS_MAX];
    size_t nsplits; /* 0: one file, data.* */
    bool balance;   /* by category */
    double mix;     /* share of controls in the whole, 0 to 0.9 */
    double near;
    uint64_t seed;
    bool zstd;
};

/* "train=0.9,test=0.1" */
int export_parse_splits(const char *text, struct export_job *job,
                        struct err *err);

/*
 * Writes the files.  What was done, as a tree (the caller deletes it):
 * {"format", "rows" read, "written", "controls", "left_out": {why: n},
 * "files": [{"name", "split", "rows", "records"}], "groups", "largest_group",
 * "leakage": [{"split", "near", "highest", "shared_triggers"}]}.
 */
cJSON *export_write(const struct export_job *job, struct err *err);

#endif
