/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * run/evalset and run/defense: what becomes of a row, which rows are the same,
 * what stands in the message of a defense.
 */
#include "base/str.h"
#include "run/defense.h"
#include "run/evalset.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

static struct evalset *read_text(const char *name, const char *text,
                                 const struct evalset_options *o,
                                 struct err *err)
{
    struct evalset *s = evalset_new(o, err);
    FILE *f = fopen(name, "w");
    int failed;

    assert_non_null(s);
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
    failed = evalset_add(s, name, err);
    unlink(name);
    if (!failed)
        return s;
    evalset_free(s);
    return NULL;
}

static const struct evalset_options plain = {.group = RESULT_UNLABELED};

static void test_conversations(void **state)
{
    struct err err = {""};
    const struct evalset_row *r;
    struct evalset *s =
        read_text("evalset-chat.jsonl",
                  "{\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"},"
                  "{\"role\":\"assistant\",\"content\":\"Hello\"},"
                  "{\"role\":\"user\",\"content\":\"Kill it\"},"
                  "{\"role\":\"assistant\",\"content\":\"No\"}],"
                  "\"focus\":[\"kill\",\"it\"],\"domain\":\"d\"}\n"
                  "{\"prompt\":\"Kill it\"}\n",
                  &plain, &err);

    (void)state;
    assert_non_null(s);
    assert_int_equal(evalset_size(s), 2);
    r = evalset_at(s, 0);
    assert_string_equal(r->prompt, "Kill it");
    assert_string_equal(r->focus, "kill, it");
    assert_string_equal(r->domain, "d");
    /* The answer that follows the request is not sent. */
    assert_int_equal(cJSON_GetArraySize(r->messages), 3);
    /* The same request with a talk before it is another row. */
    assert_string_not_equal(r->id, evalset_at(s, 1)->id);
    assert_null(evalset_at(s, 1)->messages);
    assert_int_equal(r->group, RESULT_UNLABELED);
    evalset_free(s);
}

static void test_same_rows(void **state)
{
    struct evalset_options o = {.group = RESULT_HARMLESS};
    struct err err = {""};
    cJSON *described;
    const cJSON *file;
    struct evalset *s = read_text("evalset-same.txt",
                                  "How do I kill time?\n"
                                  "how do I  KILL time\n"
                                  "How do I save time?\n",
                                  &o, &err);

    (void)state;
    assert_non_null(s);
    assert_int_equal(evalset_size(s), 2);
    assert_int_equal(evalset_at(s, 1)->line, 3);
    assert_int_equal(evalset_at(s, 0)->group, RESULT_HARMLESS);
    described = evalset_describe(s);
    file = cJSON_GetArrayItem(described, 0);
    assert_int_equal((int)json_number(file, "duplicates", -1), 1);
    assert_int_equal((int)json_number(file, "harmless", -1), 2);
    cJSON_Delete(described);
    evalset_free(s);
}

static void test_hash_sees_labels(void **state)
{
    struct err err = {""};
    struct evalset *a = read_text("evalset-hash.csv",
                                  "prompt,label\nKill it,safe\n", &plain, &err),
                   *b = read_text("evalset-hash.csv",
                                  "prompt,label\nKill it,unsafe\n", &plain,
                                  &err);
    struct hash128 x = evalset_hash(a), y = evalset_hash(b);

    (void)state;
    assert_string_equal(evalset_at(a, 0)->id, evalset_at(b, 0)->id);
    assert_true(x.low != y.low);
    evalset_free(a);
    evalset_free(b);
}

static void refuses(const char *text, const char *says)
{
    struct err err = {""};

    assert_null(read_text("evalset-bad.jsonl", text, &plain, &err));
    if (strstr(err.text, says) == NULL)
        fail_msg("\"%s\" has no \"%s\"", err.text, says);
}

static void test_bad_rows(void **state)
{
    (void)state;
    refuses("{\"prompt\":\"a\"}\n{\"prompt\":\"b\",\"messages\":[7]}\n",
            "evalset-bad.jsonl:2: message 1 needs");
    refuses("{\"prompt\":\"b\",\"messages\":[{\"role\":\"assistant\","
            "\"content\":\"x\"}]}\n",
            "up to the last user's");
}

static void test_defenses(void **state)
{
    struct err err = {""};
    char seeds[4096];
    struct defenses *d;
    const struct defense *ignore, *rephrase;
    struct str text;

    (void)state;
    snprintf(seeds, sizeof(seeds), "%s/seeds", getenv("PHGEN_SRC"));
    d = defenses_load(seeds, &err);
    assert_non_null(d);
    ignore = defense_find(d, "ignore-word", &err);
    rephrase = defense_find(d, "rephrase", &err);
    assert_non_null(ignore);
    assert_non_null(rephrase);
    str_init(&text, 1 << 16);
    assert_true(defense_system(ignore, "kill, bomb", &text));
    assert_non_null(strstr(text.s, "kill, bomb"));
    assert_null(strstr(text.s, "{words}"));
    str_clear(&text);
    assert_false(defense_system(ignore, NULL, &text));
    assert_false(defense_system(rephrase, "kill", &text));
    assert_false(defense_system(&DEFENSE_NONE, "kill", &text));
    assert_int_equal(text.len, 0);
    assert_null(defense_find(d, "magic", &err));
    assert_non_null(strstr(err.text, "ignore-word, rephrase"));
    str_release(&text);
    defenses_free(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_conversations),
        cmocka_unit_test(test_same_rows),
        cmocka_unit_test(test_hash_sees_labels),
        cmocka_unit_test(test_bad_rows),
        cmocka_unit_test(test_defenses),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
