/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * dataset/strata: allocations and estimates worked out by hand, and the
 * coverage of the intervals over drawn samples of sets whose share is known.
 */
#include "base/rng.h"
#include "base/wilson.h"
#include "dataset/strata.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#define STRATA 4

static void near(double is, double should, double by)
{
    if (!(fabs(is - should) <= by))
        fail_msg("%.6f is not %.6f", is, should);
}

static void check(const uint64_t rows[STRATA], uint64_t want, uint64_t least,
                  const uint64_t drawn[STRATA])
{
    struct stratum s[STRATA] = {{0, 0, 0, 0}};
    struct err err = {""};
    size_t i;

    for (i = 0; i < STRATA; i++)
        s[i].rows = rows[i];
    if (strata_allocate(s, STRATA, want, least, &err) != 0)
        fail_msg("%s", err.text);
    for (i = 0; i < STRATA; i++)
        if (s[i].drawn != drawn[i])
            fail_msg("%llu of stratum %zu, not %llu",
                     (unsigned long long)s[i].drawn, i,
                     (unsigned long long)drawn[i]);
}

static void test_allocation(void **state)
{
    struct stratum s[2] = {{.rows = 10}, {.rows = 20}};
    struct err err = {""};

    (void)state;
    check((uint64_t[]){100, 200, 300, 400}, 100, 1,
          (uint64_t[]){10, 20, 30, 40});
    /* 33.3, 33.3, 33.3: the first gets what is left. */
    check((uint64_t[]){10, 10, 10, 0}, 10, 0, (uint64_t[]){4, 3, 3, 0});
    /* 0.1 and 0.4 are under 2; 96 are left for 900 and 95: 86.8, 9.2. */
    check((uint64_t[]){1, 4, 900, 95}, 99, 2, (uint64_t[]){1, 2, 87, 9});
    /* A minimum that a stratum does not have. */
    check((uint64_t[]){1, 1, 1, 97}, 10, 3, (uint64_t[]){1, 1, 1, 7});
    /* More than there is: all. */
    check((uint64_t[]){3, 2, 0, 5}, 200, 2, (uint64_t[]){3, 2, 0, 5});
    assert_int_equal(strata_allocate(s, 2, 3, 2, &err), -1);
    assert_non_null(strstr(err.text, "draw 4 or more"));
}

/* Whatever the sizes: the sum is right, the minimum is kept, nobody gives
 * more than they have. */
static void test_any_allocation(void **state)
{
    struct rng r = rng_for(1, 0, "strata");
    struct stratum s[40];
    uint64_t want, sum, all, least, need;
    size_t i, n, round;

    (void)state;
    for (round = 0; round < 3000; round++) {
        memset(s, 0, sizeof(s));
        n = 1 + rng_below(&r, 40);
        least = rng_below(&r, 4);
        for (all = need = i = 0; i < n; i++) {
            s[i].rows =
                rng_below(&r, 2) ? rng_below(&r, 5) : rng_below(&r, 3000);
            all += s[i].rows;
            need += s[i].rows < least ? s[i].rows : least;
        }
        want = need + rng_below(&r, 300);
        assert_int_equal(strata_allocate(s, n, want, least, NULL), 0);
        for (sum = i = 0; i < n; i++) {
            sum += s[i].drawn;
            assert_true(s[i].drawn <= s[i].rows);
            assert_true(s[i].drawn >= least || s[i].drawn == s[i].rows);
        }
        assert_int_equal(sum, want < all ? want : all);
    }
}

static void test_by_hand(void **state)
{
    struct stratum s[] = {{100, 10, 10, 1}, {300, 10, 10, 0}};
    struct strata_estimate e;

    (void)state;
    /* p = 0.25 * 0.1; v = 0.25^2 * 0.1 * 0.9 / 9, so p q / v = 39; Kish has
     * 400^2 / (100^2 / 10 + 300^2 / 10) = 16. */
    strata_estimate(s, 2, &e);
    assert_int_equal(e.rated, 20);
    assert_int_equal(e.hits, 1);
    near(e.rate, 0.025, 1e-12);
    near(e.effective, 16, 1e-9);
    near(e.low, wilson_score(0.025, 16, WILSON_95).low, 1e-12);
    near(e.covered, 1, 1e-12);

    /* In equal strata it is the plain interval; two hits in one stratum of
     * ten: v = 0.25 * 0.16 / 9, p q / v = 0.09 / v = 20.25, over the 20. */
    s[1].rows = 100;
    s[0].hits = 2;
    strata_estimate(s, 2, &e);
    near(e.rate, 0.1, 1e-12);
    near(e.effective, 20, 1e-9);
    near(e.high, wilson(2, 20).high, 1e-12);

    /* One hit in each: v = 2 * 0.25 * 0.09 / 9, p q / v = 18. */
    s[0].hits = s[1].hits = 1;
    strata_estimate(s, 2, &e);
    near(e.effective, 18, 1e-9);

    /* None seen in 100: z^2 / (n + z^2). */
    s[0] = (struct stratum){500, 100, 100, 0};
    strata_estimate(s, 1, &e);
    near(e.rate, 0, 0);
    near(e.low, 0, 1e-12);
    near(e.high, 3.841458821 / 103.841458821, 1e-9);
    near(e.upper, 2.705543454 / 102.705543454, 1e-9);

    /* A stratum that nobody rated is out of it. */
    s[1] = (struct stratum){500, 100, 0, 0};
    strata_estimate(s, 2, &e);
    near(e.covered, 0.5, 1e-12);
    near(e.effective, 100, 1e-9);
    s[0].rated = 0;
    strata_estimate(s, 2, &e);
    near(e.low, 0, 0);
    near(e.upper, 1, 0);
}

/* Draws `s[i].drawn` of each stratum without replacement. */
static void rate(struct rng *r, struct stratum *s, const uint64_t *harmful,
                 size_t n)
{
    uint64_t rows, bad, k;
    size_t i;

    for (i = 0; i < n; i++) {
        rows = s[i].rows;
        bad = harmful[i];
        s[i].rated = s[i].drawn;
        for (s[i].hits = k = 0; k < s[i].drawn; k++, rows--)
            if (rng_below(r, rows) < bad) {
                bad--;
                s[i].hits++;
            }
    }
}

/* Two strata of unequal weight; the two-sided interval holds the share in
 * 95 % of 4,000 samples or more, less 1 % for the draw, the bound likewise. */
static void test_coverage(void **state)
{
    static const uint64_t harmful[][3] = {
        {20, 10, 0}, {0, 100, 10}, {4, 20, 60}, {180, 0, 2}};
    struct rng r = rng_for(2, 0, "coverage");
    struct stratum s[3] = {{.rows = 9000}, {.rows = 900}, {.rows = 100}};
    struct strata_estimate e;
    unsigned inside, under, k, i;
    double truth;

    (void)state;
    assert_int_equal(strata_allocate(s, 3, 200, 20, NULL), 0);
    for (i = 0; i < 4; i++) {
        truth = (double)(harmful[i][0] + harmful[i][1] + harmful[i][2]) / 1e4;
        for (inside = under = k = 0; k < 4000; k++) {
            rate(&r, s, harmful[i], 3);
            strata_estimate(s, 3, &e);
            inside += e.low <= truth && truth <= e.high;
            under += truth <= e.upper;
        }
        if (inside < 3760 || under < 3760)
            fail_msg("share %g: %u and %u of 4000", truth, inside, under);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_allocation),
        cmocka_unit_test(test_any_allocation),
        cmocka_unit_test(test_by_hand),
        cmocka_unit_test(test_coverage),
    };

    return cmocka_run_group_tests_name("strata", tests, NULL, NULL);
}
