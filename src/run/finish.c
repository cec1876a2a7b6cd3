/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From the store to the files.  Everything is read back from the store and
 * nothing from memory, so the files of a run that was killed ten times say
 * the same as those of one that was not; only `seconds` and `created` are of
 * the session.
 */
#include "run/evidence.h"
#include "run/files.h"
#include "run/heat.h"
#include "run/state.h"

#include "base/file.h"
#include "base/now.h"
#include "dataset/metrics.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* --- counting --- */

struct tallies {
    const struct run *run;
    const struct dialogue_plan *plan;
    cJSON *counts, *calls;
    struct metrics *metrics;
    struct evidence *evidence;
};

static void count_usage(cJSON *calls, const char *json)
{
    static const char *const fields[] = {"calls", "tokens_in", "tokens_out"};
    cJSON *usage = json_parse(json, strlen(json), NULL), *agent, *to;
    int i;

    cJSON_ArrayForEach(agent, usage)
    {
        to = json_object_in(calls, agent->string);
        for (i = 0; i < 3; i++)
            json_add_to(to, fields[i],
                        cJSON_GetNumberValue(cJSON_GetArrayItem(agent, i)));
    }
    cJSON_Delete(usage);
}

/* An earlier release's row says itself which shape it has. */
static void count_shape(struct tallies *t, const struct decided *d)
{
    cJSON *by = json_object_in(t->counts, "by_shape"), *record = NULL;
    const char *name;

    if (d->seq > t->run->carried) {
        name = shape_name(shape_pick(&t->plan->shapes, t->plan->seed, d->seq));
    } else {
        record = json_parse(d->record, strlen(d->record), NULL);
        name = json_string(record, "shape");
    }
    if (name != NULL)
        json_add_to(by, name, 1);
    cJSON_Delete(record);
}

static int count_one(struct tallies *t, const struct decided *d,
                     struct err *err)
{
    char round[16];

    json_add_to(t->counts, "candidates", 1);
    json_add_to(t->counts, d->outcome, 1);
    count_usage(t->calls, d->usage);
    /* The panel that is reported is this run's. */
    if (d->seq > t->run->carried && evidence_add(t->evidence, d, err) != 0)
        return -1;
    if (!files_is_row(d)) {
        json_add_to(json_object_in(t->counts, "dropped_by_reason"), d->reason,
                    1);
        return 0;
    }
    json_add_to(t->counts, "accepted", 1);
    snprintf(round, sizeof(round), "%u", d->round);
    json_add_to(json_object_in(t->counts, "rounds"), round, 1);
    count_shape(t, d);
    json_add_to(
        json_object_in(json_object_in(t->counts, "by_category"), d->category),
        d->outcome, 1);
    return metrics_add(t->metrics, d->prompt, strlen(d->prompt), err);
}

static int count_all(struct run *r, struct tallies *t, struct err *err)
{
    struct store_cursor *c = store_read(r->store, err);
    struct decided d;
    int got = -1;

    while (c != NULL && (got = store_next(c, &d, err)) == 1)
        if (count_one(t, &d, err) != 0) {
            got = -1;
            break;
        }
    store_read_end(c);
    return got;
}

/* --- the manifest --- */

static void add_models(cJSON *o, const struct dialogue_plan *p)
{
    cJSON *m = cJSON_AddObjectToObject(o, "models"), *list;
    size_t i;

    cJSON_AddStringToObject(m, "generator", p->generator->spec);
    list = cJSON_AddArrayToObject(m, "judges");
    for (i = 0; i < p->njudges; i++)
        cJSON_AddItemToArray(list, cJSON_CreateString(p->judges[i]->spec));
    list = cJSON_AddArrayToObject(m, "targets");
    for (i = 0; i < p->ntargets; i++)
        cJSON_AddItemToArray(list, cJSON_CreateString(p->targets[i]->spec));
    cJSON_AddStringToObject(m, "witness", p->witness->spec);
    cJSON_AddStringToObject(m, "answer_judge", p->answer_judge->spec);
    cJSON_AddStringToObject(m, "orchestrator", p->orchestrator->spec);
    if (p->refusal_judge != NULL)
        cJSON_AddStringToObject(m, "refusal_judge", p->refusal_judge->spec);
}

static void add_hashes(cJSON *o, const struct run *r)
{
    cJSON *h = cJSON_AddObjectToObject(o, "hashes"), *t;
    char hex[HASH_HEX];
    int a;

    cJSON_AddStringToObject(h, "graph", r->graph_hash);
    t = cJSON_AddObjectToObject(h, "templates");
    for (a = 0; a < AGENT_COUNT; a++) {
        if (r->templates[a].text == NULL)
            continue;
        hash_hex(r->templates[a].hash, hex);
        cJSON_AddStringToObject(t, r->templates[a].name, hex);
    }
}

static void add_created(cJSON *o)
{
    time_t now = time(NULL);
    struct tm tm;
    char text[32];

    gmtime_r(&now, &tm);
    strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm);
    cJSON_AddStringToObject(o, "created", text);
}

static int add_diversity(cJSON *o, const struct metrics *metrics,
                         struct err *err)
{
    struct metrics_result m;
    cJSON *d;

    if (metrics_compute(metrics, &m, err) != 0)
        return -1;
    d = cJSON_AddObjectToObject(o, "diversity");
    cJSON_AddNumberToObject(d, "sample", (double)m.sample);
    cJSON_AddNumberToObject(d, "dist1", json_round4(m.dist1));
    cJSON_AddNumberToObject(d, "dist2", json_round4(m.dist2));
    cJSON_AddNumberToObject(d, "self_bleu4", json_round4(m.self_bleu4));
    cJSON_AddNumberToObject(d, "mean_words", round(m.mean_words * 100) / 100);
    return 0;
}

/* Every shape asked for is there. */
static void add_shapes(cJSON *counts, const struct shape_mix *mix)
{
    cJSON *by = cJSON_AddObjectToObject(counts, "by_shape");
    int i;

    for (i = 0; i < SHAPES; i++)
        if (mix->share[i] > 0)
            cJSON_AddNumberToObject(by, shape_name((enum shape)i), 0);
}

/* Every wanted category is there, in the order of the table. */
static void add_categories(cJSON *counts, const struct run *r)
{
    cJSON *by = cJSON_AddObjectToObject(counts, "by_category"), *o;
    const struct category *c;
    size_t i, n = concepts_categories(r->graph, &c);

    for (i = 0; i < n; i++) {
        if (!r->wanted[i])
            continue;
        o = cJSON_AddObjectToObject(by, c[i].slug);
        cJSON_AddNumberToObject(o, outcome_name(OUTCOME_HARMLESS), 0);
        cJSON_AddNumberToObject(o, outcome_name(OUTCOME_CONTROVERSIAL), 0);
    }
}

cJSON *run_manifest(struct run *r, struct err *err)
{
    cJSON *o = cJSON_CreateObject();
    struct tallies t = {.run = r,
                        .plan = &r->plan,
                        .metrics = metrics_new(METRICS_SAMPLE, r->options.seed),
                        .evidence = evidence_new(&r->plan, err)};
    int failed;

    cJSON_AddStringToObject(o, "phgen", PHGEN_VERSION);
    cJSON_AddStringToObject(o, "run", r->id);
    add_created(o);
    cJSON_AddBoolToObject(o, "complete", r->accepted >= r->options.n);
    cJSON_AddItemToObject(o, "config", cJSON_Duplicate(r->config, true));
    add_models(o, &r->plan);
    add_hashes(o, r);
    t.counts = cJSON_AddObjectToObject(o, "counts");
    cJSON_AddNumberToObject(t.counts, "candidates", 0);
    cJSON_AddNumberToObject(t.counts, "accepted", 0);
    add_shapes(t.counts, &r->plan.shapes);
    add_categories(t.counts, r);
    t.calls = cJSON_AddObjectToObject(o, "calls");
    failed = t.metrics == NULL || t.evidence == NULL
                 ? err_nomem(err)
                 : count_all(r, &t, err) != 0 ||
                       evidence_report(t.evidence, o, err) != 0 ||
                       add_diversity(o, t.metrics, err) != 0 ||
                       files_add_paid(r->store, o, err) != 0 ||
                       files_add_annexes(r->store, 0, o, err) != 0;
    cJSON_AddNumberToObject(o, "seconds",
                            round((now_seconds() - r->started) * 100) / 100);
    metrics_free(t.metrics);
    evidence_free(t.evidence);
    if (failed) {
        cJSON_Delete(o);
        return NULL;
    }
    return o;
}

static int write_files(struct run *r, struct err *err)
{
    cJSON *manifest = run_manifest(r, err);
    int failed;

    if (manifest == NULL)
        return -1;
    failed = files_write_rows(r->store, r->options.out, manifest, err) != 0 ||
             files_write_manifest(manifest, r->options.out, err) != 0 ||
             heat_write(r->store, r->options.out, err) != 0;
    cJSON_Delete(manifest);
    return failed ? -1 : 0;
}

int run_finish(struct run *r, struct err *err)
{
    int lock, failed;

    if (r->crew == NULL)
        return write_files(r, err);
    lock = files_lock(r->options.out, err);
    if (lock < 0)
        return -1;
    failed = write_files(r, err);
    close(lock);
    return failed;
}
