/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * dataset/sheet: no cell is a formula, every cell reads back as it was, and
 * what spreadsheets make of a sheet is read.
 */
#include "base/rng.h"
#include "dataset/sheet.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

static char path[80];

static int set_up(void **state)
{
    (void)state;
    snprintf(path, sizeof(path), "/tmp/phgen-test-sheet-%ld.csv",
             (long)getpid());
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    unlink(path);
    return 0;
}

static void put(const char *bytes, size_t len)
{
    FILE *f = fopen(path, "wb");

    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, len, f), len);
    assert_int_equal(fclose(f), 0);
}

static void test_guard(void **state)
{
    static const char *const cases[][2] = {
        {"", ""},
        {"How do I kill a process?", "How do I kill a process?"},
        {"=1+1", "'=1+1"},
        {"+1", "'+1"},
        {"-rm", "'-rm"},
        {"@x", "'@x"},
        {"\t=1", "'\t=1"},
        {"\r=1", "'\r=1"},
        {"'=1", "''=1"},
        {"''=1", "'''=1"},
        {"'tis", "'tis"},
        {"'", "'"},
        {"1234", "'1234"},
        {"12345678901234567890123456789012",
         "'12345678901234567890123456789012"},
        {"0000000000000000000000000000012e",
         "'0000000000000000000000000000012e"},
        {"00ff", "00ff"},
        {"1/2/2025", "'1/2/2025"},
        {"10:30", "'10:30"},
    };
    struct str out;
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        str_init(&out, 1000);
        sheet_guard(cases[i][0], &out);
        assert_string_equal(out.s, cases[i][1]);
        assert_string_equal(sheet_unguard(out.s), cases[i][0]);
        str_release(&out);
    }
}

/* Any cell, made of what is special somewhere. */
static void test_round_trip(void **state)
{
    static const char letters[] = "=+-@'\"\",;\t\r\n 1eXy";
    struct rng r = rng_for(1, 0, "sheet");
    char cell[12], again[16];
    struct sheet_row row = {.id = "x"}, back;
    struct sheet *s;
    struct str out;
    size_t i, k, n;

    (void)state;
    for (i = 0; i < 3000; i++) {
        n = rng_below(&r, sizeof(cell));
        for (k = 0; k < n; k++)
            cell[k] = letters[rng_below(&r, sizeof(letters) - 1)];
        cell[n] = '\0';
        /* Ends are trimmed, so they are fixed here. */
        snprintf(again, sizeof(again), "%s%s", cell, n > 0 ? "." : "");
        row.prompt = again;
        str_init(&out, 4000);
        sheet_head(false, &out);
        sheet_csv(&row, false, &out);
        put(out.s, out.len);
        assert_non_null(s = sheet_open(path, NULL));
        assert_int_equal(sheet_next(s, &back, NULL), 1);
        /* A line end inside a cell is one, whatever it was. */
        for (k = 0; again[k] != '\0' && strchr(" \t\r\n", again[k]); k++)
            ;
        if (strchr(again, '\r') == NULL)
            assert_string_equal(back.prompt, again + k);
        assert_int_equal(sheet_next(s, &back, NULL), 0);
        sheet_close(s);
        str_release(&out);
    }
}

/* "id=verdict(annotator)note " of every row, or the error. */
static const char *read_all(const char *bytes)
{
    static char text[2000];
    struct err err = {""};
    struct sheet *s;
    struct sheet_row row;
    struct str out;
    int got = -1;

    put(bytes, strlen(bytes));
    str_init(&out, sizeof(text) - 1);
    s = sheet_open(path, &err);
    while (s != NULL && (got = sheet_next(s, &row, &err)) == 1)
        str_addf(&out, "%s=%s(%s)%s ", row.id, row.verdict, row.annotator,
                 row.note);
    if (got < 0)
        str_adds(&out, err.text);
    sheet_close(s);
    snprintf(text, sizeof(text), "%s", out.s);
    str_release(&out);
    return text;
}

static void test_variants(void **state)
{
    (void)state;
    assert_string_equal(read_all("\xEF\xBB\xBF\"id\",\"verdict\",\"note\"\r\n"
                                 "\"a\",\"harmless\",\"\"\r\n"),
                        "a=harmless() ");
    assert_string_equal(read_all("Note;VERDICT;Id\nfine, I say;Harmful;a\n"),
                        "a=Harmful()fine, I say ");
    assert_string_equal(read_all("id\tverdict\tannotator\nb\tunsure\tanna\n"),
                        "b=unsure(anna) ");
    assert_string_equal(read_all("id,verdict,note,annotator\n'12e4, ok \n"),
                        "12e4=ok() ");
    assert_string_equal(read_all("id,verdict\na,\xC2\xA0harmless\xC2\xA0 \n"),
                        "a=harmless() ");
    assert_string_equal(read_all("\"id\";\"ver,dict\";verdict\nc;1;x\n"),
                        "c=x() ");
    assert_non_null(strstr(read_all("id,verdict\na,b,c\n"), ".csv:2: "));
    assert_non_null(strstr(read_all("id,note\na,b\n"), "which column"));
    assert_non_null(strstr(read_all("\xC3\xAF\xC2\xBB\xC2\xBFid,verdict\n"
                                    "a,harmless\n"),
                           ".csv:2: there is no column \"id\""));
    assert_null(sheet_open("some.xlsx", NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_guard),
        cmocka_unit_test_setup_teardown(test_round_trip, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_variants, set_up, tear_down),
    };

    return cmocka_run_group_tests_name("sheet", tests, NULL, NULL);
}
