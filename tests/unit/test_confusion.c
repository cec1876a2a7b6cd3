/* SPDX-License-Identifier: GPL-3.0-or-later */
/* dataset/confusion: figures against hand-made tables, intervals against what
 * theory says of them. */
#include "dataset/confusion.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

static void near(double got, double want, double within)
{
    if (!(fabs(got - want) <= within))
        fail_msg("%g, not %g", got, want);
}

/* 8 of 10 positives found, 1 of 10 negatives called positive. */
static void test_figures(void **state)
{
    struct confusion c = {.classes = 2, .n = {{9, 1, 0}, {2, 8, 0}}};
    struct confusion_figures f;

    (void)state;
    confusion_figures(&c, 2, 1, &f);
    assert_int_equal(f.rows, 20);
    assert_int_equal(f.positives, 10);
    near(f.accuracy.value, 17.0 / 20, 1e-12);
    near(f.precision.value, 8.0 / 9, 1e-12);
    near(f.recall.value, 0.8, 1e-12);
    near(f.f1.value, 16.0 / 19, 1e-12);
    near(f.exact.value, 17.0 / 20, 1e-12);
}

/* Two positive classes taken for each other are right, and not the same. */
static void test_three_classes(void **state)
{
    struct confusion c = {.classes = 3,
                          .n = {{5, 0, 0, 0}, {0, 1, 3, 0}, {1, 0, 4, 0}}};
    struct confusion_figures f;

    (void)state;
    confusion_figures(&c, 6, 1, &f);
    near(f.accuracy.value, 13.0 / 14, 1e-12);
    near(f.exact.value, 10.0 / 14, 1e-12);
    near(f.recall.value, 8.0 / 9, 1e-12);
    near(f.precision.value, 1, 1e-12);
}

/* No verdict is never right. */
static void test_silence(void **state)
{
    struct confusion c = {.classes = 2, .n = {{3, 0, 1}, {0, 3, 1}}};
    struct confusion_figures f;

    (void)state;
    confusion_figures(&c, 2, 1, &f);
    assert_int_equal(f.silent, 2);
    near(f.accuracy.value, 6.0 / 8, 1e-12);
    near(f.read.value, 1, 1e-12);
    near(f.recall.value, 3.0 / 4, 1e-12);
    near(f.precision.value, 1, 1e-12);
}

static void test_nothing(void **state)
{
    struct confusion c = {.classes = 2}, never = {.classes = 2};
    struct confusion_figures f;

    (void)state;
    confusion_figures(&c, 2, 1, &f);
    assert_int_equal(f.rows, 0);
    assert_true(isnan(f.accuracy.value) && isnan(f.f1.range.low));
    never.n[0][0] = 4;
    confusion_figures(&never, 2, 1, &f);
    near(f.accuracy.value, 1, 0);
    assert_true(isnan(f.precision.value) && isnan(f.recall.value));
}

/* The interval of a share has the width that its standard error says, both
 * where binomials are drawn exactly and where they are approximated. */
static void check_width(uint64_t scale)
{
    struct confusion c = {.classes = 2};
    struct confusion_figures f;
    double n = 100.0 * (double)scale, p = 0.8, half;

    c.n[0][0] = 40 * scale;
    c.n[0][1] = 10 * scale;
    c.n[1][0] = 10 * scale;
    c.n[1][1] = 40 * scale;
    half = 1.96 * sqrt(p * (1 - p) / n);
    confusion_figures(&c, 2, 7, &f);
    near(f.accuracy.range.low, p - half, 0.15 * half + 1 / n);
    near(f.accuracy.range.high, p + half, 0.15 * half + 1 / n);
}

static void test_interval(void **state)
{
    (void)state;
    check_width(1);
    check_width(5);
    check_width(1000);
}

static void test_seed(void **state)
{
    struct confusion c = {.classes = 2, .n = {{90, 10, 0}, {20, 80, 0}}};
    struct confusion_figures a, b, other;

    (void)state;
    confusion_figures(&c, 2, 1, &a);
    confusion_figures(&c, 2, 1, &b);
    confusion_figures(&c, 2, 2, &other);
    assert_memory_equal(&a.f1, &b.f1, sizeof(a.f1));
    assert_true(a.f1.value == other.f1.value);
    assert_true(a.f1.range.low != other.f1.range.low ||
                a.f1.range.high != other.f1.range.high);
}

/* Paired rows: the interval knows that both judges err on the same ones. */
static void test_pairs(void **state)
{
    struct pairing p = {.classes = 2};
    struct pairing_figures f;
    size_t i;

    (void)state;
    for (i = 0; i < 100; i++) {
        pairing_add(&p, 0, i < 10, i < 10 || i >= 95);
        pairing_add(&p, 1, i >= 10, i >= 10);
    }
    pairing_figures(&p, 2, 1, &f);
    assert_int_equal(f.only_first, 5);
    assert_int_equal(f.only_second, 0);
    near(f.accuracy.value, 5.0 / 200, 1e-12);
    assert_true(f.accuracy.range.low >= 0 && f.accuracy.range.low < 0.015);
    assert_true(f.accuracy.range.high > 0.035 && f.accuracy.range.high < 0.06);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_figures),  cmocka_unit_test(test_three_classes),
        cmocka_unit_test(test_silence),  cmocka_unit_test(test_nothing),
        cmocka_unit_test(test_interval), cmocka_unit_test(test_seed),
        cmocka_unit_test(test_pairs),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
