/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What of all that was found is good, once every text was judged: from texts
 * up to senses and triggers, and from senses down to entities.
 */
#include "base/str.h"
#include "run/found_inside.h"

#include <stdlib.h>
#include <string.h>
#include <utlist.h>

static bool near_prompt(struct found *f, size_t i)
{
    struct dedup_hit hit;
    struct str s;
    bool yes;

    str_init(&s, FOUND_TEXT_MAX);
    found_text(f, i, &s);
    yes = dedup_find(f->prompts, s.s, s.len, UINT64_MAX, &hit);
    str_release(&s);
    return yes;
}

static void drop_texts(struct found *f, struct found_counts *c)
{
    size_t i;

    for (i = 0; i < f->n; i++) {
        if (!f->text[i].good) {
            c->not_harmless++;
        } else if (f->text[i].of == TEXT_TASK && near_prompt(f, i)) {
            f->text[i].good = false;
            c->near_prompts++;
        }
    }
}

static size_t count_good(const struct found *f, const size_t *list, size_t n)
{
    size_t i, good = 0;

    for (i = 0; i < n; i++)
        good += f->text[list[i]].good;
    return good;
}

static void prune_trigger(struct found *f, struct trigger *t, double min,
                          struct found_counts *c)
{
    struct sense *s;
    size_t kept = 0;

    LL_FOREACH(t->senses, s)
    {
        s->good = f->text[t->name].good && s->support >= min &&
                  count_good(f, s->tasks, s->ntasks) > 0;
        c->weak += s->support < min;
        kept += s->good;
        if (!s->good)
            continue;
        c->tasks += count_good(f, s->tasks, s->ntasks);
        c->settings += count_good(f, s->settings, s->nsettings);
    }
    t->good = kept > 0;
    c->senses += kept;
    c->triggers += t->good;
    c->known += t->good && t->vertex >= 0;
    c->bare += !t->good;
}

/* An entity is kept by a sense that is. */
static void mark_entities(struct found *f, bool *used)
{
    struct trigger *t;
    struct sense *s;
    size_t i;

    for (t = f->triggers; t != NULL; t = t->hh.next) {
        LL_FOREACH(t->senses, s)
        {
            for (i = 0; s->good && i < s->nentities; i++)
                used[s->entities[i]] = true;
        }
    }
}

static void prune_entities(struct found *f, struct found_counts *c)
{
    bool *used = calloc(f->n + 1, sizeof(*used));
    size_t i;

    if (used != NULL)
        mark_entities(f, used);
    for (i = 0; i < f->n; i++) {
        if (f->text[i].of != TEXT_ENTITY)
            continue;
        f->text[i].good &= used != NULL && used[i];
        c->entities += f->text[i].good;
    }
    for (i = 0; i < f->nrelations; i++)
        c->relations += f->text[f->relations[i].from].good &&
                        f->text[f->relations[i].to].good;
    free(used);
}

void found_prune(struct found *f, double min_support, struct found_counts *out)
{
    struct trigger *t;

    memset(out, 0, sizeof(*out));
    out->homeless = f->homeless;
    drop_texts(f, out);
    for (t = f->triggers; t != NULL; t = t->hh.next)
        prune_trigger(f, t, min_support, out);
    prune_entities(f, out);
}
