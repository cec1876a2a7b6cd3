/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A batch is what a target lacks and no more, so that as few answers as
 * possible are paid for, at the price of a few more rounds of waiting.
 */
#include "run/sampling.h"

static enum sampling target_state(const struct dialogue_plan *p,
                                  const struct target_result *t)
{
    if (t->refusals >= p->min_refusals)
        return SAMPLING_REFUSED;
    if (t->passed_over || p->min_refusals - t->refusals > p->samples - t->asked)
        return SAMPLING_ANSWERED;
    return SAMPLING_MORE;
}

enum sampling sampling_state(const struct dialogue_plan *p,
                             const struct candidate *c)
{
    size_t t, refused = 0, open = 0;

    for (t = 0; t < p->ntargets; t++) {
        refused += target_state(p, &c->targets[t]) == SAMPLING_REFUSED;
        open += target_state(p, &c->targets[t]) == SAMPLING_MORE;
    }
    if (refused >= p->min_targets)
        return SAMPLING_REFUSED;
    return refused + open < p->min_targets ? SAMPLING_ANSWERED : SAMPLING_MORE;
}

uint32_t sampling_batch(const struct dialogue_plan *p,
                        const struct target_result *t)
{
    return target_state(p, t) == SAMPLING_MORE ? p->min_refusals - t->refusals
                                               : 0;
}
