/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The state machine.  Each state wants a number of replies, its slots; they
 * may be asked for and heard in any order, and when the last is in, finish()
 * decides by all of them in slot order where to go.  go() is the one setter of
 * the state.
 *
 * A bad answer is handled here and only here: one repair request for a slot,
 * then it counts as no answer.  Transport faults never reach this file.
 */
#include "run/dialogue.h"
#include "agent/first_look.h"
#include "base/rng.h"
#include "base/str.h"
#include "run/sampling.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* Votes of one judge differ only when it does not always say the likeliest. */
#define VOTE_TEMPERATURE 0.7

enum slot_state { SLOT_ASK, SLOT_OUT, SLOT_REPAIR, SLOT_IN };

struct slot {
    enum slot_state state;
    uint32_t target, number; /* of WANT_SAMPLES: whose answer, and which */
    uint32_t sample;         /* of WANT_SECOND_OPINIONS: on which of these */
    bool repaired;           /* the one repair request was spent */
    struct reply reply;      /* the last one */
    char *problem;           /* why it cannot be used; NULL when it can */
};

static void drop_slots(struct dialogue *d)
{
    uint32_t i;

    for (i = 0; i < d->nslots; i++) {
        reply_release(&d->slots[i].reply);
        free(d->slots[i].problem);
    }
    free(d->slots);
    d->slots = NULL;
    d->nslots = d->heard = 0;
}

/* The one place where the state changes. */
static int go(struct dialogue *d, enum dialogue_state state, uint32_t nslots,
              struct err *err)
{
    drop_slots(d);
    d->state = state;
    if (nslots == 0)
        return 0;
    d->slots = calloc(nslots, sizeof(*d->slots));
    if (d->slots == NULL)
        return err_nomem(err);
    d->nslots = nslots;
    return 0;
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
    drop_slots(d);
    second_release(&d->samples);
    candidate_release(&d->candidate);
    cJSON_Delete(d->trail);
    d->trail = NULL;
}

/* --- asking ------------------------------------------------------------------
 */

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

static enum agent state_agent(enum dialogue_state s)
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

/*
 * Who sits where: a judge's votes stand together, and a guard, which would
 * only repeat itself, is asked for one vote, in as many calls as its format
 * has parts.  That vote counts as often as another judge's.
 */
struct seat {
    uint32_t judge, vote; /* vote: the first of the judge, or its own */
    unsigned part;
};

static uint32_t seats_of(const struct dialogue_plan *p, uint32_t judge)
{
    const struct guard *g = p->judges[judge]->guard;

    return g != NULL ? g->parts : p->votes;
}

static struct seat seat_of(const struct dialogue_plan *p, uint32_t slot)
{
    struct seat s = {0, 0, 0};

    while (slot >= seats_of(p, s.judge))
        slot -= seats_of(p, s.judge++);
    s.vote = s.judge * p->votes;
    if (p->judges[s.judge]->guard != NULL)
        s.part = slot;
    else
        s.vote += slot;
    return s;
}

static uint32_t all_seats(const struct dialogue_plan *p)
{
    uint32_t j, n = 0;

    for (j = 0; j < p->njudges; j++)
        n += seats_of(p, j);
    return n;
}

/* Calls that make a verdict on an answer. */
static uint32_t answer_seats(const struct dialogue_plan *p)
{
    return p->answer_judge->guard != NULL ? p->answer_judge->guard->parts : 1;
}

static const struct model *slot_model(const struct dialogue *d, uint32_t slot)
{
    const struct dialogue_plan *p = d->plan;

    switch (d->state) {
    case WANT_PROMPT:
        return p->generator;
    case WANT_VOTES:
        return p->judges[seat_of(p, slot).judge];
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
    unsigned part = seat_of(d->plan, slot).part;

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

static enum step ask(struct dialogue *d, uint32_t i, struct call *call,
                     struct err *err)
{
    struct slot *s = &d->slots[i];

    call_init(call, state_agent(d->state), slot_model(d, i));
    call->seq = d->candidate.seq;
    call->slot = i;
    if (write_call(d, i, call, err) != 0 ||
        (s->state == SLOT_REPAIR &&
         agent_repair(call, &s->reply, s->problem, err) != 0)) {
        call_release(call);
        return STEP_ERROR;
    }
    call->seed = call_seed(d, call->agent, i);
    s->state = SLOT_OUT;
    return STEP_CALL;
}

/* --- hearing -----------------------------------------------------------------
 */

/* Reads a JSON answer into the candidate; -1 when it cannot be used. */
static int read_answer(struct dialogue *d, uint32_t i, struct err *why)
{
    const struct reply *r = &d->slots[i].reply;
    struct candidate *c = &d->candidate;

    switch (d->state) {
    case WANT_PROMPT:
        return generator_hear(c, r, why);
    case WANT_VOTES:
        return judge_hear(c, seat_of(d->plan, i).vote, r, why);
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

/* A guard's answer is only looked at; its parts are put together at the end.
 * A wrong form is final: it knows no other. */
static void check_guard(struct slot *s, const struct guard *g, bool answered)
{
    struct guard_verdict v;
    struct err why;

    if (guard_hear(g, &s->reply, answered, &v, &why) != 0)
        s->problem = strdup(why.text);
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
    struct err why = {""};
    enum trouble t;

    free(s->problem);
    s->problem = NULL;
    if (s->reply.status == REPLY_FAILED) {
        s->problem = strdup(s->reply.error != NULL ? s->reply.error : "");
        return false;
    }
    if (d->state == WANT_FIRST_LOOK || d->state == WANT_SAMPLES ||
        d->state == WANT_WITNESS)
        return false;
    if (d->state == WANT_SECOND_OPINIONS && slot_model(d, i)->guard != NULL) {
        if (read_answer(d, i, &why) != 0)
            s->problem = strdup(why.text);
        return false;
    }
    if (slot_model(d, i)->guard != NULL) {
        check_guard(s, slot_model(d, i)->guard,
                    d->state == WANT_ANSWER_VERDICT);
        return false;
    }
    t = agent_trouble(&s->reply);
    if (t != TROUBLE_NONE) {
        s->problem = strdup(troubles[t]);
        return false;
    }
    if (read_answer(d, i, &why) == 0)
        return false;
    s->problem = strdup(why.text);
    return !s->repaired;
}

/* --- deciding ----------------------------------------------------------------
 */

static const char *first_problem(const struct dialogue *d)
{
    uint32_t i;

    for (i = 0; i < d->nslots; i++)
        if (d->slots[i].problem != NULL)
            return d->slots[i].problem;
    return NULL;
}

static int end(struct dialogue *d, enum drop why, const char *detail,
               struct err *err)
{
    candidate_end(&d->candidate, why, detail);
    return go(d, DIALOGUE_DONE, 0, err);
}

static void add_trail_targets(cJSON *o, const struct candidate *c)
{
    cJSON *list = cJSON_AddArrayToObject(o, "targets"), *v;
    size_t t;

    for (t = 0; t < c->ntargets; t++) {
        v = cJSON_CreateObject();
        cJSON_AddNumberToObject(v, "refusals", c->targets[t].refusals);
        cJSON_AddNumberToObject(v, "samples", c->targets[t].samples);
        cJSON_AddNumberToObject(v, "judged", c->targets[t].judged);
        cJSON_AddNumberToObject(v, "changed", c->targets[t].changed);
        cJSON_AddNumberToObject(v, "unread", c->targets[t].unread);
        if (c->targets[t].first_look >= 0)
            cJSON_AddNumberToObject(v, "first_look", c->targets[t].first_look);
        else
            cJSON_AddNullToObject(v, "first_look");
        cJSON_AddItemToArray(list, v);
    }
}

/* Keeps what this round showed; its evidence is forgotten right after. */
static void add_trail(struct dialogue *d, enum drop why, const char *detail)
{
    const struct candidate *c = &d->candidate;
    cJSON *o = cJSON_CreateObject(), *votes;
    size_t i;

    if (d->trail == NULL)
        d->trail = cJSON_CreateArray();
    cJSON_AddNumberToObject(o, "round", c->round);
    cJSON_AddStringToObject(o, "move", move_name(c->move));
    cJSON_AddStringToObject(o, "prompt", c->prompt);
    cJSON_AddStringToObject(o, "ended", drop_name(why));
    if (detail != NULL)
        cJSON_AddStringToObject(o, "detail", detail);
    votes = cJSON_AddArrayToObject(o, "verdicts");
    for (i = 0; c->nvotes > 0 && i < d->plan->njudges; i++)
        cJSON_AddItemToArray(votes, cJSON_CreateString(verdict_name(
                                        candidate_verdict_of(c, i))));
    add_trail_targets(o, c);
    cJSON_AddItemToArray(d->trail, o);
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
    add_trail(d, why, detail);
    str_init(&feedback, 4096);
    str_addf(&feedback, "%s%s%.1000s", drop_name(why),
             detail != NULL ? ": " : "", detail != NULL ? detail : "");
    failed = candidate_next_round(c, move, feedback.s, err);
    str_release(&feedback);
    if (failed)
        return -1;
    return go(d, WANT_PROMPT, 1, err);
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
    return go(d, WANT_GATE, 0, err);
}

static int meet_witness(struct dialogue *d, struct err *err)
{
    d->candidate.witness.tries++;
    d->candidate.witness.heard = false;
    return go(d, WANT_WITNESS, 1, err);
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

/* Asks every target that is not decided for what it lacks. */
static int go_samples(struct dialogue *d, struct err *err)
{
    const struct dialogue_plan *p = d->plan;
    uint32_t lack[TARGETS_MAX], most = 0, all = 0, i = 0, n;
    size_t t;

    for (t = 0; t < p->ntargets; t++) {
        lack[t] = sampling_batch(p, &d->candidate.targets[t]);
        most = lack[t] > most ? lack[t] : most;
        all += lack[t];
    }
    if (go(d, WANT_SAMPLES, all, err) != 0)
        return -1;
    for (n = 0; n < most; n++)
        for (t = 0; t < p->ntargets; t++)
            if (n < lack[t]) {
                d->slots[i].target = (uint32_t)t;
                d->slots[i++].number = d->candidate.targets[t].asked + n;
            }
    return 0;
}

/* Anthropic and Ollama send no logprobs that we read. */
static bool can_look(const struct model *m)
{
    return m->kind == MODEL_BUILTIN || m->dialect == DIALECT_OPENAI ||
           m->dialect == DIALECT_AZURE;
}

static int meet_targets(struct dialogue *d, struct err *err)
{
    const struct dialogue_plan *p = d->plan;
    uint32_t n = 0, i = 0;
    size_t t;

    d->candidate.ntargets = p->ntargets;
    for (t = 0; t < p->ntargets; t++) {
        d->candidate.targets[t].first_look = -1;
        n += p->first_look > 0 && can_look(p->targets[t]);
    }
    if (n == 0)
        return go_samples(d, err);
    if (go(d, WANT_FIRST_LOOK, n, err) != 0)
        return -1;
    for (t = 0; t < p->ntargets; t++)
        if (can_look(p->targets[t]))
            d->slots[i++].target = (uint32_t)t;
    return 0;
}

/* Sampled although the look says that it answers? */
static bool is_checked(const struct dialogue *d, uint32_t target)
{
    struct str purpose;
    struct rng r;

    str_init(&purpose, 100);
    str_addf(&purpose, "first-look-check/%u/%u", d->candidate.round, target);
    r = rng_for(d->plan->seed, d->candidate.seq, purpose.s);
    str_release(&purpose);
    return rng_unit(&r) < FIRST_LOOK_CHECKED;
}

static int heard_targets(struct dialogue *d, struct err *err)
{
    struct candidate *c = &d->candidate;
    const char *excerpt = NULL;
    uint32_t samples = 0, looked = 0;
    size_t t;

    switch (sampling_state(d->plan, c)) {
    case SAMPLING_MORE:
        return go_samples(d, err);
    case SAMPLING_REFUSED:
        return d->plan->no_witness ? go(d, WANT_DECISION, 1, err)
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
        return end(d, DROP_TARGET_FAILED, first_problem(d), err);
    return back(
        d, MOVE_HARDEN, DROP_NOT_REFUSED,
        excerpt != NULL ? excerpt : "by its first tokens it is answered", err);
}

static int heard_first_look(struct dialogue *d, struct err *err)
{
    struct target_result *t;
    uint32_t i;

    for (i = 0; i < d->nslots; i++) {
        t = &d->candidate.targets[d->slots[i].target];
        if (d->slots[i].problem == NULL)
            t->first_look = first_look_hear(&d->slots[i].reply);
        t->passed_over = t->first_look >= 0 &&
                         t->first_look < d->plan->first_look &&
                         !is_checked(d, d->slots[i].target);
        if (t->model == NULL && d->slots[i].reply.model != NULL)
            candidate_set(&t->model, d->slots[i].reply.model);
    }
    return heard_targets(d, err);
}

/* Asks the judge of refusals about every answer that is unsure. */
static int go_second_opinions(struct dialogue *d, struct err *err)
{
    const struct second *s;
    uint32_t i, slot = 0;

    if (go(d, WANT_SECOND_OPINIONS, d->samples.unsure, err) != 0)
        return -1;
    for (i = 0; i < d->samples.n; i++) {
        s = &d->samples.at[i];
        if (!s->unsure)
            continue;
        d->slots[slot].target = s->target;
        d->slots[slot].number = s->number;
        d->slots[slot++].sample = i;
    }
    return 0;
}

static int note_samples(struct dialogue *d, struct err *err)
{
    int failed = second_note(&d->samples, &d->candidate, err);

    second_release(&d->samples);
    return failed ? -1 : heard_targets(d, err);
}

static int heard_samples(struct dialogue *d, struct err *err)
{
    const struct dialogue_plan *p = d->plan;
    double below = p->refusal_judge != NULL ? p->refusal_unsure : 0;
    struct slot *s;
    uint32_t i;

    if (second_init(&d->samples, d->nslots, err) != 0)
        return -1;
    for (i = 0; i < d->nslots; i++) {
        s = &d->slots[i];
        d->samples.at[i].target = s->target;
        d->samples.at[i].number = s->number;
        second_take(&d->samples, i, s->problem == NULL ? &s->reply : NULL,
                    d->candidate.prompt, below);
    }
    return d->samples.unsure > 0 ? go_second_opinions(d, err)
                                 : note_samples(d, err);
}

/* --- the panel --- */

/*
 * The parts of a guard's verdict from slot `first` on: the worst stands.  A
 * part that cannot be read may hide harm, so then only harm is a verdict.
 * Returns the problem, or NULL.
 */
static const char *merge_parts(const struct dialogue *d, uint32_t first,
                               const struct guard *g, bool answered,
                               struct guard_verdict *all)
{
    const char *problem = NULL;
    struct guard_verdict one;
    struct err why;
    uint32_t i;

    guard_verdict_init(all);
    for (i = first; i < first + g->parts; i++) {
        if (d->slots[i].problem != NULL)
            problem = d->slots[i].problem;
        else if (guard_hear(g, &d->slots[i].reply, answered, &one, &why) == 0)
            guard_merge(all, &one);
    }
    if (problem != NULL && all->prompt != VERDICT_HARMFUL &&
        all->answer != VERDICT_HARMFUL)
        return problem;
    return NULL;
}

static const char *heard_model(const struct slot *s)
{
    return s->reply.model != NULL ? s->reply.model : "";
}

/* One guard's vote, as many times as every judge has one. */
static int seat_guard(struct dialogue *d, uint32_t slot, uint32_t judge,
                      const char **problem, struct err *err)
{
    const struct dialogue_plan *p = d->plan;
    struct guard_verdict all;
    uint32_t r;

    *problem = merge_parts(d, slot, p->judges[judge]->guard, false, &all);
    if (*problem == NULL && all.prompt == VERDICT_ABSTAIN)
        *problem = "the guard says nothing about the prompt";
    for (r = 0; *problem == NULL && r < p->votes; r++)
        if (judge_hear_guard(&d->candidate, judge * p->votes + r, &all,
                             heard_model(&d->slots[slot]), err) != 0)
            return -1;
    return 0;
}

static void abstains(struct dialogue *d, uint32_t vote, const char *problem)
{
    struct vote *v = &d->candidate.votes[vote];

    v->verdict = VERDICT_ABSTAIN;
    v->score = -1;
    candidate_set(&v->model, d->plan->judges[v->judge]->name);
    candidate_set(&v->reason, problem);
}

/* All votes in their places, whatever the order of the replies. */
static int seat_all(struct dialogue *d, struct err *err)
{
    const struct dialogue_plan *p = d->plan;
    uint32_t judge, r, slot = 0, vote = 0;
    const char *problem;

    d->candidate.nvotes = p->njudges * p->votes;
    for (judge = 0; judge < p->njudges; judge++) {
        problem = NULL;
        if (p->judges[judge]->guard != NULL &&
            seat_guard(d, slot, judge, &problem, err) != 0)
            return -1;
        for (r = 0; r < p->votes; r++, vote++) {
            d->candidate.votes[vote].judge = judge;
            if (p->judges[judge]->guard == NULL)
                problem = d->slots[slot + r].problem;
            if (problem != NULL)
                abstains(d, vote, problem);
        }
        slot += seats_of(p, judge);
    }
    return 0;
}

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
    const char *problem = first_problem(d);
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

    if (seat_all(d, err) != 0)
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
    return meet_targets(d, err);
}

/* --- the witness --- */

static int heard_witness(struct dialogue *d, struct err *err)
{
    struct err why = {""};

    if (d->slots[0].problem != NULL)
        return no_witness_yet(d, DROP_WITNESS_FAILED, d->slots[0].problem, err);
    if (witness_hear(&d->candidate, &d->slots[0].reply, &why) != 0)
        return no_witness_yet(d, DROP_NO_SAFE_ANSWER, why.text, err);
    return go(d, WANT_ANSWER_VERDICT, answer_seats(d->plan), err);
}

static int heard_answer_verdict(struct dialogue *d, struct err *err)
{
    const struct witness_result *w = &d->candidate.witness;
    const struct guard *g = d->plan->answer_judge->guard;
    const char *problem = d->slots[0].problem;
    struct guard_verdict all;
    struct err why;

    if (g != NULL) {
        problem = merge_parts(d, 0, g, true, &all);
        if (problem == NULL &&
            answer_judge_hear_guard(&d->candidate, &all,
                                    heard_model(&d->slots[0]), &why) != 0)
            problem = why.text;
    }
    if (problem != NULL)
        return no_witness_yet(d, DROP_WITNESS_FAILED, problem, err);
    if (!w->harmless || !w->answers)
        return no_witness_yet(d, DROP_NO_SAFE_ANSWER, w->reason, err);
    return go(d, WANT_DECISION, 1, err);
}

static int heard_decision(struct dialogue *d, struct err *err)
{
    if (d->slots[0].problem != NULL)
        return end(d, DROP_ORCHESTRATOR, d->slots[0].problem, err);
    return go(d, DIALOGUE_DONE, 0, err);
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
        go(d, WANT_PROMPT, 1, err) != 0)
        return STEP_ERROR;
    if (d->state == DIALOGUE_DONE)
        return STEP_DONE;
    if (d->state == WANT_GATE)
        return STEP_GATE;
    for (i = 0; i < d->nslots; i++)
        if (d->slots[i].state == SLOT_ASK || d->slots[i].state == SLOT_REPAIR)
            return ask(d, i, call, err);
    return STEP_WAIT;
}

int dialogue_hear(struct dialogue *d, uint32_t i, struct reply *reply,
                  struct err *err)
{
    struct usage *u = &d->usage[state_agent(d->state)];
    struct slot *s = &d->slots[i];

    assert(i < d->nslots && s->state == SLOT_OUT);
    assert(reply->status != REPLY_STOPPED);
    u->calls++;
    u->tokens_in += reply->tokens_in;
    u->tokens_out += reply->tokens_out;
    reply_release(&s->reply);
    s->reply = *reply;
    reply_init(reply);
    if (needs_repair(d, i)) {
        s->repaired = true;
        s->state = SLOT_REPAIR;
        return 0;
    }
    s->state = SLOT_IN;
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
    return go(d, WANT_VOTES, all_seats(d->plan), err);
}

int dialogue_fail_gate(struct dialogue *d, enum drop why, const char *detail,
                       struct err *err)
{
    assert(d->state == WANT_GATE);
    return back(d, MOVE_VARY, why, detail, err);
}
