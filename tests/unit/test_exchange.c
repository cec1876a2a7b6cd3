/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * run/exchange and run/survey against the embedded models behind HTTP, with
 * and without faults: every call is answered once, nothing is paid for twice,
 * and no limit is passed, whatever is in flight.
 */
#include "run/exchange.h"
#include "run/survey.h"
#include "serve/serve.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define ITEMS 60
#define SLOTS 2

static struct builtin *builtin;

struct bench {
    struct serve *serve;
    struct store *store;
    struct model model;
    char url[64];
};

static int set_up_all(void **state)
{
    struct err err = {""};
    char seeds[4096];

    (void)state;
    snprintf(seeds, sizeof(seeds), "%s/seeds", getenv("PHGEN_SRC"));
    builtin = builtin_open(seeds, &err);
    return builtin != NULL ? 0 : -1;
}

static int tear_down_all(void **state)
{
    (void)state;
    builtin_close(builtin);
    return 0;
}

static void start(struct bench *b, double fault_rate)
{
    struct serve_options o = {.bind = "127.0.0.1", .seed = 3};
    struct err err = {""};

    memset(b, 0, sizeof(*b));
    o.faults.rate[FAULT_503] = fault_rate;
    b->serve = serve_start(&o, builtin, &err);
    b->store = store_open(":memory:", &err);
    assert_non_null(b->serve);
    assert_non_null(b->store);
    snprintf(b->url, sizeof(b->url), "http://127.0.0.1:%u/v1",
             serve_port(b->serve));
    b->model = (struct model){.spec = b->url,
                              .name = (char *)"builtin:cautious",
                              .kind = MODEL_HTTP,
                              .dialect = DIALECT_OPENAI,
                              .urls = {b->url},
                              .nurls = 1,
                              .price_in = 1,
                              .price_out = 10};
}

static void stop(struct bench *b)
{
    serve_stop(b->serve);
    store_close(b->store);
}

static struct exchange *exchange(struct bench *b, struct budget budget)
{
    struct exchange_options o = {
        .net = NET_DEFAULTS, .concurrency = 16, .budget = budget};
    struct err err = {""};
    struct exchange *x = exchange_new(b->store, builtin, &o, &err);

    if (x == NULL)
        fail_msg("%s", err.text);
    return x;
}

/* Asks both slots of an item; false when there are no more items. */
static bool ask(struct survey *s, const struct model *m, uint64_t item)
{
    struct err err = {""};
    struct call call;
    char text[80];
    uint32_t slot;

    if (item == ITEMS) {
        survey_last(s);
        return false;
    }
    for (slot = 0; slot < SLOTS; slot++) {
        call_init(&call, AGENT_TARGET, m);
        call.seq = item;
        call.slot = slot;
        call.seed = slot;
        call.max_tokens = 200;
        snprintf(text, sizeof(text), "How do I kill process number %llu?",
                 (unsigned long long)item);
        assert_int_equal(call_add(&call, ROLE_USER, text, &err), 0);
        assert_int_equal(survey_call(s, &call, &err), 0);
    }
    return true;
}

/* Runs the survey to its end; counts what each item heard. */
static enum survey_step survey(struct exchange *x, const struct model *m,
                               unsigned heard[ITEMS][SLOTS], struct err *err)
{
    struct survey *s = survey_new(x, err);
    struct answer at;
    uint64_t item = 0;
    enum survey_step step;

    memset(heard, 0, ITEMS * sizeof(*heard));
    for (;;) {
        step = survey_step(s, &at, 100, err);
        if (step == SURVEY_NEXT)
            item += ask(s, m, item);
        else if (step == SURVEY_HEAR)
            heard[at.seq][at.slot]++;
        else if (step != SURVEY_WAIT)
            break;
        if (step == SURVEY_HEAR)
            assert_int_equal(at.reply.status, REPLY_OK);
    }
    survey_free(s);
    return step;
}

static void all_heard_once(unsigned heard[ITEMS][SLOTS])
{
    int i, k;

    for (i = 0; i < ITEMS; i++)
        for (k = 0; k < SLOTS; k++)
            assert_int_equal(heard[i][k], 1);
}

static void test_survey(void **state)
{
    unsigned heard[ITEMS][SLOTS];
    struct err err = {""};
    struct exchange *x;
    struct bench b;

    (void)state;
    start(&b, 0.1);
    x = exchange(&b, (struct budget){0});
    assert_int_equal(survey(x, &b.model, heard, &err), SURVEY_DONE);
    all_heard_once(heard);
    assert_int_equal(exchange_spent(x).calls, ITEMS * SLOTS);
    exchange_free(x);

    x = exchange(&b, (struct budget){0}); /* once more, from the ledger */
    assert_int_equal(survey(x, &b.model, heard, &err), SURVEY_DONE);
    all_heard_once(heard);
    assert_int_equal(exchange_spent(x).calls, ITEMS * SLOTS);
    assert_int_equal(exchange_spent_now(x).calls, 0);
    exchange_free(x);
    stop(&b);
}

static void test_embedded(void **state)
{
    struct model m = {.name = (char *)"builtin:lenient", .kind = MODEL_BUILTIN};
    unsigned heard[ITEMS][SLOTS];
    struct err err = {""};
    struct exchange *x;
    struct bench b;

    (void)state;
    start(&b, 0);
    x = exchange(&b, (struct budget){.max_calls = 1});
    assert_int_equal(survey(x, &m, heard, &err), SURVEY_DONE);
    all_heard_once(heard);
    assert_int_equal(exchange_spent(x).calls, 0);
    exchange_free(x);
    stop(&b);
}

static double total_of(struct spent s, int which)
{
    return which == 0   ? (double)s.calls
           : which == 1 ? (double)(s.tokens_in + s.tokens_out)
                        : s.cost;
}

/* The whole job, broken off by a limit that rises until it is done. */
static void test_budget(void **state)
{
    static const char *const options[] = {"--max-calls", "--max-tokens",
                                          "--max-cost"};
    unsigned heard[ITEMS][SLOTS], stops;
    enum survey_step step;
    struct err err = {""};
    struct budget budget;
    struct exchange *x;
    struct spent spent;
    struct bench b;
    double limit;
    int which;

    (void)state;
    for (which = 0; which < 3; which++) {
        start(&b, 0);
        limit = which == 0 ? 7 : which == 1 ? 1500 : 0.008;
        for (stops = 0;; stops++, limit *= 2) {
            budget =
                (struct budget){.max_calls = which == 0 ? (uint64_t)limit : 0,
                                .max_tokens = which == 1 ? (uint64_t)limit : 0,
                                .max_cost = which == 2 ? limit : 0};
            x = exchange(&b, budget);
            step = survey(x, &b.model, heard, &err);
            spent = exchange_spent(x);
            exchange_free(x);
            assert_true(total_of(spent, which) <= limit);
            if (step == SURVEY_DONE)
                break;
            assert_int_equal(step, SURVEY_STOPPED);
            assert_non_null(strstr(err.text, options[which]));
        }
        assert_true(stops > 0);
        all_heard_once(heard);
        assert_int_equal(spent.calls, ITEMS * SLOTS);
        assert_true(spent.cost > 0);
        stop(&b);
    }
}

/* A count that the server leaves out is taken from the text. */
static void test_missing_usage(void **state)
{
    static const struct {
        uint32_t in, out;
        enum dialect dialect;
        uint32_t want_in, want_out;
    } rows[] = {
        {9, 5, DIALECT_OPENAI, 9, 5},    {0, 0, DIALECT_OPENAI, 11, 3},
        {9, 0, DIALECT_OPENAI, 9, 3},    {0, 5, DIALECT_OPENAI, 11, 5},
        {9, 0, DIALECT_EMBEDDING, 9, 0},
    };
    struct model m = {.kind = MODEL_HTTP, .price_in = 1, .price_out = 1};
    struct reply r;
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct spent s;

        reply_init(&r);
        r.status = REPLY_OK;
        r.tokens_in = rows[i].in;
        r.tokens_out = rows[i].out;
        assert_int_equal(reply_set_text(&r, "ten bytes.", 10, NULL), 0);
        m.dialect = rows[i].dialect;
        s = account_bill(&m, &r, 40);
        assert_int_equal(s.tokens_in, rows[i].want_in);
        assert_int_equal(s.tokens_out, rows[i].want_out);
        assert_true(s.cost > 0);
        reply_release(&r);
    }
}

/* A server that is not there: stopped with a sentence, nothing heard. */
static void test_nobody(void **state)
{
    unsigned heard[ITEMS][SLOTS];
    struct err err = {""};
    struct exchange *x;
    struct bench b;

    (void)state;
    start(&b, 0);
    snprintf(b.url, sizeof(b.url), "http://127.0.0.1:1/v1");
    x = exchange(&b, (struct budget){0});
    assert_int_equal(survey(x, &b.model, heard, &err), SURVEY_STOPPED);
    assert_non_null(strstr(err.text, "127.0.0.1:1"));
    assert_int_equal(exchange_in_flight(x), 0);
    exchange_free(x);
    stop(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_survey), cmocka_unit_test(test_embedded),
        cmocka_unit_test(test_budget), cmocka_unit_test(test_missing_usage),
        cmocka_unit_test(test_nobody),
    };

    return cmocka_run_group_tests(tests, set_up_all, tear_down_all);
}
