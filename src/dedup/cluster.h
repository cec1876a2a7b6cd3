/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_DEDUP_CLUSTER_H
#define PHGEN_DEDUP_CLUSTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Rows joined into clusters: a union-find in which the root is the lowest
 * row, so that what comes out does not depend on the order of joins.
 */
struct cluster_row {
    uint64_t parent, kept;
    uint64_t len;
    double closest; /* of the joins that named the row; 0: none */
};

struct clusters {
    struct cluster_row *row;
    uint64_t n;
    size_t cap;
};

void clusters_init(struct clusters *c);
void clusters_release(struct clusters *c);

/* Rows come in order, from 0.  False: out of memory. */
bool clusters_add(struct clusters *c, uint64_t row, uint64_t len);
void clusters_join(struct clusters *c, uint64_t a, uint64_t b,
                   double similarity);

/* Chooses the row to keep of each cluster: the longest (the first of equals)
 * or the first.  After it rows and joins must not be added. */
void clusters_choose(struct clusters *c, bool longest);

uint64_t clusters_first(const struct clusters *c, uint64_t row);
uint64_t clusters_kept(const struct clusters *c, uint64_t row);
double clusters_closest(const struct clusters *c, uint64_t row);
size_t clusters_bytes(const struct clusters *c);

#endif
