/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Path halving keeps finds short without ranks; rank would choose the root,
 * and the root has to be the lowest row.
 */
#include "dedup/cluster.h"

#include <stdlib.h>
#include <string.h>

void clusters_init(struct clusters *c)
{
    memset(c, 0, sizeof(*c));
}

void clusters_release(struct clusters *c)
{
    free(c->row);
    clusters_init(c);
}

size_t clusters_bytes(const struct clusters *c)
{
    return c->cap * sizeof(*c->row);
}

bool clusters_add(struct clusters *c, uint64_t row, uint64_t len)
{
    size_t cap = c->cap + c->cap / 2 + 1024;
    struct cluster_row *p;

    if (row >= c->cap) {
        p = realloc(c->row, cap * sizeof(*p));
        if (p == NULL)
            return false;
        c->row = p;
        c->cap = cap;
    }
    c->row[row] = (struct cluster_row){row, row, len, 0};
    c->n = row + 1;
    return true;
}

static uint64_t root(struct clusters *c, uint64_t row)
{
    while (c->row[row].parent != row) {
        c->row[row].parent = c->row[c->row[row].parent].parent;
        row = c->row[row].parent;
    }
    return row;
}

static void note(struct cluster_row *r, double similarity)
{
    if (similarity > r->closest)
        r->closest = similarity;
}

void clusters_join(struct clusters *c, uint64_t a, uint64_t b,
                   double similarity)
{
    uint64_t x = root(c, a), y = root(c, b);

    note(&c->row[a], similarity);
    note(&c->row[b], similarity);
    if (x < y)
        c->row[y].parent = x;
    else
        c->row[x].parent = y;
}

void clusters_choose(struct clusters *c, bool longest)
{
    struct cluster_row *r;
    uint64_t i;

    for (i = 0; i < c->n; i++) {
        r = &c->row[root(c, i)];
        c->row[i].parent = root(c, i);
        if (longest && c->row[i].len > c->row[r->kept].len)
            r->kept = i;
    }
}

uint64_t clusters_first(const struct clusters *c, uint64_t row)
{
    return c->row[row].parent;
}

uint64_t clusters_kept(const struct clusters *c, uint64_t row)
{
    return c->row[c->row[row].parent].kept;
}

double clusters_closest(const struct clusters *c, uint64_t row)
{
    return c->row[row].closest > 0 ? c->row[row].closest : 1;
}
