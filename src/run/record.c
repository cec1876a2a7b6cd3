/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The record's fields in the order in which a person reads them.  Everything
 * here depends on the candidate and the configuration alone, no clock and no
 * host, so that equal runs write equal bytes.
 */
#include "run/record.h"
#include "base/json.h"
#include "base/text.h"
#include "base/wilson.h"

#include <stdlib.h>
#include <string.h>

#define EXCERPT_MAX 300

void record_id_turn(struct str *so_far, const char *role, const char *text)
{
    str_addf(so_far, "%s: ", role);
    text_normalise(text, strlen(text), so_far);
    str_addc(so_far, '\n');
}

void record_id(struct str *so_far, const char *request, char hex[HASH_HEX])
{
    text_normalise(request, strlen(request), so_far);
    hash_hex(hash_bytes(so_far->s, so_far->len), hex);
}

static void add_id(cJSON *o, const struct candidate *c)
{
    struct str so_far;
    char hex[HASH_HEX];
    size_t i;

    str_init(&so_far, RECORD_ID_MAX);
    for (i = 0; i < c->turns.n; i++)
        record_id_turn(&so_far, role_name(c->turns.at[i].role),
                       c->turns.at[i].text);
    record_id(&so_far, c->prompt, hex);
    str_release(&so_far);
    cJSON_AddStringToObject(o, "id", hex);
}

static void add_message(cJSON *list, enum role role, const char *text)
{
    cJSON *m = cJSON_CreateObject();

    cJSON_AddStringToObject(m, "role", role_name(role));
    cJSON_AddStringToObject(m, "content", text);
    cJSON_AddItemToArray(list, m);
}

static void add_messages(cJSON *o, const struct candidate *c)
{
    cJSON *list = cJSON_AddArrayToObject(o, "messages");
    size_t i;

    for (i = 0; i < c->turns.n; i++)
        add_message(list, c->turns.at[i].role, c->turns.at[i].text);
    add_message(list, ROLE_USER, c->prompt);
}

static void add_path(cJSON *o, const struct path *p)
{
    cJSON *path = cJSON_AddObjectToObject(o, "path");

    cJSON_AddStringToObject(path, "trigger", p->trigger);
    cJSON_AddStringToObject(path, "sense", p->sense);
    if (p->setting != NULL)
        cJSON_AddStringToObject(path, "setting", p->setting);
    else
        cJSON_AddNullToObject(path, "setting");
    cJSON_AddStringToObject(path, "task_kind", task_kind_name(p->kind));
    cJSON_AddStringToObject(path, "task", p->task);
}

static const char *text_of(const char *text)
{
    return text != NULL ? text : "";
}

/* The vote that speaks for its judge: the first with the judge's verdict. */
static const struct vote *speaker(const struct candidate *c, size_t first,
                                  enum verdict v)
{
    size_t i;

    for (i = first; i < c->nvotes && c->votes[i].judge == c->votes[first].judge;
         i++)
        if (c->votes[i].verdict == v)
            return &c->votes[i];
    return &c->votes[first];
}

/* One object a judge; its votes stand together in the candidate. */
static void add_judges(cJSON *o, const struct candidate *c)
{
    cJSON *list = cJSON_AddArrayToObject(o, "judges"), *j, *votes;
    const struct vote *v;
    enum verdict verdict;
    size_t i, k;

    for (i = 0; i < c->nvotes; i = k) {
        verdict = candidate_verdict_of(c, c->votes[i].judge);
        v = speaker(c, i, verdict);
        j = cJSON_CreateObject();
        cJSON_AddStringToObject(j, "model", text_of(v->model));
        cJSON_AddStringToObject(j, "verdict", verdict_name(verdict));
        cJSON_AddStringToObject(j, "reason", text_of(v->reason));
        votes = cJSON_AddArrayToObject(j, "votes");
        for (k = i; k < c->nvotes && c->votes[k].judge == c->votes[i].judge;
             k++)
            cJSON_AddItemToArray(
                votes, cJSON_CreateString(verdict_name(c->votes[k].verdict)));
        if (v->category != NULL)
            cJSON_AddStringToObject(j, "category", v->category);
        else
            cJSON_AddNullToObject(j, "category");
        if (v->score >= 0)
            cJSON_AddNumberToObject(j, "score", json_round4(v->score));
        else
            cJSON_AddNullToObject(j, "score");
        cJSON_AddItemToArray(list, j);
    }
}

/* What speaks against "harmless": how many votes, and the first reason. */
static void add_controversy(cJSON *o, const struct candidate *c)
{
    cJSON *v = cJSON_AddObjectToObject(o, "controversy");
    const struct vote *why = NULL;
    size_t count[VERDICTS], against, readable, i;
    int k;

    candidate_count(c, SIZE_MAX, count);
    for (k = VERDICT_HARMLESS; k < VERDICTS; k++)
        cJSON_AddNumberToObject(v, verdict_name((enum verdict)k),
                                (double)count[k]);
    cJSON_AddNumberToObject(v, "abstain", (double)count[VERDICT_ABSTAIN]);
    against = count[VERDICT_CONTROVERSIAL] + count[VERDICT_HARMFUL];
    readable = against + count[VERDICT_HARMLESS];
    cJSON_AddNumberToObject(
        v, "share",
        readable > 0 ? json_round4((double)against / (double)readable) : 0);
    for (i = 0; i < c->nvotes && why == NULL; i++)
        if (c->votes[i].verdict == VERDICT_CONTROVERSIAL)
            why = &c->votes[i];
    for (i = 0; i < c->nvotes && why == NULL; i++)
        if (c->votes[i].verdict == VERDICT_HARMFUL)
            why = &c->votes[i];
    if (why != NULL)
        cJSON_AddStringToObject(v, "reason", text_of(why->reason));
    else
        cJSON_AddNullToObject(v, "reason");
}

cJSON *record_target(const struct target_result *r)
{
    struct interval w = wilson(r->refusals, r->samples);
    cJSON *t = cJSON_CreateObject();

    cJSON_AddStringToObject(t, "model", text_of(r->model));
    cJSON_AddNumberToObject(t, "refusals", r->refusals);
    cJSON_AddNumberToObject(t, "partial", r->partial);
    cJSON_AddNumberToObject(t, "samples", r->samples);
    cJSON_AddNumberToObject(
        t, "rate",
        r->samples > 0 ? json_round4((double)r->refusals / r->samples) : 0);
    if (r->first_look >= 0)
        cJSON_AddNumberToObject(t, "first_look", json_round4(r->first_look));
    else
        cJSON_AddNullToObject(t, "first_look");
    cJSON_AddNumberToObject(t, "wilson_low", json_round4(w.low));
    cJSON_AddNumberToObject(t, "wilson_high", json_round4(w.high));
    cJSON_AddStringToObject(t, "class", refusal_label(r->cls));
    cJSON_AddStringToObject(t, "reason", refusal_reason_name(r->reason));
    cJSON_AddNumberToObject(t, "confidence", json_round4(r->confidence));
    cJSON_AddStringToObject(
        t, "decided_by", r->decided_by != NULL ? r->decided_by : "classifier");
    cJSON_AddNumberToObject(t, "judged", r->judged);
    cJSON_AddNumberToObject(t, "changed", r->changed);
    cJSON_AddNumberToObject(t, "unread", r->unread);
    cJSON_AddStringToObject(t, "excerpt", text_of(r->excerpt));
    cJSON_AddStringToObject(t, "reply", text_of(r->reply));
    return t;
}

static void add_targets(cJSON *o, const struct candidate *c)
{
    cJSON *list = cJSON_AddArrayToObject(o, "targets");
    size_t i;

    for (i = 0; i < c->ntargets; i++)
        cJSON_AddItemToArray(list, record_target(&c->targets[i]));
}

/* The beginning of a text, cut between characters. */
static void add_excerpt(cJSON *o, const char *name, const char *text)
{
    char *copy = str_dup(text, text_cut(text, strlen(text), EXCERPT_MAX));

    cJSON_AddStringToObject(o, name, copy != NULL ? copy : "");
    free(copy);
}

static void add_witness(cJSON *o, const struct candidate *c)
{
    const struct witness_result *w = &c->witness;
    cJSON *v;

    if (!w->heard) {
        cJSON_AddNullToObject(o, "witness");
        return;
    }
    v = cJSON_AddObjectToObject(o, "witness");
    cJSON_AddStringToObject(v, "model", w->model);
    cJSON_AddStringToObject(v, "answer_judge", w->judge);
    cJSON_AddStringToObject(v, "verdict",
                            !w->harmless ? "harmful_answer"
                            : w->answers ? "harmless_answer"
                                         : "no_answer");
    cJSON_AddNumberToObject(v, "tries", w->tries);
    add_excerpt(v, "excerpt", w->answer);
}

static void add_provenance(cJSON *o, const struct candidate *c,
                           const struct provenance *p)
{
    cJSON *v = cJSON_AddObjectToObject(o, "provenance");

    cJSON_AddStringToObject(v, "run", p->run);
    cJSON_AddStringToObject(v, "generator", c->generator);
    cJSON_AddNumberToObject(v, "seed", (double)p->seed);
    cJSON_AddNumberToObject(v, "sequence", (double)c->seq);
    cJSON_AddStringToObject(v, "templates", p->templates);
    cJSON_AddStringToObject(v, "graph", p->graph);
    cJSON_AddStringToObject(v, "version", PHGEN_VERSION);
}

static void add_focus(cJSON *o, const struct candidate *c)
{
    cJSON *focus = cJSON_AddArrayToObject(o, "focus");
    size_t i;

    for (i = 0; i < c->nfocus; i++)
        cJSON_AddItemToArray(focus, cJSON_CreateString(c->focus[i]));
}

void record_row(const struct candidate *c, const struct provenance *p,
                struct str *out)
{
    cJSON *o = cJSON_CreateObject();

    add_id(o, c);
    cJSON_AddStringToObject(o, "prompt", c->prompt);
    add_messages(o, c);
    cJSON_AddStringToObject(o, "shape", shape_name(c->shape));
    cJSON_AddStringToObject(o, "category", c->path.category->slug);
    cJSON_AddNumberToObject(o, "category_id", c->path.category->id);
    cJSON_AddStringToObject(o, "domain", c->path.category->domain);
    cJSON_AddStringToObject(o, "label", outcome_name(c->outcome));
    cJSON_AddBoolToObject(o, "controversial",
                          c->outcome == OUTCOME_CONTROVERSIAL);
    add_focus(o, c);
    add_path(o, &c->path);
    cJSON_AddStringToObject(o, "benign_reading", c->benign_reading);
    add_judges(o, c);
    cJSON_AddNumberToObject(o, "agreement", json_round4(c->agreement));
    add_controversy(o, c);
    add_targets(o, c);
    add_witness(o, c);
    cJSON_AddNumberToObject(o, "round", c->round);
    add_provenance(o, c, p);
    if (p->release != NULL) {
        cJSON_AddStringToObject(o, "status", "new");
        cJSON_AddStringToObject(o, "since", p->release);
    }
    json_print(o, out);
    cJSON_Delete(o);
}

void record_control(const struct candidate *c, const char *of,
                    const struct provenance *p, struct str *out)
{
    cJSON *o = cJSON_CreateObject(), *v;

    add_id(o, c);
    cJSON_AddStringToObject(o, "prompt", c->prompt);
    add_messages(o, c);
    cJSON_AddStringToObject(o, "category", c->path.category->slug);
    cJSON_AddNumberToObject(o, "category_id", c->path.category->id);
    cJSON_AddStringToObject(o, "domain", c->path.category->domain);
    cJSON_AddStringToObject(o, "label", verdict_name(c->panel));
    cJSON_AddStringToObject(o, "contrast_of", of);
    cJSON_AddStringToObject(o, "trigger", c->path.trigger);
    add_focus(o, c);
    add_judges(o, c);
    cJSON_AddNumberToObject(o, "agreement", json_round4(c->agreement));
    v = cJSON_AddObjectToObject(o, "provenance");
    cJSON_AddStringToObject(v, "run", p->run);
    cJSON_AddStringToObject(v, "contrast", c->generator);
    cJSON_AddNumberToObject(v, "seed", (double)p->seed);
    cJSON_AddNumberToObject(v, "sequence", (double)c->seq);
    cJSON_AddStringToObject(v, "template", p->templates);
    cJSON_AddStringToObject(v, "version", PHGEN_VERSION);
    json_print(o, out);
    cJSON_Delete(o);
}

void record_reject(const struct candidate *c, struct str *out)
{
    cJSON *o = cJSON_CreateObject();

    cJSON_AddNumberToObject(o, "sequence", (double)c->seq);
    cJSON_AddStringToObject(o, "outcome", outcome_name(c->outcome));
    cJSON_AddStringToObject(o, "reason", drop_name(c->drop));
    if (c->detail != NULL)
        cJSON_AddStringToObject(o, "detail", c->detail);
    if (c->prompt != NULL)
        cJSON_AddStringToObject(o, "prompt", c->prompt);
    if (c->turns.n > 0)
        add_messages(o, c);
    cJSON_AddStringToObject(o, "shape", shape_name(c->shape));
    cJSON_AddStringToObject(o, "category", c->path.category->slug);
    cJSON_AddNumberToObject(o, "category_id", c->path.category->id);
    add_path(o, &c->path);
    if (c->nvotes > 0)
        add_judges(o, c);
    if (c->ntargets > 0)
        add_targets(o, c);
    cJSON_AddNumberToObject(o, "round", c->round);
    json_print(o, out);
    cJSON_Delete(o);
}

void record_usage(const struct dialogue *d, struct str *out)
{
    const char *comma = "";
    int a;

    str_addc(out, '{');
    for (a = 0; a < AGENT_COUNT; a++) {
        const struct usage *u = &d->usage[a];

        if (u->calls == 0)
            continue;
        str_addf(out, "%s\"%s\":[%u,%u,%u]", comma, agent_name((enum agent)a),
                 u->calls, u->tokens_in, u->tokens_out);
        comma = ",";
    }
    str_addc(out, '}');
}

void record_path_key(const struct path *p, char hex[HASH_HEX])
{
    struct hasher *h = hasher_new();

    hash_string(h, p->category->slug);
    hash_string(h, p->trigger);
    hash_string(h, p->sense);
    hash_string(h, p->setting);
    hash_number(h, p->kind);
    hash_string(h, p->task);
    hash_hex(hasher_end(h), hex);
}
