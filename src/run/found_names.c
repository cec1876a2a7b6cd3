/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which concept a name is.  Triggers are told by the stems of their words,
 * senses by trigrams of characters: the five that prompts are compared by are
 * more than many a name has.  Where the base has a name, that one stands.
 */
#include "base/str.h"
#include "base/text.h"
#include "builtin/pattern.h"
#include "run/found_inside.h"

#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#define SENSE_NEAR 0.6

static const struct dedup_options SENSES = {.kind = SHINGLE_CHAR,
                                            .n = 3,
                                            .threshold = SENSE_NEAR,
                                            .index = DEDUP_EXACT};

/* --- triggers --- */

/* "Breaking  into" as "break into": the stem of each word. */
static void stems(const char *text, struct str *out)
{
    char stem[PATTERN_WORD_MAX + 1];
    struct str plain;
    char *at, *end;

    str_init(&plain, FOUND_TEXT_MAX);
    text_normalise(text, strlen(text), &plain);
    for (at = plain.s; *at != '\0'; at = end) {
        end = at + strcspn(at, " ");
        if ((size_t)(end - at) <= PATTERN_WORD_MAX) {
            pattern_stem(at, (size_t)(end - at), stem);
            str_addf(out, "%s ", stem);
        } else {
            str_add(out, at, (size_t)(end - at));
        }
        end += strspn(end, " ");
    }
    str_release(&plain);
}

static int index_base(struct found *f, struct err *err)
{
    struct str key;
    size_t i;
    int failed = 0;

    str_init(&key, FOUND_TEXT_MAX);
    for (i = 0; !failed && i < concepts_count(f->base); i++) {
        if (concepts_type(f->base, (int)i) != VERTEX_TRIGGER)
            continue;
        str_clear(&key);
        stems(concepts_text(f->base, (int)i), &key);
        failed = names_add(&f->base_triggers, key.s, (int)i, err) == NULL;
    }
    str_release(&key);
    return failed ? -1 : 0;
}

int found_names_init(struct found *f, struct err *err)
{
    f->senses = dedup_new(&SENSES, err);
    if (f->senses == NULL)
        return -1;
    return f->base != NULL ? index_base(f, err) : 0;
}

static void free_senses(struct sense *list)
{
    struct sense *s, *next;

    LL_FOREACH_SAFE(list, s, next)
    {
        free(s->text);
        free(s->entities);
        free(s);
    }
}

void found_names_release(struct found *f)
{
    struct trigger *t, *next;

    HASH_ITER(hh, f->triggers, t, next)
    {
        HASH_DEL(f->triggers, t);
        free_senses(t->senses);
        free(t->text);
        free(t->forms);
        free(t);
    }
    names_free(&f->base_triggers);
    dedup_free(f->senses);
    free(f->sense);
}

static struct trigger *new_trigger(struct found *f, const char *key,
                                   const struct extract *e, struct err *err)
{
    struct trigger *t = calloc(1, sizeof(*t) + strlen(key) + 1);
    const struct name *k = names_find(f->base_triggers, key);

    if (t == NULL) {
        err_nomem(err);
        return NULL;
    }
    memcpy(t->key, key, strlen(key) + 1);
    t->vertex = k != NULL ? k->number : -1;
    t->text =
        strdup(k != NULL ? concepts_text(f->base, k->number) : e->trigger);
    t->forms =
        strdup(k != NULL ? concepts_forms(f->base, k->number) : e->forms);
    t->name = t->text != NULL
                  ? found_add_text(f, TEXT_TRIGGER, TASK_ASK, t->text, err)
                  : SIZE_MAX;
    if (t->text == NULL || t->forms == NULL || t->name == SIZE_MAX) {
        free(t->text);
        free(t->forms);
        free(t);
        err_nomem(err);
        return NULL;
    }
    HASH_ADD_STR(f->triggers, key, t);
    return t;
}

struct trigger *found_trigger(struct found *f, const struct extract *e,
                              size_t file, struct err *err)
{
    struct trigger *t;
    struct str key;

    str_init(&key, FOUND_TEXT_MAX);
    stems(e->trigger, &key);
    HASH_FIND_STR(f->triggers, key.s, t);
    if (t == NULL)
        t = new_trigger(f, key.s, e, err);
    str_release(&key);
    if (t != NULL) {
        t->support++;
        found_note_file(&t->files, file);
    }
    return t;
}

size_t found_home(const struct found *f, const struct trigger *t,
                  const char *slug)
{
    struct neighbours near;
    size_t i, k, best = 0;

    for (i = 0; i < f->ncategories; i++)
        if (strcmp(f->categories[i].slug, slug) == 0)
            return i;
    if (t->vertex < 0)
        return f->ncategories;
    near = concepts_near(f->base, t->vertex, VERTEX_CATEGORY);
    for (k = 0; k < near.n; k++)
        if (near.weight[k] > near.weight[best])
            best = k;
    for (i = 0; near.n > 0 && i < f->ncategories; i++)
        if (concepts_category_vertex(f->base, i) == near.vertex[best])
            return i;
    return f->ncategories;
}

/* --- senses --- */

static double near(const char *a, const char *b)
{
    return dedup_similarity(&SENSES, a, strlen(a), b, strlen(b));
}

/* The name that the base has for a sense of the trigger there, or the sense's
 * own. */
static const char *name_of(const struct found *f, const struct trigger *t,
                           size_t category, const char *text)
{
    struct neighbours senses;
    const char *best = text, *name;
    double most = SENSE_NEAR, s;
    size_t i;

    if (t->vertex < 0)
        return text;
    senses = concepts_near(f->base, t->vertex, VERTEX_SENSE);
    for (i = 0; i < senses.n; i++) {
        name = concepts_text(f->base, senses.vertex[i]);
        if (concepts_sense_category(f->base, senses.vertex[i]) != category)
            continue;
        s = near(name, text);
        if (s > most) {
            most = s;
            best = name;
        }
    }
    return best;
}

/* The nearest sense of the trigger in the category, the first of equals; NULL
 * when none is near. */
static int find_sense(struct found *f, const struct trigger *t, size_t category,
                      const char *text, struct sense **out, struct err *err)
{
    double most = SENSE_NEAR;
    struct dedup_hit *hits;
    size_t n, i;

    *out = NULL;
    if (dedup_find_all(f->senses, text, strlen(text), UINT64_MAX, &hits, &n,
                       err) != 0)
        return -1;
    for (i = 0; i < n; i++) {
        struct sense *s = f->sense[hits[i].id - 1];

        if (s->of == t && s->category == category &&
            hits[i].similarity > most) {
            most = hits[i].similarity;
            *out = s;
        }
    }
    free(hits);
    return 0;
}

static int list_sense(struct found *f, struct sense *s, struct err *err)
{
    if (f->nsenses == f->senses_room) {
        size_t room = 2 * f->senses_room + 64;
        struct sense **more = realloc(f->sense, room * sizeof(*more));

        if (more == NULL)
            return err_nomem(err);
        f->sense = more;
        f->senses_room = room;
    }
    f->sense[f->nsenses++] = s;
    return dedup_add(f->senses, f->nsenses, s->text, strlen(s->text), err);
}

static struct sense *new_sense(struct found *f, struct trigger *t,
                               size_t category, const char *name,
                               struct err *err)
{
    struct sense *s = calloc(1, sizeof(*s));

    if (s == NULL || (s->text = strdup(name)) == NULL) {
        free(s);
        err_nomem(err);
        return NULL;
    }
    s->of = t;
    s->category = category;
    if (t->last != NULL)
        t->last->next = s;
    else
        t->senses = s;
    t->last = s;
    return list_sense(f, s, err) == 0 ? s : NULL;
}

struct sense *found_sense(struct found *f, struct trigger *t, size_t category,
                          const char *text, size_t file, struct err *err)
{
    const char *name = name_of(f, t, category, text);
    struct sense *s;

    if (find_sense(f, t, category, name, &s, err) != 0)
        return NULL;
    if (s == NULL)
        s = new_sense(f, t, category, name, err);
    if (s == NULL)
        return NULL;
    s->support++;
    found_note_file(&s->files, file);
    return s;
}
