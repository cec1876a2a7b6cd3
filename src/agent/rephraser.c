/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The request goes out as data and comes back as a member, never as prose. */
#include "agent/rephraser.h"
#include "base/json.h"
#include "base/str.h"

#include <string.h>

static const char schema[] =
    "{\"type\":\"object\",\"properties\":{"
    "\"request\":{\"type\":\"string\",\"maxLength\":65536}},"
    "\"required\":[\"request\"],\"additionalProperties\":false}";

int rephraser_ask(const struct template *t, const char *request,
                  const char *focus, struct call *call, struct err *err)
{
    cJSON *o = cJSON_CreateObject();
    struct str text;
    int failed;

    cJSON_AddStringToObject(o, "request", request);
    if (focus != NULL)
        cJSON_AddStringToObject(o, "focus", focus);
    str_init(&text, 4u << 20);
    json_print(o, &text);
    cJSON_Delete(o);
    failed = agent_tell(t, &text, call, err);
    str_release(&text);
    call->schema_name = "neutral_request";
    call->schema = schema;
    call->temperature = 0;
    call->max_tokens = 1024;
    return failed;
}

int rephraser_hear(const struct reply *reply, char **text, struct err *err)
{
    cJSON *o;
    const char *request;
    int failed = 0;

    *text = NULL;
    if (reply->status != REPLY_OK)
        return err_set(err, "%s",
                       reply->error != NULL ? reply->error : "no answer");
    if (agent_trouble(reply) != TROUBLE_NONE)
        return err_set(err, "the rephraser refused, broke off or was silent");
    o = json_find_object(reply->text, strlen(reply->text), "request", err);
    request = json_string(o, "request");
    if (o == NULL)
        failed = -1;
    else if (request == NULL || request[strspn(request, " \t\r\n")] == '\0')
        failed = err_set(err, "\"request\" is no text");
    else if (strlen(request) > REPHRASER_BYTES)
        failed = err_set(err, "\"request\" is longer than %zu bytes",
                         REPHRASER_BYTES);
    else if ((*text = strdup(request)) == NULL)
        failed = err_nomem(err);
    cJSON_Delete(o);
    return failed;
}
