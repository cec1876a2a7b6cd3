/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_CMD_AUDITING_H
#define PHGEN_CMD_AUDITING_H

#include "base/err.h"
#include "run/audit.h"

#include <stdbool.h>

/*
 * Says on standard error what people's verdicts add up to (run/audit.h):
 * residual harm, agreement, rows that they differ on; with `json` all of it on
 * standard output.  -1 with a sentence when nobody rated anything.
 */
int auditing_tell(const char *folder, const struct audit_result *r, bool json,
                  struct err *err);

/* Prints a tree as a line of JSON on standard output. */
int auditing_print(const cJSON *tree, struct err *err);

#endif
