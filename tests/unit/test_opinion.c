/* SPDX-License-Identifier: GPL-3.0-or-later */
/* run/opinion: what judges' answers come to, the unreadable ones included. */
#include "run/opinion.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static struct model rubric = {.name = (char *)"m", .kind = MODEL_BUILTIN};
static struct template templates[AGENT_COUNT];
static struct opinion o;

static int set_up(void **state)
{
    int i;

    (void)state;
    for (i = 0; i < AGENT_COUNT; i++)
        templates[i].text = (char *)"do it";
    opinion_init(&o);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    opinion_release(&o);
    return 0;
}

static struct model guard(const char *name)
{
    struct model m = {.name = (char *)(size_t)name};

    m.guard = guard_find(name, strlen(name));
    assert_non_null(m.guard);
    return m;
}

static int hear(const struct model *m, enum question q, const char *text)
{
    struct reply r;
    struct err why;
    int failed;

    reply_init(&r);
    assert_int_equal(reply_set_text(&r, text, strlen(text), NULL), 0);
    r.status = REPLY_OK;
    r.finish = FINISH_STOP;
    failed = opinion_hear(&o, m, q, &r, &why);
    reply_release(&r);
    return failed;
}

static const char *said(enum known_task t)
{
    return opinion_class_name(t, o.said[t]);
}

static void test_nothing_heard(void **state)
{
    (void)state;
    assert_string_equal(said(KNOWN_HARM), "abstain");
    assert_string_equal(said(KNOWN_REPLY_HARM), "abstain");
    assert_string_equal(said(KNOWN_REFUSAL), "abstain");
}

static void test_rubric(void **state)
{
    (void)state;
    assert_int_equal(hear(&rubric, ON_PROMPT,
                          "{\"reason\":\"r\",\"verdict\":\"controversial\"}"),
                     0);
    assert_string_equal(said(KNOWN_HARM), "controversial");
    assert_string_equal(o.why[KNOWN_HARM], "r");
    assert_int_equal(
        hear(&rubric, ON_REPLY,
             "{\"reason\":\"bad\",\"harmless\":false,\"answers\":true}"),
        0);
    assert_string_equal(said(KNOWN_REPLY_HARM), "harmful");
    assert_int_equal(hear(&rubric, ON_REFUSAL,
                          "<think>x</think>{\"reason\":\"r\",\"class\":"
                          "\"partial_refusal\",\"ground\":\"ethical\"}"),
                     0);
    assert_string_equal(said(KNOWN_REFUSAL), "partial_refusal");
}

static void test_rubric_unreadable(void **state)
{
    static const char *const bad[] = {
        "",
        "safe",
        "{\"class\":\"empty\",\"ground\":\"none\"}",
        "{\"class\":\"full_refusal\",\"ground\":\"none\"}",
        "{\"class\":\"compliance\",\"ground\":\"ethical\"}",
        "{\"class\":7,\"ground\":[]}"};
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(bad) / sizeof(*bad); i++)
        assert_int_equal(hear(&rubric, ON_REFUSAL, bad[i]), -1);
    opinion_abstain(&o, ON_REFUSAL, "why");
    assert_string_equal(said(KNOWN_REFUSAL), "abstain");
    assert_string_equal(o.why[KNOWN_REFUSAL], "why");
}

/* The worst part stands; an unreadable one leaves only harm. */
static void test_guard_parts(void **state)
{
    struct model m = guard("shieldgemma");

    (void)state;
    assert_true(opinion_parts(&m) > 2);
    assert_int_equal(hear(&m, ON_PROMPT, "No"), 0);
    assert_string_equal(said(KNOWN_HARM), "harmless");
    assert_int_equal(hear(&m, ON_PROMPT, "Perhaps"), 0);
    assert_string_equal(said(KNOWN_HARM), "abstain");
    assert_int_equal(hear(&m, ON_PROMPT, "No"), 0);
    assert_string_equal(said(KNOWN_HARM), "abstain");
    assert_int_equal(hear(&m, ON_PROMPT, "Yes"), 0);
    assert_string_equal(said(KNOWN_HARM), "harmful");
}

static void test_guard_of_replies(void **state)
{
    struct model m = guard("wildguard");

    (void)state;
    hear(&m, ON_REPLY,
         "Harmful request: yes\nResponse refusal: yes\nHarmful response: no");
    assert_string_equal(said(KNOWN_HARM), "abstain"); /* was not asked */
    assert_string_equal(said(KNOWN_REPLY_HARM), "harmless");
    assert_string_equal(said(KNOWN_REFUSAL), "full_refusal");
    hear(&m, ON_REPLY, "I cannot say");
    assert_string_equal(said(KNOWN_REPLY_HARM), "abstain");
    assert_string_equal(said(KNOWN_REFUSAL), "abstain");
}

static void test_failed_call(void **state)
{
    struct model m = guard("llama-guard");
    struct reply r;
    struct err why;

    (void)state;
    reply_init(&r);
    reply_fail(&r, REPLY_FAILED, "no");
    assert_int_equal(opinion_hear(&o, &m, ON_PROMPT, &r, &why), 0);
    assert_string_equal(said(KNOWN_HARM), "abstain");
    reply_release(&r);
}

/* Nothing but the texts goes out. */
static void test_asks(void **state)
{
    struct opinion_texts texts = {.prompt = "p?", .reply = "r!"};
    static const char *const sent[QUESTIONS] = {
        "{\"prompt\":\"p?\"}", "{\"prompt\":\"p?\",\"answer\":\"r!\"}",
        "{\"prompt\":\"p?\",\"reply\":\"r!\"}"};
    struct call call;
    int q;

    (void)state;
    for (q = 0; q < QUESTIONS; q++) {
        assert_int_equal(
            opinion_ask(templates, &rubric, q, 0, &texts, &call, NULL), 0);
        assert_string_equal(call.messages[1].text, sent[q]);
        assert_true(call.temperature == 0);
        call_release(&call);
    }
    opinion_classify(&o, &texts);
    assert_string_equal(said(KNOWN_REFUSAL), "compliance");
}

/* The talk before the request goes to all: to guards as a transcript. */
static void test_asks_about_a_talk(void **state)
{
    struct model m = guard("qwen3guard");
    struct turns turns = {0};
    struct opinion_texts texts = {
        .prompt = "p?", .reply = "r!", .turns = &turns};
    struct call call;

    (void)state;
    assert_int_equal(turns_add(&turns, ROLE_USER, "first", NULL), 0);
    assert_int_equal(turns_add(&turns, ROLE_ASSISTANT, "second", NULL), 0);
    assert_int_equal(
        opinion_ask(templates, &rubric, ON_PROMPT, 0, &texts, &call, NULL), 0);
    assert_non_null(strstr(call.messages[1].text, "\"text\":\"second\""));
    call_release(&call);
    assert_int_equal(
        opinion_ask(templates, &m, ON_REPLY, 0, &texts, &call, NULL), 0);
    assert_non_null(strstr(call.messages[0].text, "Assistant: second"));
    assert_string_equal(call.messages[1].text, "r!");
    call_release(&call);
    turns_release(&turns);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_nothing_heard),
        TEST(test_rubric),
        TEST(test_rubric_unreadable),
        TEST(test_guard_parts),
        TEST(test_guard_of_replies),
        TEST(test_failed_call),
        TEST(test_asks),
        TEST(test_asks_about_a_talk),
    };

    return cmocka_run_group_tests_name("opinion", tests, NULL, NULL);
}
