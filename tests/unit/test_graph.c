/* SPDX-License-Identifier: GPL-3.0-or-later */
/* graph/: the shipped seeds build, and the walk is seeded and fills quotas. */
#include "graph/planner.h"

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

static void test_walk(void **state)
{
    struct planner_options o = {.seed = 7, .n = 440};
    struct planner *a = planner_new(graph, &o, NULL),
                   *b = planner_new(graph, &o, NULL);
    unsigned of[45] = {0}, seq;
    struct path p, q;

    (void)state;
    for (seq = 1; seq <= 440; seq++) {
        planner_plan(a, seq, &p);
        planner_plan(b, seq, &q);
        assert_int_equal(p.task_vertex, q.task_vertex);
        planner_learn(a, &p, true);
        planner_learn(b, &q, true);
        of[p.category->id]++;
    }
    for (seq = 1; seq <= 44; seq++)
        assert_int_equal(of[seq], planner_quota(a, seq - 1));
    planner_free(a);
    planner_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shipped),
        cmocka_unit_test(test_walk),
    };

    return cmocka_run_group_tests_name("graph", tests, set_up, tear_down);
}
