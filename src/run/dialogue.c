/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The state machine.  Each state wants a number of replies, its slots; they
 * may be asked for and heard in any order, and when the last is in, finish()
 * decides by all of them in slot order where to go.  dialogue_go() is the one
 * setter of the state.
 *
 * What a slot asks and how its answer is read is slot.c's, who sits on the
 * panel seats.c's, whom to sample targets.c's; all ways from one state to
 * another are here.
 */
#include "run/dialogue.h"
#include "base/str.h"
#include "run/sampling.h"
#include "run/seats.h"
#include "run/slot.h"
#include "run/targets.h"
#include "run/trail.h"

#include <assert.h>
#include <string.h>

/* The one place where the state changes. */
int dialogue_go(struct dialogue *d, enum dialogue_state state, uint32_t nslots,
                struct err *err)
{
    d->state = state;
    return slots_make(d, nslots, err);
}

void dialogue_init(struct dialogue *d, const struct dialogue_plan *plan,
                   uint64_t seq, const struct path *path)
{
    memset(d, 0, sizeof(*d));
    d->plan = plan;
    candidate_init(&d->candidate, seq, path);
    d->candidate.shape = shape_pick(&plan->shapes, plan->seed, seq);
    d->state = DIALOGUE_DONE;
}

void dialogue_release(struct dialogue *d)
{
    slots_make(d, 0, NULL);
    second_release(&d->samples);
    candidate_release(&d->candidate);
    cJSON_Delete(d->trail);
    d->trail = NULL;
}

/* --- deciding --- */

static int end(struct dialogue *d, enum drop why, const char *detail,
               struct err *err)
{
    candidate_end(&d->candidate, why, detail);
    return dialogue_go(d, DIALOGUE_DONE, 0, err);
}

/* Another round with this move, or the end for this reason. */
static int back(struct dialogue *d, enum move move, enum drop why,
                const char *detail, struct err *err)
{
    struct candidate *c = &d->candidate;
    struct str feedback;
    int failed;

    if (c->round >= d->plan->rounds)
        return end(d, why, detail, err);
    trail_add(&d->trail, c, d->plan->njudges, why, detail);
    str_init(&feedback, 4096);
    str_addf(&feedback, "%s%s%.1000s", drop_name(why),
             detail != NULL ? ": " : "", detail != NULL ? detail : "");
    failed = candidate_next_round(c, move, feedback.s, err);
    str_release(&feedback);
    if (failed)
        return -1;
    return dialogue_go(d, WANT_PROMPT, 1, err);
}

static int heard_prompt(struct dialogue *d, struct err *err)
{
    const struct slot *s = &d->slots[0];
    struct candidate *c = &d->candidate;

    if (s->problem != NULL)
        return end(d,
                   s->reply.status == REPLY_OK &&
                           agent_trouble(&s->reply) == TROUBLE_REFUSED
                       ? DROP_GENERATOR_REFUSED
                       : DROP_GENERATOR_FAILED,
                   s->problem, err);
    if (c->previous != NULL && strcmp(c->previous, c->prompt) == 0)
        return end(d, DROP_REPEATED, NULL, err);
    return dialogue_go(d, WANT_GATE, 0, err);
}

static int meet_witness(struct dialogue *d, struct err *err)
{
    d->candidate.witness.tries++;
    d->candidate.witness.heard = false;
    return dialogue_go(d, WANT_WITNESS, 1, err);
}

/* Once more while tries remain: an answer that failed says little. */
static int no_witness_yet(struct dialogue *d, enum drop why, const char *detail,
                          struct err *err)
{
    if (d->candidate.witness.tries < d->plan->witness_tries)
        return meet_witness(d, err);
    return end(d, why, detail, err);
}

/* --- the targets --- */

static int heard_targets(struct dialogue *d, struct err *err)
{
    struct candidate *c = &d->candidate;
    const char *excerpt = NULL;
    uint32_t samples = 0, looked = 0;
    size_t t;

    switch (sampling_state(d->plan, c)) {
    case SAMPLING_MORE:
        return targets_sample(d, err);
    case SAMPLING_REFUSED:
        return d->plan->no_witness ? dialogue_go(d, WANT_DECISION, 1, err)
                                   : meet_witness(d, err);
    case SAMPLING_ANSWERED:
        break;
    }
    for (t = 0; t < c->ntargets; t++) {
        samples += c->targets[t].samples;
        looked += c->targets[t].passed_over;
        if (excerpt == NULL)
            excerpt = c->targets[t].excerpt;
    }
    if (samples == 0 && looked == 0)
        return end(d, DROP_TARGET_FAILED, slots_problem(d), err);
    return back(
        d, MOVE_HARDEN, DROP_NOT_REFUSED,
        excerpt != NULL ? excerpt : "by its first tokens it is answered", err);
}

static int heard_first_look(struct dialogue *d, struct err *err)
{
    targets_hear_look(d);
    return heard_targets(d, err);
}

static int note_samples(struct dialogue *d, struct err *err)
{
    int failed = second_note(&d->samples, &d->candidate, err);

    second_release(&d->samples);
    return failed ? -1 : heard_targets(d, err);
}

static int heard_samples(struct dialogue *d, struct err *err)
{
    if (targets_hear_samples(d, err) != 0)
        return -1;
    return d->samples.unsure > 0 ? targets_doubt(d, err) : note_samples(d, err);
}

/* --- the panel --- */

static const char *reason_of(const struct candidate *c, enum verdict v)
{
    size_t i;

    for (i = 0; i < c->nvotes; i++)
        if (c->votes[i].verdict == v)
            return c->votes[i].reason;
    return NULL;
}

static int drop_panel(struct dialogue *d, const struct str *why,
                      struct err *err)
{
    size_t count[VERDICTS];
    const char *problem = slots_problem(d);
    struct str detail;
    int failed;

    candidate_count(&d->candidate, SIZE_MAX, count);
    str_init(&detail, 4096);
    str_adds(&detail, why->s);
    if (problem != NULL)
        str_addf(&detail, "; the first: %.1000s", problem);
    failed = end(d, count[VERDICT_ABSTAIN] > 0 ? DROP_ABSTAINED : DROP_PANEL,
                 detail.s, err);
    str_release(&detail);
    return failed;
}

static int heard_votes(struct dialogue *d, struct err *err)
{
    struct candidate *c = &d->candidate;
    struct str why;
    int failed;

    if (seats_fill(d, err) != 0)
        return -1;
    str_init(&why, 2048);
    judge_tally(c, d->plan->panel, &why);
    failed = c->panel == VERDICT_ABSTAIN ? drop_panel(d, &why, err) : 0;
    str_release(&why);
    if (failed || c->panel == VERDICT_ABSTAIN)
        return failed;
    if (c->panel == VERDICT_HARMFUL)
        return back(d, MOVE_SOFTEN, DROP_HARMFUL, reason_of(c, VERDICT_HARMFUL),
                    err);
    return targets_meet(d, err);
}

/* --- the witness --- */

static int heard_witness(struct dialogue *d, struct err *err)
{
    struct err why = {""};

    if (d->slots[0].problem != NULL)
        return no_witness_yet(d, DROP_WITNESS_FAILED, d->slots[0].problem, err);
    if (witness_hear(&d->candidate, &d->slots[0].reply, &why) != 0)
        return no_witness_yet(d, DROP_NO_SAFE_ANSWER, why.text, err);
    return dialogue_go(d, WANT_ANSWER_VERDICT, seats_of_answer(d->plan), err);
}

static int heard_answer_verdict(struct dialogue *d, struct err *err)
{
    const struct witness_result *w = &d->candidate.witness;
    struct err why;
    const char *problem = seats_hear_answer(d, &why);

    if (problem != NULL)
        return no_witness_yet(d, DROP_WITNESS_FAILED, problem, err);
    if (!w->harmless || !w->answers)
        return no_witness_yet(d, DROP_NO_SAFE_ANSWER, w->reason, err);
    return dialogue_go(d, WANT_DECISION, 1, err);
}

static int heard_decision(struct dialogue *d, struct err *err)
{
    if (d->slots[0].problem != NULL)
        return end(d, DROP_ORCHESTRATOR, d->slots[0].problem, err);
    return dialogue_go(d, DIALOGUE_DONE, 0, err);
}

/* All replies of the state are in. */
static int finish(struct dialogue *d, struct err *err)
{
    switch (d->state) {
    case WANT_PROMPT:
        return heard_prompt(d, err);
    case WANT_VOTES:
        return heard_votes(d, err);
    case WANT_FIRST_LOOK:
        return heard_first_look(d, err);
    case WANT_SAMPLES:
        return heard_samples(d, err);
    case WANT_SECOND_OPINIONS:
        return note_samples(d, err);
    case WANT_WITNESS:
        return heard_witness(d, err);
    case WANT_ANSWER_VERDICT:
        return heard_answer_verdict(d, err);
    default:
        return heard_decision(d, err);
    }
}

/* --- the interface --- */

enum step dialogue_step(struct dialogue *d, struct call *call, struct err *err)
{
    uint32_t i;

    if (d->state == DIALOGUE_DONE && d->candidate.outcome == OUTCOME_NONE &&
        dialogue_go(d, WANT_PROMPT, 1, err) != 0)
        return STEP_ERROR;
    if (d->state == DIALOGUE_DONE)
        return STEP_DONE;
    if (d->state == WANT_GATE)
        return STEP_GATE;
    for (i = 0; i < d->nslots; i++)
        if (d->slots[i].state == SLOT_ASK || d->slots[i].state == SLOT_REPAIR)
            return slot_ask(d, i, call, err) == 0 ? STEP_CALL : STEP_ERROR;
    return STEP_WAIT;
}

int dialogue_hear(struct dialogue *d, uint32_t i, struct reply *reply,
                  struct err *err)
{
    struct usage *u = &d->usage[slot_agent(d->state)];

    assert(i < d->nslots && d->slots[i].state == SLOT_OUT);
    assert(reply->status != REPLY_STOPPED);
    u->calls++;
    u->tokens_in += reply->tokens_in;
    u->tokens_out += reply->tokens_out;
    if (!slot_hear(d, i, reply))
        return 0;
    d->heard++;
    return d->heard == d->nslots ? finish(d, err) : 0;
}

void dialogue_again(struct dialogue *d, uint32_t slot)
{
    assert(slot < d->nslots && d->slots[slot].state == SLOT_OUT);
    d->slots[slot].state = d->slots[slot].repaired ? SLOT_REPAIR : SLOT_ASK;
}

int dialogue_pass_gate(struct dialogue *d, struct err *err)
{
    assert(d->state == WANT_GATE);
    return dialogue_go(d, WANT_VOTES, seats_count(d->plan), err);
}

int dialogue_fail_gate(struct dialogue *d, enum drop why, const char *detail,
                       struct err *err)
{
    assert(d->state == WANT_GATE);
    return back(d, MOVE_VARY, why, detail, err);
}
