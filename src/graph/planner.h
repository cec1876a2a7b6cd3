/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_GRAPH_PLANNER_H
#define PHGEN_GRAPH_PLANNER_H

#include "base/concept.h"
#include "base/err.h"
#include "graph/concepts.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Which path next: a weighted walk category -> trigger -> sense -> task and
 * setting, seeded, that fills category quotas, prefers what was used little
 * and leans toward what was accepted before.
 *
 *      struct planner *p = planner_new(graph, &options, err);
 *      planner_plan(p, seq, &path);          for seq = 1, 2, 3, ...
 *      planner_learn(p, &path, accepted);    for seq = 1, 2, 3, ...
 *
 * Plans come in sequence order, and so do outcomes; the caller applies the
 * outcome of candidate j before the plan of candidate k exactly when
 * j <= k - W.  Then a plan depends on the seed and on decided candidates
 * alone, whatever the timing.
 *
 * The acceptance rate of a trigger or sense is the posterior mean of a beta
 * distribution whose prior is its parent's rate, so a leaf with little data
 * borrows from the level above.
 */
struct planner_options {
    uint64_t seed;
    uint64_t n;           /* rows wanted in all */
    const bool *category; /* by index, which are wanted; NULL: all */
};

struct planner; /* heap; borrows the graph */

struct planner *planner_new(const struct concepts *graph,
                            const struct planner_options *options,
                            struct err *err);
void planner_free(struct planner *p);

void planner_plan(struct planner *p, uint64_t seq, struct path *out);
void planner_learn(struct planner *p, const struct path *path, bool accepted);

/* Rows wanted of a category (by index); quotas differ by at most one. */
uint64_t planner_quota(const struct planner *p, size_t category);

#endif
