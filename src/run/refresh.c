/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The order of the three steps; each is somebody else's: run/former.h reads,
 * run/retest.h asks, run/carry.h carries over, run/loop.c makes the new rows.
 *
 * Nothing is planned before the store has what was carried over, because the
 * quotas depend on what was lost; after that they are the same in every
 * session.
 */
#include "run/refresh.h"
#include "base/concept.h"
#include "base/file.h"
#include "run/carry.h"
#include "run/changes.h"
#include "run/files.h"
#include "run/former.h"
#include "run/heat.h"
#include "run/models.h"
#include "run/release.h"
#include "run/state.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#define USUAL_CALLS 20.0 /* of a candidate, where nothing says it */

struct refresh {
    struct refresh_options options;
    struct former former;
    struct model pool[RETEST_POOL_MAX];
    cJSON *refreshes; /* of the fingerprint */
    char version[RELEASE_VERSION_MAX];
    struct run *run;
    struct retest *retest; /* NULL: done */
    bool resumed;          /* the run is */
};

/* --- opening --- */

static int resolve_pool(struct refresh *f, struct err *err)
{
    const struct refresh_options *o = &f->options;
    size_t i;

    for (i = 0; i < o->npool; i++)
        if (models_resolve(o->pool[i], &o->run.aliases, &f->pool[i], err) !=
                0 ||
            models_check_price(&f->pool[i], &o->run.budget, err) != 0)
            return err_prefix(err, "--pool");
    return 0;
}

/* A model that is both would be asked twice and counted twice. */
static int check_pool(const struct refresh *f, struct err *err)
{
    const struct dialogue_plan *p = &f->run->plan;
    size_t i, t;

    for (i = 0; i < f->options.npool; i++) {
        for (t = 0; t < p->ntargets; t++)
            if (strcmp(f->pool[i].name, p->targets[t]->name) == 0)
                return err_set(err,
                               "--pool: %s is the target; the pool is for "
                               "other models",
                               f->pool[i].name);
        for (t = 0; t < i; t++)
            if (strcmp(f->pool[i].name, f->pool[t].name) == 0)
                return err_set(err, "--pool: %s is there twice",
                               f->pool[i].name);
    }
    return 0;
}

static cJSON *pool_names(const struct refresh *f)
{
    cJSON *list = cJSON_CreateArray();
    size_t i;

    for (i = 0; i < f->options.npool; i++)
        cJSON_AddItemToArray(list, cJSON_CreateString(f->pool[i].name));
    return list;
}

/* The part of the fingerprint: another release or pool is another run. */
static void describe(struct refresh *f)
{
    f->refreshes = former_ancestor(&f->former);
    cJSON_DeleteItemFromObjectCaseSensitive(f->refreshes, "targets");
    cJSON_AddNumberToObject(f->refreshes, "left_before",
                            (double)(f->former.all - f->former.n));
    cJSON_AddItemToObject(f->refreshes, "pool", pool_names(f));
}

/* The earlier folder is only read. */
static int check_out(const struct refresh *f, struct err *err)
{
    char *old = realpath(f->options.old, NULL),
         *out = realpath(f->options.run.out, NULL);
    bool same = old != NULL && out != NULL && strcmp(old, out) == 0;

    free(old);
    free(out);
    return same ? err_set(err,
                          "%s is the release that is to be refreshed; a new "
                          "version needs a folder of its own: give another "
                          "--out",
                          f->options.run.out)
                : 0;
}

static bool learned(const char *folder)
{
    char *path = file_join(folder, HEAT_FILE);
    bool yes = path != NULL && file_exists(path);

    free(path);
    return yes;
}

static int set_version(struct refresh *f, struct err *err)
{
    const cJSON *before = json_object(f->former.manifest, "config");

    return release_next(f->former.version, before, f->run->config, f->version,
                        err) == 0
               ? 0
               : err_prefix(err, "%s/" FILES_MANIFEST, f->options.old);
}

static int load_run(struct refresh *f, struct err *err)
{
    struct run_options *o = &f->options.run;

    if (o->n == 0)
        o->n = f->former.n;
    if (o->prior == NULL && learned(f->options.old))
        o->prior = f->options.old;
    describe(f);
    o->refreshes = f->refreshes;
    f->run = run_load(o, err);
    if (f->run == NULL || check_pool(f, err) != 0 || set_version(f, err) != 0)
        return -1;
    f->run->provenance.release = f->version;
    f->run->carried = f->former.all;
    return 0;
}

static int open_store(struct refresh *f, struct err *err)
{
    char *path = file_join(f->options.run.out, FILES_STORE);
    int failed = path == NULL
                     ? err_nomem(err)
                     : run_identify(f->run, f->options.run.out, path, err);

    free(path);
    return failed ? -1 : 0;
}

static struct release_rule rule_of(const struct refresh *f)
{
    const struct run_options *o = &f->options.run;

    return (struct release_rule){o->samples, o->min_refusals, o->min_targets};
}

/* 1 when an earlier session carried the rows over. */
static int is_carried(const struct refresh *f, struct err *err)
{
    struct store_cursor *c = store_read(f->run->store, err);
    struct decided d;
    int got = c != NULL ? store_next(c, &d, err) : -1;

    store_read_end(c);
    return got;
}

struct retest_plan refresh_plan(struct refresh *f)
{
    return (struct retest_plan){.former = &f->former,
                                .run = f->run,
                                .pool = f->pool,
                                .npool = f->options.npool,
                                .rule = rule_of(f),
                                .version = f->version};
}

static int begin_retest(struct refresh *f, struct err *err)
{
    const struct retest_plan plan = refresh_plan(f);
    int got = is_carried(f, err);

    if (got == 0)
        f->retest = retest_new(&plan, err);
    return got == 1 || f->retest != NULL ? 0 : -1;
}

struct refresh *refresh_load(const struct refresh_options *options,
                             struct err *err)
{
    struct refresh *f = calloc(1, sizeof(*f));

    if (f == NULL) {
        err_nomem(err);
        return NULL;
    }
    f->options = *options;
    if (check_out(f, err) != 0 ||
        former_read(options->old, &f->former, err) != 0 ||
        resolve_pool(f, err) != 0 || load_run(f, err) != 0) {
        refresh_close(f);
        return NULL;
    }
    return f;
}

struct refresh *refresh_open(const struct refresh_options *options,
                             struct err *err)
{
    struct refresh *f = refresh_load(options, err);

    if (f != NULL && (open_store(f, err) != 0 || begin_retest(f, err) != 0)) {
        refresh_close(f);
        return NULL;
    }
    return f;
}

void refresh_close(struct refresh *f)
{
    size_t i;

    if (f == NULL)
        return;
    retest_free(f->retest);
    run_close(f->run);
    former_release(&f->former);
    for (i = 0; i < RETEST_POOL_MAX; i++)
        model_release(&f->pool[i]);
    cJSON_Delete(f->refreshes);
    free(f);
}

/* --- replacing --- */

/* The place of a category in the graph, or `n`. */
static size_t place(const struct category *c, size_t n, const char *slug)
{
    size_t i;

    for (i = 0; i < n && strcmp(c[i].slug, slug) != 0; i++)
        ;
    return i;
}

/* Rows by category: those there were, and those that stay. */
static int count_carried(const struct refresh *f, uint64_t before[],
                         uint64_t kept[], struct err *err)
{
    struct store_cursor *cursor = store_read(f->run->store, err);
    const struct category *c;
    size_t n = concepts_categories(f->run->graph, &c), at;
    struct decided d;
    int got = -1;

    while (cursor != NULL && (got = store_next(cursor, &d, err)) == 1 &&
           d.seq <= f->former.n) {
        at = place(c, n, d.category);
        before[at]++;
        kept[at] += files_is_row(&d);
    }
    store_read_end(cursor);
    return got < 0 ? -1 : 0;
}

/* Categories that the graph has no more share what they lost with all. */
static int set_quotas(struct refresh *f, struct err *err)
{
    uint64_t before[CATEGORIES_MAX + 1] = {0}, kept[CATEGORIES_MAX + 1] = {0},
                                     quota[CATEGORIES_MAX];
    const struct category *c;
    size_t n = concepts_categories(f->run->graph, &c);
    uint64_t wanted = f->options.run.n;

    if (count_carried(f, before, kept, err) != 0)
        return -1;
    wanted = wanted > kept[n] ? wanted - kept[n] : 0;
    release_quotas(before, kept, n, wanted, quota);
    planner_set_quotas(f->run->planner, quota);
    return 0;
}

/* Calls of a candidate in the earlier run. */
static double calls_each(const struct former *f)
{
    double calls = release_calls_each(f->manifest);

    return calls > 0 ? calls : USUAL_CALLS;
}

/* Before the first candidate is decided, so in every session: what is in the
 * store beyond those carried over is replayed. */
static int believe(struct refresh *f, struct err *err)
{
    cJSON *tree = heat_read_tests(f->run->store, 0, err);
    int failed = tree == NULL ||
                 heat_believe_tested(tree, f->run->graph, f->run->planner,
                                     calls_each(&f->former), err) != 0;

    cJSON_Delete(tree);
    return failed ? -1 : 0;
}

static int resume(struct refresh *f, struct err *err)
{
    if (set_quotas(f, err) != 0 || believe(f, err) != 0 ||
        run_resume(f->run, err) != 0)
        return -1;
    f->resumed = true;
    return 0;
}

/* --- turning --- */

static enum refresh_step carry(struct refresh *f, struct err *err)
{
    const struct retest_plan plan = refresh_plan(f);
    int failed = carry_rows(&plan, retest_findings(f->retest), err);

    retest_free(f->retest);
    f->retest = NULL;
    return failed ? REFRESH_ERROR : REFRESH_MORE;
}

enum refresh_step refresh_turn(struct refresh *f, int timeout_ms,
                               struct err *err)
{
    if (f->resumed)
        return REFRESH_DONE;
    if (f->retest == NULL)
        return resume(f, err) == 0 ? REFRESH_DONE : REFRESH_ERROR;
    switch (retest_turn(f->retest, timeout_ms, err)) {
    case RETEST_MORE:
        return REFRESH_MORE;
    case RETEST_DONE:
        return carry(f, err);
    case RETEST_STOPPED:
        return REFRESH_STOPPED;
    default:
        return REFRESH_ERROR;
    }
}

void refresh_stop(struct refresh *f)
{
    if (f->retest != NULL)
        retest_stop(f->retest);
}

void refresh_progress(const struct refresh *f, uint64_t *done, uint64_t *all)
{
    *done = *all = 0;
    if (f->retest != NULL)
        retest_progress(f->retest, done, all);
}

struct run *refresh_run(struct refresh *f)
{
    return f->run;
}

const char *refresh_version(const struct refresh *f)
{
    return f->version;
}

/* --- finishing --- */

/* Oldest first: the earlier release's own lineage, and that release. */
static cJSON *lineage(const struct refresh *f)
{
    const cJSON *release = json_object(f->former.manifest, CHANGES_RELEASE);
    const cJSON *before = json_array(release, "lineage");
    cJSON *list =
        before != NULL ? cJSON_Duplicate(before, true) : cJSON_CreateArray();

    cJSON_AddItemToArray(list, former_ancestor(&f->former));
    return list;
}

static cJSON *read_changes(struct refresh *f, struct err *err)
{
    const cJSON *was = json_object(f->former.manifest, "config"),
                *is = f->run->config;
    cJSON *ancestors = lineage(f);
    const struct changes_from from = {
        .version = f->version,
        .redefined = release_redefined(was, is),
        .lineage = ancestors,
        .targets = json_array(is, "targets"),
        .pool = json_array(f->refreshes, "pool"),
        .rule = rule_of(f),
        .rows = f->former.n,
        .carried = f->former.all,
        .wanted = f->options.run.n,
    };
    cJSON *tree = changes_read(f->run->store, &from, err);

    cJSON_Delete(ancestors);
    return tree;
}

int refresh_finish(struct refresh *f, struct err *err)
{
    cJSON *tree = read_changes(f, err);
    int failed = tree == NULL || changes_keep(f->run->store, tree, err) != 0 ||
                 run_finish(f->run, err) != 0 ||
                 changes_write(tree, f->options.run.out, err) != 0;

    cJSON_Delete(tree);
    return failed ? -1 : 0;
}
