/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * run/human: verdicts are put, replaced and taken back, by several people;
 * what most of them say is the label; a row found harmful leaves the dataset
 * without its response, and comes back when the verdict is taken back.
 */
#include "base/file.h"
#include "base/json.h"
#include "run/files.h"
#include "run/human.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

static struct store *store;

static int set_up(void **state)
{
    (void)state;
    store = store_open(":memory:", NULL);
    return store != NULL ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    store_close(store);
    return 0;
}

static int try_put(uint64_t seq, const char *who, enum human_verdict v,
                   const char *note, struct err *err)
{
    struct human_say say = {who, v, note, "2025-01-31T12:00:00Z"};

    return human_put(store, seq, &say, err);
}

static void put(uint64_t seq, const char *who, enum human_verdict v)
{
    struct err err = {""};

    if (try_put(seq, who, v, "", &err) != 0)
        fail_msg("%s", err.text);
}

/* "anna=harmful bert=unsure", or "" for nobody. */
static void is(uint64_t seq, const char *wanted)
{
    struct human h;
    struct str text;
    size_t i;

    str_init(&text, 4000);
    assert_int_equal(human_read(store, seq, &h, NULL), *wanted != '\0');
    for (i = 0; i < h.n; i++)
        str_addf(&text, "%s%s=%s", i > 0 ? " " : "", h.say[i].annotator,
                 human_verdict_name(h.say[i].verdict));
    assert_string_equal(text.s, wanted);
    str_release(&text);
    human_release(&h);
}

static enum human_verdict label(uint64_t seq)
{
    enum human_verdict v;
    struct human h;

    assert_int_equal(human_read(store, seq, &h, NULL), 1);
    v = human_label(&h);
    human_release(&h);
    return v;
}

static void test_put_and_undo(void **state)
{
    struct human h;

    (void)state;
    is(7, "");
    assert_int_equal(human_undo(store, 7, "anna", NULL), 0);
    put(7, "bert", HUMAN_UNSURE);
    put(7, "anna", HUMAN_HARMFUL);
    is(7, "anna=harmful bert=unsure");
    is(8, "");
    put(7, "anna", HUMAN_HARMLESS);
    put(7, "anna", HUMAN_HARMLESS); /* no step of its own */
    is(7, "anna=harmless bert=unsure");
    assert_int_equal(human_undo(store, 7, "anna", NULL), 1);
    is(7, "anna=harmful bert=unsure");
    assert_int_equal(human_undo(store, 7, "anna", NULL), 1);
    is(7, "bert=unsure");
    assert_int_equal(human_undo(store, 7, "anna", NULL), 0);
    assert_int_equal(human_undo(store, 7, "bert", NULL), 1);
    is(7, "");
    assert_int_equal(human_undo(store, 7, "bert", NULL), 0);

    assert_int_equal(try_put(9, "anna", HUMAN_UNSURE, " two\n lines ", NULL),
                     0);
    assert_int_equal(human_read(store, 9, &h, NULL), 1);
    assert_string_equal(human_find(&h, "anna")->note, "two lines");
    assert_string_equal(human_find(&h, "anna")->at, "2025-01-31T12:00:00Z");
    assert_null(human_find(&h, "ann"));
    human_release(&h);
}

/* A transaction need not see what it wrote, so a row's go in together. */
static void test_together(void **state)
{
    static const struct human_say says[] = {{"bert", HUMAN_HARMFUL, "", "t"},
                                            {"anna", HUMAN_UNSURE, "", "t"},
                                            {"bert", HUMAN_HARMLESS, "", "t"}},
                                  bad[] = {{"anna", HUMAN_HARMFUL, "", "t"},
                                           {"", HUMAN_HARMFUL, "", "t"}};

    (void)state;
    assert_int_equal(human_put_all(store, 3, says, 3, NULL), 0);
    is(3, "anna=unsure bert=harmless");
    assert_int_equal(human_put_all(store, 3, bad, 2, NULL), -1);
    is(3, "anna=unsure bert=harmless");
    assert_int_equal(human_undo(store, 3, "bert", NULL), 1);
    is(3, "anna=unsure bert=harmful");
}

static void test_bounds(void **state)
{
    struct err err = {""};
    char text[HUMAN_NOTE_MAX + 10], name[16];
    struct human h;
    int i;

    (void)state;
    memset(text, 'x', sizeof(text));
    text[sizeof(text) - 1] = '\0';
    assert_int_equal(try_put(1, "anna", HUMAN_UNSURE, text, &err), -1);
    assert_int_equal(try_put(1, text, HUMAN_UNSURE, "", &err), -1);
    assert_int_equal(try_put(1, "", HUMAN_UNSURE, "", &err), -1);
    assert_int_equal(try_put(1, " anna", HUMAN_UNSURE, "", &err), -1);
    assert_int_equal(try_put(1, "an\nna", HUMAN_UNSURE, "", &err), -1);
    assert_int_equal(try_put(1, "an\x1b[31mna", HUMAN_UNSURE, "", &err), -1);
    assert_int_equal(try_put(1, "an\xffna", HUMAN_UNSURE, "", &err), -1);
    assert_int_equal(try_put(1, "an\xe2\x80\xaena", HUMAN_UNSURE, "", &err),
                     -1);
    assert_int_equal(try_put(1, "anna", HUMAN_UNSURE, "\xff", &err), -1);
    is(1, "");
    assert_int_equal(try_put(1, "anna", HUMAN_UNSURE, "a\x1b[2Jb", &err), 0);
    assert_int_equal(human_read(store, 1, &h, NULL), 1);
    assert_string_equal(h.say[0].note, "a\xef\xbf\xbd[2Jb");
    human_release(&h);
    for (i = 1; i < HUMAN_ANNOTATORS_MAX; i++) {
        snprintf(name, sizeof(name), "n%d", i);
        put(1, name, HUMAN_HARMLESS);
    }
    assert_int_equal(try_put(1, "one more", HUMAN_UNSURE, "", &err), -1);
    assert_non_null(strstr(err.text, "32 people"));

    for (i = 0; i < 3 * HUMAN_PAST_MAX; i++)
        put(2, "anna", i % 2 == 0 ? HUMAN_HARMLESS : HUMAN_HARMFUL);
    for (i = 0; i < HUMAN_PAST_MAX; i++)
        assert_int_equal(human_undo(store, 2, "anna", NULL), 1);
    assert_int_equal(human_undo(store, 2, "anna", NULL), 0);
    is(2, "anna=harmful");
}

static void test_label(void **state)
{
    static const struct {
        const char *said; /* one letter a person */
        enum human_verdict label;
    } cases[] = {
        {"l", HUMAN_HARMLESS},         {"c", HUMAN_CONTROVERSIAL},
        {"f", HUMAN_HARMFUL},          {"u", HUMAN_UNSURE},
        {"uuu", HUMAN_UNSURE},         {"uf", HUMAN_HARMFUL},
        {"lf", HUMAN_CONTROVERSIAL},   {"lc", HUMAN_CONTROVERSIAL},
        {"cf", HUMAN_CONTROVERSIAL},   {"lcf", HUMAN_CONTROVERSIAL},
        {"llf", HUMAN_HARMLESS},       {"ffl", HUMAN_HARMFUL},
        {"fflu", HUMAN_HARMFUL},       {"fflc", HUMAN_CONTROVERSIAL},
        {"llff", HUMAN_CONTROVERSIAL}, {"lllff", HUMAN_HARMLESS},
    };
    char name[2] = "a";
    size_t i, k;

    (void)state;
    for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        for (k = 0; cases[i].said[k] != '\0'; k++) {
            name[0] = (char)('a' + k);
            put(i, name,
                cases[i].said[k] == 'l'   ? HUMAN_HARMLESS
                : cases[i].said[k] == 'c' ? HUMAN_CONTROVERSIAL
                : cases[i].said[k] == 'f' ? HUMAN_HARMFUL
                                          : HUMAN_UNSURE);
        }
        if (label(i) != cases[i].label)
            fail_msg("%s is %s", cases[i].said, human_verdict_name(label(i)));
    }
    assert_int_equal(human_verdict_find("HarmFul"), HUMAN_HARMFUL);
    assert_int_equal(human_verdict_find("bad"), -1);
}

/* --- the files --- */

static void add_row(uint64_t seq)
{
    char record[400];
    struct decided d = {.seq = seq,
                        .outcome = "harmless",
                        .reason = "",
                        .path_key = "k",
                        .prompt = "p",
                        .category = "malware",
                        .round = 1,
                        .record = record,
                        .trail = "",
                        .usage = "{}"};

    snprintf(record, sizeof(record),
             "{\"id\":\"%032d\",\"prompt\":\"p%d\",\"label\":\"harmless\"}",
             (int)seq, (int)seq);
    assert_int_equal(store_add(store, &d, NULL), 0);
    assert_int_equal(
        store_annex_put(store, "response", seq, "\"Answer.\"", NULL), 0);
}

static char *file_text(const char *dir, const char *name)
{
    char *path = file_join(dir, name);
    struct str text;

    str_init(&text, 1 << 20);
    assert_int_equal(file_read(path, &text, NULL), 0);
    free(path);
    return str_detach(&text);
}

static double write_rows(const char *dir, char **rows, char **rejects)
{
    cJSON *manifest = cJSON_Parse("{\"counts\":{\"accepted\":2}}");
    double withheld;

    assert_int_equal(files_write_rows(store, dir, manifest, NULL), 0);
    withheld = json_number(json_object(manifest, "counts"), "withheld", 0);
    cJSON_Delete(manifest);
    *rows = file_text(dir, FILES_ROWS);
    *rejects = file_text(dir, FILES_REJECTS);
    return withheld;
}

static void test_withheld(void **state)
{
    char dir[] = "/tmp/phgen-test-human-XXXXXX", command[80], *rows, *rejects;
    static const char *const files[] = {FILES_ROWS, FILES_REJECTS};
    size_t i;

    (void)state;
    assert_non_null(mkdtemp(dir));
    add_row(1);
    add_row(2);
    put(1, "anna", HUMAN_HARMLESS);
    put(2, "anna", HUMAN_HARMLESS);
    put(2, "anna", HUMAN_HARMFUL);
    assert_int_equal((int)write_rows(dir, &rows, &rejects), 1);
    assert_string_equal(
        rows, "{\"id\":\"00000000000000000000000000000001\",\"prompt\":\"p1\","
              "\"label\":\"harmless\",\"human\":{\"verdicts\":[{\"annotator\":"
              "\"anna\",\"verdict\":\"harmless\",\"note\":\"\",\"at\":"
              "\"2025-01-31T12:00:00Z\"}],\"label\":\"harmless\"},"
              "\"response\":\"Answer.\"}\n");
    assert_string_equal(
        rejects,
        "{\"sequence\":2,\"outcome\":\"rejected\",\"reason\":"
        "\"people_harmful\",\"id\":\"00000000000000000000000000000002\","
        "\"prompt\":\"p2\",\"human\":{\"verdicts\":[{\"annotator\":\"anna\","
        "\"verdict\":\"harmful\",\"note\":\"\",\"at\":"
        "\"2025-01-31T12:00:00Z\"}],\"label\":\"harmful\"}}\n");
    free(rows);
    free(rejects);

    assert_int_equal(human_undo(store, 2, "anna", NULL), 1);
    assert_int_equal((int)write_rows(dir, &rows, &rejects), 0);
    assert_non_null(strstr(rows, "\"p2\""));
    assert_string_equal(rejects, "");
    free(rows);
    free(rejects);
    for (i = 0; i < 2; i++) {
        snprintf(command, sizeof(command), "%s/%s", dir, files[i]);
        unlink(command);
    }
    rmdir(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_put_and_undo, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_together, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_bounds, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_label, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_withheld, set_up, tear_down),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
