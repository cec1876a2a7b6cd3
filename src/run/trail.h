/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_RUN_TRAIL_H
#define PHGEN_RUN_TRAIL_H

#include "agent/candidate.h"
#include "base/json.h"

#include <stddef.h>

/*
 * What the earlier rounds of a candidate showed: a JSON array with an object a
 * round, "round", "move", "prompt", "ended" and perhaps "detail", the
 * "verdicts" by judge, and by target what the samples were like.
 *
 * Added right before candidate_next_round(), which forgets that evidence.
 * `*trail` is the caller's, to be deleted with cJSON_Delete(); NULL: this is
 * the first round, and a new array is made.
 */
void trail_add(cJSON **trail, const struct candidate *c, size_t njudges,
               enum drop why, const char *detail);

#endif
