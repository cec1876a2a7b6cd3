/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_RUN_VERDICT_LINE_H
#define PHGEN_RUN_VERDICT_LINE_H

#include "run/jury.h"
#include "run/opinion.h"
#include "run/truth.h"

#include <stdio.h>

/*
 * A line of verdicts.jsonl: a row's place, its "labels", and for each judge
 * that is measured on it a "verdict" and "reason" by task.  `file` is the name
 * of the row's.  Whether it could be written the stream's owner finds out.
 */
void verdict_line_write(FILE *out, const char *file,
                        const struct truth_row *row, const struct jury *y,
                        const struct opinion *opinions);

#endif
