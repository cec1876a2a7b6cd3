/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Everything comes from the store: what the run was asked for from its
 * fingerprint, how far it is from run_mark().  A store from before that mark
 * has its candidates counted instead.
 */
#include "run/inspect.h"
#include "agent/candidate.h"
#include "base/file.h"
#include "run/files.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char *const names[] = {
    [INSPECT_RUNNING] = "running",
    [INSPECT_COMPLETE] = "complete",
    [INSPECT_STOPPED] = "stopped",
};

const char *inspect_state_name(enum inspect_state s)
{
    return names[s];
}

static bool is_row(const struct peek_count *c)
{
    struct decided d = {.outcome = c->outcome};

    return files_is_row(&d);
}

static void count_rows(struct inspection *i)
{
    size_t k;

    i->decided = i->store.candidates;
    for (k = 0; k < i->store.ncounts; k++)
        if (is_row(&i->store.counts[k]))
            i->accepted += i->store.counts[k].n;
}

static uint64_t number(const cJSON *o, const char *name)
{
    return json_count(o, name, 1ull << 53, 0);
}

/* A session that goes on is measured to its last commit: a run that waits for
 * a server is not made slower by being looked at. */
static void measure(struct inspection *i, const cJSON *progress)
{
    const cJSON *session = json_object(progress, "session");
    double took =
        json_number(progress, "at", 0) - json_number(session, "began", 0);
    uint64_t before = number(session, "accepted");

    i->accepted = number(progress, "accepted");
    i->decided = number(progress, "decided");
    if (took >= 1 && i->accepted > before)
        i->rows_a_second = (double)(i->accepted - before) / took;
}

cJSON *inspect_config(const char *text, struct err *err)
{
    struct err why = {"it is no object"};
    cJSON *config = json_parse(text, strlen(text), &why);

    if (cJSON_IsObject(config))
        return config;
    cJSON_Delete(config);
    err_set(err,
            "the store is damaged: its configuration cannot be read "
            "(%s); " STORE_REMEDY,
            why.text);
    return NULL;
}

int inspect_missing(const struct peek *p, struct err *err)
{
    if (p->schema > STORE_SCHEMA)
        return err_set(err,
                       "its store has schema %d, but this phgen knows 1 to "
                       "%d; use the phgen that wrote it",
                       p->schema, STORE_SCHEMA);
    if (p->last_seq > 0)
        return err_set(err, "the store is damaged: it has candidates, but its "
                            "configuration is missing; " STORE_REMEDY);
    return err_set(err, "its store holds no run yet");
}

static int interpret(struct inspection *i, struct err *err)
{
    const struct peek *p = &i->store;
    cJSON *config, *progress = NULL;

    if (p->config == NULL)
        return inspect_missing(p, err);
    config = inspect_config(p->config, err);
    if (config == NULL)
        return -1;
    i->wanted = number(config, "n");
    cJSON_Delete(config);
    if (p->progress != NULL)
        progress = json_parse(p->progress, strlen(p->progress), NULL);
    if (progress != NULL)
        measure(i, progress);
    else
        count_rows(i);
    cJSON_Delete(progress);
    i->state = p->holder != 0             ? INSPECT_RUNNING
               : i->accepted >= i->wanted ? INSPECT_COMPLETE
                                          : INSPECT_STOPPED;
    i->yield = i->decided > 0 ? (double)i->accepted / (double)i->decided : 0;
    i->idle_seconds = difftime(time(NULL), p->written);
    i->eta_seconds = -1;
    if (i->state == INSPECT_RUNNING && i->rows_a_second > 0)
        i->eta_seconds =
            i->wanted > i->accepted
                ? (double)(i->wanted - i->accepted) / i->rows_a_second
                : 0;
    return 0;
}

/* Counts only where nothing says how far it is. */
static int look(const char *path, struct inspection *out, struct err *err)
{
    if (peek(path, PEEK_PROGRESS, &out->store, err) != 0)
        return -1;
    if (out->store.progress != NULL || out->store.last_seq == 0)
        return 0;
    peek_release(&out->store);
    return peek(path, PEEK_COUNTS, &out->store, err);
}

int inspect_run(const char *folder, struct inspection *out, struct err *err)
{
    char *path = file_join(folder, FILES_STORE);
    int failed;

    memset(out, 0, sizeof(*out));
    if (path == NULL)
        return err_nomem(err);
    if (!file_exists(path))
        failed = files_no_run(folder, path, err);
    else if ((failed = look(path, out, err)) == 0 &&
             (failed = interpret(out, err)) != 0)
        err_prefix(err, "%s", folder);
    free(path);
    if (failed)
        inspect_release(out);
    return failed;
}

void inspect_release(struct inspection *i)
{
    peek_release(&i->store);
}

static void add_known(cJSON *o, const char *name, double n, bool known)
{
    if (known)
        cJSON_AddNumberToObject(o, name, n);
    else
        cJSON_AddNullToObject(o, name);
}

cJSON *inspect_json(const struct inspection *i)
{
    const struct spent *paid = &i->store.paid;
    cJSON *o = cJSON_CreateObject(), *p;

    cJSON_AddStringToObject(o, "state", inspect_state_name(i->state));
    add_known(o, "process", i->store.holder, i->store.holder != 0);
    cJSON_AddNumberToObject(o, "rows", (double)i->accepted);
    cJSON_AddNumberToObject(o, "wanted", (double)i->wanted);
    cJSON_AddNumberToObject(o, "candidates", (double)i->decided);
    add_known(o, "yield", i->yield, i->decided > 0);
    add_known(o, "rows_per_second", i->rows_a_second, i->rows_a_second > 0);
    add_known(o, "eta_seconds", i->eta_seconds, i->eta_seconds >= 0);
    cJSON_AddNumberToObject(o, "idle_seconds", i->idle_seconds);
    p = cJSON_AddObjectToObject(o, "paid");
    cJSON_AddNumberToObject(p, "calls", (double)paid->calls);
    cJSON_AddNumberToObject(p, "tokens_in", (double)paid->tokens_in);
    cJSON_AddNumberToObject(p, "tokens_out", (double)paid->tokens_out);
    cJSON_AddNumberToObject(p, "cost", paid->cost);
    cJSON_AddNumberToObject(o, "schema", i->store.schema);
    cJSON_AddNumberToObject(o, "bytes", (double)i->store.bytes);
    return o;
}
