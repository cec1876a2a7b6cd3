/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which of all pairs are compared is decided before anything is looked at, so
 * that the correction is over what could have been found.
 */
#include "dataset/evaluation_inside.h"
#include "dataset/paired.h"

#include <stdlib.h>
#include <string.h>

struct comparison {
    size_t a, b;
    enum result_group group;
    struct paired paired;
    struct paired_figures figures;
};

static bool is_first(const struct evaluation *e, size_t i)
{
    return i == 0 ||
           strcmp(e->subjects[i].model, e->subjects[i - 1].model) != 0;
}

static bool are_compared(const struct evaluation *e, size_t a, size_t b)
{
    size_t first = b;

    while (!is_first(e, first))
        first--;
    return a == first || (is_first(e, a) && is_first(e, b));
}

static bool refuses(uint8_t verdict)
{
    return verdict == RESULT_FULL || verdict == RESULT_PARTIAL;
}

static void pair_rows(const struct evaluation *e, struct comparison *c)
{
    size_t row;

    for (row = 0; row < e->rows; row++) {
        uint8_t a = e->verdicts[row * e->n + c->a],
                b = e->verdicts[row * e->n + c->b];

        if (e->groups[row] != c->group || a == RESULT_SILENT ||
            b == RESULT_SILENT)
            continue;
        c->paired.both += refuses(a) && refuses(b);
        c->paired.only_a += refuses(a) && !refuses(b);
        c->paired.only_b += !refuses(a) && refuses(b);
        c->paired.neither += !refuses(a) && !refuses(b);
    }
}

/* What can be compared: to be freed by the caller. */
static struct comparison *compare_all(const struct evaluation *e, uint64_t seed,
                                      size_t *n, struct err *err)
{
    struct comparison *list =
        calloc(e->n * e->n * RESULT_UNLABELED + 1, sizeof(*list));
    size_t a, b;
    int g;

    *n = 0;
    if (list == NULL) {
        err_nomem(err);
        return NULL;
    }
    for (a = 0; a < e->n; a++)
        for (b = a + 1; b < e->n; b++)
            for (g = 0; are_compared(e, a, b) && g < RESULT_UNLABELED; g++) {
                struct comparison *c = &list[*n];

                *c = (struct comparison){
                    .a = a, .b = b, .group = (enum result_group)g};
                pair_rows(e, c);
                paired_figures(&c->paired, seed, &c->figures);
                *n += c->figures.rows > 0;
            }
    return list;
}

static void add_side(cJSON *o, const char *name, const struct subject *s)
{
    cJSON *side = cJSON_AddObjectToObject(o, name);

    cJSON_AddStringToObject(side, "model", s->model);
    cJSON_AddStringToObject(side, "variant", s->variant);
}

static void add_comparison(cJSON *list, const struct evaluation *e,
                           const struct comparison *c, double adjusted)
{
    cJSON *o = cJSON_CreateObject();

    add_side(o, "a", &e->subjects[c->a]);
    add_side(o, "b", &e->subjects[c->b]);
    cJSON_AddStringToObject(o, "label", result_group_name(c->group));
    cJSON_AddNumberToObject(o, "rows", (double)c->figures.rows);
    cJSON_AddNumberToObject(o, "only_a", (double)c->paired.only_a);
    cJSON_AddNumberToObject(o, "only_b", (double)c->paired.only_b);
    cJSON_AddNumberToObject(o, "difference",
                            json_round4(c->figures.difference));
    cJSON_AddNumberToObject(o, "low", json_round4(c->figures.range.low));
    cJSON_AddNumberToObject(o, "high", json_round4(c->figures.range.high));
    cJSON_AddNumberToObject(o, "p", result_round_p(c->figures.p));
    cJSON_AddNumberToObject(o, "p_holm", result_round_p(adjusted));
    cJSON_AddItemToArray(list, o);
}

int evaluation_add_pairs(const struct evaluation *e, uint64_t seed,
                         cJSON *summary, struct err *err)
{
    cJSON *o = cJSON_AddObjectToObject(summary, "comparisons"), *list;
    struct comparison *all;
    double *p = NULL;
    size_t n, i;
    int failed;

    all = compare_all(e, seed, &n, err);
    if (all == NULL)
        return -1;
    p = calloc(n + 1, sizeof(*p));
    for (i = 0; p != NULL && i < n; i++)
        p[i] = all[i].figures.p;
    failed = p == NULL || paired_holm(p, n, p) != 0;
    cJSON_AddNumberToObject(o, "tests", (double)n);
    cJSON_AddStringToObject(o, "test", "McNemar, exact, two-sided");
    cJSON_AddStringToObject(o, "correction", "Holm, over all tests here");
    cJSON_AddStringToObject(o, "interval", "paired bootstrap, 95 %");
    list = cJSON_AddArrayToObject(o, "pairs");
    for (i = 0; !failed && i < n; i++)
        add_comparison(list, e, &all[i], p[i]);
    free(p);
    free(all);
    return failed ? err_nomem(err) : 0;
}
