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

int agent_tell(const struct template *t, const struct str *payload,
               struct call *call, struct err *err)
{
    if (str_failed(payload))
        return err_nomem(err);
    if (call_add(call, ROLE_SYSTEM, t->text, err) != 0)
        return -1;
    return call_add(call, ROLE_USER, payload->s, err);
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
