/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Names of types come out of files, so their number is bounded: what comes
 * after the first JUDGING_TYPES goes into one more group.
 */
#include "run/scores.h"

#include <stdlib.h>
#include <string.h>
#include <uthash.h>

struct scores_type {
    UT_hash_handle hh;
    struct judging_group group;
    char *name;
};

static void group_init(struct judging_group *g)
{
    size_t j, t;

    for (j = 0; j < JUDGING_SEATS; j++)
        for (t = 0; t < KNOWN_TASKS; t++)
            g->c[j][t].classes = opinion_classes(t);
}

/* NULL when there is no memory. */
static struct judging_group *group_of(struct scores *s, const char *type)
{
    struct scores_type *t;

    if (HASH_COUNT(s->types) >= JUDGING_TYPES) {
        HASH_FIND_STR(s->types, type, t);
        type = t != NULL ? type : "(other types)";
    }
    HASH_FIND_STR(s->types, type, t);
    if (t != NULL)
        return &t->group;
    t = calloc(1, sizeof(*t));
    if (t == NULL || (t->name = strdup(type)) == NULL) {
        free(t);
        return NULL;
    }
    group_init(&t->group);
    t->group.type = t->name;
    HASH_ADD_KEYPTR(hh, s->types, t->name, strlen(t->name), t);
    return &t->group;
}

int scores_init(struct scores *s, struct err *err)
{
    memset(s, 0, sizeof(*s));
    group_init(&s->all);
    s->all.type = "all";
    s->listed = calloc(JUDGING_TYPES + 1, sizeof(struct judging_group *));
    return s->listed != NULL ? 0 : err_nomem(err);
}

void scores_release(struct scores *s)
{
    struct scores_type *t, *after;

    HASH_ITER(hh, s->types, t, after)
    {
        HASH_DEL(s->types, t);
        free(t->name);
        free(t);
    }
    free(s->listed);
}

static void count(struct judging_group *g, const struct jury *y,
                  const int *truth, const struct opinion *opinions)
{
    size_t i, t;

    for (t = 0; t < KNOWN_TASKS; t++) {
        if (truth[t] < 0)
            continue;
        g->rows[t]++;
        for (i = 0; i < y->n; i++)
            if (y->about[i].can[t])
                confusion_add(&g->c[i][t], (size_t)truth[t],
                              opinions[i].said[t]);
    }
}

int scores_add(struct scores *s, const char *type, const struct jury *y,
               const int *truth, const struct opinion *opinions,
               struct err *err)
{
    struct judging_group *g = group_of(s, type != NULL ? type : "(none)");

    if (g == NULL)
        return err_nomem(err);
    count(&s->all, y, truth, opinions);
    count(g, y, truth, opinions);
    return 0;
}

static int by_name(const struct scores_type *a, const struct scores_type *b)
{
    return strcmp(a->name, b->name);
}

void scores_list(struct scores *s)
{
    struct scores_type *t;
    size_t n = 0;

    HASH_SORT(s->types, by_name);
    for (t = s->types; t != NULL; t = t->hh.next)
        s->listed[n++] = &t->group;
}

size_t scores_types(const struct scores *s)
{
    return HASH_COUNT(s->types);
}
