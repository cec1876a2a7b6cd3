/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is good, put into a builder, with where it was found and in how many
 * prompts.
 */
#include "base/str.h"
#include "run/found_inside.h"

#include <stdlib.h>
#include <utlist.h>

struct building {
    const struct found *f;
    struct builder *b;
    const char *const *sources;
    struct str source; /* the last origin's */
    int *entity;       /* vertex of each entity's text; -1: not there */
};

/* Valid until the next. */
static struct origin origin_of(struct building *g, const struct files *files,
                               double support)
{
    size_t i;

    str_clear(&g->source);
    for (i = 0; i < FOUND_FILES; i++)
        if (files->bit[i / 64] >> i % 64 & 1)
            str_addf(&g->source, "%s%s", g->source.len > 0 ? "; " : "",
                     g->sources[i]);
    return (struct origin){g->source.s, support};
}

static int build_entities(struct building *g, const struct sense *s, int vertex,
                          struct err *err)
{
    const struct text *t;
    struct origin from;
    size_t i;

    for (i = 0; i < s->nentities; i++) {
        t = &g->f->text[s->entities[i]];
        if (!t->good)
            continue;
        from = origin_of(g, &t->files, t->support);
        g->entity[s->entities[i]] =
            builder_entity(g->b, vertex, t->text, &from, err);
        if (g->entity[s->entities[i]] < 0)
            return -1;
    }
    return 0;
}

static int build_sense(struct building *g, const struct trigger *t,
                       const struct sense *s, struct err *err)
{
    const struct text *text = g->f->text;
    struct seed_sense seed = {.category = &g->f->categories[s->category],
                              .trigger = t->text,
                              .forms = t->forms,
                              .sense = s->text};
    struct origin from = origin_of(g, &s->files, s->support);
    size_t i;
    int v;

    for (i = 0; i < s->ntasks; i++)
        if (text[s->tasks[i]].good) {
            seed.tasks[seed.ntasks].kind = text[s->tasks[i]].kind;
            seed.tasks[seed.ntasks++].text = text[s->tasks[i]].text;
        }
    for (i = 0; i < s->nsettings; i++)
        if (text[s->settings[i]].good)
            seed.settings[seed.nsettings++] = text[s->settings[i]].text;
    if (builder_category(g->b, seed.category, err) != 0)
        return -1;
    v = builder_sense(g->b, &seed, &from, err);
    return v < 0 ? -1 : build_entities(g, s, v, err);
}

static int build_trigger(struct building *g, const struct trigger *t,
                         struct err *err)
{
    struct origin from = origin_of(g, &t->files, t->support);
    const struct sense *s;

    if (builder_trigger(g->b, t->text, t->forms, &from, err) < 0)
        return -1;
    LL_FOREACH(t->senses, s)
    {
        if (s->good && build_sense(g, t, s, err) != 0)
            return -1;
    }
    return 0;
}

static int build_all(struct building *g, struct err *err)
{
    const struct found *f = g->f;
    const struct trigger *t;
    size_t i;

    for (i = 0; i < f->n; i++)
        g->entity[i] = -1;
    for (t = f->triggers; t != NULL; t = t->hh.next)
        if ((t->good || t->vertex >= 0) && build_trigger(g, t, err) != 0)
            return -1;
    for (i = 0; i < f->nrelations; i++) {
        int from = g->entity[f->relations[i].from],
            to = g->entity[f->relations[i].to];

        if (from >= 0 && to >= 0 &&
            builder_relation(g->b, from, to, f->relations[i].text, err) != 0)
            return -1;
    }
    return 0;
}

int found_build(const struct found *f, struct builder *b,
                const char *const *sources, struct err *err)
{
    struct building g = {.f = f, .b = b, .sources = sources};
    int failed;

    str_init(&g.source, 1 << 16);
    g.entity = malloc((f->n + 1) * sizeof(*g.entity));
    failed = g.entity == NULL ? err_nomem(err) : build_all(&g, err);
    free(g.entity);
    str_release(&g.source);
    return failed;
}
