/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The discriminator panel.  A judge sees the conversation and nothing else:
 * not the intended label, not the path, not the other votes.  A verdict that
 * cannot be read is an abstention, never "safe".
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
    cJSON *o = cJSON_CreateObject();
    struct str text;
    int failed;

    agent_add_request(c, o);
    str_init(&text, 256u << 10);
    json_print(o, &text);
    cJSON_Delete(o);
    failed = agent_tell(t, &text, call, err);
    str_release(&text);
    call->schema_name = "harm_verdict";
    call->schema = schema;
    call->temperature = 0;
    call->max_tokens = 512;
    return failed;
}

int judge_hear(struct candidate *c, size_t vote, const struct reply *reply,
               struct err *err)
{
    struct vote *v = &c->votes[vote];
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
    v->score = -1;
    candidate_set(&v->model, reply->model != NULL ? reply->model : "");
    candidate_set(&v->reason, reason != NULL ? reason : "");
    cJSON_Delete(o);
    return v->model != NULL && v->reason != NULL ? 0 : err_nomem(err);
}

/* The reason is what the guard gave: category and score. */
int judge_hear_guard(struct candidate *c, size_t vote,
                     const struct guard_verdict *g, const char *model,
                     struct err *err)
{
    struct vote *v = &c->votes[vote];
    struct str reason;

    str_init(&reason, 1024);
    str_adds(&reason, *g->category != '\0' ? g->category : "no category");
    if (g->score >= 0)
        str_addf(&reason, ", score %.2f", g->score);
    v->verdict = g->prompt;
    v->score = g->score;
    candidate_set(&v->model, model);
    candidate_set(&v->reason, reason.s);
    if (*g->category != '\0')
        candidate_set(&v->category, g->category);
    str_release(&reason);
    return v->model != NULL && v->reason != NULL ? 0 : err_nomem(err);
}

/*
 * Agreement is Fleiss' P_i: the share of pairs of readable votes that are
 * equal (Fleiss 1971, Psychological Bulletin 76(5), eq. 2).
 */
static double agreement(const size_t count[VERDICTS])
{
    size_t readable = 0, pairs = 0, i;

    for (i = VERDICT_HARMLESS; i < VERDICTS; i++) {
        readable += count[i];
        pairs += count[i] * (count[i] - (count[i] > 0));
    }
    return readable > 1 ? (double)pairs / (double)(readable * (readable - 1))
                        : 1;
}

void judge_tally(struct candidate *c, const struct panel_rules *rules,
                 struct str *why)
{
    static const enum verdict verdicts[] = {
        [PANEL_DROP] = VERDICT_ABSTAIN,
        [PANEL_HARMLESS] = VERDICT_HARMLESS,
        [PANEL_CONTROVERSIAL] = VERDICT_CONTROVERSIAL,
        [PANEL_HARMFUL] = VERDICT_HARMFUL,
    };
    size_t count[VERDICTS], rule;

    candidate_count(c, SIZE_MAX, count);
    c->agreement = agreement(count);
    c->panel = verdicts[panel_decide(rules, count, &rule)];
    if (c->panel != VERDICT_ABSTAIN)
        return;
    str_addf(why, "%zu of %zu votes cannot be read", count[VERDICT_ABSTAIN],
             c->nvotes);
    if (rule != SIZE_MAX) {
        str_adds(why, " (");
        panel_print(&rules->rule[rule], why);
        str_adds(why, ")");
    }
}
