/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What igraph's algorithms would add to the walk (graph/planner.h), one
 * experiment each.  docs/sampling.md says what was made of the answers.
 *
 *      bench_igraph GRAPH
 *
 * strata    plans spread over Leiden's communities instead of categories
 * context   settings by personalised PageRank from the sense
 * paths     the shortest way between two triggers of different categories
 * hubs      triggers weighed by the inverse of their PageRank
 */
#include "base/rng.h"
#include "graph/inside.h"
#include "graph/measure.h"
#include "graph/planner.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DAMPING 0.85
#define PAIRS   2000u
#define RANKED  5u /* settings looked at for a sense */
#define WINDOW  256u

struct bench {
    struct concepts *g;
    struct measures m;
    double *rank; /* PageRank, by vertex */
    int *sense;   /* all senses, by community */
    size_t *from; /* of a community: the first in `sense` */
    size_t senses;
};

/* What a number of plans used. */
struct used {
    uint32_t *times; /* by vertex */
    uint64_t *category, *community;
};

static void used_init(struct used *u, const struct bench *b)
{
    u->times = calloc(b->g->n + 1, sizeof(*u->times));
    u->category = calloc(b->g->ncategories + 1, sizeof(*u->category));
    u->community = calloc(b->m.communities + 1, sizeof(*u->community));
    if (u->times == NULL || u->category == NULL || u->community == NULL)
        exit(1);
}

static void used_release(struct used *u)
{
    free(u->times);
    free(u->category);
    free(u->community);
}

static int trigger_of(const struct bench *b, int sense)
{
    return concepts_near(b->g, sense, VERTEX_TRIGGER).vertex[0];
}

static void use(struct used *u, const struct bench *b, int sense)
{
    u->times[sense]++;
    u->times[trigger_of(b, sense)]++;
    u->category[b->g->v[sense].category]++;
    u->community[b->m.community[sense]]++;
}

/* Entropy as a share of the highest there can be. */
static double evenness(const uint64_t *n, size_t len)
{
    double all = 0, h = 0;
    size_t i;

    for (i = 0; i < len; i++)
        all += (double)n[i];
    for (i = 0; i < len; i++)
        if (n[i] > 0)
            h -= (double)n[i] / all * log((double)n[i] / all);
    return len > 1 ? h / log((double)len) : 1;
}

static size_t reached(const struct used *u, const struct bench *b,
                      enum vertex_type type)
{
    size_t i, n = 0;

    for (i = 0; i < b->g->n; i++)
        n += b->g->v[i].type == type && u->times[i] > 0;
    return n;
}

/* --- ways to choose a sense --- */

static void walk(struct used *u, const struct bench *b, uint64_t n)
{
    struct planner_options o = {.seed = 1, .n = n, .explore = PLANNER_EXPLORE};
    const struct planner_outcome row = {true, false, 10};
    struct planner *p = planner_new(b->g, &o, NULL);
    struct path path[WINDOW];
    uint64_t seq;

    for (seq = 1; p != NULL && seq <= n; seq++) {
        if (seq > WINDOW)
            planner_learn(p, &path[seq % WINDOW], &row);
        planner_plan(p, seq, &path[seq % WINDOW]);
        use(u, b, path[seq % WINDOW].sense_vertex);
    }
    planner_free(p);
}

/* The community that was used least, the lowest of equals; any sense of it. */
static void strata(struct used *u, const struct bench *b, uint64_t n)
{
    struct rng r = rng_for(1, 0, "strata");
    size_t i, best;

    for (; n > 0; n--) {
        best = b->m.communities;
        for (i = 0; i < b->m.communities; i++)
            if (b->from[i + 1] > b->from[i] &&
                (best == b->m.communities ||
                 u->community[i] < u->community[best]))
                best = i;
        use(u, b,
            b->sense[b->from[best] +
                     rng_below(&r, b->from[best + 1] - b->from[best])]);
    }
}

/* Any category, in it a trigger by 1 / PageRank, any sense of that. */
static void hub_shy(struct used *u, const struct bench *b, uint64_t n)
{
    struct rng r = rng_for(1, 0, "hubs");
    struct neighbours t, s;
    double weight[4096];
    size_t category, i;
    int sense;

    for (; n > 0; n--) {
        category = rng_below(&r, b->g->ncategories);
        t = concepts_near(b->g, concepts_category_vertex(b->g, category),
                          VERTEX_TRIGGER);
        for (i = 0; i < t.n && i < 4096; i++)
            weight[i] = 1 / b->rank[t.vertex[i]];
        s = concepts_near(b->g, t.vertex[rng_weighted(&r, weight, i)],
                          VERTEX_SENSE);
        do
            sense = s.vertex[rng_below(&r, s.n)];
        while (b->g->v[sense].category != (int)category);
        use(u, b, sense);
    }
}

static const struct {
    const char *name;
    void (*draw)(struct used *u, const struct bench *b, uint64_t n);
} ways[] = {
    {"the walk", walk},
    {"Leiden strata", strata},
    {"1 / PageRank", hub_shy},
};

/* The share of triggers' uses that falls on the ten highest ranked. */
static double on_hubs(const struct used *u, const struct bench *b)
{
    double all = 0, hubs = 0;
    size_t i;

    for (i = 0; i < b->g->n; i++)
        if (b->g->v[i].type == VERTEX_TRIGGER)
            all += u->times[i];
    for (i = 0; i < b->m.nhubs; i++)
        hubs += u->times[b->m.hubs[i].vertex];
    return hubs / all;
}

static double trigger_evenness(const struct used *u, const struct bench *b)
{
    uint64_t *n = calloc(b->g->n + 1, sizeof(*n));
    size_t i, len = 0;
    double e;

    if (n == NULL)
        exit(1);
    for (i = 0; i < b->g->n; i++)
        if (b->g->v[i].type == VERTEX_TRIGGER)
            n[len++] = u->times[i];
    e = evenness(n, len);
    free(n);
    return e;
}

static void compare_ways(const struct bench *b)
{
    static const uint64_t sizes[] = {50, 200, 1000, 10000};
    struct used u;
    size_t k, i;

    printf("\nstrata and hubs: what plans reach\n\n"
           "| plans | chosen by | communities | categories, evenness "
           "| triggers | triggers, evenness | senses | on the 10 hubs |\n"
           "|---|---|---|---|---|---|---|---|\n");
    for (k = 0; k < sizeof(sizes) / sizeof(sizes[0]); k++)
        for (i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
            size_t c, hit = 0;

            used_init(&u, b);
            ways[i].draw(&u, b, sizes[k]);
            for (c = 0; c < b->m.communities; c++)
                hit += u.community[c] > 0;
            printf("| %llu | %s | %zu | %.3f | %zu | %.3f | %zu | %.1f %% |\n",
                   (unsigned long long)sizes[k], ways[i].name, hit,
                   evenness(u.category, b->g->ncategories),
                   reached(&u, b, VERTEX_TRIGGER), trigger_evenness(&u, b),
                   reached(&u, b, VERTEX_SENSE), 100 * on_hubs(&u, b));
            used_release(&u);
        }
}

/* How much the communities tell that the categories do not. */
static void compare_communities(const struct bench *b)
{
    igraph_vector_int_t x, y;
    igraph_real_t nmi = 0;
    size_t i;

    igraph_vector_int_init(&x, 0);
    igraph_vector_int_init(&y, 0);
    for (i = 0; i < b->senses; i++) {
        igraph_vector_int_push_back(&x, b->m.community[b->sense[i]]);
        igraph_vector_int_push_back(&y, b->g->v[b->sense[i]].category);
    }
    igraph_compare_communities(&x, &y, &nmi, IGRAPH_COMMCMP_NMI);
    printf("%zu communities, modularity %.3f; mutual information with the "
           "%zu categories, over senses: %.3f of 1\n",
           b->m.communities, b->m.modularity, b->g->ncategories, nmi);
    igraph_vector_int_destroy(&x);
    igraph_vector_int_destroy(&y);
}

/* --- settings by personalised PageRank --- */

struct near_by {
    size_t own, same_trigger, same_category, elsewhere;
};

static int owner(const struct bench *b, int setting)
{
    return concepts_near(b->g, setting, VERTEX_SENSE).vertex[0];
}

static void judge_setting(struct near_by *n, const struct bench *b, int sense,
                          int setting)
{
    struct neighbours near = concepts_near(b->g, setting, VERTEX_SENSE);
    size_t i;

    for (i = 0; i < near.n; i++)
        if (near.vertex[i] == sense) {
            n->own++;
            return;
        }
    if (trigger_of(b, owner(b, setting)) == trigger_of(b, sense))
        n->same_trigger++;
    else if (b->g->v[owner(b, setting)].category == b->g->v[sense].category)
        n->same_category++;
    else
        n->elsewhere++;
}

/* The settings with the most mass, one after the other. */
static void take_settings(const struct bench *b, igraph_vector_t *mass,
                          int sense, struct near_by at[RANKED])
{
    size_t k, i, best;

    for (k = 0; k < RANKED; k++) {
        best = b->g->n;
        for (i = 0; i < b->g->n; i++)
            if (b->g->v[i].type == VERTEX_SETTING &&
                (best == b->g->n || VECTOR(*mass)[i] > VECTOR(*mass)[best]))
                best = i;
        if (best == b->g->n)
            return;
        judge_setting(&at[k], b, sense, (int)best);
        VECTOR(*mass)[best] = -1;
    }
}

static void context(const struct bench *b)
{
    struct rng r = rng_for(1, 0, "context");
    struct near_by at[RANKED] = {{0, 0, 0, 0}};
    igraph_vector_t mass;
    size_t k, n = b->senses < 300 ? b->senses : 300;

    igraph_vector_init(&mass, 0);
    for (k = 0; k < n; k++) {
        int sense = b->sense[rng_below(&r, b->senses)];

        if (igraph_personalized_pagerank_vs(
                &b->g->g, IGRAPH_PAGERANK_ALGO_PRPACK, &mass, NULL,
                igraph_vss_all(), false, DAMPING, igraph_vss_1(sense), NULL,
                NULL) == IGRAPH_SUCCESS)
            take_settings(b, &mass, sense, at);
    }
    igraph_vector_destroy(&mass);
    printf("\ncontext: whose the settings with the most personalised PageRank "
           "from %zu senses are, %%\n\n| place | the sense's own "
           "| another sense of its trigger | its category | elsewhere |\n"
           "|---|---|---|---|---|\n",
           n);
    for (k = 0; k < RANKED; k++)
        printf("| %zu | %.0f | %.0f | %.0f | %.0f |\n", k + 1,
               100.0 * (double)at[k].own / (double)n,
               100.0 * (double)at[k].same_trigger / (double)n,
               100.0 * (double)at[k].same_category / (double)n,
               100.0 * (double)at[k].elsewhere / (double)n);
}

/* --- shortest paths --- */

static void paths(const struct bench *b)
{
    struct rng r = rng_for(1, 0, "paths");
    size_t through[VERTEX_TYPES] = {0}, len = 0, found = 0, k, t;
    igraph_vector_int_t way;
    igraph_integer_t i, n;

    igraph_vector_int_init(&way, 0);
    for (k = 0; k < PAIRS; k++) {
        int x = b->sense[rng_below(&r, b->senses)];
        int y = b->sense[rng_below(&r, b->senses)];

        if (b->g->v[x].category == b->g->v[y].category ||
            igraph_get_shortest_path(&b->g->g, &way, NULL, trigger_of(b, x),
                                     trigger_of(b, y),
                                     IGRAPH_ALL) != IGRAPH_SUCCESS)
            continue;
        n = igraph_vector_int_size(&way);
        if (n < 3)
            continue;
        found++;
        len += (size_t)n - 1;
        for (i = 1; i + 1 < n; i++)
            through[b->g->v[VECTOR(way)[i]].type]++;
    }
    igraph_vector_int_destroy(&way);
    printf("\npaths between the triggers of %zu pairs of senses of different "
           "categories: %.1f edges; what lies between, a path:\n\n|",
           found, (double)len / (double)(found > 0 ? found : 1));
    for (t = 0; t < VERTEX_TYPES; t++)
        printf(" %s |", vertex_type_name((enum vertex_type)t));
    printf("\n|---|---|---|---|---|---|\n|");
    for (t = 0; t < VERTEX_TYPES; t++)
        printf(" %.2f |", (double)through[t] / (double)(found > 0 ? found : 1));
    putchar('\n');
}

/* --- */

static void list_senses(struct bench *b)
{
    size_t i, c;

    b->sense = calloc(b->g->n + 1, sizeof(*b->sense));
    b->from = calloc(b->m.communities + 2, sizeof(*b->from));
    b->rank = calloc(b->g->n + 1, sizeof(*b->rank));
    if (b->sense == NULL || b->from == NULL || b->rank == NULL)
        exit(1);
    for (c = 0; c < b->m.communities; c++) {
        b->from[c] = b->senses;
        for (i = 0; i < b->g->n; i++)
            if (b->g->v[i].type == VERTEX_SENSE && b->m.community[i] == (int)c)
                b->sense[b->senses++] = (int)i;
    }
    b->from[c] = b->senses;
}

static void rank_all(struct bench *b)
{
    igraph_vector_t rank;
    size_t i;

    igraph_vector_init(&rank, 0);
    if (igraph_pagerank(&b->g->g, IGRAPH_PAGERANK_ALGO_PRPACK, &rank, NULL,
                        igraph_vss_all(), false, DAMPING, NULL,
                        NULL) != IGRAPH_SUCCESS)
        exit(1);
    for (i = 0; i < b->g->n; i++)
        b->rank[i] = VECTOR(rank)[i];
    igraph_vector_destroy(&rank);
}

int main(int argc, char **argv)
{
    struct bench b = {0};
    struct err err = {0};

    concepts_init();
    b.g = argc > 1 ? concepts_load(argv[1], &err) : NULL;
    if (b.g == NULL || concepts_measure(b.g, &b.m, &err) != 0) {
        fprintf(stderr, "bench_igraph: %s\n",
                argc > 1 ? err.text : "name a graph");
        return 1;
    }
    list_senses(&b);
    rank_all(&b);
    compare_communities(&b);
    compare_ways(&b);
    context(&b);
    paths(&b);
    free(b.sense);
    free(b.from);
    free(b.rank);
    measures_release(&b.m);
    concepts_free(b.g);
    return 0;
}
