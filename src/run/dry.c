/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The dry run: what n rows are likely to take, from what rows have taken.
 *
 * The base is a manifest: that of the folder, when the run was begun, that of
 * an earlier run, or the one of a pilot.  A pilot cannot know how often a model
 * over the network refuses, so the embedded builtin:cautious stands in for it
 * and the estimate says so; prompts, judges' and rounds' share of the cost are
 * real.
 */
#include "run/dry.h"
#include "run/changes.h"
#include "run/files.h"
#include "run/release.h"
#include "run/state.h"

#include <string.h>

#define PILOT_ROWS   200
#define ROWS_TO_TELL 20 /* fewer say little about the yield */

/* --- figures --- */

struct dry_cost dry_calls(const struct model *m, double calls, double in_each,
                          double out_each)
{
    struct dry_cost c = {.calls = calls,
                         .tokens_in = calls * in_each,
                         .tokens_out = calls * out_each};

    c.paid_calls = m->kind == MODEL_HTTP ? calls : 0;
    c.cost = (c.tokens_in * m->price_in + c.tokens_out * m->price_out) * 1e-6;
    return c;
}

void dry_add(struct dry_cost *sum, const struct dry_cost *more, double times)
{
    sum->calls += more->calls * times;
    sum->tokens_in += more->tokens_in * times;
    sum->tokens_out += more->tokens_out * times;
    sum->paid_calls += more->paid_calls * times;
    sum->cost += more->cost * times;
}

void dry_put(cJSON *o, const char *name, const struct dry_cost *c)
{
    cJSON *to = cJSON_AddObjectToObject(o, name);

    cJSON_AddNumberToObject(to, "calls", c->calls);
    cJSON_AddNumberToObject(to, "tokens_in", c->tokens_in);
    cJSON_AddNumberToObject(to, "tokens_out", c->tokens_out);
    cJSON_AddNumberToObject(to, "paid_calls", c->paid_calls);
    cJSON_AddNumberToObject(to, "cost", c->cost);
}

double dry_tokens(size_t bytes)
{
    return (double)bytes / 4;
}

/* --- the base --- */

/* What a refresh carried over was not made there, and took no calls. */
static double rows_made(const cJSON *manifest)
{
    const cJSON *release =
        json_object(json_object(manifest, CHANGES_RELEASE), "counts");

    return release != NULL
               ? json_number(release, "new", 0)
               : json_number(json_object(manifest, "counts"), "accepted", 0);
}

static bool take(cJSON *manifest, enum dry_from from, struct dry_base *out)
{
    bool tells = rows_made(manifest) >= ROWS_TO_TELL;

    *out = (struct dry_base){.from = from, .manifest = manifest};
    if (!tells)
        dry_base_release(out);
    return tells;
}

bool dry_begun(const char *folder, struct dry_base *out)
{
    return take(files_read_manifest(folder, NULL), DRY_BEGUN, out);
}

bool dry_earlier(const cJSON *manifest, struct dry_base *out)
{
    return take(cJSON_Duplicate(manifest, true), DRY_EARLIER, out);
}

void dry_base_release(struct dry_base *b)
{
    cJSON_Delete(b->manifest);
    b->manifest = NULL;
}

bool dry_needs_network(const struct run *r)
{
    size_t i;

    for (i = 0; i < r->nmodels; i++)
        if (r->models[i].kind != MODEL_BUILTIN)
            return true;
    return false;
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

int dry_pilot(const struct run *real, struct dry_base *out, struct err *err)
{
    struct run_options o = real->options;
    enum run_state state;
    struct run *r;

    *out = (struct dry_base){.from = DRY_PILOT,
                             .stand_ins = dry_needs_network(real)};
    without_network(&real->plan, &o);
    r = run_load(&o, err);
    if (r == NULL || run_attach(r, NULL, ":memory:", err) != 0) {
        run_close(r);
        return -1;
    }
    while ((state = run_turn(r, 0, err)) == RUN_MORE)
        continue;
    if (state != RUN_ERROR)
        out->manifest = run_manifest(r, err);
    run_close(r);
    return out->manifest != NULL ? 0 : -1;
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
 * ones do not count. */
static double instruction_tokens(const struct template *t)
{
    return t->text != NULL ? dry_tokens(strlen(t->text)) : 0;
}

/* Was anything of the agent counted by a server, instructions and all? */
static bool was_paid(const cJSON *manifest, const char *agent)
{
    const cJSON *line;
    const char *name;

    cJSON_ArrayForEach(line, json_array(manifest, "paid"))
    {
        name = json_string(line, "agent");
        if (name != NULL && strcmp(name, agent) == 0)
            return true;
    }
    return false;
}

static struct dry_cost scale_agent(const cJSON *was, double factor,
                                   struct share s, double instructions)
{
    struct dry_cost c = {.calls = json_number(was, "calls", 0) * factor,
                         .tokens_in = json_number(was, "tokens_in", 0) * factor,
                         .tokens_out =
                             json_number(was, "tokens_out", 0) * factor};

    c.paid_calls = c.calls * s.network;
    c.tokens_in += c.paid_calls * instructions;
    c.cost = (c.tokens_in * s.price_in + c.tokens_out * s.price_out) * 1e-6;
    return c;
}

/* What the models were that the base was made with, and what if not. */
static void say_models(const struct dry_base *b, struct str *s)
{
    const cJSON *targets =
                    json_array(json_object(b->manifest, "config"), "targets"),
                *t;

    if (b->from == DRY_BEGUN) {
        str_adds(s, "that this run has made so far");
    } else if (b->from == DRY_EARLIER) {
        str_adds(s, "that the earlier run made for");
        cJSON_ArrayForEach(t, targets)
            str_addf(s, "%s %s", t == targets->child ? "" : " and",
                     cJSON_IsString(t) ? t->valuestring : "?");
        str_adds(s, "; a target that refuses half as often needs about twice "
                    "that");
    } else if (b->stand_ins) {
        str_adds(s, "made just now in memory, with embedded models in the "
                    "place of those over the network; a target that refuses "
                    "half as often as builtin:cautious needs about twice "
                    "that");
    } else {
        str_adds(s, "made just now in memory, with the same models");
    }
}

static void say_basis(const struct dry_base *b, cJSON *o)
{
    double rows = rows_made(b->manifest);
    struct str s;

    str_init(&s, 1 << 16);
    str_addf(&s, "measured on %.0f row%s from %.0f candidates ", rows,
             rows == 1 ? "" : "s", release_candidates(b->manifest));
    say_models(b, &s);
    if (rows < ROWS_TO_TELL)
        str_adds(&s, "; so few rows say little, and it may take far more");
    cJSON_AddStringToObject(o, "estimate", s.s);
    str_release(&s);
}

struct dry_cost dry_rows(const struct run *r, const struct dry_base *b,
                         double n, cJSON *o)
{
    double rows = rows_made(b->manifest), factor = n / (rows > 0 ? rows : 1);
    const cJSON *calls = json_object(b->manifest, "calls"), *was;
    cJSON *to = cJSON_AddObjectToObject(o, "expected_calls");
    struct dry_cost sum = {0}, c;
    const char *name;
    int a;

    for (a = 0; a < AGENT_COUNT; a++) {
        name = agent_name((enum agent)a);
        was = json_object(calls, name);
        if (was == NULL)
            continue;
        c = scale_agent(was, factor, agent_share(&r->plan, a),
                        was_paid(b->manifest, name)
                            ? 0
                            : instruction_tokens(&r->templates[a]));
        dry_put(to, name, &c);
        dry_add(&sum, &c, 1);
    }
    dry_put(o, "expected", &sum);
    say_basis(b, o);
    return sum;
}

cJSON *run_dry(const struct run_options *options, struct err *err)
{
    struct run *r = run_load(options, err);
    struct dry_base base;
    cJSON *o = NULL;

    if (r == NULL)
        return NULL;
    if (dry_begun(options->out, &base) || dry_pilot(r, &base, err) == 0) {
        o = cJSON_CreateObject();
        cJSON_AddItemToObject(o, "config", r->config);
        r->config = NULL;
        dry_rows(r, &base, (double)options->n, o);
    }
    dry_base_release(&base);
    run_close(r);
    return o;
}
