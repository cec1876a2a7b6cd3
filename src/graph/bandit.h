/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_GRAPH_BANDIT_H
#define PHGEN_GRAPH_BANDIT_H

#include "base/rng.h"

/*
 * What is believed of a region of the concept graph: how often a candidate
 * from it becomes a row, and how many calls a candidate takes.
 *
 * Acceptance is a beta-binomial hierarchy: the prior of a child's rate is a
 * beta distribution whose mean is its parent's rate, worth BANDIT_PRIOR
 * candidates, so that a region with little data borrows from the one above:
 *
 *      rate | parent ~ Beta(P parent + won, P (1 - parent) + tried - won)
 *
 * Thompson sampling (Thompson, Biometrika 25, 1933; Chapelle & Li, NIPS 2011)
 * down the hierarchy draws a category's rate, then a trigger's given that
 * draw, and so on (Hong, Kveton, Zaheer & Ghavamzadeh, "Hierarchical Bayesian
 * Bandits", AISTATS 2022, with Beta instead of Gaussian models).  The prior's
 * weight is fixed, not learned.  The calls of a candidate are a mean that is
 * shrunk towards the parent's in the same way.
 *
 * Counts are fractions because what an earlier run learned comes discounted.
 */
#define BANDIT_PRIOR 2.0

struct belief {
    double tried; /* candidates decided */
    double won;   /* of them, accepted */
    double calls; /* that they took, all agents */
};

void belief_add(struct belief *b, double won, double calls);

/* Posterior means. */
double belief_rate(const struct belief *b, double parent);
double belief_cost(const struct belief *b, double parent);

/* A draw from the posterior of the rate. */
double belief_draw(const struct belief *b, double parent, struct rng *r);

#endif
