/* SPDX-License-Identifier: GPL-3.0-or-later */
/* net/: what headers and error bodies mean; waits; latency; endpoints. */
#include "net/endpoint.h"
#include "net/fault.h"
#include "net/hints.h"
#include "net/hist.h"
#include "net/pool.h"
#include "net/retry.h"
#include "base/text.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define NEAR(a, b) assert_true(fabs((a) - (b)) < 1e-6)

/* 2024-05-01 12:00:00 UTC */
#define NOW 1714564800.0

static struct hints read_hints(const char *line)
{
    struct hints h;

    hints_init(&h);
    hints_line(&h, line, strlen(line), NOW);
    return h;
}

static void test_retry_after(void **state)
{
    static const struct {
        const char *line;
        double want;
    } rows[] = {
        {"Retry-After: 7\r\n", 7},
        {"retry-after:20", 20},
        {"Retry-After: 1.5", 1.5},
        {"RETRY-AFTER-MS: 250\r\n", 0.25},
        {"Retry-After: Wed, 01 May 2024 12:00:30 GMT", 30},
        {"Retry-After: Wed, 01 May 2019 12:00:30 GMT", 0},
        {"Retry-After: -5", -1},
        {"Retry-After: soon", -1},
        {"Retry-After: nan", -1},
        {"Retry-After: inf", -1},
        {"Retry-After: 0x10", -1},
        {"Retry-After: 1e400", -1},
        {"Retry-After:", -1},
        {"Retry-After", -1},
        {"X-Other: 3", -1},
    };
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(rows) / sizeof(*rows); i++)
        NEAR(read_hints(rows[i].line).retry_after, rows[i].want);
    assert_true(
        read_hints("Retry-After: Thu, 31 Dec 2037 00:00:00 GMT").retry_after >
        1e8);
}

static void test_retry_after_ms_wins(void **state)
{
    static const char ms[] = "retry-after-ms: 1500", s[] = "Retry-After: 9";
    struct hints h;

    (void)state;
    hints_init(&h);
    hints_line(&h, ms, sizeof(ms) - 1, NOW);
    hints_line(&h, s, sizeof(s) - 1, NOW);
    NEAR(h.retry_after, 1.5);
    hints_init(&h);
    hints_line(&h, s, sizeof(s) - 1, NOW);
    hints_line(&h, ms, sizeof(ms) - 1, NOW);
    NEAR(h.retry_after, 1.5);
}

static void test_durations(void **state)
{
    (void)state;
    NEAR(hints_duration("6m0s"), 360);
    NEAR(hints_duration("20ms"), 0.02);
    NEAR(hints_duration("1h2m3.5s"), 3723.5);
    NEAR(hints_duration("59.7"), 59.7);
    NEAR(hints_duration("2m59.56s"), 179.56);
    NEAR(hints_duration("1d"), 86400);
    NEAR(hints_duration(""), -1);
    NEAR(hints_duration("s"), -1);
    NEAR(hints_duration("5 minutes"), -1);
    NEAR(hints_duration("-3s"), -1);
}

static void test_rate_headers(void **state)
{
    struct hints h;

    (void)state;
    h = read_hints("x-ratelimit-remaining-requests: 59");
    NEAR(h.requests.remaining, 59);
    h = read_hints("x-ratelimit-reset-tokens: 6m0s");
    NEAR(h.tokens.reset, 360);
    h = read_hints("anthropic-ratelimit-tokens-reset: 2024-05-01T12:00:10Z");
    NEAR(h.tokens.reset, 10);
    h = read_hints(
        "anthropic-ratelimit-requests-reset: 2024-05-01T14:00:10.5+02:00");
    NEAR(h.requests.reset, 10);
    h = read_hints("x-ratelimit-reset-requests: 17"); /* Azure */
    NEAR(h.requests.reset, 17);
    h = read_hints("anthropic-ratelimit-output-tokens-remaining: 800");
    NEAR(h.output.remaining, 800);
    h = read_hints("X-RateLimit-Reset: 1714564860000");
    NEAR(h.requests.reset, 60);
    h = read_hints("X-RateLimit-Reset: 1714564805");
    NEAR(h.requests.reset, 5);
    h = read_hints("anthropic-ratelimit-requests-reset: tomorrow");
    NEAR(h.requests.reset, -1);
    h = read_hints("x-should-retry: false");
    assert_int_equal(h.should_retry, 0);
    h = read_hints("Location: https://x.example/v1\r\n");
    assert_string_equal(h.location, "https://x.example/v1");
}

/* Where input and output are limited apart, the tighter one counts. */
static void test_tightest_window(void **state)
{
    struct hints h;

    (void)state;
    hints_init(&h);
    assert_ptr_equal(hints_tokens(&h), &h.tokens);
    h.input = (struct hints_window){1000, 900, 60};
    h.output = (struct hints_window){100, 10, 60};
    assert_ptr_equal(hints_tokens(&h), &h.output);
    h.tokens = (struct hints_window){5000, 0, 60};
    assert_ptr_equal(hints_tokens(&h), &h.tokens);
}

static void test_header_garbage(void **state)
{
    char line[5000];
    struct hints h;
    unsigned seed = 7;
    size_t i, k;

    (void)state;
    for (k = 0; k < 2000; k++) {
        for (i = 0; i < sizeof(line); i++)
            line[i] = (char)(rand_r(&seed) >> 8);
        memcpy(line, "x-ratelimit-limit-tokens:", 25);
        hints_init(&h);
        hints_line(&h, line, k, NOW);
        assert_true(isfinite(h.tokens.limit));
    }
}

static enum retry_verdict judge(int status, const char *header,
                                const char *body, bool before)
{
    struct hints h = read_hints(header);
    struct fault f;

    fault_parse(body, strlen(body), &f);
    return retry_judge(status, &h, &f, before);
}

#define ERR(code) "{\"error\":{\"message\":\"m\",\"code\":\"" code "\"}}"

static void test_verdicts(void **state)
{
    static const struct {
        int status;
        const char *header, *body;
        bool before;
        enum retry_verdict want;
    } rows[] = {
        {429, "", "{}", true, RETRY_SLOWER},
        {503, "", "<html>", true, RETRY_SLOWER},
        {529, "",
         "{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\","
         "\"message\":\"Overloaded\"}}",
         true, RETRY_SLOWER},
        {500, "", "", true, RETRY_AGAIN},
        {502, "", "<html>Bad Gateway</html>", true, RETRY_AGAIN},
        {504, "", "", true, RETRY_AGAIN},
        {408, "", "", true, RETRY_AGAIN},
        {409, "", "", true, RETRY_AGAIN},
        {400, "", ERR("x"), true, RETRY_NEVER},
        {413, "", "", true, RETRY_NEVER},
        {422, "", "", false, RETRY_NEVER},
        {501, "", "", false, RETRY_NEVER},
        {401, "", ERR("invalid_api_key"), true, RETRY_STOP},
        {403, "", "", false, RETRY_STOP},
        {403, "", "<html>WAF</html>", true, RETRY_NEVER},
        {404, "", ERR("model_not_found"), false, RETRY_STOP},
        {404, "", "", true, RETRY_NEVER},
        {402, "", "", true, RETRY_STOP},
        {302, "", "", true, RETRY_STOP},
        {429, "", ERR("insufficient_quota"), true, RETRY_STOP},
        {429, "x-should-retry: true", ERR("insufficient_quota"), true,
         RETRY_STOP},
        {429, "", ERR("monthly_spend_limit_exceeded"), true, RETRY_STOP},
        {429, "", ERR("organization_usage_limit_exceeded"), true, RETRY_STOP},
        {400, "",
         "{\"type\":\"error\",\"error\":{\"type\":\"invalid_request_error\","
         "\"message\":\"Your credit balance is too low to access the "
         "Anthropic API.\"}}",
         true, RETRY_STOP},
        {429, "x-should-retry: false", "{}", true, RETRY_NEVER},
        {500, "x-should-retry: false", "{}", true, RETRY_NEVER},
        {400, "x-should-retry: true", "{}", true, RETRY_AGAIN},
        {500, "",
         "{\"error\":{\"code\":500,\"message\":\"[json.exception.out_of_range"
         ".403] key 'role' not found\",\"type\":\"server_error\"}}",
         true, RETRY_NEVER},
        {503, "",
         "{\"error\":{\"code\":503,\"message\":\"Loading model\",\"type\":"
         "\"unavailable_error\"}}",
         false, RETRY_SLOWER},
        {400, "",
         "{\"error\":{\"message\":\"The response was filtered due to the "
         "prompt triggering Azure OpenAI's content management policy.\","
         "\"type\":null,\"param\":\"prompt\",\"code\":\"content_filter\","
         "\"status\":400,\"innererror\":{\"code\":"
         "\"ResponsibleAIPolicyViolation\",\"content_filter_result\":{}}}}",
         true, RETRY_FILTERED},
        {403, "",
         "{\"error\":{\"code\":403,\"message\":\"Your chosen model requires "
         "moderation and your input was flagged\",\"metadata\":{\"reasons\":"
         "[\"violence\"],\"flagged_input\":\"kill\"}}}",
         false, RETRY_FILTERED},
        {400, "",
         "{\"type\":\"error\",\"error\":{\"type\":\"invalid_request_error\","
         "\"message\":\"Output blocked by content filtering policy\"}}",
         true, RETRY_FILTERED},
    };
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        enum retry_verdict v =
            judge(rows[i].status, rows[i].header, rows[i].body, rows[i].before);

        if (v != rows[i].want)
            fail_msg("row %zu (%d): verdict %d, not %d", i, rows[i].status,
                     (int)v, (int)rows[i].want);
    }
}

static void test_waits(void **state)
{
    struct rng r = rng_for(1, 0, "test");
    double w, low = 1e9, high = 0;
    unsigned n, i;

    (void)state;
    for (i = 0; i < 2000; i++) {
        w = retry_wait(3, -1, 60, &r);
        low = w < low ? w : low;
        high = w > high ? w : high;
    }
    assert_true(low >= 0.25 && low < 0.5); /* full jitter, but never 0 */
    assert_true(high > 3.5 && high <= 4);
    for (n = 0; n < 5000; n += 7)
        assert_true(retry_wait(n, -1, 60, &r) <= 60);
    for (i = 0; i < 200; i++) {
        w = retry_wait(1, 10, 60, &r);
        assert_true(w >= 10 && w <= 11);
        w = retry_wait(1, 4e8, 60, &r); /* a date in 2037 */
        assert_true(w >= 60 && w <= 66);
    }
}

/* "0" again and again, and the same to a thousand calls: never all at once. */
static void test_waits_with_a_hint_are_spread(void **state)
{
    static const struct {
        unsigned tried;
        double hint, most;
    } rows[] = {{1, 0, 0.05}, {3, 0, 0.2},    {20, 0, 1},
                {1, 30, 33},  {1, 0.2, 0.25}, {0, 0, 0.025}};
    struct rng r = rng_for(1, 0, "test");
    double w, low, high;
    size_t i;
    int k;

    (void)state;
    for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        low = 1e9;
        high = 0;
        for (k = 0; k < 1000; k++) {
            w = retry_wait(rows[i].tried, rows[i].hint, 60, &r);
            low = w < low ? w : low;
            high = w > high ? w : high;
        }
        assert_true(low >= rows[i].hint && high <= rows[i].most);
        assert_true(high - low > 0.9 * (rows[i].most - rows[i].hint));
    }
}

static void test_fault_shapes(void **state)
{
    static const struct {
        const char *body, *message, *code, *type, *param;
    } rows[] = {
        {"{\"error\":\"model 'x' not found\"}", "model 'x' not found", "", "",
         ""},
        {"{\"error\":{\"code\":400,\"message\":\"too long\",\"type\":"
         "\"exceed_context_size_error\",\"n_ctx\":4096}}",
         "too long", "400", "exceed_context_size_error", ""},
        {"[{\"error\":{\"code\":429,\"message\":\"quota\",\"status\":"
         "\"RESOURCE_EXHAUSTED\"}}]",
         "quota", "429", "RESOURCE_EXHAUSTED", ""},
        {"{\"detail\":\"Not Found\"}", "Not Found", "", "", ""},
        {"{\"detail\":[{\"type\":\"extra_forbidden\",\"loc\":[\"body\","
         "\"seed\"],\"msg\":\"Extra inputs are not permitted\"}]}",
         "Extra inputs are not permitted", "", "", "seed"},
        {"{\"object\":\"error\",\"message\":\"Unauthorized\",\"type\":\"x\"}",
         "Unauthorized", "", "x", ""},
        {"<html>\n<body>  Bad\tgateway</body></html>",
         "<html> <body> Bad gateway</body></html>", "", "", ""},
        {"", "", "", "", ""},
        {"{\"error\":null}", "{\"error\":null}", "", "", ""},
        {"{\"error\":{\"message\":{\"a\":1}}}",
         "{\"error\":{\"message\":{\"a\":1}}}", "", "", ""},
    };
    struct fault f;
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        fault_parse(rows[i].body, strlen(rows[i].body), &f);
        assert_string_equal(f.message, rows[i].message);
        assert_string_equal(f.code, rows[i].code);
        assert_string_equal(f.type, rows[i].type);
        assert_string_equal(f.param, rows[i].param);
    }
}

static void test_fault_retry_info(void **state)
{
    static const char body[] =
        "[{\"error\":{\"code\":429,\"message\":\"m\",\"details\":[{\"@type\":"
        "\"type.googleapis.com/google.rpc.RetryInfo\",\"retryDelay\":"
        "\"36.5s\"}]}}]";
    struct fault f;

    (void)state;
    fault_parse(body, sizeof(body) - 1, &f);
    NEAR(f.retry_after, 36.5);
}

static void test_fault_hostile(void **state)
{
    char bytes[3000];
    struct fault f;
    unsigned seed = 3;
    size_t i, k;

    (void)state;
    for (k = 0; k < 500; k++) {
        for (i = 0; i < sizeof(bytes); i++)
            bytes[i] = (char)(rand_r(&seed) >> 7);
        fault_parse(bytes, k * 5, &f);
        assert_true(text_valid(f.message, strlen(f.message)));
        assert_null(strchr(f.message, '\n'));
        assert_null(strchr(f.message, 0x1b));
    }
    memset(bytes, '[', sizeof(bytes));
    fault_parse(bytes, sizeof(bytes), &f);
    assert_false(f.json);
    fault_parse("{\"error\":\"\\u001b[31mred\\u202e\"}", 32, &f);
    assert_null(strchr(f.message, 0x1b));
}

static void test_hist(void **state)
{
    struct hist h = {0};
    int i;

    (void)state;
    assert_true(hist_quantile(&h, 0.5) <= 0);
    for (i = 1; i <= 1000; i++)
        hist_add(&h, i);
    assert_true(fabs(hist_quantile(&h, 0.5) / 500 - 1) < 0.1);
    assert_true(fabs(hist_quantile(&h, 0.99) / 990 - 1) < 0.1);
    hist_add(&h, 1e300);
    hist_add(&h, -1);
    hist_add(&h, NAN);
    assert_int_equal(h.count, 1003);
}

/* --- endpoints --- */

static const struct endpoint_policy policy = {
    .retries = 4, .max_backoff = 60, .patience = 300};

struct sim {
    struct model model;
    struct endpoint ep;
    struct rng rng;
    double now;
};

static void sim_init(struct sim *s)
{
    memset(&s->model, 0, sizeof(s->model));
    s->model.urls[0] = (char *)"http://x/v1";
    s->model.nurls = 1;
    s->rng = rng_for(1, 1, "sim");
    s->now = 100;
    endpoint_init(&s->ep, &s->model, 0);
}

/* One attempt of `ms`, with the result. */
static void sim_one(struct sim *s, enum endpoint_result result, double ms,
                    double hint)
{
    struct err why = {"it broke"};
    struct endpoint_outcome o = {.result = result,
                                 .ms = ms,
                                 .hint = hint,
                                 .connected = true,
                                 .started = s->now};

    endpoint_start(&s->ep, s->now, 1);
    endpoint_reached(&s->ep);
    s->now += ms / 1000;
    endpoint_blame(&s->ep, &why);
    endpoint_done(&s->ep, &policy, s->now, &o, &s->rng);
}

/* A window of as many calls at once as the limit lets. */
static void sim_full(struct sim *s, double ms, double bad_share)
{
    struct endpoint_outcome o = {.ms = ms, .hint = -1, .connected = true};
    size_t n = endpoint_limit(&s->ep), i, bad = (size_t)(bad_share * (double)n);

    o.started = s->now;
    for (i = 0; i < n; i++)
        endpoint_start(&s->ep, s->now, 1);
    endpoint_reached(&s->ep);
    assert_true(endpoint_wait(&s->ep, s->now, 1) > 1e9);
    s->now += ms / 1000;
    for (i = 0; i < n; i++) {
        o.result = i < bad ? RESULT_OVERLOAD : RESULT_ANSWER;
        endpoint_done(&s->ep, &policy, s->now, &o, &s->rng);
    }
}

static void test_concurrency_grows(void **state)
{
    struct sim s;
    size_t before;
    int i;

    (void)state;
    sim_init(&s);
    before = endpoint_limit(&s.ep);
    for (i = 0; i < 3; i++)
        sim_full(&s, 200, 0);
    assert_true(endpoint_limit(&s.ep) >= 4 * before);
    for (i = 0; i < 40; i++)
        sim_full(&s, 200, 0);
    assert_int_equal(endpoint_limit(&s.ep), 2048);
}

static void test_concurrency_holds_when_slower(void **state)
{
    struct sim s;
    size_t before;
    int i;

    (void)state;
    sim_init(&s);
    for (i = 0; i < 3; i++)
        sim_full(&s, 200, 0);
    before = endpoint_limit(&s.ep);
    for (i = 0; i < 20; i++)
        sim_full(&s, 900, 0);
    assert_int_equal(endpoint_limit(&s.ep), before);
}

static void test_concurrency_shrinks(void **state)
{
    struct sim s;
    size_t before;
    int i;

    (void)state;
    sim_init(&s);
    for (i = 0; i < 4; i++)
        sim_full(&s, 200, 0);
    before = endpoint_limit(&s.ep);
    sim_full(&s, 200, 0.9);
    assert_true(endpoint_limit(&s.ep) <= before / 2);
    for (i = 0; i < 200; i++)
        sim_full(&s, 200, 1);
    assert_int_equal(endpoint_limit(&s.ep), 1);
    for (i = 0; i < 300; i++)
        sim_full(&s, 200, 0);
    assert_true(endpoint_limit(&s.ep) > 1);
}

/* 429s at random, whatever the load: shrinking does not help, so it stops. */
static void test_concurrency_random_429(void **state)
{
    struct sim s;
    int i;

    (void)state;
    sim_init(&s);
    s.ep.limit = 64;
    for (i = 0; i < 100; i++)
        sim_full(&s, 200, 0.25);
    assert_true(endpoint_limit(&s.ep) >= 32);
}

static void test_configured_concurrency(void **state)
{
    struct sim s;

    (void)state;
    sim_init(&s);
    s.model.concurrency = 1024;
    endpoint_init(&s.ep, &s.model, 0);
    assert_int_equal(endpoint_limit(&s.ep), 1024);
}

static void test_unreached_is_careful(void **state)
{
    struct sim s;
    int n = 0;

    (void)state;
    sim_init(&s);
    while (endpoint_wait(&s.ep, s.now, 1) <= 0) {
        endpoint_start(&s.ep, s.now, 1);
        n++;
    }
    assert_int_equal(n, 4);
}

static void test_requests_per_minute(void **state)
{
    struct sim s;
    int started = 0;

    (void)state;
    sim_init(&s);
    s.model.requests_per_minute = 120;
    endpoint_init(&s.ep, &s.model, 0);
    while (s.now < 160) {
        double w = endpoint_wait(&s.ep, s.now, 10);

        if (w > 0) {
            s.now += w + 1e-6;
            continue;
        }
        sim_one(&s, RESULT_ANSWER, 1, -1);
        started++;
    }
    assert_in_range(started, 115, 123);
}

static void test_tokens_per_minute(void **state)
{
    struct sim s;
    double w;

    (void)state;
    sim_init(&s);
    s.model.tokens_per_minute = 6000;
    endpoint_init(&s.ep, &s.model, 0);
    assert_true(endpoint_wait(&s.ep, s.now, 900) <= 0);
    endpoint_start(&s.ep, s.now, 900);
    w = endpoint_wait(&s.ep, s.now, 900);
    assert_true(w > 7.5 && w < 8.5); /* 100 left of 1000, 100 a second */
    /* A call over the burst is not refused for ever. */
    assert_true(endpoint_wait(&s.ep, s.now, 1e9) < 1e6);
}

static void test_learned_rate(void **state)
{
    struct sim s;
    struct hints h;
    struct endpoint_outcome o = {
        .result = RESULT_ANSWER, .ms = 10, .hint = -1, .connected = true};
    double w;

    (void)state;
    sim_init(&s);
    hints_init(&h);
    h.requests = (struct hints_window){60, 0, 60};
    o.hints = &h;
    o.started = s.now;
    endpoint_start(&s.ep, s.now, 1);
    endpoint_done(&s.ep, &policy, s.now, &o, &s.rng);
    w = endpoint_wait(&s.ep, s.now, 1);
    assert_true(w > 0.9 && w < 1.1);
    /* Absurd windows hold us up for max_backoff at most. */
    h.requests = (struct hints_window){1, 0, 1e12};
    endpoint_start(&s.ep, s.now, 1);
    endpoint_done(&s.ep, &policy, s.now, &o, &s.rng);
    assert_true(endpoint_wait(&s.ep, s.now, 1) <= 61);
}

static void test_set_aside_and_probe(void **state)
{
    struct sim s;
    double w;
    int i;

    (void)state;
    sim_init(&s);
    sim_one(&s, RESULT_ANSWER, 10, -1);
    for (i = 0; i < 3; i++)
        sim_one(&s, RESULT_FAULT, 10, -1);
    assert_int_equal(s.ep.state, ENDPOINT_ASIDE);
    w = endpoint_wait(&s.ep, s.now, 1);
    assert_true(w > 0 && w <= 1);
    s.now += w;
    assert_true(endpoint_wait(&s.ep, s.now, 1) <= 0);
    endpoint_start(&s.ep, s.now, 1);
    assert_true(isinf(endpoint_wait(&s.ep, s.now, 1))); /* one probe */
    s.ep.in_flight--;
    s.ep.probing = false;
    sim_one(&s, RESULT_ANSWER, 10, -1);
    assert_int_equal(s.ep.state, ENDPOINT_OPEN);
}

static void test_calls_failing_together_are_one_round(void **state)
{
    struct endpoint_outcome o = {
        .result = RESULT_FAULT, .ms = 10, .hint = -1, .connected = true};
    struct sim s;
    int i;

    (void)state;
    sim_init(&s);
    sim_one(&s, RESULT_ANSWER, 10, -1);
    o.started = s.now;
    for (i = 0; i < 8; i++)
        endpoint_start(&s.ep, s.now, 1);
    s.now += 1;
    for (i = 0; i < 8; i++)
        endpoint_done(&s.ep, &policy, s.now + i * 0.001, &o, &s.rng);
    assert_int_equal(s.ep.state, ENDPOINT_OPEN);
    assert_int_equal(s.ep.rounds, 1);
}

static void test_patience_ends(void **state)
{
    struct sim s;
    int i;

    (void)state;
    sim_init(&s);
    sim_one(&s, RESULT_ANSWER, 10, -1);
    for (i = 0; i < 1000 && s.ep.state != ENDPOINT_LOST; i++) {
        double w = endpoint_wait(&s.ep, s.now, 1);

        s.now += w < 1000 ? w : 0;
        sim_one(&s, RESULT_FAULT, 10, -1);
    }
    assert_int_equal(s.ep.state, ENDPOINT_LOST);
    assert_true(s.now > 400 && s.now < 100 + 300 + 130);
    assert_true(i < 40); /* no storm */
    assert_string_equal(s.ep.why.text, "it broke");
    assert_int_equal(endpoint_limit(&s.ep), 0);
}

static void test_never_connected_gives_up_soon(void **state)
{
    struct endpoint_outcome o = {.result = RESULT_FAULT, .hint = -1};
    struct sim s;
    int i;

    (void)state;
    sim_init(&s);
    for (i = 0; s.ep.state != ENDPOINT_LOST; i++) {
        o.started = s.now;
        endpoint_start(&s.ep, s.now, 1);
        s.now += 0.01;
        endpoint_done(&s.ep, &policy, s.now, &o, &s.rng);
        s.now += 1;
    }
    assert_int_equal(i, 5);
}

/* `n` faults one after the other, each as soon as it may be. */
static void sim_faults(struct sim *s, int n, bool nonsense)
{
    struct endpoint_outcome o = {.result = RESULT_FAULT,
                                 .hint = -1,
                                 .ms = 10,
                                 .connected = true,
                                 .nonsense = nonsense};
    double w;

    for (; n > 0 && !endpoint_gone(&s->ep); n--) {
        w = endpoint_wait(&s->ep, s->now, 1);
        assert_true(w < 1000);
        o.started = s->now += w;
        endpoint_start(&s->ep, s->now, 1);
        endpoint_reached(&s->ep);
        s->now += 0.01;
        endpoint_done(&s->ep, &policy, s->now, &o, &s->rng);
    }
}

/* A login page, a wrong base URL. */
static void test_only_nonsense_gives_up_soon(void **state)
{
    struct sim s;

    (void)state;
    sim_init(&s);
    sim_faults(&s, 7, true);
    assert_false(endpoint_gone(&s.ep));
    sim_faults(&s, 1, true);
    assert_int_equal(s.ep.state, ENDPOINT_LOST);
    assert_true(s.now < 100 + 60);
}

static void test_nonsense_among_others_has_patience(void **state)
{
    struct sim s;

    (void)state;
    sim_init(&s); /* other faults between */
    sim_faults(&s, 7, true);
    sim_faults(&s, 1, false);
    sim_faults(&s, 7, true);
    assert_false(endpoint_gone(&s.ep));
    sim_init(&s); /* 429 between */
    sim_faults(&s, 7, true);
    s.now += endpoint_wait(&s.ep, s.now, 1);
    sim_one(&s, RESULT_OVERLOAD, 10, -1);
    sim_faults(&s, 1, true);
    assert_false(endpoint_gone(&s.ep));
    sim_init(&s); /* one answer, and then nothing else */
    sim_one(&s, RESULT_ANSWER, 10, -1);
    sim_faults(&s, 1000, true);
    assert_true(s.now > 400);
}

/* Three in ten from the start. */
static void test_a_share_of_nonsense_is_survived(void **state)
{
    struct sim s;
    int run, lost = 0;

    (void)state;
    for (run = 0; run < 2000; run++) {
        sim_init(&s);
        s.rng = rng_for(run, 1, "share");
        while (!s.ep.answered && !endpoint_gone(&s.ep))
            if (rng_unit(&s.rng) < 0.3) {
                sim_faults(&s, 1, true);
            } else {
                s.now += endpoint_wait(&s.ep, s.now, 1);
                sim_one(&s, RESULT_ANSWER, 10, -1);
            }
        lost += endpoint_gone(&s.ep);
    }
    assert_in_range(lost, 0, 2); /* 0.3^8 of them: 0.13 */
}

static void test_a_row_of_429_pauses_all(void **state)
{
    struct sim s;

    (void)state;
    sim_init(&s);
    sim_one(&s, RESULT_OVERLOAD, 1, 20);
    assert_true(endpoint_wait(&s.ep, s.now, 1) <= 0);
    sim_one(&s, RESULT_OVERLOAD, 1, 20);
    sim_one(&s, RESULT_OVERLOAD, 1, 20);
    assert_true(endpoint_wait(&s.ep, s.now, 1) >= 19);
    s.now += 22;
    assert_true(endpoint_wait(&s.ep, s.now, 1) <= 0);
}

static void test_retry_budget(void **state)
{
    struct sim s;
    int at_once = 0, i;

    (void)state;
    sim_init(&s);
    for (i = 0; i < 100; i++)
        at_once += endpoint_retry_delay(&s.ep, 60) <= 0;
    assert_int_equal(at_once, 20);
    for (i = 0; i < 8; i++)
        sim_one(&s, RESULT_ANSWER, 10, -1);
    assert_true(endpoint_retry_delay(&s.ep, 60) <= 0);
    assert_true(endpoint_retry_delay(&s.ep, 60) <= 0);
    assert_true(endpoint_retry_delay(&s.ep, 60) > 0);
}

/* --- several base URLs --- */

static struct pool *three(struct model *m)
{
    static const char *const urls[] = {"http://a/v1", "http://b/v1",
                                       "http://c/v1"};
    struct err err;
    struct pool *p;
    size_t i;

    memset(m, 0, sizeof(*m));
    m->kind = MODEL_HTTP;
    m->name = (char *)"m";
    m->nurls = 3;
    for (i = 0; i < 3; i++)
        m->urls[i] = (char *)urls[i];
    p = pool_new(m, &err);
    assert_non_null(p);
    for (i = 0; i < 3; i++)
        endpoint_reached(&p->ep[i]);
    return p;
}

static void test_least_outstanding(void **state)
{
    struct model m;
    struct pool *p = three(&m);
    struct endpoint_outcome o = {.result = RESULT_ANSWER, .hint = -1};
    struct rng rng = rng_for(1, 1, "pool");
    struct endpoint *ep;
    double wait;
    int i;

    (void)state;
    for (i = 0; i < 9; i++) {
        ep = pool_pick(p, 100, 1, &wait);
        assert_non_null(ep);
        endpoint_start(ep, 100, 1);
    }
    for (i = 0; i < 3; i++)
        assert_int_equal(p->ep[i].in_flight, 3);
    endpoint_done(&p->ep[2], &policy, 101, &o, &rng);
    assert_ptr_equal(pool_pick(p, 101, 1, &wait), &p->ep[2]);
    pool_free(p);
}

/* One that never answered is probed all the same, an hour later too, as long
 * as the model has another one. */
static void test_lost_is_probed(void **state)
{
    struct endpoint_outcome o = {.result = RESULT_FAULT, .hint = -1};
    struct rng rng = rng_for(1, 1, "pool");
    struct model m;
    struct pool *p = three(&m);
    double wait, now = 100;
    int i;

    (void)state;
    p->ep[0].state = ENDPOINT_UNREACHED;
    for (i = 0; p->ep[0].state != ENDPOINT_LOST; i++, now += 62) {
        assert_true(i < 10);
        o.started = now;
        endpoint_start(&p->ep[0], now, 1);
        endpoint_done(&p->ep[0], &policy, now + 1, &o, &rng);
    }
    for (i = 0; i < 60; i++, now += 121) {
        assert_ptr_equal(pool_pick(p, now, 1, &wait), &p->ep[0]);
        endpoint_start(&p->ep[0], now, 1);
        assert_ptr_not_equal(pool_pick(p, now, 1, &wait), &p->ep[0]);
        o.started = now;
        endpoint_done(&p->ep[0], &policy, now + 1, &o, &rng);
        assert_ptr_not_equal(pool_pick(p, now + 2, 1, &wait), &p->ep[0]);
        assert_int_equal(p->ep[0].state, ENDPOINT_LOST);
    }
    assert_int_equal(pool_dead(p, NULL), 0);
    p->ep[1].state = ENDPOINT_LOST;
    endpoint_kill(&p->ep[2], &(struct err){"no"});
    assert_int_equal(pool_dead(p, NULL), -1);
    o.result = RESULT_ANSWER;
    endpoint_start(&p->ep[0], now, 1);
    endpoint_done(&p->ep[0], &policy, now + 1, &o, &rng);
    assert_int_equal(p->ep[0].state, ENDPOINT_OPEN);
    pool_free(p);
}

/* A dead one is set aside, the others go on; then one call probes it. */
static void test_set_aside_among_others(void **state)
{
    struct endpoint_outcome o = {.result = RESULT_FAULT, .hint = -1};
    struct rng rng = rng_for(1, 1, "pool");
    struct model m;
    struct pool *p = three(&m);
    double wait, now = 100;
    int i;

    (void)state;
    p->ep[0].answered = true;
    for (i = 0; i < 3; i++) {
        endpoint_start(&p->ep[0], now, 1);
        o.started = now;
        now += 0.1;
        endpoint_done(&p->ep[0], &policy, now, &o, &rng);
    }
    assert_int_equal(p->ep[0].state, ENDPOINT_ASIDE);
    for (i = 0; i < 6; i++) {
        struct endpoint *ep = pool_pick(p, now, 1, &wait);

        assert_ptr_not_equal(ep, &p->ep[0]);
        endpoint_start(ep, now, 1);
    }
    now += 61;
    assert_ptr_equal(pool_pick(p, now, 1, &wait), &p->ep[0]);
    endpoint_start(&p->ep[0], now, 1);
    assert_ptr_not_equal(pool_pick(p, now, 1, &wait), &p->ep[0]);
    o.result = RESULT_ANSWER;
    endpoint_done(&p->ep[0], &policy, now, &o, &rng);
    assert_int_equal(p->ep[0].state, ENDPOINT_OPEN);
    assert_int_equal(pool_dead(p, NULL), 0);
    pool_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_retry_after),
        cmocka_unit_test(test_retry_after_ms_wins),
        cmocka_unit_test(test_durations),
        cmocka_unit_test(test_rate_headers),
        cmocka_unit_test(test_tightest_window),
        cmocka_unit_test(test_header_garbage),
        cmocka_unit_test(test_verdicts),
        cmocka_unit_test(test_waits),
        cmocka_unit_test(test_waits_with_a_hint_are_spread),
        cmocka_unit_test(test_fault_shapes),
        cmocka_unit_test(test_fault_retry_info),
        cmocka_unit_test(test_fault_hostile),
        cmocka_unit_test(test_hist),
        cmocka_unit_test(test_concurrency_grows),
        cmocka_unit_test(test_concurrency_holds_when_slower),
        cmocka_unit_test(test_concurrency_shrinks),
        cmocka_unit_test(test_concurrency_random_429),
        cmocka_unit_test(test_configured_concurrency),
        cmocka_unit_test(test_unreached_is_careful),
        cmocka_unit_test(test_requests_per_minute),
        cmocka_unit_test(test_tokens_per_minute),
        cmocka_unit_test(test_learned_rate),
        cmocka_unit_test(test_set_aside_and_probe),
        cmocka_unit_test(test_calls_failing_together_are_one_round),
        cmocka_unit_test(test_patience_ends),
        cmocka_unit_test(test_never_connected_gives_up_soon),
        cmocka_unit_test(test_only_nonsense_gives_up_soon),
        cmocka_unit_test(test_nonsense_among_others_has_patience),
        cmocka_unit_test(test_a_share_of_nonsense_is_survived),
        cmocka_unit_test(test_a_row_of_429_pauses_all),
        cmocka_unit_test(test_retry_budget),
        cmocka_unit_test(test_least_outstanding),
        cmocka_unit_test(test_lost_is_probed),
        cmocka_unit_test(test_set_aside_among_others),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
