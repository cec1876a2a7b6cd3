/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * dedup/batch: every mode against its definition by brute force, and the same
 * with one thread as with two.
 */
#include "base/rng.h"
#include "base/str.h"
#include "base/text.h"
#include "dedup/batch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define ROWS    150
#define AGAINST 30
#define TEXT    200

struct set {
    char text[ROWS][TEXT];
    char against[AGAINST][TEXT];
};

static void sentence(struct rng *r, char *out)
{
    static const char *const words[] = {
        "kill", "the",   "python", "process", "shoot", "a",      "portrait",
        "at",   "night", "blow",   "up",      "the",   "balloon"};
    size_t n = 3 + rng_below(r, 9), len = 0, i;

    for (i = 0; i < n; i++)
        len += (size_t)snprintf(out + len, TEXT - len, "%s ",
                                words[rng_below(r, 13)]);
}

static void make(struct rng *r, struct set *s)
{
    char *t;
    int i;

    for (i = 0; i < AGAINST; i++)
        sentence(r, s->against[i]);
    for (i = 0; i < ROWS; i++) {
        t = s->text[i];
        switch (rng_below(r, i > 0 ? 4 : 1)) {
        case 0:
            sentence(r, t);
            break;
        case 1:
            snprintf(t, TEXT, "%s", s->text[rng_below(r, (uint64_t)i)]);
            t[rng_below(r, strlen(t))] = '!';
            break;
        case 2:
            snprintf(t, TEXT, "%.150s soon",
                     s->text[rng_below(r, (uint64_t)i)]);
            break;
        default:
            snprintf(t, TEXT, "%s", s->against[rng_below(r, AGAINST)]);
            t[rng_below(r, strlen(t))] = 'x';
        }
    }
}

static double alike(const struct batch_options *o, const char *a, const char *b)
{
    if (o->dedup.measure == DEDUP_CONTAINMENT)
        return dedup_containment(&o->dedup, a, strlen(a), b, strlen(b));
    return dedup_similarity(&o->dedup, a, strlen(a), b, strlen(b));
}

static void run(const struct batch_options *o, const struct set *s,
                struct batch_verdict *v, struct batch_pair *pairs, size_t *n)
{
    struct batch *b = batch_new(o, NULL);
    struct err err;
    size_t got = 0;
    int i;

    assert_non_null(b);
    for (i = 0; i < AGAINST; i++)
        assert_int_equal(
            batch_against(b, s->against[i], strlen(s->against[i]), &err), 0);
    for (i = 0; i < ROWS; i++)
        assert_int_equal(batch_add(b, s->text[i], strlen(s->text[i]), &err), 0);
    assert_int_equal(batch_end(b, &err), 0);
    while (batch_next(b, &v[got])) {
        assert_int_equal(v[got].row, got);
        got++;
    }
    assert_int_equal(got, ROWS);
    for (*n = 0; *n < ROWS * ROWS && batch_next_pair(b, &pairs[*n]); (*n)++)
        ;
    assert_true(batch_bytes(b) > 0);
    batch_free(b);
}

static size_t normal_length(const char *text)
{
    struct str s;
    size_t len;

    str_init(&s, 1000);
    text_normalise(text, strlen(text), &s);
    len = s.len;
    str_release(&s);
    return len;
}

/* The next row to look at that has not been. */
static int next_turn(const struct batch_options *o, const struct set *s,
                     const bool *done)
{
    int i, best = -1;

    for (i = 0; i < ROWS; i++) {
        if (done[i])
            continue;
        if (o->keep == BATCH_FIRST)
            return i;
        if (best < 0 ||
            normal_length(s->text[i]) > normal_length(s->text[best]))
            best = i;
    }
    return best;
}

static void expect(const struct batch_options *o, const struct set *s,
                   const struct batch_verdict *v)
{
    bool done[ROWS] = {false}, kept[ROWS] = {false};
    int turn, i, k;

    for (turn = 0; turn < ROWS; turn++) {
        double best = 0, x;

        i = next_turn(o, s, done);
        done[i] = true;
        for (k = 0; k < AGAINST; k++) {
            x = alike(o, s->text[i], s->against[k]);
            best = x > best ? x : best;
        }
        for (k = 0; k < ROWS; k++) {
            x = kept[k] ? alike(o, s->text[i], s->text[k]) : 0;
            best = x > best ? x : best;
        }
        kept[i] = best < o->dedup.threshold;
        assert_int_equal(v[i].keep, kept[i]);
        assert_int_equal(v[i].cluster, i);
        if (kept[i]) {
            assert_int_equal(v[i].of, i);
            continue;
        }
        assert_true(v[i].similarity == best);
        assert_true(alike(o, s->text[i],
                          v[i].against ? s->against[v[i].of]
                                       : s->text[v[i].of]) == best);
    }
}

static void expect_clusters(const struct batch_options *o, const struct set *s,
                            const struct batch_verdict *v)
{
    int cluster[ROWS], keep[ROWS], i, k, changed = 1;
    bool known;

    for (i = 0; i < ROWS; i++)
        cluster[i] = keep[i] = i;
    while (changed) {
        changed = 0;
        for (i = 0; i < ROWS; i++)
            for (k = 0; k < ROWS; k++)
                if (cluster[k] < cluster[i] &&
                    alike(o, s->text[i], s->text[k]) >= o->dedup.threshold) {
                    cluster[i] = cluster[k];
                    changed = 1;
                }
    }
    for (i = 0; i < ROWS && o->keep == BATCH_LONGEST; i++)
        if (normal_length(s->text[i]) >
            normal_length(s->text[keep[cluster[i]]]))
            keep[cluster[i]] = i;
    for (i = 0; i < ROWS; i++) {
        known = false;
        for (k = 0; k < AGAINST; k++)
            known |= alike(o, s->text[i], s->against[k]) >= o->dedup.threshold;
        assert_int_equal(v[i].cluster, cluster[i]);
        assert_int_equal(v[i].against, known);
        assert_int_equal(v[i].keep, !known && keep[cluster[i]] == i);
        if (!known)
            assert_int_equal(v[i].of, keep[cluster[i]]);
    }
}

static void check_pairs(const struct batch_options *o, const struct set *s,
                        const struct batch_pair *p, size_t n)
{
    size_t i;

    assert_true(n > 0);
    for (i = 0; i < n; i++) {
        const char *other =
            p[i].against ? s->against[p[i].other] : s->text[p[i].other];

        assert_true(p[i].similarity >= o->dedup.threshold);
        assert_true(alike(o, s->text[p[i].row], other) == p[i].similarity);
    }
}

static void check_mode(struct batch_options o, uint64_t seed)
{
    struct rng r = rng_for(9, seed, "batch");
    struct set *s = malloc(sizeof(*s));
    struct batch_verdict one[ROWS + 1], two[ROWS + 1];
    struct batch_pair *p = malloc(2 * ROWS * ROWS * sizeof(*p));
    size_t n, m, i;

    make(&r, s);
    o.pairs = true;
    o.threads = 1;
    run(&o, s, one, p, &n);
    o.threads = 2;
    run(&o, s, two, p + ROWS * ROWS, &m);
    assert_int_equal(n, m);
    for (i = 0; i < ROWS; i++) {
        assert_int_equal(one[i].of, two[i].of);
        assert_int_equal(one[i].keep, two[i].keep);
    }
    if (o.clusters)
        expect_clusters(&o, s, one);
    else
        expect(&o, s, one);
    check_pairs(&o, s, p, n);
    free(p);
    free(s);
}

static void test_modes(void **state)
{
    struct batch_options o = BATCH_DEFAULTS;
    uint64_t seed = 0;
    int k;

    (void)state;
    o.dedup.index = DEDUP_EXACT;
    for (k = 0; k < 8; k++) {
        o.keep = k & 1 ? BATCH_LONGEST : BATCH_FIRST;
        o.clusters = k & 2;
        o.dedup.threshold = k & 4 ? 0.5 : 0.7;
        check_mode(o, seed++);
        o.dedup.kind = SHINGLE_WORD;
        o.dedup.n = 2;
        check_mode(o, seed++);
        o.dedup = BATCH_DEFAULTS.dedup;
        o.dedup.index = DEDUP_EXACT;
    }
}

static void test_containment(void **state)
{
    struct batch_options o = BATCH_DEFAULTS;
    uint64_t seed;

    (void)state;
    o.dedup.measure = DEDUP_CONTAINMENT;
    o.dedup.threshold = 0.8;
    for (seed = 100; seed < 104; seed++) {
        o.keep = seed & 1 ? BATCH_LONGEST : BATCH_FIRST;
        check_mode(o, seed);
    }
}

/* More rows than a block, read while they are added. */
static void test_streaming(void **state)
{
    struct batch_options o = BATCH_DEFAULTS;
    struct batch_verdict v;
    struct batch *b;
    struct err err;
    char text[TEXT];
    uint64_t i, early, seen, kept;

    (void)state;
    for (o.threads = 1; o.threads <= 2; o.threads++) {
        b = batch_new(&o, &err);
        early = seen = kept = 0;
        for (i = 0; i < 20000; i++) {
            uint64_t x = i % 3 == 2 ? i - 2 : i;

            snprintf(text, sizeof(text), "%llx row %llx of them %llx",
                     (unsigned long long)(x * 0x9E3779B97F4A7C15u),
                     (unsigned long long)(x * 0xC2B2AE3D27D4EB4Fu),
                     (unsigned long long)(x * 0x165667B19E3779F9u));
            assert_int_equal(batch_add(b, text, strlen(text), &err), 0);
            while (batch_next(b, &v)) {
                assert_int_equal(v.row, seen++);
                kept += v.keep;
                assert_int_equal(v.keep, v.row % 3 != 2);
                if (!v.keep)
                    assert_int_equal(v.of, v.row - 2);
            }
            early = seen;
        }
        assert_int_equal(batch_end(b, &err), 0);
        while (batch_next(b, &v))
            seen++;
        assert_true(early > 0);
        assert_int_equal(seen, 20000);
        batch_free(b);
    }
}

static void test_limits(void **state)
{
    struct batch_options o = BATCH_DEFAULTS;
    struct batch_verdict v;
    struct batch *b;
    struct err err;
    int rc = 0, i;
    char text[TEXT];

    (void)state;
    o.memory_max = 1;
    b = batch_new(&o, &err);
    for (i = 0; i < 9000 && rc == 0; i++) {
        snprintf(text, sizeof(text), "row %d", i);
        rc = batch_add(b, text, strlen(text), &err);
    }
    assert_int_equal(rc, -1);
    assert_non_null(strstr(err.text, "memory"));
    assert_int_equal(batch_end(b, &err), -1);
    batch_free(b);
    o.memory_max = 0;
    b = batch_new(&o, &err);
    assert_int_equal(batch_end(b, &err), 0);
    assert_false(batch_next(b, &v));
    assert_int_equal(batch_add(b, "x", 1, &err), -1);
    batch_free(b);
    b = batch_new(&o, &err);
    assert_int_equal(batch_add(b, "\xFF\0", 2, &err), 0);
    assert_int_equal(batch_against(b, "x", 1, &err), -1);
    batch_free(b);
    o.dedup.n = 0;
    assert_null(batch_new(&o, &err));
    batch_free(NULL);
}

/* The estimate is above what is taken, and not by much. */
static void test_estimate(void **state)
{
    struct batch_options o = BATCH_DEFAULTS;
    struct batch *b = batch_new(&o, NULL);
    uint64_t bytes = 0, i, said;
    char text[TEXT];

    (void)state;
    for (i = 0; i < 30000; i++) {
        snprintf(text, sizeof(text), "%llx %llx %llx",
                 (unsigned long long)((i + 1) * 0x9E3779B97F4A7C15u),
                 (unsigned long long)((i + 1) * 0xC2B2AE3D27D4EB4Fu),
                 (unsigned long long)((i + 1) * 0x165667B19E3779F9u));
        bytes += strlen(text);
        batch_add(b, text, strlen(text), NULL);
    }
    assert_int_equal(batch_end(b, NULL), 0);
    said = batch_estimate(&o, 30000, bytes);
    assert_true(batch_bytes(b) <= said);
    assert_true(batch_bytes(b) >= said / 4);
    batch_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_modes),     cmocka_unit_test(test_containment),
        cmocka_unit_test(test_streaming), cmocka_unit_test(test_limits),
        cmocka_unit_test(test_estimate),
    };

    return cmocka_run_group_tests_name("dedup batch", tests, NULL, NULL);
}
