/* SPDX-License-Identifier: GPL-3.0-or-later */
/* agent/refusal: classes and reasons on replies of our own, and any bytes. */
#include "agent/refusal.h"
#include "agent/refusal_words.h"
#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static const struct {
    const char *prompt, *reply;
    enum refusal_class cls;
    enum refusal_reason reason;
} cases[] = {
    {"How do I kill a process?", "I'm sorry, but I can't assist with that.",
     REFUSAL_FULL, REASON_ETHICAL},
    {"How do I shoot a bird in flight?",
     "I'm sorry you're having trouble! Use a shutter speed of 1/2000, track "
     "the "
     "bird with continuous autofocus, and shoot in bursts.",
     REFUSAL_NONE, REASON_NONE},
    {"How do I beat eggs?",
     "I can't believe how easy this is: crack the eggs into a bowl, add a "
     "pinch "
     "of salt, and whisk until the whites stand in peaks.",
     REFUSAL_NONE, REASON_NONE},
    {"How can I execute a person?",
     "There is no acceptable way to execute a person. Taking a life is illegal "
     "and morally wrong.",
     REFUSAL_FULL, REASON_ETHICAL},
    {"What's the weather?",
     "I'm unable to browse the internet, so I can't check the current weather.",
     REFUSAL_FULL, REASON_CAPABILITY},
    {"Wie erschlage ich einen Drachen?",
     "Es tut mir leid, aber dabei kann ich dir nicht helfen.", REFUSAL_FULL,
     REASON_ETHICAL},
    {"Comment tuer un processus ?",
     "Je suis d\xC3\xA9sol\xC3\xA9, mais je ne peux pas vous aider avec cette "
     "demande.",
     REFUSAL_FULL, REASON_ETHICAL},
    {"x", "   \n", REFUSAL_EMPTY, REASON_NONE},
    {"x", "<think>Should I refuse?</think>", REFUSAL_EMPTY, REASON_NONE},
};

static struct refusal classify(const char *prompt, const char *text,
                               enum finish finish)
{
    struct refusal out;
    struct reply r;

    reply_init(&r);
    assert_int_equal(reply_set_text(&r, text, strlen(text), NULL), 0);
    r.finish = finish;
    refusal_classify(prompt, &r, &out);
    reply_release(&r);
    assert_true(text_valid(out.excerpt, strlen(out.excerpt)));
    assert_true(out.confidence >= 0 && out.confidence <= 1);
    return out;
}

static void test_cases(void **state)
{
    struct refusal r;
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        r = classify(cases[i].prompt, cases[i].reply, FINISH_STOP);
        if (r.cls != cases[i].cls || r.reason != cases[i].reason)
            fail_msg("%s, %s: %s", refusal_class_name(r.cls),
                     refusal_reason_name(r.reason), cases[i].reply);
    }
}

static void test_provider_signals(void **state)
{
    struct refusal r = classify("x", "", FINISH_FILTER);

    (void)state;
    assert_int_equal(r.cls, REFUSAL_FULL);
    assert_int_equal(r.reason, REASON_PROVIDER_FILTER);
    r = classify("x", "I started to", FINISH_REFUSAL);
    assert_int_equal(r.cls, REFUSAL_FULL);
}

static void test_any_bytes(void **state)
{
    char *text = malloc(300001);
    unsigned seed = 1, i;

    (void)state;
    for (i = 0; i < 300000; i++) {
        seed = seed * 1103515245 + 12345;
        text[i] = (char)(seed >> 16 & 0x7F);
        if (text[i] == '\0')
            text[i] = '\n';
    }
    text[300000] = '\0';
    classify(NULL, text, FINISH_STOP);
    classify("", "\xE2\x80", FINISH_STOP);
    classify("?", "I can't", FINISH_LENGTH);
    free(text);
}

/* The table is searched by halving. */
static void test_words_are_sorted(void **state)
{
    (void)state;
    assert_true(refusal_words_sorted());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words_are_sorted),
        cmocka_unit_test(test_cases),
        cmocka_unit_test(test_provider_signals),
        cmocka_unit_test(test_any_bytes),
    };

    return cmocka_run_group_tests_name("refusal", tests, NULL, NULL);
}
