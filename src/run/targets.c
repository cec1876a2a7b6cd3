/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The first samples of all targets come before the second ones of any, in the
 * order of the slots.
 */
#include "run/targets.h"
#include "agent/first_look.h"
#include "base/rng.h"
#include "base/str.h"
#include "run/sampling.h"
#include "run/slot.h"

int targets_sample(struct dialogue *d, struct err *err)
{
    const struct dialogue_plan *p = d->plan;
    uint32_t lack[TARGETS_MAX], most = 0, all = 0, i = 0, n;
    size_t t;

    for (t = 0; t < p->ntargets; t++) {
        lack[t] = sampling_batch(p, &d->candidate.targets[t]);
        most = lack[t] > most ? lack[t] : most;
        all += lack[t];
    }
    if (dialogue_go(d, WANT_SAMPLES, all, err) != 0)
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

int targets_meet(struct dialogue *d, struct err *err)
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
        return targets_sample(d, err);
    if (dialogue_go(d, WANT_FIRST_LOOK, n, err) != 0)
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

void targets_hear_look(struct dialogue *d)
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
}

int targets_hear_samples(struct dialogue *d, struct err *err)
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
    return 0;
}

int targets_doubt(struct dialogue *d, struct err *err)
{
    const struct second *s;
    uint32_t i, slot = 0;

    if (dialogue_go(d, WANT_SECOND_OPINIONS, d->samples.unsure, err) != 0)
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
