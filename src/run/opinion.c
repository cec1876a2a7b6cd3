/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The agents write and read for candidates; here a candidate is made for the
 * moment, borrows the texts, and gives its verdict away.
 */
#include "run/opinion.h"
#include "agent/refusal.h"

#include <stdlib.h>
#include <string.h>

static const enum agent askers[QUESTIONS] = {
    [ON_PROMPT] = AGENT_JUDGE,
    [ON_REPLY] = AGENT_ANSWER_JUDGE,
    [ON_REFUSAL] = AGENT_REFUSAL_JUDGE,
};

size_t opinion_classes(enum known_task task)
{
    return task == KNOWN_REFUSAL ? (size_t)REFUSAL_CLASSES
                                 : (size_t)KNOWN_HARM_CLASSES;
}

const char *opinion_class_name(enum known_task task, size_t cls)
{
    if (cls == opinion_classes(task))
        return "abstain";
    return task == KNOWN_REFUSAL ? refusal_label((enum refusal_class)cls)
                                 : known_harm_name((enum known_harm_class)cls);
}

void opinion_init(struct opinion *o)
{
    int i;

    memset(o, 0, sizeof(*o));
    for (i = 0; i < QUESTIONS; i++)
        guard_verdict_init(&o->guard[i]);
    for (i = 0; i < KNOWN_TASKS; i++)
        o->said[i] = opinion_classes((enum known_task)i);
}

void opinion_release(struct opinion *o)
{
    int i;

    for (i = 0; i < KNOWN_TASKS; i++)
        free(o->why[i]);
    memset(o, 0, sizeof(*o));
}

/* --- asking --- */

unsigned opinion_parts(const struct model *judge)
{
    return judge->guard != NULL ? judge->guard->parts : 1;
}

int opinion_ask(const struct template *templates, const struct model *judge,
                enum question q, unsigned part,
                const struct opinion_texts *texts, struct call *call,
                struct err *err)
{
    const struct template *t = &templates[askers[q]];
    struct candidate c;

    call_init(call, askers[q], judge);
    memset(&c, 0, sizeof(c));
    c.prompt = (char *)(size_t)texts->prompt;
    if (texts->turns != NULL)
        c.turns = *texts->turns;
    if (judge->guard != NULL)
        return agent_ask_guard(&c, part, q == ON_REPLY ? texts->reply : NULL,
                               call, err);
    c.witness.answer = (char *)(size_t)texts->reply;
    switch (q) {
    case ON_PROMPT:
        return judge_ask(t, &c, call, err);
    case ON_REPLY:
        return answer_judge_ask(t, &c, call, err);
    default:
        return refusal_judge_ask(t, &c, texts->reply, call, err);
    }
}

/* --- hearing --- */

static void say(struct opinion *o, enum known_task task, size_t cls,
                const char *why)
{
    o->said[task] = cls;
    free(o->why[task]);
    o->why[task] = strdup(why);
}

void opinion_abstain(struct opinion *o, enum question q, const char *why)
{
    enum known_task task = (enum known_task)q;

    say(o, task, opinion_classes(task), why);
}

static size_t harm_class(enum verdict v)
{
    return v == VERDICT_ABSTAIN ? (size_t)KNOWN_HARM_CLASSES
                                : (size_t)v - VERDICT_HARMLESS;
}

/* What the parts heard so far come to. */
static void conclude(struct opinion *o, enum question q, const char *problem)
{
    const struct guard_verdict *v = &o->guard[q];
    enum verdict harm = q == ON_PROMPT ? v->prompt : v->answer;

    if (!o->unread[q] || harm == VERDICT_HARMFUL)
        say(o, q == ON_PROMPT ? KNOWN_HARM : KNOWN_REPLY_HARM, harm_class(harm),
            v->category);
    else
        opinion_abstain(o, q, problem);
    if (q != ON_REPLY)
        return;
    if (!o->unread[q] && v->refused >= 0)
        say(o, KNOWN_REFUSAL, v->refused ? REFUSAL_FULL : REFUSAL_NONE, "");
    else
        opinion_abstain(o, ON_REFUSAL,
                        o->unread[q] ? problem : "the guard does not say");
}

static void hear_guard(struct opinion *o, const struct guard *g,
                       enum question q, const struct reply *reply)
{
    struct err why = {"no answer"};
    struct guard_verdict one;

    if (reply->status == REPLY_OK &&
        guard_hear(g, reply, q == ON_REPLY, &one, &why) == 0)
        guard_merge(&o->guard[q], &one);
    else
        o->unread[q] = true;
    conclude(o, q, o->unread[q] ? why.text : "");
}

static int hear_harm(struct opinion *o, enum question q,
                     const struct reply *reply, struct err *why)
{
    struct candidate c;
    int failed;

    memset(&c, 0, sizeof(c));
    c.nvotes = q == ON_PROMPT;
    failed = q == ON_PROMPT ? judge_hear(&c, 0, reply, why)
                            : answer_judge_hear(&c, reply, why);
    if (!failed && q == ON_PROMPT)
        say(o, KNOWN_HARM, harm_class(c.votes[0].verdict), c.votes[0].reason);
    else if (!failed)
        say(o, KNOWN_REPLY_HARM,
            c.witness.harmless ? KNOWN_HARMLESS : KNOWN_HARMFUL,
            c.witness.reason);
    candidate_release(&c);
    return failed;
}

int opinion_hear(struct opinion *o, const struct model *judge, enum question q,
                 const struct reply *reply, struct err *why)
{
    struct refusal r;

    if (judge->guard != NULL) {
        hear_guard(o, judge->guard, q, reply);
        return 0;
    }
    if (q != ON_REFUSAL)
        return hear_harm(o, q, reply, why);
    if (refusal_judge_hear(reply, &r, why) != 0)
        return -1;
    say(o, KNOWN_REFUSAL, r.cls, refusal_reason_name(r.reason));
    return 0;
}

void opinion_classify(struct opinion *o, const struct opinion_texts *texts)
{
    struct refusal r;
    struct reply reply;

    reply_init(&reply);
    reply.status = REPLY_OK;
    reply.text = (char *)(size_t)texts->reply;
    reply.finish = FINISH_STOP;
    refusal_classify(texts->prompt, &reply, &r);
    say(o, KNOWN_REFUSAL, r.cls, r.excerpt);
}
