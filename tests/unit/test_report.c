/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * view/report: no text ends its block, and blocks hold all rows.
 * run/overview and run/exhibit: figures and rows out of handmade folders.
 */
#include "base/file.h"
#include "run/exhibit.h"
#include "run/overview.h"
#include "view/report.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static char dir[] = "/tmp/phgen-test-report-XXXXXX";

static int set_up(void **state)
{
    (void)state;
    return mkdtemp(dir) != NULL ? 0 : -1;
}

static int tear_down(void **state)
{
    char command[200];

    (void)state;
    snprintf(command, sizeof(command), "rm -rf '%s'", dir);
    return system(command) == 0 ? 0 : -1;
}

/* Writes a file of a folder below `dir`; `folder` gets its path. */
static void put(char folder[300], const char *name, const char *file,
                const char *text)
{
    struct err err;
    char *path;
    FILE *f;

    snprintf(folder, 300, "%s/%s", dir, name);
    assert_int_equal(file_make_dir(folder, &err), 0);
    path = file_join(folder, file);
    f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
    free(path);
}

/* --- the page --- */

static void test_escape(void **state)
{
    static const struct {
        const char *in, *out;
    } cases[] = {
        {"", ""},
        {"plain \xc3\xa9 \xe2\x80\xa7", "plain \xc3\xa9 \xe2\x80\xa7"},
        {"</script>", "\\u003c/script\\u003e"},
        {"<!--&amp;-->", "\\u003c!--\\u0026amp;--\\u003e"},
        {"a\xe2\x80\xa8"
         "b\xe2\x80\xa9",
         "a\\u2028b\\u2029"},
        {"\xe2\x80", "\xe2\x80"},
    };
    struct str s;
    size_t i;

    (void)state;
    str_init(&s, 1000);
    for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        str_clear(&s);
        report_escape(cases[i].in, strlen(cases[i].in), &s);
        assert_string_equal(s.s, cases[i].out);
    }
    str_release(&s);
}

static size_t times(const char *text, const char *what)
{
    size_t n = 0;

    for (; (text = strstr(text, what)) != NULL; text++)
        n++;
    return n;
}

static void test_page(void **state)
{
    cJSON *figures = cJSON_CreateObject(), *cells = cJSON_CreateArray(),
          *evidence = cJSON_CreateObject();
    struct err err = {""};
    struct report *r;
    char *page = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&page, &len);
    int i;

    (void)state;
    cJSON_AddStringToObject(figures, "title", "</script>figure");
    cJSON_AddItemToArray(cells, cJSON_CreateString("<script>cell"));
    cJSON_AddStringToObject(evidence, "prompt", "<!--evidence");
    r = report_new(out, "<b>&title", figures, &err);
    assert_non_null(r);
    for (i = 0; i < 2 * REPORT_BLOCK + 1; i++)
        assert_int_equal(report_add(r, cells, evidence, &err), 0);
    assert_int_equal(report_finish(r, &err), 0);
    report_free(r);
    fclose(out);

    assert_int_equal(times(page, "class=\"data-figures\""), 1);
    assert_int_equal(times(page, "class=\"data-cells\""), 3);
    assert_int_equal(times(page, "class=\"data-evidence\""), 3);
    assert_int_equal(times(page, "\\u003cscript\\u003ecell"),
                     2 * REPORT_BLOCK + 1);
    assert_int_equal(times(page, "<script>"), 1); /* the page's own */
    assert_int_equal(times(page, "</script>"), 1 + 1 + 6);
    assert_int_equal(times(page, "<!--"), 0);
    assert_int_equal(times(page, "<title>&lt;b&gt;&amp;title"), 1);
    assert_int_equal(strncmp(page, "<!DOCTYPE html>\n", 16), 0);
    assert_string_equal(page + len - 8, "</html>\n");
    free(page);
    cJSON_Delete(figures);
    cJSON_Delete(cells);
    cJSON_Delete(evidence);
}

/* --- a run --- */

#define LEARNED                                                                \
    "{\"target\": \"t\", \"n\": [9,0,0,0,30,12], \"categories\": {"            \
    "\"calm\": {\"n\": [3,0,0,0,20,2], \"triggers\": {"                        \
    "\"x\": {\"n\": [1,0,0,0,20,2]}, \"unasked\": {\"n\": [2,0,0,0,0,0]}}},"   \
    "\"hot\": {\"n\": [3,0,0,0,10,10], \"triggers\": {"                        \
    "\"once\": {\"n\": [1,0,0,0,1,1]}, \"often\": {\"n\": [1,0,0,0,9,9]}}}}}"

static void test_run(void **state)
{
    struct err err = {""};
    const cJSON *refusal, *hot;
    char folder[300];
    cJSON *o;

    (void)state;
    put(folder, "run", "manifest.json",
        "{\"complete\": false, \"secret\": 1, \"counts\": {\"accepted\": 5, "
        "\"candidates\": 20}}");
    o = overview_read(folder, &err);
    assert_non_null(o);
    assert_string_equal(json_string(o, "name"), "run");
    assert_false(json_bool(o, "complete", true));
    assert_true(cJSON_IsNull(cJSON_GetObjectItem(o, "refusal")));
    assert_null(cJSON_GetObjectItem(json_object(o, "manifest"), "secret"));
    /* Wilson (1927) for 5 of 20. */
    assert_float_equal(json_number(json_object(o, "yield"), "low", 0), 0.1119,
                       1e-4);
    assert_float_equal(json_number(json_object(o, "yield"), "high", 0), 0.4687,
                       1e-4);
    cJSON_Delete(o);

    put(folder, "run", "learned.json", LEARNED);
    o = overview_read(folder, &err);
    assert_non_null(o);
    refusal = json_object(o, "refusal");
    assert_float_equal(json_number(refusal, "rate", 0), 0.4, 1e-9);
    hot = cJSON_GetArrayItem(json_array(refusal, "categories"), 0);
    assert_string_equal(json_string(hot, "name"), "hot");
    /* (10 + 2 * 0.4) / (10 + 2) */
    assert_float_equal(json_number(hot, "posterior", 0), 0.9, 1e-9);
    assert_string_equal(
        cJSON_GetArrayItem(cJSON_GetArrayItem(json_array(hot, "triggers"), 0),
                           0)
            ->valuestring,
        "often");
    assert_int_equal(
        cJSON_GetArraySize(
            json_array(cJSON_GetArrayItem(json_array(refusal, "categories"), 1),
                       "triggers")),
        1);
    cJSON_Delete(o);
}

static void test_neither(void **state)
{
    struct err err = {""};
    char folder[300];

    (void)state;
    put(folder, "other", "notes.txt", "");
    assert_null(overview_read(folder, &err));
    assert_non_null(strstr(err.text, "neither a run nor an evaluation"));
    put(folder, "other", "eval.json", "{\"results\": 3}");
    assert_null(overview_read(folder, &err));
    assert_non_null(strstr(err.text, "no summary of \"phgen eval\""));
}

/* --- rows --- */

#define LINE(id, model, verdict)                                               \
    "{\"id\":\"" id "\",\"set\":\"s\",\"line\":1,\"label\":\"harmless\","      \
    "\"prompt\":\"p " id "\",\"category\":\"c\",\"model\":\"" model            \
    "\",\"variant\":\"plain\",\"verdict\":\"" verdict "\"}\n"

static void test_eval(void **state)
{
    struct err err = {""};
    struct exhibit_row row;
    struct exhibit *x;
    char folder[300];

    (void)state;
    put(folder, "eval", "eval.json", "{\"results\": []}");
    put(folder, "eval", "results.jsonl",
        LINE("1", "a", "full") LINE("1", "b", "complied")
            LINE("1", "c", "silent") LINE("2", "a", "silent") "{\"broken\n");
    x = exhibit_open(folder, 7, &err);
    assert_non_null(x);
    assert_int_equal(exhibit_next(x, &row, &err), 1);
    assert_int_equal(cJSON_GetArrayItem(row.cells, 0)->valueint, 7);
    assert_string_equal(cJSON_GetArrayItem(row.cells, 1)->valuestring, "p 1");
    assert_float_equal(cJSON_GetArrayItem(row.cells, 4)->valuedouble, 0.5,
                       1e-9);
    assert_true(cJSON_IsNull(cJSON_GetArrayItem(row.cells, 5)));
    assert_int_equal(cJSON_GetArraySize(json_array(row.evidence, "results")),
                     3);
    exhibit_row_release(&row);
    assert_int_equal(exhibit_next(x, &row, &err), -1);
    assert_non_null(strstr(err.text, "results.jsonl:5"));
    exhibit_close(x);
}

static void test_too_many(void **state)
{
    struct err err = {""};
    struct exhibit_row row;
    struct exhibit *x;
    struct str lines;
    char folder[300];
    int i;

    (void)state;
    str_init(&lines, 1 << 20);
    for (i = 0; i <= EXHIBIT_SUBJECTS_MAX; i++)
        str_adds(&lines, LINE("1", "a", "full"));
    put(folder, "many", "eval.json", "{\"results\": []}");
    put(folder, "many", "results.jsonl", lines.s);
    str_release(&lines);
    x = exhibit_open(folder, 0, &err);
    assert_non_null(x);
    assert_int_equal(exhibit_next(x, &row, &err), -1);
    exhibit_close(x);
}

static void test_long(void **state)
{
    struct err err = {""};
    struct exhibit_row row;
    struct exhibit *x;
    struct str line;
    char folder[300];
    const char *text;
    int i;

    (void)state;
    str_init(&line, 1 << 20);
    str_adds(&line, "{\"id\":\"1\",\"prompt\":\"");
    for (i = 0; i < EXHIBIT_TEXT_MAX; i++)
        str_adds(&line, "\xe2\x82\xac");
    str_adds(&line, "\"}\n");
    put(folder, "long", "manifest.json", "{}");
    put(folder, "long", "dataset.jsonl", line.s);
    str_release(&line);
    x = exhibit_open(folder, 0, &err);
    assert_non_null(x);
    assert_int_equal(exhibit_next(x, &row, &err), 1);
    text = json_string(row.evidence, "prompt");
    /* 666 whole characters of 3 bytes, and the dots. */
    assert_int_equal(strlen(text), 3 * 666 + 4);
    assert_string_equal(text + 3 * 666, " ...");
    assert_true(cJSON_IsNull(cJSON_GetArrayItem(row.cells, 4)));
    exhibit_row_release(&row);
    assert_int_equal(exhibit_next(x, &row, &err), 0);
    exhibit_close(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_escape), cmocka_unit_test(test_page),
        cmocka_unit_test(test_run),    cmocka_unit_test(test_neither),
        cmocka_unit_test(test_eval),   cmocka_unit_test(test_too_many),
        cmocka_unit_test(test_long),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
