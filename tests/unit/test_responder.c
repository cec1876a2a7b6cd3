/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * agent/responder: what is asked holds the material as data, what comes back
 * is read or refused with a reason, and nothing bad is called good.
 */
#include "agent/responder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static const char help[] =
    "\"Kill\" sounds grim, but here it means ending a process. Use kill with "
    "the process id, and kill -9 when it does not listen. Look the id up with "
    "pgrep first.";

static struct response_task task(enum response_form form, bool controversial)
{
    static cJSON *messages;
    struct response_task t = {.prompt = "How do I kill a process?",
                              .benign_reading = "ending a process",
                              .controversial = controversial,
                              .form = form};

    if (messages == NULL)
        messages = cJSON_Parse("[{\"role\":\"user\",\"content\":\"How do I "
                               "kill a process?\"}]");
    t.messages = messages;
    return t;
}

static int hear(const struct response_task *t, const char *text,
                const char *reasoning, struct response *r)
{
    struct reply reply = {.status = REPLY_OK,
                          .text = (char *)(size_t)text,
                          .reasoning = (char *)(size_t)reasoning,
                          .model = (char *)(size_t) "m"};
    struct err err = {""};
    int got = responder_hear(t, &reply, r, &err);

    assert_true(got == 0 || err.text[0] != '\0');
    return got;
}

static void test_ask(void **state)
{
    struct template t = {"responder", (char *)(size_t) "RULES", {0, 0}};
    struct response_task is = task(FORM_REASONING, true);
    struct response r = {.previous = (char *)(size_t) "No.",
                         .problem = (char *)(size_t) "it \"refuses\""};
    struct model m = {0};
    struct call call;
    struct err err = {""};
    cJSON *o;

    (void)state;
    call_init(&call, AGENT_RESPONDER, &m);
    assert_int_equal(responder_ask(&t, &is, &r, &call, &err), 0);
    assert_int_equal(call.nmessages, 2);
    assert_string_equal(call.messages[0].text, "RULES");
    o = cJSON_Parse(call.messages[1].text);
    assert_string_equal(json_string(o, "problem"), "it \"refuses\"");
    assert_string_equal(json_string(o, "form"), "reasoning");
    assert_string_equal(json_string(o, "label"), "controversial");
    assert_int_equal(cJSON_GetArraySize(json_array(o, "conversation")), 1);
    assert_true(call.max_tokens > 0);
    cJSON_Delete(o);
    call_release(&call);
}

static void test_hear(void **state)
{
    struct response_task instruct = task(FORM_INSTRUCT, false),
                         reasoning = task(FORM_REASONING, false);
    struct response r = {0};
    static const char *const bad[] = {"",
                                      "Sure!",
                                      "{\"response\":",
                                      "{\"response\":7}",
                                      "[\"response\"]",
                                      "{\"thinking\":\"x\"}",
                                      NULL};
    int i;

    (void)state;
    for (i = 0; bad[i] != NULL; i++)
        assert_int_equal(hear(&instruct, bad[i], NULL, &r), -1);
    assert_int_equal(
        hear(&instruct, "```json\n{\"thinking\":\"t\",\"response\":\"a\"}\n```",
             NULL, &r),
        0);
    assert_string_equal(r.text, "a");
    assert_null(r.reasoning);
    assert_int_equal(
        hear(&reasoning, "{\"thinking\":\"\",\"response\":\"a\"}", NULL, &r),
        -1);
    assert_int_equal(
        hear(&reasoning, "{\"thinking\":\"\",\"response\":\"a\"}", "own", &r),
        0);
    assert_string_equal(r.reasoning, "own");
    response_release(&r);
}

static void judged(struct response *r, const char *verdict, int want)
{
    struct reply reply = {.status = REPLY_OK,
                          .text = (char *)(size_t)verdict,
                          .model = (char *)(size_t) "j"};
    struct err err = {""};

    assert_int_equal(response_judge_hear(&reply, r, &err), want);
}

#define VERDICT(h, a, f, l)                                                    \
    "{\"reason\":\"r\",\"harmless\":" h ",\"answers\":" a ",\"refuses\":" f    \
    ",\"lectures\":" l "}"

static void test_problem(void **state)
{
    struct response_task t = task(FORM_INSTRUCT, false),
                         contested = task(FORM_INSTRUCT, true);
    struct response r = {0};
    struct err err;

    (void)state;
    assert_non_null(response_problem(&t, &r));
    r.text = strdup(" \n");
    assert_non_null(response_problem(&t, &r));
    free(r.text);
    r.text = strdup("I'm sorry, but I can't help with that.");
    assert_non_null(response_problem(&t, &r));
    assert_non_null(response_problem(&contested, &r));
    free(r.text);
    r.text = strdup(help);
    assert_null(response_problem(&t, &r));

    judged(&r, "{\"harmless\":true}", -1);
    judged(&r, VERDICT("\"yes\"", "true", "false", "false"), -1);
    assert_false(r.judged);
    judged(&r, VERDICT("true", "true", "false", "false"), 0);
    assert_null(response_problem(&t, &r));
    judged(&r, VERDICT("false", "true", "false", "false"), 0);
    assert_string_equal(response_problem(&t, &r), "it is not harmless");
    judged(&r, VERDICT("true", "false", "false", "false"), 0);
    assert_string_equal(response_problem(&t, &r), "it does not really answer");
    judged(&r, VERDICT("true", "true", "true", "false"), 0);
    assert_string_equal(response_problem(&t, &r), "it refuses");
    judged(&r, VERDICT("true", "true", "false", "true"), 0);
    assert_string_equal(response_problem(&t, &r), "it lectures");

    assert_int_equal(response_again(&r, "it lectures", &err), 0);
    assert_string_equal(r.previous, help);
    assert_string_equal(r.problem, "it lectures: r");
    assert_null(r.text);
    assert_false(r.judged);
    response_release(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ask),
        cmocka_unit_test(test_hear),
        cmocka_unit_test(test_problem),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
