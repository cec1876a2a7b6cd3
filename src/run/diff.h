/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_RUN_DIFF_H
#define PHGEN_RUN_DIFF_H

#include "base/err.h"
#include "base/json.h"

/*
 * Two runs, or two evaluations, side by side: which rows both have, what was
 * asked for differently, and what came out differently.
 *
 *      cJSON *d = diff_make("output/a", "output/b", err);
 *
 * Rows are the same when their ids are (run/record.h): the same conversation,
 * whatever folder and file it stands in.
 *
 * The tree (docs/eval.md): "kind", "a", "b", "rows", "config", "counts",
 * "categories", "measures", "changed".  A measure is a yes or no of each row:
 * of evaluations, whether a model in a variant refuses it, by label; of runs,
 * whether it is controversial, refused by its first target, refused partially.
 * Rates are of all rows of a side, with Wilson intervals; tests are of the
 * shared rows (dataset/paired.h), with Holm's correction over all of them.
 *
 * Models and variants are compared under their own name; when each side has
 * just one, under whatever name.
 */
cJSON *diff_make(const char *a, const char *b, struct err *err);

#endif
