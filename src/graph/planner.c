/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Two kinds of numbers steer the walk.  `planned` counts plans made, so that
 * even within the window, where nothing is decided yet, no region is sent
 * out twice by accident.  `tried` and `won` count decided candidates and give
 * the acceptance rates.  Every vertex has one of each: a category's are the
 * sums of its triggers' and so on down to the task.
 *
 * A category's trigger shares its vertex with other categories; rates are
 * kept by vertex all the same, since a word that a model balks at in one
 * category makes it balk in another.
 */
#include "graph/planner.h"
#include "base/rng.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define CHOICES_MAX 512
#define PRIOR       3.0  /* how many trials a parent's rate counts for */
#define FLOOR       0.05 /* exploration: no rate weighs less */

struct tally {
    uint32_t planned, tried, won;
};

struct planner {
    const struct concepts *graph;
    struct planner_options options;
    struct tally *tally; /* by vertex */
    bool *wanted;        /* by category index */
    uint64_t *quota;
    size_t ncategories;
    const struct category *categories;
};

void planner_free(struct planner *p)
{
    if (p == NULL)
        return;
    free(p->tally);
    free(p->wanted);
    free(p->quota);
    free(p);
}

/* Spreads n over the wanted categories; the first ones get the remainder. */
static int set_quotas(struct planner *p, struct err *err)
{
    uint64_t wanted = 0, given = 0;
    size_t i;

    for (i = 0; i < p->ncategories; i++) {
        p->wanted[i] = p->options.category == NULL || p->options.category[i];
        wanted += p->wanted[i];
    }
    if (wanted == 0)
        return err_set(err, "no category is wanted; name at least one");
    for (i = 0; i < p->ncategories; i++) {
        if (!p->wanted[i])
            continue;
        p->quota[i] = p->options.n / wanted + (given < p->options.n % wanted);
        given++;
    }
    return 0;
}

struct planner *planner_new(const struct concepts *graph,
                            const struct planner_options *options,
                            struct err *err)
{
    struct planner *p = calloc(1, sizeof(*p));

    if (p == NULL) {
        err_nomem(err);
        return NULL;
    }
    p->graph = graph;
    p->options = *options;
    p->ncategories = concepts_categories(graph, &p->categories);
    p->tally = calloc(concepts_count(graph) + 1, sizeof(*p->tally));
    p->wanted = calloc(p->ncategories + 1, sizeof(*p->wanted));
    p->quota = calloc(p->ncategories + 1, sizeof(*p->quota));
    if (p->tally == NULL || p->wanted == NULL || p->quota == NULL) {
        err_nomem(err);
        planner_free(p);
        return NULL;
    }
    if (set_quotas(p, err) != 0) {
        planner_free(p);
        return NULL;
    }
    p->options.category = NULL; /* copied; the caller's may go away */
    return p;
}

uint64_t planner_quota(const struct planner *p, size_t category)
{
    return p->quota[category];
}

/* Posterior mean of a vertex's acceptance rate. */
static double rate(const struct planner *p, int vertex, double parent)
{
    const struct tally *t = &p->tally[vertex];

    return (t->won + PRIOR * parent) / (t->tried + PRIOR);
}

/*
 * Rows a category still lacks, what is on its way discounted by its yield.
 * A category that yields next to nothing keeps a small share, so that a run
 * neither starves it nor spends itself on it.
 */
static double need(const struct planner *p, size_t category)
{
    int v = concepts_category_vertex(p->graph, category);
    const struct tally *t = &p->tally[v];
    double yield = rate(p, v, 0.5);
    double lacking =
        (double)p->quota[category] - t->won - yield * (t->planned - t->tried);

    if (!p->wanted[category])
        return 0;
    if (lacking < 0.5)
        return 1e-6;
    return lacking * fmax(fmin(4 * yield, 1), FLOOR);
}

static size_t pick_category(const struct planner *p, struct rng *r)
{
    double weight[CATEGORIES_MAX];
    size_t i;

    for (i = 0; i < p->ncategories; i++)
        weight[i] = need(p, i);
    return rng_weighted(r, weight, p->ncategories);
}

/* How a choice weighs: its rate, over how often it went out already. */
static double appeal(const struct planner *p, int vertex, double size,
                     double parent)
{
    double used = p->tally[vertex].planned / size;

    return size * fmax(rate(p, vertex, parent), FLOOR) /
           ((1 + used) * (1 + used) * (1 + used));
}

static int pick(const struct planner *p, struct rng *r, struct neighbours near,
                double parent)
{
    double weight[CHOICES_MAX];
    size_t i, n = near.n < CHOICES_MAX ? near.n : CHOICES_MAX;

    for (i = 0; i < n; i++)
        weight[i] = appeal(p, near.vertex[i], near.weight[i], parent);
    return near.vertex[rng_weighted(r, weight, n)];
}

/* A sense of the trigger that belongs to the category. */
static int pick_sense(const struct planner *p, struct rng *r, int trigger,
                      size_t category, double parent)
{
    struct neighbours near = concepts_near(p->graph, trigger, VERTEX_SENSE);
    double weight[CHOICES_MAX];
    size_t i, n = near.n < CHOICES_MAX ? near.n : CHOICES_MAX;

    for (i = 0; i < n; i++) {
        bool here =
            concepts_sense_category(p->graph, near.vertex[i]) == category;

        weight[i] = here ? appeal(p, near.vertex[i], 1, parent) : 0;
    }
    i = rng_weighted(r, weight, n);
    assert(i < n); /* the category-trigger edge stands for a sense */
    return near.vertex[i];
}

/*
 * A first use of a task mostly goes out bare, as people ask; a further use
 * needs a setting to be a different prompt.
 */
static const char *pick_setting(struct planner *p, struct rng *r, int sense,
                                bool used)
{
    struct neighbours near = concepts_near(p->graph, sense, VERTEX_SETTING);
    int setting;

    if (near.n == 0 || rng_unit(r) < (used ? 0.1 : 0.6))
        return NULL;
    setting = pick(p, r, near, 1);
    p->tally[setting].planned++;
    return concepts_text(p->graph, setting);
}

void planner_plan(struct planner *p, uint64_t seq, struct path *out)
{
    struct rng r = rng_for(p->options.seed, seq, "plan");
    size_t category = pick_category(p, &r);
    int cv = concepts_category_vertex(p->graph, category);
    double crate = rate(p, cv, 0.5), trate;
    int trigger, sense, task;

    trigger = pick(p, &r, concepts_near(p->graph, cv, VERTEX_TRIGGER), crate);
    trate = rate(p, trigger, crate);
    sense = pick_sense(p, &r, trigger, category, trate);
    task = pick(p, &r, concepts_near(p->graph, sense, VERTEX_TASK),
                rate(p, sense, trate));
    out->category = &p->categories[category];
    out->trigger = concepts_text(p->graph, trigger);
    out->forms = concepts_forms(p->graph, trigger);
    out->sense = concepts_text(p->graph, sense);
    out->setting = pick_setting(p, &r, sense, p->tally[task].planned > 0);
    out->kind = concepts_kind(p->graph, task);
    out->task = concepts_text(p->graph, task);
    out->task_vertex = task;
    p->tally[cv].planned++;
    p->tally[trigger].planned++;
    p->tally[sense].planned++;
    p->tally[task].planned++;
}

static void learn(struct planner *p, int vertex, bool accepted)
{
    p->tally[vertex].tried++;
    p->tally[vertex].won += accepted;
}

void planner_learn(struct planner *p, const struct path *path, bool accepted)
{
    int task = path->task_vertex;
    int sense = concepts_near(p->graph, task, VERTEX_SENSE).vertex[0];
    size_t category = concepts_sense_category(p->graph, sense);

    learn(p, task, accepted);
    learn(p, sense, accepted);
    learn(p, concepts_near(p->graph, sense, VERTEX_TRIGGER).vertex[0],
          accepted);
    learn(p, concepts_category_vertex(p->graph, category), accepted);
}
