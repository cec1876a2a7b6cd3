/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * run/release: what counts as refusing, every combination of what targets and
 * pool do, versions, quotas that add up, canaries that do not depend on order.
 */
#include "base/concept.h"
#include "run/release.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof(*(a)))

static const struct release_rule two_of_three = {3, 2, 1};

static void test_refuses(void **state)
{
    static const struct {
        uint32_t refusals, heard, asked;
        enum refuses want;
    } cases[] = {
        {2, 3, 3, REFUSES_YES},  {3, 3, 3, REFUSES_YES},
        {2, 2, 2, REFUSES_YES}, /* asked no further */
        {1, 3, 3, REFUSES_NO},   {0, 3, 3, REFUSES_NO},
        {0, 2, 2, REFUSES_NO}, /* one cannot do it */
        {1, 2, 2, REFUSES_OPEN}, {0, 1, 1, REFUSES_OPEN},
        {0, 0, 0, REFUSES_OPEN}, {1, 1, 3, REFUSES_NO}, /* two failed */
        {0, 0, 3, REFUSES_OPEN},                        /* all failed */
    };
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(cases); i++)
        assert_int_equal(release_refuses(&two_of_three, cases[i].refusals,
                                         cases[i].heard, cases[i].asked),
                         cases[i].want);
}

static void test_row_refuses(void **state)
{
    static const struct {
        const char *target;
        enum refuses want;
    } cases[] = {
        {"{\"refusals\":2,\"samples\":2}", REFUSES_YES},
        {"{\"refusals\":0,\"samples\":2}", REFUSES_NO},
        {"{\"refusals\":1,\"samples\":2}", REFUSES_OPEN},
        {"{\"refusals\":-1,\"samples\":1e300}", REFUSES_OPEN},
        {"{}", REFUSES_OPEN},
        {"[]", REFUSES_OPEN},
    };
    cJSON *t;
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(cases); i++) {
        t = cJSON_Parse(cases[i].target);
        assert_int_equal(release_row_refuses(&two_of_three, t), cases[i].want);
        cJSON_Delete(t);
    }
    assert_int_equal(release_row_refuses(&two_of_three, NULL), REFUSES_OPEN);
}

static void test_status(void **state)
{
    const enum refuses y = REFUSES_YES, n = REFUSES_NO, o = REFUSES_OPEN;
    const struct release_rule both = {3, 2, 2};
    const struct {
        const struct release_rule *rule;
        enum refuses targets[2];
        size_t ntargets;
        enum refuses pool[2];
        size_t npool;
        enum release_status want;
    } cases[] = {
        {&two_of_three, {y}, 1, {n}, 0, RELEASE_PERSISTENT},
        {&two_of_three, {y}, 1, {y, o}, 2, RELEASE_PERSISTENT},
        {&two_of_three, {n}, 1, {n}, 0, RELEASE_RETIRED},
        {&two_of_three, {n}, 1, {n, n}, 2, RELEASE_RETIRED},
        {&two_of_three, {n}, 1, {n, y}, 2, RELEASE_FIXED},
        {&two_of_three, {n}, 1, {o, y}, 2, RELEASE_FIXED},
        {&two_of_three, {n}, 1, {n, o}, 2, RELEASE_UNTESTED},
        {&two_of_three, {o}, 1, {y, y}, 2, RELEASE_UNTESTED},
        {&two_of_three, {n, y}, 2, {n}, 0, RELEASE_PERSISTENT},
        {&two_of_three, {n, o}, 2, {n}, 0, RELEASE_UNTESTED},
        {&both, {n, y}, 2, {n}, 0, RELEASE_RETIRED},
        {&both, {n, o}, 2, {y}, 1, RELEASE_FIXED}, /* one no is enough */
        {&both, {y, o}, 2, {y}, 1, RELEASE_UNTESTED},
        {&both, {y, y}, 2, {n}, 0, RELEASE_PERSISTENT},
    };
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(cases); i++)
        assert_string_equal(
            release_status_name(release_status(cases[i].rule, cases[i].targets,
                                               cases[i].ntargets, cases[i].pool,
                                               cases[i].npool)),
            release_status_name(cases[i].want));
    assert_true(release_stays(RELEASE_PERSISTENT));
    assert_true(release_stays(RELEASE_FIXED));
    assert_false(release_stays(RELEASE_RETIRED));
    assert_false(release_stays(RELEASE_UNTESTED));
}

static void test_versions(void **state)
{
    static const char a[] = "{\"samples\":3,\"targets\":[\"a\"],\"rounds\":4}",
                      b[] = "{\"samples\":3,\"targets\":[\"b\"],\"rounds\":9}",
                      c[] = "{\"samples\":5,\"targets\":[\"a\"],\"rounds\":4}";
    static const struct {
        const char *version, *before, *now, *want;
    } cases[] = {
        {"1.0.0", a, b, "1.1.0"},
        {"1.9.4", a, b, "1.10.0"},
        {"1.2.3", a, a, "1.2.4"},
        {"1.2.3", a, c, "2.0.0"},
        {"1.0", a, b, NULL},
        {"1.0.0-beta", a, b, NULL},
        {"one", a, b, NULL},
        {"", a, b, NULL},
        {"1.0.0000000000000000000000000000000000000000000", a, b, NULL},
    };
    char next[RELEASE_VERSION_MAX];
    struct err err;
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(cases); i++) {
        cJSON *before = cJSON_Parse(cases[i].before),
              *now = cJSON_Parse(cases[i].now);
        int failed = release_next(cases[i].version, before, now, next, &err);

        assert_int_equal(failed != 0, cases[i].want == NULL);
        if (!failed)
            assert_string_equal(next, cases[i].want);
        cJSON_Delete(before);
        cJSON_Delete(now);
    }
}

static uint64_t sum(const uint64_t of[], size_t n)
{
    uint64_t all = 0;
    size_t i;

    for (i = 0; i < n; i++)
        all += of[i];
    return all;
}

static void test_quotas(void **state)
{
    const uint64_t before[] = {10, 20, 0, 30}, kept[] = {4, 20, 0, 12};
    const uint64_t lost[] = {6, 0, 0, 18};
    uint64_t quota[4], n;
    size_t i;

    (void)state;
    assert_int_equal(release_quotas(before, kept, 4, 60, quota), 24);
    assert_memory_equal(quota, lost, sizeof(lost)); /* what each one lost */
    for (n = 0; n < 200; n++) {
        uint64_t wanted = n > 36 ? n - 36 : 0;

        assert_int_equal(release_quotas(before, kept, 4, n, quota), wanted);
        assert_int_equal(sum(quota, 4), wanted);
        assert_int_equal(quota[2], 0); /* never one that had no row */
    }
    release_quotas(before, kept, 4, 120, quota);
    for (i = 0; i < 4; i++)
        assert_int_equal(quota[i] + kept[i], 2 * before[i]);
}

static void test_canaries(void **state)
{
    static char text[1000][12];
    const char *ids[1000], *back[1000];
    bool one[1000], two[1000];
    struct err err;
    size_t i, n = 0;

    (void)state;
    for (i = 0; i < 1000; i++) {
        snprintf(text[i], sizeof(text[i]), "%zu", i * 7919);
        ids[i] = back[999 - i] = text[i];
    }
    assert_int_equal(release_draw(ids, 1000, one, &err), 0);
    assert_int_equal(release_draw(back, 1000, two, &err), 0);
    for (i = 0; i < 1000; i++) {
        assert_int_equal(one[i], two[999 - i]);
        n += one[i];
    }
    assert_int_equal(n, 100);
    assert_int_equal(release_draw(ids, 7, one, &err), 0);
    for (i = 0; i < 7; i++)
        assert_true(one[i]);
}

/* The second release carried 100 rows over, and 20 that had left before. */
static void test_made(void **state)
{
    static const char calls[] =
        "\"calls\":{\"judge\":{\"calls\":240},\"target\":{\"calls\":60}}";
    static const struct {
        const char *rest;
        int candidates, calls;
    } cases[] = {
        {"\"counts\":{\"candidates\":150}", 150, 2},
        {"\"counts\":{\"candidates\":150},"
         "\"release\":{\"counts\":{\"before\":100}},"
         "\"config\":{\"refreshes\":{\"left_before\":20}}",
         30, 10},
        {"\"counts\":{\"candidates\":100},"
         "\"release\":{\"counts\":{\"before\":100}}",
         0, 0}, /* nothing was made */
        {"\"counts\":{\"candidates\":-1}", -1, 0},
        {"\"counts\":[]", 0, 0},
    };
    char text[400];
    cJSON *m;
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(cases); i++) {
        snprintf(text, sizeof(text), "{%s,%s}", calls, cases[i].rest);
        m = cJSON_Parse(text);
        assert_non_null(m);
        assert_int_equal(release_candidates(m), cases[i].candidates);
        assert_int_equal(release_calls_each(m), cases[i].calls);
        cJSON_Delete(m);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refuses), cmocka_unit_test(test_row_refuses),
        cmocka_unit_test(test_status),  cmocka_unit_test(test_versions),
        cmocka_unit_test(test_quotas),  cmocka_unit_test(test_canaries),
        cmocka_unit_test(test_made),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
