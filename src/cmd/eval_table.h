/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_CMD_EVAL_TABLE_H
#define PHGEN_CMD_EVAL_TABLE_H

#include "base/json.h"

#include <stdio.h>

/*
 * An evaluation's summary (docs/eval.md) as tables of at most 80 columns.
 * Members that are missing leave their line or table out.
 */
void eval_table_print(const cJSON *summary, FILE *out);

/* A line for each pair of "comparisons"; with the number of tests. */
void eval_table_print_pairs(const cJSON *comparisons, FILE *out);

#define EVAL_SHARE 64

/* "12.3 (9.8-15.4)", in percent, of a member with its interval; "-" for null.
 */
void eval_table_share(const cJSON *figures, const char *rate, const char *low,
                      const char *high, char text[EVAL_SHARE]);

#endif
