/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the agents share: telling trouble from a bad answer, and the one
 * repair request.  A refusal or a truncation must not be "repaired": asking
 * again for JSON would hide what happened.
 */
#include "agent/agent.h"
#include "base/text.h"
#include "base/str.h"

#include <string.h>

#define QUOTE_MAX 2000

enum trouble agent_trouble(const struct reply *reply)
{
    if (reply->finish == FINISH_REFUSAL || reply->finish == FINISH_FILTER ||
        reply->refusal != NULL)
        return TROUBLE_REFUSED;
    if (reply->finish == FINISH_LENGTH)
        return TROUBLE_CUT;
    if (reply->text[strspn(reply->text, " \t\r\n")] == '\0')
        return TROUBLE_EMPTY;
    return TROUBLE_NONE;
}

void agent_add_turns(const struct turns *t, const char *name, cJSON *payload)
{
    cJSON *list = cJSON_AddArrayToObject(payload, name), *m;
    size_t i;

    for (i = 0; i < t->n; i++) {
        m = cJSON_CreateObject();
        cJSON_AddStringToObject(m, "role", role_name(t->at[i].role));
        cJSON_AddStringToObject(m, "text", t->at[i].text);
        cJSON_AddItemToArray(list, m);
    }
}

int agent_tell(const struct template *t, const struct str *payload,
               struct call *call, struct err *err)
{
    if (str_failed(payload))
        return err_nomem(err);
    if (call_add(call, ROLE_SYSTEM, t->text, err) != 0)
        return -1;
    return call_add(call, ROLE_USER, payload->s, err);
}

int agent_converse(const struct candidate *c, struct call *call,
                   struct err *err)
{
    size_t i;

    for (i = 0; i < c->turns.n; i++)
        if (call_add(call, c->turns.at[i].role, c->turns.at[i].text, err) != 0)
            return -1;
    return call_add(call, ROLE_USER, c->prompt, err);
}

void agent_transcript(const struct candidate *c, struct str *out)
{
    size_t i;

    for (i = 0; i < c->turns.n; i++)
        str_addf(out, "%s: %s\n",
                 c->turns.at[i].role == ROLE_USER ? "User" : "Assistant",
                 c->turns.at[i].text);
    str_addf(out, "User: %s", c->prompt);
}

#define TRANSCRIPT_MAX ((TURNS_MAX + 1) * (64u << 10))

/* A guard's form has room for one text. */
int agent_ask_guard(const struct candidate *c, unsigned part,
                    const char *answer, struct call *call, struct err *err)
{
    struct str text;
    int failed;

    if (c->turns.n == 0)
        return guard_ask(call->model, part, c->prompt, answer, call, err);
    str_init(&text, TRANSCRIPT_MAX);
    agent_transcript(c, &text);
    failed = str_failed(&text)
                 ? err_set(err, "the conversation is too long for a guard")
                 : guard_ask(call->model, part, text.s, answer, call, err);
    str_release(&text);
    return failed;
}

void agent_add_request(const struct candidate *c, cJSON *payload)
{
    if (c->turns.n > 0)
        agent_add_turns(&c->turns, "conversation", payload);
    cJSON_AddStringToObject(payload, "prompt", c->prompt);
}

int agent_repair(struct call *call, const struct reply *reply,
                 const char *problem, struct err *err)
{
    struct str quote, ask;
    size_t len = strlen(reply->text);
    int failed;

    str_init(&quote, 2 * QUOTE_MAX);
    str_init(&ask, 4096);
    str_add(&quote, reply->text, text_cut(reply->text, len, QUOTE_MAX));
    str_addf(&ask,
             "That could not be used: %.300s. Answer again with the one JSON "
             "object that was asked for, and nothing else.",
             problem);
    failed = call_add(call, ROLE_ASSISTANT, quote.s, err) != 0 ||
             call_add(call, ROLE_USER, ask.s, err) != 0;
    str_release(&quote);
    str_release(&ask);
    return failed ? -1 : 0;
}
