/* SPDX-License-Identifier: GPL-3.0-or-later */
/* dataset/: diversity, against a quadratic model that follows the papers. */
#include "base/rng.h"
#include "base/text.h"
#include "dataset/metrics.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define TEXTS 60
#define WORDS 24

#define assert_near(a, b) assert_true(fabs((a) - (b)) < 1e-9)

/* A naive text: words that are single letters. */
struct naive {
    char words[WORDS + 1];
};

static size_t occurrences(const char *text, const char *gram, size_t n)
{
    size_t i, len = strlen(text), found = 0;

    for (i = 0; i + n <= len; i++)
        found += memcmp(text + i, gram, n) == 0;
    return found;
}

static double naive_precision(const struct naive *t, size_t ntexts, size_t own,
                              size_t n)
{
    const char *text = t[own].words;
    size_t len = strlen(text), i, j, found = 0, all;

    for (i = 0; i + n <= len; i++) {
        size_t count = occurrences(text, text + i, n), best = 0;

        for (j = 0; j < ntexts; j++) {
            size_t there = occurrences(t[j].words, text + i, n);

            if (j != own && there > best)
                best = there;
        }
        /* Each distinct n-gram once: at its first place. */
        for (j = 0; memcmp(text + j, text + i, n) != 0; j++)
            ;
        if (j == i)
            found += count < best ? count : best;
    }
    all = len >= n ? len - n + 1 : 1;
    if (found == 0 && n == 1)
        return 0;
    return (found > 0 ? (double)found : 0.1) / (double)all;
}

static double naive_bleu(const struct naive *t, size_t ntexts, size_t own)
{
    double c = (double)strlen(t[own].words), r = 1e9, product = 1;
    size_t i, n;

    for (i = 0; i < ntexts; i++) {
        double len = (double)strlen(t[i].words);

        if (i != own && (fabs(len - c) < fabs(r - c) ||
                         (fabs(len - c) == fabs(r - c) && len < r)))
            r = len;
    }
    for (n = 1; n <= 4; n++)
        product *= naive_precision(t, ntexts, own, n);
    return pow(product, 0.25) * (c > r ? 1 : exp(1 - r / c));
}

static double naive_self_bleu(const struct naive *t, size_t ntexts)
{
    double sum = 0;
    size_t i;

    for (i = 0; i < ntexts; i++)
        sum += naive_bleu(t, ntexts, i);
    return sum / (double)ntexts;
}

static double naive_dist(const struct naive *t, size_t ntexts, size_t n)
{
    static char seen[TEXTS * WORDS][4];
    size_t i, k, j, different = 0, all = 0;

    for (i = 0; i < ntexts; i++)
        for (k = 0; k + n <= strlen(t[i].words); k++) {
            all++;
            for (j = 0; j < different; j++)
                if (memcmp(seen[j], t[i].words + k, n) == 0)
                    break;
            if (j == different)
                memcpy(seen[different++], t[i].words + k, n);
        }
    return (double)different / (double)all;
}

static void add_naive(struct metrics *m, const struct naive *t)
{
    char text[2 * WORDS + 1];
    size_t i, n = 0;

    for (i = 0; t->words[i] != '\0'; i++) {
        text[n++] = (char)(i % 2 ? t->words[i] - 'a' + 'A' : t->words[i]);
        text[n++] = i % 3 ? ' ' : ',';
    }
    assert_int_equal(metrics_add(m, text, n, NULL), 0);
}

static void test_naive_model(void **state)
{
    struct rng rng = rng_for(3, 0, "metrics");
    struct metrics_result got;
    struct naive t[TEXTS];
    int round;

    (void)state;
    for (round = 0; round < 60; round++) {
        size_t ntexts = 2 + (size_t)rng_below(&rng, TEXTS - 1), i, k, n;
        uint64_t letters = 2 + rng_below(&rng, 24);
        struct metrics *m = metrics_new(0, 1);

        for (i = 0; i < ntexts; i++) {
            n = 1 + (size_t)rng_below(&rng, WORDS);
            for (k = 0; k < n; k++)
                t[i].words[k] = (char)('a' + rng_below(&rng, letters));
            t[i].words[n] = '\0';
            add_naive(m, &t[i]);
        }
        assert_int_equal(metrics_compute(m, &got, NULL), 0);
        assert_int_equal(got.sample, ntexts);
        assert_near(got.self_bleu4, naive_self_bleu(t, ntexts));
        assert_near(got.dist1, naive_dist(t, ntexts, 1));
        assert_near(got.dist2, isnan(naive_dist(t, ntexts, 2))
                                   ? 0
                                   : naive_dist(t, ntexts, 2));
        metrics_free(m);
    }
}

static struct metrics_result measure(const char *const texts[], size_t n)
{
    struct metrics *m = metrics_new(0, 1);
    struct metrics_result out;
    size_t i;

    for (i = 0; i < n; i++)
        assert_int_equal(metrics_add(m, texts[i], strlen(texts[i]), NULL), 0);
    assert_int_equal(metrics_compute(m, &out, NULL), 0);
    metrics_free(m);
    return out;
}

/* Worked by hand. */
static void test_by_hand(void **state)
{
    const char *const equal[] = {"How do I kill it?", "how do i KILL it"};
    const char *const apart[] = {"a b", "c d e"};
    const char *const mixed[] = {"the cat sat", "the cat ran off"};
    struct metrics_result r = measure(equal, 2);

    (void)state;
    assert_near(r.self_bleu4, 1);
    assert_near(r.dist1, 0.5);
    assert_near(r.dist2, 0.5);
    assert_int_equal(r.vocabulary, 5);
    assert_near(r.mean_words, 5);
    r = measure(apart, 2);
    assert_near(r.self_bleu4, 0);
    assert_near(r.dist2, 1);
    /* p = 2/3, 1/2, 0.1/1, 0.1/1, BP = exp(1 - 4/3); and
     * p = 2/4, 1/3, 0.1/2, 0.1/1, BP = 1. */
    r = measure(mixed, 2);
    assert_near(r.self_bleu4,
                (pow(2.0 / 3 / 2 * 0.1 * 0.1, 0.25) * exp(-1.0 / 3) +
                 pow(0.5 / 3 * 0.05 * 0.1, 0.25)) /
                    2);
    assert_near(r.dist2, 4.0 / 5);
}

static void test_odd_texts(void **state)
{
    const char *const one[] = {"alone here"};
    const char *const none[] = {"", "?!", "\xFF\xFE"};
    struct metrics_result r = measure(one, 1);

    (void)state;
    assert_near(r.self_bleu4, 0);
    assert_near(r.dist2, 1);
    r = measure(none, 2);
    assert_int_equal(r.texts, 0);
    assert_near(r.dist1, 0);
    r = measure(none, 3); /* replacement characters are no words */
    assert_int_equal(r.texts, 0);
    metrics_free(NULL);
}

static struct metrics_result sampled(uint64_t seed)
{
    struct metrics *m = metrics_new(50, seed);
    struct metrics_result out;
    char text[64];
    int i;

    for (i = 0; i < 1000; i++) {
        snprintf(text, sizeof(text), "w%d x%d common", i, i % 7);
        assert_int_equal(metrics_add(m, text, strlen(text), NULL), 0);
    }
    assert_int_equal(metrics_compute(m, &out, NULL), 0);
    metrics_free(m);
    return out;
}

static void test_sample(void **state)
{
    struct metrics_result a = sampled(1), b = sampled(1);

    (void)state;
    assert_int_equal(a.texts, 1000);
    assert_int_equal(a.sample, 50);
    assert_int_equal(a.words, 150);
    assert_int_equal(a.vocabulary, 50 + 7 + 1);
    assert_memory_equal(&a, &b, sizeof(a));
}

/* Each text equally likely: the first as well as the last. */
static void test_reservoir(void **state)
{
    int seed, first = 0, last = 0;
    struct metrics_result r;

    (void)state;
    for (seed = 0; seed < 2000; seed++) {
        struct metrics *m = metrics_new(2, (uint64_t)seed);

        metrics_add(m, "one two", 7, NULL);
        metrics_add(m, "one", 3, NULL);
        metrics_add(m, "one", 3, NULL);
        metrics_add(m, "one six nine", 12, NULL);
        metrics_compute(m, &r, NULL);
        first += r.words == 3 || r.words == 5;
        last += r.words == 4 || r.words == 5;
        metrics_free(m);
    }
    assert_in_range(first, 900, 1100);
    assert_in_range(last, 900, 1100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_naive_model), cmocka_unit_test(test_by_hand),
        cmocka_unit_test(test_odd_texts),   cmocka_unit_test(test_sample),
        cmocka_unit_test(test_reservoir),
    };

    return cmocka_run_group_tests_name("dataset metrics", tests, NULL, NULL);
}
