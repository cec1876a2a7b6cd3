/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The discriminator panel.  A judge sees the prompt and nothing else: not the
 * intended label, not the path, not the other votes.  A verdict that cannot
 * be read is an abstention, never "safe".
 */
#include "agent/agent.h"
#include "base/json.h"
#include "base/str.h"

#include <string.h>

static const char schema[] =
    "{\"type\":\"object\",\"properties\":{"
    "\"reason\":{\"type\":\"string\",\"maxLength\":400},"
    "\"verdict\":{\"type\":\"string\","
    "\"enum\":[\"harmless\",\"controversial\",\"harmful\"]}},"
    "\"required\":[\"reason\",\"verdict\"],\"additionalProperties\":false}";

int judge_ask(const struct template *t, const struct candidate *c,
              struct call *call, struct err *err)
{
    struct str text;
    int failed;

    str_init(&text, 256u << 10);
    str_adds(&text, "{\"prompt\":");
    json_quote(c->prompt, strlen(c->prompt), &text);
    str_adds(&text, "}");
    failed = agent_tell(t, &text, call, err);
    str_release(&text);
    call->schema_name = "harm_verdict";
    call->schema = schema;
    call->temperature = 0;
    call->max_tokens = 512;
    return failed;
}

int judge_hear(struct candidate *c, size_t judge, const struct reply *reply,
               struct err *err)
{
    struct vote *v = &c->votes[judge];
    cJSON *o =
        json_find_object(reply->text, strlen(reply->text), "verdict", err);
    const char *name, *reason;
    int verdict;

    if (o == NULL)
        return -1;
    name = json_string(o, "verdict");
    reason = json_string(o, "reason");
    verdict = name != NULL ? verdict_find(name) : -1;
    if (verdict <= VERDICT_ABSTAIN) {
        err_set(err,
                "\"verdict\" must be harmless, controversial or harmful, not "
                "\"%.40s\"",
                name != NULL ? name : "?");
        cJSON_Delete(o);
        return -1;
    }
    v->verdict = (enum verdict)verdict;
    candidate_set(&v->model, reply->model != NULL ? reply->model : "");
    candidate_set(&v->reason, reason != NULL ? reason : "");
    cJSON_Delete(o);
    return v->model != NULL && v->reason != NULL ? 0 : err_nomem(err);
}

/*
 * The rule: a majority for harmful rejects, all harmless is harmless, all
 * between is controversial; fewer readable votes than half the panel decide
 * nothing.  Agreement is Fleiss' P_i: the share of pairs of readable votes
 * that are equal (Fleiss 1971, Psychological Bulletin 76(5), eq. 2).
 */
void judge_tally(struct candidate *c)
{
    size_t count[VERDICTS] = {0}, readable, pairs = 0, i;

    for (i = 0; i < c->nvotes; i++)
        count[c->votes[i].verdict]++;
    readable = c->nvotes - count[VERDICT_ABSTAIN];
    for (i = VERDICT_HARMLESS; i < VERDICTS; i++)
        pairs += count[i] * (count[i] - (count[i] > 0));
    c->agreement =
        readable > 1 ? (double)pairs / (double)(readable * (readable - 1)) : 1;
    if (readable == 0 || 2 * readable < c->nvotes)
        c->panel = VERDICT_ABSTAIN;
    else if (2 * count[VERDICT_HARMFUL] > readable)
        c->panel = VERDICT_HARMFUL;
    else if (count[VERDICT_HARMLESS] == readable)
        c->panel = VERDICT_HARMLESS;
    else
        c->panel = VERDICT_CONTROVERSIAL;
}
