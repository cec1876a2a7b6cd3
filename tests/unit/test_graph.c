/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * graph/: the shipped seeds build; the walk is seeded, fills quotas, moves
 * them to where rows are, explores; beliefs agree with a naive model.
 */
#include "graph/planner.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static struct concepts *graph;

static int set_up(void **state)
{
    char path[4096];
    struct err err = {""};

    (void)state;
    snprintf(path, sizeof(path), "%s/seeds", getenv("PHGEN_SRC"));
    concepts_init();
    graph = concepts_build(path, &err);
    if (graph == NULL)
        fprintf(stderr, "%s\n", err.text);
    return graph == NULL ? -1 : 0;
}

static int tear_down(void **state)
{
    (void)state;
    concepts_free(graph);
    return 0;
}

static void test_shipped(void **state)
{
    const struct category *c;
    size_t i;

    (void)state;
    assert_int_equal(concepts_categories(graph, &c), 44);
    for (i = 0; i < 44; i++)
        assert_true(concepts_near(graph, concepts_category_vertex(graph, i),
                                  VERTEX_TRIGGER)
                        .n >= 12);
}

static const struct planner_outcome row = {.accepted = true, .calls = 9};
static const struct planner_outcome none = {.calls = 28};

static void test_quotas(void **state)
{
    struct planner_options o = {.seed = 7, .n = 450};
    struct planner *a = planner_new(graph, &o, NULL),
                   *b = planner_new(graph, &o, NULL);
    unsigned of[45] = {0}, seq;
    struct path p, q;

    (void)state;
    for (seq = 1; seq <= 450; seq++) {
        planner_plan(a, seq, &p);
        planner_plan(b, seq, &q);
        assert_int_equal(p.task_vertex, q.task_vertex);
        assert_int_equal(p.setting_vertex, q.setting_vertex);
        planner_learn(a, &p, &row);
        planner_learn(b, &q, &row);
        of[p.category->id]++;
    }
    for (seq = 1; seq <= 44; seq++)
        assert_int_equal(of[seq], planner_quota(a, seq - 1));
    planner_free(a);
    planner_free(b);
}

/* Plans and learns `n` candidates, at once; a row is what comes of a category
 * up to `last`.  Counts the last thousand by category. */
static void drive(struct planner *p, unsigned n, unsigned last, unsigned of[45])
{
    struct path path;
    unsigned seq;

    memset(of, 0, 45 * sizeof(*of));
    for (seq = 1; seq <= n; seq++) {
        planner_plan(p, seq, &path);
        planner_learn(p, &path, path.category->id <= last ? &row : &none);
        if (seq + 1000 > n)
            of[path.category->id]++;
    }
}

static void test_quotas_move(void **state)
{
    struct planner_options o = {.seed = 3, .n = 4400};
    struct planner *p = planner_new(graph, &o, NULL);
    unsigned of[45], i, good = 0;

    (void)state;
    drive(p, 2500, 5, of);
    for (i = 1; i <= 5; i++) {
        assert_in_range(of[i], 120, 280);
        good += of[i];
    }
    assert_true(good > 950);
    planner_free(p);
}

static void test_exploration(void **state)
{
    struct planner_options o = {.seed = 3, .n = 100000, .explore = 0.2};
    struct planner *p = planner_new(graph, &o, NULL);
    unsigned of[45], i, unseen = 0, elsewhere = 0;

    (void)state;
    drive(p, 4000, 5, of);
    for (i = 6; i <= 44; i++) {
        elsewhere += of[i];
        unseen += of[i] == 0;
    }
    /* 39 / 44 of a fifth of a thousand is 177; four deviations are 48. */
    assert_in_range(elsewhere, 129, 240);
    assert_true(unseen < 5);
    planner_free(p);
}

/* With nothing accepted anywhere it must still go round. */
static void test_hopeless(void **state)
{
    struct planner_options o = {.seed = 3, .n = 20};
    struct planner *p = planner_new(graph, &o, NULL);
    unsigned of[45], i, unseen = 0;

    (void)state;
    drive(p, 3000, 0, of);
    for (i = 1; i <= 44; i++)
        unseen += of[i] == 0;
    assert_true(unseen <= 24); /* those without a quota */
    planner_free(p);
}

/* Tries until a task that was accepted is planned again. */
static unsigned until_again(bool duplicate)
{
    struct planner_options o = {.seed = 5, .n = 1000};
    struct planner_outcome crowded = {.duplicate = true, .calls = 9};
    bool *one = calloc(44, sizeof(*one));
    struct planner *p;
    struct path path;
    unsigned seq;
    int first = -1;

    one[12] = true;
    o.category = one;
    p = planner_new(graph, &o, NULL);
    for (seq = 1; seq < 2000; seq++) {
        planner_plan(p, seq, &path);
        if (path.task_vertex == first)
            break;
        if (first < 0)
            first = path.task_vertex;
        planner_learn(p, &path,
                      duplicate && path.task_vertex == first ? &crowded : &row);
    }
    planner_free(p);
    free(one);
    return seq;
}

static void test_crowding(void **state)
{
    (void)state;
    assert_true(until_again(false) > 40); /* goes round first */
    assert_true(until_again(true) > until_again(false));
}

static void test_uniform(void **state)
{
    struct planner_options o = {.seed = 3, .n = 100, .uniform = true};
    struct planner *p = planner_new(graph, &o, NULL);
    unsigned of[45], i;
    double x = 0;

    (void)state;
    drive(p, 1000, 5, of);
    for (i = 1; i <= 44; i++)
        x += (of[i] - 1000 / 44.0) * (of[i] - 1000 / 44.0) / (1000 / 44.0);
    assert_true(x < 77); /* chi square, 43 degrees of freedom, 99.9 % */
    planner_free(p);
}

/* --- beliefs against a naive model --- */

/* Mean and variance of the posterior by adding up over a grid of rates: the
 * density of the prior times the likelihood, nothing in closed form. */
static void naive(double tried, double won, double parent, double *mean,
                  double *variance)
{
    double total = 0, first = 0, second = 0, x, w;
    int i;

    for (i = 0; i < 200000; i++) {
        x = (i + 0.5) / 200000;
        w = exp((BANDIT_PRIOR * parent - 1) * log(x) +
                (BANDIT_PRIOR * (1 - parent) - 1) * log(1 - x) + won * log(x) +
                (tried - won) * log(1 - x));
        total += w;
        first += w * x;
        second += w * x * x;
    }
    *mean = first / total;
    *variance = second / total - *mean * *mean;
}

static void test_beliefs(void **state)
{
    static const struct {
        double tried, won, parent;
    } cases[] = {{3, 1, 0.5},   {40, 39, 0.5},    {12, 2, 0.8},
                 {100, 5, 0.6}, {0.75, 0.5, 0.5}, {0, 0, 0.5}};
    const int draws = 20000;
    double mean, variance, x, sum, square;
    size_t i;
    int k;

    (void)state;
    for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct belief b = {cases[i].tried, cases[i].won, 0};
        struct rng r = rng_for(1, i, "test");

        naive(b.tried, b.won, cases[i].parent, &mean, &variance);
        assert_true(fabs(belief_rate(&b, cases[i].parent) - mean) < 2e-3);
        for (k = 0, sum = square = 0; k < draws; k++) {
            x = belief_draw(&b, cases[i].parent, &r);
            assert_true(x >= 0 && x <= 1);
            sum += x;
            square += x * x;
        }
        sum /= draws;
        square = square / draws - sum * sum;
        assert_true(fabs(sum - mean) < 5 * sqrt(variance / draws));
        assert_true(fabs(square - variance) < 0.06 * variance);
    }
}

/* A leaf without data is its parent; one with much is itself. */
static void test_borrowing(void **state)
{
    struct belief nothing = {0}, much = {0};
    int i;

    (void)state;
    for (i = 0; i < 1000; i++)
        belief_add(&much, i % 4 == 0, 20);
    assert_true(fabs(belief_rate(&nothing, 0.9) - 0.9) < 1e-9);
    assert_true(fabs(belief_cost(&nothing, 11) - 11) < 1e-9);
    assert_true(fabs(belief_rate(&much, 0.9) - 0.25) < 0.01);
    assert_true(fabs(belief_cost(&much, 11) - 20) < 0.1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shipped),     cmocka_unit_test(test_quotas),
        cmocka_unit_test(test_quotas_move), cmocka_unit_test(test_exploration),
        cmocka_unit_test(test_hopeless),    cmocka_unit_test(test_crowding),
        cmocka_unit_test(test_uniform),     cmocka_unit_test(test_beliefs),
        cmocka_unit_test(test_borrowing),
    };

    return cmocka_run_group_tests_name("graph", tests, set_up, tear_down);
}
