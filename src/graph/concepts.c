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
#include "base/text.h"
#include "graph/inside.h"
#include "graph/validate.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char *const types[VERTEX_TYPES] = {
    [VERTEX_CATEGORY] = "category", [VERTEX_TRIGGER] = "trigger",
    [VERTEX_SENSE] = "sense",       [VERTEX_SETTING] = "setting",
    [VERTEX_TASK] = "task",         [VERTEX_ENTITY] = "entity",
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

static int read_category(struct vertex *v, const igraph_t *g,
                         igraph_integer_t i, struct err *err)
{
    double number = VAN(g, "number", i);

    if (!(number >= 1 && number <= 1e6) || number != (int)number ||
        *v->slug == '\0' || *v->domain == '\0')
        return err_set(err,
                       "category \"%.60s\" lacks a number of its own, a slug "
                       "or a domain",
                       v->text);
    v->number = (int)number;
    return 0;
}

static bool fits(const char *text, size_t max)
{
    size_t len = strlen(text);

    return len <= max && text_valid(text, len);
}

static int read_vertex(struct concepts *c, igraph_integer_t i, bool origins,
                       struct err *err)
{
    const char *type = VAS(&c->g, "type", i);
    struct vertex *v = &c->v[i];
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
    v->source = origins ? VAS(&c->g, "source", i) : "";
    v->support = origins ? VAN(&c->g, "support", i) : 0;
    v->category = -1;
    if (*v->text == '\0' || !fits(v->text, TEXT_MAX) ||
        !fits(v->forms, TEXT_MAX) || !fits(v->slug, TEXT_MAX) ||
        !fits(v->domain, TEXT_MAX) || !fits(v->source, TEXT_MAX))
        return err_set(err,
                       "vertex %d has no text, or one that is not UTF-8 of at "
                       "most %d bytes",
                       (int)i, TEXT_MAX);
    if (!(v->support >= 0 && v->support <= 1e12))
        v->support = 0;
    if (v->type == VERTEX_CATEGORY) {
        c->ncategories++;
        return read_category(v, &c->g, i, err);
    }
    if (v->type != VERTEX_TASK)
        return 0;
    k = task_kind_find(VAS(&c->g, "kind", i));
    if (k < 0)
        return err_set(err, "task \"%.60s\" has the unknown kind \"%.20s\"",
                       v->text, VAS(&c->g, "kind", i));
    v->kind = (enum task_kind)k;
    return 0;
}

/* Is there an attribute of that name and type?  igraph reads one of another
 * type as nothing, so a graph's numbers written as text must be told here. */
static bool has(const igraph_strvector_t *names,
                const igraph_vector_int_t *kinds, const char *name,
                igraph_attribute_type_t kind)
{
    igraph_integer_t i;

    for (i = 0; i < igraph_strvector_size(names); i++)
        if (strcmp(igraph_strvector_get(names, i), name) == 0)
            return VECTOR(*kinds)[i] == kind;
    return false;
}

struct attributes {
    igraph_strvector_t names[3]; /* of the graph, its vertices, its edges */
    igraph_vector_int_t kinds[3];
};

static int check_attributes(struct concepts *c, const struct attributes *a,
                            struct err *err)
{
    static const char *const needed[] = {"type", "text",   "forms", "slug",
                                         "kind", "domain", NULL};
    size_t k;

    for (k = 0; needed[k] != NULL; k++)
        if (!has(&a->names[1], &a->kinds[1], needed[k],
                 IGRAPH_ATTRIBUTE_STRING))
            return err_set(err,
                           "its vertices have no attribute \"%s\" of type "
                           "string",
                           needed[k]);
    if (!has(&a->names[1], &a->kinds[1], "number", IGRAPH_ATTRIBUTE_NUMERIC))
        return err_set(err, "its vertices have no attribute \"number\" of "
                            "type double");
    c->origins =
        has(&a->names[1], &a->kinds[1], "source", IGRAPH_ATTRIBUTE_STRING) &&
        has(&a->names[1], &a->kinds[1], "support", IGRAPH_ATTRIBUTE_NUMERIC);
    c->weighted =
        has(&a->names[2], &a->kinds[2], "weight", IGRAPH_ATTRIBUTE_NUMERIC);
    c->related =
        has(&a->names[2], &a->kinds[2], "relation", IGRAPH_ATTRIBUTE_STRING);
    return 0;
}

static int read_attributes(struct concepts *c, struct err *err)
{
    struct attributes a;
    igraph_error_t bad = IGRAPH_SUCCESS;
    int i, failed;

    for (i = 0; i < 3; i++)
        bad |= igraph_strvector_init(&a.names[i], 0) |
               igraph_vector_int_init(&a.kinds[i], 0);
    if (!bad)
        bad =
            igraph_cattribute_list(&c->g, &a.names[0], &a.kinds[0], &a.names[1],
                                   &a.kinds[1], &a.names[2], &a.kinds[2]);
    failed = bad ? err_nomem(err) : check_attributes(c, &a, err);
    for (i = 0; i < 3; i++) {
        igraph_strvector_destroy(&a.names[i]);
        igraph_vector_int_destroy(&a.kinds[i]);
    }
    return failed;
}

static int read_vertices(struct concepts *c, struct err *err)
{
    igraph_integer_t i;

    if (read_attributes(c, err) != 0)
        return -1;
    if (igraph_vcount(&c->g) > VERTICES_MAX || igraph_ecount(&c->g) > EDGES_MAX)
        return err_set(err, "it has more than %d vertices or %d edges",
                       VERTICES_MAX, EDGES_MAX);
    c->n = (size_t)igraph_vcount(&c->g);
    c->v = calloc(c->n + 1, sizeof(*c->v));
    if (c->v == NULL)
        return err_nomem(err);
    for (i = 0; i < (igraph_integer_t)c->n; i++)
        if (read_vertex(c, i, c->origins, err) != 0)
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
                    igraph_vector_int_t *edges, struct err *err)
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
        half[k].weight = c->weighted ? EAN(&c->g, "weight", e) : 1;
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
    igraph_vector_int_t edges;
    igraph_integer_t i;
    long n = 0;

    c->near_vertex = calloc(ends + 1, sizeof(*c->near_vertex));
    c->near_weight = calloc(ends + 1, sizeof(*c->near_weight));
    if (c->near_vertex == NULL || c->near_weight == NULL ||
        igraph_vector_int_init(&edges, 0) != IGRAPH_SUCCESS)
        return err_nomem(err);
    for (i = 0; n >= 0 && i < (igraph_integer_t)c->n; i++) {
        n = lay_out(c, i, at, &edges, err);
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

/* The first thing that keeps a walk from getting through. */
static int check_walkable(const struct concepts *c, struct err *err)
{
    struct problems p;
    int failed = 0;

    problems_init(&p, 1);
    concepts_find_faults(c, &p);
    if (p.n > 0)
        failed = err_set(err, "%s", p.text[0]);
    problems_release(&p);
    return failed;
}

int concepts_index(struct concepts *c, struct err *err)
{
    if (read_vertices(c, err) != 0 || lay_out_all(c, err) != 0)
        return -1;
    return index_categories(c, err);
}

int concepts_finish(struct concepts *c, struct err *err)
{
    return concepts_index(c, err) != 0 ? -1 : check_walkable(c, err);
}

/* --- files --- */

/* Walks go both ways along an edge, whatever the file says of it. */
static int read_graphml(struct concepts *c, FILE *f, const char *name,
                        struct err *err)
{
    igraph_error_t bad = igraph_read_graph_graphml(&c->g, f, 0);

    if (bad)
        return err_set(err, "%s is not a GraphML file that igraph can read: %s",
                       name, igraph_strerror(bad));
    c->made = true;
    igraph_cattribute_remove_v(&c->g, "id"); /* the file's own numbering */
    if (igraph_is_directed(&c->g) &&
        igraph_to_undirected(&c->g, IGRAPH_TO_UNDIRECTED_EACH, NULL))
        return err_nomem(err);
    return 0;
}

struct concepts *concepts_read(FILE *f, const char *name, bool whole,
                               struct err *err)
{
    struct concepts *c = calloc(1, sizeof(*c));
    int failed;

    if (c == NULL) {
        err_nomem(err);
        return NULL;
    }
    failed = read_graphml(c, f, name, err);
    if (!failed) {
        failed = whole ? concepts_finish(c, err) : concepts_index(c, err);
        if (failed)
            err_prefix(err, "%s is not a concept graph", name);
    }
    if (failed) {
        concepts_free(c);
        return NULL;
    }
    return c;
}

struct concepts *concepts_open(const char *path, bool whole, struct err *err)
{
    FILE *f = fopen(path, "rb");
    struct concepts *c;

    if (f == NULL) {
        err_set(err, "cannot open the concept graph %s: %s", path,
                strerror(errno));
        return NULL;
    }
    c = concepts_read(f, path, whole, err);
    fclose(f);
    return c;
}

struct concepts *concepts_load(const char *path, struct err *err)
{
    return concepts_open(path, true, err);
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

enum vertex_type concepts_type(const struct concepts *c, int vertex)
{
    return c->v[vertex].type;
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

const char *concepts_source(const struct concepts *c, int vertex)
{
    return c->v[vertex].source;
}

double concepts_support(const struct concepts *c, int vertex)
{
    return c->v[vertex].support;
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

const char *concepts_library(void)
{
    const char *version;

    igraph_version(&version, NULL, NULL, NULL);
    return version;
}
