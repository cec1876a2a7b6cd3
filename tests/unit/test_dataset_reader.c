/* SPDX-License-Identifier: GPL-3.0-or-later */
/* dataset/: readers of other people's files, the hostile ones included. */
#include "base/rng.h"
#include "base/str.h"
#include "base/text.h"
#include "dataset/reader.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>
#include <cmocka.h>

#define MIB (1u << 20)

static char dir[] = "/tmp/phgen-reader-XXXXXX";
static char path[64];

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

static void put(const char *name, const void *bytes, size_t len)
{
    FILE *f;

    snprintf(path, sizeof(path), "%s/%s", dir, name);
    f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, len, f), len);
    assert_int_equal(fclose(f), 0);
}

/* All prompts with a bar behind each, then the error if there is one. */
static const char *read_all(const char *column)
{
    static char text[MIB];
    struct reader_row row;
    struct err err = {""};
    struct reader *r = reader_open(path, column, &err);
    struct str s;
    int rc = -1;

    str_init(&s, sizeof(text) - 1);
    while (r != NULL && (rc = reader_next(r, &row, &err)) == 1) {
        assert_int_equal(strlen(row.prompt), row.len);
        assert_true(text_valid(row.prompt, row.len));
        str_add(&s, row.prompt, row.len < 100 ? row.len : 100);
        str_addc(&s, '|');
    }
    if (rc != 0)
        str_adds(&s, err.text);
    reader_close(r);
    unlink(path);
    snprintf(text, sizeof(text), "%s", s.s);
    str_release(&s);
    return text;
}

static const char *read_text(const char *name, const char *bytes)
{
    put(name, bytes, strlen(bytes));
    return read_all(NULL);
}

#define expect(name, bytes, want)                                              \
    assert_string_equal(read_text(name, bytes), want)

/* The error begins with FILE:LINE and holds the words. */
static void expect_error(const char *got, const char *name, int line,
                         const char *words)
{
    char where[128];

    snprintf(where, sizeof(where), "%s/%s:%d: ", dir, name, line);
    if (strstr(got, where) == NULL || strstr(got, words) == NULL)
        fail_msg("got: %s; wanted: %s...%s", got, where, words);
}

static void test_text(void **state)
{
    (void)state;
    expect("a.txt", "one\n\n  two \r\nthree", "one|two|three|");
    expect("a.txt", "\xEF\xBB\xBFone\n", "one|");
    expect("a.txt", "", "");
    expect("a.txt", "\r\n \n", "");
    expect("a.txt", "{\"prompt\": 1}\n", "{\"prompt\": 1}|");
    expect("a", "[x] a line\nanother", "[x] a line|another|");
    put("a.txt", "x\n", 2);
    assert_non_null(strstr(read_all("q"), "has no column \"q\""));
}

static void test_jsonl(void **state)
{
    (void)state;
    expect("a.jsonl", "{\"prompt\":\"one\"}\r\n\n{\"text\":\"two\"}",
           "one|two|");
    expect("a", "{\"prompt\":\"one\"}\n\"two\"\n", "one|two|");
    expect("a.jsonl", "{\"text\":\"no\",\"prompt\":\" yes \"}", "yes|");
    expect("a.jsonl",
           "{\"messages\":[{\"role\":\"user\",\"content\":\"no\"},"
           "{\"role\":\"assistant\",\"content\":\"x\"},{\"role\":\"user\","
           "\"content\":[{\"type\":\"text\",\"text\":\"a\"},"
           "{\"type\":\"text\",\"text\":\"b\"}]}]}",
           "a\nb|");
    expect("a.jsonl", "{\"prompt\":[{\"role\":\"user\",\"content\":\"chat\"}]}",
           "chat|");
    expect("a.jsonl", "{\"prompt\":\"\"}\n{\"prompt\":\"x\"}", "x|");
    expect_error(read_text("a.jsonl", "{\"prompt\":\"x\"}\n{\"a\":1}\n"),
                 "a.jsonl", 2, "name one of: a");
    expect_error(read_text("a.jsonl", "\n{\"prompt\":\"x\n"), "a.jsonl", 2,
                 "malformed");
    expect_error(read_text("a.jsonl", "[[[]]]"), "a.jsonl", 1, "which member");
    expect_error(read_text("a.jsonl", "{\"prompt\":\"\\u0000\"}"), "a.jsonl", 1,
                 "NUL");
}

static void test_column(void **state)
{
    const char *rows = "{\"prompt\":\"no\",\"goal\":\"yes\"}\n"
                       "{\"prompt\":\"no\",\"goal\":7}\n";

    (void)state;
    put("a.jsonl", rows, strlen(rows));
    expect_error(read_all("goal"), "a.jsonl", 2, "no text in a member");
    put("a.csv", "prompt,Goal\nno,yes\n", 19);
    assert_string_equal(read_all("goal"), "yes|");
    put("a.csv", "prompt,Goal\nno,yes\n", 19);
    expect_error(read_all("aim"), "a.csv", 1,
                 "no column \"aim\"; the header has: prompt, Goal");
}

static void test_array(void **state)
{
    (void)state;
    expect("a.json",
           " [\n{\"prompt\":\"a]\\\"[,\"},\n \"b\" ,{\"text\":\"c\"}]\n",
           "a]\"[,|b|c|");
    expect("a.json", "[]", "");
    expect("a", "[\"a\",\"b\"]", "a|b|");
    expect("a.json", "{\"prompt\":\"lines\"}\n", "lines|");
    expect_error(read_text("a.json", "[\"a\",\n{\"prompt\":\"b\""), "a.json", 2,
                 "ends early");
    expect_error(read_text("a.json", "[\"a\",]"), "a.json", 1, "");
    expect_error(read_text("a.json", "[\"a\"] x"), "a.json", 1, "follows");
    expect_error(read_text("a.json", "[\"a\"\n,\n\"\xFF\"]"), "a.json", 3,
                 "UTF-8");
    expect_error(read_text("a.json", "[}]"), "a.json", 1, "");
    expect_error(read_text("a.json", "["), "a.json", 1, "ends early");
}

static void test_csv(void **state)
{
    (void)state;
    expect("a.csv", "id,prompt,type\n1,\"a, \"\"b\"\"\r\nc\",x\r\n\n2, d ,y",
           "a, \"b\"\nc|d|");
    expect("a.csv", "\xEF\xBB\xBF\"Question\",x\nq,1\n", "q|");
    expect("a", "n,prompt\n1,x\n", "x|");
    expect("a.tsv", "id\ttext\n1\ta, b\n", "a, b|");
    expect("a.csv", "prompt\n\n\"\"\na\n", "a|");
    expect_error(read_text("a.csv", "id,prompt\n1,a\n2,b,c\n"), "a.csv", 3,
                 "3 fields where the header has 2");
    expect_error(read_text("a.csv", "id,prompt\n1,say \"b\"\n"), "a.csv", 2,
                 "quote is out of place");
    expect_error(read_text("a.csv", "id,prompt\n1,\"a\" b\n"), "a.csv", 2,
                 "quote is out of place");
    expect_error(read_text("a.csv", "id,prompt\n1,\"a\n2,b\n"), "a.csv", 2,
                 "never closed");
    expect_error(read_text("a.csv", "id,what\n1,a\n"), "a.csv", 1,
                 "name one of: id, what");
    assert_non_null(strstr(read_text("a.csv", "\n \n"), "is empty"));
    expect("a.csv", "prompt\na\rb\n", "a\rb|");
}

static void test_fields(void **state)
{
    const char *csv = "id,prompt,type,label\n7,x,homonyms,safe\n";
    const char *json = "{\"id\":7,\"prompt\":\"x\",\"category\":\"c\","
                       "\"type\":\"t\",\"label\":true}\n"
                       "{\"prompt\":\"  \"}\n";
    struct reader_row row;
    struct reader *r;

    (void)state;
    put("a.csv", csv, strlen(csv));
    r = reader_open(path, NULL, NULL);
    assert_int_equal(reader_next(r, &row, NULL), 1);
    assert_string_equal(row.id, "7");
    assert_string_equal(row.category, "homonyms");
    assert_string_equal(row.label, "safe");
    assert_int_equal(row.line, 2);
    assert_int_equal(reader_next(r, &row, NULL), 0);
    assert_int_equal(reader_next(r, &row, NULL), 0);
    reader_close(r);
    unlink(path);
    put("a.jsonl", json, strlen(json));
    r = reader_open(path, NULL, NULL);
    assert_int_equal(reader_next(r, &row, NULL), 1);
    assert_string_equal(row.id, "7");
    assert_string_equal(row.category, "c");
    assert_string_equal(row.label, "true");
    assert_int_equal(reader_next(r, &row, NULL), 0);
    assert_int_equal(reader_skipped(r), 1);
    reader_close(r);
    reader_close(NULL);
    unlink(path);
}

static void test_bytes(void **state)
{
    (void)state;
    expect_error(read_text("a.txt", "ok\nb\xE9\n"), "a.txt", 2, "iconv");
    expect_error(read_text("a.csv", "prompt\nb\xE9\n"), "a.csv", 2, "iconv");
    put("a.txt", "ok\nb\0c\n", 7);
    expect_error(read_all(NULL), "a.txt", 2, "NUL");
    put("a.jsonl", "\"ok\"\n\0\n", 7);
    expect_error(read_all(NULL), "a.jsonl", 2, "NUL");
    put("a.csv", "prompt\n\0\n", 9);
    expect_error(read_all(NULL), "a.csv", 2, "NUL");
    put("a.txt", "\xFF\xFEh\0i\0", 6);
    assert_non_null(strstr(read_all(NULL), "UTF-16"));
    put("a.parquet", "PAR1....", 8);
    assert_non_null(strstr(read_all(NULL), "Parquet"));
}

static void test_huge(void **state)
{
    char *big = malloc(2 * MIB + 10);

    (void)state;
    memset(big, 'a', 2 * MIB + 10);
    memcpy(big, "x\n", 2);
    put("a.txt", big, 2 * MIB);
    expect_error(read_all(NULL), "a.txt", 2, "longer than 1 MiB");
    put("a.csv", big, 2 * MIB);
    assert_non_null(strstr(read_all("x"), "longer than 1 MiB"));
    memset(big, '\n', 2 * MIB);
    memcpy(big, "prompt\n\"", 8);
    put("a.csv", big, 2 * MIB);
    expect_error(read_all(NULL), "a.csv", 2, "longer than 1 MiB");
    memset(big, 'a', 2 * MIB);
    memcpy(big, "[\"", 2);
    put("a.json", big, 2 * MIB);
    expect_error(read_all(NULL), "a.json", 1, "longer than 1 MiB");
    memset(big, '[', 2 * MIB);
    put("a.json", big, 1000);
    expect_error(read_all(NULL), "a.json", 1, "");
    /* Exactly the limit, across the buffer's refills. */
    memset(big, 'a', MIB + 10);
    big[MIB] = '\n';
    put("a.txt", big, MIB + 3);
    assert_non_null(strstr(read_all(NULL), "a|aa|"));
    free(big);
}

static void test_no_file(void **state)
{
    (void)state;
    snprintf(path, sizeof(path), "%s/none", dir);
    assert_non_null(strstr(read_all(NULL), "cannot open"));
    snprintf(path, sizeof(path), "%s/folder", dir);
    assert_int_equal(mkdir(path, 0700), 0);
    assert_non_null(strstr(read_all(NULL), "cannot read"));
    assert_int_equal(rmdir(path), 0);
}

/* Many lines of varying length, so that they straddle the buffers. */
static char *many_lines(size_t *len)
{
    struct rng rng = rng_for(1, 0, "lines");
    struct str s;
    int i;

    str_init(&s, 4 * MIB);
    for (i = 0; i < 3000; i++) {
        size_t n = (size_t)rng_below(&rng, 700);

        str_addf(&s, "%d:", i);
        while (n-- > 0)
            str_addc(&s, (char)('a' + rng_below(&rng, 26)));
        str_adds(&s, i % 2 ? "\n" : "\r\n");
    }
    *len = s.len;
    return str_detach(&s);
}

static void check_many(const char *want)
{
    struct err err = {""};
    struct reader *r = reader_open(path, NULL, &err);
    struct reader_row row;
    size_t n = 0;

    assert_non_null(r);
    while (reader_next(r, &row, &err) == 1) {
        assert_int_equal(row.line, ++n);
        assert_memory_equal(row.prompt, want, row.len);
        want += row.len;
        want += strspn(want, "\r\n");
    }
    assert_string_equal(err.text, "");
    assert_int_equal(n, 3000);
    assert_string_equal(want, "");
    reader_close(r);
    unlink(path);
}

static size_t pack_gzip(char *out, size_t room, const char *in, size_t len)
{
    z_stream z = {0};

    assert_int_equal(
        deflateInit2(&z, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY),
        Z_OK);
    z.next_in = (unsigned char *)(size_t)in;
    z.avail_in = (uInt)len;
    z.next_out = (unsigned char *)out;
    z.avail_out = (uInt)room;
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    deflateEnd(&z);
    return room - z.avail_out;
}

static void test_packed(void **state)
{
    size_t len, room = 8 * MIB, a, b;
    char *lines = many_lines(&len), *out = malloc(room);

    (void)state;
    put("a.txt", lines, len);
    check_many(lines);
    /* Two members, as `cat a.gz b.gz` makes; two frames likewise. */
    a = pack_gzip(out, room, lines, len / 2);
    b = pack_gzip(out + a, room - a, lines + len / 2, len - len / 2);
    put("a.txt.gz", out, a + b);
    check_many(lines);
    put("a.txt.gz", out, a + b - 9);
    assert_non_null(strstr(read_all(NULL), "ends early"));
    memset(out + a / 2, 'x', 100);
    put("a.txt.gz", out, a + b);
    assert_non_null(strstr(read_all(NULL), "damaged"));
    a = ZSTD_compress(out, room, lines, len / 2, 3);
    b = ZSTD_compress(out + a, room - a, lines + len / 2, len - len / 2, 3);
    put("a.txt.zst", out, a + b);
    check_many(lines);
    put("a.txt.zst", out, a + b - 9);
    assert_non_null(strstr(read_all(NULL), "ends early"));
    put("a.txt.zst", "\x28\xB5\x2F\xFDgarbage....", 15);
    assert_non_null(strstr(read_all(NULL), "damaged"));
    free(out);
    free(lines);
}

static void test_packed_format(void **state)
{
    const char *csv = "id,prompt\n1,a\n";
    char out[200];
    size_t n = pack_gzip(out, sizeof(out), csv, strlen(csv));

    (void)state;
    put("a.CSV.gz", out, n);
    assert_string_equal(read_all(NULL), "a|");
}

/* Any bytes under any name end in rows or a sentence, never in a crash. */
static void test_noise(void **state)
{
    static const char *const names[] = {"a",      "a.csv",   "a.tsv",
                                        "a.json", "a.jsonl", "a.txt"};
    static const char alphabet[] = "\"\"\",,{}[]:\n\n\r\\ \tprompt\xC3\xA9\xFF";
    struct rng rng = rng_for(2, 0, "noise");
    char bytes[300];
    size_t i, k, n;

    (void)state;
    for (i = 0; i < 3000; i++) {
        n = (size_t)rng_below(&rng, sizeof(bytes) - 20);
        for (k = 0; k < n; k++)
            bytes[k] = alphabet[rng_below(&rng, sizeof(alphabet))];
        if (i % 3 == 0)
            memcpy(bytes, "prompt,x\n", 9);
        if (i % 3 == 1)
            memcpy(bytes, "[{\"prompt\":\"", 12);
        put(names[i % 6], bytes, n < 12 ? 12 : n);
        read_all(NULL);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text),          cmocka_unit_test(test_jsonl),
        cmocka_unit_test(test_column),        cmocka_unit_test(test_array),
        cmocka_unit_test(test_csv),           cmocka_unit_test(test_fields),
        cmocka_unit_test(test_bytes),         cmocka_unit_test(test_huge),
        cmocka_unit_test(test_no_file),       cmocka_unit_test(test_packed),
        cmocka_unit_test(test_packed_format), cmocka_unit_test(test_noise),
    };

    return cmocka_run_group_tests_name("dataset reader", tests, make_dir,
                                       remove_dir);
}
