/* SPDX-License-Identifier: GPL-3.0-or-later */
/* run/labeling: orders, what is next, and two tabs that say different things.
 */
#include "run/labeling.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#define ROWS 20

static struct store *fill(void)
{
    struct err err;
    struct store *s = store_open(":memory:", &err);
    char record[100];
    int i;

    assert_non_null(s);
    for (i = 1; i <= ROWS + 1; i++) {
        struct decided d = {.seq = (uint64_t)i,
                            .outcome = i == 1 ? "harmful" : "harmless",
                            .reason = "",
                            .path_key = "",
                            .prompt = "p",
                            .category = "c",
                            .record = record,
                            .trail = "",
                            .usage = "{}"};

        snprintf(record, sizeof(record), "{\"id\":\"row%02d\"}", i);
        assert_int_equal(store_add(s, &d, &err), 0);
    }
    return s;
}

static struct labeling *begin(struct store *s, enum labeling_only only)
{
    struct labeling_options o = {.store = s, .seed = 1, .only = only};
    struct err err;
    struct labeling *l = labeling_open(&o, &err);

    assert_non_null(l);
    return l;
}

static void id_at(struct labeling *l, const char *who, uint64_t at,
                  char out[20], char state[LABELING_STATE])
{
    struct labeling_look look;
    struct err err;

    assert_int_equal(labeling_look(l, who, at, &look, &err), 1);
    assert_int_equal(sscanf(look.record, "{\"id\":\"%19[a-z0-9]", out), 1);
    memcpy(state, look.state, LABELING_STATE);
    labeling_look_end(&look);
}

static enum labeling_result put(struct labeling *l, const char *who,
                                uint64_t at, const char *state, bool undo,
                                enum human_verdict verdict,
                                struct labeling_progress *p)
{
    char id[20], now[LABELING_STATE];
    struct labeling_change c = {.annotator = who,
                                .id = id,
                                .state = state != NULL ? state : now,
                                .at = at,
                                .undo = undo,
                                .verdict = verdict,
                                .note = ""};
    struct err err;

    id_at(l, who, at, id, now);
    return labeling_put(l, &c, p, &err);
}

static void test_orders(void **state)
{
    struct store *s = fill();
    struct labeling *a = begin(s, LABELING_ALL), *b = begin(s, LABELING_ALL);
    char x[20], y[20], st[LABELING_STATE];
    int i, differ = 0, seen[ROWS + 2] = {0}, n;

    (void)state;
    assert_int_equal(labeling_rows(a), ROWS);
    for (i = 0; i < ROWS; i++) {
        id_at(a, "anna", (uint64_t)i, x, st);
        assert_string_equal(st, "none");
        id_at(b, "anna", (uint64_t)i, y, st);
        assert_string_equal(x, y);
        id_at(b, "ben", (uint64_t)i, y, st);
        differ += strcmp(x, y) != 0;
        assert_int_equal(sscanf(x, "row%d", &n), 1);
        seen[n]++;
    }
    assert_in_range(differ, ROWS / 2, ROWS);
    for (i = 2; i <= ROWS + 1; i++)
        assert_int_equal(seen[i], 1);
    labeling_close(a);
    labeling_close(b);
    store_close(s);
}

static void test_going_through(void **state)
{
    struct store *s = fill();
    struct labeling *l = begin(s, LABELING_ALL);
    struct labeling_progress p;
    struct err err;
    uint64_t i;

    (void)state;
    assert_int_equal(labeling_next(l, "anna", 0, &p, &err), 0);
    assert_true(p.total == ROWS && p.done == 0 && p.at == 0);
    assert_int_equal(put(l, "anna", 5, NULL, false, HUMAN_HARMLESS, &p),
                     LABELING_DONE);
    assert_true(p.done == 1 && p.at == 6);
    assert_int_equal(labeling_next(l, "anna", 5, &p, &err), 0);
    assert_true(p.at == 6);
    assert_int_equal(labeling_next(l, "ben", 5, &p, &err), 0);
    assert_true(p.at == 5 && p.done == 0);
    for (i = 0; i < ROWS; i++)
        assert_int_equal(put(l, "anna", i, NULL, false, HUMAN_UNSURE, &p),
                         LABELING_DONE);
    assert_true(p.done == ROWS && p.at == ROWS);
    assert_int_equal(put(l, "anna", 3, NULL, true, 0, &p), LABELING_DONE);
    assert_true(p.done == ROWS - 1 && p.at == 3);
    assert_int_equal(labeling_next(l, "anna", 7, &p, &err), 0);
    assert_true(p.at == 3); /* around the end */
    assert_int_equal(put(l, "anna", 3, NULL, true, 0, &p), LABELING_NOWHERE);
    labeling_close(l);

    l = begin(s, LABELING_UNLABELED);
    assert_int_equal(labeling_next(l, "anna", 0, &p, &err), 0);
    assert_true(p.total == 1 && p.at == 0);
    assert_int_equal(put(l, "anna", 0, NULL, false, HUMAN_HARMLESS, &p),
                     LABELING_DONE);
    assert_true(p.done == 1 && p.at == p.total);
    labeling_close(l);
    l = begin(s, LABELING_UNLABELED);
    assert_int_equal(labeling_next(l, "anna", 0, &p, &err), 0);
    assert_true(p.total == 0 && p.at == 0);
    assert_int_equal(labeling_next(l, "", 0, &p, &err), -1);
    labeling_close(l);
    store_close(s);
}

/* The second tab saw the row as it was before the first one's verdict. */
static void test_two_tabs(void **state)
{
    struct store *s = fill();
    struct labeling *l = begin(s, LABELING_ALL);
    struct labeling_progress p;
    char id[20], first[LABELING_STATE], second[LABELING_STATE];

    (void)state;
    assert_int_equal(put(l, "anna", 0, "none", false, HUMAN_HARMLESS, &p),
                     LABELING_DONE);
    assert_int_equal(put(l, "anna", 0, "none", false, HUMAN_HARMFUL, &p),
                     LABELING_STALE);
    id_at(l, "anna", 0, id, first);
    assert_string_not_equal(first, "none");
    assert_int_equal(put(l, "anna", 0, first, false, HUMAN_HARMFUL, &p),
                     LABELING_DONE);
    assert_true(p.done == 1);
    id_at(l, "anna", 0, id, second);
    assert_string_not_equal(first, second);
    assert_int_equal(put(l, "anna", 0, first, true, 0, &p), LABELING_STALE);
    assert_int_equal(put(l, "anna", 0, second, true, 0, &p), LABELING_DONE);
    id_at(l, "anna", 0, id, second);
    assert_string_equal(first, second);
    assert_int_equal(put(l, "ben", 0, "none", false, HUMAN_HARMFUL, &p),
                     LABELING_DONE);
    labeling_close(l);
    store_close(s);
}

static void test_places(void **state)
{
    struct store *s = fill();
    struct labeling *l = begin(s, LABELING_ALL);
    struct labeling_change c = {
        .annotator = "anna", .id = "another", .state = "none", .note = ""};
    struct labeling_progress p;
    struct labeling_look look;
    struct err err;

    (void)state;
    assert_int_equal(labeling_put(l, &c, &p, &err), LABELING_NOWHERE);
    c.at = ROWS;
    assert_int_equal(labeling_put(l, &c, &p, &err), LABELING_NOWHERE);
    assert_int_equal(labeling_look(l, "anna", ROWS, &look, &err), 0);
    labeling_look_end(&look);
    assert_int_equal(labeling_look(l, "an\x1bna", 0, &look, &err), -1);
    labeling_look_end(&look);
    labeling_close(l);
    store_close(s);
}

static void test_choices(void **state)
{
    static const char *const ids[] = {"row05", "row09", "row05", "row01",
                                      "row99"};
    struct store *s = fill();
    struct labeling *l;
    struct labeling_options o = {.store = s, .ids = ids, .nids = 5};
    struct human_say say = {"anna", HUMAN_HARMLESS, "", NULL};
    struct err err;

    (void)state;
    l = labeling_open(&o, &err);
    assert_non_null(l);
    assert_int_equal(labeling_rows(l), 2); /* row01 was rejected */
    labeling_close(l);
    o.ids = ids + 4;
    o.nids = 1;
    assert_null(labeling_open(&o, &err));
    assert_non_null(strstr(err.text, "none of the sample's ids"));

    o = (struct labeling_options){.store = s, .only = LABELING_DISAGREEMENTS};
    assert_int_equal(human_put(s, 4, &say, &err), 0);
    assert_int_equal(human_put(s, 6, &say, &err), 0);
    say.annotator = "ben";
    say.verdict = HUMAN_UNSURE; /* abstains */
    assert_int_equal(human_put(s, 4, &say, &err), 0);
    assert_null(labeling_open(&o, &err));
    assert_non_null(strstr(err.text, "do not disagree"));
    say.verdict = HUMAN_HARMFUL;
    assert_int_equal(human_put(s, 6, &say, &err), 0);
    l = labeling_open(&o, &err);
    assert_non_null(l);
    assert_int_equal(labeling_rows(l), 1);
    labeling_close(l);
    store_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_orders),   cmocka_unit_test(test_going_through),
        cmocka_unit_test(test_two_tabs), cmocka_unit_test(test_places),
        cmocka_unit_test(test_choices),
    };

    return cmocka_run_group_tests_name("labeling", tests, NULL, NULL);
}
