/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_BUILTIN_ORCHESTRATE_H
#define PHGEN_BUILTIN_ORCHESTRATE_H

#include "base/str.h"

#include <cjson/cJSON.h>

/*
 * The embedded orchestrator: a table of rules over the evidence, first match
 * wins.  Evidence that cannot be read counts for nothing.  Appends
 * {"reason", "decision"}.
 */
void builtin_orchestrate(const cJSON *evidence, struct str *out);

#endif
