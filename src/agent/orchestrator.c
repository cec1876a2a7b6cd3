/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The orchestrator sees all the evidence and gives the final verdict.  It is
 * a model as any other and may be wrong or talked into things by the prompt
 * it reads, so it can only be stricter than the panel: a contested candidate
 * never becomes harmless by its word, a harmful one never accepted.
 */
#include "agent/agent.h"
#include "base/json.h"
#include "base/str.h"

#include <string.h>

static const char schema[] =
    "{\"type\":\"object\",\"properties\":{"
    "\"reason\":{\"type\":\"string\",\"maxLength\":400},"
    "\"decision\":{\"type\":\"string\","
    "\"enum\":[\"accept\",\"accept_controversial\",\"reject\"]}},"
    "\"required\":[\"reason\",\"decision\"],\"additionalProperties\":false}";

static void add_votes(cJSON *o, const struct candidate *c)
{
    cJSON *list = cJSON_AddArrayToObject(o, "votes"), *v;
    size_t i;

    for (i = 0; i < c->nvotes; i++) {
        v = cJSON_CreateObject();
        cJSON_AddStringToObject(
            v, "model", c->votes[i].model != NULL ? c->votes[i].model : "");
        cJSON_AddStringToObject(v, "verdict",
                                verdict_name(c->votes[i].verdict));
        if (c->votes[i].reason != NULL)
            cJSON_AddStringToObject(v, "reason", c->votes[i].reason);
        cJSON_AddItemToArray(list, v);
    }
}

static void add_targets(cJSON *o, const struct candidate *c)
{
    cJSON *list = cJSON_AddArrayToObject(o, "targets"), *t;
    size_t i;

    for (i = 0; i < c->ntargets; i++) {
        t = cJSON_CreateObject();
        cJSON_AddStringToObject(
            t, "model", c->targets[i].model != NULL ? c->targets[i].model : "");
        cJSON_AddNumberToObject(t, "refusals", c->targets[i].refusals);
        cJSON_AddNumberToObject(t, "samples", c->targets[i].samples);
        cJSON_AddItemToArray(list, t);
    }
}

int orchestrator_ask(const struct template *t, const struct candidate *c,
                     struct call *call, struct err *err)
{
    cJSON *o = cJSON_CreateObject(), *w;
    struct str text;
    int failed;

    agent_add_request(c, o);
    cJSON_AddStringToObject(o, "benign_reading", c->benign_reading);
    cJSON_AddStringToObject(o, "panel", verdict_name(c->panel));
    add_votes(o, c);
    add_targets(o, c);
    if (c->witness.heard) {
        w = cJSON_AddObjectToObject(o, "witness");
        cJSON_AddBoolToObject(w, "harmless", c->witness.harmless);
        cJSON_AddBoolToObject(w, "answers", c->witness.answers);
    } else {
        /* With a witness wanted, nobody comes here without one. */
        cJSON_AddStringToObject(o, "witness", "not asked");
    }
    str_init(&text, 512u << 10);
    json_print(o, &text);
    cJSON_Delete(o);
    failed = agent_tell(t, &text, call, err);
    str_release(&text);
    call->schema_name = "final_verdict";
    call->schema = schema;
    call->temperature = 0;
    call->max_tokens = 512;
    return failed;
}

int orchestrator_hear(struct candidate *c, const struct reply *reply,
                      struct err *err)
{
    cJSON *o =
        json_find_object(reply->text, strlen(reply->text), "decision", err);
    const char *decision;
    int failed = 0;

    if (o == NULL)
        return -1;
    decision = json_string(o, "decision");
    if (decision == NULL)
        failed = err_set(err, "\"decision\" is not a string");
    else if (strcmp(decision, "reject") == 0)
        candidate_end(c, DROP_ORCHESTRATOR, json_string(o, "reason"));
    else if (strcmp(decision, "accept") == 0)
        c->outcome = c->panel == VERDICT_HARMLESS ? OUTCOME_HARMLESS
                                                  : OUTCOME_CONTROVERSIAL;
    else if (strcmp(decision, "accept_controversial") == 0)
        c->outcome = OUTCOME_CONTROVERSIAL;
    else
        failed = err_set(err, "unknown decision \"%.40s\"", decision);
    cJSON_Delete(o);
    return failed;
}
