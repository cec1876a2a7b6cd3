/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_GRAPH_INSIDE_H
#define PHGEN_GRAPH_INSIDE_H

#include "graph/concepts.h"

#include <igraph/igraph.h>
#include <stdbool.h>
#include <stdio.h>

/*
 * What a concept graph is made of, for the files of this room only: the
 * igraph that algorithms run on, and beside it what igraph's attributes say,
 * checked and laid out once.
 */
struct vertex {
    enum vertex_type type;
    enum task_kind kind;
    const char *text, *forms, *slug, *domain, *source;
    double support;
    int number;                    /* a category's id, else 0 */
    int category;                  /* of a sense: index; else -1 */
    size_t from[VERTEX_TYPES + 1]; /* borders in near_vertex */
};

struct concepts {
    igraph_t g;
    bool made;     /* `g` is there */
    bool origins;  /* vertices have `source` and `support` */
    bool weighted; /* edges have `weight` */
    bool related;  /* edges have `relation` */
    struct vertex *v;
    size_t n;
    int *near_vertex;
    double *near_weight;
    struct category *categories;
    int *category_vertex;
    size_t ncategories;
};

/* Bounds on a file that anybody may have written. */
#define TEXT_MAX     4096 /* bytes of an attribute */
#define VERTICES_MAX 20000000
#define EDGES_MAX    100000000

/* Reads the attributes of `g`, checks them and lays them out; concepts_finish
 * also makes sure that every walk gets through. */
int concepts_index(struct concepts *c, struct err *err);
int concepts_finish(struct concepts *c, struct err *err);

/* Loads a file; when not `whole`, also one that no walk gets through. */
struct concepts *concepts_open(const char *path, bool whole, struct err *err);
struct concepts *concepts_read(FILE *f, const char *name, bool whole,
                               struct err *err);

#endif
