/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Decides nothing about what is better: it says what differs, and how sure
 * that is.
 */
#include "run/diff.h"
#include "dataset/paired.h"
#include "run/diff_side.h"

#include <stdlib.h>
#include <string.h>

#define BOOTSTRAP_SEED 1
#define ANY_GROUP      RESULT_GROUPS

/* A yes or no that both sides have. */
struct measure_pair {
    size_t a, b; /* columns */
    unsigned group;
    struct paired paired;
    struct paired_figures figures;
};

struct comparing {
    struct diff_side sides[2];
    struct measure_pair *pairs;
    size_t npairs;
    double *adjusted; /* p of the pairs */
};

/* --- what is compared with what --- */

static bool is_yes(uint8_t said)
{
    return said == RESULT_FULL + 1 || said == RESULT_PARTIAL + 1;
}

static bool is_known(uint8_t said)
{
    return said != 0 && said != RESULT_SILENT + 1;
}

static bool belongs(const struct diff_row *r, unsigned group)
{
    return group == ANY_GROUP || r->group == (enum result_group)group;
}

/* The change from A to B: so B is what `paired` calls a. */
static void pair_up(const struct comparing *c, struct measure_pair *m)
{
    const struct diff_row *r, *other;
    bool yes_a, yes_b;

    for (r = c->sides[0].rows; r != NULL; r = r->hh.next) {
        other = diff_side_find(&c->sides[1], r->id);
        if (other == NULL || !belongs(r, m->group) ||
            !belongs(other, m->group) || !is_known(r->said[m->a]) ||
            !is_known(other->said[m->b]))
            continue;
        yes_a = is_yes(r->said[m->a]);
        yes_b = is_yes(other->said[m->b]);
        m->paired.both += yes_a && yes_b;
        m->paired.only_a += yes_b && !yes_a;
        m->paired.only_b += yes_a && !yes_b;
        m->paired.neither += !yes_a && !yes_b;
    }
    paired_figures(&m->paired, BOOTSTRAP_SEED, &m->figures);
}

static void add_pair(struct comparing *c, size_t a, size_t b)
{
    unsigned group;

    if (!c->sides[0].is_eval) {
        c->pairs[c->npairs++] =
            (struct measure_pair){.a = a, .b = b, .group = ANY_GROUP};
        return;
    }
    for (group = 0; group < RESULT_GROUPS; group++)
        c->pairs[c->npairs++] =
            (struct measure_pair){.a = a, .b = b, .group = group};
}

static int find_pairs(struct comparing *c, struct err *err)
{
    const struct diff_side *a = &c->sides[0], *b = &c->sides[1];
    size_t i, k;

    c->pairs =
        calloc(a->ncolumns * RESULT_GROUPS + RESULT_GROUPS, sizeof(*c->pairs));
    if (c->pairs == NULL)
        return err_nomem(err);
    for (i = 0; i < a->ncolumns; i++)
        for (k = 0; k < b->ncolumns; k++)
            if (strcmp(a->columns[i], b->columns[k]) == 0)
                add_pair(c, i, k);
    if (c->npairs == 0 && a->ncolumns == 1 && b->ncolumns == 1)
        add_pair(c, 0, 0);
    return 0;
}

static int test_pairs(struct comparing *c, struct err *err)
{
    double *p = calloc(c->npairs + 1, sizeof(*p));
    size_t i, n = 0;

    c->adjusted = calloc(c->npairs + 1, sizeof(*c->adjusted));
    if (p == NULL || c->adjusted == NULL) {
        free(p);
        return err_nomem(err);
    }
    for (i = 0; i < c->npairs; i++) {
        pair_up(c, &c->pairs[i]);
        if (c->pairs[i].figures.rows > 0)
            p[n++] = c->pairs[i].figures.p;
    }
    if (paired_holm(p, n, p) != 0) {
        free(p);
        return err_nomem(err);
    }
    for (i = n = 0; i < c->npairs; i++)
        c->adjusted[i] = c->pairs[i].figures.rows > 0 ? p[n++] : 1;
    free(p);
    return 0;
}

/* --- the tree --- */

static void add_side(cJSON *o, const char *name, const struct diff_side *s)
{
    cJSON *side = cJSON_AddObjectToObject(o, name);

    cJSON_AddStringToObject(side, "folder", s->folder);
    cJSON_AddStringToObject(side, "phgen",
                            json_string(s->about, "phgen") != NULL
                                ? json_string(s->about, "phgen")
                                : "");
    cJSON_AddNumberToObject(side, "rows", HASH_COUNT(s->rows));
}

static void add_rows(cJSON *o, const struct comparing *c)
{
    const struct diff_row *r;
    cJSON *rows = cJSON_AddObjectToObject(o, "rows");
    unsigned shared = 0;

    for (r = c->sides[0].rows; r != NULL; r = r->hh.next)
        shared += diff_side_find(&c->sides[1], r->id) != NULL;
    cJSON_AddNumberToObject(rows, "shared", shared);
    cJSON_AddNumberToObject(rows, "only_a",
                            HASH_COUNT(c->sides[0].rows) - shared);
    cJSON_AddNumberToObject(rows, "only_b",
                            HASH_COUNT(c->sides[1].rows) - shared);
}

static void add_or_null(cJSON *o, const char *name, const cJSON *value)
{
    cJSON_AddItemToObject(o, name,
                          value != NULL ? cJSON_Duplicate(value, true)
                                        : cJSON_CreateNull());
}

static void add_difference(cJSON *list, const cJSON *a, const cJSON *b,
                           const char *name)
{
    cJSON *o;

    if (a != NULL && b != NULL && cJSON_Compare(a, b, true))
        return;
    o = cJSON_CreateObject();
    cJSON_AddStringToObject(o, "name", name);
    add_or_null(o, "a", a);
    add_or_null(o, "b", b);
    cJSON_AddItemToArray(list, o);
}

/* Members of either that the other has not, or has otherwise; all, or the
 * numbers among them. */
static void add_differences(cJSON *list, const cJSON *a, const cJSON *b,
                            bool numbers)
{
    const cJSON *m;

    cJSON_ArrayForEach(m, a)
    {
        if (!numbers || cJSON_IsNumber(m))
            add_difference(list, m,
                           cJSON_GetObjectItemCaseSensitive(b, m->string),
                           m->string);
    }
    cJSON_ArrayForEach(m, b)
    {
        if ((!numbers || cJSON_IsNumber(m)) &&
            cJSON_GetObjectItemCaseSensitive(a, m->string) == NULL)
            add_difference(list, NULL, m, m->string);
    }
}

static const cJSON *part(const struct comparing *c, int side, const char *name)
{
    return json_object(c->sides[side].about, name);
}

static void add_rate(cJSON *o, const char *name, const struct diff_side *s,
                     size_t column, unsigned group)
{
    const struct diff_row *r;
    uint64_t n = 0, yes = 0;
    cJSON *side = cJSON_AddObjectToObject(o, name);

    for (r = s->rows; r != NULL; r = r->hh.next) {
        if (!belongs(r, group) || !is_known(r->said[column]))
            continue;
        n++;
        yes += is_yes(r->said[column]);
    }
    cJSON_AddStringToObject(side, "name", s->columns[column]);
    cJSON_AddNumberToObject(side, "rows", (double)n);
    cJSON_AddNumberToObject(side, "yes", (double)yes);
    result_add_share(side, "rate", "wilson_low", "wilson_high", yes, n);
}

static void add_measure(cJSON *list, const struct comparing *c, size_t at)
{
    const struct measure_pair *m = &c->pairs[at];
    const struct paired_figures *f = &m->figures;
    cJSON *o = cJSON_CreateObject(), *shared;

    cJSON_AddStringToObject(
        o, "label",
        m->group == ANY_GROUP ? "all"
                              : result_group_name((enum result_group)m->group));
    add_rate(o, "a", &c->sides[0], m->a, m->group);
    add_rate(o, "b", &c->sides[1], m->b, m->group);
    if (json_number(json_object(o, "a"), "rows", 0) +
            json_number(json_object(o, "b"), "rows", 0) ==
        0) {
        cJSON_Delete(o);
        return;
    }
    cJSON_AddItemToArray(list, o);
    if (f->rows == 0) {
        cJSON_AddNullToObject(o, "shared");
        return;
    }
    shared = cJSON_AddObjectToObject(o, "shared");
    cJSON_AddNumberToObject(shared, "rows", (double)f->rows);
    cJSON_AddNumberToObject(shared, "only_a", (double)m->paired.only_b);
    cJSON_AddNumberToObject(shared, "only_b", (double)m->paired.only_a);
    cJSON_AddNumberToObject(shared, "change", json_round4(f->difference));
    cJSON_AddNumberToObject(shared, "low", json_round4(f->range.low));
    cJSON_AddNumberToObject(shared, "high", json_round4(f->range.high));
    cJSON_AddNumberToObject(shared, "p", result_round_p(f->p));
    cJSON_AddNumberToObject(shared, "p_holm", result_round_p(c->adjusted[at]));
}

static const char *word(const struct comparing *c, uint8_t said)
{
    if (!is_known(said))
        return "silent";
    if (c->sides[0].is_eval)
        return result_verdict_name((enum result_verdict)(said - 1));
    return is_yes(said) ? "yes" : "no";
}

/* Rows of which one side says yes and the other no. */
static void add_changed(cJSON *list, const struct comparing *c,
                        const struct measure_pair *m)
{
    const struct diff_row *r, *other;
    cJSON *o;

    for (r = c->sides[0].rows; r != NULL; r = r->hh.next) {
        other = diff_side_find(&c->sides[1], r->id);
        if (other == NULL || !belongs(r, m->group) ||
            !belongs(other, m->group) || !is_known(r->said[m->a]) ||
            !is_known(other->said[m->b]) ||
            is_yes(r->said[m->a]) == is_yes(other->said[m->b]))
            continue;
        o = cJSON_CreateObject();
        cJSON_AddStringToObject(o, "id", r->id);
        cJSON_AddStringToObject(o, "prompt", r->prompt);
        cJSON_AddStringToObject(o, "label", result_group_name(other->group));
        cJSON_AddStringToObject(o, "measure", c->sides[0].columns[m->a]);
        cJSON_AddStringToObject(o, "a", word(c, r->said[m->a]));
        cJSON_AddStringToObject(o, "b", word(c, other->said[m->b]));
        cJSON_AddItemToArray(list, o);
    }
}

static cJSON *describe(const struct comparing *c)
{
    cJSON *o = cJSON_CreateObject(), *list;
    size_t i;

    cJSON_AddStringToObject(o, "kind",
                            c->sides[0].is_eval ? "evaluation" : "run");
    add_side(o, "a", &c->sides[0]);
    add_side(o, "b", &c->sides[1]);
    add_rows(o, c);
    add_differences(cJSON_AddArrayToObject(o, "config"), part(c, 0, "config"),
                    part(c, 1, "config"), false);
    if (!c->sides[0].is_eval) {
        add_differences(cJSON_AddArrayToObject(o, "counts"),
                        part(c, 0, "counts"), part(c, 1, "counts"), true);
        add_differences(cJSON_AddArrayToObject(o, "categories"),
                        json_object(part(c, 0, "counts"), "by_category"),
                        json_object(part(c, 1, "counts"), "by_category"),
                        false);
    }
    list = cJSON_AddArrayToObject(o, "measures");
    for (i = 0; i < c->npairs; i++)
        add_measure(list, c, i);
    list = cJSON_AddArrayToObject(o, "changed");
    for (i = 0; i < c->npairs; i++)
        add_changed(list, c, &c->pairs[i]);
    return o;
}

static int compare(struct comparing *c, const char *a, const char *b,
                   struct err *err)
{
    if (diff_side_read(&c->sides[0], a, err) != 0 ||
        diff_side_read(&c->sides[1], b, err) != 0)
        return -1;
    if (c->sides[0].is_eval != c->sides[1].is_eval)
        return err_set(err,
                       "%s is an evaluation and %s a run; compare two of a "
                       "kind",
                       c->sides[0].is_eval ? a : b,
                       c->sides[0].is_eval ? b : a);
    return find_pairs(c, err) != 0 ? -1 : test_pairs(c, err);
}

cJSON *diff_make(const char *a, const char *b, struct err *err)
{
    struct comparing c = {.npairs = 0};
    cJSON *o = NULL;

    if (compare(&c, a, b, err) == 0)
        o = describe(&c);
    free(c.pairs);
    free(c.adjusted);
    diff_side_release(&c.sides[0]);
    diff_side_release(&c.sides[1]);
    return o;
}
