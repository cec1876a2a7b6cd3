/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A chat request becomes a call and the reply a completion.  `created` is
 * fixed and the id is made from the content: equal requests get equal bytes.
 */
#include "serve/chat.h"
#include "base/json.h"

#include <stdlib.h>
#include <string.h>

void chat_models(struct str *out)
{
    const struct builtin_model *m;

    str_adds(out, "{\"object\":\"list\",\"data\":[");
    for (m = BUILTIN_MODELS; m->name != NULL; m++)
        str_addf(out,
                 "%s{\"id\":\"%s\",\"object\":\"model\",\"created\":0,"
                 "\"owned_by\":\"phgen\"}",
                 m == BUILTIN_MODELS ? "" : ",", m->name);
    str_adds(out, "]}");
}

static int find_role(const char *name)
{
    if (name == NULL)
        return -1;
    if (strcmp(name, "developer") == 0)
        return ROLE_SYSTEM;
    if (strcmp(name, role_name(ROLE_SYSTEM)) == 0)
        return ROLE_SYSTEM;
    if (strcmp(name, role_name(ROLE_USER)) == 0)
        return ROLE_USER;
    if (strcmp(name, role_name(ROLE_ASSISTANT)) == 0)
        return ROLE_ASSISTANT;
    return -1;
}

/* A string, or parts of type text. */
static int read_content(const cJSON *content, struct str *out, struct err *err)
{
    const cJSON *part;
    const char *text = cJSON_GetStringValue(content);

    if (text != NULL) {
        str_adds(out, text);
        return 0;
    }
    if (!cJSON_IsArray(content))
        return err_set(err, "\"content\" must be a string or a list of parts");
    cJSON_ArrayForEach(part, content)
    {
        text = json_string(part, "text");
        if (text == NULL)
            return err_set(err, "only parts of type \"text\" are supported");
        str_adds(out, text);
    }
    return 0;
}

static int read_messages(const cJSON *list, struct call *call, struct err *err)
{
    const cJSON *m;
    struct str text;
    int role, failed = 0;

    if (!cJSON_IsArray(list) || cJSON_GetArraySize(list) == 0 ||
        cJSON_GetArraySize(list) > CALL_MESSAGES_MAX)
        return err_set(err, "\"messages\" must be a list of 1 to %d messages",
                       CALL_MESSAGES_MAX);
    cJSON_ArrayForEach(m, list)
    {
        role = find_role(json_string(m, "role"));
        if (role < 0)
            return err_set(err, "a message needs the role system, user or "
                                "assistant");
        str_init(&text, 4u << 20);
        failed = read_content(cJSON_GetObjectItemCaseSensitive(m, "content"),
                              &text, err) != 0 ||
                 call_add(call, (enum role)role, text.s, err) != 0;
        str_release(&text);
        if (failed)
            return -1;
    }
    return 0;
}

static int read_request(const cJSON *o, struct model *model, struct call *call,
                        struct err *err)
{
    const char *name = json_string(o, "model");
    double seed = json_number(o, "seed", 0);

    if (name == NULL || builtin_find(name) == NULL)
        return err_set(err,
                       "The model \"%.60s\" does not exist; see /v1/models",
                       name != NULL ? name : "");
    if (json_bool(o, "stream", false))
        return err_set(err, "Streaming is not supported; leave \"stream\" out");
    if (json_number(o, "n", 1) != 1)
        return err_set(err, "Only n = 1 is supported");
    if (!(seed >= 0 && seed < 0x1p53))
        return err_set(err, "\"seed\" must be from 0 to 2^53 - 1");
    model->name = strdup(name);
    model->kind = MODEL_BUILTIN;
    call_init(call, AGENT_TARGET, model);
    call->seed = (uint64_t)seed;
    return read_messages(cJSON_GetObjectItemCaseSensitive(o, "messages"), call,
                         err);
}

static void write_completion(const struct reply *r, struct str *out)
{
    char id[HASH_HEX];

    hash_hex(hash_bytes(r->text, strlen(r->text)), id);
    str_addf(out,
             "{\"id\":\"chatcmpl-%s\",\"object\":\"chat.completion\","
             "\"created\":0,\"model\":\"%s\",\"choices\":[{\"index\":0,"
             "\"message\":{\"role\":\"assistant\",\"content\":",
             id, r->model);
    json_quote(r->text, strlen(r->text), out);
    str_addf(out,
             ",\"refusal\":null},\"logprobs\":null,\"finish_reason\":\"%s\"}],"
             "\"usage\":{\"prompt_tokens\":%u,\"completion_tokens\":%u,"
             "\"total_tokens\":%u}}",
             finish_name(r->finish), r->tokens_in, r->tokens_out,
             r->tokens_in + r->tokens_out);
}

int chat_complete(const struct builtin *b, const char *request, size_t len,
                  struct str *out, struct err *err)
{
    cJSON *o = json_parse(request, len, err);
    struct model model = {0};
    struct call call = {0};
    struct reply reply;
    int failed = -1;

    reply_init(&reply);
    if (o != NULL && read_request(o, &model, &call, err) == 0) {
        builtin_reply(b, &call, &reply);
        if (reply.status == REPLY_OK) {
            write_completion(&reply, out);
            failed = 0;
        } else {
            err_set(err, "%s", reply.error);
        }
    }
    reply_release(&reply);
    call_release(&call);
    model_release(&model);
    cJSON_Delete(o);
    return failed;
}
