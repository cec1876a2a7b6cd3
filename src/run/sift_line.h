/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_RUN_SIFT_LINE_H
#define PHGEN_RUN_SIFT_LINE_H

#include "base/err.h"
#include "base/str.h"
#include "dataset/shelf.h"
#include "dedup/batch.h"
#include "run/look.h"
#include "run/sift.h"

#include <stdbool.h>

/*
 * The JSON lines of run/sift.h's two files, appended to `out` without the line
 * break.
 */

/* Of `report`: a row, where it stands, and what became of it. */
void sift_line_row(struct str *out, const struct sift_options *o,
                   const struct ruling *d, const struct shelf_item *at);

/* Of `pairs`: two rows, the other one perhaps of the against set, with their
 * texts; `meant`: found by the second look. */
int sift_line_pair(struct str *out, const struct sift_options *o,
                   const struct batch_pair *p, bool meant, struct shelf *rows,
                   struct shelf *known, struct err *err);

#endif
