/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * OpenAI chat completions (platform.openai.com, API reference, "Create chat
 * completion"), as its many imitators speak it too.
 *
 * The decoder takes what they were seen to send beyond the original:
 * `reasoning_content` (DeepSeek, vLLM, llama-server) or `reasoning`
 * (OpenRouter, Groq), content as a list of parts with "thinking" parts
 * (Mistral), Gemini's own finish reasons and `promptFeedback`.  A missing
 * `content` is an error unless something says why it is missing.
 */
#include "net/dialect.h"

#include <string.h>

#define TOP_LOGPROBS_MAX 20

static void add_format(const struct call *call, unsigned lacks, struct str *out)
{
    if (call->schema == NULL)
        return;
    if (!(lacks & LACKS_JSON_SCHEMA)) {
        str_adds(out, ",\"response_format\":{\"type\":\"json_schema\","
                      "\"json_schema\":{\"name\":");
        dialect_quote(call->schema_name != NULL ? call->schema_name : "answer",
                      out);
        if (!(lacks & LACKS_STRICT))
            str_adds(out, ",\"strict\":true");
        str_addf(out, ",\"schema\":%s}}", call->schema);
    } else if (!(lacks & LACKS_JSON_OBJECT)) {
        str_adds(out, ",\"response_format\":{\"type\":\"json_object\"}");
    }
}

void openai_encode(const struct call *call, unsigned lacks, struct str *body)
{
    uint32_t top = call->top_logprobs;

    str_adds(body, "{\"model\":");
    dialect_quote(call->model->name, body);
    str_adds(body, ",\"messages\":");
    dialect_messages(call, lacks, false, body);
    if (call->temperature >= 0 && !(lacks & LACKS_TEMPERATURE))
        dialect_number("temperature", call->temperature, body);
    if (call->max_tokens > 0)
        dialect_count(lacks & LACKS_MAX_TOKENS ? "max_completion_tokens"
                                               : "max_tokens",
                      call->max_tokens, body);
    if (!(lacks & LACKS_SEED))
        dialect_count("seed", call->seed, body);
    if (top > 0 && !(lacks & LACKS_LOGPROBS))
        str_addf(body, ",\"%slogprobs\":%u",
                 lacks & LACKS_LOGPROBS_FLAG ? "" : "logprobs\":true,\"top_",
                 (unsigned)(top < TOP_LOGPROBS_MAX ? top : TOP_LOGPROBS_MAX));
    add_format(call, lacks, body);
    if (call->template_kwargs != NULL)
        str_addf(body, ",\"chat_template_kwargs\":%s", call->template_kwargs);
    str_addc(body, '}');
}

/* [{"type":"text","text":...}, {"type":"thinking","thinking":[...]}] */
static void gather_parts(const cJSON *parts, struct str *text,
                         struct str *thoughts)
{
    const cJSON *part, *inner;
    const char *s;

    cJSON_ArrayForEach(part, parts)
    {
        if ((s = json_string(part, "text")) != NULL)
            str_adds(text, s);
        if ((s = json_string(part, "thinking")) != NULL)
            str_adds(thoughts, s);
        cJSON_ArrayForEach(inner, json_array(part, "thinking"))
        {
            if ((s = json_string(inner, "text")) != NULL)
                str_adds(thoughts, s);
        }
    }
}

static int read_parts(const cJSON *parts, struct reply *r, struct err *err)
{
    struct str text, thoughts;
    int rc;

    str_init(&text, SIZE_MAX);
    str_init(&thoughts, SIZE_MAX);
    gather_parts(parts, &text, &thoughts);
    if (str_failed(&text) || str_failed(&thoughts))
        rc = err_nomem(err);
    else
        rc = dialect_reasoning(r, thoughts.s, err);
    if (rc == 0)
        rc = dialect_answer(r, text.s, err);
    str_release(&text);
    str_release(&thoughts);
    return rc;
}

static int read_message(const cJSON *message, struct reply *r, struct err *err)
{
    const cJSON *content = cJSON_GetObjectItemCaseSensitive(message, "content");
    const char *reasoning = json_string(message, "reasoning_content");

    if (reasoning == NULL)
        reasoning = json_string(message, "reasoning");
    if (dialect_reasoning(r, reasoning, err) != 0 ||
        dialect_keep(&r->refusal, message, "refusal", err) != 0)
        return -1;
    if (r->refusal != NULL && r->finish != FINISH_FILTER)
        r->finish = FINISH_REFUSAL;
    if (cJSON_IsString(content))
        return dialect_answer(r, content->valuestring, err);
    if (cJSON_IsArray(content))
        return read_parts(content, r, err);
    if (r->refusal == NULL && r->reasoning == NULL &&
        (r->finish == FINISH_UNKNOWN || r->finish == FINISH_STOP))
        return err_set(err, "choices[0].message has no content");
    return reply_set_text(r, "", 0, err);
}

/*
 * xAI and Gemini leave the tokens of thoughts out of completion_tokens, and
 * bill them: what the total has beyond the two counts went out.
 */
static void read_usage(const cJSON *root, struct reply *r)
{
    const cJSON *usage = json_object(root, "usage");
    const cJSON *details = json_object(usage, "completion_tokens_details");
    uint32_t total;

    r->tokens_in = dialect_tokens(usage, "prompt_tokens");
    r->tokens_out = dialect_tokens(usage, "completion_tokens");
    r->tokens_reasoning = dialect_tokens(details, "reasoning_tokens");
    total = dialect_tokens(usage, "total_tokens");
    if (r->tokens_in == 0 || total <= (uint64_t)r->tokens_in + r->tokens_out)
        return;
    if (r->tokens_reasoning == 0)
        r->tokens_reasoning = total - r->tokens_in - r->tokens_out;
    r->tokens_out = total - r->tokens_in;
}

/* No choice at all, but a word about why: the prompt was blocked. */
static bool prompt_blocked(const cJSON *root)
{
    return json_string(json_object(root, "promptFeedback"), "blockReason") !=
               NULL ||
           json_string(json_object(root, "prompt_feedback"), "block_reason") !=
               NULL;
}

static enum finish read_finish(const cJSON *choice)
{
    enum finish f = dialect_finish(json_string(choice, "finish_reason"));
    enum finish native =
        dialect_finish(json_string(choice, "native_finish_reason"));

    /* OpenRouter folds some blocks into "stop". */
    return native == FINISH_FILTER || native == FINISH_REFUSAL ? native : f;
}

/* A gateway's server broke off (OpenRouter, DeepSeek): worth another try. */
static int say_failed(const cJSON *choice, struct err *err)
{
    const char *why = json_string(json_object(choice, "error"), "message");

    return err_set(err, "the model's server broke off: %s",
                   why != NULL ? why : json_string(choice, "finish_reason"));
}

int openai_decode(const cJSON *root, struct reply *r, struct err *err)
{
    const cJSON *choice = cJSON_GetArrayItem(json_array(root, "choices"), 0);
    const cJSON *message = json_object(choice, "message");

    if (dialect_keep(&r->model, root, "model", err) != 0)
        return -1;
    read_usage(root, r);
    if (choice == NULL && prompt_blocked(root)) {
        r->finish = FINISH_FILTER;
        return reply_set_text(r, "", 0, err);
    }
    if (dialect_failed(json_string(choice, "finish_reason")) ||
        json_object(choice, "error") != NULL)
        return say_failed(choice, err);
    r->finish = read_finish(choice);
    if (message == NULL && r->finish == FINISH_FILTER)
        return reply_set_text(r, "", 0, err);
    if (message == NULL)
        return err_set(err, "there is no choices[0].message");
    if (read_message(message, r, err) != 0)
        return -1;
    return dialect_logprobs(r, json_object(choice, "logprobs"), err);
}
