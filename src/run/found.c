/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What answers bring in.  Each text knows whether it is good; all texts
 * together are one list, by which they are judged.
 *
 * Entities that are near each other are one, by trigrams of characters as in
 * found_names.c.
 */
#include "run/found.h"
#include "base/str.h"
#include "run/found_inside.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define ENTITY_NEAR 0.8

static const struct dedup_options ENTITIES = {.kind = SHINGLE_CHAR,
                                              .n = 3,
                                              .threshold = ENTITY_NEAR,
                                              .index = DEDUP_EXACT};

/* Tasks of the base are not to be had twice. */
static int index_tasks(struct found *f, struct err *err)
{
    size_t i;

    for (i = 0; i < concepts_count(f->base); i++)
        if (concepts_type(f->base, (int)i) == VERTEX_TASK &&
            names_add(&f->tasks, concepts_text(f->base, (int)i), (int)i, err) ==
                NULL)
            return -1;
    return 0;
}

struct found *found_new(const struct concepts *base,
                        const struct category *categories, size_t n,
                        struct err *err)
{
    struct found *f = calloc(1, sizeof(*f));

    if (f == NULL) {
        err_nomem(err);
        return NULL;
    }
    f->base = base;
    f->categories = categories;
    f->ncategories = n;
    f->prompts = dedup_new(&DEDUP_DEFAULTS, err);
    f->entities = f->prompts != NULL ? dedup_new(&ENTITIES, err) : NULL;
    if (f->entities == NULL || found_names_init(f, err) != 0 ||
        (base != NULL && index_tasks(f, err) != 0)) {
        found_free(f);
        return NULL;
    }
    return f;
}

void found_free(struct found *f)
{
    size_t i;

    if (f == NULL)
        return;
    found_names_release(f);
    for (i = 0; i < f->n; i++)
        free(f->text[i].text);
    for (i = 0; i < f->nrelations; i++)
        free(f->relations[i].text);
    free(f->text);
    free(f->relations);
    names_free(&f->tasks);
    dedup_free(f->prompts);
    dedup_free(f->entities);
    free(f);
}

/* --- texts --- */

size_t found_add_text(struct found *f, enum text_kind of, enum task_kind kind,
                      const char *text, struct err *err)
{
    struct text *t;

    if (f->n == f->room) {
        size_t room = 2 * f->room + 256;

        t = realloc(f->text, room * sizeof(*t));
        if (t == NULL) {
            err_nomem(err);
            return SIZE_MAX;
        }
        f->text = t;
        f->room = room;
    }
    t = &f->text[f->n];
    *t = (struct text){.of = of, .kind = kind, .text = strdup(text)};
    if (t->text == NULL) {
        err_nomem(err);
        return SIZE_MAX;
    }
    return f->n++;
}

static bool has(const struct found *f, const size_t *list, size_t n,
                const char *text)
{
    size_t i;

    for (i = 0; i < n; i++)
        if (strcmp(f->text[list[i]].text, text) == 0)
            return true;
    return false;
}

/* A task belongs to one sense: what another has already is not taken. */
static int take_tasks(struct found *f, const struct trigger *t, struct sense *s,
                      const struct extract_sense *from, struct err *err)
{
    const char *text;
    size_t i;

    for (i = 0; i < from->ntasks && s->ntasks < SEEDS_TASKS_MAX; i++) {
        text = from->tasks[i].text;
        if (names_find(f->tasks, text) != NULL ||
            concept_check_task(from->tasks[i].kind, t->text, t->forms, text,
                               NULL) != 0)
            continue;
        s->tasks[s->ntasks] =
            found_add_text(f, TEXT_TASK, from->tasks[i].kind, text, err);
        if (s->tasks[s->ntasks] == SIZE_MAX ||
            names_add(&f->tasks, text, -1, err) == NULL)
            return -1;
        s->ntasks++;
    }
    return 0;
}

static int take_settings(struct found *f, struct sense *s,
                         const struct extract_sense *from, struct err *err)
{
    size_t i;

    for (i = 0; i < from->nsettings && s->nsettings < SEEDS_SETTINGS_MAX; i++) {
        if (has(f, s->settings, s->nsettings, from->settings[i]))
            continue;
        s->settings[s->nsettings] =
            found_add_text(f, TEXT_SETTING, TASK_ASK, from->settings[i], err);
        if (s->settings[s->nsettings] == SIZE_MAX)
            return -1;
        s->nsettings++;
    }
    return 0;
}

/* --- entities --- */

/* The entity of a name: the same as one that is near it. */
static size_t entity_of(struct found *f, const char *name, struct err *err)
{
    struct dedup_hit hit;
    size_t i;

    if (dedup_find(f->entities, name, strlen(name), UINT64_MAX, &hit))
        return (size_t)hit.id;
    i = found_add_text(f, TEXT_ENTITY, TASK_ASK, name, err);
    if (i != SIZE_MAX &&
        dedup_add(f->entities, i, name, strlen(name), err) != 0)
        return SIZE_MAX;
    return i;
}

static int add_entity(struct sense *s, size_t entity, struct err *err)
{
    size_t *more, i;

    for (i = 0; i < s->nentities; i++)
        if (s->entities[i] == entity)
            return 0;
    more = realloc(s->entities, (s->nentities + 1) * sizeof(*more));
    if (more == NULL)
        return err_nomem(err);
    s->entities = more;
    s->entities[s->nentities++] = entity;
    return 0;
}

static int take_entities(struct found *f, struct sense *s,
                         const struct extract_sense *from, size_t file,
                         struct err *err)
{
    size_t i, e;

    for (i = 0; i < from->nentities; i++) {
        e = entity_of(f, from->entities[i], err);
        if (e == SIZE_MAX || add_entity(s, e, err) != 0)
            return -1;
        f->text[e].support++;
        found_note_file(&f->text[e].files, file);
    }
    return 0;
}

/* Only between entities that some sense has. */
static int take_relations(struct found *f, const struct extract *e,
                          struct err *err)
{
    struct relation *more, r;
    struct dedup_hit hit;
    size_t i;

    for (i = 0; i < e->nrelations; i++) {
        if (!dedup_find(f->entities, e->relations[i].from,
                        strlen(e->relations[i].from), UINT64_MAX, &hit))
            continue;
        r.from = (size_t)hit.id;
        if (!dedup_find(f->entities, e->relations[i].to,
                        strlen(e->relations[i].to), UINT64_MAX, &hit))
            continue;
        r.to = (size_t)hit.id;
        more = realloc(f->relations, (f->nrelations + 1) * sizeof(*more));
        if (more == NULL)
            return err_nomem(err);
        f->relations = more;
        r.text = strdup(e->relations[i].relation);
        if (r.text == NULL)
            return err_nomem(err);
        f->relations[f->nrelations++] = r;
    }
    return 0;
}

/* --- a prompt --- */

static int take_extract(struct found *f, size_t file, const struct extract *e,
                        struct err *err)
{
    struct trigger *t = found_trigger(f, e, file, err);
    struct sense *s;
    size_t home, i;

    if (t == NULL)
        return -1;
    home = found_home(f, t, e->category);
    if (home == f->ncategories) {
        f->homeless++;
        return 0;
    }
    for (i = 0; i < e->nsenses; i++) {
        s = found_sense(f, t, home, e->senses[i].sense, file, err);
        if (s == NULL || take_tasks(f, t, s, &e->senses[i], err) != 0 ||
            take_settings(f, s, &e->senses[i], err) != 0 ||
            take_entities(f, s, &e->senses[i], file, err) != 0)
            return -1;
    }
    return take_relations(f, e, err);
}

int found_take(struct found *f, const char *prompt, size_t file,
               const struct extract *e, struct err *err)
{
    assert(file < FOUND_FILES);
    if (dedup_add(f->prompts, 0, prompt, strlen(prompt), err) != 0)
        return -1;
    if (e == NULL || *e->trigger == '\0')
        return 0;
    return take_extract(f, file, e, err);
}

/* --- judging --- */

size_t found_texts(const struct found *f)
{
    return f->n;
}

/* As a request, the way the plainest frame would put it. */
void found_text(const struct found *f, size_t i, struct str *out)
{
    static const char *const frames[TASK_KINDS] = {
        [TASK_ASK] = "%s",
        [TASK_DO] = "How do I %s?",
        [TASK_KNOW] = "Can you explain %s?",
        [TASK_TOPIC] = "Tell me about %s.",
        [TASK_WRITE] = "Write %s.",
    };
    const struct text *t = &f->text[i];
    const char *frame = t->of == TEXT_TASK      ? frames[t->kind]
                        : t->of == TEXT_SETTING ? "%s"
                                                : "What does \"%s\" mean?";
    const char *at = strstr(frame, "%s");

    str_add(out, frame, (size_t)(at - frame));
    str_adds(out, t->text);
    str_adds(out, at + 2);
}

void found_judge(struct found *f, size_t i, bool harmless)
{
    f->text[i].good = harmless;
}
