/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * dataset/paired against values worked out by hand, and the bootstrap against
 * the variance that theory gives it.
 */
#include "dataset/paired.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static void near(double got, double want, double by)
{
    if (!(fabs(got - want) <= by))
        fail_msg("%.10f is not %.10f", got, want);
}

static void test_mcnemar(void **state)
{
    (void)state;
    near(paired_mcnemar(0, 0), 1, 0);
    /* 2 * (1/2)^5 */
    near(paired_mcnemar(5, 0), 0.0625, 1e-12);
    near(paired_mcnemar(0, 5), 0.0625, 1e-12);
    /* 2 * (1 + 10) / 2^10 */
    near(paired_mcnemar(9, 1), 22.0 / 1024, 1e-12);
    /* 2 * (1 + 15 + 105 + 455) / 2^15 */
    near(paired_mcnemar(12, 3), 1152.0 / 32768, 1e-12);
    /* Even counts: twice the lower half is more than 1. */
    near(paired_mcnemar(4, 4), 1, 1e-12);
    near(paired_mcnemar(1, 0), 1, 1e-12);
    /* Of many rows: z = (5100 - 4900) / 100 = 2, two-sided 0.0455; with the
     * correction for continuity, which the exact sum has in it, 1.99. */
    near(paired_mcnemar(5100, 4900), 0.0466, 2e-4);
    near(paired_mcnemar(1000000, 0), 0, 1e-300);
}

static void test_holm(void **state)
{
    static const double p[] = {0.01, 0.04, 0.03, 0.005};
    double out[4];

    (void)state;
    assert_int_equal(paired_holm(p, 4, out), 0);
    near(out[3], 0.02, 1e-12); /* 0.005 * 4 */
    near(out[0], 0.03, 1e-12); /* 0.01 * 3 */
    near(out[2], 0.06, 1e-12); /* 0.03 * 2 */
    near(out[1], 0.06, 1e-12); /* 0.04 * 1, but never below the one before */
    assert_int_equal(paired_holm(p, 1, out), 0);
    near(out[0], 0.01, 1e-12);
    assert_int_equal(paired_holm(p, 0, out), 0);
}

static void test_figures(void **state)
{
    struct paired p = {
        .both = 700, .only_a = 120, .only_b = 30, .neither = 150};
    struct paired_figures f;
    double sd;

    (void)state;
    paired_figures(&p, 1, &f);
    assert_int_equal(f.rows, 1000);
    near(f.difference, 0.09, 1e-12);
    /* Var = ((b + c) - (b - c)^2 / n) / n^2 */
    sd = sqrt((150 - 90.0 * 90 / 1000) / 1e6);
    near(f.range.low, 0.09 - 1.96 * sd, 0.003);
    near(f.range.high, 0.09 + 1.96 * sd, 0.003);
    assert_true(f.p < 1e-10);
}

static void test_nothing(void **state)
{
    struct paired p = {0};
    struct paired_figures f;

    (void)state;
    paired_figures(&p, 1, &f);
    assert_int_equal(f.rows, 0);
    assert_true(isnan(f.difference));
    near(f.p, 1, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mcnemar),
        cmocka_unit_test(test_holm),
        cmocka_unit_test(test_figures),
        cmocka_unit_test(test_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
