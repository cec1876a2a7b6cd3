/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_GRAPH_MEASURE_H
#define PHGEN_GRAPH_MEASURE_H

#include "base/err.h"
#include "graph/concepts.h"

#include <stddef.h>

/*
 * The shape of a concept graph, by igraph's algorithms.
 *
 * Communities are Leiden's (Traag, Waltman and van Eck, "From Louvain to
 * Leiden", Scientific Reports 9, 2019), for the greatest modularity, with a
 * fixed seed.  A hub is a trigger; `rank` is its PageRank as a multiple of the
 * mean, to six digits, `core` its coreness: it lies in a part where everybody has at least
 * that many neighbours.
 */
#define DEGREE_BINS  9 /* 0, 1, 2, to 4, to 8, to 16, to 32, to 64, more */
#define MEASURE_HUBS 10

struct measured_hub {
    int vertex;
    size_t categories, senses;
    double rank;
    size_t core;
};

struct measures {
    size_t degrees[DEGREE_BINS];
    double mean_degree[VERTEX_TYPES];
    size_t max_degree[VERTEX_TYPES];
    size_t communities, largest_community;
    double modularity;
    int *community;       /* by vertex, from 0 */
    size_t core, in_core; /* the highest coreness, and who has it */
    struct measured_hub hubs[MEASURE_HUBS]; /* highest rank first */
    size_t nhubs;
};

/* The smallest degree of a bin. */
size_t measures_bin_from(size_t bin);

int concepts_measure(const struct concepts *c, struct measures *out,
                     struct err *err);
void measures_release(struct measures *m);

#endif
