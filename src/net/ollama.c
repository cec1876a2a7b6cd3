/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Ollama's own chat API (docs.ollama.com, "Generate a chat message"), not
 * streamed.  `format` takes a JSON schema or the word "json"; sampling
 * parameters live in `options`; a reply without `done` was cut off.
 */
#include "net/dialect.h"

#include <string.h>

#define TOP_LOGPROBS_MAX 20

static void add_format(const struct call *call, unsigned lacks, struct str *out)
{
    if (call->schema == NULL)
        return;
    if (!(lacks & LACKS_JSON_SCHEMA))
        str_addf(out, ",\"format\":%s", call->schema);
    else if (!(lacks & LACKS_JSON_OBJECT))
        str_adds(out, ",\"format\":\"json\"");
}

void ollama_encode(const struct call *call, unsigned lacks, struct str *body)
{
    uint32_t top = call->top_logprobs;

    str_adds(body, "{\"model\":");
    dialect_quote(call->model->name, body);
    str_adds(body, ",\"stream\":false,\"messages\":");
    dialect_messages(call, lacks, false, body);
    /* Its seed is a C int. */
    str_addf(body, ",\"options\":{\"seed\":%lu",
             (unsigned long)(call->seed & 0x7FFFFFFF));
    if (call->temperature >= 0)
        dialect_number("temperature", call->temperature, body);
    if (call->max_tokens > 0)
        dialect_number("num_predict", call->max_tokens, body);
    str_addc(body, '}');
    if (top > 0 && !(lacks & LACKS_LOGPROBS))
        str_addf(body, ",\"logprobs\":true,\"top_logprobs\":%u",
                 (unsigned)(top < TOP_LOGPROBS_MAX ? top : TOP_LOGPROBS_MAX));
    add_format(call, lacks, body);
    str_addc(body, '}');
}

int ollama_decode(const cJSON *root, struct reply *r, struct err *err)
{
    const cJSON *message = json_object(root, "message");
    const char *content = json_string(message, "content");

    if (content == NULL)
        return err_set(err, "there is no message.content");
    if (!json_bool(root, "done", false))
        return err_set(err, "\"done\" is not true: the reply was cut off");
    r->finish = dialect_finish(json_string(root, "done_reason"));
    r->tokens_in = dialect_tokens(root, "prompt_eval_count");
    r->tokens_out = dialect_tokens(root, "eval_count");
    if (dialect_keep(&r->model, root, "model", err) != 0 ||
        dialect_reasoning(r, json_string(message, "thinking"), err) != 0 ||
        dialect_answer(r, content, err) != 0)
        return -1;
    return dialect_logprobs(r, json_array(root, "logprobs"), err);
}
