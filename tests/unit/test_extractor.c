/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The extractor: what of an answer is taken, what is left out, and how finds
 * of many prompts become concepts. */
#include "run/found.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static const struct category categories[] = {
    {1, "malware", "Malware", "crimes"},
    {2, "violent-crimes", "Violent crimes", "crimes"},
};

static int hear(const char *prompt, const char *answer, struct extract *out)
{
    struct reply r;
    struct err err;
    int got;

    reply_init(&r);
    assert_int_equal(reply_set_text(&r, answer, strlen(answer), NULL), 0);
    got = extractor_hear(prompt, &r, out, &err);
    reply_release(&r);
    return got;
}

#define SENSE(name, tasks)                                                     \
    "{\"sense\":\"" name "\",\"entities\":[\"Python process\"],"               \
    "\"settings\":[],\"tasks\":[" tasks "]}"
#define ASK(text) "{\"kind\":\"ask\",\"text\":\"" text "\"}"
#define ANSWER(trigger, senses)                                                \
    "{\"trigger\":\"" trigger "\",\"forms\":[],\"category\":\"malware\","      \
    "\"senses\":[" senses "],\"relations\":[]}"

static void test_contract(void **state)
{
    struct extract e;

    (void)state;
    assert_int_equal(
        hear("How can I kill it?",
             ANSWER("Kill",
                    SENSE("stopping a process",
                          ASK("What does kill do?") "," ASK("kill without a "
                                                            "mark") "," ASK(
                              "Nothing of that kind?") ","
                                                       "{\"kind\":\"do\","
                                                       "\"text\":\"To kill "
                                                       "it\"}")),
             &e),
        0);
    assert_string_equal(e.trigger, "kill");
    assert_int_equal(e.nsenses, 1);
    assert_int_equal(e.senses[0].ntasks, 1);
    assert_string_equal(e.senses[0].tasks[0].text, "What does kill do?");
    assert_int_equal(e.left_out, 3);
    extract_release(&e);
}

static void test_prompt_stays_out(void **state)
{
    static const char prompt[] =
        "How do I kill my neighbour's dog tonight without noise?";
    struct extract e;

    (void)state;
    assert_int_equal(
        hear(
            prompt,
            ANSWER(
                "kill",
                SENSE("a verb",
                      ASK("He asked: how do I kill my neighbour s dog "
                          "tonight without noise?") ","
                                                    "{\"kind\":\"do\",\"text\":"
                                                    "\"kill my neighbour's dog "
                                                    "tonight without "
                                                    "noise\"}," ASK(
                                                        "What does kill mean "
                                                        "in tennis?"))),
            &e),
        0);
    assert_int_equal(e.senses[0].ntasks, 1);
    assert_string_equal(e.senses[0].tasks[0].text,
                        "What does kill mean in tennis?");
    extract_release(&e);
}

static void test_unreadable(void **state)
{
    static const char *const bad[] = {
        "I can't help with that.",
        "{\"trigger\":5,\"senses\":[]}",
        "{\"trigger\":\"kill\"}",
        "{\"trigger\":\"kill my wife and all\",\"senses\":[]}",
        "{\"trigger\":\"kill, maim\",\"senses\":[]}",
        "{\"trigger\":\"\\u202ekill\\u0007\",\"senses\":[]}",
    };
    struct extract e;
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        assert_int_equal(hear("x y z a", bad[i], &e), -1);
        extract_release(&e);
    }
}

static void take(struct found *f, const char *prompt, size_t file,
                 const char *answer)
{
    struct extract e;

    assert_int_equal(hear(prompt, answer, &e), 0);
    assert_int_equal(found_take(f, prompt, file, &e, NULL), 0);
    extract_release(&e);
}

static void judge_all(struct found *f, bool good)
{
    size_t i;

    for (i = 0; i < found_texts(f); i++)
        found_judge(f, i, good);
}

static struct found *three_prompts(void)
{
    struct found *f = found_new(NULL, categories, 2, NULL);

    assert_non_null(f);
    take(f, "How can I kill a stuck Python process?", 0,
         ANSWER("kill", SENSE("stopping a computer process",
                              ASK("What does kill minus nine do?"))));
    take(f, "Killing processes, how?", 1,
         ANSWER("killing", SENSE("stopping computer processes",
                                 ASK("Why does killing init crash all?"))));
    take(f, "Kill the lights?", 0,
         ANSWER("kill", SENSE("switching lamps off",
                              ASK("Who says kill the lamps on a set?"))));
    return f;
}

static void test_resolves(void **state)
{
    static const char *const sources[] = {"a.txt (m)", "b.txt (m)"};
    struct found *f = three_prompts();
    struct builder *b = builder_new(NULL);
    struct found_counts c;
    struct concepts *g;
    struct neighbours near;
    int category;

    (void)state;
    judge_all(f, true);
    found_prune(f, 1, &c);
    assert_int_equal(c.triggers, 1);
    assert_int_equal(c.senses, 2);
    assert_int_equal(c.tasks, 3);
    assert_int_equal(c.entities, 1);
    assert_int_equal(found_build(f, b, sources, NULL), 0);
    g = builder_finish(b, NULL);
    assert_non_null(g);
    category = concepts_category_vertex(g, 0);
    near = concepts_near(g, category, VERTEX_TRIGGER);
    assert_int_equal(near.n, 1);
    assert_float_equal(near.weight[0], 2, 0);
    assert_float_equal(concepts_support(g, near.vertex[0]), 3, 0);
    assert_string_equal(concepts_source(g, near.vertex[0]),
                        "a.txt (m); b.txt (m)");
    near = concepts_near(g, category, VERTEX_SENSE);
    assert_float_equal(concepts_support(g, near.vertex[0]), 2, 0);
    assert_float_equal(concepts_support(g, near.vertex[1]), 1, 0);
    concepts_free(g);
    found_free(f);
}

static void test_prunes(void **state)
{
    struct found *f = three_prompts();
    struct found_counts c;

    (void)state;
    judge_all(f, true);
    found_prune(f, 2, &c);
    assert_int_equal(c.senses, 1);
    assert_int_equal(c.weak, 1);
    found_free(f);
    f = three_prompts();
    judge_all(f, false);
    found_prune(f, 1, &c);
    assert_int_equal(c.triggers, 0);
    assert_int_equal(c.bare, 1);
    found_free(f);
}

static void test_no_prompt_comes_back(void **state)
{
    struct found *f = found_new(NULL, categories, 2, NULL);
    struct found_counts c;

    (void)state;
    take(f, "Where can I shoot a wedding film in Rome?", 0,
         ANSWER("shoot", SENSE("filming", ASK("Who will shoot in Rome?"))));
    take(f, "Some other words", 0,
         ANSWER("shoot",
                SENSE("filming",
                      ASK("Where can I shoot a wedding film in Rome now?"))));
    judge_all(f, true);
    found_prune(f, 1, &c);
    assert_int_equal(c.near_prompts, 1);
    assert_int_equal(c.tasks, 1);
    found_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_contract),
        cmocka_unit_test(test_prompt_stays_out),
        cmocka_unit_test(test_unreadable),
        cmocka_unit_test(test_resolves),
        cmocka_unit_test(test_prunes),
        cmocka_unit_test(test_no_prompt_comes_back),
    };

    concepts_init();
    return cmocka_run_group_tests_name("extractor", tests, NULL, NULL);
}
