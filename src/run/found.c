/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Triggers hold senses, senses hold texts (tasks, settings) and the numbers of
 * entities.  Each text knows whether it is good; all texts together are one
 * list, by which they are judged.
 *
 * Near-duplicates of short names are told by trigrams of characters: the five
 * that prompts are compared by are more than many a name has.
 */
#include "run/found.h"
#include "base/str.h"
#include "base/text.h"
#include "builtin/pattern.h"
#include "dedup/dedup.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>
#include <utlist.h>

#define SENSE_NEAR  0.6
#define ENTITY_NEAR 0.8
#define KEY_MAX     4096

static const struct dedup_options ENTITIES = {.kind = SHINGLE_CHAR,
                                              .n = 3,
                                              .threshold = ENTITY_NEAR,
                                              .index = DEDUP_EXACT};
static const struct dedup_options SENSES = {.kind = SHINGLE_CHAR,
                                            .n = 3,
                                            .threshold = SENSE_NEAR,
                                            .index = DEDUP_EXACT};

struct files {
    uint64_t bit[FOUND_FILES / 64];
};

enum text_kind { TEXT_TRIGGER, TEXT_SETTING, TEXT_TASK, TEXT_ENTITY };

struct text {
    enum text_kind of;
    enum task_kind kind;
    char *text;
    bool good;
    double support; /* of an entity */
    struct files files;
};

struct trigger;

struct sense {
    struct sense *next;
    const struct trigger *of;
    char *text;
    size_t category;
    double support;
    struct files files;
    size_t tasks[SEEDS_TASKS_MAX], settings[SEEDS_SETTINGS_MAX];
    size_t ntasks, nsettings;
    size_t *entities, nentities;
    bool good;
};

struct trigger {
    UT_hash_handle hh; /* by stems */
    char *text, *forms;
    int vertex;  /* of the base; -1: new */
    size_t name; /* its text */
    double support;
    struct files files;
    struct sense *senses, *last; /* a list, and its end */
    bool good;
    char key[];
};

struct relation {
    size_t from, to;
    char *text;
};

struct known {
    UT_hash_handle hh;
    int vertex;
    char key[];
};

struct found {
    const struct concepts *base; /* may be NULL */
    const struct category *categories;
    size_t ncategories;
    struct known *base_triggers; /* by stems */
    struct known *tasks;         /* texts of tasks that are there already */
    struct trigger *triggers;
    struct text *text;
    size_t n, room;
    struct relation *relations;
    size_t nrelations;
    struct dedup *prompts, *entities;
    struct dedup *senses; /* of all triggers; ids count from 1 in `sense` */
    struct sense **sense;
    size_t nsenses, senses_room;
    size_t homeless;
};

/* --- small things --- */

static void note_file(struct files *f, size_t file)
{
    f->bit[file / 64] |= UINT64_C(1) << file % 64;
}

/* "Breaking  into" as "break into": the stem of each word. */
static void stems(const char *text, struct str *out)
{
    char stem[PATTERN_WORD_MAX + 1];
    struct str plain;
    char *at, *end;

    str_init(&plain, KEY_MAX);
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

static struct known *find_known(struct known *all, const char *key)
{
    struct known *k;

    HASH_FIND_STR(all, key, k);
    return k;
}

static int add_known(struct known **all, const char *key, int vertex,
                     struct err *err)
{
    struct known *k = find_known(*all, key);

    if (k != NULL)
        return 0;
    k = malloc(sizeof(*k) + strlen(key) + 1);
    if (k == NULL)
        return err_nomem(err);
    memcpy(k->key, key, strlen(key) + 1);
    k->vertex = vertex;
    HASH_ADD_STR(*all, key, k);
    return 0;
}

static void free_known(struct known **all)
{
    struct known *k, *next;

    HASH_ITER(hh, *all, k, next)
    {
        HASH_DEL(*all, k);
        free(k);
    }
}

/* A new text; its number, or SIZE_MAX. */
static size_t add_text(struct found *f, enum text_kind of, enum task_kind kind,
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

/* --- the base --- */

static int index_base(struct found *f, struct err *err)
{
    enum vertex_type type;
    struct str key;
    size_t i;
    int failed = 0;

    str_init(&key, KEY_MAX);
    for (i = 0; !failed && i < concepts_count(f->base); i++) {
        type = concepts_type(f->base, (int)i);
        str_clear(&key);
        if (type == VERTEX_TRIGGER)
            stems(concepts_text(f->base, (int)i), &key);
        if (type == VERTEX_TRIGGER)
            failed = add_known(&f->base_triggers, key.s, (int)i, err);
        else if (type == VERTEX_TASK)
            failed = add_known(&f->tasks, concepts_text(f->base, (int)i),
                               (int)i, err);
    }
    str_release(&key);
    return failed;
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
    f->senses = f->entities != NULL ? dedup_new(&SENSES, err) : NULL;
    if (f->senses == NULL || (base != NULL && index_base(f, err) != 0)) {
        found_free(f);
        return NULL;
    }
    return f;
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

void found_free(struct found *f)
{
    struct trigger *t, *next;
    size_t i;

    if (f == NULL)
        return;
    HASH_ITER(hh, f->triggers, t, next)
    {
        HASH_DEL(f->triggers, t);
        free_senses(t->senses);
        free(t->text);
        free(t->forms);
        free(t);
    }
    for (i = 0; i < f->n; i++)
        free(f->text[i].text);
    for (i = 0; i < f->nrelations; i++)
        free(f->relations[i].text);
    free(f->text);
    free(f->relations);
    free_known(&f->base_triggers);
    free_known(&f->tasks);
    dedup_free(f->prompts);
    dedup_free(f->entities);
    dedup_free(f->senses);
    free(f->sense);
    free(f);
}

/* --- triggers --- */

/* The category that is named, else the base's main one of the trigger, else
 * the number of categories. */
static size_t home_of(const struct found *f, const char *slug, int vertex)
{
    struct neighbours near;
    size_t i, k, best = 0;

    for (i = 0; i < f->ncategories; i++)
        if (strcmp(f->categories[i].slug, slug) == 0)
            return i;
    if (vertex < 0)
        return f->ncategories;
    near = concepts_near(f->base, vertex, VERTEX_CATEGORY);
    for (k = 0; k < near.n; k++)
        if (near.weight[k] > near.weight[best])
            best = k;
    for (i = 0; near.n > 0 && i < f->ncategories; i++)
        if (concepts_category_vertex(f->base, i) == near.vertex[best])
            return i;
    return f->ncategories;
}

static struct trigger *new_trigger(struct found *f, const char *key,
                                   const struct extract *e, struct err *err)
{
    struct trigger *t = calloc(1, sizeof(*t) + strlen(key) + 1);
    struct known *k = find_known(f->base_triggers, key);

    if (t == NULL) {
        err_nomem(err);
        return NULL;
    }
    memcpy(t->key, key, strlen(key) + 1);
    t->vertex = k != NULL ? k->vertex : -1;
    t->text =
        strdup(k != NULL ? concepts_text(f->base, k->vertex) : e->trigger);
    t->forms =
        strdup(k != NULL ? concepts_forms(f->base, k->vertex) : e->forms);
    t->name = t->text != NULL
                  ? add_text(f, TEXT_TRIGGER, TASK_ASK, t->text, err)
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

static struct trigger *take_trigger(struct found *f, const struct extract *e,
                                    size_t file, struct err *err)
{
    struct trigger *t;
    struct str key;

    str_init(&key, KEY_MAX);
    stems(e->trigger, &key);
    HASH_FIND_STR(f->triggers, key.s, t);
    if (t == NULL)
        t = new_trigger(f, key.s, e, err);
    str_release(&key);
    if (t != NULL) {
        t->support++;
        note_file(&t->files, file);
    }
    return t;
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

static struct sense *take_sense(struct found *f, struct trigger *t,
                                size_t category, const char *text, size_t file,
                                struct err *err)
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
    note_file(&s->files, file);
    return s;
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
        if (find_known(f->tasks, text) != NULL ||
            concept_check_task(from->tasks[i].kind, t->text, t->forms, text,
                               NULL) != 0)
            continue;
        s->tasks[s->ntasks] =
            add_text(f, TEXT_TASK, from->tasks[i].kind, text, err);
        if (s->tasks[s->ntasks] == SIZE_MAX ||
            add_known(&f->tasks, text, -1, err) != 0)
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
            add_text(f, TEXT_SETTING, TASK_ASK, from->settings[i], err);
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
    i = add_text(f, TEXT_ENTITY, TASK_ASK, name, err);
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
        note_file(&f->text[e].files, file);
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
    struct trigger *t = take_trigger(f, e, file, err);
    struct sense *s;
    size_t home, i;

    if (t == NULL)
        return -1;
    home = home_of(f, e->category, t->vertex);
    if (home == f->ncategories) {
        f->homeless++;
        return 0;
    }
    for (i = 0; i < e->nsenses; i++) {
        s = take_sense(f, t, home, e->senses[i].sense, file, err);
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

/* --- pruning --- */

static bool near_prompt(struct found *f, size_t i)
{
    struct dedup_hit hit;
    struct str s;
    bool yes;

    str_init(&s, KEY_MAX);
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

    for (t = f->triggers; t != NULL; t = t->hh.next)
        LL_FOREACH(t->senses, s)
    for (i = 0; s->good && i < s->nentities; i++)
        used[s->entities[i]] = true;
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

/* --- building --- */

struct building {
    const struct found *f;
    struct builder *b;
    const char *const *sources;
    int *entity; /* vertex of each entity's text; -1: not there */
};

static void name_sources(const struct building *g, const struct files *files,
                         struct str *out)
{
    size_t i;

    str_clear(out);
    for (i = 0; i < FOUND_FILES; i++)
        if (files->bit[i / 64] >> i % 64 & 1)
            str_addf(out, "%s%s", out->len > 0 ? "; " : "", g->sources[i]);
}

static int build_entities(struct building *g, const struct sense *s, int vertex,
                          struct err *err)
{
    struct str source;
    const struct text *t;
    struct origin from;
    size_t i;
    int failed = 0;

    str_init(&source, 1 << 16);
    for (i = 0; !failed && i < s->nentities; i++) {
        t = &g->f->text[s->entities[i]];
        if (!t->good)
            continue;
        name_sources(g, &t->files, &source);
        from = (struct origin){source.s, t->support};
        g->entity[s->entities[i]] =
            builder_entity(g->b, vertex, t->text, &from, err);
        failed = g->entity[s->entities[i]] < 0;
    }
    str_release(&source);
    return failed;
}

static int build_sense(struct building *g, const struct trigger *t,
                       const struct sense *s, struct err *err)
{
    struct seed_sense seed = {.category = &g->f->categories[s->category],
                              .trigger = t->text,
                              .forms = t->forms,
                              .sense = s->text};
    struct origin from = {NULL, s->support};
    struct str source;
    size_t i;
    int v;

    for (i = 0; i < s->ntasks; i++)
        if (g->f->text[s->tasks[i]].good) {
            seed.tasks[seed.ntasks].kind = g->f->text[s->tasks[i]].kind;
            seed.tasks[seed.ntasks++].text = g->f->text[s->tasks[i]].text;
        }
    for (i = 0; i < s->nsettings; i++)
        if (g->f->text[s->settings[i]].good)
            seed.settings[seed.nsettings++] = g->f->text[s->settings[i]].text;
    str_init(&source, 1 << 16);
    name_sources(g, &s->files, &source);
    from.source = source.s;
    v = builder_category(g->b, seed.category, err) != 0
            ? -1
            : builder_sense(g->b, &seed, &from, err);
    str_release(&source);
    return v < 0 ? -1 : build_entities(g, s, v, err);
}

static int build_trigger(struct building *g, const struct trigger *t,
                         struct err *err)
{
    struct origin from = {NULL, t->support};
    const struct sense *s;
    struct str source;
    int failed;

    str_init(&source, 1 << 16);
    name_sources(g, &t->files, &source);
    from.source = source.s;
    failed = builder_trigger(g->b, t->text, t->forms, &from, err) < 0;
    str_release(&source);
    LL_FOREACH(t->senses, s)
    if (!failed && s->good)
        failed = build_sense(g, t, s, err);
    return failed ? -1 : 0;
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
    struct building g = {f, b, sources, NULL};
    int failed;

    g.entity = malloc((f->n + 1) * sizeof(*g.entity));
    failed = g.entity == NULL ? err_nomem(err) : build_all(&g, err);
    free(g.entity);
    return failed;
}
