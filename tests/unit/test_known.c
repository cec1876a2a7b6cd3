/* SPDX-License-Identifier: GPL-3.0-or-later */
/* dataset/known: small files in the shapes of published sets, written here. */
#include "agent/refusal.h"
#include "base/str.h"
#include "dataset/known.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

static char dir[] = "/tmp/phgen-known-XXXXXX";

static int make_dir(void **state)
{
    (void)state;
    return mkdtemp(dir) != NULL ? 0 : -1;
}

static int remove_dir(void **state)
{
    (void)state;
    return rmdir(dir);
}

static void add(struct str *s, const char *text)
{
    str_addf(s, " %s", text != NULL ? text : "-");
}

/* "SET; PROMPT type harm reply-harm refusal reply; ..." */
static const char *read_set(const char *name, const char *bytes)
{
    static char text[4096];
    char path[128];
    const struct known_set *set = NULL;
    struct reader_row row;
    struct err err = {""};
    struct reader *r;
    struct str s;
    FILE *f;
    int rc = -1;

    snprintf(path, sizeof(path), "%s/%s", dir, name);
    f = fopen(path, "wb");
    assert_non_null(f);
    assert_true(fputs(bytes, f) >= 0);
    assert_int_equal(fclose(f), 0);
    str_init(&s, sizeof(text) - 1);
    r = reader_open(path, NULL, &err);
    while (r != NULL && (rc = reader_next(r, &row, &err)) == 1) {
        if (set == NULL)
            str_adds(&s, (set = known_find(path, r))->name);
        str_addf(&s, "; %s", row.prompt);
        add(&s, known_type(set, r));
        str_addf(&s, " %d", known_harm(known_label(set, r, KNOWN_HARM)));
        str_addf(&s, " %d", known_harm(known_label(set, r, KNOWN_REPLY_HARM)));
        add(&s, known_label(set, r, KNOWN_REFUSAL));
        add(&s, known_reply(set, r));
    }
    if (rc != 0)
        str_adds(&s, err.text);
    reader_close(r);
    unlink(path);
    snprintf(text, sizeof(text), "%s", s.s);
    str_release(&s);
    return text;
}

static void test_xstest(void **state)
{
    (void)state;
    assert_string_equal(
        read_set("xstest_prompts.csv",
                 "id,prompt,type,label,focus,note\n"
                 "1,beat an egg?,homonyms,safe,beat,violence\n"
                 "2,beat a man?,contrast_homonyms,unsafe,beat,violence\n"),
        "xstest-prompts; beat an egg? homonyms 0 -1 - -"
        "; beat a man? contrast_homonyms 2 -1 - -");
    assert_string_equal(
        read_set("xstest_v2_prompts.csv",
                 "id,prompt,type,focus,note\n1,beat an egg?,homonyms,beat,\n"
                 "2,beat a man?,contrast_homonyms,beat,\n"),
        "xstest-prompts; beat an egg? homonyms 0 -1 - -"
        "; beat a man? contrast_homonyms 2 -1 - -");
    assert_string_equal(
        read_set("xstest_v2_completions_x.csv",
                 "id,type,prompt,completion,annotation_1,annotation_2,"
                 "agreement,final_label\n"
                 "v2-1,homonyms,beat an egg?,Whisk it.,1_full_compliance,"
                 "1_full_compliance,True,1_full_compliance\n"),
        "xstest-completions; beat an egg? homonyms 0 -1 1_full_compliance "
        "Whisk it.");
    assert_string_equal(
        read_set("x.jsonl",
                 "{\"id\":\"v2-1\",\"model\":\"m\",\"type\":\"homonyms\","
                 "\"prompt\":\"beat an egg?\",\"response\":\"No.\","
                 "\"annotation_1\":\"2_full_refusal\",\"annotation_2\":"
                 "\"2_full_refusal\",\"label\":\"2_full_refusal\"}\n"),
        "xstest-annotated; beat an egg? homonyms 0 -1 2_full_refusal No.");
}

/* Prompt-only rows have null where a reply would be. */
static void test_wildguard(void **state)
{
    (void)state;
    assert_string_equal(
        read_set("wildguard_train.jsonl",
                 "{\"prompt\":\"a\",\"adversarial\":false,\"response\":null,"
                 "\"prompt_harm_label\":\"unharmful\",\"response_refusal_label"
                 "\":null,\"response_harm_label\":null,\"subcategory\":"
                 "\"benign\"}\n"
                 "{\"prompt\":\"b\",\"adversarial\":true,\"response\":\"r\","
                 "\"prompt_harm_label\":\"harmful\",\"response_refusal_label"
                 "\":\"refusal\",\"response_harm_label\":\"unharmful\","
                 "\"subcategory\":\"privacy\"}\n"),
        "wildguardmix; a benign 0 -1 - -; b privacy 2 0 refusal r");
}

/* One column for two kinds of label. */
static void test_xstest_response(void **state)
{
    const char *text;

    (void)state;
    text = read_set("x.jsonl", "{\"prompt\":\"a\",\"response\":\"r\",\"label\":"
                               "\"refusal\",\"prompt_type\":\"prompt_safe\"}\n"
                               "{\"prompt\":\"b\",\"response\":\"r\",\"label\":"
                               "\"harmful\",\"prompt_type\":"
                               "\"prompt_harmful\"}\n");
    assert_string_equal(text, "xstest-response; a prompt_safe 0 -1 refusal r"
                              "; b prompt_harmful 2 2 harmful r");
    assert_int_equal(refusal_label_find("harmful"), -1);
    assert_int_equal(known_harm("refusal"), -1);
}

static void test_phtest(void **state)
{
    static const char rows[] = "ID,Request,Harmfulness,Response,Response_cls\n"
                               "0,a,controversial,r,3_partial_refusal\n"
                               "1,b,harmless,s,1_full_compliance\n";

    (void)state;
    assert_string_equal(read_set("gpt-3.5.csv", rows),
                        "phtest; a controversial 1 -1 3_partial_refusal r"
                        "; b harmless 0 -1 1_full_compliance s");
    assert_string_equal(
        read_set("x.jsonl",
                 "{\"ID\":1,\"Request\":\"a\",\"Harmfulness\":\"harmless\"}\n"),
        "phtest; a harmless 0 -1 - -");
}

/* OR-Bench has no labels; its files' names are all there is. */
static void test_or_bench(void **state)
{
    (void)state;
    assert_string_equal(
        read_set("or-bench-hard-1k.csv", "prompt,category\na,privacy\n"),
        "or-bench; a privacy 0 -1 - -");
    assert_string_equal(
        read_set("or-bench-toxic.csv", "prompt,category\na,privacy\n"),
        "or-bench-toxic; a privacy 2 -1 - -");
    assert_string_equal(read_set("mine.csv", "prompt,category\na,privacy\n"),
                        "other; a privacy -1 -1 - -");
}

static void test_falsereject(void **state)
{
    (void)state;
    assert_string_equal(
        read_set("train.jsonl",
                 "{\"prompt\":\"a\",\"category\":6,\"category_text\":"
                 "\"Self-Harm\",\"instruct_response\":\"r\",\"cot_response\":"
                 "{\"solution\":\"s\"}}\n"),
        "falsereject; a Self-Harm 0 -1 - r");
}

static void test_xsb(void **state)
{
    (void)state;
    assert_string_equal(
        read_set("xsb.csv", "prompt,label,focus\na,safe,kill\nb,unsafe,kill\n"),
        "xsb; a - 0 -1 - -; b - 2 -1 - -");
}

static void test_ours(void **state)
{
    (void)state;
    assert_string_equal(
        read_set("dataset.jsonl",
                 "{\"prompt\":\"a\",\"category\":\"malware\",\"label\":"
                 "\"controversial\",\"benign_reading\":\"x\",\"response\":"
                 "\"r\"}\n"),
        "phgen-dataset; a malware 1 -1 - r");
    assert_string_equal(
        read_set("controls.jsonl",
                 "{\"prompt\":\"a\",\"category\":\"malware\",\"label\":"
                 "\"harmful\",\"contrast_of\":\"x\",\"trigger\":\"y\"}\n"),
        "phgen-controls; a malware 2 -1 - -");
    assert_string_equal(
        read_set("rejected.jsonl",
                 "{\"sequence\":0,\"outcome\":\"rejected\",\"reason\":"
                 "\"harmful\",\"prompt\":\"a\",\"category\":\"malware\"}\n"
                 "{\"sequence\":1,\"outcome\":\"rejected\",\"reason\":"
                 "\"duplicate\",\"prompt\":\"b\",\"category\":\"malware\"}\n"),
        "phgen-rejected; a malware 2 -1 - -; b malware -1 -1 - -");
}

static void test_other(void **state)
{
    (void)state;
    assert_string_equal(
        read_set("x.jsonl",
                 "{\"text\":\"a\",\"label\":\"Toxic\",\"output\":\"r\"}\n"),
        "other; a - 2 -1 Toxic r");
    assert_int_equal(known_harm("Controversial"), KNOWN_CONTROVERSIAL);
    assert_int_equal(known_harm(NULL), -1);
    assert_int_equal(known_harm(""), -1);
    assert_string_equal(known_harm_name(KNOWN_HARMFUL), "harmful");
}

/* Every row of the table is whole, and found by its name. */
static void test_table(void **state)
{
    const struct known_set *s;

    (void)state;
    for (s = KNOWN_SETS; s->has[0] != NULL; s++) {
        assert_ptr_equal(known_find_name(s->name), s);
        assert_non_null(s->source);
    }
    assert_string_equal(s->name, "other");
    assert_null(known_find_name("no such set"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_xstest),
        cmocka_unit_test(test_wildguard),
        cmocka_unit_test(test_phtest),
        cmocka_unit_test(test_or_bench),
        cmocka_unit_test(test_falsereject),
        cmocka_unit_test(test_xsb),
        cmocka_unit_test(test_ours),
        cmocka_unit_test(test_other),
        cmocka_unit_test(test_table),
        cmocka_unit_test(test_xstest_response),
    };

    return cmocka_run_group_tests_name("dataset known", tests, make_dir,
                                       remove_dir);
}
