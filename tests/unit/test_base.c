/* SPDX-License-Identifier: GPL-3.0-or-later */
/* base/: strings with a limit, text, JSON bounds, randomness, keys. */
#include "base/call.h"
#include "base/host.h"
#include "base/json.h"
#include "base/names.h"
#include "base/rng.h"
#include "base/str.h"
#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static void test_str_limit(void **state)
{
    struct str s;

    (void)state;
    str_init(&s, 8);
    str_adds(&s, "12345678");
    assert_false(str_failed(&s));
    str_addc(&s, '9');
    assert_true(str_failed(&s));
    assert_string_equal(s.s, "12345678");
    assert_null(str_detach(&s));
    assert_int_equal(s.len, 0);
    str_release(&s);
}

static void check_normal(const char *in, const char *want)
{
    struct str s;

    str_init(&s, 1000);
    text_normalise(in, strlen(in), &s);
    assert_string_equal(s.s, want);
    str_release(&s);
}

static void check_kept(unsigned keep, const char *in, const char *want)
{
    struct str s;

    str_init(&s, 1000);
    text_normalise_but(in, strlen(in), keep, &s);
    assert_string_equal(s.s, want);
    str_release(&s);
}

/* ASCII and what is not take different ways: both, each time. */
static void test_normalise_but(void **state)
{
    (void)state;
    check_kept(TEXT_KEEP_CASE, " Kill -9 it! ", "Kill 9 it");
    check_kept(TEXT_KEEP_CASE, "\xEF\xBC\xABill -9 it!", "Kill 9 it");
    check_kept(TEXT_KEEP_PUNCTUATION, " Kill  -9\tit! ", "kill -9 it!");
    check_kept(TEXT_KEEP_PUNCTUATION, "\xEF\xBC\xABill\xC2\xA0-9 it!",
               "kill -9 it!");
    check_kept(TEXT_KEEP_CASE | TEXT_KEEP_PUNCTUATION, "Don't\n\nPANIC",
               "Don't PANIC");
    check_kept(TEXT_KEEP_CASE | TEXT_KEEP_PUNCTUATION, "Na\xC3\xAFve\n(x)",
               "Na\xC3\xAFve (x)");
}

static void test_normalise(void **state)
{
    (void)state;
    check_normal("  Don't   PANIC!! ", "don t panic");
    check_normal("\xEF\xBC\xAB\xEF\xBD\x89ll\xC2\xA0it", "kill it");
    check_normal("Stra\xC3\x9F"
                 "e \xE2\x80\x94 GRO\xC3\x9F",
                 "strasse gross");
    check_normal("ki\xE2\x80\x8Bll", "kill");
    check_normal("a\xFF"
                 "b",
                 "a\xEF\xBF\xBD"
                 "b");
    check_normal("...", "");
}

static void test_words(void **state)
{
    const char *t = "I can't half-kill a caf\xC3\xA9's  'ghost'.";

    (void)state;
    assert_int_equal(text_count_words(t, strlen(t)), 6);
    assert_int_equal(text_count_words("?!", 2), 0);
}

static void test_printable(void **state)
{
    struct str s;

    (void)state;
    str_init(&s, 1000);
    text_printable("a\x1b[31mred\x07\xE2\x80\xAE\n.", &s);
    assert_null(strchr(s.s, 0x1b));
    assert_null(strchr(s.s, 7));
    assert_null(strstr(s.s, "\xE2\x80\xAE"));
    assert_null(strchr(s.s, '\n'));
    str_release(&s);
}

/* Whatever is quoted and wherever it is cut, a sentence is valid UTF-8. */
static void test_err_whole_characters(void **state)
{
    static const char bad[] = "{\"a\", \xDE\xA0"
                              "x\xDE\xA0\xDE\xA0\xDE\xA0\xDE\xA0\xDE\xA0\xDE"
                              "\xA0\xDE\xA0\xDE\xA0\xDE\xA0\xDE\xA0\xDE\xA0"
                              "\xDE\xA0\xDE\xA0\xDE\xA0\xDE\xA0\xDE\xA0";
    char text[ERR_TEXT_MAX + 8];
    struct err err;
    size_t i;

    (void)state;
    assert_null(json_parse(bad, strlen(bad), &err));
    assert_true(text_valid(err.text, strlen(err.text)));
    err_set(&err, "\"%.2s\" and \"%.3s\"", "a\xD7\xAF", "\xF0\x9F\x90\x8D");
    assert_string_equal(err.text, "\"a?\" and \"?\"");
    err_set(&err, "caf\xE9.csv");
    err_prefix(&err, "%.1s", "\xC3\xA9");
    assert_string_equal(err.text, "?: caf?.csv");
    for (i = 0; i < 8; i++) {
        memset(text, 'x', i);
        memset(text + i, '\0', sizeof(text) - i);
        while (strlen(text) + 4 < sizeof(text))
            strcat(text, "\xF0\x9F\x90\x8D");
        err_set(&err, "%s", text);
        assert_true(text_valid(err.text, strlen(err.text)));
        assert_true(strlen(err.text) > ERR_TEXT_MAX - 5);
        err_prefix(&err, "file.json:%zu", i);
        assert_true(text_valid(err.text, strlen(err.text)));
    }
}

static void test_json_bounds(void **state)
{
    char deep[400];
    struct err err;

    (void)state;
    memset(deep, '[', sizeof(deep));
    assert_null(json_parse(deep, sizeof(deep), &err));
    assert_non_null(strstr(err.text, "deeper"));
    assert_null(json_parse("\"\\u0000\"", 8, &err));
    assert_null(json_parse("\"\xFF\"", 3, &err));
    assert_null(json_parse("{} x", 4, &err));
    assert_null(json_parse("", 0, &err));
}

static void check_found(const char *answer, const char *want)
{
    struct err err;
    cJSON *o = json_find_object(answer, strlen(answer), "a", &err);

    if (want == NULL) {
        assert_null(o);
        return;
    }
    assert_non_null(o);
    assert_string_equal(json_string(o, "a"), want);
    cJSON_Delete(o);
}

static void test_json_find(void **state)
{
    (void)state;
    check_found("{\"a\":\"x\"}", "x");
    check_found("Sure!\n```json\n{\"a\": \"x\"}\n```\nBye {", "x");
    check_found("<think>{\"a\":\"no\"}</think> {\"a\":\"yes\"}", "yes");
    check_found("{b} {\"b\":1} {\"a\":\"}\"}", "}");
    check_found("{\"a\":\"cut", NULL);
    check_found("", NULL);
}

static void test_rng(void **state)
{
    struct rng a = rng_for(1, 2, "x"), b = rng_for(1, 2, "x"),
               c = rng_for(1, 3, "x");
    double weight[3] = {0, 1, 3};
    int hits[4] = {0};
    int i;

    (void)state;
    assert_true(rng_u64(&a) == rng_u64(&b));
    assert_true(rng_u64(&a) != rng_u64(&c));
    for (i = 0; i < 4000; i++)
        hits[rng_weighted(&a, weight, 3)]++;
    assert_int_equal(hits[0], 0);
    assert_int_equal(hits[3], 0);
    assert_in_range(hits[1], 850, 1150);
    weight[1] = weight[2] = 0;
    assert_int_equal(rng_weighted(&a, weight, 3), 3);
}

static void test_call_key(void **state)
{
    struct model m = {.name = (char *)"x", .kind = MODEL_HTTP},
                 n = {.name = (char *)"y", .kind = MODEL_HTTP};
    struct call c;
    struct hash128 a, b;

    (void)state;
    call_init(&c, AGENT_TARGET, &m);
    assert_int_equal(call_add(&c, ROLE_USER, "hi", NULL), 0);
    a = call_key(&c);
    c.seq = 7;
    b = call_key(&c);
    assert_memory_equal(&a, &b, sizeof(a));
    c.seed = 1;
    b = call_key(&c);
    assert_memory_not_equal(&a, &b, sizeof(a));
    c.seed = 0;
    c.model = &n;
    b = call_key(&c);
    assert_memory_not_equal(&a, &b, sizeof(a));
    call_release(&c);
}

static void test_reply_roundtrip(void **state)
{
    struct reply r, back;
    struct err err;
    char *json;

    (void)state;
    reply_init(&r);
    assert_int_equal(reply_set_text(&r, "I can\"t\n", 8, &err), 0);
    r.finish = FINISH_FILTER;
    r.tokens_out = 9;
    json = reply_to_json(&r);
    assert_int_equal(reply_from_json(json, strlen(json), &back, &err), 0);
    assert_string_equal(back.text, r.text);
    assert_int_equal(back.finish, FINISH_FILTER);
    assert_int_equal(back.tokens_out, 9);
    assert_true(back.replayed);
    free(json);
    reply_release(&r);
    reply_release(&back);
}

static void test_host(void **state)
{
    static const struct {
        const char *host;
        bool here;
    } rows[] = {
        {"localhost", true},
        {"LocalHost:8080", true},
        {"localhost/v1?x#y", true},
        {"localhost:", true},
        {"phgen.localhost:1/v1", true},
        {"127.0.0.1", true},
        {"127.255.255.254:8080/v1", true},
        {"::1", true},
        {"[::1]", true},
        {"[::1]:8080/v1", true},
        {"[0:0:0:0:0:0:0:1]", true},
        {"[::ffff:127.0.0.1]:1", true},
        {NULL, false},
        {"", false},
        {":8080", false},
        {"/localhost", false},
        {"127.example", false},
        {"127.0.0.1.evil.org", false},
        {"127.0.0.1:80.evil.org", false},
        {"127.0.0.1@evil.org", false},
        {"127.0.0.1:80@evil.org/v1", false},
        {"127.1", false},
        {"1127.0.0.1", false},
        {"localhost.evil.org:80", false},
        {"localhostess", false},
        {"notlocalhost", false},
        {".localhost", false},
        {"evil.org/.localhost", false},
        {"evil.org?localhost", false},
        {"[::1].evil.org", false},
        {"[::1]80", false},
        {"[::1", false},
        {"[::1:80", false},
        {"[127.0.0.1]", false},
        {"[::ffff:10.0.0.1]", false},
        {"[::2]", false},
        {"::1:8080", false},
        {"0.0.0.0", false},
    };
    char big[1000];
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(rows) / sizeof(*rows); i++)
        if (host_is_loopback(rows[i].host) != rows[i].here)
            fail_msg("\"%s\" is not seen for what it is", rows[i].host);
    memset(big, 'x', sizeof(big));
    strcpy(big + sizeof(big) - 11, ".localhost");
    assert_false(host_is_loopback(big));
}

static void test_names(void **state)
{
    struct name *all = NULL, *x;
    char text[16];
    int i;

    (void)state;
    assert_null(names_find(all, ""));
    for (i = 0; i < 1000; i++) {
        snprintf(text, sizeof(text), "%d", i / 2);
        x = names_add(&all, text, i, NULL);
        assert_int_equal(x->number, i - i % 2); /* who was first stays */
    }
    assert_int_equal(HASH_COUNT(all), 500);
    for (i = 0, x = all; x != NULL; x = x->hh.next, i += 2)
        assert_int_equal(x->number, i);
    assert_int_equal(names_find(all, "499")->number, 998);
    assert_null(names_find(all, "500"));
    names_free(&all);
    assert_null(all);
    assert_null(names_find(all, "499"));
    names_free(&all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_str_limit),
        cmocka_unit_test(test_normalise),
        cmocka_unit_test(test_normalise_but),
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_printable),
        cmocka_unit_test(test_err_whole_characters),
        cmocka_unit_test(test_json_bounds),
        cmocka_unit_test(test_json_find),
        cmocka_unit_test(test_rng),
        cmocka_unit_test(test_call_key),
        cmocka_unit_test(test_reply_roundtrip),
        cmocka_unit_test(test_host),
        cmocka_unit_test(test_names),
    };

    return cmocka_run_group_tests_name("base", tests, NULL, NULL);
}
