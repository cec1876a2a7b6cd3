/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_RUN_SAMPLING_H
#define PHGEN_RUN_SAMPLING_H

#include "agent/candidate.h"
#include "run/dialogue.h"

#include <stdint.h>

/*
 * k of m: does a candidate count as refused, and whom to ask how often next?
 * Pure, over what the targets have shown so far.
 *
 * A target refuses when `min_refusals` of at most `samples` answers do; a
 * candidate is refused when `min_targets` targets do.  Nobody is asked more
 * than can still change the outcome: a target is left when it has its
 * refusals, or can no longer get them, and all are when the number of targets
 * is settled.  The outcome is the same as if everybody had been asked
 * `samples` times.
 */
enum sampling { SAMPLING_MORE, SAMPLING_REFUSED, SAMPLING_ANSWERED };

enum sampling sampling_state(const struct dialogue_plan *p,
                             const struct candidate *c);

/* How often to ask target `t` now: what it lacks to refuse; 0 when it is
 * decided. */
uint32_t sampling_batch(const struct dialogue_plan *p,
                        const struct target_result *t);

#endif
