/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_GRAPH_PLANNER_H
#define PHGEN_GRAPH_PLANNER_H

#include "base/concept.h"
#include "base/err.h"
#include "graph/bandit.h"
#include "graph/concepts.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Which path next: a walk category -> trigger -> sense -> task and setting,
 * seeded, that fills category quotas, prefers what was used little and leans
 * toward what gave accepted rows for few calls (see bandit.h).
 *
 *      struct planner *p = planner_new(graph, &options, err);
 *      planner_plan(p, seq, &path);          for seq = 1, 2, 3, ...
 *      planner_learn(p, &path, &outcome);    for seq = 1, 2, 3, ...
 *
 * Plans come in sequence order, and so do outcomes; the caller applies the
 * outcome of candidate j before the plan of candidate k exactly when
 * j <= k - W.  Then a plan depends on the seed and on decided candidates
 * alone, whatever the timing.
 *
 * A fixed share of the plans is drawn uniformly, whatever was learned: the
 * category among the wanted ones, then the trigger, sense, task and setting.
 * With `uniform` all are: nothing is remembered, no quota is kept.
 *
 * A quota is no hard cap.  A category keeps it while a row there costs at
 * most PLANNER_DEAR times the calls of the cheapest category's; at twice that
 * it has none left, and what it gave up is shared by the others.
 */
#define PLANNER_DEAR    3.0
#define PLANNER_EXPLORE 0.05

struct planner_options {
    uint64_t seed;
    uint64_t n;           /* rows wanted in all */
    const bool *category; /* by index, which are wanted; NULL: all */
    bool uniform;
    double explore; /* share of plans drawn uniformly, 0 to 1 */
};

/* How a candidate ended. */
struct planner_outcome {
    bool accepted;
    bool duplicate; /* near an earlier row: its region is crowded */
    uint32_t calls; /* that it took, all agents */
};

struct planner; /* heap; borrows the graph */

struct planner *planner_new(const struct concepts *graph,
                            const struct planner_options *options,
                            struct err *err);
void planner_free(struct planner *p);

/* Rows wanted of each category, by index, instead of about as many of all;
 * before the first plan.  Categories with 0 are not wanted, unless all are. */
void planner_set_quotas(struct planner *p, const uint64_t quota[]);

void planner_plan(struct planner *p, uint64_t seq, struct path *out);
void planner_learn(struct planner *p, const struct path *path,
                   const struct planner_outcome *outcome);

/* What an earlier run learned of a vertex, already discounted; before the
 * first plan. */
void planner_believe(struct planner *p, int vertex, const struct belief *prior);
/* The same of all candidates together. */
void planner_believe_all(struct planner *p, const struct belief *prior);

/* What is believed of a vertex now. */
struct belief planner_belief(const struct planner *p, int vertex);

/* Rows wanted of a category (by index) while all cost about the same; unless
 * they were set, they differ by at most one. */
uint64_t planner_quota(const struct planner *p, size_t category);

#endif
