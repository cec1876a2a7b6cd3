/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Adds to what the store says only what was wanted, and the pace. */
#include "run/roster.h"
#include "base/file.h"
#include "run/files.h"
#include "run/inspect.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool roster_is(const char *where)
{
    char *path;
    bool yes;

    if (store_is_url(where))
        return true;
    path = file_join(where, FILES_ADDRESS);
    yes = path != NULL && file_exists(path);
    free(path);
    return yes;
}

static int read_wanted(struct store *s, const char *url, uint64_t *wanted,
                       struct err *err)
{
    cJSON *config = NULL;
    struct str text;
    int got;

    str_init(&text, 1 << 20);
    got = store_get(s, "config", &text, err);
    if (got == 0)
        err_set(err, "the database at %s holds no run yet", url);
    else if (got == 1 && (config = inspect_config(text.s, err)) == NULL)
        err_prefix(err, "%s", url);
    if (config != NULL)
        *wanted = json_count(config, "n", 1ull << 53, 0);
    got = config != NULL ? 0 : -1;
    cJSON_Delete(config);
    str_release(&text);
    return got;
}

static bool works(const struct share_worker *w)
{
    return strcmp(w->state, "working") == 0;
}

/* Nobody is there to find it lost when all are. */
static void mark_silent(struct share_worker *w)
{
    if (works(w) && w->seen > ROSTER_SILENT)
        snprintf(w->state, sizeof(w->state), "silent");
}

static void measure(struct roster *r)
{
    size_t i;

    r->eta_seconds = -1;
    for (i = 0; i < r->status.nworkers; i++) {
        struct share_worker *w = &r->status.worker[i];

        mark_silent(w);
        if (!works(w))
            continue;
        r->working++;
        if (w->started >= 1)
            r->rows_a_second += (double)w->rows / w->started;
    }
    if (r->status.rows >= r->wanted)
        r->eta_seconds = 0;
    else if (r->rows_a_second > 0)
        r->eta_seconds =
            (double)(r->wanted - r->status.rows) / r->rows_a_second;
}

int roster_read(const char *where, struct roster *out, struct err *err)
{
    char *url =
        store_is_url(where) ? strdup(where) : files_store_of(where, NULL, err);
    struct store *s = url != NULL ? share_open(url, err) : NULL;
    int failed;

    memset(out, 0, sizeof(*out));
    failed = s == NULL || read_wanted(s, url, &out->wanted, err) != 0 ||
             share_status(s, &out->status, err) != 0;
    if (!failed)
        measure(out);
    store_close(s);
    free(url);
    return failed ? -1 : 0;
}

void roster_release(struct roster *r)
{
    share_status_release(&r->status);
}

const char *roster_state(const struct roster *r)
{
    return inspect_state_name(r->status.rows >= r->wanted ? INSPECT_COMPLETE
                              : r->working > 0            ? INSPECT_RUNNING
                                                          : INSPECT_STOPPED);
}

/* --- JSON --- */

static void add_known(cJSON *o, const char *name, double n, bool known)
{
    if (known)
        cJSON_AddNumberToObject(o, name, n);
    else
        cJSON_AddNullToObject(o, name);
}

static void add_paid(cJSON *o, const struct spent *s)
{
    cJSON *p = cJSON_AddObjectToObject(o, "paid");

    cJSON_AddNumberToObject(p, "calls", (double)s->calls);
    cJSON_AddNumberToObject(p, "tokens_in", (double)s->tokens_in);
    cJSON_AddNumberToObject(p, "tokens_out", (double)s->tokens_out);
    cJSON_AddNumberToObject(p, "cost", s->cost);
}

static cJSON *worker_json(const struct share_worker *w)
{
    cJSON *o = cJSON_CreateObject();

    cJSON_AddNumberToObject(o, "id", (double)w->id);
    cJSON_AddStringToObject(o, "name", w->name);
    cJSON_AddStringToObject(o, "state", w->state);
    cJSON_AddNumberToObject(o, "started_seconds", w->started);
    cJSON_AddNumberToObject(o, "seen_seconds", w->seen);
    cJSON_AddNumberToObject(o, "leases", (double)w->leases);
    add_known(o, "next", (double)w->first, w->first > 0);
    cJSON_AddNumberToObject(o, "in_flight", (double)w->in_flight);
    cJSON_AddNumberToObject(o, "candidates", (double)w->decided);
    cJSON_AddNumberToObject(o, "rows", (double)w->rows);
    add_paid(o, &w->spent);
    return o;
}

static cJSON *pass_json(const struct share_made *m)
{
    cJSON *o = cJSON_CreateObject();

    cJSON_AddStringToObject(o, "kind", m->kind);
    add_known(o, "worker", (double)m->worker, m->worker > 0);
    cJSON_AddNumberToObject(o, "made", (double)m->times);
    return o;
}

cJSON *roster_json(const struct roster *r)
{
    const struct share_status *s = &r->status;
    cJSON *o = cJSON_CreateObject(), *list;
    size_t i;

    cJSON_AddStringToObject(o, "state", roster_state(r));
    cJSON_AddNumberToObject(o, "schema", s->schema);
    cJSON_AddNumberToObject(o, "rows", (double)s->rows);
    cJSON_AddNumberToObject(o, "wanted", (double)r->wanted);
    cJSON_AddNumberToObject(o, "candidates", (double)s->decided);
    add_known(o, "yield", (double)s->rows / (double)s->decided, s->decided > 0);
    add_known(o, "rows_per_second", r->rows_a_second, r->rows_a_second > 0);
    add_known(o, "eta_seconds", r->eta_seconds, r->eta_seconds >= 0);
    cJSON_AddNumberToObject(o, "in_flight", (double)s->in_flight);
    cJSON_AddNumberToObject(o, "paid_twice", (double)s->twice);
    add_paid(o, &s->spent);
    list = cJSON_AddArrayToObject(o, "passes");
    for (i = 0; i < s->npasses; i++)
        cJSON_AddItemToArray(list, pass_json(&s->pass[i]));
    list = cJSON_AddArrayToObject(o, "workers");
    for (i = 0; i < s->nworkers; i++)
        cJSON_AddItemToArray(list, worker_json(&s->worker[i]));
    return o;
}
