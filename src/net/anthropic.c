/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Anthropic Messages (docs.claude.com, "Messages"): the system text is a
 * member of its own, max_tokens must be sent, there are no seeds and no
 * logprobs.
 *
 * The ladder of structured output: `output_config.format` with a JSON schema,
 * else a tool that the model is made to call, whose input is the answer, else
 * instructions.
 */
#include "net/dialect.h"

#include <string.h>

#define MAX_TOKENS_DEFAULT 4096

static void add_format(const struct call *call, unsigned lacks, struct str *out)
{
    if (call->schema == NULL)
        return;
    if (!(lacks & LACKS_JSON_SCHEMA))
        str_addf(out,
                 ",\"output_config\":{\"format\":{\"type\":\"json_schema\","
                 "\"schema\":%s}}",
                 call->schema);
    else if (!(lacks & LACKS_JSON_OBJECT))
        str_addf(out,
                 ",\"tools\":[{\"name\":\"answer\",\"description\":"
                 "\"Gives the answer.\",\"input_schema\":%s}],"
                 "\"tool_choice\":{\"type\":\"tool\",\"name\":\"answer\"}",
                 call->schema);
}

void anthropic_encode(const struct call *call, unsigned lacks, struct str *body)
{
    struct str system;

    str_adds(body, "{\"model\":");
    dialect_quote(call->model->name, body);
    dialect_number("max_tokens",
                   call->max_tokens > 0 ? call->max_tokens : MAX_TOKENS_DEFAULT,
                   body);
    str_init(&system, body->max);
    if (dialect_system(call, &system) && !(lacks & LACKS_SYSTEM)) {
        str_adds(body, ",\"system\":");
        dialect_quote(system.s, body);
    }
    str_release(&system);
    str_adds(body, ",\"messages\":");
    dialect_messages(call, lacks, true, body);
    if (call->temperature >= 0 && !(lacks & LACKS_TEMPERATURE))
        dialect_number("temperature",
                       call->temperature < 1 ? call->temperature : 1, body);
    add_format(call, lacks, body);
    str_addc(body, '}');
}

static int read_block(const cJSON *block, struct reply *r, struct str *text,
                      struct err *err)
{
    const char *type = json_string(block, "type"), *s;

    if (type == NULL)
        return 0;
    if (strcmp(type, "text") == 0 && (s = json_string(block, "text")) != NULL)
        str_adds(text, s);
    else if (strcmp(type, "thinking") == 0)
        return dialect_reasoning(r, json_string(block, "thinking"), err);
    else if (strcmp(type, "tool_use") == 0 &&
             json_object(block, "input") != NULL)
        json_print(json_object(block, "input"), text);
    return 0;
}

static int read_blocks(const cJSON *content, struct reply *r, struct err *err)
{
    const cJSON *block;
    struct str text;
    int rc = 0;

    str_init(&text, SIZE_MAX);
    cJSON_ArrayForEach(block, content)
    {
        if (rc == 0)
            rc = read_block(block, r, &text, err);
    }
    if (rc == 0 && str_failed(&text))
        rc = err_nomem(err);
    if (rc == 0)
        rc = dialect_answer(r, text.s, err);
    str_release(&text);
    return rc;
}

static int read_stop(const cJSON *root, struct reply *r, struct err *err)
{
    const cJSON *details = json_object(root, "stop_details");

    r->finish = dialect_finish(json_string(root, "stop_reason"));
    if (r->finish == FINISH_TOOL) /* ours: the tool's input is the answer */
        r->finish = FINISH_STOP;
    if (r->finish == FINISH_REFUSAL &&
        dialect_keep(&r->refusal, details, "explanation", err) != 0)
        return -1;
    if (r->finish == FINISH_REFUSAL && r->refusal == NULL)
        return dialect_keep(&r->refusal, details, "category", err);
    return 0;
}

int anthropic_decode(const cJSON *root, struct reply *r, struct err *err)
{
    const cJSON *content = json_array(root, "content");
    const cJSON *usage = json_object(root, "usage");

    if (content == NULL)
        return err_set(err, "there is no \"content\" list");
    if (dialect_keep(&r->model, root, "model", err) != 0 ||
        read_stop(root, r, err) != 0)
        return -1;
    r->tokens_in = dialect_tokens(usage, "input_tokens") +
                   dialect_tokens(usage, "cache_creation_input_tokens") +
                   dialect_tokens(usage, "cache_read_input_tokens");
    r->tokens_out = dialect_tokens(usage, "output_tokens");
    return read_blocks(content, r, err);
}
