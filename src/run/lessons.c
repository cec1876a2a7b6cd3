/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The store holds them as one JSON text, which is net_learned()'s own form.
 */
#include "run/lessons.h"
#include "base/json.h"
#include "base/str.h"

#define LESSONS_KEY "lessons" /* in the store */
#define LESSONS_MAX (1u << 20)

int lessons_recall(struct store *store, struct net *net, struct err *err)
{
    struct str json;
    cJSON *learned;
    int got;

    str_init(&json, LESSONS_MAX);
    got = store_get(store, LESSONS_KEY, &json, err);
    learned = got == 1 ? json_parse(json.s, json.len, err) : NULL;
    str_release(&json);
    if (learned != NULL)
        net_recall(net, learned);
    cJSON_Delete(learned);
    return got < 0 || (got == 1 && learned == NULL) ? -1 : 0;
}

int lessons_keep(struct store *store, const struct net *net, struct err *err)
{
    cJSON *learned = net_learned(net);
    struct str json;
    int failed;

    str_init(&json, LESSONS_MAX);
    json_print(learned, &json);
    cJSON_Delete(learned);
    failed = store_set(store, LESSONS_KEY, json.s, err);
    str_release(&json);
    return failed;
}
