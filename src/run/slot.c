/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A state says who is asked, in which words, and how the answer is read: four
 * switches, one after the other.
 *
 * A bad answer is handled here and only here: one repair request for a slot,
 * then it counts as no answer.  Transport faults never reach this file.
 */
#include "run/slot.h"
#include "agent/first_look.h"
#include "base/rng.h"
#include "base/str.h"
#include "run/seats.h"

#include <stdlib.h>
#include <string.h>

/* Votes of one judge differ only when it does not always say the likeliest. */
#define VOTE_TEMPERATURE 0.7

/* --- asking --- */

/* Tells the requests of one agent in one round apart. */
static uint32_t number_of(const struct dialogue *d, uint32_t slot)
{
    const struct slot *s = &d->slots[slot];

    switch (d->state) {
    case WANT_SAMPLES:
    case WANT_SECOND_OPINIONS:
        return s->number * (uint32_t)d->plan->ntargets + s->target;
    case WANT_FIRST_LOOK:
        return s->target;
    case WANT_WITNESS:
    case WANT_ANSWER_VERDICT:
        return (d->candidate.witness.tries - 1) * GUARD_PARTS_MAX + slot;
    default:
        return slot;
    }
}

/* Every request has its own seed, by what it is for; below 2^53 so that it
 * survives JSON numbers. */
static uint64_t call_seed(const struct dialogue *d, enum agent agent,
                          uint32_t slot)
{
    const struct candidate *c = &d->candidate;
    struct str purpose;
    struct rng r;

    str_init(&purpose, 200);
    str_addf(&purpose, "%s/%u/%u/%d",
             d->state == WANT_FIRST_LOOK ? "first-look" : agent_name(agent),
             c->round, number_of(d, slot), d->slots[slot].repaired);
    r = rng_for(d->plan->seed, c->seq, purpose.s);
    str_release(&purpose);
    return rng_u64(&r) >> 11;
}

enum agent slot_agent(enum dialogue_state s)
{
    static const enum agent agents[] = {
        [WANT_PROMPT] = AGENT_GENERATOR,
        [WANT_VOTES] = AGENT_JUDGE,
        [WANT_FIRST_LOOK] = AGENT_TARGET,
        [WANT_SAMPLES] = AGENT_TARGET,
        [WANT_SECOND_OPINIONS] = AGENT_REFUSAL_JUDGE,
        [WANT_WITNESS] = AGENT_WITNESS,
        [WANT_ANSWER_VERDICT] = AGENT_ANSWER_JUDGE,
        [WANT_DECISION] = AGENT_ORCHESTRATOR,
    };

    return agents[s];
}

static const struct model *slot_model(const struct dialogue *d, uint32_t slot)
{
    const struct dialogue_plan *p = d->plan;

    switch (d->state) {
    case WANT_PROMPT:
        return p->generator;
    case WANT_VOTES:
        return p->judges[seats_find(p, slot).judge];
    case WANT_FIRST_LOOK:
    case WANT_SAMPLES:
        return p->targets[d->slots[slot].target];
    case WANT_SECOND_OPINIONS:
        return p->refusal_judge;
    case WANT_WITNESS:
        return p->witness;
    case WANT_ANSWER_VERDICT:
        return p->answer_judge;
    default:
        return p->orchestrator;
    }
}

static int ask_judge(const struct dialogue *d, uint32_t slot, struct call *call,
                     struct err *err)
{
    const struct candidate *c = &d->candidate;
    unsigned part = seats_find(d->plan, slot).part;

    if (call->model->guard != NULL)
        return agent_ask_guard(c, part, NULL, call, err);
    if (judge_ask(&d->plan->templates[AGENT_JUDGE], c, call, err) != 0)
        return -1;
    if (d->plan->votes > 1)
        call->temperature = VOTE_TEMPERATURE;
    return 0;
}

static int ask_answer_judge(const struct dialogue *d, uint32_t slot,
                            struct call *call, struct err *err)
{
    const struct candidate *c = &d->candidate;

    if (call->model->guard != NULL)
        return agent_ask_guard(c, slot, c->witness.answer, call, err);
    return answer_judge_ask(&d->plan->templates[AGENT_ANSWER_JUDGE], c, call,
                            err);
}

static int ask_refusal_judge(const struct dialogue *d, uint32_t slot,
                             struct call *call, struct err *err)
{
    const struct second *s = &d->samples.at[d->slots[slot].sample];

    if (call->model->guard != NULL)
        return agent_ask_guard(&d->candidate, 0, s->reply.text, call, err);
    return refusal_judge_ask(&d->plan->templates[AGENT_REFUSAL_JUDGE],
                             &d->candidate, s->reply.text, call, err);
}

static int write_call(const struct dialogue *d, uint32_t slot,
                      struct call *call, struct err *err)
{
    const struct candidate *c = &d->candidate;
    const struct template *t = &d->plan->templates[call->agent];

    switch (d->state) {
    case WANT_PROMPT:
        return generator_ask(t, c, call, err);
    case WANT_VOTES:
        return ask_judge(d, slot, call, err);
    case WANT_FIRST_LOOK:
        return first_look_ask(c, call, err);
    case WANT_SAMPLES:
        call->temperature = d->plan->temperature;
        return target_ask(c, call, err);
    case WANT_SECOND_OPINIONS:
        return ask_refusal_judge(d, slot, call, err);
    case WANT_WITNESS:
        return witness_ask(t, c, call, err);
    case WANT_ANSWER_VERDICT:
        return ask_answer_judge(d, slot, call, err);
    case WANT_DECISION:
        return orchestrator_ask(t, c, call, err);
    default:
        return err_set(err, "no call in this state");
    }
}

int slot_ask(struct dialogue *d, uint32_t i, struct call *call, struct err *err)
{
    struct slot *s = &d->slots[i];

    call_init(call, slot_agent(d->state), slot_model(d, i));
    call->seq = d->candidate.seq;
    call->slot = i;
    if (write_call(d, i, call, err) != 0 ||
        (s->state == SLOT_REPAIR &&
         agent_repair(call, &s->reply, s->problem, err) != 0)) {
        call_release(call);
        return -1;
    }
    call->seed = call_seed(d, call->agent, i);
    s->state = SLOT_OUT;
    return 0;
}

/* --- hearing --- */

/* Reads a JSON answer into the candidate; -1 when it cannot be used. */
static int read_answer(struct dialogue *d, uint32_t i, struct err *why)
{
    const struct reply *r = &d->slots[i].reply;
    struct candidate *c = &d->candidate;

    switch (d->state) {
    case WANT_PROMPT:
        return generator_hear(c, r, why);
    case WANT_VOTES:
        return judge_hear(c, seats_find(d->plan, i).vote, r, why);
    case WANT_SECOND_OPINIONS:
        return second_hear(&d->samples.at[d->slots[i].sample],
                           d->plan->refusal_judge, r, why);
    case WANT_ANSWER_VERDICT:
        return answer_judge_hear(c, r, why);
    case WANT_DECISION:
        return orchestrator_hear(c, r, why);
    default:
        return 0; /* free text: read when all are in */
    }
}

static void set_problem(struct slot *s, const char *text)
{
    free(s->problem);
    s->problem = text != NULL ? strdup(text) : NULL;
}

/* A second opinion is one part and is read at once; else a guard's answer is
 * only looked at, and its parts are put together at the end.  A wrong form is
 * final: it knows no other. */
static void check_guard(struct dialogue *d, uint32_t i, const struct guard *g)
{
    struct slot *s = &d->slots[i];
    struct guard_verdict v;
    struct err why;

    if ((d->state == WANT_SECOND_OPINIONS
             ? read_answer(d, i, &why)
             : guard_hear(g, &s->reply, d->state == WANT_ANSWER_VERDICT, &v,
                          &why)) != 0)
        set_problem(s, why.text);
}

static bool is_free_text(enum dialogue_state s)
{
    return s == WANT_FIRST_LOOK || s == WANT_SAMPLES || s == WANT_WITNESS;
}

/* Says what is wrong with the reply; true when a repair may help. */
static bool needs_repair(struct dialogue *d, uint32_t i)
{
    static const char *const troubles[] = {
        [TROUBLE_REFUSED] = "the model refused",
        [TROUBLE_CUT] = "the answer was cut by its length limit",
        [TROUBLE_EMPTY] = "the answer was empty",
    };
    struct slot *s = &d->slots[i];
    const struct guard *g = slot_model(d, i)->guard;
    struct err why = {""};
    enum trouble t;

    set_problem(s, NULL);
    if (s->reply.status == REPLY_FAILED) {
        set_problem(s, s->reply.error != NULL ? s->reply.error : "");
    } else if (is_free_text(d->state)) {
        return false;
    } else if (g != NULL) {
        check_guard(d, i, g);
    } else if ((t = agent_trouble(&s->reply)) != TROUBLE_NONE) {
        set_problem(s, troubles[t]);
    } else if (read_answer(d, i, &why) != 0) {
        set_problem(s, why.text);
        return !s->repaired;
    }
    return false;
}

bool slot_hear(struct dialogue *d, uint32_t i, struct reply *reply)
{
    struct slot *s = &d->slots[i];

    reply_release(&s->reply);
    s->reply = *reply;
    reply_init(reply);
    if (needs_repair(d, i)) {
        s->repaired = true;
        s->state = SLOT_REPAIR;
        return false;
    }
    s->state = SLOT_IN;
    return true;
}

/* --- all of them --- */

int slots_make(struct dialogue *d, uint32_t n, struct err *err)
{
    uint32_t i;

    for (i = 0; i < d->nslots; i++) {
        reply_release(&d->slots[i].reply);
        free(d->slots[i].problem);
    }
    free(d->slots);
    d->slots = NULL;
    d->nslots = d->heard = 0;
    if (n == 0)
        return 0;
    d->slots = calloc(n, sizeof(*d->slots));
    if (d->slots == NULL)
        return err_nomem(err);
    d->nslots = n;
    return 0;
}

const char *slots_problem(const struct dialogue *d)
{
    uint32_t i;

    for (i = 0; i < d->nslots; i++)
        if (d->slots[i].problem != NULL)
            return d->slots[i].problem;
    return NULL;
}
