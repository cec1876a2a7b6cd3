/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Beliefs about what the target refuses, made of counts.
 */
#include "run/heat_spot.h"
#include "graph/bandit.h"

#include <string.h>

#define RATE_UNKNOWN 0.5 /* when nothing was asked at all */

double heat_rate(const struct heat_count *n, double otherwise)
{
    return n->prompts > 0 ? n->refused / n->prompts : otherwise;
}

double heat_posterior(const struct heat_count *n, double above)
{
    struct belief b = {n->prompts, n->refused, 0};

    return belief_rate(&b, above);
}

struct heat_spot heat_spot_all(const cJSON *tree)
{
    struct heat_spot s = {.node = tree, .n = heat_count(tree)};

    s.posterior = heat_rate(&s.n, RATE_UNKNOWN);
    return s;
}

struct heat_spot heat_spot_below(const struct heat_spot *above,
                                 const cJSON *child)
{
    struct heat_spot s = *above;

    if (s.category == NULL)
        s.category = child->string;
    else if (s.trigger == NULL)
        s.trigger = child->string;
    else
        s.sense = child->string;
    s.node = child;
    s.n = heat_count(child);
    s.posterior = heat_posterior(&s.n, above->posterior);
    return s;
}

int heat_spot_order(const struct heat_spot *a, const struct heat_spot *b)
{
    if (a->posterior != b->posterior)
        return a->posterior < b->posterior ? 1 : -1;
    if (a->n.prompts != b->n.prompts)
        return a->n.prompts < b->n.prompts ? 1 : -1;
    return strcmp(a->category, b->category);
}
