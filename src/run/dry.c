/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The dry run: what n rows are likely to take, from what rows have taken.
 *
 * The base is a manifest: that of the folder, when the run was begun, or the
 * one of a pilot.  A pilot cannot know how often a model over the network
 * refuses, so the embedded builtin:cautious stands in for it and the estimate
 * says so; prompts, judges' and rounds' share of the cost are real.
 */
#include "run/files.h"
#include "run/state.h"

#include <string.h>

#define PILOT_ROWS   200
#define ROWS_TO_TELL 20 /* fewer say little about the yield */

/* --- the base --- */

/* The folder's manifest, when it tells something; NULL otherwise. */
static cJSON *begun(const char *out)
{
    cJSON *manifest = files_read_manifest(out, NULL);

    if (json_number(json_object(manifest, "counts"), "accepted", 0) <
        ROWS_TO_TELL) {
        cJSON_Delete(manifest);
        manifest = NULL;
    }
    return manifest;
}

static const char *stand_in(const struct model *m, const char *otherwise)
{
    return m->kind == MODEL_BUILTIN ? m->spec : otherwise;
}

/* The same run with nothing to be reached over the network. */
static void without_network(const struct dialogue_plan *p,
                            struct run_options *o)
{
    size_t i;

    for (i = 0; i < p->ntargets; i++)
        o->targets[i] = stand_in(p->targets[i], "builtin:cautious");
    o->ntargets = p->ntargets;
    for (i = 0; i < p->njudges; i++)
        o->judges[i] = stand_in(p->judges[i], "builtin:judge-moderate");
    o->njudges = p->njudges;
    o->generator = stand_in(p->generator, NULL);
    o->witness = stand_in(p->witness, NULL);
    o->answer_judge = stand_in(p->answer_judge, NULL);
    o->orchestrator = stand_in(p->orchestrator, NULL);
    if (p->refusal_judge != NULL)
        o->refusal_judge = stand_in(p->refusal_judge, "builtin:refusal-judge");
    o->budget = (struct budget){0};
    o->n = o->n < PILOT_ROWS ? o->n : PILOT_ROWS;
}

static cJSON *pilot(const struct run *real, struct err *err)
{
    struct run_options o = real->options;
    cJSON *manifest = NULL;
    enum run_state state;
    struct run *r;

    without_network(&real->plan, &o);
    r = run_load(&o, err);
    if (r == NULL || run_attach(r, ":memory:", err) != 0) {
        run_close(r);
        return NULL;
    }
    while ((state = run_turn(r, 0, err)) == RUN_MORE)
        continue;
    if (state != RUN_ERROR)
        manifest = run_manifest(r, err);
    run_close(r);
    return manifest;
}

/* --- from the base to the whole --- */

struct share {
    double network;             /* of an agent's calls, 0 to 1 */
    double price_in, price_out; /* US dollars a million tokens, mean */
};

static struct share share_of(const struct model *const *models, size_t n)
{
    struct share s = {0};
    size_t i;

    for (i = 0; i < n; i++) {
        s.network += models[i]->kind == MODEL_HTTP ? 1 : 0;
        s.price_in += models[i]->price_in;
        s.price_out += models[i]->price_out;
    }
    if (n == 0)
        return s;
    s.network /= (double)n;
    s.price_in /= (double)n;
    s.price_out /= (double)n;
    return s;
}

static struct share agent_share(const struct dialogue_plan *p, int agent)
{
    switch (agent) {
    case AGENT_GENERATOR:
        return share_of(&p->generator, 1);
    case AGENT_JUDGE:
        return share_of(p->judges, p->njudges);
    case AGENT_TARGET:
        return share_of(p->targets, p->ntargets);
    case AGENT_WITNESS:
        return share_of(&p->witness, 1);
    case AGENT_ANSWER_JUDGE:
        return share_of(&p->answer_judge, 1);
    case AGENT_REFUSAL_JUDGE:
        return share_of(&p->refusal_judge, p->refusal_judge != NULL);
    default:
        return share_of(&p->orchestrator, 1);
    }
}

/* A model over the network reads its instructions as well, which the embedded
 * ones do not count; a token is about four bytes of English. */
static double instruction_tokens(const struct template *t)
{
    return t->text != NULL ? (double)strlen(t->text) / 4 : 0;
}

static void scale_agent(const cJSON *was, double factor, struct share s,
                        double instructions, cJSON *to, double sum[5])
{
    static const char *const names[] = {"calls", "tokens_in", "tokens_out",
                                        "paid_calls", "cost"};
    double v[5];
    int i;

    for (i = 0; i < 3; i++)
        v[i] = json_number(was, names[i], 0) * factor;
    v[3] = v[0] * s.network;
    v[1] += v[3] * instructions;
    v[4] = (v[1] * s.price_in + v[2] * s.price_out) * 1e-6;
    for (i = 0; i < 5; i++) {
        cJSON_AddNumberToObject(to, names[i], v[i]);
        sum[i] += v[i];
    }
}

static void scale(const struct run *r, const cJSON *base, bool is_pilot,
                  cJSON *o)
{
    double rows = json_number(json_object(base, "counts"), "accepted", 0);
    double factor = (double)r->options.n / (rows > 0 ? rows : 1);
    const cJSON *calls = json_object(base, "calls"), *was;
    cJSON *to = cJSON_AddObjectToObject(o, "expected_calls");
    double sum[5] = {0};
    int a;

    for (a = 0; a < AGENT_COUNT; a++) {
        was = json_object(calls, agent_name((enum agent)a));
        if (was != NULL)
            scale_agent(was, factor, agent_share(&r->plan, a),
                        is_pilot ? instruction_tokens(&r->templates[a]) : 0,
                        cJSON_AddObjectToObject(to, agent_name((enum agent)a)),
                        sum);
    }
    to = cJSON_AddObjectToObject(o, "expected");
    cJSON_AddNumberToObject(to, "calls", sum[0]);
    cJSON_AddNumberToObject(to, "tokens_in", sum[1]);
    cJSON_AddNumberToObject(to, "tokens_out", sum[2]);
    cJSON_AddNumberToObject(to, "paid_calls", sum[3]);
    cJSON_AddNumberToObject(to, "cost", sum[4]);
}

static void say_basis(const cJSON *base, bool is_pilot, cJSON *o)
{
    const cJSON *counts = json_object(base, "counts");
    struct str s;

    str_init(&s, 1000);
    str_addf(&s, "measured on %.0f rows from %.0f candidates ",
             json_number(counts, "accepted", 0),
             json_number(counts, "candidates", 0));
    str_adds(&s, is_pilot
                     ? "made just now in memory, with embedded models in the "
                       "place of those over the network; a target that "
                       "refuses half as often as builtin:cautious needs about "
                       "twice that"
                     : "that this run has made so far");
    cJSON_AddStringToObject(o, "estimate", s.s);
    str_release(&s);
}

cJSON *run_dry(const struct run_options *options, struct err *err)
{
    struct run *r = run_load(options, err);
    cJSON *o = NULL, *base;
    bool is_pilot;

    if (r == NULL)
        return NULL;
    base = begun(options->out);
    is_pilot = base == NULL;
    if (is_pilot)
        base = pilot(r, err);
    if (base != NULL) {
        o = cJSON_CreateObject();
        cJSON_AddItemToObject(o, "config", r->config);
        r->config = NULL;
        scale(r, base, is_pilot, o);
        say_basis(base, is_pilot, o);
    }
    cJSON_Delete(base);
    run_close(r);
    return o;
}
