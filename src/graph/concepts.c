/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * igraph holds the graph and does its file format; walking it a million
 * times wants typed neighbour lists, so these are laid out once after
 * building or loading: all neighbours of a vertex in one run, sorted by
 * type, with the five borders beside.
 *
 * A GraphML file is user input: every attribute is checked before use.
 */
#include "graph/concepts.h"
#include "base/file.h"
#include "base/log.h"
#include "base/str.h"
#include "base/text.h"
#include "graph/inside.h"
#include "graph/seeds.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

static const char *const types[VERTEX_TYPES] = {
    [VERTEX_CATEGORY] = "category", [VERTEX_TRIGGER] = "trigger",
    [VERTEX_SENSE] = "sense",       [VERTEX_SETTING] = "setting",
    [VERTEX_TASK] = "task",
};

const char *vertex_type_name(enum vertex_type t)
{
    return types[t];
}

void concepts_init(void)
{
    igraph_set_error_handler(igraph_error_handler_ignore);
    igraph_set_warning_handler(igraph_warning_handler_ignore);
    igraph_set_attribute_table(&igraph_cattribute_table);
}

void concepts_free(struct concepts *c)
{
    if (c == NULL)
        return;
    if (c->made)
        igraph_destroy(&c->g);
    free(c->v);
    free(c->near_vertex);
    free(c->near_weight);
    free(c->categories);
    free(c->category_vertex);
    free(c);
}

/* --- from the igraph to typed neighbour lists --- */

static int read_vertex(struct concepts *c, igraph_integer_t i, struct err *err)
{
    const char *type = VAS(&c->g, "type", i);
    struct vertex *v = &c->v[i];
    const char *kind;
    int k;

    for (k = 0; k < VERTEX_TYPES; k++)
        if (strcmp(type, types[k]) == 0)
            break;
    if (k == VERTEX_TYPES)
        return err_set(err, "vertex %d has the unknown type \"%.40s\"", (int)i,
                       type);
    v->type = (enum vertex_type)k;
    v->text = VAS(&c->g, "text", i);
    v->forms = VAS(&c->g, "forms", i);
    v->slug = VAS(&c->g, "slug", i);
    v->domain = VAS(&c->g, "domain", i);
    v->category = -1;
    if (*v->text == '\0' || !text_valid(v->text, strlen(v->text)))
        return err_set(err, "vertex %d has no valid text", (int)i);
    if (v->type == VERTEX_CATEGORY) {
        v->number = (int)VAN(&c->g, "number", i);
        if (v->number < 1 || *v->slug == '\0' || *v->domain == '\0')
            return err_set(err,
                           "category \"%.60s\" lacks number, slug or domain",
                           v->text);
        c->ncategories++;
    }
    if (v->type == VERTEX_TASK) {
        kind = VAS(&c->g, "kind", i);
        k = task_kind_find(kind);
        if (k < 0)
            return err_set(err, "task \"%.60s\" has the unknown kind \"%.20s\"",
                           v->text, kind);
        v->kind = (enum task_kind)k;
    }
    return 0;
}

static int read_vertices(struct concepts *c, struct err *err)
{
    static const char *const needed[] = {"type", "text",   "forms", "slug",
                                         "kind", "domain", NULL};
    igraph_integer_t i;
    size_t k;

    for (k = 0; needed[k] != NULL; k++)
        if (!igraph_cattribute_has_attr(&c->g, IGRAPH_ATTRIBUTE_VERTEX,
                                        needed[k]))
            return err_set(err, "its vertices have no attribute \"%s\"",
                           needed[k]);
    if (!igraph_cattribute_has_attr(&c->g, IGRAPH_ATTRIBUTE_VERTEX, "number"))
        return err_set(err, "its vertices have no attribute \"number\"");
    c->n = (size_t)igraph_vcount(&c->g);
    c->v = calloc(c->n + 1, sizeof(*c->v));
    if (c->v == NULL)
        return err_nomem(err);
    for (i = 0; i < (igraph_integer_t)c->n; i++)
        if (read_vertex(c, i, err) != 0)
            return -1;
    return 0;
}

struct half_edge {
    int vertex, type;
    double weight;
};

static int by_type(const void *a, const void *b)
{
    const struct half_edge *x = a, *y = b;

    if (x->type != y->type)
        return x->type - y->type;
    return x->vertex - y->vertex;
}

/* Lays out the neighbours of `i` at `at`; returns how many, or -1. */
static long lay_out(struct concepts *c, igraph_integer_t i, size_t at,
                    igraph_vector_int_t *edges, bool weighted, struct err *err)
{
    struct half_edge *half;
    long n, k;
    int t = 0;

    if (igraph_incident(&c->g, edges, i, IGRAPH_ALL) != IGRAPH_SUCCESS)
        return err_nomem(err);
    n = (long)igraph_vector_int_size(edges);
    half = calloc((size_t)n + 1, sizeof(*half));
    if (half == NULL)
        return err_nomem(err);
    for (k = 0; k < n; k++) {
        igraph_integer_t e = VECTOR(*edges)[k];

        half[k].vertex = (int)IGRAPH_OTHER(&c->g, e, i);
        half[k].type = (int)c->v[half[k].vertex].type;
        half[k].weight = weighted ? EAN(&c->g, "weight", e) : 1;
        if (!(half[k].weight > 0 && half[k].weight < 1e9))
            half[k].weight = 1;
    }
    qsort(half, (size_t)n, sizeof(*half), by_type);
    for (k = 0; k < n; k++) {
        for (; t <= half[k].type; t++)
            c->v[i].from[t] = at + (size_t)k;
        c->near_vertex[at + (size_t)k] = half[k].vertex;
        c->near_weight[at + (size_t)k] = half[k].weight;
    }
    for (; t <= VERTEX_TYPES; t++)
        c->v[i].from[t] = at + (size_t)n;
    free(half);
    return n;
}

static int lay_out_all(struct concepts *c, struct err *err)
{
    size_t ends = 2 * (size_t)igraph_ecount(&c->g), at = 0;
    bool weighted =
        igraph_cattribute_has_attr(&c->g, IGRAPH_ATTRIBUTE_EDGE, "weight");
    igraph_vector_int_t edges;
    igraph_integer_t i;
    long n = 0;

    c->near_vertex = calloc(ends + 1, sizeof(*c->near_vertex));
    c->near_weight = calloc(ends + 1, sizeof(*c->near_weight));
    if (c->near_vertex == NULL || c->near_weight == NULL ||
        igraph_vector_int_init(&edges, 0) != IGRAPH_SUCCESS)
        return err_nomem(err);
    for (i = 0; n >= 0 && i < (igraph_integer_t)c->n; i++) {
        n = lay_out(c, i, at, &edges, weighted, err);
        at += n > 0 ? (size_t)n : 0;
    }
    igraph_vector_int_destroy(&edges);
    return n < 0 ? -1 : 0;
}

static int by_id(const void *a, const void *b)
{
    const struct category *x = a, *y = b;

    return x->id < y->id ? -1 : x->id > y->id;
}

/* The category table in the order of ids, and each sense's place in it. */
static int index_categories(struct concepts *c, struct err *err)
{
    size_t i, k = 0, s;
    struct neighbours near;

    if (c->ncategories == 0 || c->ncategories > CATEGORIES_MAX)
        return err_set(err, "it has %zu categories, not 1 to %d",
                       c->ncategories, CATEGORIES_MAX);
    c->categories = calloc(c->ncategories + 1, sizeof(*c->categories));
    c->category_vertex = calloc(c->ncategories + 1, sizeof(int));
    if (c->categories == NULL || c->category_vertex == NULL)
        return err_nomem(err);
    for (i = 0; i < c->n; i++)
        if (c->v[i].type == VERTEX_CATEGORY)
            c->categories[k++] =
                (struct category){.id = (unsigned)c->v[i].number,
                                  .slug = c->v[i].slug,
                                  .name = c->v[i].text,
                                  .domain = c->v[i].domain};
    qsort(c->categories, k, sizeof(*c->categories), by_id);
    for (k = 0; k + 1 < c->ncategories; k++)
        if (c->categories[k].id == c->categories[k + 1].id)
            return err_set(err, "two categories have the number %u",
                           c->categories[k].id);
    for (i = 0; i < c->n; i++) {
        if (c->v[i].type != VERTEX_CATEGORY)
            continue;
        for (k = 0; c->categories[k].id != (unsigned)c->v[i].number; k++)
            ;
        c->category_vertex[k] = (int)i;
        near = concepts_near(c, (int)i, VERTEX_SENSE);
        for (s = 0; s < near.n; s++)
            c->v[near.vertex[s]].category = (int)k;
    }
    return 0;
}

/* A walk from any category must reach a task. */
static int check_walkable(const struct concepts *c, struct err *err)
{
    size_t i, tasks = 0;

    for (i = 0; i < c->n; i++) {
        const struct vertex *v = &c->v[i];
        int id = (int)i;

        if (v->type == VERTEX_CATEGORY &&
            concepts_near(c, id, VERTEX_TRIGGER).n == 0)
            return err_set(err, "category \"%s\" has no triggers", v->slug);
        if (v->type == VERTEX_SENSE &&
            (v->category < 0 || concepts_near(c, id, VERTEX_TASK).n == 0 ||
             concepts_near(c, id, VERTEX_TRIGGER).n != 1))
            return err_set(err,
                           "sense \"%.60s\" needs one trigger, a category and "
                           "a task",
                           v->text);
        tasks += v->type == VERTEX_TASK;
    }
    if (tasks == 0)
        return err_set(err, "it has no tasks");
    return 0;
}

static int finish(struct concepts *c, struct err *err)
{
    if (read_vertices(c, err) != 0 || lay_out_all(c, err) != 0 ||
        index_categories(c, err) != 0 || check_walkable(c, err) != 0)
        return -1;
    return 0;
}

/* --- from seeds --- */

struct known {
    UT_hash_handle hh;
    int vertex;
    char key[];
};

/* What is being built: vertex rows, edge ends, and who is already there. */
struct builder {
    igraph_strvector_t type, text, forms, slug, domain, kind;
    igraph_vector_t number, weight;
    igraph_vector_int_t ends;
    struct known *known;
    int n;
    bool failed;
};

static void put(struct builder *b, igraph_strvector_t *v, const char *s)
{
    if (igraph_strvector_push_back(v, s) != IGRAPH_SUCCESS)
        b->failed = true;
}

/* The vertex of (type, key), made when it is new. */
static int vertex(struct builder *b, enum vertex_type type, const char *key,
                  const char *text, const char *forms, const char *kind)
{
    struct known *k = NULL;
    struct str full;

    str_init(&full, 1 << 16);
    str_addf(&full, "%d/%s", (int)type, key);
    HASH_FIND_STR(b->known, full.s, k);
    if (k == NULL && (k = malloc(sizeof(*k) + full.len + 1)) != NULL) {
        memcpy(k->key, full.s, full.len + 1);
        k->vertex = b->n++;
        HASH_ADD_STR(b->known, key, k);
        put(b, &b->type, types[type]);
        put(b, &b->text, text);
        put(b, &b->forms, forms);
        put(b, &b->slug, type == VERTEX_CATEGORY ? key : "");
        put(b, &b->domain, "");
        put(b, &b->kind, kind);
        if (igraph_vector_push_back(&b->number, 0) != IGRAPH_SUCCESS)
            b->failed = true;
    }
    str_release(&full);
    b->failed |= k == NULL;
    return k != NULL ? k->vertex : 0;
}

static void edge(struct builder *b, int from, int to)
{
    if (igraph_vector_int_push_back(&b->ends, from) != IGRAPH_SUCCESS ||
        igraph_vector_int_push_back(&b->ends, to) != IGRAPH_SUCCESS)
        b->failed = true;
}

static void add_sense(struct builder *b, const struct seed_sense *s)
{
    struct str key;
    int category, trigger, sense;
    size_t i;

    str_init(&key, 1 << 16);
    category = vertex(b, VERTEX_CATEGORY, s->category->slug, "", "", "");
    trigger = vertex(b, VERTEX_TRIGGER, s->trigger, s->trigger, s->forms, "");
    str_addf(&key, "%s/%s/%s", s->category->slug, s->trigger, s->sense);
    sense = vertex(b, VERTEX_SENSE, key.s, s->sense, "", "");
    edge(b, category, trigger);
    edge(b, trigger, sense);
    edge(b, category, sense);
    for (i = 0; i < s->nsettings; i++)
        edge(b, sense,
             vertex(b, VERTEX_SETTING, s->settings[i], s->settings[i], "", ""));
    for (i = 0; i < s->ntasks; i++)
        edge(b, sense,
             vertex(b, VERTEX_TASK, s->tasks[i].text, s->tasks[i].text, "",
                    task_kind_name(s->tasks[i].kind)));
    str_release(&key);
}

static void builder_init(struct builder *b)
{
    memset(b, 0, sizeof(*b));
    b->failed = igraph_strvector_init(&b->type, 0) ||
                igraph_strvector_init(&b->text, 0) ||
                igraph_strvector_init(&b->forms, 0) ||
                igraph_strvector_init(&b->slug, 0) ||
                igraph_strvector_init(&b->domain, 0) ||
                igraph_strvector_init(&b->kind, 0) ||
                igraph_vector_init(&b->number, 0) ||
                igraph_vector_init(&b->weight, 0) ||
                igraph_vector_int_init(&b->ends, 0);
}

static void builder_release(struct builder *b)
{
    struct known *k, *next;

    HASH_ITER(hh, b->known, k, next)
    {
        HASH_DEL(b->known, k);
        free(k);
    }
    igraph_strvector_destroy(&b->type);
    igraph_strvector_destroy(&b->text);
    igraph_strvector_destroy(&b->forms);
    igraph_strvector_destroy(&b->slug);
    igraph_strvector_destroy(&b->domain);
    igraph_strvector_destroy(&b->kind);
    igraph_vector_destroy(&b->number);
    igraph_vector_destroy(&b->weight);
    igraph_vector_int_destroy(&b->ends);
}

/* Category vertices come first, in the order of the table. */
static void add_categories(struct builder *b, const struct seeds *seeds)
{
    const struct category *c;
    size_t i, n = seeds_categories(seeds, &c);
    int v;

    for (i = 0; i < n && !b->failed; i++) {
        v = vertex(b, VERTEX_CATEGORY, c[i].slug, c[i].name, "", "");
        VECTOR(b->number)[v] = c[i].id;
        if (igraph_strvector_set(&b->domain, v, c[i].domain))
            b->failed = true;
    }
}

static int read_seeds(struct builder *b, const char *dir, struct err *err)
{
    struct seeds *seeds = seeds_open(dir, err);
    struct seed_sense sense;
    int got;

    if (seeds == NULL)
        return -1;
    add_categories(b, seeds);
    while ((got = seeds_next(seeds, &sense, err)) > 0 && !b->failed)
        add_sense(b, &sense);
    seeds_close(seeds);
    if (got >= 0 && b->failed)
        return err_nomem(err);
    return got < 0 ? -1 : 0;
}

/* Parallel edges (a category meets a trigger once a sense) become weight. */
static int assemble(struct builder *b, igraph_t *g, struct err *err)
{
    igraph_attribute_combination_t sum;
    igraph_error_t bad = IGRAPH_SUCCESS;
    igraph_integer_t m;

    if (igraph_create(g, &b->ends, b->n, IGRAPH_UNDIRECTED))
        return err_nomem(err);
    m = igraph_ecount(g);
    bad |= igraph_vector_resize(&b->weight, m);
    igraph_vector_fill(&b->weight, 1);
    bad |= SETVASV(g, "type", &b->type);
    bad |= SETVASV(g, "text", &b->text);
    bad |= SETVASV(g, "forms", &b->forms);
    bad |= SETVASV(g, "slug", &b->slug);
    bad |= SETVASV(g, "domain", &b->domain);
    bad |= SETVASV(g, "kind", &b->kind);
    bad |= SETVANV(g, "number", &b->number);
    bad |= SETEANV(g, "weight", &b->weight);
    bad |= igraph_attribute_combination(&sum, "weight",
                                        IGRAPH_ATTRIBUTE_COMBINE_SUM,
                                        IGRAPH_NO_MORE_ATTRIBUTES);
    if (!bad) {
        bad |= igraph_simplify(g, true, true, &sum);
        igraph_attribute_combination_destroy(&sum);
    }
    if (bad) {
        igraph_destroy(g);
        return err_nomem(err);
    }
    return 0;
}

struct concepts *concepts_build(const char *seeds_dir, struct err *err)
{
    struct concepts *c = calloc(1, sizeof(*c));
    struct builder b;
    int failed;

    if (c == NULL) {
        err_nomem(err);
        return NULL;
    }
    builder_init(&b);
    failed =
        read_seeds(&b, seeds_dir, err) != 0 || assemble(&b, &c->g, err) != 0;
    builder_release(&b);
    c->made = !failed;
    if (failed || finish(c, err) != 0) {
        concepts_free(c);
        return NULL;
    }
    return c;
}

/* --- files --- */

struct concepts *concepts_load(const char *path, struct err *err)
{
    struct concepts *c = calloc(1, sizeof(*c));
    igraph_error_t bad;
    FILE *f;

    if (c == NULL) {
        err_nomem(err);
        return NULL;
    }
    f = fopen(path, "rb");
    if (f == NULL) {
        err_set(err, "cannot open the concept graph %s: %s", path,
                strerror(errno));
        free(c);
        return NULL;
    }
    bad = igraph_read_graph_graphml(&c->g, f, 0);
    fclose(f);
    if (bad) {
        err_set(err, "%s is not a GraphML file that igraph can read: %s", path,
                igraph_strerror(bad));
        free(c);
        return NULL;
    }
    c->made = true;
    if (finish(c, err) != 0) {
        err_prefix(err, "%s is not a concept graph", path);
        concepts_free(c);
        return NULL;
    }
    return c;
}

int concepts_save(const struct concepts *c, const char *path, struct err *err)
{
    struct outfile f;

    if (outfile_open(&f, path, err) != 0)
        return -1;
    if (igraph_write_graph_graphml(&c->g, f.stream, false)) {
        outfile_abandon(&f);
        return err_set(err, "cannot write the graph to %s", path);
    }
    return outfile_commit(&f, err);
}

/* --- reading ---------------------------------------------------------------
 */

struct neighbours concepts_near(const struct concepts *c, int vertex,
                                enum vertex_type type)
{
    const struct vertex *v = &c->v[vertex];
    struct neighbours out = {c->near_vertex + v->from[type],
                             c->near_weight + v->from[type],
                             v->from[type + 1] - v->from[type]};

    return out;
}

size_t concepts_count(const struct concepts *c)
{
    return c->n;
}

const char *concepts_text(const struct concepts *c, int vertex)
{
    return c->v[vertex].text;
}

const char *concepts_forms(const struct concepts *c, int trigger)
{
    return c->v[trigger].forms;
}

enum task_kind concepts_kind(const struct concepts *c, int task)
{
    assert(c->v[task].type == VERTEX_TASK);
    return c->v[task].kind;
}

size_t concepts_categories(const struct concepts *c,
                           const struct category **out)
{
    *out = c->categories;
    return c->ncategories;
}

int concepts_category_vertex(const struct concepts *c, size_t category)
{
    return c->category_vertex[category];
}

size_t concepts_sense_category(const struct concepts *c, int sense)
{
    return (size_t)c->v[sense].category;
}

struct hash128 concepts_hash(const struct concepts *c)
{
    struct hasher *h = hasher_new();
    size_t i, k;

    for (i = 0; i < c->n; i++) {
        const struct vertex *v = &c->v[i];

        hash_number(h, v->type);
        hash_string(h, v->text);
        hash_string(h, v->forms);
        hash_string(h, v->slug);
        hash_string(h, v->domain);
        hash_number(h, (uint64_t)v->number);
        hash_number(h, v->kind);
        for (k = v->from[0]; k < v->from[VERTEX_TYPES]; k++) {
            hash_number(h, (uint64_t)c->near_vertex[k]);
            hash_field(h, &c->near_weight[k], sizeof(double));
        }
    }
    return hasher_end(h);
}

int concepts_stats(const struct concepts *c, struct concept_stats *out,
                   struct err *err)
{
    igraph_vector_int_t sizes;
    igraph_integer_t n;
    size_t i;

    memset(out, 0, sizeof(*out));
    for (i = 0; i < c->n; i++) {
        out->by_type[c->v[i].type]++;
        if (c->v[i].type == VERTEX_TASK)
            out->tasks_by_kind[c->v[i].kind]++;
    }
    out->edges = (size_t)igraph_ecount(&c->g);
    out->mean_degree = c->n > 0 ? 2.0 * (double)out->edges / (double)c->n : 0;
    if (igraph_vector_int_init(&sizes, 0))
        return err_nomem(err);
    if (igraph_connected_components(&c->g, NULL, &sizes, &n, IGRAPH_WEAK)) {
        igraph_vector_int_destroy(&sizes);
        return err_nomem(err);
    }
    out->components = (size_t)n;
    out->largest_component = (size_t)igraph_vector_int_max(&sizes);
    igraph_vector_int_destroy(&sizes);
    return 0;
}
