/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Two kinds of numbers steer the walk.  `planned` counts plans made, so that
 * even within the window, where nothing is decided yet, no region is sent
 * out twice by accident.  The belief counts decided candidates.  Every vertex
 * has one of each: a category's are the sums of its triggers' and so on down
 * to the task; a setting has its own.
 *
 * A category's trigger shares its vertex with other categories; beliefs are
 * kept by vertex all the same, since a word that a model balks at in one
 * category makes it balk in another.
 *
 * At each step down, the child with the largest
 *
 *      (drawn rate / expected calls) * novelty
 *
 * is taken.  Novelty falls with the share of the child's room that is used
 * up: a task has room for itself bare and in each setting of its sense, and
 * the vertices above have that of their tasks.  Where all rates are alike the
 * walk therefore goes round evenly; where they differ it goes more often,
 * not only, where the rows are.
 *
 * The cost of a plan is that of looking at the neighbours on the way, however
 * many plans were made before.
 */
#include "graph/planner.h"
#include "base/rng.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define WAYS_MAX     32   /* settings of a task that are told apart */
#define BARE         0.6  /* of the first uses of a task */
#define USED_WAY     1e-3 /* how a setting weighs that the task had already */
#define ROOT_RATE    0.5  /* before anything is known */
#define ROOT_COST    12.0
#define ANY_CATEGORY SIZE_MAX

struct tally {
    struct belief belief;
    uint32_t planned;
    uint32_t decided, rows; /* of this run, without what was believed */
    uint32_t room;          /* different prompts to be had below */
    uint32_t ways; /* of a task: which settings it went out with; bit 0: bare */
};

struct planner {
    const struct concepts *graph;
    struct planner_options options;
    struct tally *tally; /* by vertex */
    struct belief all;
    bool *wanted; /* by category index */
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

void planner_set_quotas(struct planner *p, const uint64_t quota[])
{
    size_t i;

    p->options.n = 0;
    for (i = 0; i < p->ncategories; i++)
        p->options.n += p->quota[i] = quota[i];
    for (i = 0; i < p->ncategories && p->options.n > 0; i++)
        p->wanted[i] = quota[i] > 0;
}

static void add_room(struct planner *p, int sense)
{
    struct neighbours settings = concepts_near(p->graph, sense, VERTEX_SETTING);
    struct neighbours tasks = concepts_near(p->graph, sense, VERTEX_TASK);
    struct neighbours triggers = concepts_near(p->graph, sense, VERTEX_TRIGGER);
    uint32_t ways = 1 + (uint32_t)settings.n;
    size_t i;

    for (i = 0; i < tasks.n; i++)
        p->tally[tasks.vertex[i]].room = ways;
    for (i = 0; i < settings.n; i++)
        p->tally[settings.vertex[i]].room += (uint32_t)tasks.n;
    p->tally[sense].room = ways * (uint32_t)tasks.n;
    p->tally[triggers.vertex[0]].room += ways * (uint32_t)tasks.n;
}

static void set_room(struct planner *p)
{
    struct neighbours senses;
    size_t i, k;

    for (i = 0; i < p->ncategories; i++) {
        senses = concepts_near(p->graph, concepts_category_vertex(p->graph, i),
                               VERTEX_SENSE);
        for (k = 0; k < senses.n; k++)
            add_room(p, senses.vertex[k]);
    }
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
    set_room(p);
    p->options.category = NULL; /* copied; the caller's may go away */
    return p;
}

uint64_t planner_quota(const struct planner *p, size_t category)
{
    return p->quota[category];
}

void planner_believe(struct planner *p, int vertex, const struct belief *prior)
{
    p->tally[vertex].belief = *prior;
}

void planner_believe_all(struct planner *p, const struct belief *prior)
{
    p->all = *prior;
}

struct belief planner_belief(const struct planner *p, int vertex)
{
    return p->tally[vertex].belief;
}

/* Where a walk stands. */
struct steps {
    size_t category;
    int trigger, sense, task, setting; /* setting: -1 for none */
};

/* --- the uniform draw --- */

static int any(struct neighbours near, struct rng *r)
{
    return near.vertex[rng_below(r, near.n)];
}

static size_t any_category(const struct planner *p, struct rng *r)
{
    double weight[CATEGORIES_MAX];
    size_t i;

    for (i = 0; i < p->ncategories; i++)
        weight[i] = p->wanted[i];
    return rng_weighted(r, weight, p->ncategories);
}

static int any_sense(const struct planner *p, int trigger, size_t category,
                     struct rng *r)
{
    struct neighbours near = concepts_near(p->graph, trigger, VERTEX_SENSE);
    uint64_t here = 0;
    int chosen = -1;
    size_t i;

    for (i = 0; i < near.n; i++)
        if (concepts_sense_category(p->graph, near.vertex[i]) == category &&
            rng_below(r, ++here) == 0)
            chosen = near.vertex[i];
    assert(chosen >= 0);
    return chosen;
}

static struct steps stray(const struct planner *p, struct rng *r)
{
    struct neighbours near;
    struct steps s;
    uint64_t way;

    s.category = any_category(p, r);
    s.trigger = any(
        concepts_near(p->graph, concepts_category_vertex(p->graph, s.category),
                      VERTEX_TRIGGER),
        r);
    s.sense = any_sense(p, s.trigger, s.category, r);
    s.task = any(concepts_near(p->graph, s.sense, VERTEX_TASK), r);
    near = concepts_near(p->graph, s.sense, VERTEX_SETTING);
    way = rng_below(r, near.n + 1);
    s.setting = way > 0 ? near.vertex[way - 1] : -1;
    return s;
}

/* --- the walk --- */

/* What may be hoped for at a vertex: a draw of its rate, the calls. */
struct outlook {
    double rate, cost;
};

static struct outlook look(const struct tally *t, struct outlook parent,
                           struct rng *r)
{
    struct outlook o = {belief_draw(&t->belief, parent.rate, r),
                        belief_cost(&t->belief, parent.cost)};

    return o;
}

/* Falls to a quarter when a third of the room is used. */
static double novelty(const struct tally *t)
{
    double crowd = 1 + 3 * (double)t->planned / t->room;

    return 1 / (crowd * crowd);
}

static double appeal(const struct tally *t, struct outlook o)
{
    return o.rate / o.cost * novelty(t);
}

/* --- the category --- */

/* The share of its quota that a category keeps; see planner.h. */
static double kept(double yield, double best)
{
    return fmax(fmin(2 * PLANNER_DEAR * yield / best - 1, 1), 0);
}

static const struct tally *category_tally(const struct planner *p, size_t i)
{
    return &p->tally[concepts_category_vertex(p->graph, i)];
}

/*
 * Draws the outlook of each wanted category, and what it keeps of its quota
 * by that; returns the sum of these.  A quota goes by the draw or the mean,
 * whichever is larger (May, Korda, Lee & Leslie, "Optimistic Bayesian
 * Sampling in Contextual-Bandit Problems", JMLR 13, 2012): an unlucky draw
 * must not move it, a hopeful one keeps the category in play.
 */
static double look_at_categories(const struct planner *p, struct outlook root,
                                 struct outlook at[], double keeps[],
                                 struct rng *r)
{
    double yield[CATEGORIES_MAX], best = 0, sum = 0, mean;
    size_t i;

    for (i = 0; i < p->ncategories; i++) {
        const struct tally *t = category_tally(p, i);

        if (!p->wanted[i])
            continue;
        at[i] = look(t, root, r);
        mean = belief_rate(&t->belief, root.rate);
        yield[i] = fmax(at[i].rate, mean) / at[i].cost;
        best = fmax(best, mean / at[i].cost);
    }
    for (i = 0; i < p->ncategories; i++) {
        keeps[i] =
            p->wanted[i] ? kept(yield[i], best) * (double)p->quota[i] : 0;
        sum += keeps[i];
    }
    return sum;
}

/*
 * Weighs categories by the rows they still lack, what is on its way
 * discounted by its yield; once what is on its way will do, by the quotas.
 */
static size_t pick_category(const struct planner *p, struct outlook *o,
                            struct rng *r)
{
    struct outlook root = *o, at[CATEGORIES_MAX];
    double keeps[CATEGORIES_MAX], weight[CATEGORIES_MAX], lacking = 0, sum;
    const struct tally *t;
    size_t i;

    sum = look_at_categories(p, root, at, keeps, r);
    for (i = 0; i < p->ncategories; i++) {
        t = category_tally(p, i);
        weight[i] = 0;
        if (keeps[i] > 0)
            weight[i] = fmax((double)p->options.n * keeps[i] / sum - t->rows -
                                 belief_rate(&t->belief, root.rate) *
                                     (t->planned - t->decided),
                             0);
        lacking += weight[i];
    }
    i = rng_weighted(r, lacking > 0 ? weight : keeps, p->ncategories);
    if (i == p->ncategories) /* every draw was hopeless: any will do */
        i = any_category(p, r);
    *o = at[i];
    return i;
}

/* --- below the category --- */

/* The most appealing of the neighbours; of senses only those that belong to
 * the category. */
static int pick(const struct planner *p, struct neighbours near,
                size_t category, struct outlook *o, struct rng *r)
{
    struct outlook parent = *o, at;
    double best = -1, x;
    int chosen = -1;
    size_t i;

    for (i = 0; i < near.n; i++) {
        const struct tally *t = &p->tally[near.vertex[i]];

        if (category != ANY_CATEGORY &&
            concepts_sense_category(p->graph, near.vertex[i]) != category)
            continue;
        at = look(t, parent, r);
        x = appeal(t, at);
        if (x > best) {
            best = x;
            chosen = near.vertex[i];
            *o = at;
        }
    }
    assert(chosen >= 0); /* a category-trigger edge stands for a sense */
    return chosen;
}

/*
 * A task mostly goes out bare the first time, as people ask; a further use
 * needs a setting that it had not yet to be a different prompt.
 */
static int pick_setting(const struct planner *p, int sense, int task,
                        struct outlook o, struct rng *r)
{
    struct neighbours near = concepts_near(p->graph, sense, VERTEX_SETTING);
    uint32_t ways = p->tally[task].ways;
    double best = -1, x;
    int chosen = -1;
    size_t i;

    if (near.n == 0 || ((ways & 1) == 0 && rng_unit(r) < BARE))
        return -1;
    for (i = 0; i < near.n; i++) {
        const struct tally *t = &p->tally[near.vertex[i]];

        x = appeal(t, look(t, o, r));
        if (i + 1 < WAYS_MAX && (ways >> (i + 1) & 1) != 0)
            x *= USED_WAY;
        if (x > best) {
            best = x;
            chosen = near.vertex[i];
        }
    }
    return chosen;
}

static struct steps walk(const struct planner *p, struct rng *r)
{
    struct outlook o = {belief_rate(&p->all, ROOT_RATE),
                        belief_cost(&p->all, ROOT_COST)};
    struct steps s;

    s.category = pick_category(p, &o, r);
    s.trigger = pick(
        p,
        concepts_near(p->graph, concepts_category_vertex(p->graph, s.category),
                      VERTEX_TRIGGER),
        ANY_CATEGORY, &o, r);
    s.sense = pick(p, concepts_near(p->graph, s.trigger, VERTEX_SENSE),
                   s.category, &o, r);
    s.task = pick(p, concepts_near(p->graph, s.sense, VERTEX_TASK),
                  ANY_CATEGORY, &o, r);
    s.setting = pick_setting(p, s.sense, s.task, o, r);
    return s;
}

/* --- a plan --- */

static void mark_way(struct planner *p, const struct steps *s)
{
    struct neighbours near = concepts_near(p->graph, s->sense, VERTEX_SETTING);
    size_t i;

    if (s->setting < 0)
        p->tally[s->task].ways |= 1;
    for (i = 0; i < near.n && i + 1 < WAYS_MAX; i++)
        if (near.vertex[i] == s->setting)
            p->tally[s->task].ways |= UINT32_C(1) << (i + 1);
}

void planner_plan(struct planner *p, uint64_t seq, struct path *out)
{
    struct rng r = rng_for(p->options.seed, seq, "plan");
    bool blind = p->options.uniform || rng_unit(&r) < p->options.explore;
    struct steps s = blind ? stray(p, &r) : walk(p, &r);

    out->category = &p->categories[s.category];
    out->trigger = concepts_text(p->graph, s.trigger);
    out->forms = concepts_forms(p->graph, s.trigger);
    out->sense = concepts_text(p->graph, s.sense);
    out->setting = s.setting >= 0 ? concepts_text(p->graph, s.setting) : NULL;
    out->sense_vertex = s.sense;
    out->setting_vertex = s.setting;
    out->kind = concepts_kind(p->graph, s.task);
    out->task = concepts_text(p->graph, s.task);
    out->task_vertex = s.task;
    mark_way(p, &s);
    p->tally[concepts_category_vertex(p->graph, s.category)].planned++;
    p->tally[s.trigger].planned++;
    p->tally[s.sense].planned++;
    p->tally[s.task].planned++;
    if (s.setting >= 0)
        p->tally[s.setting].planned++;
}

/* --- learning --- */

static void learn(struct planner *p, int vertex,
                  const struct planner_outcome *o)
{
    struct tally *t = &p->tally[vertex];

    belief_add(&t->belief, o->accepted, o->calls);
    t->decided++;
    t->rows += o->accepted;
}

void planner_learn(struct planner *p, const struct path *path,
                   const struct planner_outcome *o)
{
    int task = path->task_vertex, sense = path->sense_vertex;
    int trigger = concepts_near(p->graph, sense, VERTEX_TRIGGER).vertex[0];
    size_t category = concepts_sense_category(p->graph, sense);

    learn(p, task, o);
    learn(p, sense, o);
    learn(p, trigger, o);
    learn(p, concepts_category_vertex(p->graph, category), o);
    if (path->setting_vertex >= 0)
        learn(p, path->setting_vertex, o);
    belief_add(&p->all, o->accepted, o->calls);
    /* A near-duplicate shows that there was less room than it seemed. */
    if (o->duplicate) {
        p->tally[task].planned++;
        p->tally[sense].planned++;
        p->tally[trigger].planned++;
    }
}
