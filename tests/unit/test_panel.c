/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * agent/panel: the default table against the rule in words, over every small
 * panel; what is written is what is read; mistakes are named by their line.
 */
#include "agent/panel.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static enum panel_end decide(const struct panel_rules *r, size_t harmless,
                             size_t controversial, size_t harmful,
                             size_t abstain)
{
    size_t count[VERDICTS] = {[VERDICT_ABSTAIN] = abstain,
                              [VERDICT_HARMLESS] = harmless,
                              [VERDICT_CONTROVERSIAL] = controversial,
                              [VERDICT_HARMFUL] = harmful};
    size_t which;

    return panel_decide(r, count, &which);
}

/* The rule as a person would say it. */
static enum panel_end by_words(size_t a, size_t b, size_t c, size_t none)
{
    size_t readable = a + b + c;

    if (readable == 0 || 2 * readable < readable + none)
        return PANEL_DROP;
    if (2 * c > readable)
        return PANEL_HARMFUL;
    return a == readable ? PANEL_HARMLESS : PANEL_CONTROVERSIAL;
}

static void test_default(void **state)
{
    size_t a, b, c, none;

    (void)state;
    for (a = 0; a < 8; a++)
        for (b = 0; b < 8; b++)
            for (c = 0; c < 8; c++)
                for (none = 0; none < 8; none++)
                    assert_int_equal(decide(&PANEL_DEFAULT, a, b, c, none),
                                     by_words(a, b, c, none));
}

static int read_text(const char *text, struct panel_rules *out, struct err *err)
{
    struct yaml *y = yaml_parse_text("f.yaml", text, strlen(text), err);
    int failed;

    assert_non_null(y);
    failed = panel_read(y, yaml_get(y, yaml_root(y), "panel"), out, err);
    yaml_close(y);
    return failed;
}

static void test_table(void **state)
{
    struct panel_rules r;
    struct str s;

    (void)state;
    assert_int_equal(
        read_text(
            "panel:\n"
            "  - {when: abstain >= 2, then: drop}\n"
            "  - {when: harmful >= 1 and controversial>=1, then: harmful}\n"
            "  - {when: harmless >= 75%, then: harmless}\n"
            "  - then: controversial\n",
            &r, NULL),
        0);
    assert_int_equal(decide(&r, 3, 0, 0, 2), PANEL_DROP);
    assert_int_equal(decide(&r, 3, 1, 1, 0), PANEL_HARMFUL);
    assert_int_equal(decide(&r, 3, 1, 0, 1), PANEL_HARMLESS);
    assert_int_equal(decide(&r, 2, 1, 0, 0), PANEL_CONTROVERSIAL);
    str_init(&s, 200);
    panel_print(&r.rule[1], &s);
    assert_string_equal(s.s, "harmful >= 1 and controversial >= 1: harmful");
    str_release(&s);
}

/* A table cannot let through what most call harmful, or what nobody read. */
static void test_floor(void **state)
{
    struct panel_rules r;

    (void)state;
    assert_int_equal(read_text("panel: [{then: harmless}]\n", &r, NULL), 0);
    assert_int_equal(decide(&r, 1, 0, 2, 0), PANEL_HARMFUL);
    assert_int_equal(decide(&r, 0, 0, 0, 3), PANEL_DROP);
    assert_int_equal(decide(&r, 1, 0, 1, 0), PANEL_HARMLESS);
    assert_int_equal(
        read_text("panel: [{when: harmless = all, then: harmless}]", &r, NULL),
        0);
    assert_int_equal(decide(&r, 2, 1, 0, 0), PANEL_DROP); /* no rule */
}

static void test_mistakes(void **state)
{
    static const struct {
        const char *text, *says;
    } bad[] = {
        {"panel: 3\n", "f.yaml:1: "},
        {"panel: []\n", "1 to 32 rules"},
        {"panel:\n  - when: harmful > 1/2\n", "f.yaml:2: "},
        {"panel:\n  - then: perhaps\n", "f.yaml:2: "},
        {"panel:\n  - then: drop\n  - then: drop\n",
         "f.yaml:3: the rule before"},
        {"panel:\n  - {when: evil > 1, then: drop}\n", "begins with"},
        {"panel:\n  - {when: harmful ! 1, then: drop}\n", "<, <=, ="},
        {"panel:\n  - {when: harmful > 3/2, then: drop}\n", "a share from 0"},
        {"panel:\n  - {when: harmful > 1/0, then: drop}\n", "a share from 0"},
        {"panel:\n  - {when: harmful > 99999999999, then: drop}\n", "count"},
        {"panel:\n  - {when: harmful > 1 or abstain > 1, then: drop}\n",
         "joined by and"},
        {"panel:\n  - {when: harmful > 1 and, then: drop}\n", "joined by and"},
        {"panel:\n  - {if: harmful > 1, then: drop}\n", "f.yaml:2: "},
    };
    struct panel_rules r;
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        struct err err = {""};

        assert_int_equal(read_text(bad[i].text, &r, &err), -1);
        if (strstr(err.text, bad[i].says) == NULL)
            fail_msg("%s -> %s", bad[i].text, err.text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_default),
        cmocka_unit_test(test_table),
        cmocka_unit_test(test_floor),
        cmocka_unit_test(test_mistakes),
    };

    return cmocka_run_group_tests_name("panel", tests, NULL, NULL);
}
