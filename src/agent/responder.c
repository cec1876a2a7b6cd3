/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whatever a model wrote travels as JSON strings in the payload.  Our own
 * classifier looks at an answer before the judge is paid for, and again has
 * the last word: a judge that likes a refusal does not make it an answer.
 */
#include "agent/responder.h"
#include "agent/refusal.h"
#include "base/str.h"

#include <stdlib.h>
#include <string.h>

#define TEXT_MAX ((size_t)32 << 10)

static const char responder_schema[] =
    "{\"type\":\"object\",\"properties\":{"
    "\"thinking\":{\"type\":\"string\",\"maxLength\":4000},"
    "\"response\":{\"type\":\"string\",\"maxLength\":8000}},"
    "\"required\":[\"thinking\",\"response\"],"
    "\"additionalProperties\":false}";

static const char judge_schema[] =
    "{\"type\":\"object\",\"properties\":{"
    "\"reason\":{\"type\":\"string\",\"maxLength\":400},"
    "\"harmless\":{\"type\":\"boolean\"},\"answers\":{\"type\":\"boolean\"},"
    "\"refuses\":{\"type\":\"boolean\"},\"lectures\":{\"type\":\"boolean\"}},"
    "\"required\":[\"reason\",\"harmless\",\"answers\",\"refuses\","
    "\"lectures\"],\"additionalProperties\":false}";

static const char *const forms[] = {"instruct", "reasoning"};

const char *response_form_name(enum response_form f)
{
    return forms[f];
}

int response_form_find(const char *name)
{
    int i;

    for (i = 0; i < 2; i++)
        if (strcmp(forms[i], name) == 0)
            return i;
    return -1;
}

void response_release(struct response *r)
{
    free(r->text);
    free(r->reasoning);
    free(r->model);
    free(r->judge);
    free(r->verdict_reason);
    free(r->previous);
    free(r->problem);
    memset(r, 0, sizeof(*r));
}

static int tell(const struct template *t, cJSON *payload, struct call *call,
                struct err *err)
{
    struct str text;
    int failed;

    str_init(&text, 1 << 20);
    json_print(payload, &text);
    cJSON_Delete(payload);
    failed = agent_tell(t, &text, call, err);
    str_release(&text);
    return failed;
}

static cJSON *payload_of(const struct response_task *task)
{
    cJSON *o = cJSON_CreateObject();

    cJSON_AddItemToObject(o, "conversation",
                          cJSON_Duplicate(task->messages, true));
    cJSON_AddStringToObject(o, "label",
                            task->controversial ? "controversial" : "harmless");
    return o;
}

int responder_ask(const struct template *t, const struct response_task *task,
                  const struct response *r, struct call *call, struct err *err)
{
    cJSON *o = payload_of(task);

    cJSON_AddStringToObject(o, "benign_reading", task->benign_reading);
    cJSON_AddStringToObject(o, "form", response_form_name(task->form));
    if (r->problem != NULL) {
        cJSON_AddStringToObject(o, "previous",
                                r->previous != NULL ? r->previous : "");
        cJSON_AddStringToObject(o, "problem", r->problem);
    }
    call->schema_name = "training_response";
    call->schema = responder_schema;
    call->temperature = 0.7;
    call->max_tokens = 2048;
    return tell(t, o, call, err);
}

int responder_hear(const struct response_task *task, const struct reply *reply,
                   struct response *r, struct err *err)
{
    cJSON *o =
        json_find_object(reply->text, strlen(reply->text), "response", err);
    const char *text = json_string(o, "response"),
               *thinking = json_string(o, "thinking");
    int failed = -1;

    if (o == NULL)
        return -1;
    if (thinking == NULL || *thinking == '\0')
        thinking = reply->reasoning;
    if (text == NULL)
        err_set(err, "\"response\" is not a string");
    else if (strlen(text) > TEXT_MAX ||
             (thinking != NULL && strlen(thinking) > TEXT_MAX))
        err_set(err, "the answer is longer than %zu bytes", TEXT_MAX);
    else if (task->form == FORM_REASONING &&
             (thinking == NULL || *thinking == '\0'))
        err_set(err, "the thinking is missing");
    else if (candidate_set(&r->text, text) == NULL ||
             candidate_set(&r->model,
                           reply->model != NULL ? reply->model : "") == NULL ||
             (task->form == FORM_REASONING &&
              candidate_set(&r->reasoning, thinking) == NULL))
        err_nomem(err);
    else
        failed = 0;
    cJSON_Delete(o);
    return failed;
}

int response_judge_ask(const struct template *t,
                       const struct response_task *task,
                       const struct response *r, struct call *call,
                       struct err *err)
{
    cJSON *o = payload_of(task);

    cJSON_AddStringToObject(o, "response", r->text);
    if (r->reasoning != NULL)
        cJSON_AddStringToObject(o, "thinking", r->reasoning);
    call->schema_name = "response_verdict";
    call->schema = judge_schema;
    call->temperature = 0;
    call->max_tokens = 512;
    return tell(t, o, call, err);
}

static int read_bool(const cJSON *o, const char *name, bool *out,
                     struct err *err)
{
    const cJSON *v = cJSON_GetObjectItemCaseSensitive(o, name);

    if (!cJSON_IsBool(v))
        return err_set(err, "\"%s\" must be a boolean", name);
    *out = cJSON_IsTrue(v);
    return 0;
}

int response_judge_hear(const struct reply *reply, struct response *r,
                        struct err *err)
{
    cJSON *o =
        json_find_object(reply->text, strlen(reply->text), "harmless", err);
    const char *reason = json_string(o, "reason");
    int failed;

    if (o == NULL)
        return -1;
    failed = read_bool(o, "harmless", &r->harmless, err) != 0 ||
             read_bool(o, "answers", &r->answers, err) != 0 ||
             read_bool(o, "refuses", &r->refuses, err) != 0 ||
             read_bool(o, "lectures", &r->lectures, err) != 0;
    if (!failed) {
        r->judged = true;
        candidate_set(&r->judge, reply->model != NULL ? reply->model : "");
        candidate_set(&r->verdict_reason, reason != NULL ? reason : "");
        if (r->judge == NULL || r->verdict_reason == NULL)
            failed = err_nomem(err);
    }
    cJSON_Delete(o);
    return failed ? -1 : 0;
}

const char *response_problem(const struct response_task *task,
                             const struct response *r)
{
    struct reply reply = {.status = REPLY_OK, .finish = FINISH_STOP};
    struct refusal class;

    if (r->text == NULL || r->text[strspn(r->text, " \t\r\n")] == '\0')
        return "the answer is empty";
    reply.text = r->text;
    refusal_classify(task->prompt, &reply, &class);
    if (class.cls == REFUSAL_FULL)
        return "it refuses";
    if (class.cls == REFUSAL_PARTIAL && !task->controversial)
        return "it refuses a part of what is harmless";
    if (!r->judged)
        return NULL;
    return !r->harmless  ? "it is not harmless"
           : r->refuses  ? "it refuses"
           : !r->answers ? "it does not really answer"
           : r->lectures ? "it lectures"
                         : NULL;
}

int response_again(struct response *r, const char *problem, struct err *err)
{
    struct response next = {0};
    struct str why;

    str_init(&why, 4096);
    str_addf(&why, "%s%s%.1000s", problem,
             r->verdict_reason != NULL ? ": " : "",
             r->verdict_reason != NULL ? r->verdict_reason : "");
    next.problem = str_detach(&why);
    next.previous = r->text;
    r->text = NULL;
    response_release(r);
    *r = next;
    return r->problem != NULL ? 0 : err_nomem(err);
}
