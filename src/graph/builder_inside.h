/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_GRAPH_BUILDER_INSIDE_H
#define PHGEN_GRAPH_BUILDER_INSIDE_H

#include "base/names.h"
#include "graph/builder.h"
#include "graph/inside.h"

/*
 * What a builder holds, for the files of graph/builder.h only: rows of
 * vertices and ties between them, in the order in which they came.
 * builder_rows.c keeps them, whatever they stand for; builder.c knows what
 * comes in; builder_assemble.c makes a graph of all of it.
 *
 * Texts belong to the builder and are never NULL.
 */
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

struct builder {
    struct row *row;
    size_t n, room;
    struct tie *tie;
    size_t nties, ties_room;
    struct name *known; /* type and key; numbers are vertices */
};

/* The vertex of a name; -1 when there is none. */
int builder_find(const struct builder *b, enum vertex_type type,
                 const char *key);

/* The vertex of a name, made with this text when it is new, and found once
 * more in `from`.  -1 with an error. */
int builder_vertex(struct builder *b, enum vertex_type type, const char *key,
                   const char *text, const struct origin *from,
                   struct err *err);

/* Adds to a trigger's forms those that it has not. */
int builder_add_forms(struct builder *b, int vertex, const char *forms,
                      struct err *err);

/* Ties may be parallel. */
int builder_tie(struct builder *b, int from, int to, double weight,
                const char *relation, struct err *err);

/* Fills an empty graph; what was made belongs to it, also after an error. */
int builder_assemble(const struct builder *b, struct concepts *c,
                     struct err *err);

#endif
