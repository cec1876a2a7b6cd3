/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Raw text completion (OpenAI's legacy "Create completion", as vLLM and
 * llama-server offer it), for guard models that bring their own template: the
 * prompt is the texts of all turns, one behind the other with nothing
 * between.
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
        dialect_count("seed", call->seed, body);
    if (call->top_logprobs > 0 && !(lacks & LACKS_LOGPROBS))
        dialect_number("logprobs",
                       call->top_logprobs < LOGPROBS_MAX ? call->top_logprobs
                                                         : LOGPROBS_MAX,
                       body);
    str_addc(body, '}');
}

int completion_decode(const cJSON *root, struct reply *r, struct err *err)
{
    const cJSON *choice = cJSON_GetArrayItem(json_array(root, "choices"), 0);
    const cJSON *usage = json_object(root, "usage");
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
    return dialect_logprobs(r, json_object(choice, "logprobs"), err);
}
