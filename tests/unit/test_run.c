/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * run/: the whole loop on the embedded models.  Equal seeds write equal bytes,
 * also when the run was broken off; another configuration is refused; counts
 * add up to the last candidate.
 */
#include "base/file.h"
#include "graph/concepts.h"
#include "run/run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static char dir[] = "/tmp/phgen-test-run-XXXXXX";
static char seeds[4096], graph[4200];

static int set_up(void **state)
{
    struct concepts *c;
    struct err err = {""};
    int failed;

    (void)state;
    if (mkdtemp(dir) == NULL)
        return -1;
    snprintf(seeds, sizeof(seeds), "%s/seeds", getenv("PHGEN_SRC"));
    snprintf(graph, sizeof(graph), "%s/graph.graphml", dir);
    concepts_init();
    c = concepts_build(seeds, &err);
    failed = c == NULL || concepts_save(c, graph, &err) != 0;
    concepts_free(c);
    if (failed)
        fprintf(stderr, "%s\n", err.text);
    return failed ? -1 : 0;
}

static int tear_down(void **state)
{
    char command[200];

    (void)state;
    snprintf(command, sizeof(command), "rm -rf '%s'", dir);
    return system(command) == 0 ? 0 : -1;
}

static struct run_options options(const char *out, uint64_t n, uint64_t seed)
{
    struct run_options o = RUN_DEFAULTS;

    o.out = out;
    o.n = n;
    o.seed = seed;
    o.seeds = seeds;
    o.graph = graph;
    return o;
}

static void out_path(char path[300], const char *name)
{
    snprintf(path, 300, "%s/%s", dir, name);
}

/* Runs for at most `turns` turns (0: to the end) and writes the files. */
static enum run_state go(const struct run_options *o, int turns)
{
    struct err err = {""};
    struct run *r = run_open(o, &err);
    enum run_state s;

    if (r == NULL)
        fail_msg("%s", err.text);
    do
        s = run_turn(r, 10, &err);
    while (s == RUN_MORE && --turns != 0);
    if (turns == 0 && s == RUN_MORE) {
        run_close(r); /* as if killed: nothing is written or told */
        return s;
    }
    assert_int_equal(run_finish(r, &err), 0);
    run_close(r);
    return s;
}

static char *read_back(const char *out, const char *name)
{
    char path[400];
    struct str s;
    struct err err = {""};

    snprintf(path, sizeof(path), "%s/%s", out, name);
    str_init(&s, 64u << 20);
    if (file_read(path, &s, &err) != 0)
        fail_msg("%s", err.text);
    return str_detach(&s);
}

static void same_file(const char *a, const char *b, const char *name)
{
    char *x = read_back(a, name), *y = read_back(b, name);

    assert_true(strlen(x) > 0);
    assert_string_equal(x, y);
    free(x);
    free(y);
}

static void test_resume_same_bytes(void **state)
{
    char whole[300], broken[300];
    struct run_options a, b;
    int i;

    (void)state;
    out_path(whole, "whole");
    out_path(broken, "broken");
    a = options(whole, 600, 3);
    b = options(broken, 600, 3);
    b.concurrency = 1;
    assert_int_equal(go(&a, 0), RUN_DONE);
    for (i = 0; i < 2; i++)
        assert_int_equal(go(&b, 1), RUN_MORE);
    assert_int_equal(go(&b, 0), RUN_DONE);
    same_file(whole, broken, "dataset.jsonl");
    same_file(whole, broken, "rejected.jsonl");
    assert_int_equal(go(&b, 0), RUN_DONE); /* again: nothing to do */
    same_file(whole, broken, "dataset.jsonl");
}

static void test_counts_add_up(void **state)
{
    char out[300];
    struct run_options o;
    struct err err = {""};
    const cJSON *counts;
    cJSON *m;
    struct run *r;

    (void)state;
    out_path(out, "counts");
    o = options(out, 440, 5);
    assert_int_equal(go(&o, 0), RUN_DONE);
    r = run_open(&o, &err);
    assert_non_null(r);
    m = run_manifest(r, &err);
    assert_non_null(m);
    counts = json_object(m, "counts");
    assert_int_equal(json_number(counts, "accepted", 0), 440);
    assert_int_equal(json_number(counts, "candidates", 0),
                     json_number(counts, "harmless", 0) +
                         json_number(counts, "controversial", 0) +
                         json_number(counts, "rejected", 0) +
                         json_number(counts, "dropped", 0));
    assert_true(json_number(counts, "controversial", 0) > 0);
    assert_int_equal(cJSON_GetArraySize(json_object(counts, "by_category")),
                     44);
    cJSON_Delete(m);
    run_close(r);
}

static void test_other_configuration(void **state)
{
    char out[300];
    struct run_options o;
    struct err err = {""};

    (void)state;
    out_path(out, "other");
    o = options(out, 20, 1);
    assert_int_equal(go(&o, 0), RUN_DONE);
    o.seed = 2;
    assert_null(run_open(&o, &err));
    assert_non_null(strstr(err.text, "its seed is 1, not 2"));
}

static void test_two_at_once(void **state)
{
    char out[300];
    struct run_options o;
    struct err err = {""};
    struct run *r;

    (void)state;
    out_path(out, "two");
    o = options(out, 20, 1);
    r = run_open(&o, &err);
    assert_non_null(r);
    assert_null(run_open(&o, &err));
    assert_non_null(strstr(err.text, "another phgen"));
    run_close(r);
}

static void test_patience(void **state)
{
    static const char *const lenient = "builtin:lenient";
    char out[300];
    struct run_options o;

    (void)state;
    out_path(out, "patience");
    o = options(out, 400, 1);
    o.targets[0] = lenient;
    o.ntargets = 1;
    o.rounds = 1;
    o.patience = 40;
    assert_int_equal(go(&o, 0), RUN_STOPPED);
    assert_true(file_exists(out));
}

static void bad(struct run_options o, const char *says)
{
    struct err err = {""};

    assert_null(run_open(&o, &err));
    if (strstr(err.text, says) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", err.text, says);
}

static void test_bad_options(void **state)
{
    char out[300];
    struct run_options o;

    (void)state;
    out_path(out, "bad");
    o = options(out, 10, 1);
    o.window = o.concurrency;
    bad(o, "larger than the concurrency");
    o = options(out, 10, 1);
    o.categories = "malware,nonsense";
    bad(o, "unknown category \"nonsense\"");
    o = options(out, 10, 1);
    o.generator = "builtin:nobody";
    bad(o, "no embedded model");
    o = options(out, 10, 1);
    o.graph = seeds;
    bad(o, "graph");
    o = options("/proc/nowhere/x", 10, 1);
    bad(o, "cannot make the folder");
    assert_false(file_exists(out)); /* nothing was touched */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_resume_same_bytes),
        cmocka_unit_test(test_counts_add_up),
        cmocka_unit_test(test_other_configuration),
        cmocka_unit_test(test_two_at_once),
        cmocka_unit_test(test_patience),
        cmocka_unit_test(test_bad_options),
    };

    return cmocka_run_group_tests_name("run", tests, set_up, tear_down);
}
