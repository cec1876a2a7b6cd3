/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A million plans drawn, and a million outcomes learned, without any model:
 * how many a second, and does the cost of one grow with how many were drawn?
 * Outcomes are made up: a category accepts at a rate of its own.
 *
 *      bench_sampling GRAPH [PLANS]
 */
#include "base/rng.h"
#include "graph/concepts.h"
#include "graph/planner.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

#define WINDOW 256u
#define PARTS  10u

static double seconds(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static double megabytes(void)
{
    struct rusage use;

    getrusage(RUSAGE_SELF, &use);
    return (double)use.ru_maxrss / 1024;
}

static void learn(struct planner *p, const struct path *path, uint64_t seq)
{
    struct rng r = rng_for(1, seq, "outcome");
    double rate = 0.05 + 0.9 * (path->category->id % 7) / 6.0;
    struct planner_outcome o = {rng_unit(&r) < rate, false, 12};

    planner_learn(p, path, &o);
}

static void measure(const struct concepts *g, uint64_t plans, bool uniform)
{
    struct planner_options o = {
        .seed = 1, .n = plans, .uniform = uniform, .explore = PLANNER_EXPLORE};
    struct path path[WINDOW];
    double start, took, first = 0;
    struct planner *p = planner_new(g, &o, NULL);
    uint64_t seq = 1, end;
    unsigned part;

    for (part = 1; p != NULL && part <= PARTS; part++) {
        start = seconds();
        for (end = plans * part / PARTS; seq <= end; seq++) {
            if (seq > WINDOW)
                learn(p, &path[seq % WINDOW], seq - WINDOW);
            planner_plan(p, seq, &path[seq % WINDOW]);
        }
        took = seconds() - start;
        first = part == 1 ? took : first;
        if (part == 1 || part == PARTS / 2 || part == PARTS)
            printf("| %s | %llu | %.0f | %.2f | %.1f |\n",
                   uniform ? "uniform" : "adaptive", (unsigned long long)end,
                   (double)(plans / PARTS) / took, took / first, megabytes());
    }
    planner_free(p);
}

int main(int argc, char **argv)
{
    uint64_t plans = argc > 2 ? strtoull(argv[2], NULL, 10) : 1000000;
    struct err err = {0};
    struct concepts *g;

    concepts_init();
    g = argc > 1 ? concepts_load(argv[1], &err) : NULL;
    if (g == NULL) {
        fprintf(stderr, "bench_sampling: %s\n",
                argc > 1 ? err.text : "name a graph");
        return 1;
    }
    printf("the graph loaded: %.1f MB\n\n", megabytes());
    printf("| sampling | plans so far | plans/s in the last tenth "
           "| time, in first tenths | MB |\n|---|---|---|---|---|\n");
    measure(g, plans, false);
    measure(g, plans, true);
    concepts_free(g);
    return 0;
}
