/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rows of vertices and of edges, with a hash table of names; igraph gets all
 * of it at the end.  Parallel edges are joined there: the heavier weight
 * stands, but a category and a trigger weigh as many senses as they share,
 * counted when everything is known.
 */
#include "graph/builder.h"
#include "base/str.h"
#include "base/text.h"
#include "graph/inside.h"

#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#define SOURCES_MAX 12 /* named at a vertex; more are "..." */

struct row {
    enum vertex_type type;
    enum task_kind kind;
    char *text, *forms, *slug, *domain, *source;
    double support;
    unsigned number;
};

struct tie {
    int from, to;
    double weight;
    char *relation;
};

struct known {
    UT_hash_handle hh;
    int vertex;
    char key[];
};

struct builder {
    struct row *row;
    size_t n, room;
    struct tie *tie;
    size_t nties, ties_room;
    struct known *known;
};

struct builder *builder_new(struct err *err)
{
    struct builder *b = calloc(1, sizeof(*b));

    if (b == NULL)
        err_nomem(err);
    return b;
}

void builder_free(struct builder *b)
{
    struct known *k, *next;
    size_t i;

    if (b == NULL)
        return;
    HASH_ITER(hh, b->known, k, next)
    {
        HASH_DEL(b->known, k);
        free(k);
    }
    for (i = 0; i < b->n; i++) {
        free(b->row[i].text);
        free(b->row[i].forms);
        free(b->row[i].slug);
        free(b->row[i].domain);
        free(b->row[i].source);
    }
    for (i = 0; i < b->nties; i++)
        free(b->tie[i].relation);
    free(b->row);
    free(b->tie);
    free(b);
}

/* --- vertices --- */

static void normal(struct str *out, const char *text)
{
    text_normalise(text, strlen(text), out);
}

static struct known *find(struct builder *b, enum vertex_type type,
                          const char *key, int vertex, struct err *err)
{
    struct known *k = NULL;
    struct str full;

    str_init(&full, 1 << 16);
    str_addf(&full, "%d/%s", (int)type, key);
    HASH_FIND_STR(b->known, full.s, k);
    if (k == NULL && vertex >= 0) {
        k = malloc(sizeof(*k) + full.len + 1);
        if (k == NULL) {
            err_nomem(err);
        } else {
            memcpy(k->key, full.s, full.len + 1);
            k->vertex = vertex;
            HASH_ADD_STR(b->known, key, k);
        }
    }
    str_release(&full);
    return k;
}

static char *copy(const char *s)
{
    return strdup(s != NULL ? s : "");
}

static int new_row(struct builder *b, enum vertex_type type, const char *text,
                   struct err *err)
{
    struct row *r;

    if (b->n == b->room) {
        size_t room = 2 * b->room + 256;

        r = realloc(b->row, room * sizeof(*r));
        if (r == NULL)
            return err_nomem(err);
        b->row = r;
        b->room = room;
    }
    r = &b->row[b->n];
    *r = (struct row){.type = type,
                      .text = copy(text),
                      .forms = copy(NULL),
                      .slug = copy(NULL),
                      .domain = copy(NULL),
                      .source = copy(NULL)};
    b->n++;
    if (r->text == NULL || r->forms == NULL || r->slug == NULL ||
        r->domain == NULL || r->source == NULL)
        return err_nomem(err);
    return (int)b->n - 1;
}

/* Is `part` one of the parts of `list` between separators? */
static bool has_part(const char *list, const char *sep, const char *part,
                     size_t len)
{
    const char *at = list, *end;

    for (;; at = end + strlen(sep)) {
        end = strstr(at, sep);
        if ((end != NULL ? (size_t)(end - at) : strlen(at)) == len &&
            memcmp(at, part, len) == 0)
            return true;
        if (end == NULL)
            return false;
    }
}

/* Adds to `*list` the parts of `more` that are not there.  Returns how many
 * were new, or -1. */
static int join_parts(char **list, const char *sep, const char *more,
                      size_t max, struct err *err)
{
    const char *at = more, *end;
    size_t len, parts = 1;
    struct str out;
    int added = 0;

    if (*more == '\0')
        return 0;
    str_init(&out, TEXT_MAX);
    str_adds(&out, *list);
    for (end = *list; (end = strstr(end, sep)) != NULL; end += strlen(sep))
        parts++;
    for (;; at = end + strlen(sep)) {
        end = strstr(at, sep);
        len = end != NULL ? (size_t)(end - at) : strlen(at);
        if (!has_part(out.s, sep, at, len)) {
            added++;
            if (parts++ < max)
                str_addf(&out, "%s%.*s", out.len > 0 ? sep : "", (int)len, at);
            else if (!has_part(out.s, sep, "...", 3))
                str_addf(&out, "%s...", sep);
        }
        if (end == NULL)
            break;
    }
    if (str_failed(&out)) { /* as long as it may be: it stays as it was */
        str_release(&out);
        return added;
    }
    free(*list);
    *list = str_detach(&out);
    return *list != NULL ? added : err_nomem(err);
}

static int take_origin(struct row *r, const struct origin *from,
                       struct err *err)
{
    int added;

    if (from == NULL || *from->source == '\0')
        return 0;
    added = join_parts(&r->source, "; ", from->source, SOURCES_MAX, err);
    if (added < 0)
        return -1;
    if (added > 0)
        r->support += from->support;
    else if (from->support > r->support)
        r->support = from->support;
    return 0;
}

/* The vertex of a name, made when it is new. */
static int vertex(struct builder *b, enum vertex_type type, const char *key,
                  const char *text, const struct origin *from, struct err *err)
{
    struct known *k = find(b, type, key, -1, err);
    int v = k != NULL ? k->vertex : new_row(b, type, text, err);

    if (v < 0 || (k == NULL && find(b, type, key, v, err) == NULL))
        return -1;
    return take_origin(&b->row[v], from, err) == 0 ? v : -1;
}

/* --- edges --- */

static int tie(struct builder *b, int from, int to, double weight,
               const char *relation, struct err *err)
{
    struct tie *t;

    if (b->nties == b->ties_room) {
        size_t room = 2 * b->ties_room + 256;

        t = realloc(b->tie, room * sizeof(*t));
        if (t == NULL)
            return err_nomem(err);
        b->tie = t;
        b->ties_room = room;
    }
    t = &b->tie[b->nties];
    *t = (struct tie){from, to, weight, copy(relation)};
    b->nties++;
    return t->relation != NULL ? 0 : err_nomem(err);
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

    if (find(b, VERTEX_CATEGORY, c->slug, -1, err) != NULL)
        return 0;
    v = vertex(b, VERTEX_CATEGORY, c->slug, c->name, NULL, err);
    if (v < 0)
        return -1;
    r = &b->row[v];
    r->number = free_number(b, c->id);
    free(r->slug);
    free(r->domain);
    r->slug = copy(c->slug);
    r->domain = copy(c->domain);
    return r->slug != NULL && r->domain != NULL ? 0 : err_nomem(err);
}

int builder_trigger(struct builder *b, const char *text, const char *forms,
                    const struct origin *from, struct err *err)
{
    struct str key;
    int v;

    str_init(&key, 1 << 16);
    normal(&key, text);
    v = vertex(b, VERTEX_TRIGGER, key.s, text, from, err);
    str_release(&key);
    if (v >= 0 && join_parts(&b->row[v].forms, ",", forms, SIZE_MAX, err) < 0)
        return -1;
    return v;
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
    v = vertex(b, VERTEX_SENSE, key.s, text, from, err);
    str_release(&key);
    return v;
}

static int task_vertex(struct builder *b, const char *text, enum task_kind kind,
                       const struct origin *from, struct err *err)
{
    int v = vertex(b, VERTEX_TASK, text, text, from, err);

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
        v = vertex(b, VERTEX_SETTING, s->settings[i], s->settings[i], &leaf,
                   err);
        if (v < 0 || tie(b, sense, v, 1, NULL, err) != 0)
            return -1;
    }
    for (i = 0; i < s->ntasks; i++) {
        v = task_vertex(b, s->tasks[i].text, s->tasks[i].kind, &leaf, err);
        if (v < 0 || tie(b, sense, v, 1, NULL, err) != 0)
            return -1;
    }
    return 0;
}

int builder_sense(struct builder *b, const struct seed_sense *s,
                  const struct origin *from, struct err *err)
{
    struct known *k = find(b, VERTEX_CATEGORY, s->category->slug, -1, err);
    int trigger, sense;

    if (k == NULL)
        return err_set(err, "there is no category \"%.60s\"",
                       s->category->slug);
    trigger = builder_trigger(b, s->trigger, s->forms, from, err);
    if (trigger < 0)
        return -1;
    sense = sense_vertex(b, s->category->slug, s->trigger, s->sense, from, err);
    if (sense < 0 || tie(b, k->vertex, trigger, 1, NULL, err) != 0 ||
        tie(b, trigger, sense, 1, NULL, err) != 0 ||
        tie(b, k->vertex, sense, 1, NULL, err) != 0)
        return -1;
    return add_leaves(b, sense, s, from, err) == 0 ? sense : -1;
}

static int entity_vertex(struct builder *b, const char *text,
                         const struct origin *from, struct err *err)
{
    struct str key;
    int v;

    str_init(&key, 1 << 16);
    normal(&key, text);
    v = vertex(b, VERTEX_ENTITY, key.s, text, from, err);
    str_release(&key);
    return v;
}

int builder_entity(struct builder *b, int sense, const char *text,
                   const struct origin *from, struct err *err)
{
    int v = entity_vertex(b, text, from, err);

    return v >= 0 && tie(b, sense, v, 1, NULL, err) == 0 ? v : -1;
}

int builder_relation(struct builder *b, int entity, int other,
                     const char *relation, struct err *err)
{
    return entity != other ? tie(b, entity, other, 1, relation, err) : 0;
}

/* --- a whole graph --- */

static int take_vertex(struct builder *b, const struct concepts *c, size_t i,
                       struct err *err)
{
    const struct vertex *v = &c->v[i];
    const struct origin from = {v->source, v->support};
    struct neighbours t, k;
    struct known *known;

    switch (v->type) {
    case VERTEX_CATEGORY:
        if (builder_category(b,
                             &(struct category){(unsigned)v->number, v->slug,
                                                v->text, v->domain},
                             err) != 0)
            return -1;
        known = find(b, VERTEX_CATEGORY, v->slug, -1, err);
        return known->vertex;
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
        return entity_vertex(b, v->text, &from, err);
    default:
        return vertex(b, v->type, v->text, v->text, &from, err);
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
        failed = tie(b, to[IGRAPH_FROM(&c->g, e)], to[IGRAPH_TO(&c->g, e)],
                     c->weighted ? EAN(&c->g, "weight", e) : 1,
                     c->related ? EAS(&c->g, "relation", e) : "", err) != 0;
    free(to);
    return failed ? -1 : 0;
}

/* --- out --- */

static bool any_source(const struct builder *b)
{
    size_t i;

    for (i = 0; i < b->n; i++)
        if (*b->row[i].source != '\0')
            return true;
    return false;
}

static bool any_relation(const struct builder *b)
{
    size_t i;

    for (i = 0; i < b->nties; i++)
        if (*b->tie[i].relation != '\0')
            return true;
    return false;
}

typedef const char *text_of(const struct row *r);

static const char *type_text(const struct row *r)
{
    return vertex_type_name(r->type);
}

static const char *text_text(const struct row *r)
{
    return r->text;
}

static const char *forms_text(const struct row *r)
{
    return r->forms;
}

static const char *slug_text(const struct row *r)
{
    return r->slug;
}

static const char *domain_text(const struct row *r)
{
    return r->domain;
}

static const char *kind_text(const struct row *r)
{
    return r->type == VERTEX_TASK ? task_kind_name(r->kind) : "";
}

static const char *source_text(const struct row *r)
{
    return r->source;
}

static igraph_error_t set_text(const struct builder *b, igraph_t *g,
                               const char *name, text_of *of)
{
    igraph_strvector_t all;
    igraph_error_t bad = igraph_strvector_init(&all, (igraph_integer_t)b->n);
    size_t i;

    if (bad)
        return bad;
    for (i = 0; !bad && i < b->n; i++)
        bad = igraph_strvector_set(&all, (igraph_integer_t)i, of(&b->row[i]));
    if (!bad)
        bad = SETVASV(g, name, &all);
    igraph_strvector_destroy(&all);
    return bad;
}

static igraph_error_t set_numbers(const struct builder *b, igraph_t *g,
                                  bool origins)
{
    igraph_vector_t all;
    igraph_error_t bad = igraph_vector_init(&all, (igraph_integer_t)b->n);
    size_t i;

    if (bad)
        return bad;
    for (i = 0; i < b->n; i++)
        VECTOR(all)[i] = b->row[i].number;
    bad = SETVANV(g, "number", &all);
    for (i = 0; i < b->n; i++)
        VECTOR(all)[i] = b->row[i].support;
    if (!bad && origins)
        bad = SETVANV(g, "support", &all);
    igraph_vector_destroy(&all);
    return bad;
}

static igraph_error_t set_vertices(const struct builder *b, igraph_t *g)
{
    static const struct {
        const char *name;
        text_of *of;
    } texts[] = {{"type", type_text},     {"text", text_text},
                 {"forms", forms_text},   {"slug", slug_text},
                 {"domain", domain_text}, {"kind", kind_text}};
    bool origins = any_source(b);
    igraph_error_t bad = IGRAPH_SUCCESS;
    size_t i;

    for (i = 0; !bad && i < sizeof(texts) / sizeof(*texts); i++)
        bad = set_text(b, g, texts[i].name, texts[i].of);
    if (!bad && origins)
        bad = set_text(b, g, "source", source_text);
    return bad ? bad : set_numbers(b, g, origins);
}

static igraph_error_t set_edges(const struct builder *b, igraph_t *g)
{
    igraph_vector_t weight;
    igraph_strvector_t relation;
    igraph_error_t bad =
        igraph_vector_init(&weight, (igraph_integer_t)b->nties);
    size_t i;

    if (bad)
        return bad;
    for (i = 0; i < b->nties; i++)
        VECTOR(weight)[i] = b->tie[i].weight;
    bad = SETEANV(g, "weight", &weight);
    igraph_vector_destroy(&weight);
    if (bad || !any_relation(b))
        return bad;
    bad = igraph_strvector_init(&relation, (igraph_integer_t)b->nties);
    if (bad)
        return bad;
    for (i = 0; !bad && i < b->nties; i++)
        bad = igraph_strvector_set(&relation, (igraph_integer_t)i,
                                   b->tie[i].relation);
    if (!bad)
        bad = SETEASV(g, "relation", &relation);
    igraph_strvector_destroy(&relation);
    return bad;
}

static igraph_error_t make(const struct builder *b, igraph_t *g)
{
    igraph_vector_int_t ends;
    igraph_error_t bad =
        igraph_vector_int_init(&ends, 2 * (igraph_integer_t)b->nties);
    size_t i;

    if (bad)
        return bad;
    for (i = 0; i < b->nties; i++) {
        VECTOR(ends)[2 * i] = b->tie[i].from;
        VECTOR(ends)[2 * i + 1] = b->tie[i].to;
    }
    bad = igraph_create(g, &ends, (igraph_integer_t)b->n, IGRAPH_UNDIRECTED);
    igraph_vector_int_destroy(&ends);
    return bad;
}

static igraph_error_t join_parallel(igraph_t *g)
{
    igraph_attribute_combination_t how;
    igraph_error_t bad = igraph_attribute_combination(
        &how, "weight", IGRAPH_ATTRIBUTE_COMBINE_MAX, "relation",
        IGRAPH_ATTRIBUTE_COMBINE_FIRST, IGRAPH_NO_MORE_ATTRIBUTES);

    if (bad)
        return bad;
    bad = igraph_simplify(g, true, true, &how);
    igraph_attribute_combination_destroy(&how);
    return bad;
}

/* The one neighbour of a sense that has a type; -1. */
static igraph_integer_t beside(const struct builder *b, const igraph_t *g,
                               igraph_integer_t sense, enum vertex_type type,
                               igraph_vector_int_t *near)
{
    igraph_integer_t i;

    if (igraph_neighbors(g, near, sense, IGRAPH_ALL))
        return -1;
    for (i = 0; i < igraph_vector_int_size(near); i++)
        if (b->row[VECTOR(*near)[i]].type == type)
            return VECTOR(*near)[i];
    return -1;
}

/* A category and a trigger weigh as many senses as they share. */
static igraph_error_t weigh(const struct builder *b, igraph_t *g)
{
    igraph_vector_int_t near;
    igraph_error_t bad = igraph_vector_int_init(&near, 0);
    igraph_integer_t e, c, t;
    size_t i;

    if (bad)
        return bad;
    for (e = 0; !bad && e < igraph_ecount(g); e++) {
        enum vertex_type x = b->row[IGRAPH_FROM(g, e)].type,
                         y = b->row[IGRAPH_TO(g, e)].type;

        if ((x == VERTEX_CATEGORY && y == VERTEX_TRIGGER) ||
            (y == VERTEX_CATEGORY && x == VERTEX_TRIGGER))
            bad = SETEAN(g, "weight", e, 0);
    }
    for (i = 0; !bad && i < b->n; i++) {
        if (b->row[i].type != VERTEX_SENSE)
            continue;
        c = beside(b, g, (igraph_integer_t)i, VERTEX_CATEGORY, &near);
        t = beside(b, g, (igraph_integer_t)i, VERTEX_TRIGGER, &near);
        if (c < 0 || t < 0)
            continue;
        bad = igraph_get_eid(g, &e, c, t, false, false);
        if (!bad && e >= 0)
            bad = SETEAN(g, "weight", e, EAN(g, "weight", e) + 1);
    }
    igraph_vector_int_destroy(&near);
    return bad;
}

static int assemble(const struct builder *b, struct concepts *c,
                    struct err *err)
{
    if (make(b, &c->g))
        return err_nomem(err);
    c->made = true;
    if (set_vertices(b, &c->g) || set_edges(b, &c->g) || join_parallel(&c->g) ||
        weigh(b, &c->g))
        return err_nomem(err);
    return 0;
}

struct concepts *builder_finish(struct builder *b, struct err *err)
{
    struct concepts *c = calloc(1, sizeof(*c));
    int failed = c == NULL ? err_nomem(err) : assemble(b, c, err);

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
