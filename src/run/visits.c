/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A hash table from what records say to the graph's vertices; then one pass
 * over the store.
 */
#include "run/visits.h"
#include "base/json.h"
#include "base/names.h"
#include "run/files.h"

#include <stdlib.h>
#include <string.h>

static void sense_key(struct str *out, const char *slug, const char *trigger,
                      const char *sense)
{
    str_clear(out);
    str_addf(out, "s/%s/%s/%s", slug, trigger, sense);
}

static void leaf_key(struct str *out, enum vertex_type type, const char *text)
{
    str_clear(out);
    str_addf(out, "%d/%s", (int)type, text);
}

static int put(struct name **all, const struct str *key, int vertex,
               struct err *err)
{
    struct name *x = names_add(all, key->s, vertex, err);

    if (x == NULL)
        return -1;
    x->number = vertex; /* of twins the last */
    return 0;
}

static int find(const struct name *all, const struct str *key)
{
    const struct name *x = names_find(all, key->s);

    return x != NULL ? x->number : -1;
}

static int add_senses(struct name **all, const struct concepts *c,
                      struct str *key, struct err *err)
{
    const struct category *cats;
    size_t n = concepts_categories(c, &cats), i, k;
    struct neighbours senses, trigger;

    for (i = 0; i < n; i++) {
        senses = concepts_near(c, concepts_category_vertex(c, i), VERTEX_SENSE);
        for (k = 0; k < senses.n; k++) {
            trigger = concepts_near(c, senses.vertex[k], VERTEX_TRIGGER);
            sense_key(key, cats[i].slug, concepts_text(c, trigger.vertex[0]),
                      concepts_text(c, senses.vertex[k]));
            if (put(all, key, senses.vertex[k], err) != 0)
                return -1;
        }
    }
    return 0;
}

static int add_leaves(struct name **all, const struct concepts *c,
                      struct str *key, struct err *err)
{
    enum vertex_type type;
    size_t i;

    for (i = 0; i < concepts_count(c); i++) {
        type = concepts_type(c, (int)i);
        if (type != VERTEX_TASK && type != VERTEX_SETTING)
            continue;
        leaf_key(key, type, concepts_text(c, (int)i));
        if (put(all, key, (int)i, err) != 0)
            return -1;
    }
    return 0;
}

static void note(struct visits *v, int vertex, bool row)
{
    if (vertex < 0)
        return;
    v->tried[vertex]++;
    v->rows[vertex] += row;
}

static const char *or_empty(const char *s)
{
    return s != NULL ? s : "";
}

static void take(struct visits *v, const struct concepts *c, struct name *all,
                 const cJSON *record, bool row, struct str *key)
{
    const cJSON *path = json_object(record, "path");
    const char *setting = json_string(path, "setting");
    int sense;

    sense_key(key, or_empty(json_string(record, "category")),
              or_empty(json_string(path, "trigger")),
              or_empty(json_string(path, "sense")));
    sense = find(all, key);
    v->candidates++;
    v->accepted += row;
    if (sense < 0) {
        v->strangers++;
        return;
    }
    note(v, sense, row);
    note(v, concepts_near(c, sense, VERTEX_TRIGGER).vertex[0], row);
    note(v, concepts_near(c, sense, VERTEX_CATEGORY).vertex[0], row);
    leaf_key(key, VERTEX_TASK, or_empty(json_string(path, "task")));
    note(v, find(all, key), row);
    leaf_key(key, VERTEX_SETTING, or_empty(setting));
    note(v, find(all, key), row);
}

static int read_all(struct store *s, const struct concepts *c, struct name *all,
                    struct str *key, struct visits *v, struct err *err)
{
    struct store_cursor *cursor = store_read(s, err);
    struct decided d;
    int got = -1;

    if (cursor == NULL)
        return -1;
    while ((got = store_next(cursor, &d, err)) == 1) {
        cJSON *record = json_parse(d.record, strlen(d.record), NULL);

        take(v, c, all, record, files_is_row(&d), key);
        cJSON_Delete(record);
    }
    store_read_end(cursor);
    return got;
}

int visits_read(const char *folder, const struct concepts *c,
                struct visits *out, struct err *err)
{
    struct store *s = files_open_store(folder, err);
    struct name *all = NULL;
    struct str key;
    int failed = -1;

    memset(out, 0, sizeof(*out));
    if (s == NULL)
        return -1;
    str_init(&key, 1 << 20);
    out->tried = calloc(concepts_count(c) + 1, sizeof(*out->tried));
    out->rows = calloc(concepts_count(c) + 1, sizeof(*out->rows));
    if (out->tried == NULL || out->rows == NULL)
        err_nomem(err);
    else
        failed = add_senses(&all, c, &key, err) != 0 ||
                 add_leaves(&all, c, &key, err) != 0 ||
                 read_all(s, c, all, &key, out, err) != 0;
    names_free(&all);
    str_release(&key);
    store_close(s);
    if (failed)
        visits_release(out);
    return failed ? -1 : 0;
}

void visits_release(struct visits *v)
{
    free(v->tried);
    free(v->rows);
    memset(v, 0, sizeof(*v));
}
