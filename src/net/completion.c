/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Raw text completion (OpenAI's legacy "Create completion", as vLLM and
 * llama-server offer it), for guard models that bring their own template: the
 * prompt is the texts of all turns, one behind the other with nothing
 * between.
 *
 * Its old logprobs form, {tokens, token_logprobs, top_logprobs: [{token:
 * logprob}]}, is brought to the form of chat, so that readers know only one.
 */
#include "net/dialect.h"

#define LOGPROBS_MAX 5

void completion_encode(const struct call *call, unsigned lacks,
                       struct str *body)
{
    struct str prompt;
    size_t i;

    str_init(&prompt, body->max);
    for (i = 0; i < call->nmessages; i++)
        str_adds(&prompt, call->messages[i].text);
    str_adds(body, "{\"model\":");
    dialect_quote(call->model->name, body);
    str_adds(body, ",\"prompt\":");
    dialect_quote(prompt.s, body);
    if (str_failed(&prompt))
        body->bad = true;
    str_release(&prompt);
    if (call->temperature >= 0 && !(lacks & LACKS_TEMPERATURE))
        dialect_number("temperature", call->temperature, body);
    if (call->max_tokens > 0)
        dialect_number("max_tokens", call->max_tokens, body);
    if (!(lacks & LACKS_SEED))
        str_addf(body, ",\"seed\":%llu", (unsigned long long)call->seed);
    if (call->top_logprobs > 0 && !(lacks & LACKS_LOGPROBS))
        dialect_number("logprobs",
                       call->top_logprobs < LOGPROBS_MAX ? call->top_logprobs
                                                         : LOGPROBS_MAX,
                       body);
    str_addc(body, '}');
}

static cJSON *entry(const char *token, double logprob)
{
    cJSON *e = cJSON_CreateObject();

    cJSON_AddStringToObject(e, "token", token);
    cJSON_AddNumberToObject(e, "logprob", logprob);
    return e;
}

/* One position of the old form as one of the new; NULL when malformed. */
static cJSON *position(const cJSON *token, const cJSON *logprob,
                       const cJSON *top)
{
    cJSON *e, *list;
    const cJSON *t;

    if (!cJSON_IsString(token))
        return NULL;
    /* The first token of an echoed prompt has null. */
    e = entry(token->valuestring,
              cJSON_IsNumber(logprob) ? logprob->valuedouble : -9999);
    list = cJSON_AddArrayToObject(e, "top_logprobs");
    if (cJSON_IsObject(top))
        cJSON_ArrayForEach(t, top)
        {
            if (cJSON_IsNumber(t))
                cJSON_AddItemToArray(list, entry(t->string, t->valuedouble));
        }
    return e;
}

static int read_old_logprobs(const cJSON *old, struct reply *r, struct err *err)
{
    const cJSON *token, *logprob, *top, *tokens = json_array(old, "tokens");
    cJSON *content, *e;
    int rc;

    if (tokens == NULL)
        return 0;
    content = cJSON_CreateArray();
    logprob = json_array(old, "token_logprobs");
    logprob = logprob != NULL ? logprob->child : NULL;
    top = json_array(old, "top_logprobs");
    top = top != NULL ? top->child : NULL;
    cJSON_ArrayForEach(token, tokens)
    {
        e = position(token, logprob, top);
        if (e != NULL)
            cJSON_AddItemToArray(content, e);
        logprob = logprob != NULL ? logprob->next : NULL;
        top = top != NULL ? top->next : NULL;
    }
    rc = dialect_logprobs(r, content, err);
    cJSON_Delete(content);
    return rc;
}

int completion_decode(const cJSON *root, struct reply *r, struct err *err)
{
    const cJSON *choice = cJSON_GetArrayItem(json_array(root, "choices"), 0);
    const cJSON *usage = json_object(root, "usage");
    const cJSON *logprobs = json_object(choice, "logprobs");
    const char *text = json_string(choice, "text");

    r->finish = dialect_finish(json_string(choice, "finish_reason"));
    if (text == NULL && r->finish == FINISH_FILTER)
        text = "";
    if (text == NULL)
        return err_set(err, "there is no choices[0].text");
    r->tokens_in = dialect_tokens(usage, "prompt_tokens");
    r->tokens_out = dialect_tokens(usage, "completion_tokens");
    if (dialect_keep(&r->model, root, "model", err) != 0 ||
        dialect_answer(r, text, err) != 0)
        return -1;
    if (json_array(logprobs, "content") != NULL)
        return dialect_logprobs(r, json_array(logprobs, "content"), err);
    return read_old_logprobs(logprobs, r, err);
}
