/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From the files of a folder to figures.  What a run's manifest says is passed
 * on as it is; what learned.json has as counts becomes rates here, so that the
 * page has no statistics of its own.
 */
#include "run/overview.h"
#include "base/file.h"
#include "base/wilson.h"
#include "run/eval.h"
#include "run/files.h"
#include "run/heat_spot.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SUMMARY_MAX (64u << 20)

/* Of manifest.json, what the page shows. */
static const char *const members[] = {
    "run",   "created",    "config",    "models", "counts", "calls",
    "panel", "first_look", "diversity", "paid",   "cost",   "audit",
};

static void add_share(cJSON *o, double n, double of)
{
    struct interval w = wilson((uint64_t)n, (uint64_t)of);

    cJSON_AddNumberToObject(o, "n", n);
    cJSON_AddNumberToObject(o, "of", of);
    if (of > 0) {
        cJSON_AddNumberToObject(o, "rate", json_round4(n / of));
        cJSON_AddNumberToObject(o, "low", json_round4(w.low));
        cJSON_AddNumberToObject(o, "high", json_round4(w.high));
    } else {
        cJSON_AddNullToObject(o, "rate");
        cJSON_AddNullToObject(o, "low");
        cJSON_AddNullToObject(o, "high");
    }
}

/* --- what the target refused --- */

static int by_posterior(const void *a, const void *b)
{
    const struct heat_spot *x = a, *y = b;
    int order = heat_spot_order(x, y);

    return order != 0 || x->trigger == NULL ? order
                                            : strcmp(x->trigger, y->trigger);
}

/* The children that prompts were about, sorted; the caller frees them. */
static struct heat_spot *gather(const struct heat_spot *above,
                                const char *children, size_t *n)
{
    const cJSON *list = json_object(above->node, children), *child;
    struct heat_spot *spots =
        calloc((size_t)cJSON_GetArraySize(list) + 1, sizeof(*spots));

    *n = 0;
    if (spots == NULL)
        return NULL;
    cJSON_ArrayForEach(child, list)
    {
        spots[*n] = heat_spot_below(above, child);
        *n += spots[*n].n.prompts > 0;
    }
    qsort(spots, *n, sizeof(*spots), by_posterior);
    return spots;
}

static int add_triggers(cJSON *category, const struct heat_spot *above)
{
    cJSON *list = cJSON_AddArrayToObject(category, "triggers"), *t;
    size_t n, i;
    struct heat_spot *s = gather(above, "triggers", &n);

    if (s == NULL)
        return -1;
    for (i = 0; i < n; i++) {
        t = cJSON_CreateArray();
        cJSON_AddItemToArray(t, cJSON_CreateString(s[i].trigger));
        cJSON_AddItemToArray(t, cJSON_CreateNumber(s[i].n.prompts));
        cJSON_AddItemToArray(t, cJSON_CreateNumber(s[i].n.refused));
        cJSON_AddItemToArray(t,
                             cJSON_CreateNumber(json_round4(s[i].posterior)));
        cJSON_AddItemToArray(list, t);
    }
    free(s);
    return 0;
}

static int add_categories(cJSON *refusal, const struct heat_spot *all)
{
    cJSON *list = cJSON_AddArrayToObject(refusal, "categories"), *c;
    size_t n, i;
    struct heat_spot *s = gather(all, "categories", &n);
    int failed = s == NULL;

    for (i = 0; !failed && i < n; i++) {
        c = cJSON_CreateObject();
        cJSON_AddItemToArray(list, c);
        cJSON_AddStringToObject(c, "name", s[i].category);
        add_share(c, s[i].n.refused, s[i].n.prompts);
        cJSON_AddNumberToObject(c, "posterior", json_round4(s[i].posterior));
        failed = add_triggers(c, &s[i]) != 0;
    }
    free(s);
    return failed ? -1 : 0;
}

static int add_refusal(cJSON *o, const char *folder, struct err *err)
{
    char *path = file_join(folder, HEAT_FILE);
    bool is_there = path != NULL && file_exists(path);
    struct heat_spot all;
    struct hash128 hash;
    const char *target;
    cJSON *tree, *refusal;
    int failed;

    free(path);
    if (!is_there) {
        cJSON_AddNullToObject(o, "refusal");
        return 0;
    }
    tree = heat_load(folder, &hash, err);
    if (tree == NULL)
        return -1;
    all = heat_spot_all(tree);
    target = json_string(tree, "target");
    refusal = cJSON_AddObjectToObject(o, "refusal");
    cJSON_AddStringToObject(refusal, "target", target != NULL ? target : "");
    add_share(refusal, all.n.refused, all.n.prompts);
    failed = add_categories(refusal, &all);
    cJSON_Delete(tree);
    return failed ? err_nomem(err) : 0;
}

/* --- the document --- */

static int add_run(cJSON *o, const char *folder, struct err *err)
{
    cJSON *manifest = files_read_manifest(folder, err), *to, *v;
    const cJSON *counts;
    size_t i;

    if (manifest == NULL)
        return -1;
    counts = json_object(manifest, "counts");
    cJSON_AddBoolToObject(o, "complete", json_bool(manifest, "complete", true));
    v = cJSON_AddObjectToObject(o, "yield");
    add_share(v, fmax(0, json_number(counts, "accepted", 0)),
              fmax(0, json_number(counts, "candidates", 0)));
    to = cJSON_AddObjectToObject(o, "manifest");
    for (i = 0; i < sizeof(members) / sizeof(*members); i++) {
        v = cJSON_DetachItemFromObjectCaseSensitive(manifest, members[i]);
        if (v != NULL)
            cJSON_AddItemToObject(to, members[i], v);
    }
    cJSON_Delete(manifest);
    return add_refusal(o, folder, err);
}

static int add_eval(cJSON *o, const char *folder, struct err *err)
{
    char *path = file_join(folder, EVAL_SUMMARY);
    cJSON *summary = NULL;
    struct str text;

    str_init(&text, SUMMARY_MAX);
    if (path == NULL) {
        err_nomem(err);
    } else if (file_read(path, &text, err) == 0) {
        summary = json_parse(text.s, text.len, err);
        if (summary == NULL)
            err_prefix(err, "%s", path);
        else if (json_array(summary, "results") == NULL) {
            err_set(err,
                    "%s has no \"results\": it is no summary of \"phgen "
                    "eval\"",
                    path);
            cJSON_Delete(summary);
            summary = NULL;
        }
    }
    str_release(&text);
    free(path);
    if (summary == NULL)
        return -1;
    cJSON_AddItemToObject(o, "summary", summary);
    return 0;
}

/* 1, 0, or -1 when the folder cannot be looked into. */
static int has(const char *folder, const char *name, struct err *err)
{
    char *path = file_join(folder, name);
    int got = path != NULL ? file_exists(path) : err_nomem(err);

    if (got == 0 && file_is_hidden(path, err))
        got = -1;
    free(path);
    return got;
}

int overview_kind(const char *folder, enum overview_kind *kind, struct err *err)
{
    int eval = has(folder, EVAL_SUMMARY, err),
        run = eval == 0 ? has(folder, FILES_MANIFEST, err) : 0;

    if (eval < 0 || run < 0)
        return -1;
    *kind = eval ? OVERVIEW_EVAL : OVERVIEW_RUN;
    if (!eval && !run)
        return err_set(err,
                       "%s is neither a run nor an evaluation: there is no "
                       "%s and no %s in it; name the --out folder of \"phgen "
                       "generate\" or \"phgen eval\", finished",
                       folder, FILES_MANIFEST, EVAL_SUMMARY);
    return 0;
}

/* The last part of the path; "." and ".." stay what they are. */
static void add_name(cJSON *o, const char *folder)
{
    size_t end = strlen(folder), start;
    char *name;

    while (end > 1 && folder[end - 1] == '/')
        end--;
    start = end;
    while (start > 0 && folder[start - 1] != '/')
        start--;
    name = str_dup(folder + start, end - start);
    cJSON_AddStringToObject(o, "name", name != NULL ? name : folder);
    free(name);
}

cJSON *overview_read(const char *folder, struct err *err)
{
    enum overview_kind kind;
    cJSON *o;

    if (overview_kind(folder, &kind, err) != 0)
        return NULL;
    o = cJSON_CreateObject();
    cJSON_AddStringToObject(o, "kind", kind == OVERVIEW_RUN ? "run" : "eval");
    add_name(o, folder);
    if ((kind == OVERVIEW_RUN ? add_run(o, folder, err)
                              : add_eval(o, folder, err)) == 0)
        return o;
    cJSON_Delete(o);
    return NULL;
}
