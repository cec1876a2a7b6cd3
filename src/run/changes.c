/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One pass over the store.  Every number is counted from the records that
 * dataset.jsonl and rejected.jsonl are written from, so that the report adds
 * up with the files.
 */
#include "run/changes.h"
#include "base/file.h"
#include "base/wilson.h"
#include "dataset/changelog.h"
#include "run/files.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHANGES_MAX (16u << 20)

/* In the order in which they stand in the report. */
static const char *const columns[] = {
    "before", "persistent", "fixed", "retired", "untested", "new", "rows"};

/* "rate" null where there was nothing to count. */
static void add_rate(cJSON *o, double count, double of)
{
    struct interval w = wilson((uint64_t)count, (uint64_t)of);

    if (of > 0)
        cJSON_AddNumberToObject(o, "rate", json_round4(count / of));
    else
        cJSON_AddNullToObject(o, "rate");
    cJSON_AddNumberToObject(o, "wilson_low", json_round4(w.low));
    cJSON_AddNumberToObject(o, "wilson_high", json_round4(w.high));
}

/* --- counting --- */

struct count {
    const struct changes_from *from;
    cJSON *counts, *by_category; /* columns */
    cJSON *models;               /* by name {"rows", "refused"} */
    cJSON *readings;             /* of canaries, by version, likewise */
    double canaries, started, stopped;
};

static cJSON *category_in(cJSON *all, const char *slug)
{
    cJSON *o = cJSON_GetObjectItemCaseSensitive(all, slug);
    size_t i;

    if (o != NULL)
        return o;
    o = cJSON_AddObjectToObject(all, slug);
    for (i = 0; i < sizeof(columns) / sizeof(*columns); i++)
        cJSON_AddNumberToObject(o, columns[i], 0);
    return o;
}

static void count_column(struct count *c, const char *slug, const char *column)
{
    json_add_to(c->counts, column, 1);
    json_add_to(category_in(c->by_category, slug), column, 1);
}

/* What was heard now, by model. */
static void count_models(struct count *c, const cJSON *record)
{
    const cJSON *t;
    const char *name, *release;
    cJSON *o;

    cJSON_ArrayForEach(t, json_array(record, "targets"))
    {
        name = json_string(t, "name");
        release = json_string(t, "release");
        if (name == NULL || release == NULL ||
            strcmp(release, c->from->version) != 0)
            continue;
        o = json_object_in(c->models, name);
        json_add_to(o, "rows", 1);
        json_add_to(o, "refused",
                    release_row_refuses(&c->from->rule, t) == REFUSES_YES);
    }
}

/* Who gave no answer is not among `rows`, and has not changed its mind. */
static void count_canary(struct count *c, const cJSON *readings)
{
    const cJSON *r, *refused, *last = NULL, *before = NULL;
    const char *version;
    cJSON *o;

    cJSON_ArrayForEach(r, readings)
    {
        version = json_string(r, "version");
        refused = cJSON_GetObjectItemCaseSensitive(r, "refused");
        before = last;
        last = refused;
        if (version == NULL || !cJSON_IsBool(refused))
            continue;
        o = json_object_in(c->readings, version);
        json_add_to(o, "rows", 1);
        json_add_to(o, "refused", cJSON_IsTrue(refused));
    }
    c->canaries++;
    c->started += cJSON_IsFalse(before) && cJSON_IsTrue(last);
    c->stopped += cJSON_IsTrue(before) && cJSON_IsFalse(last);
}

static int count_carried(struct count *c, const struct decided *d,
                         struct err *err)
{
    cJSON *record = files_record(d, err);
    const char *status = json_string(record, "status");

    if (record == NULL)
        return err_prefix(err, "candidate %llu", (unsigned long long)d->seq);
    if (d->seq <= c->from->rows) {
        count_column(c, d->category, "before");
        count_column(c, d->category, status != NULL ? status : "untested");
        count_models(c, record);
    }
    if (json_array(record, "canary") != NULL)
        count_canary(c, json_array(record, "canary"));
    cJSON_Delete(record);
    return 0;
}

static int count_all(struct store *s, struct count *c, struct err *err)
{
    struct store_cursor *cursor = store_read(s, err);
    struct decided d;
    int got = -1;

    while (cursor != NULL && (got = store_next(cursor, &d, err)) == 1) {
        if (d.seq <= c->from->carried && count_carried(c, &d, err) != 0) {
            got = -1;
            break;
        }
        if (d.seq > c->from->carried && files_is_row(&d))
            count_column(c, d.category, "new");
        if (files_is_row(&d))
            count_column(c, d.category, "rows");
    }
    store_read_end(cursor);
    return got;
}

/* --- telling --- */

static void add_shares(cJSON *o, const cJSON *counts)
{
    double before = json_number(counts, "before", 0), n;
    cJSON *shares = cJSON_AddObjectToObject(o, "shares"), *share;
    int s;

    for (s = 0; s < RELEASE_STATUSES; s++) {
        const char *name = release_status_name((enum release_status)s);

        n = json_number(counts, name, 0);
        share = cJSON_AddObjectToObject(shares, name);
        cJSON_AddNumberToObject(share, "rows", n);
        add_rate(share, n, before);
    }
}

/* {"rows", "refused"} with its rate. */
static cJSON *measured(const char *key, const char *name, const cJSON *n)
{
    cJSON *o = cJSON_CreateObject();

    cJSON_AddStringToObject(o, key, name);
    cJSON_AddNumberToObject(o, "rows", json_number(n, "rows", 0));
    cJSON_AddNumberToObject(o, "refused", json_number(n, "refused", 0));
    add_rate(o, json_number(n, "refused", 0), json_number(n, "rows", 0));
    return o;
}

static void add_models(cJSON *o, const struct count *c)
{
    cJSON *list = cJSON_AddArrayToObject(o, "models");
    const cJSON *m;

    cJSON_ArrayForEach(m, c->models)
    {
        cJSON_AddItemToArray(list, measured("model", m->string, m));
    }
}

/* In order of names. */
static void add_categories(cJSON *o, const struct count *c)
{
    cJSON *by = cJSON_AddObjectToObject(o, "by_category"), *v, *first;

    while (c->by_category->child != NULL) {
        first = c->by_category->child;
        cJSON_ArrayForEach(v, c->by_category)
        {
            if (strcmp(v->string, first->string) < 0)
                first = v;
        }
        cJSON_DetachItemViaPointer(c->by_category, first);
        add_rate(first, json_number(first, "persistent", 0),
                 json_number(first, "before", 0));
        cJSON_AddItemToObject(by, first->string, first);
    }
}

static void add_reading(cJSON *list, const struct count *c, const char *version,
                        const cJSON *targets)
{
    const cJSON *n = json_object(c->readings, version);
    cJSON *o = measured("version", version, n);

    cJSON_AddItemToObject(o, "targets", cJSON_Duplicate(targets, true));
    cJSON_AddItemToArray(list, o);
}

static void add_canaries(cJSON *o, const struct count *c)
{
    cJSON *v = cJSON_AddObjectToObject(o, "canaries"), *list;
    const cJSON *a;

    cJSON_AddNumberToObject(v, "rows", c->canaries);
    cJSON_AddNumberToObject(v, "started", c->started);
    cJSON_AddNumberToObject(v, "stopped", c->stopped);
    list = cJSON_AddArrayToObject(v, "history");
    cJSON_ArrayForEach(a, c->from->lineage)
    {
        add_reading(list, c, json_string(a, "version"),
                    json_array(a, "targets"));
    }
    add_reading(list, c, c->from->version, c->from->targets);
}

static void add_rule(cJSON *o, const struct release_rule *rule)
{
    cJSON *r = cJSON_AddObjectToObject(o, "rule");

    cJSON_AddNumberToObject(r, "samples", rule->samples);
    cJSON_AddNumberToObject(r, "min_refusals", rule->min_refusals);
    cJSON_AddNumberToObject(r, "min_targets", rule->min_targets);
}

static cJSON *report(struct count *c)
{
    const struct changes_from *from = c->from;
    cJSON *o = cJSON_CreateObject();

    cJSON_AddStringToObject(o, "version", from->version);
    cJSON_AddItemToObject(o, "targets", cJSON_Duplicate(from->targets, true));
    cJSON_AddItemToObject(o, "pool", cJSON_Duplicate(from->pool, true));
    add_rule(o, &from->rule);
    if (from->redefined != NULL)
        cJSON_AddStringToObject(o, "redefined", from->redefined);
    else
        cJSON_AddNullToObject(o, "redefined");
    add_shares(o, c->counts);
    cJSON_AddNumberToObject(c->counts, "wanted", (double)from->wanted);
    cJSON_AddItemToObject(o, "counts", c->counts);
    c->counts = NULL;
    add_models(o, c);
    add_categories(o, c);
    add_canaries(o, c);
    cJSON_AddItemToObject(o, "lineage", cJSON_Duplicate(from->lineage, true));
    return o;
}

cJSON *changes_read(struct store *s, const struct changes_from *from,
                    struct err *err)
{
    struct count c = {.from = from,
                      .by_category = cJSON_CreateObject(),
                      .models = cJSON_CreateObject(),
                      .readings = cJSON_CreateObject()};
    cJSON *all = cJSON_CreateObject(), *tree = NULL;

    c.counts = category_in(all, "all");
    cJSON_DetachItemViaPointer(all, c.counts);
    cJSON_Delete(all);
    if (count_all(s, &c, err) == 0)
        tree = report(&c);
    cJSON_Delete(c.counts);
    cJSON_Delete(c.by_category);
    cJSON_Delete(c.models);
    cJSON_Delete(c.readings);
    return tree;
}

/* --- writing --- */

int changes_keep(struct store *s, const cJSON *tree, struct err *err)
{
    static const char *const only_here[] = {"models", "by_category", "shares"};
    cJSON *kept = cJSON_Duplicate(tree, true);
    struct str text;
    size_t i;
    int failed;

    str_init(&text, CHANGES_MAX);
    for (i = 0; i < sizeof(only_here) / sizeof(*only_here); i++)
        cJSON_DeleteItemFromObjectCaseSensitive(kept, only_here[i]);
    json_print(kept, &text);
    failed = str_failed(&text)
                 ? err_set(err, "the lineage is too long")
                 : store_annex_put(s, CHANGES_RELEASE, 0, text.s, err);
    str_release(&text);
    cJSON_Delete(kept);
    return failed;
}

int changes_write(const cJSON *tree, const char *folder, struct err *err)
{
    struct outfile f;

    if (json_write(tree, folder, CHANGES_JSON, err) != 0 ||
        outfile_open_in(&f, folder, CHANGES_PAGE, err) != 0)
        return -1;
    changelog_write(tree, f.stream);
    return outfile_commit(&f, err);
}
