/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_RUN_HEAT_SPOT_H
#define PHGEN_RUN_HEAT_SPOT_H

#include "base/json.h"
#include "run/heat.h"

/*
 * Walking down the tree of counts (run/heat.h), with what is believed of each
 * concept's refusal rate.
 *
 *      struct heat_spot all = heat_spot_all(tree), category;
 *      const cJSON *child;
 *
 *      cJSON_ArrayForEach(child, json_object(tree, "categories"))
 *              category = heat_spot_below(&all, child);
 *
 * The posterior of a rate is the mean of a beta distribution around that of
 * the concept above (graph/bandit.h): what was asked little stands near its
 * category, not at 0 or 1.  A spot borrows from the tree.
 */
struct heat_spot {
    const char *category, *trigger, *sense; /* NULL below its own level */
    const cJSON *node;
    struct heat_count n;
    double posterior; /* of all: the rate */
};

/* The share of the prompts that were refused; `otherwise` without prompts. */
double heat_rate(const struct heat_count *n, double otherwise);
double heat_posterior(const struct heat_count *n, double above);

struct heat_spot heat_spot_all(const cJSON *tree);
/* `child` is a category of all, a trigger of a category, a sense of one. */
struct heat_spot heat_spot_below(const struct heat_spot *above,
                                 const cJSON *child);

/* For sorting: the highest posterior first, of equals the most prompts, then
 * by category. */
int heat_spot_order(const struct heat_spot *a, const struct heat_spot *b);

#endif
