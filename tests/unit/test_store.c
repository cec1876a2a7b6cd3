/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * store/: a store of the first version opens with what it had; annexes are
 * put, replaced and read together; the ledger adds up by agent and model.
 */
#include "store/store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <sqlite3.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

static char path[64];

static int set_up(void **state)
{
    (void)state;
    snprintf(path, sizeof(path), "/tmp/phgen-test-store-%ld.sqlite",
             (long)getpid());
    return 0;
}

static int tear_down(void **state)
{
    char name[80];

    (void)state;
    unlink(path);
    snprintf(name, sizeof(name), "%s-wal", path);
    unlink(name);
    return 0;
}

static struct store *opened(void)
{
    struct err err = {""};
    struct store *s = store_open(path, &err);

    if (s == NULL)
        fail_msg("%s", err.text);
    return s;
}

/* As version 1 made it, with a reply and a candidate in it. */
static const char first_version[] =
    "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) "
    "WITHOUT ROWID;"
    "CREATE TABLE ledger (key BLOB PRIMARY KEY, seq INTEGER NOT NULL, "
    "agent TEXT NOT NULL, model TEXT NOT NULL, tokens_in INTEGER NOT NULL, "
    "tokens_out INTEGER NOT NULL, reply TEXT NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE candidates (seq INTEGER PRIMARY KEY, outcome TEXT NOT NULL, "
    "reason TEXT NOT NULL, path_key TEXT NOT NULL, prompt TEXT NOT NULL, "
    "category TEXT NOT NULL, round INTEGER NOT NULL, record TEXT NOT NULL, "
    "trail TEXT NOT NULL, usage TEXT NOT NULL);"
    "PRAGMA user_version = 1;"
    "INSERT INTO meta VALUES ('config', '{}');"
    "INSERT INTO ledger VALUES (zeroblob(16), 1, 'target', 'm', 7, 9, "
    "'{\"text\":\"hello\"}');"
    "INSERT INTO candidates VALUES (1, 'harmless', '', 'k', 'p', 'c', 1, "
    "'{}', '', '{}');";

static void make(const char *sql)
{
    sqlite3 *db;

    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

static void test_first_version(void **state)
{
    struct hash128 zero = {0, 0};
    struct decided d;
    struct store_cursor *c;
    struct reply reply;
    struct spent spent;
    struct err err = {""};
    struct store *s;

    (void)state;
    make(first_version);
    s = opened();
    reply_init(&reply);
    assert_int_equal(store_ledger_find(s, zero, &reply, &err), 1);
    assert_string_equal(reply.text, "hello");
    reply_release(&reply);
    assert_int_equal(store_ledger_sum(s, &spent, &err), 0);
    assert_int_equal(spent.calls, 1);
    assert_int_equal(spent.tokens_in + spent.tokens_out, 16);
    assert_true(spent.cost == 0);
    assert_int_equal(store_annex_put(s, "human", 1, "[1]", &err), 0);
    c = store_read(s, &err);
    assert_int_equal(store_next(c, &d, &err), 1);
    assert_string_equal(d.prompt, "p");
    assert_int_equal(store_next(c, &d, &err), 0);
    store_read_end(c);
    store_close(s);
    store_close(opened()); /* and once more, now that it is the second's */
}

static void test_later_version(void **state)
{
    struct err err = {""};

    (void)state;
    make("PRAGMA user_version = 99;");
    assert_null(store_open(path, &err));
    assert_non_null(strstr(err.text, "store schema 99"));
}

static void test_annexes(void **state)
{
    struct store *s = opened();
    struct err err = {""};
    struct str json;

    (void)state;
    str_init(&json, 1000);
    assert_int_equal(store_annexes(s, 3, &json, &err), 0);
    assert_int_equal(store_annex_put(s, "response", 3, "{\"a\":1}", &err), 0);
    assert_int_equal(store_annex_put(s, "human", 3, "[]", &err), 0);
    assert_int_equal(store_annex_put(s, "response", 3, "{\"a\":2}", &err), 0);
    assert_int_equal(store_annex_put(s, "human", 4, "[4]", &err), 0);
    assert_int_equal(store_annexes(s, 3, &json, &err), 1);
    assert_string_equal(json.s, "{\"human\":[],\"response\":{\"a\":2}}");
    str_clear(&json);
    assert_int_equal(store_annex_get(s, "human", 4, &json, &err), 1);
    assert_string_equal(json.s, "[4]");
    assert_int_equal(store_annex_get(s, "response", 4, &json, &err), 0);
    str_release(&json);
    store_close(s);
}

static void pay(struct store *s, uint64_t key, enum agent agent,
                const char *name, double cost)
{
    char text[8];
    struct model m = {.name = text};
    struct reply reply = {.text = text, .tokens_in = 10, .tokens_out = 1};
    struct hash128 k = {key, 0};
    struct call call;
    struct err err = {""};

    snprintf(text, sizeof(text), "%s", name);
    call_init(&call, agent, &m);
    assert_int_equal(store_ledger_add(s, k, &call, &reply, cost, &err), 0);
}

static void test_ledger_lines(void **state)
{
    struct store *s = opened();
    struct ledger_line *line;
    struct err err = {""};
    size_t n;

    (void)state;
    pay(s, 1, AGENT_TARGET, "b", 0.5);
    pay(s, 2, AGENT_TARGET, "a", 0.25);
    pay(s, 3, AGENT_JUDGE, "b", 0);
    pay(s, 4, AGENT_TARGET, "b", 0.5);
    pay(s, 4, AGENT_TARGET, "b", 0.5); /* paid for once */
    assert_int_equal(store_ledger_lines(s, &line, &n, &err), 0);
    assert_int_equal(n, 3);
    assert_string_equal(line[0].agent, "judge");
    assert_string_equal(line[1].model, "a");
    assert_string_equal(line[2].model, "b");
    assert_int_equal(line[2].spent.calls, 2);
    assert_int_equal(line[2].spent.tokens_in, 20);
    assert_true(line[2].spent.cost == 1);
    ledger_lines_free(line, n);
    store_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_first_version, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_later_version, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_annexes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_ledger_lines, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
