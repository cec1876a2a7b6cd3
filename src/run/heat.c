/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The tree is JSON from the start: it is written, read by another run, and
 * walked by name, and a category has some twenty triggers, so finding a
 * member by going through them is quick enough.
 *
 * A learned.json is a file like any other: what is not a count in it counts
 * as none.
 */
#include "run/heat.h"
#include "base/file.h"
#include "base/hash.h"
#include "run/files.h"
#include "run/inspect.h"
#include "run/release.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define COUNTS     6
#define TREE_BYTES (256u << 20)

/* --- counts --- */

static void add_counts(cJSON *node, const double by[COUNTS])
{
    cJSON *n = cJSON_GetObjectItemCaseSensitive(node, "n"), *v;
    int i;

    if (n == NULL) {
        n = cJSON_AddArrayToObject(node, "n");
        for (i = 0; i < COUNTS; i++)
            cJSON_AddItemToArray(n, cJSON_CreateNumber(0));
    }
    i = 0;
    cJSON_ArrayForEach(v, n)
    {
        cJSON_SetNumberValue(v, v->valuedouble + by[i++]);
    }
}

struct heat_count heat_count(const cJSON *node)
{
    const cJSON *v;
    double n[COUNTS] = {0};
    int i = 0;

    cJSON_ArrayForEach(v, json_array(node, "n"))
    {
        if (i < COUNTS && cJSON_IsNumber(v) && v->valuedouble >= 0 &&
            v->valuedouble < 1e15)
            n[i] = v->valuedouble;
        i++;
    }
    return (struct heat_count){n[0], fmin(n[1], n[0]), fmin(n[2], n[0]), n[3],
                               n[4], fmin(n[5], n[4])};
}

/* The node called `name` among the children of this kind. */
static cJSON *child(cJSON *node, const char *kind, const char *name,
                    const double by[COUNTS])
{
    cJSON *c = json_object_in(json_object_in(node, kind), name);

    add_counts(c, by);
    return c;
}

/* --- from the store --- */

/* One prompt's answers, as the record and the trail have them. */
static void count_prompt(const cJSON *holder, size_t target, double enough,
                         double by[COUNTS])
{
    const cJSON *t =
        cJSON_GetArrayItem(json_array(holder, "targets"), (int)target);

    if (json_number(t, "samples", 0) <= 0)
        return;
    by[4]++;
    by[5] += json_number(t, "refusals", 0) >= enough;
}

static double calls_of(const char *usage)
{
    cJSON *o = json_parse(usage, strlen(usage), NULL), *agent;
    double calls = 0;

    cJSON_ArrayForEach(agent, o)
    {
        calls += cJSON_GetNumberValue(cJSON_GetArrayItem(agent, 0));
    }
    cJSON_Delete(o);
    return calls;
}

static void add_path(cJSON *tree, const char *category, const cJSON *path,
                     const double by[COUNTS])
{
    const char *trigger = json_string(path, "trigger");
    const char *sense = json_string(path, "sense");
    const char *task = json_string(path, "task");
    const char *setting = json_string(path, "setting");
    cJSON *node;

    add_counts(tree, by);
    node = child(tree, "categories", category, by);
    if (trigger == NULL || sense == NULL || task == NULL)
        return;
    node = child(node, "triggers", trigger, by);
    node = child(node, "senses", sense, by);
    child(node, "tasks", task, by);
    if (setting != NULL)
        child(node, "settings", setting, by);
}

/* What the run was told. */
struct told {
    double enough;  /* refusals */
    double tested;  /* of a refresh: the rows before, its first candidates */
    double carried; /* with those that had left before, which come next */
    const char *target; /* the tree's */
};

/* A candidate that the run made. */
static void count_made(const struct decided *d, const cJSON *record,
                       size_t target, double enough, double by[COUNTS])
{
    cJSON *trail = NULL, *round;

    by[0] = 1;
    by[1] = files_is_row(d);
    by[2] = strcmp(d->reason, "near_duplicate") == 0;
    by[3] = calls_of(d->usage);
    if (d->trail != NULL && *d->trail != '\0')
        trail = json_parse(d->trail, strlen(d->trail), NULL);
    cJSON_ArrayForEach(round, trail)
    {
        count_prompt(round, target, enough, by);
    }
    count_prompt(record, target, enough, by);
    cJSON_Delete(trail);
}

static bool has_status(const cJSON *record, enum release_status status)
{
    const char *s = json_string(record, "status");

    return s != NULL && strcmp(s, release_status_name(status)) == 0;
}

/* A row that was tested again: what the target says of it now, if anything.
 * Where it said nothing, an earlier one's answers stand in its place. */
static void count_tested(const cJSON *record, size_t target,
                         const struct told *told, double by[COUNTS])
{
    const char *name = json_string(
        cJSON_GetArrayItem(json_array(record, "targets"), (int)target),
        "model");

    assert(told->target != NULL);
    if (name != NULL && strcmp(name, told->target) == 0 &&
        !has_status(record, RELEASE_UNTESTED))
        count_prompt(record, target, told->enough, by);
}

static int add_candidate(cJSON *tree, const struct decided *d, size_t target,
                         const struct told *told, bool tests, struct err *err)
{
    cJSON *record = files_record(d, err);
    double by[COUNTS] = {0};

    if (record == NULL)
        return -1;
    if ((double)d->seq > told->carried)
        count_made(d, record, target, told->enough, by);
    else if ((double)d->seq <= told->tested)
        count_tested(record, target, told, by);
    if (tests) {
        by[0] = !has_status(record, RELEASE_UNTESTED);
        by[1] = has_status(record, RELEASE_PERSISTENT);
    }
    if (by[0] > 0 || by[4] > 0)
        add_path(tree, d->category, json_object(record, "path"), by);
    cJSON_Delete(record);
    return 0;
}

/* The tree's head is the graph's hash and the target's name. */
static int read_config(struct store *s, size_t target, cJSON *tree,
                       struct told *told, struct err *err)
{
    struct str text;
    const cJSON *name, *refreshes;
    cJSON *config;
    int got;

    str_init(&text, 1 << 20);
    got = store_get(s, "config", &text, err);
    config = got == 1 ? inspect_config(text.s, err) : NULL;
    str_release(&text);
    if (got == 0)
        return err_set(err, "the store holds no run");
    if (config == NULL)
        return -1;
    told->enough = json_number(config, "min_refusals", 1);
    refreshes = json_object(config, "refreshes");
    told->tested = json_number(refreshes, "rows", 0);
    told->carried = told->tested + json_number(refreshes, "left_before", 0);
    name = cJSON_GetArrayItem(json_array(config, "targets"), (int)target);
    got = cJSON_IsString(name)
              ? 0
              : err_set(err, "the run has no target number %zu", target + 1);
    if (got == 0) {
        cJSON_AddStringToObject(tree, "target", name->valuestring);
        if (json_string(config, "graph") != NULL)
            cJSON_AddStringToObject(tree, "graph",
                                    json_string(config, "graph"));
        told->target = json_string(tree, "target");
        if (told->target == NULL)
            got = err_nomem(err);
    }
    cJSON_Delete(config);
    return got;
}

static cJSON *read_tree(struct store *s, size_t target, bool tests,
                        struct err *err)
{
    static const double nothing[COUNTS] = {0};
    cJSON *tree = cJSON_CreateObject();
    struct store_cursor *c = NULL;
    struct told told = {.enough = 1};
    struct decided d;
    int got = -1;

    if (read_config(s, target, tree, &told, err) == 0)
        c = store_read(s, err);
    add_counts(tree, nothing);
    json_object_in(tree, "categories");
    while (c != NULL && (got = store_next(c, &d, err)) == 1 &&
           (!tests || (double)d.seq <= told.tested))
        if (add_candidate(tree, &d, target, &told, tests, err) != 0) {
            got = -1;
            break;
        }
    store_read_end(c);
    if (got < 0) {
        cJSON_Delete(tree);
        return NULL;
    }
    return tree;
}

cJSON *heat_read(struct store *s, size_t target, struct err *err)
{
    return read_tree(s, target, false, err);
}

cJSON *heat_read_tests(struct store *s, size_t target, struct err *err)
{
    return read_tree(s, target, true, err);
}

/* --- the file --- */

int heat_write(struct store *s, const char *folder, struct err *err)
{
    cJSON *tree = heat_read(s, 0, err);
    char *path = file_join(folder, HEAT_FILE);
    struct outfile f;
    struct str text;
    int failed = -1;

    str_init(&text, TREE_BYTES);
    if (tree != NULL)
        json_print(tree, &text);
    if (tree != NULL && path == NULL)
        err_nomem(err);
    else if (tree != NULL && str_failed(&text))
        err_set(err, "what was learned does not fit into %s", HEAT_FILE);
    else if (tree != NULL && outfile_open(&f, path, err) == 0) {
        fprintf(f.stream, "%s\n", text.s);
        failed = outfile_commit(&f, err);
    }
    str_release(&text);
    free(path);
    cJSON_Delete(tree);
    return failed;
}

cJSON *heat_load(const char *folder, struct hash128 *hash, struct err *err)
{
    char *path = file_join(folder, HEAT_FILE);
    struct str text;
    cJSON *tree = NULL;

    if (path == NULL) {
        err_nomem(err);
        return NULL;
    }
    str_init(&text, TREE_BYTES);
    if (!file_exists(path) && !file_is_hidden(path, err))
        err_set(err,
                "%s is no run that learned anything: there is no %s in it; "
                "name the --out folder of an earlier run",
                folder, HEAT_FILE);
    else if (file_exists(path) && file_read(path, &text, err) == 0)
        tree = json_parse(text.s, text.len, err);
    if (tree != NULL && json_object(tree, "categories") == NULL) {
        err_set(err, "%s is not what a run learned", path);
        cJSON_Delete(tree);
        tree = NULL;
    }
    *hash = hash_bytes(text.s, text.len);
    str_release(&text);
    free(path);
    return tree;
}

/* --- onto a graph --- */

static void add_to(struct heat_count *to, const cJSON *node)
{
    struct heat_count n = heat_count(node);

    to->candidates += n.candidates;
    to->rows += n.rows;
    to->duplicates += n.duplicates;
    to->calls += n.calls;
    to->prompts += n.prompts;
    to->refused += n.refused;
}

/* The neighbour with this text, or -1. */
static int named(const struct concepts *c, struct neighbours near,
                 const char *text)
{
    size_t i;

    for (i = 0; i < near.n; i++)
        if (strcmp(concepts_text(c, near.vertex[i]), text) == 0)
            return near.vertex[i];
    return -1;
}

static void place_leaves(const cJSON *leaves, const struct concepts *c,
                         int sense, enum vertex_type type,
                         struct heat_count out[])
{
    const cJSON *leaf;
    int v;

    cJSON_ArrayForEach(leaf, leaves)
    {
        v = named(c, concepts_near(c, sense, type), leaf->string);
        if (v >= 0)
            add_to(&out[v], leaf);
    }
}

static int sense_named(const struct concepts *c, int trigger, size_t category,
                       const char *text)
{
    struct neighbours near = concepts_near(c, trigger, VERTEX_SENSE);
    size_t i;

    for (i = 0; i < near.n; i++)
        if (concepts_sense_category(c, near.vertex[i]) == category &&
            strcmp(concepts_text(c, near.vertex[i]), text) == 0)
            return near.vertex[i];
    return -1;
}

static double place_trigger(const cJSON *node, const struct concepts *c,
                            size_t category, int trigger,
                            struct heat_count out[])
{
    double strangers = 0;
    const cJSON *sense;
    int v;

    add_to(&out[trigger], node);
    cJSON_ArrayForEach(sense, json_object(node, "senses"))
    {
        v = sense_named(c, trigger, category, sense->string);
        if (v < 0) {
            strangers += heat_count(sense).candidates;
            continue;
        }
        add_to(&out[v], sense);
        place_leaves(json_object(sense, "tasks"), c, v, VERTEX_TASK, out);
        place_leaves(json_object(sense, "settings"), c, v, VERTEX_SETTING, out);
    }
    return strangers;
}

static double place_category(const cJSON *node, const struct concepts *c,
                             size_t category, struct heat_count out[])
{
    int at = concepts_category_vertex(c, category), v;
    double strangers = 0;
    const cJSON *trigger;

    add_to(&out[at], node);
    cJSON_ArrayForEach(trigger, json_object(node, "triggers"))
    {
        v = named(c, concepts_near(c, at, VERTEX_TRIGGER), trigger->string);
        if (v < 0)
            strangers += heat_count(trigger).candidates;
        else
            strangers += place_trigger(trigger, c, category, v, out);
    }
    return strangers;
}

double heat_place(const cJSON *tree, const struct concepts *c,
                  struct heat_count out[])
{
    const struct category *cats;
    size_t n = concepts_categories(c, &cats), i;
    double strangers = 0;
    const cJSON *node;

    memset(out, 0, concepts_count(c) * sizeof(*out));
    cJSON_ArrayForEach(node, json_object(tree, "categories"))
    {
        for (i = 0; i < n; i++)
            if (strcmp(cats[i].slug, node->string) == 0)
                break;
        if (i == n)
            strangers += heat_count(node).candidates;
        else
            strangers += place_category(node, c, i, out);
    }
    return strangers;
}
