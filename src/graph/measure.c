/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Each algorithm in a function of its own; all are igraph's.  The random
 * numbers that Leiden takes are igraph's too, and seeded here, so that the
 * same graph always falls into the same communities.
 */
#include "graph/measure.h"
#include "graph/inside.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define LEIDEN_SEED  1
#define LEIDEN_TURNS 20
#define LEIDEN_BETA  0.01 /* randomness of the refinement, as in the paper */
#define DAMPING      0.85

void measures_release(struct measures *m)
{
    free(m->community);
    memset(m, 0, sizeof(*m));
}

/* --- degrees --- */

static size_t bin_of(size_t degree)
{
    size_t bin = 0;

    while (bin + 1 < DEGREE_BINS && degree >= measures_bin_from(bin + 1))
        bin++;
    return bin;
}

size_t measures_bin_from(size_t bin)
{
    static const size_t from[DEGREE_BINS] = {0, 1, 2, 3, 5, 9, 17, 33, 65};

    return from[bin];
}

static void count_degrees(const struct concepts *c, struct measures *m)
{
    size_t n[VERTEX_TYPES] = {0}, i, degree, t;

    for (i = 0; i < c->n; i++) {
        t = c->v[i].type;
        degree = c->v[i].from[VERTEX_TYPES] - c->v[i].from[0];
        m->degrees[bin_of(degree)]++;
        m->mean_degree[t] += (double)degree;
        n[t]++;
        if (degree > m->max_degree[t])
            m->max_degree[t] = degree;
    }
    for (t = 0; t < VERTEX_TYPES; t++)
        if (n[t] > 0)
            m->mean_degree[t] /= (double)n[t];
}

/* --- communities --- */

static igraph_error_t leiden(const struct concepts *c, igraph_vector_t *weight,
                             igraph_vector_t *strength,
                             igraph_vector_int_t *member, struct measures *m)
{
    igraph_integer_t e, n = igraph_ecount(&c->g), found = 0;
    igraph_error_t bad = igraph_vector_resize(weight, n);
    double all = 0;

    for (e = 0; !bad && e < n; e++) {
        double w = c->weighted ? EAN(&c->g, "weight", e) : 1;

        VECTOR(*weight)[e] = w > 0 && w < 1e9 ? w : 1;
        all += VECTOR(*weight)[e];
    }
    if (!bad)
        bad = igraph_strength(&c->g, strength, igraph_vss_all(), IGRAPH_ALL,
                              true, weight);
    igraph_rng_seed(igraph_rng_default(), LEIDEN_SEED);
    if (!bad)
        bad = igraph_community_leiden(
            &c->g, weight, strength, all > 0 ? 1 / (2 * all) : 1, LEIDEN_BETA,
            false, LEIDEN_TURNS, member, &found, NULL);
    if (!bad)
        bad =
            igraph_modularity(&c->g, member, weight, 1, false, &m->modularity);
    m->communities = (size_t)found;
    return bad;
}

static void largest(struct measures *m, size_t n, size_t *size)
{
    size_t i;

    for (i = 0; i < n; i++) {
        size[m->community[i]]++;
        if (size[m->community[i]] > m->largest_community)
            m->largest_community = size[m->community[i]];
    }
}

static int find_communities(const struct concepts *c, struct measures *m,
                            struct err *err)
{
    igraph_vector_t weight, strength;
    igraph_vector_int_t member;
    igraph_error_t bad = igraph_vector_init(&weight, 0) |
                         igraph_vector_init(&strength, 0) |
                         igraph_vector_int_init(&member, 0);
    size_t *size = calloc(c->n + 1, sizeof(*size)), i;

    m->community = calloc(c->n + 1, sizeof(*m->community));
    if (!bad)
        bad = leiden(c, &weight, &strength, &member, m);
    if (!bad && size != NULL && m->community != NULL) {
        for (i = 0; i < c->n; i++)
            m->community[i] = (int)VECTOR(member)[i];
        largest(m, c->n, size);
    }
    igraph_vector_destroy(&weight);
    igraph_vector_destroy(&strength);
    igraph_vector_int_destroy(&member);
    bad |= size == NULL || m->community == NULL;
    free(size);
    return bad ? err_nomem(err) : 0;
}

/* --- hubs --- */

/* igraph's iteration ends with other last digits each time. */
#define RANK_DIGITS 1e6

static int by_rank(const void *a, const void *b)
{
    const struct measured_hub *x = a, *y = b;

    if (x->rank != y->rank)
        return x->rank < y->rank ? 1 : -1;
    return x->vertex - y->vertex;
}

static int sort_hubs(const struct concepts *c, const igraph_vector_t *rank,
                     const igraph_vector_int_t *core, struct measures *m,
                     struct err *err)
{
    struct measured_hub *all = calloc(c->n + 1, sizeof(*all));
    size_t i, n = 0;

    if (all == NULL)
        return err_nomem(err);
    for (i = 0; i < c->n; i++)
        if (c->v[i].type == VERTEX_TRIGGER)
            all[n++] = (struct measured_hub){
                (int)i, concepts_near(c, (int)i, VERTEX_CATEGORY).n,
                concepts_near(c, (int)i, VERTEX_SENSE).n,
                round(VECTOR(*rank)[i] * (double)c->n * RANK_DIGITS) /
                    RANK_DIGITS,
                (size_t)VECTOR(*core)[i]};
    qsort(all, n, sizeof(*all), by_rank);
    m->nhubs = n < MEASURE_HUBS ? n : MEASURE_HUBS;
    memcpy(m->hubs, all, m->nhubs * sizeof(*all));
    free(all);
    return 0;
}

static int find_hubs(const struct concepts *c, struct measures *m,
                     struct err *err)
{
    igraph_vector_t rank;
    igraph_vector_int_t core;
    igraph_error_t bad =
        igraph_vector_init(&rank, 0) | igraph_vector_int_init(&core, 0);
    int failed;
    size_t i;

    if (!bad)
        bad = igraph_pagerank(&c->g, IGRAPH_PAGERANK_ALGO_PRPACK, &rank, NULL,
                              igraph_vss_all(), false, DAMPING, NULL, NULL);
    if (!bad)
        bad = igraph_coreness(&c->g, &core, IGRAPH_ALL);
    for (i = 0; !bad && i < c->n; i++) {
        size_t k = (size_t)VECTOR(core)[i];

        m->in_core = k > m->core ? 1 : m->in_core + (k == m->core);
        m->core = k > m->core ? k : m->core;
    }
    failed = bad ? err_set(err, "igraph could not rank the vertices")
                 : sort_hubs(c, &rank, &core, m, err);
    igraph_vector_destroy(&rank);
    igraph_vector_int_destroy(&core);
    return failed;
}

int concepts_measure(const struct concepts *c, struct measures *out,
                     struct err *err)
{
    memset(out, 0, sizeof(*out));
    count_degrees(c, out);
    if (find_communities(c, out, err) != 0 || find_hubs(c, out, err) != 0) {
        measures_release(out);
        return -1;
    }
    return 0;
}
