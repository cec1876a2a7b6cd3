/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A parent's rate of exactly 0 or 1 would leave a child no doubt whatever its
 * data say, and a beta distribution needs both parameters positive: rates are
 * kept EDGE away from both ends.
 */
#include "graph/bandit.h"

#include <math.h>

#define EDGE 1e-3

void belief_add(struct belief *b, double won, double calls)
{
    b->tried += 1;
    b->won += won;
    b->calls += calls;
}

double belief_rate(const struct belief *b, double parent)
{
    return (b->won + BANDIT_PRIOR * parent) / (b->tried + BANDIT_PRIOR);
}

double belief_cost(const struct belief *b, double parent)
{
    return (b->calls + BANDIT_PRIOR * parent) / (b->tried + BANDIT_PRIOR);
}

double belief_draw(const struct belief *b, double parent, struct rng *r)
{
    double p = fmin(fmax(parent, EDGE), 1 - EDGE);

    return rng_beta(r, b->won + BANDIT_PRIOR * p,
                    b->tried - b->won + BANDIT_PRIOR * (1 - p));
}
