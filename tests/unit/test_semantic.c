/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * run/semantic against its definition by brute force over the same vectors,
 * and the embedding dialect that brings them.
 */
#include "base/json.h"
#include "base/rng.h"
#include "net/dialect.h"
#include "run/semantic.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define TEXTS 300
#define TEXT  120
#define DIMS  256
#define SEEDS (getenv("PHGEN_SRC") != NULL ? getenv("PHGEN_SRC") : "..")

struct text {
    char text[TEXT];
    double v[DIMS];
};

static const struct model embed = {.name = (char *)(size_t) "builtin:embed"};

static struct desk *open_desk(void)
{
    static char seeds[4096];
    struct desk_options o = {.seeds = seeds, .store = ":memory:"};
    struct err err = {""};
    struct desk *d;

    snprintf(seeds, sizeof(seeds), "%s/seeds", SEEDS);
    o.exchange.net = NET_DEFAULTS;
    o.exchange.concurrency = 4;
    d = desk_open(&o, &err);
    if (d == NULL)
        fail_msg("%s", err.text);
    return d;
}

/* The vector, asked for alone. */
static void vector(const struct builtin *b, struct text *t)
{
    struct reply r;
    struct call c;
    cJSON *list;
    int i;

    call_init(&c, AGENT_EMBEDDER, &embed);
    assert_int_equal(call_add(&c, ROLE_USER, t->text, NULL), 0);
    reply_init(&r);
    builtin_reply(b, &c, &r);
    list = json_parse(r.text, strlen(r.text), NULL);
    assert_int_equal(cJSON_GetArraySize(list), 1);
    assert_int_equal(cJSON_GetArraySize(list->child), DIMS);
    for (i = 0; i < DIMS; i++)
        t->v[i] = cJSON_GetArrayItem(list->child, i)->valuedouble;
    cJSON_Delete(list);
    reply_release(&r);
    call_release(&c);
}

static void make(struct rng *r, const struct builtin *b, struct text *t,
                 size_t n)
{
    static const char *const words[] = {"kill",  "python", "process", "bread",
                                        "knife", "night",  "portrait"};
    size_t i, k, len;

    for (i = 0; i < n; i++) {
        for (k = len = 0; k < 3 + rng_below(r, 6); k++)
            len += (size_t)snprintf(t[i].text + len, TEXT - len, "%s%s",
                                    k > 0 ? " " : "", words[rng_below(r, 7)]);
        vector(b, &t[i]);
    }
}

static double cosine(const struct text *a, const struct text *b)
{
    double ab = 0, aa = 0, bb = 0;
    int i;

    for (i = 0; i < DIMS; i++) {
        ab += a->v[i] * b->v[i];
        aa += a->v[i] * a->v[i];
        bb += b->v[i] * b->v[i];
    }
    return ab / sqrt(aa * bb);
}

static void run(struct desk *d, const struct text *t, size_t firsts,
                double limit, struct nearby *near)
{
    struct semantic *s = semantic_new(d, "builtin:embed", limit, NULL);
    enum semantic_step step;
    size_t given = 0, i;
    struct err err;

    assert_non_null(s);
    while ((step = semantic_step(s, 0, &err)) != SEMANTIC_DONE) {
        assert_int_not_equal(step, SEMANTIC_ERROR);
        if (step != SEMANTIC_TEXT)
            continue;
        if (given == TEXTS)
            semantic_last(s);
        else
            assert_int_equal(semantic_add(s, t[given].text,
                                          strlen(t[given].text), given < firsts,
                                          &err),
                             0);
        given += given < TEXTS;
    }
    for (i = 0; i < TEXTS; i++)
        near[i] = semantic_near(s, i);
    assert_true(semantic_counts(s).calls > TEXTS / 32);
    semantic_free(s);
}

/* What is clearly on one side of the limit must be decided so. */
static void check(const struct text *t, size_t firsts, double limit,
                  const struct nearby *near)
{
    size_t i, k, dropped = 0;
    double best, c;

    for (i = 0; i < TEXTS; i++) {
        best = -1;
        for (k = 0; k < i; k++) {
            c = near[k].of == k ? cosine(&t[i], &t[k]) : -1;
            best = c > best ? c : best;
        }
        dropped += near[i].of != i;
        if (i < firsts || best < limit - 1e-4) {
            assert_int_equal(near[i].of, i);
            continue;
        }
        if (best < limit + 1e-4)
            continue;
        assert_true(near[i].of < i);
        assert_true(fabs(near[i].cosine - best) < 1e-4);
        assert_true(fabs(cosine(&t[i], &t[near[i].of]) - best) < 2e-4);
    }
    assert_true(dropped > 20);
}

static void test_agrees(void **state)
{
    static const double limits[] = {0.6, 0.75, 0.9};
    struct text *t = malloc(TEXTS * sizeof(*t));
    struct nearby near[TEXTS];
    struct desk *d = open_desk();
    struct rng r = rng_for(11, 0, "semantic");
    size_t k;

    (void)state;
    make(&r, d->builtin, t, TEXTS);
    for (k = 0; k < 3; k++) {
        run(d, t, k * 40, limits[k], near);
        check(t, k * 40, limits[k], near);
    }
    desk_close(d);
    free(t);
}

static void test_models(void **state)
{
    struct desk *d = open_desk();
    struct err err = {""};

    (void)state;
    assert_null(semantic_new(d, "builtin:lenient", 0.9, &err));
    assert_non_null(strstr(err.text, "builtin:embed"));
    assert_null(semantic_new(d, "ollama:x", 0.9, &err));
    assert_non_null(strstr(err.text, "no embedding model"));
    desk_close(d);
}

static int decode(const char *body, struct reply *r, struct err *err)
{
    reply_init(r);
    return dialect_decode(dialect_of(DIALECT_EMBEDDING), body, strlen(body), r,
                          err);
}

static void test_dialect(void **state)
{
    struct reply r;
    struct err err = {""};
    struct call c;
    struct str body;

    (void)state;
    call_init(&c, AGENT_EMBEDDER, &embed);
    call_add(&c, ROLE_USER, "one \"1\"", NULL);
    call_add(&c, ROLE_USER, "two", NULL);
    str_init(&body, 1000);
    embedding_encode(&c, 0, &body);
    assert_non_null(strstr(body.s, "\"input\":[\"one \\\"1\\\"\",\"two\"]"));
    str_release(&body);
    call_release(&c);
    assert_int_equal(decode("{\"data\":[{\"index\":1,\"embedding\":[3,4]},"
                            "{\"index\":0,\"embedding\":[0.5,-2]}],"
                            "\"usage\":{\"prompt_tokens\":7}}",
                            &r, &err),
                     0);
    assert_string_equal(r.text, "[[0.5,-2],[3,4]]");
    assert_int_equal(r.tokens_in, 7);
    reply_release(&r);
    assert_int_equal(decode("{\"data\":[]}", &r, &err), -1);
    reply_release(&r);
    assert_int_equal(decode("{\"data\":[{\"embedding\":[1,\"x\"]}]}", &r, &err),
                     -1);
    assert_non_null(strstr(err.text, "no number"));
    reply_release(&r);
    assert_int_equal(decode("{\"data\":[{\"index\":1,\"embedding\":[1]},"
                            "{\"index\":1,\"embedding\":[1]}]}",
                            &r, &err),
                     -1);
    reply_release(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_dialect),
        cmocka_unit_test(test_models),
        cmocka_unit_test(test_agrees),
    };

    return cmocka_run_group_tests_name("semantic", tests, NULL, NULL);
}
