/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * dedup/: the index against brute force over random small sets, thresholds
 * and shingle kinds; visibility by id, removal, hostile texts.
 */
#include "base/rng.h"
#include "base/str.h"
#include "dedup/dedup.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define TEXTS 120
#define TEXT  256

static const char *const words[] = {
    "kill",   "a",       "python",   "process", "how",  "do",     "I",
    "the",    "shoot",   "portrait", "in",      "low",  "light",  "blow",
    "up",     "balloon", "for",      "party",   "cut",  "onions", "without",
    "crying", "Wörter",  "naïve",    "日本",    "爆弾", "steal",  "base",
};

static void random_text(struct rng *r, char *out)
{
    size_t n = rng_below(r, 14), len = 0, i;

    out[0] = '\0';
    for (i = 0; i < n; i++)
        len += (size_t)snprintf(
            out + len, TEXT - len, "%s%s", i > 0 ? " " : "",
            words[rng_below(r, sizeof(words) / sizeof(words[0]))]);
}

/* A copy with one word taken out or put in, or a letter changed. */
static void mutate(struct rng *r, const char *in, char *out)
{
    size_t len = strlen(in), at = len > 0 ? rng_below(r, len) : 0;

    switch (rng_below(r, 3)) {
    case 0:
        snprintf(out, TEXT, "%.*s%s", (int)at, in,
                 at + 4 < len ? in + at + 4 : "");
        break;
    case 1:
        snprintf(out, TEXT, "%s %s!", in, words[rng_below(r, 20)]);
        break;
    default:
        snprintf(out, TEXT, "%s", in);
        if (len > 0)
            out[at] = 'x';
    }
}

static void make_texts(struct rng *r, char text[][TEXT], size_t n)
{
    size_t i;

    for (i = 0; i < n; i++)
        if (i > 0 && rng_below(r, 2) == 0)
            mutate(r, text[rng_below(r, i)], text[i]);
        else
            random_text(r, text[i]);
}

/* The definition of dedup_find. */
static bool brute(const struct dedup_options *o, char text[][TEXT], size_t n,
                  const bool *gone, const char *q, struct dedup_hit *hit)
{
    bool found = false;
    size_t i;

    for (i = 0; i < n; i++) {
        double s;

        if (gone[i])
            continue;
        s = dedup_similarity(o, text[i], strlen(text[i]), q, strlen(q));
        if (s >= o->threshold && (!found || s > hit->similarity)) {
            hit->id = i + 1;
            hit->similarity = s;
            found = true;
        }
    }
    return found;
}

static struct dedup_options random_options(struct rng *r,
                                           enum dedup_index index)
{
    struct dedup_options o = DEDUP_DEFAULTS;

    o.kind = rng_below(r, 3) == 0 ? SHINGLE_WORD : SHINGLE_CHAR;
    o.n = 1 + (unsigned)rng_below(r, o.kind == SHINGLE_WORD ? 4 : 10);
    o.threshold = 0.05 + 0.95 * rng_unit(r);
    if (rng_below(r, 8) == 0)
        o.threshold = 1;
    o.keep = (unsigned)rng_below(r, 4);
    o.index = index;
    return o;
}

/* Adds texts and asks between, at random `as_of`, with removals.  Returns how
 * many hits brute force had; `*missed` counts those that the index had not. */
static size_t agree(uint64_t round, struct dedup_options o, size_t *missed)
{
    struct rng r = rng_for(5, round, "agree");
    char text[TEXTS][TEXT], q[TEXT];
    bool gone[TEXTS] = {false};
    struct dedup *d = dedup_new(&o, NULL);
    size_t i, hits = 0;

    make_texts(&r, text, TEXTS);
    for (i = 0; i < TEXTS; i++) {
        struct dedup_hit want = {0, 0}, got = {0, 0};
        size_t as_of = rng_below(&r, 2) == 0 ? i : rng_below(&r, i + 1);

        if (rng_below(&r, 10) == 0 && i > 0) {
            size_t k = rng_below(&r, i);

            assert_int_equal(dedup_remove(d, k + 1), gone[k] ? 0 : 1);
            gone[k] = true;
        }
        mutate(&r, text[rng_below(&r, TEXTS)], q);
        if (brute(&o, text, as_of, gone, q, &want)) {
            hits++;
            if (!dedup_find(d, q, strlen(q), as_of, &got) ||
                got.similarity < want.similarity)
                (*missed)++;
            else
                assert_int_equal(got.id, want.id);
        } else {
            assert_false(dedup_find(d, q, strlen(q), as_of, &got));
        }
        assert_int_equal(dedup_add(d, i + 1, text[i], strlen(text[i]), NULL),
                         0);
    }
    dedup_free(d);
    return hits;
}

static void test_exact_agrees(void **state)
{
    struct rng r = rng_for(5, 0, "options");
    size_t missed = 0, hits = 0, k;

    (void)state;
    for (k = 0; k < 40; k++)
        hits += agree(k, random_options(&r, DEDUP_EXACT), &missed);
    assert_int_equal(missed, 0);
    assert_true(hits > 400);
}

static void test_lsh_recall(void **state)
{
    struct rng r = rng_for(5, 1, "options");
    size_t missed = 0, hits = 0, k;
    struct dedup_options o;

    (void)state;
    for (k = 0; k < 40; k++) {
        o = random_options(&r, DEDUP_LSH);
        if (o.threshold < 0.2)
            o.threshold += 0.5;
        hits += agree(100 + k, o, &missed);
    }
    assert_true(hits > 400);
    assert_true(missed * 100 <= hits);
}

static void test_find_all(void **state)
{
    struct dedup_options o = DEDUP_DEFAULTS;
    struct dedup_hit *hits;
    struct dedup *d;
    size_t n;

    (void)state;
    for (o.index = DEDUP_LSH; o.index <= DEDUP_EXACT; o.index++) {
        d = dedup_new(&o, NULL);
        assert_int_equal(dedup_add(d, 0, "How to kill a process", 21, NULL), 0);
        assert_int_equal(dedup_add(d, 0, "Shoot a portrait", 16, NULL), 0);
        assert_int_equal(dedup_add(d, 4, "how to kill a process", 21, NULL), 0);
        assert_int_equal(dedup_add(d, 9, "How to kill a process!", 22, NULL),
                         0);
        assert_int_equal(
            dedup_find_all(d, "how to KILL a process", 21, 8, &hits, &n, NULL),
            0);
        assert_int_equal(n, 2);
        assert_int_equal(hits[0].id, 0);
        assert_int_equal(hits[1].id, 4);
        free(hits);
        assert_int_equal(dedup_remove(d, 0), 2);
        assert_int_equal(dedup_count(d), 2);
        assert_int_equal(dedup_find_all(d, "balloons", 8, 8, &hits, &n, NULL),
                         0);
        assert_int_equal(n, 0);
        assert_null(hits);
        dedup_free(d);
    }
}

/* What was added later must not show in an answer. */
static void test_as_of_is_blind(void **state)
{
    struct rng r = rng_for(5, 7, "blind");
    char text[TEXTS][TEXT];
    struct dedup *all = dedup_new(&DEDUP_DEFAULTS, NULL);
    struct dedup *some = dedup_new(&DEDUP_DEFAULTS, NULL);
    size_t i;

    (void)state;
    make_texts(&r, text, TEXTS);
    for (i = 0; i < TEXTS; i++)
        dedup_add(all, i + 1, text[i], strlen(text[i]), NULL);
    for (i = 0; i < TEXTS; i++) {
        struct dedup_hit a = {0, 0}, b = {0, 0};
        const char *q = text[TEXTS - 1 - i];

        assert_int_equal(dedup_find(all, q, strlen(q), i, &a),
                         dedup_find(some, q, strlen(q), UINT64_MAX, &b));
        assert_int_equal(a.id, b.id);
        assert_true(a.similarity == b.similarity);
        dedup_add(some, i + 1, text[i], strlen(text[i]), NULL);
    }
    dedup_free(all);
    dedup_free(some);
}

/* A key that thousands of texts share: work stays bounded, and what is like
 * the query in more than the template is found all the same. */
static void test_template(void **state)
{
    struct dedup *d = dedup_new(&DEDUP_DEFAULTS, NULL);
    struct dedup_hit hit;
    struct dedup_work work;
    char text[TEXT];
    uint64_t i, found = 0;

    (void)state;
    for (i = 1; i <= 20000; i++) {
        snprintf(text, sizeof(text),
                 "please explain how to shut down %08llx%08llx%08llx now",
                 (unsigned long long)(i * 2654435761u) & 0xFFFFFFFF,
                 (unsigned long long)(i * 2246822519u) & 0xFFFFFFFF,
                 (unsigned long long)(i * 3266489917u) & 0xFFFFFFFF);
        if (i % 100 == 0 && dedup_find(d, text, strlen(text), i, &hit))
            found++;
        assert_int_equal(dedup_add(d, i, text, strlen(text), NULL), 0);
    }
    assert_int_equal(found, 0);
    work = dedup_work(d);
    assert_true(work.candidates / work.queries < 900);
    text[0] = 'P';
    text[7] = '!';
    assert_true(dedup_find(d, text, strlen(text), UINT64_MAX, &hit));
    assert_int_equal(hit.id, 20000);
    dedup_free(d);
}

static void test_rules(void **state)
{
    struct dedup_options o = DEDUP_DEFAULTS;
    struct dedup_hit hit;
    struct dedup *d;
    struct err err;

    (void)state;
    o.n = 17;
    assert_null(dedup_new(&o, &err));
    assert_non_null(strstr(err.text, "1 to 16"));
    o.n = 5;
    o.threshold = 0;
    assert_null(dedup_new(&o, &err));
    d = dedup_new(&DEDUP_DEFAULTS, &err);
    assert_false(dedup_find(d, "x", 1, UINT64_MAX, &hit));
    assert_int_equal(dedup_add(d, 5, "five", 4, &err), 0);
    assert_int_equal(dedup_add(d, 5, "again", 5, &err), -1);
    assert_non_null(strstr(err.text, "rise"));
    assert_int_equal(dedup_add(d, 4, "four", 4, &err), -1);
    assert_int_equal(dedup_remove(d, 6), 0);
    assert_true(dedup_find(d, "FIVE", 4, 5, &hit));
    assert_false(dedup_find(d, "FIVE", 4, 4, &hit));
    assert_true(dedup_bytes(d) > 0);
    dedup_free(d);
    dedup_free(NULL);
}

static void test_short_and_hostile(void **state)
{
    static const char bad[] = "a\xFF\0\xC3(\xED\xA0\x80 b";
    struct dedup *d = dedup_new(&DEDUP_DEFAULTS, NULL);
    struct dedup_hit hit;
    char *big = malloc(3 << 20);
    struct err err;

    (void)state;
    assert_int_equal(dedup_add(d, 1, "", 0, &err), 0);
    assert_true(dedup_find(d, " ?! ", 4, 9, &hit));
    assert_int_equal(hit.id, 1);
    assert_int_equal(dedup_add(d, 2, "Hi!", 3, &err), 0);
    assert_true(dedup_find(d, "hi", 2, 9, &hit));
    assert_int_equal(hit.id, 2);
    assert_false(dedup_find(d, "ho", 2, 9, &hit));
    assert_int_equal(dedup_add(d, 3, bad, sizeof(bad) - 1, &err), 0);
    assert_true(dedup_find(d, bad, sizeof(bad) - 1, 9, &hit));
    assert_int_equal(hit.id, 3);
    memset(big, 'a', 3 << 20);
    assert_int_equal(dedup_add(d, 4, big, 3 << 20, &err), 0);
    assert_true(dedup_find(d, big, 1 << 20, 9, &hit));
    assert_int_equal(hit.id, 4);
    free(big);
    dedup_free(d);
}

static void test_too_long(void **state)
{
    size_t len = DEDUP_TEXT_MAX + 1;
    struct dedup *d = dedup_new(&DEDUP_DEFAULTS, NULL);
    char *big = malloc(len);
    struct dedup_hit hit;
    struct err err;

    (void)state;
    memset(big, 'a', len);
    assert_false(dedup_find(d, big, len, 9, &hit));
    assert_int_equal(dedup_add(d, 1, big, len, &err), -1);
    assert_non_null(strstr(err.text, "too long"));
    assert_int_equal(dedup_count(d), 0);
    free(big);
    dedup_free(d);
}

/* Many copies of few texts fill band keys, so that removal has to let in what
 * had been turned away. */
static void check_rebuild(uint64_t round, struct dedup_options o)
{
    struct rng r = rng_for(5, round, "rebuild");
    char text[TEXTS][TEXT];
    struct dedup *a = dedup_new(&o, NULL), *b = dedup_new(&o, NULL);
    uint32_t keys[DEDUP_KEYS_MAX], same[DEDUP_KEYS_MAX];
    size_t i, at = 0, len, n;
    const char *t;
    uint64_t id;

    make_texts(&r, text, 4);
    for (i = 4; i < TEXTS; i++)
        mutate(&r, text[rng_below(&r, 4)], text[i]);
    for (i = 0; i < TEXTS; i++)
        assert_int_equal(dedup_add(a, i + 1, text[i], strlen(text[i]), NULL),
                         0);
    for (i = 0; i < TEXTS / 2; i++)
        dedup_remove(a, 1 + rng_below(&r, TEXTS));
    while (dedup_next(a, &at, &id, &t, &len))
        assert_int_equal(dedup_add(b, id, t, len, NULL), 0);
    assert_int_equal(dedup_count(a), dedup_count(b));
    for (i = 0; i < TEXTS; i++) {
        struct dedup_hit x = {0, 0}, y = {0, 0};

        assert_int_equal(dedup_find(a, text[i], strlen(text[i]), 200, &x),
                         dedup_find(b, text[i], strlen(text[i]), 200, &y));
        assert_int_equal(x.id, y.id);
        n = dedup_keys(a, text[i], strlen(text[i]), keys);
        assert_int_equal(dedup_keys(b, text[i], strlen(text[i]), same), n);
        assert_memory_equal(keys, same, n * sizeof(keys[0]));
    }
    assert_int_equal(dedup_work(a).verified > 0, dedup_work(b).verified > 0);
    dedup_free(a);
    dedup_free(b);
}

/* Reading the index back and adding it again gives the same answers. */
static void test_rebuild(void **state)
{
    struct rng r = rng_for(5, 2, "options");
    size_t k;

    (void)state;
    for (k = 0; k < 60; k++)
        check_rebuild(k, k == 0 ? DEDUP_DEFAULTS
                                : random_options(&r, k % 4 == 0 ? DEDUP_EXACT
                                                                : DEDUP_LSH));
}

static void test_similarity(void **state)
{
    struct dedup_options o = {SHINGLE_WORD,  2, 0.5, DEDUP_LSH,
                              DEDUP_JACCARD, 0};

    (void)state;
    assert_true(dedup_similarity(&o, "a b c d", 7, "A, b: c e", 9) == 0.5);
    assert_true(dedup_similarity(&o, "", 0, "?", 1) == 1);
    assert_true(dedup_similarity(&o, "a", 1, "b", 1) == 0);
    assert_true(dedup_containment(&o, "a b c", 5, "x a b c y", 9) == 1);
    assert_true(dedup_containment(&o, "x a b c y", 9, "a b c", 5) == 0.5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_similarity),
        cmocka_unit_test(test_exact_agrees),
        cmocka_unit_test(test_lsh_recall),
        cmocka_unit_test(test_find_all),
        cmocka_unit_test(test_as_of_is_blind),
        cmocka_unit_test(test_template),
        cmocka_unit_test(test_rules),
        cmocka_unit_test(test_short_and_hostile),
        cmocka_unit_test(test_too_long),
        cmocka_unit_test(test_rebuild),
    };

    return cmocka_run_group_tests_name("dedup", tests, NULL, NULL);
}
