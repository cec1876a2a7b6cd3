/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Slots are numbered judge by judge, votes by judge and then by vote.  The two
 * differ where a guard sits: its slots are the parts of one verdict, and its
 * votes are that verdict again.
 */
#include "run/seats.h"
#include "run/slot.h"

static uint32_t seats_of(const struct dialogue_plan *p, uint32_t judge)
{
    const struct guard *g = p->judges[judge]->guard;

    return g != NULL ? g->parts : p->votes;
}

struct seat seats_find(const struct dialogue_plan *p, uint32_t slot)
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

uint32_t seats_count(const struct dialogue_plan *p)
{
    uint32_t j, n = 0;

    for (j = 0; j < p->njudges; j++)
        n += seats_of(p, j);
    return n;
}

uint32_t seats_of_answer(const struct dialogue_plan *p)
{
    return p->answer_judge->guard != NULL ? p->answer_judge->guard->parts : 1;
}

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

int seats_fill(struct dialogue *d, struct err *err)
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

const char *seats_hear_answer(struct dialogue *d, struct err *why)
{
    const struct guard *g = d->plan->answer_judge->guard;
    struct guard_verdict all;
    const char *problem;

    if (g == NULL)
        return d->slots[0].problem;
    problem = merge_parts(d, 0, g, true, &all);
    if (problem == NULL &&
        answer_judge_hear_guard(&d->candidate, &all, heard_model(&d->slots[0]),
                                why) != 0)
        problem = why->text;
    return problem;
}
