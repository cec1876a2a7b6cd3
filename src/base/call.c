/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Lifetime and the two stable forms of a call and a reply: the key, and the
 * stored JSON.  What is left out of the key on purpose: who asks, for which
 * candidate and how often it was tried.
 */
#include "base/call.h"
#include "base/json.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STORED_MAX (64u << 20)

static const char *const agents[AGENT_COUNT] = {
    [AGENT_GENERATOR] = "generator",
    [AGENT_JUDGE] = "judge",
    [AGENT_TARGET] = "target",
    [AGENT_WITNESS] = "witness",
    [AGENT_ANSWER_JUDGE] = "answer-judge",
    [AGENT_ORCHESTRATOR] = "orchestrator",
    [AGENT_REFUSAL_JUDGE] = "refusal-judge",
    [AGENT_RESPONDER] = "responder",
    [AGENT_RESPONSE_JUDGE] = "response-judge",
    [AGENT_EXTRACTOR] = "extractor",
    [AGENT_CONTRAST] = "contrast",
    [AGENT_REPHRASER] = "rephraser",
    [AGENT_EMBEDDER] = "embedder",
};

static const char *const roles[] = {
    [ROLE_SYSTEM] = "system",
    [ROLE_USER] = "user",
    [ROLE_ASSISTANT] = "assistant",
};

static const char *const finishes[] = {
    [FINISH_UNKNOWN] = "unknown", [FINISH_STOP] = "stop",
    [FINISH_LENGTH] = "length",   [FINISH_FILTER] = "content_filter",
    [FINISH_REFUSAL] = "refusal", [FINISH_TOOL] = "tool_calls",
};

const char *agent_name(enum agent a)
{
    return agents[a];
}

const char *role_name(enum role r)
{
    return roles[r];
}

const char *finish_name(enum finish f)
{
    return finishes[f];
}

void call_init(struct call *c, enum agent agent, const struct model *model)
{
    memset(c, 0, sizeof(*c));
    c->agent = agent;
    c->model = model;
    c->temperature = -1;
}

int call_add(struct call *c, enum role role, const char *text, struct err *err)
{
    assert(c->nmessages < CALL_MESSAGES_MAX);
    c->messages[c->nmessages].role = role;
    c->messages[c->nmessages].text = strdup(text);
    if (c->messages[c->nmessages].text == NULL)
        return err_nomem(err);
    c->nmessages++;
    return 0;
}

void call_release(struct call *c)
{
    size_t i;

    for (i = 0; i < c->nmessages; i++)
        free(c->messages[i].text);
    c->nmessages = 0;
}

struct hash128 call_key(const struct call *c)
{
    struct hasher *h = hasher_new();
    size_t i;

    hash_number(h, c->model->kind);
    hash_number(h, c->model->dialect);
    hash_string(h, c->model->name);
    /* One model behind several URLs is one model: the first names it. */
    hash_string(h, c->model->nurls > 0 ? c->model->urls[0] : NULL);
    for (i = 0; i < c->model->nheaders; i++)
        hash_string(h, c->model->headers[i]);
    hash_number(h, c->nmessages);
    for (i = 0; i < c->nmessages; i++) {
        hash_number(h, c->messages[i].role);
        hash_string(h, c->messages[i].text);
    }
    hash_field(h, &c->temperature, sizeof(c->temperature));
    hash_number(h, c->max_tokens);
    hash_number(h, c->seed);
    hash_string(h, c->schema);
    hash_number(h, c->top_logprobs);
    if (c->template_kwargs != NULL) /* the keys of other calls stay */
        hash_string(h, c->template_kwargs);
    return hasher_end(h);
}

void reply_init(struct reply *r)
{
    memset(r, 0, sizeof(*r));
}

void reply_release(struct reply *r)
{
    free(r->text);
    free(r->reasoning);
    free(r->refusal);
    free(r->model);
    free(r->logprobs);
    free(r->error);
    reply_init(r);
}

int reply_set_text(struct reply *r, const char *text, size_t len,
                   struct err *err)
{
    char *copy = str_dup(text, len);

    if (copy == NULL)
        return err_nomem(err);
    free(r->text);
    r->text = copy;
    return 0;
}

void reply_fail(struct reply *r, enum reply_status status, const char *fmt, ...)
{
    char text[ERR_TEXT_MAX];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    r->status = status;
    free(r->error);
    r->error = strdup(text);
}

static void add_optional(cJSON *o, const char *name, const char *value)
{
    if (value != NULL)
        cJSON_AddStringToObject(o, name, value);
}

char *reply_to_json(const struct reply *r)
{
    cJSON *o = cJSON_CreateObject();
    char *out;

    cJSON_AddStringToObject(o, "finish", finishes[r->finish]);
    add_optional(o, "text", r->text);
    add_optional(o, "reasoning", r->reasoning);
    add_optional(o, "refusal", r->refusal);
    add_optional(o, "model", r->model);
    add_optional(o, "logprobs", r->logprobs);
    cJSON_AddNumberToObject(o, "tokens_in", r->tokens_in);
    cJSON_AddNumberToObject(o, "tokens_out", r->tokens_out);
    if (r->tokens_reasoning > 0)
        cJSON_AddNumberToObject(o, "tokens_reasoning", r->tokens_reasoning);
    out = cJSON_PrintUnformatted(o);
    cJSON_Delete(o);
    return out;
}

static char *copy_member(const cJSON *o, const char *name)
{
    const char *s = json_string(o, name);

    return s != NULL ? strdup(s) : NULL;
}

static enum finish finish_by_name(const char *name)
{
    size_t i;

    for (i = 0; i < sizeof(finishes) / sizeof(*finishes); i++)
        if (name != NULL && strcmp(name, finishes[i]) == 0)
            return (enum finish)i;
    return FINISH_UNKNOWN;
}

static uint32_t tokens(const cJSON *o, const char *name)
{
    return (uint32_t)json_count(o, name, UINT32_MAX, 0);
}

int reply_from_json(const char *bytes, size_t len, struct reply *r,
                    struct err *err)
{
    cJSON *o;

    if (len > STORED_MAX)
        return err_set(err, "a stored reply of %zu bytes is too large", len);
    o = json_parse(bytes, len, err);
    if (o == NULL)
        return err_prefix(err, "a stored reply");
    reply_init(r);
    r->finish = finish_by_name(json_string(o, "finish"));
    r->text = copy_member(o, "text");
    r->reasoning = copy_member(o, "reasoning");
    r->refusal = copy_member(o, "refusal");
    r->model = copy_member(o, "model");
    r->logprobs = copy_member(o, "logprobs");
    r->tokens_in = tokens(o, "tokens_in");
    r->tokens_out = tokens(o, "tokens_out");
    r->tokens_reasoning = tokens(o, "tokens_reasoning");
    r->replayed = true;
    if (r->text == NULL)
        r->text = strdup("");
    cJSON_Delete(o);
    return r->text != NULL ? 0 : err_nomem(err);
}
