/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_GRAPH_INSIDE_H
#define PHGEN_GRAPH_INSIDE_H

#include "graph/concepts.h"

#include <igraph/igraph.h>
#include <stdbool.h>

/*
 * What a concept graph is made of, for the files of this room only: the
 * igraph that algorithms run on, and beside it what igraph's attributes say,
 * checked and laid out once.
 */
struct vertex {
    enum vertex_type type;
    enum task_kind kind;
    const char *text, *forms, *slug, *domain;
    int number;                    /* a category's id, else 0 */
    int category;                  /* of a sense: index; else -1 */
    size_t from[VERTEX_TYPES + 1]; /* borders in near_vertex */
};

struct concepts {
    igraph_t g;
    bool made;
    struct vertex *v;
    size_t n;
    int *near_vertex;
    double *near_weight;
    struct category *categories;
    int *category_vertex;
    size_t ncategories;
};

#endif
