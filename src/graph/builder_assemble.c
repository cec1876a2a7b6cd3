/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * igraph gets all of it at once: ends of edges, then attributes as columns.
 * Parallel edges are joined after that: the heavier weight stands, but a
 * category and a trigger weigh as many senses as they share, counted when
 * everything is known.
 */
#include "graph/builder_inside.h"

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

int builder_assemble(const struct builder *b, struct concepts *c,
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
