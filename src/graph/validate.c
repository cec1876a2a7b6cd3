/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One function a kind of problem, each over one vertex.  The faults are what
 * the planner relies on without looking: a trigger of a category has a sense
 * there, a sense has a task.
 */
#include "graph/validate.h"
#include "base/names.h"
#include "base/str.h"
#include "base/text.h"
#include "graph/inside.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void problems_init(struct problems *p, size_t max)
{
    memset(p, 0, sizeof(*p));
    p->max = max;
}

void problems_release(struct problems *p)
{
    size_t i;

    for (i = 0; i < p->n; i++)
        free(p->text[i]);
    free(p->text);
    memset(p, 0, sizeof(*p));
}

static void __attribute__((format(printf, 2, 3)))
add(struct problems *p, const char *fmt, ...)
{
    char line[ERR_TEXT_MAX];
    char **more;
    va_list ap;

    if (p->n == p->max) {
        p->more++;
        return;
    }
    va_start(ap, fmt);
    vsnprintf(line, sizeof(line), fmt, ap);
    va_end(ap);
    more = realloc(p->text, (p->n + 1) * sizeof(*more));
    if (more == NULL) {
        p->bad = true;
        return;
    }
    p->text = more;
    p->text[p->n] = str_dup(line, strlen(line));
    if (p->text[p->n] == NULL)
        p->bad = true;
    else
        p->n++;
}

static bool joined(const struct concepts *c, int from, int to)
{
    struct neighbours near = concepts_near(c, from, c->v[to].type);
    size_t i;

    for (i = 0; i < near.n; i++)
        if (near.vertex[i] == to)
            return true;
    return false;
}

/* --- faults --- */

static bool has_sense_in(const struct concepts *c, int trigger, int category)
{
    struct neighbours near = concepts_near(c, trigger, VERTEX_SENSE);
    size_t i;

    for (i = 0; i < near.n; i++)
        if (joined(c, near.vertex[i], category))
            return true;
    return false;
}

static void check_category(const struct concepts *c, int i, struct problems *p)
{
    struct neighbours near = concepts_near(c, i, VERTEX_TRIGGER);
    size_t k;

    if (near.n == 0)
        add(p, "the category \"%.80s\" has no triggers", c->v[i].text);
    for (k = 0; k < near.n; k++)
        if (!has_sense_in(c, near.vertex[k], i))
            add(p,
                "the trigger \"%.60s\" is joined to the category \"%.60s\" but "
                "has no sense there",
                c->v[near.vertex[k]].text, c->v[i].text);
}

static void check_sense(const struct concepts *c, int i, struct problems *p)
{
    size_t triggers = concepts_near(c, i, VERTEX_TRIGGER).n;
    size_t categories = concepts_near(c, i, VERTEX_CATEGORY).n;

    if (triggers != 1)
        add(p, "the sense \"%.80s\" has %zu triggers, not one", c->v[i].text,
            triggers);
    if (categories != 1)
        add(p, "the sense \"%.80s\" has %zu categories, not one", c->v[i].text,
            categories);
    if (concepts_near(c, i, VERTEX_TASK).n == 0)
        add(p, "the sense \"%.80s\" has no tasks", c->v[i].text);
}

void concepts_find_faults(const struct concepts *c, struct problems *out)
{
    size_t i;

    for (i = 0; i < c->n; i++) {
        if (c->v[i].type == VERTEX_CATEGORY)
            check_category(c, (int)i, out);
        else if (c->v[i].type == VERTEX_SENSE)
            check_sense(c, (int)i, out);
    }
}

/* --- what makes a graph poor --- */

/* A sense's name may return at another trigger or in another category. */
static void add_key(const struct concepts *c, int i, struct str *key)
{
    struct neighbours near;

    str_addf(key, "%d/", (int)c->v[i].type);
    if (c->v[i].type == VERTEX_SENSE) {
        near = concepts_near(c, i, VERTEX_TRIGGER);
        str_addf(key, "%d/", near.n > 0 ? near.vertex[0] : -1);
        near = concepts_near(c, i, VERTEX_CATEGORY);
        str_addf(key, "%d/", near.n > 0 ? near.vertex[0] : -1);
    }
    text_normalise(c->v[i].text, strlen(c->v[i].text), key);
}

static void find_twins(const struct concepts *c, struct problems *p)
{
    struct name *all = NULL;
    struct str key;
    size_t i;

    str_init(&key, 1 << 16);
    for (i = 0; i < c->n; i++) {
        if (c->v[i].type == VERTEX_SETTING || c->v[i].type == VERTEX_TASK)
            continue; /* "Is it?" and "is it" are two tasks */
        str_clear(&key);
        add_key(c, (int)i, &key);
        if (names_find(all, key.s) != NULL)
            add(p, "the %s \"%.80s\" is there twice",
                vertex_type_name(c->v[i].type), c->v[i].text);
        else if (names_add(&all, key.s, (int)i, NULL) == NULL)
            p->bad = true;
    }
    names_free(&all);
    str_release(&key);
}

static void find_thin(const struct concepts *c, size_t min, struct problems *p)
{
    size_t i, n;

    for (i = 0; i < c->ncategories; i++) {
        n = concepts_near(c, c->category_vertex[i], VERTEX_TRIGGER).n;
        if (n > 0 && n < min)
            add(p,
                "the category \"%.60s\" has %zu trigger%s, fewer than %zu: a "
                "run would soon repeat itself there",
                c->categories[i].slug, n, n == 1 ? "" : "s", min);
    }
}

/* What a vertex must hang on to be of use. */
static bool reached(const struct concepts *c, int i)
{
    switch (c->v[i].type) {
    case VERTEX_TRIGGER:
        return concepts_near(c, i, VERTEX_CATEGORY).n > 0 &&
               concepts_near(c, i, VERTEX_SENSE).n > 0;
    case VERTEX_SETTING:
    case VERTEX_TASK:
    case VERTEX_ENTITY:
        return concepts_near(c, i, VERTEX_SENSE).n > 0;
    default:
        return true; /* told by check_sense() and check_category() */
    }
}

static void find_unreached(const struct concepts *c, struct problems *p)
{
    size_t i;

    for (i = 0; i < c->n; i++)
        if (!reached(c, (int)i))
            add(p, "no walk reaches the %s \"%.80s\"",
                vertex_type_name(c->v[i].type), c->v[i].text);
}

/* A sense and its trigger must lie in the same category. */
static void find_crossed(const struct concepts *c, struct problems *p)
{
    struct neighbours t, k;
    size_t i;

    for (i = 0; i < c->n; i++) {
        if (c->v[i].type != VERTEX_SENSE)
            continue;
        t = concepts_near(c, (int)i, VERTEX_TRIGGER);
        k = concepts_near(c, (int)i, VERTEX_CATEGORY);
        if (t.n == 1 && k.n == 1 && !joined(c, t.vertex[0], k.vertex[0]))
            add(p,
                "no walk reaches the sense \"%.60s\": its trigger \"%.40s\" is "
                "not joined to its category \"%.40s\"",
                c->v[i].text, c->v[t.vertex[0]].text, c->v[k.vertex[0]].text);
    }
}

static void find_odd_tasks(const struct concepts *c, struct problems *p)
{
    struct neighbours senses, triggers;
    const struct vertex *t;
    struct err why;
    size_t i, k;

    for (i = 0; i < c->n; i++) {
        if (c->v[i].type != VERTEX_TASK)
            continue;
        senses = concepts_near(c, (int)i, VERTEX_SENSE);
        for (k = 0; k < senses.n; k++) {
            triggers = concepts_near(c, senses.vertex[k], VERTEX_TRIGGER);
            if (triggers.n != 1)
                continue;
            t = &c->v[triggers.vertex[0]];
            if (concept_check_task(c->v[i].kind, t->text, t->forms,
                                   c->v[i].text, &why) != 0)
                add(p, "a task is not what its kind says: %s", why.text);
        }
    }
}

/* An edge between types that no walk takes. */
static void find_odd_edges(const struct concepts *c, struct problems *p)
{
    static const bool may[VERTEX_TYPES][VERTEX_TYPES] = {
        [VERTEX_CATEGORY] = {[VERTEX_TRIGGER] = true, [VERTEX_SENSE] = true},
        [VERTEX_TRIGGER] = {[VERTEX_SENSE] = true},
        [VERTEX_SENSE] = {[VERTEX_SETTING] = true,
                          [VERTEX_TASK] = true,
                          [VERTEX_ENTITY] = true},
        [VERTEX_ENTITY] = {[VERTEX_ENTITY] = true},
    };
    igraph_integer_t e, n = igraph_ecount(&c->g);

    for (e = 0; e < n; e++) {
        igraph_integer_t a = IGRAPH_FROM(&c->g, e), b = IGRAPH_TO(&c->g, e);
        enum vertex_type x = c->v[a].type, y = c->v[b].type;

        if (a == b)
            add(p, "the %s \"%.80s\" is joined to itself", vertex_type_name(x),
                c->v[a].text);
        else if (!may[x][y] && !may[y][x])
            add(p,
                "an edge joins the %s \"%.60s\" and the %s \"%.60s\", which "
                "means nothing",
                vertex_type_name(x), c->v[a].text, vertex_type_name(y),
                c->v[b].text);
    }
}

void concepts_find_problems(const struct concepts *c, size_t min_triggers,
                            struct problems *out)
{
    concepts_find_faults(c, out);
    find_thin(c, min_triggers, out);
    find_twins(c, out);
    find_unreached(c, out);
    find_crossed(c, out);
    find_odd_edges(c, out);
    find_odd_tasks(c, out);
}

int concepts_validate(const char *path, size_t min_triggers,
                      struct problems *out, struct err *err)
{
    struct concepts *c = concepts_open(path, false, err);

    if (c == NULL)
        return -1;
    concepts_find_problems(c, min_triggers, out);
    concepts_free(c);
    return out->bad ? err_nomem(err) : 0;
}
