/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * By what names vertices are known, and how they hang together.  Nothing here
 * is ever taken out again.
 */
#include "graph/builder.h"
#include "base/str.h"
#include "base/text.h"
#include "graph/builder_inside.h"

#include <stdlib.h>
#include <string.h>

static void normal(struct str *out, const char *text)
{
    text_normalise(text, strlen(text), out);
}

/* Of what is known by its normalised text alone. */
static int named_vertex(struct builder *b, enum vertex_type type,
                        const char *text, const struct origin *from,
                        struct err *err)
{
    struct str key;
    int v;

    str_init(&key, 1 << 16);
    normal(&key, text);
    v = builder_vertex(b, type, key.s, text, from, err);
    str_release(&key);
    return v;
}

/* --- what comes in --- */

static unsigned free_number(const struct builder *b, unsigned wanted)
{
    unsigned highest = 0;
    bool taken = wanted == 0;
    size_t i;

    for (i = 0; i < b->n; i++) {
        if (b->row[i].type != VERTEX_CATEGORY)
            continue;
        taken |= b->row[i].number == wanted;
        highest = b->row[i].number > highest ? b->row[i].number : highest;
    }
    return taken ? highest + 1 : wanted;
}

int builder_category(struct builder *b, const struct category *c,
                     struct err *err)
{
    struct row *r;
    int v;

    if (builder_find(b, VERTEX_CATEGORY, c->slug) >= 0)
        return 0;
    v = builder_vertex(b, VERTEX_CATEGORY, c->slug, c->name, NULL, err);
    if (v < 0)
        return -1;
    r = &b->row[v];
    r->number = free_number(b, c->id);
    free(r->slug);
    free(r->domain);
    r->slug = strdup(c->slug);
    r->domain = strdup(c->domain);
    return r->slug != NULL && r->domain != NULL ? 0 : err_nomem(err);
}

int builder_trigger(struct builder *b, const char *text, const char *forms,
                    const struct origin *from, struct err *err)
{
    int v = named_vertex(b, VERTEX_TRIGGER, text, from, err);

    return v >= 0 && builder_add_forms(b, v, forms, err) == 0 ? v : -1;
}

static int sense_vertex(struct builder *b, const char *slug,
                        const char *trigger, const char *text,
                        const struct origin *from, struct err *err)
{
    struct str key;
    int v;

    str_init(&key, 1 << 16);
    str_addf(&key, "%s/", slug);
    normal(&key, trigger);
    str_addc(&key, '/');
    normal(&key, text);
    v = builder_vertex(b, VERTEX_SENSE, key.s, text, from, err);
    str_release(&key);
    return v;
}

static int task_vertex(struct builder *b, const char *text, enum task_kind kind,
                       const struct origin *from, struct err *err)
{
    int v = builder_vertex(b, VERTEX_TASK, text, text, from, err);

    if (v >= 0)
        b->row[v].kind = kind;
    return v;
}

static int add_leaves(struct builder *b, int sense, const struct seed_sense *s,
                      const struct origin *from, struct err *err)
{
    struct origin leaf = {from != NULL ? from->source : "", 0};
    size_t i;
    int v;

    for (i = 0; i < s->nsettings; i++) {
        v = builder_vertex(b, VERTEX_SETTING, s->settings[i], s->settings[i],
                           &leaf, err);
        if (v < 0 || builder_tie(b, sense, v, 1, NULL, err) != 0)
            return -1;
    }
    for (i = 0; i < s->ntasks; i++) {
        v = task_vertex(b, s->tasks[i].text, s->tasks[i].kind, &leaf, err);
        if (v < 0 || builder_tie(b, sense, v, 1, NULL, err) != 0)
            return -1;
    }
    return 0;
}

int builder_sense(struct builder *b, const struct seed_sense *s,
                  const struct origin *from, struct err *err)
{
    int category = builder_find(b, VERTEX_CATEGORY, s->category->slug);
    int trigger, sense;

    if (category < 0)
        return err_set(err, "there is no category \"%.60s\"",
                       s->category->slug);
    trigger = builder_trigger(b, s->trigger, s->forms, from, err);
    if (trigger < 0)
        return -1;
    sense = sense_vertex(b, s->category->slug, s->trigger, s->sense, from, err);
    if (sense < 0 || builder_tie(b, category, trigger, 1, NULL, err) != 0 ||
        builder_tie(b, trigger, sense, 1, NULL, err) != 0 ||
        builder_tie(b, category, sense, 1, NULL, err) != 0)
        return -1;
    return add_leaves(b, sense, s, from, err) == 0 ? sense : -1;
}

int builder_entity(struct builder *b, int sense, const char *text,
                   const struct origin *from, struct err *err)
{
    int v = named_vertex(b, VERTEX_ENTITY, text, from, err);

    return v >= 0 && builder_tie(b, sense, v, 1, NULL, err) == 0 ? v : -1;
}

int builder_relation(struct builder *b, int entity, int other,
                     const char *relation, struct err *err)
{
    return entity != other ? builder_tie(b, entity, other, 1, relation, err)
                           : 0;
}

/* --- a whole graph --- */

static int take_vertex(struct builder *b, const struct concepts *c, size_t i,
                       struct err *err)
{
    const struct vertex *v = &c->v[i];
    const struct origin from = {v->source, v->support};
    struct neighbours t, k;

    switch (v->type) {
    case VERTEX_CATEGORY:
        if (builder_category(b,
                             &(struct category){(unsigned)v->number, v->slug,
                                                v->text, v->domain},
                             err) != 0)
            return -1;
        return builder_find(b, VERTEX_CATEGORY, v->slug);
    case VERTEX_TRIGGER:
        return builder_trigger(b, v->text, v->forms, &from, err);
    case VERTEX_SENSE:
        t = concepts_near(c, (int)i, VERTEX_TRIGGER);
        k = concepts_near(c, (int)i, VERTEX_CATEGORY);
        return sense_vertex(b, c->v[k.vertex[0]].slug, c->v[t.vertex[0]].text,
                            v->text, &from, err);
    case VERTEX_TASK:
        return task_vertex(b, v->text, v->kind, &from, err);
    case VERTEX_ENTITY:
        return named_vertex(b, VERTEX_ENTITY, v->text, &from, err);
    default:
        return builder_vertex(b, v->type, v->text, v->text, &from, err);
    }
}

int builder_graph(struct builder *b, const struct concepts *c, struct err *err)
{
    int *to = malloc((c->n + 1) * sizeof(*to)), failed = 0;
    igraph_integer_t e, n = igraph_ecount(&c->g);
    size_t i;

    if (to == NULL)
        return err_nomem(err);
    for (i = 0; !failed && i < c->n; i++) {
        to[i] = take_vertex(b, c, i, err);
        failed = to[i] < 0;
    }
    for (e = 0; !failed && e < n; e++)
        failed =
            builder_tie(b, to[IGRAPH_FROM(&c->g, e)], to[IGRAPH_TO(&c->g, e)],
                        c->weighted ? EAN(&c->g, "weight", e) : 1,
                        c->related ? EAS(&c->g, "relation", e) : "", err) != 0;
    free(to);
    return failed ? -1 : 0;
}

struct concepts *builder_finish(struct builder *b, struct err *err)
{
    struct concepts *c = calloc(1, sizeof(*c));
    int failed = c == NULL ? err_nomem(err) : builder_assemble(b, c, err);

    builder_free(b);
    if (failed || concepts_finish(c, err) != 0) {
        concepts_free(c);
        return NULL;
    }
    return c;
}

/* --- from seeds --- */

static int add_seeds(struct builder *b, struct seeds *seeds, struct err *err)
{
    const struct category *c;
    size_t i, n = seeds_categories(seeds, &c);
    struct seed_sense sense;
    int got;

    for (i = 0; i < n; i++)
        if (builder_category(b, &c[i], err) != 0)
            return -1;
    while ((got = seeds_next(seeds, &sense, err)) > 0)
        if (builder_sense(b, &sense, NULL, err) < 0)
            return -1;
    return got;
}

struct concepts *concepts_build(const char *seeds_dir, struct err *err)
{
    struct seeds *seeds = seeds_open(seeds_dir, err);
    struct builder *b = seeds != NULL ? builder_new(err) : NULL;

    if (b != NULL && add_seeds(b, seeds, err) != 0) {
        builder_free(b);
        b = NULL;
    }
    seeds_close(seeds);
    return b != NULL ? builder_finish(b, err) : NULL;
}
