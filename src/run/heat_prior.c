/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What was learned as what is believed, by vertex: of an earlier run, and of
 * its rows that were tested on another target.
 */
#include "run/heat.h"

#include <math.h>
#include <stdlib.h>

/* Near-duplicates are left out: the new run has rows of its own. */
static struct belief discounted(const struct heat_count *n)
{
    double tried = n->candidates - n->duplicates, share = HEAT_PRIOR_SHARE;
    struct belief b = {0};

    if (!(tried > 0))
        return b;
    share = fmin(share, HEAT_PRIOR_MOST / tried);
    b.tried = share * tried;
    b.won = share * fmin(n->rows, tried);
    b.calls = share * n->calls * tried / n->candidates;
    return b;
}

int heat_believe(const cJSON *tree, const struct concepts *c, struct planner *p,
                 struct err *err)
{
    size_t n = concepts_count(c), i;
    struct heat_count *at = calloc(n + 1, sizeof(*at)), all = heat_count(tree);
    struct belief b;

    if (at == NULL)
        return err_nomem(err);
    heat_place(tree, c, at);
    for (i = 0; i < n; i++) {
        b = discounted(&at[i]);
        planner_believe(p, (int)i, &b);
    }
    b = discounted(&all);
    planner_believe_all(p, &b);
    free(at);
    return 0;
}

static struct belief sum(struct belief b, double like,
                         const struct heat_count *n, double calls)
{
    double share =
        n->candidates > 0 ? fmin(1, HEAT_PRIOR_MOST / n->candidates) : 0;

    b.tried = like * b.tried + share * n->candidates;
    b.won = like * b.won + share * n->rows;
    b.calls = like * b.calls + share * n->candidates * calls;
    return b;
}

int heat_believe_tested(const cJSON *tree, const struct concepts *c,
                        struct planner *p, double calls, struct err *err)
{
    size_t n = concepts_count(c), i;
    struct heat_count *at = calloc(n + 1, sizeof(*at)), all = heat_count(tree);
    double like = all.candidates > 0 ? all.rows / all.candidates : 1;
    struct belief b;

    if (at == NULL)
        return err_nomem(err);
    heat_place(tree, c, at);
    for (i = 0; i < n; i++) {
        b = sum(planner_belief(p, (int)i), like, &at[i], calls);
        planner_believe(p, (int)i, &b);
    }
    free(at);
    return 0;
}
