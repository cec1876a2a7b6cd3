/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An index of the first split's prompts, and for each trigger a bit a split
 * that has it.
 */
#include "run/export_leaks.h"
#include "base/names.h"
#include "dedup/dedup.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define NEAR 0.5 /* what counts as a leak */

struct export_leaks {
    struct dedup *first; /* split; ids are not looked at */
    struct name *triggers;
    uint64_t near[EXPORT_SPLITS_MAX];
    double highest[EXPORT_SPLITS_MAX];
};

struct export_leaks *export_leaks_new(struct err *err)
{
    struct export_leaks *l = calloc(1, sizeof(*l));
    struct dedup_options like = DEDUP_DEFAULTS;

    if (l == NULL) {
        err_nomem(err);
        return NULL;
    }
    like.threshold = NEAR;
    like.index = DEDUP_EXACT;
    l->first = dedup_new(&like, err);
    if (l->first != NULL)
        return l;
    free(l);
    return NULL;
}

void export_leaks_free(struct export_leaks *l)
{
    if (l == NULL)
        return;
    dedup_free(l->first);
    names_free(&l->triggers);
    free(l);
}

int export_leaks_learn(struct export_leaks *l, const struct export_row *row,
                       size_t split, struct err *err)
{
    struct name *t;

    if (row->trigger != NULL) {
        t = names_add(&l->triggers, row->trigger, 0, err);
        if (t == NULL)
            return -1;
        t->number |= 1 << split;
    }
    return split > 0
               ? 0
               : dedup_add(l->first, 0, row->prompt, strlen(row->prompt), err);
}

void export_leaks_look(struct export_leaks *l, const struct export_row *row,
                       size_t split)
{
    struct dedup_hit hit;

    if (split == 0 || !dedup_find(l->first, row->prompt, strlen(row->prompt),
                                  UINT64_MAX, &hit))
        return;
    l->near[split]++;
    if (hit.similarity > l->highest[split])
        l->highest[split] = hit.similarity;
}

static uint64_t shared_triggers(const struct export_leaks *l, size_t split)
{
    const struct name *t;
    uint64_t n = 0;

    for (t = l->triggers; t != NULL; t = t->hh.next)
        n += (t->number & 1) && (t->number >> split & 1);
    return n;
}

cJSON *export_leaks_report(const struct export_leaks *l,
                           const struct export_job *job)
{
    cJSON *list = cJSON_CreateArray(), *o;
    size_t s;

    for (s = 1; s < job->nsplits; s++) {
        o = cJSON_CreateObject();
        cJSON_AddStringToObject(o, "split", job->splits[s].name);
        cJSON_AddNumberToObject(o, "near", (double)l->near[s]);
        cJSON_AddNumberToObject(o, "highest", json_round4(l->highest[s]));
        cJSON_AddNumberToObject(o, "shared_triggers",
                                (double)shared_triggers(l, s));
        cJSON_AddItemToArray(list, o);
    }
    return list;
}
