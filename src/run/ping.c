/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The engine does the work: it learns what a server does not take (schema,
 * log-probabilities, temperature) and asks again without, and its sentences
 * say why nothing came.  Here is only what to ask, and what the answer shows.
 *
 * The question asks for a word, not for JSON, so that an object in the answer
 * comes from the schema and not from obedience.
 */
#include "run/ping.h"
#include "base/call.h"
#include "base/now.h"
#include "net/dialect.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TOKENS_FIRST 256
#define TOKENS_MORE  4096 /* for models that think first */
#define TURN_MS      100

static const char schema[] =
    "{\"type\":\"object\",\"properties\":{\"answer\":{\"type\":\"string\","
    "\"enum\":[\"yes\",\"no\"]}},\"required\":[\"answer\"],"
    "\"additionalProperties\":false}";

static bool is_chat(const struct model *m)
{
    return m->kind == MODEL_BUILTIN || m->dialect < DIALECT_COMPLETION;
}

static bool has_logprobs(const struct model *m)
{
    return m->kind == MODEL_HTTP && m->dialect != DIALECT_ANTHROPIC &&
           m->dialect <= DIALECT_COMPLETION;
}

static int make_call(const struct model *m, bool with_schema, uint32_t tokens,
                     struct call *c, struct err *err)
{
    call_init(c, AGENT_TARGET, m);
    c->seed = 1;
    if (is_chat(m) || m->dialect == DIALECT_COMPLETION) {
        c->temperature = 0;
        c->max_tokens = tokens;
    }
    if (has_logprobs(m))
        c->top_logprobs = 2;
    if (is_chat(m) && with_schema) {
        c->schema = schema;
        c->schema_name = "answer";
    }
    return call_add(c, ROLE_USER,
                    m->kind == MODEL_HTTP && m->dialect >= DIALECT_EMBEDDING
                        ? "The sky is blue."
                        : "Is the sky blue on a clear day? Answer yes or no.",
                    err);
}

/* --- one call --- */

static int over_net(struct net *net, const struct call *c, struct reply *r,
                    struct err *err)
{
    uint64_t ticket;

    if (net_submit(net, c, 1, err) != 0)
        return -1;
    while (!net_take(net, &ticket, r))
        if (net_turn(net, TURN_MS, err) != 0)
            return -1;
    return 0;
}

static void note_failure(const struct reply *r, struct ping *p)
{
    int s = p->status = r->http_status;

    p->reachable = s > 0 || r->reached;
    p->authorised = s > 0 && s != 401 && s != 403 && s != 407;
    err_set(&p->why, "%s", r->error != NULL ? r->error : "no answer");
}

static void note_answer(struct reply *r, struct ping *p)
{
    p->reachable = p->authorised = p->known = p->answered = true;
    p->status = r->http_status;
    p->tokens_in += r->tokens_in;
    p->tokens_out += r->tokens_out;
    p->logprobs = p->logprobs || r->logprobs != NULL;
    if (p->model == NULL) {
        p->model = r->model;
        r->model = NULL;
    }
}

/* True when an answer came. */
static bool ask(const struct model *m, const struct builtin *b, struct net *net,
                bool with_schema, uint32_t tokens, struct reply *r,
                struct ping *p)
{
    struct call c;
    int failed = make_call(m, with_schema, tokens, &c, &p->why);
    double start = now_seconds();

    reply_release(r);
    if (!failed && m->kind == MODEL_BUILTIN)
        builtin_reply(b, &c, r);
    else if (!failed)
        failed = over_net(net, &c, r, &p->why);
    call_release(&c);
    if (failed)
        return false;
    p->calls++;
    if (r->status == REPLY_OK && !p->answered)
        p->ms = 1e3 * (now_seconds() - start);
    if (r->status == REPLY_OK)
        note_answer(r, p);
    else if (!p->answered)
        note_failure(r, p);
    return r->status == REPLY_OK;
}

/* --- what the answer shows --- */

static bool fits_schema(const char *text)
{
    cJSON *o = json_find_object(text, strlen(text), "answer", NULL);
    const char *answer = json_string(o, "answer");
    bool fits = answer != NULL &&
                (strcmp(answer, "yes") == 0 || strcmp(answer, "no") == 0);

    cJSON_Delete(o);
    return fits;
}

static enum ping_schema judge_schema(const char *text, const char *rung)
{
    if (!fits_schema(text))
        return PING_IGNORED;
    if (strcmp(rung, "json_schema") == 0)
        return PING_SCHEMA;
    return strcmp(rung, "json_object") == 0 ? PING_JSON_OBJECT
                                            : PING_INSTRUCTIONS;
}

static void describe(const struct model *m, const char *text, struct ping *p)
{
    cJSON *o = json_parse(text, strlen(text), NULL);
    struct str s;

    str_init(&s, 1000);
    if (m->dialect == DIALECT_EMBEDDING)
        str_addf(&s, "A vector of %d numbers came.",
                 cJSON_GetArraySize(cJSON_GetArrayItem(o, 0)));
    else
        str_addf(&s, "A verdict over %d categories came.",
                 cJSON_GetArraySize(
                     cJSON_GetObjectItemCaseSensitive(o, "categories")));
    cJSON_Delete(o);
    p->got = str_detach(&s);
}

static void ask_all(const struct model *m, const struct builtin *b,
                    struct net *net, struct ping *p)
{
    struct reply r;

    reply_init(&r);
    if (!ask(m, b, net, true, TOKENS_FIRST, &r, p))
        goto out;
    p->logprobs_asked = has_logprobs(m);
    if (r.finish == FINISH_LENGTH && is_chat(m) &&
        !ask(m, b, net, true, TOKENS_MORE, &r, p)) {
        p->schema = PING_CUT;
        goto out;
    }
    if (is_chat(m) && m->kind == MODEL_HTTP)
        p->schema = judge_schema(r.text, net_schema_rung(net, m));
    else if (m->kind == MODEL_HTTP && m->dialect >= DIALECT_EMBEDDING)
        describe(m, r.text, p);
    /* Some have none beside a grammar. */
    if (p->logprobs_asked && !p->logprobs && is_chat(m))
        ask(m, b, net, false, TOKENS_FIRST, &r, p);
out:
    reply_release(&r);
}

void ping_model(const struct model *m, size_t url, const struct builtin *b,
                const struct net_options *options, struct ping *out)
{
    struct net_options o = *options;
    struct model one = *m;
    struct net *net;

    memset(out, 0, sizeof(*out));
    if (m->kind == MODEL_BUILTIN) {
        ask_all(m, b, NULL, out);
        return;
    }
    one.urls[0] = m->urls[url];
    one.nurls = 1;
    out->url = model_url_shown(one.urls[0]);
    o.retries = 0;
    net = net_new(&o, &out->why);
    if (net != NULL)
        ask_all(&one, b, net, out);
    net_free(net);
}

void ping_release(struct ping *p)
{
    free(p->url);
    free(p->model);
    free(p->got);
    memset(p, 0, sizeof(*p));
}

/* --- saying it --- */

static const struct {
    const char *word, *sentence;
} schemas[] = {
    [PING_UNASKED] = {NULL, NULL},
    [PING_SCHEMA] = {"json_schema", "A JSON schema is honoured."},
    [PING_JSON_OBJECT] = {"json_object",
                          "A JSON schema is not taken; \"json_object\" is, "
                          "with the schema in words."},
    [PING_INSTRUCTIONS] = {"instructions",
                           "Neither a JSON schema nor \"json_object\" is "
                           "taken; the schema goes in words, and the answer "
                           "kept to it."},
    [PING_IGNORED] = {"ignored", "A JSON schema is not honoured: the answer "
                                 "was no JSON that fits it."},
    [PING_CUT] = {"cut", "Whether a JSON schema is honoured was not seen: the "
                         "answer was cut short, and no longer one came."},
};

static void say_reached(const struct ping *p, const struct model *m,
                        struct str *out)
{
    bool spoke = p->answered || p->status > 0;

    if (m->kind == MODEL_BUILTIN) {
        str_adds(out, "It is embedded: no address, no key.\n");
        return;
    }
    str_addf(out, "%s %s (%s).\n", p->url,
             spoke           ? "is reachable"
             : p->reachable  ? "was reached, and gave no answer in HTTP"
             : p->calls == 0 ? "was not asked"
                             : "is not reachable",
             dialect_of(m->dialect)->name);
    if (!spoke)
        return;
    if (!p->authorised && m->key_env != NULL)
        str_addf(out, "The key in %s is not accepted.\n", m->key_env);
    else if (!p->authorised)
        str_adds(out, "It wants a key, and none was sent.\n");
    else if (m->key_env != NULL)
        str_addf(out, "The key in %s is accepted.\n", m->key_env);
    else
        str_adds(out, "No key was sent, and none was asked for.\n");
}

static void say_model(const struct ping *p, const struct model *m,
                      struct str *out)
{
    if (p->known)
        str_addf(out, "The model \"%s\" is known", m->name);
    else if (strcasestr(p->why.text, "model_not_found") != NULL)
        str_addf(out, "The model \"%s\" is not known there", m->name);
    else
        str_addf(out,
                 "That address is not known there, or the model \"%s\" is "
                 "not",
                 m->name);
    if (p->model != NULL && strcmp(p->model, m->name) != 0)
        str_addf(out, "; the server calls it \"%s\"", p->model);
    str_adds(out, ".\n");
}

void ping_sentences(const struct ping *p, const struct model *m,
                    struct str *out)
{
    say_reached(p, m, out);
    if (m->kind == MODEL_HTTP && (p->answered || p->status == 404))
        say_model(p, m, out);
    if (!p->answered)
        return;
    if (p->got != NULL)
        str_addf(out, "%s\n", p->got);
    if (schemas[p->schema].sentence != NULL)
        str_addf(out, "%s\n", schemas[p->schema].sentence);
    if (p->logprobs_asked)
        str_addf(out, "Log-probabilities are %soffered.\n",
                 p->logprobs ? "" : "not ");
    else if (m->kind == MODEL_HTTP && is_chat(m))
        str_adds(out, "This dialect has no log-probabilities.\n");
    str_addf(out, "It answered in %.*f ms (%u call%s, %u tokens in, %u out).\n",
             p->ms < 10 ? 1 : 0, p->ms, p->calls, p->calls > 1 ? "s" : "",
             p->tokens_in, p->tokens_out);
}

cJSON *ping_json(const struct ping *p, const struct model *m)
{
    cJSON *o = cJSON_CreateObject();

    if (p->url != NULL)
        cJSON_AddStringToObject(o, "url", p->url);
    cJSON_AddStringToObject(
        o, "dialect",
        m->kind == MODEL_BUILTIN ? "builtin" : dialect_of(m->dialect)->name);
    cJSON_AddBoolToObject(o, "reachable", p->reachable);
    cJSON_AddBoolToObject(o, "authorised", p->authorised);
    cJSON_AddBoolToObject(o, "model_known", p->known);
    cJSON_AddBoolToObject(o, "answered", p->answered);
    if (p->model != NULL)
        cJSON_AddStringToObject(o, "server_model", p->model);
    if (schemas[p->schema].word != NULL && p->answered)
        cJSON_AddStringToObject(o, "schema", schemas[p->schema].word);
    if (p->answered)
        cJSON_AddBoolToObject(o, "logprobs", p->logprobs);
    if (p->status > 0)
        cJSON_AddNumberToObject(o, "status", p->status);
    cJSON_AddNumberToObject(o, "calls", p->calls);
    cJSON_AddNumberToObject(o, "tokens_in", p->tokens_in);
    cJSON_AddNumberToObject(o, "tokens_out", p->tokens_out);
    cJSON_AddNumberToObject(o, "ms", p->ms);
    if (!p->answered)
        cJSON_AddStringToObject(o, "error", p->why.text);
    return o;
}
