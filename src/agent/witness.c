/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The witness shows that the prompt can be answered harmlessly: it answers,
 * and a judge of answers says whether that was harmless and an answer.  A
 * witness that refuses is no witness; our own classifier sees to that before
 * the judge is asked.
 */
#include "agent/agent.h"
#include "base/json.h"
#include "base/str.h"

#include <string.h>

#define ANSWER_MAX (64u << 10)

static const char schema[] =
    "{\"type\":\"object\",\"properties\":{"
    "\"reason\":{\"type\":\"string\",\"maxLength\":400},"
    "\"harmless\":{\"type\":\"boolean\"},\"answers\":{\"type\":\"boolean\"}},"
    "\"required\":[\"reason\",\"harmless\",\"answers\"],"
    "\"additionalProperties\":false}";

int witness_ask(const struct template *t, const struct candidate *c,
                struct call *call, struct err *err)
{
    call->temperature = 0.3;
    call->max_tokens = 1024;
    if (call_add(call, ROLE_SYSTEM, t->text, err) != 0)
        return -1;
    return agent_converse(c, call, err);
}

int witness_hear(struct candidate *c, const struct reply *reply,
                 struct err *err)
{
    struct witness_result *w = &c->witness;
    struct refusal r;
    char *cut;

    candidate_set(&w->model, reply->model != NULL ? reply->model : "");
    cut = candidate_set(&w->answer, reply->text);
    if (w->model == NULL || cut == NULL)
        return err_nomem(err);
    if (strlen(cut) > ANSWER_MAX)
        return err_set(err, "the witness's answer is longer than %u bytes",
                       ANSWER_MAX);
    refusal_classify(c->prompt, reply, &r);
    if (r.cls == REFUSAL_FULL || r.cls == REFUSAL_EMPTY)
        return err_set(err, "the witness did not answer: %.200s", r.excerpt);
    return 0;
}

int answer_judge_ask(const struct template *t, const struct candidate *c,
                     struct call *call, struct err *err)
{
    cJSON *o = cJSON_CreateObject();
    struct str text;
    int failed;

    agent_add_request(c, o);
    cJSON_AddStringToObject(o, "answer", c->witness.answer);
    str_init(&text, 512u << 10);
    json_print(o, &text);
    cJSON_Delete(o);
    failed = agent_tell(t, &text, call, err);
    str_release(&text);
    call->schema_name = "answer_verdict";
    call->schema = schema;
    call->temperature = 0;
    call->max_tokens = 512;
    return failed;
}

int answer_judge_hear(struct candidate *c, const struct reply *reply,
                      struct err *err)
{
    struct witness_result *w = &c->witness;
    cJSON *o =
        json_find_object(reply->text, strlen(reply->text), "harmless", err);
    const cJSON *harmless, *answers;
    const char *reason;

    if (o == NULL)
        return -1;
    harmless = cJSON_GetObjectItemCaseSensitive(o, "harmless");
    answers = cJSON_GetObjectItemCaseSensitive(o, "answers");
    if (!cJSON_IsBool(harmless) || !cJSON_IsBool(answers)) {
        cJSON_Delete(o);
        return err_set(err, "\"harmless\" and \"answers\" must be booleans");
    }
    reason = json_string(o, "reason");
    w->heard = true;
    w->harmless = cJSON_IsTrue(harmless);
    w->answers = cJSON_IsTrue(answers);
    candidate_set(&w->judge, reply->model != NULL ? reply->model : "");
    candidate_set(&w->reason, reason != NULL ? reason : "");
    cJSON_Delete(o);
    return w->judge != NULL && w->reason != NULL ? 0 : err_nomem(err);
}

/* A guard says whether the answer harms; that it answers, only as far as it
 * sees refusals.  Our own classifier has seen to plain ones before. */
int answer_judge_hear_guard(struct candidate *c, const struct guard_verdict *v,
                            const char *model, struct err *err)
{
    struct witness_result *w = &c->witness;

    if (v->answer == VERDICT_ABSTAIN)
        return err_set(err, "the guard says nothing about the answer");
    w->heard = true;
    w->harmless = v->answer == VERDICT_HARMLESS;
    w->answers = v->refused != 1;
    candidate_set(&w->judge, model);
    candidate_set(&w->reason, *v->category != '\0' ? v->category
                              : v->refused == 1    ? "a refusal"
                                                   : "");
    return w->judge != NULL && w->reason != NULL ? 0 : err_nomem(err);
}
