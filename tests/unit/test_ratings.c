/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * dataset/ratings against published examples and against the definitions
 * written out without any cleverness, over random tables.
 */
#include "base/rng.h"
#include "dataset/ratings.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define ITEMS 400

/* One text an item, one character a rater: the class, '.' for none. */
static void add(struct ratings *r, size_t raters, size_t classes,
                const char *item)
{
    uint8_t said[RATINGS_RATERS_MAX * RATINGS_CLASSES_MAX] = {0};
    size_t j;

    for (j = 0; j < raters; j++)
        if (item[j] != '.')
            said[j * classes + (size_t)(item[j] - '1')]++;
    assert_int_equal(ratings_add(r, said, NULL), 0);
}

static void near(double is, double should, double by)
{
    if (!(fabs(is - should) <= by))
        fail_msg("%.6f is not %.6f", is, should);
}

/*
 * Krippendorff (2011), "Computing Krippendorff's Alpha-Reliability": example
 * A/B, two observers and binary data, 0.095; example C, two observers and
 * nominal data, 0.692; example D, four observers with missing values, 0.743.
 */
static void test_published_alpha(void **state)
{
    static const char *const binary[] = {"12", "22", "12", "11", "11",
                                         "12", "11", "11", "21", "11"};
    static const char *const nominal[] = {"12", "11", "22", "22", "42", "33",
                                          "33", "33", "55", "44", "44", "14"};
    static const char *const missing[] = {"11.1", "2232", "3333", "3333",
                                          "2222", "1234", "4444", "1121",
                                          "2222", ".555", "..11", ".3.."};
    struct ratings *r = ratings_new(2, 2);
    size_t i;

    (void)state;
    for (i = 0; i < 10; i++)
        add(r, 2, 2, binary[i]);
    near(ratings_alpha(r), 0.095, 0.0005);
    ratings_free(r);
    r = ratings_new(2, 5);
    for (i = 0; i < 12; i++)
        add(r, 2, 5, nominal[i]);
    near(ratings_alpha(r), 0.692, 0.0005);
    ratings_free(r);
    r = ratings_new(4, 5);
    for (i = 0; i < 12; i++)
        add(r, 4, 5, missing[i]);
    near(ratings_alpha(r), 0.743, 0.0005);
    assert_int_equal(ratings_items(r), 12);
    ratings_free(r);
}

static void test_undefined_alpha(void **state)
{
    struct ratings *r = ratings_new(3, 3);

    (void)state;
    assert_true(isnan(ratings_alpha(r)));
    add(r, 3, 3, "1..");
    add(r, 3, 3, "...");
    assert_true(isnan(ratings_alpha(r)));
    assert_int_equal(ratings_items(r), 1);
    add(r, 3, 3, "111");
    assert_true(isnan(ratings_alpha(r))); /* one class only */
    add(r, 3, 3, "222");
    near(ratings_alpha(r), 1, 1e-12);
    ratings_free(r);
}

/* --- the definitions, over the raw table --- */

static char table[ITEMS][8];

static double plain_alpha(size_t n, size_t raters)
{
    double o[6][6] = {{0}}, by[6] = {0}, all = 0, same = 0, chance = 0;
    size_t i, j, k, m;

    for (i = 0; i < n; i++) {
        for (m = j = 0; j < raters; j++)
            m += table[i][j] != '.';
        for (j = 0; j < raters; j++)
            for (k = 0; k < raters; k++)
                if (j != k && table[i][j] != '.' && table[i][k] != '.')
                    o[table[i][j] - '1'][table[i][k] - '1'] +=
                        1.0 / (double)(m - 1);
    }
    for (j = 0; j < 6; j++)
        for (k = 0; k < 6; k++) {
            by[j] += o[j][k];
            all += o[j][k];
            same += j == k ? o[j][k] : 0;
        }
    for (j = 0; j < 6; j++)
        chance += by[j] * (by[j] - 1);
    return ((all - 1) * same - chance) / (all * (all - 1) - chance);
}

/* EM item by item, in plain products. */
static double plain_em(size_t n, size_t raters, size_t classes, double *prior)
{
    static double t[ITEMS][6];
    double pi[8][6][6], p, sum, ll = 0;
    size_t i, j, c, l;
    int step;

    for (i = 0; i < n; i++)
        for (c = 0; c < classes; c++) {
            for (sum = t[i][c] = 0, j = 0; j < raters; j++) {
                sum += table[i][j] != '.';
                t[i][c] += table[i][j] == (char)('1' + c);
            }
            t[i][c] /= sum;
        }
    for (step = 0; step < 2000; step++) {
        memset(pi, 0, sizeof(pi));
        for (c = 0; c < classes; c++) {
            for (prior[c] = 0, i = 0; i < n; i++)
                prior[c] += t[i][c] / (double)n;
            for (j = 0; j < raters; j++) {
                for (sum = 0, i = 0; i < n; i++)
                    if (table[i][j] != '.') {
                        pi[j][c][table[i][j] - '1'] += t[i][c];
                        sum += t[i][c];
                    }
                for (l = 0; sum > 0 && l < classes; l++)
                    pi[j][c][l] /= sum;
            }
        }
        for (ll = 0, i = 0; i < n; i++) {
            for (sum = 0, c = 0; c < classes; c++) {
                for (p = prior[c], j = 0; j < raters; j++)
                    if (table[i][j] != '.')
                        p *= pi[j][c][table[i][j] - '1'];
                sum += t[i][c] = p;
            }
            for (c = 0; c < classes; c++)
                t[i][c] /= sum;
            ll += log(sum);
        }
    }
    return ll;
}

static void test_against_definitions(void **state)
{
    struct rating_model m;
    struct ratings *r;
    double prior[6];
    struct rng g = rng_for(1, 2, "ratings");
    size_t i, j, c, raters;
    int run;

    (void)state;
    for (run = 0; run < 6; run++) {
        raters = 2 + (size_t)run;
        r = ratings_new(raters, 3);
        for (i = 0; i < ITEMS; i++) {
            c = rng_unit(&g) < 0.6 ? 0 : rng_below(&g, 3);
            for (j = 0; j < raters; j++)
                table[i][j] =
                    (char)('1' + (rng_unit(&g) < 0.75 ? c : rng_below(&g, 3)));
            for (j = 1; j < raters; j++)
                if (rng_unit(&g) < 0.15)
                    table[i][j] = '.';
            add(r, raters, 3, table[i]);
        }
        near(ratings_alpha(r), plain_alpha(ITEMS, raters), 1e-9);
        assert_int_equal(ratings_dawid_skene(r, &m, NULL), 0);
        assert_true(m.converged);
        near(m.log_likelihood, plain_em(ITEMS, raters, 3, prior), 0.01);
        if (raters > 3) /* fewer leave it flat around the top */
            for (c = 0; c < 3; c++)
                near(m.prior[c], prior[c], 0.01);
        ratings_free(r);
    }
}

/*
 * Dawid and Skene's Table 1: 45 patients, five anaesthetists, the first of
 * whom saw each three times.  Their Table 2 and 3: shares 0.40, 0.42, 0.11,
 * 0.07; the first one calls a 1 a 1 in 0.89 and a 2 a 2 in 0.88.
 */
static void test_published_dawid_skene(void **state)
{
    static const char *const patients[] = {
        "1111111", "3334334", "1122122", "2223121", "2223222", "2223322",
        "1222111", "3333433", "2222223", "2322223", "4444444", "2223343",
        "1111111", "2223212", "1211111", "1112111", "1111111", "1111111",
        "2222221", "2221322", "2222222", "2222221", "2223222", "2212222",
        "1111111", "1111111", "2322222", "1111111", "1111111", "1121121",
        "1111111", "3333233", "1111111", "2222222", "2223232", "4334343",
        "2212232", "2323233", "3333432", "1111111", "1111111", "1212111",
        "2322222", "1211111", "2222222",
    };
    static const double shares[] = {0.40, 0.42, 0.11, 0.07};
    struct ratings *r = ratings_new(5, 4);
    struct rating_model m;
    uint8_t said[20];
    size_t i, j;

    (void)state;
    for (i = 0; i < 45; i++) {
        memset(said, 0, sizeof(said));
        for (j = 0; j < 7; j++)
            said[(j < 3 ? 0 : j - 2) * 4 + (size_t)(patients[i][j] - '1')]++;
        assert_int_equal(ratings_add(r, said, NULL), 0);
    }
    assert_int_equal(ratings_dawid_skene(r, &m, NULL), 0);
    for (i = 0; i < 4; i++)
        near(m.prior[i], shares[i], 0.006);
    near(m.said[0][0][0], 0.89, 0.01);
    near(m.said[0][1][1], 0.88, 0.01);
    for (i = 0; i < 5; i++)
        assert_true(m.accuracy[i] > 0.6 && m.accuracy[i] < 1);
    ratings_free(r);
}

/* A judge who always says the same is no use, whatever the others think. */
static void test_planted_raters(void **state)
{
    struct ratings *r = ratings_new(4, 3);
    struct rng g = rng_for(7, 7, "planted");
    struct rating_model m;
    char item[5] = "";
    size_t i, j, c;

    (void)state;
    for (i = 0; i < 3000; i++) {
        c = rng_below(&g, 3);
        for (j = 0; j < 3; j++)
            item[j] = (char)('1' + (rng_unit(&g) < 0.9 ? c : rng_below(&g, 3)));
        item[3] = '1';
        add(r, 4, 3, item);
    }
    assert_int_equal(ratings_dawid_skene(r, &m, NULL), 0);
    for (j = 0; j < 3; j++)
        near(m.accuracy[j], 0.9 + 0.1 / 3, 0.02);
    near(m.accuracy[3], 1.0 / 3, 0.03);
    near(m.said[3][2][2], 0, 1e-6); /* it never sees harm */
    ratings_free(r);
}

static void test_order_is_nothing(void **state)
{
    struct ratings *a = ratings_new(3, 3), *b = ratings_new(3, 3);
    struct rating_model x, y;
    struct rng g = rng_for(3, 3, "order");
    size_t i, j;

    (void)state;
    for (i = 0; i < ITEMS; i++)
        for (j = 0; j < 3; j++)
            table[i][j] = (char)('1' + rng_below(&g, 3));
    for (i = 0; i < ITEMS; i++) {
        add(a, 3, 3, table[i]);
        add(b, 3, 3, table[ITEMS - 1 - i]);
    }
    assert_int_equal(ratings_dawid_skene(a, &x, NULL), 0);
    assert_int_equal(ratings_dawid_skene(b, &y, NULL), 0);
    assert_memory_equal(x.prior, y.prior, sizeof(x.prior));
    assert_memory_equal(x.said, y.said, sizeof(x.said));
    assert_true(ratings_alpha(a) == ratings_alpha(b));
    ratings_free(a);
    ratings_free(b);
}

/* By hand: 0.7 observed and 0.5 by chance; 75 of 100 observed and
 * (40 * 50 + 30 * 30 + 30 * 20) / 10000 = 0.35 by chance. */
static void test_kappa(void **state)
{
    static const uint64_t two[] = {20, 5, 10, 15}, none[4] = {0},
                          one[] = {7, 0, 0, 0}, never[] = {0, 5, 5, 0},
                          all[] = {3, 0, 0, 4},
                          three[] = {35, 5, 0, 10, 20, 0, 5, 5, 20};
    static const uint64_t chance[] = {18, 2, 72, 8};

    (void)state;
    near(ratings_kappa(two, 2), 0.4, 1e-12);
    near(ratings_kappa(three, 3), (0.75 - 0.35) / 0.65, 1e-12);
    near(ratings_kappa(all, 2), 1, 1e-12);
    near(ratings_kappa(never, 2), -1, 1e-12);
    near(ratings_kappa(chance, 2), 0, 1e-12);
    assert_true(isnan(ratings_kappa(none, 2)));
    assert_true(isnan(ratings_kappa(one, 2)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kappa),
        cmocka_unit_test(test_published_alpha),
        cmocka_unit_test(test_undefined_alpha),
        cmocka_unit_test(test_against_definitions),
        cmocka_unit_test(test_published_dawid_skene),
        cmocka_unit_test(test_planted_raters),
        cmocka_unit_test(test_order_is_nothing),
    };

    return cmocka_run_group_tests_name("ratings", tests, NULL, NULL);
}
