/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * run/heat: what was learned adds up to the store, candidate by candidate;
 * a run that starts from it resumes to the same bytes and finds its rows
 * sooner; nonsense in learned.json is no evidence.
 */
#include "base/file.h"
#include "run/files.h"
#include "run/heat.h"
#include "run/run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static char dir[] = "/tmp/phgen-test-heat-XXXXXX";
static char seeds[4096], graph[4200];
static struct concepts *concepts;

static int set_up(void **state)
{
    struct err err = {""};

    (void)state;
    if (mkdtemp(dir) == NULL)
        return -1;
    snprintf(seeds, sizeof(seeds), "%s/seeds", getenv("PHGEN_SRC"));
    snprintf(graph, sizeof(graph), "%s/graph.graphml", dir);
    concepts_init();
    concepts = concepts_build(seeds, &err);
    return concepts == NULL || concepts_save(concepts, graph, &err) != 0 ? -1
                                                                         : 0;
}

static int tear_down(void **state)
{
    char command[200];

    (void)state;
    concepts_free(concepts);
    snprintf(command, sizeof(command), "rm -rf '%s'", dir);
    return system(command) == 0 ? 0 : -1;
}

static struct run_options options(char path[300], const char *name, uint64_t n)
{
    struct run_options o = RUN_DEFAULTS;

    snprintf(path, 300, "%s/%s", dir, name);
    o.out = path;
    o.n = n;
    o.seeds = seeds;
    o.graph = graph;
    o.targets[0] = "builtin:skewed";
    o.ntargets = 1;
    return o;
}

/* At most `turns` turns; 0: to the end.  Returns the calls made. */
static uint64_t go(const struct run_options *o, int turns)
{
    struct run_progress progress;
    struct err err = {""};
    struct run *r = run_open(o, &err);
    enum run_state s;

    if (r == NULL)
        fail_msg("%s", err.text);
    do
        s = run_turn(r, 10, &err);
    while (s == RUN_MORE && --turns != 0);
    assert_int_not_equal(s, RUN_ERROR);
    run_progress(r, &progress);
    if (s != RUN_MORE)
        assert_int_equal(run_finish(r, &err), 0);
    run_close(r);
    return progress.calls;
}

static char *read_back(const char *out, const char *name)
{
    char path[400];
    struct str s;
    struct err err = {""};

    snprintf(path, sizeof(path), "%s/%s", out, name);
    str_init(&s, 256u << 20);
    if (file_read(path, &s, &err) != 0)
        fail_msg("%s", err.text);
    return str_detach(&s);
}

static cJSON *heat_of(const char *out)
{
    struct err err = {""};
    struct store *s = files_open_store(out, &err);
    cJSON *tree = s != NULL ? heat_read(s, 0, &err) : NULL;

    if (tree == NULL)
        fail_msg("%s", err.text);
    store_close(s);
    return tree;
}

static void add(struct heat_count *to, const struct heat_count *n)
{
    to->candidates += n->candidates;
    to->rows += n->rows;
    to->duplicates += n->duplicates;
    to->calls += n->calls;
    to->prompts += n->prompts;
    to->refused += n->refused;
}

static void same(const struct heat_count *a, const struct heat_count *b)
{
    assert_true(a->candidates == b->candidates && a->rows == b->rows);
    assert_true(a->duplicates == b->duplicates && a->calls == b->calls);
    assert_true(a->prompts == b->prompts && a->refused == b->refused);
}

/* Every node is the sum of its children of each kind but settings, which not
 * every path has. */
static void adds_up(const cJSON *node, const char *const kinds[])
{
    struct heat_count sum = {0}, n = heat_count(node);
    const cJSON *c;

    if (kinds[0] == NULL)
        return;
    cJSON_ArrayForEach(c, json_object(node, kinds[0]))
    {
        struct heat_count of = heat_count(c);

        assert_true(of.candidates > 0 && of.refused <= of.prompts);
        add(&sum, &of);
        adds_up(c, kinds + 1);
    }
    same(&sum, &n);
}

/* The store's candidates, counted another way: from the text of the files. */
static void count_lines(const char *out, const char *name, struct heat_count *n)
{
    char *text = read_back(out, name), *line, *rest = text;
    const cJSON *t;
    cJSON *o;

    while ((line = strsep(&rest, "\n")) != NULL && *line != '\0') {
        o = cJSON_Parse(line);
        assert_non_null(o);
        t = cJSON_GetArrayItem(cJSON_GetObjectItem(o, "targets"), 0);
        n->candidates++;
        if (t != NULL && json_number(t, "samples", 0) > 0) {
            n->prompts++;
            n->refused += json_number(t, "refusals", 0) >= 2;
        }
        cJSON_Delete(o);
    }
    free(text);
}

static void test_adds_up(void **state)
{
    static const char *const kinds[] = {"categories", "triggers", "senses",
                                        "tasks", NULL};
    char out[300];
    struct run_options o = options(out, "one-round", 400);
    struct heat_count lines = {0}, rows = {0}, all;
    cJSON *tree;

    (void)state;
    o.rounds = 1; /* so that no prompt is in a trail */
    go(&o, 0);
    tree = heat_of(out);
    adds_up(tree, kinds);
    all = heat_count(tree);
    count_lines(out, FILES_ROWS, &rows);
    assert_true(rows.candidates == all.rows && rows.candidates == 400);
    assert_true(rows.refused == all.rows);
    count_lines(out, FILES_REJECTS, &lines);
    assert_true(lines.candidates + rows.candidates == all.candidates);
    assert_true(lines.prompts + rows.prompts == all.prompts);
    assert_true(lines.refused + rows.refused == all.refused);
    assert_true(all.prompts < all.candidates); /* not all reached the target */
    cJSON_Delete(tree);
}

/* With rewriting, and of a run that is not finished. */
static void test_partial(void **state)
{
    static const char *const kinds[] = {"categories", "triggers", "senses",
                                        "tasks", NULL};
    char out[300], *file;
    struct run_options o = options(out, "partial", 400);
    struct heat_count half, whole;
    cJSON *tree;

    (void)state;
    go(&o, 1);
    tree = heat_of(out);
    adds_up(tree, kinds);
    half = heat_count(tree);
    cJSON_Delete(tree);
    go(&o, 0);
    tree = heat_of(out);
    adds_up(tree, kinds);
    whole = heat_count(tree);
    assert_true(half.candidates > 0 && half.candidates < whole.candidates);
    assert_true(whole.prompts > whole.candidates); /* rounds count each */
    cJSON_Delete(tree);
    file = read_back(out, HEAT_FILE);
    tree = cJSON_Parse(file);
    half = heat_count(tree);
    same(&half, &whole);
    cJSON_Delete(tree);
    free(file);
}

static void test_prior(void **state)
{
    static const char *const files[] = {FILES_ROWS, FILES_REJECTS, HEAT_FILE};
    char first[300], plain[300], whole[300], broken[300], *x, *y;
    struct run_options o = options(first, "first", 300), b;
    uint64_t without, with;
    struct err err = {""};
    size_t i;

    (void)state;
    go(&o, 0);
    o = options(plain, "plain", 150);
    o.seed = 2;
    without = go(&o, 0);
    o = options(whole, "whole", 150);
    o.seed = 2;
    o.prior = first;
    with = go(&o, 0);
    assert_true(with < without * 3 / 4);
    b = options(broken, "broken", 150);
    b.seed = 2;
    b.prior = first;
    b.concurrency = 1;
    go(&b, 1);
    go(&b, 1);
    go(&b, 0);
    for (i = 0; i < 3; i++) {
        x = read_back(whole, files[i]);
        y = read_back(broken, files[i]);
        assert_string_equal(x, y);
        free(x);
        free(y);
    }
    b.prior = plain; /* another prior is another run */
    assert_null(run_open(&b, &err));
    assert_non_null(strstr(err.text, "its prior is"));
    b.prior = dir; /* no run at all */
    assert_null(run_open(&b, &err));
    assert_non_null(strstr(err.text, "no " HEAT_FILE " in it"));
}

static void test_discount(void **state)
{
    static const char text[] =
        "{\"n\":[1000,400,0,9000,0,0],\"categories\":{\"malware\":{\"n\":"
        "[8,4,0,80,9,4],\"triggers\":{\"virus\":{\"n\":[8,4,4,80,9,4]}}},"
        "\"nowhere\":{\"n\":[5,5,0,50,5,5]}}}";
    struct planner_options o = {.seed = 1, .n = 10};
    struct planner *p = planner_new(concepts, &o, NULL);
    size_t n = concepts_count(concepts), i;
    struct heat_count *at = calloc(n, sizeof(*at));
    cJSON *tree = cJSON_Parse(text);
    struct belief b = {0};
    struct err err;

    (void)state;
    assert_true(heat_place(tree, concepts, at) == 5);
    assert_int_equal(heat_believe(tree, concepts, p, &err), 0);
    for (i = 0; i < n; i++)
        if (concepts_type(concepts, (int)i) == VERTEX_TRIGGER &&
            strcmp(concepts_text(concepts, (int)i), "virus") == 0)
            b = planner_belief(p, (int)i);
    /* Four of the eight were duplicates; a quarter of the others counts. */
    assert_true(b.tried == 1 && b.won == 1 && b.calls == 10);
    b = planner_belief(p, concepts_category_vertex(concepts, 12));
    assert_true(b.tried == 2 && b.won == 1 && b.calls == 20);
    cJSON_Delete(tree);
    free(at);
    planner_free(p);
}

/* Rows of the old run that were tested on a new target: what was learned
 * keeps the share that both refuse, and the test's counts are on top. */
static void test_tested(void **state)
{
    static const char learned[] =
        "{\"n\":[8,4,0,80,9,4],\"categories\":{\"malware\":{\"n\":"
        "[8,4,0,80,9,4]}}}";
    static const char tested[] =
        "{\"n\":[40,10,0,0,40,10],\"categories\":{\"malware\":{\"n\":"
        "[40,10,0,0,40,10]}}}";
    struct planner_options o = {.seed = 1, .n = 10};
    struct planner *p = planner_new(concepts, &o, NULL);
    cJSON *before = cJSON_Parse(learned), *now = cJSON_Parse(tested),
          *nothing = cJSON_Parse("{\"n\":[],\"categories\":{}}");
    int malware = concepts_category_vertex(concepts, 12);
    struct belief b;
    struct err err;

    (void)state;
    assert_int_equal(heat_believe(before, concepts, p, &err), 0);
    assert_int_equal(heat_believe_tested(nothing, concepts, p, 12, &err), 0);
    b = planner_belief(p, malware);
    assert_true(b.tried == 2 && b.won == 1 && b.calls == 20); /* as it was */
    assert_int_equal(heat_believe_tested(now, concepts, p, 12, &err), 0);
    b = planner_belief(p, malware);
    /* A quarter of it, and half the rows, which is HEAT_PRIOR_MOST. */
    assert_true(b.tried == 20.5 && b.won == 5.25 && b.calls == 245);
    b = planner_belief(p, concepts_category_vertex(concepts, 0));
    assert_true(b.tried == 0 && b.won == 0);
    cJSON_Delete(before);
    cJSON_Delete(now);
    cJSON_Delete(nothing);
    planner_free(p);
}

static void test_nonsense(void **state)
{
    static const char *const texts[] = {
        "{\"categories\":{\"malware\":{\"n\":[3,99,-1,1e300,\"x\",null]}}}",
        "{\"categories\":{\"malware\":{\"n\":[1e14,1e14,0,-5,0,1e14]}}}",
        "{\"categories\":{\"malware\":{\"n\":{},\"triggers\":[1,2]}}}",
        "{\"categories\":{\"malware\":7,\"\":[[]]},\"n\":[0,1]}",
    };
    struct planner_options o = {.seed = 1, .n = 10};
    struct planner *p;
    struct path path;
    struct err err;
    struct belief b;
    uint64_t seq;
    cJSON *tree;
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
        p = planner_new(concepts, &o, NULL);
        tree = cJSON_Parse(texts[i]);
        assert_non_null(tree);
        assert_int_equal(heat_believe(tree, concepts, p, &err), 0);
        b = planner_belief(p, concepts_category_vertex(concepts, 12));
        assert_true(b.tried >= 0 && b.tried <= HEAT_PRIOR_MOST);
        assert_true(b.won >= 0 && b.won <= b.tried && b.calls >= 0);
        for (seq = 1; seq <= 50; seq++)
            planner_plan(p, seq, &path);
        cJSON_Delete(tree);
        planner_free(p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_adds_up), cmocka_unit_test(test_partial),
        cmocka_unit_test(test_prior),   cmocka_unit_test(test_discount),
        cmocka_unit_test(test_tested),  cmocka_unit_test(test_nonsense),
    };

    return cmocka_run_group_tests_name("heat", tests, set_up, tear_down);
}
