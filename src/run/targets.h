/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_RUN_TARGETS_H
#define PHGEN_RUN_TARGETS_H

#include "base/err.h"
#include "run/dialogue.h"

/*
 * A dialogue's part with the targets: who is asked, how often, and what the
 * replies add to the candidate.  Where that leads is dialogue.c's to say.
 *
 *      targets_meet()                   WANT_FIRST_LOOK, or WANT_SAMPLES
 *      targets_hear_look()              when the first look is in
 *      targets_sample()                 WANT_SAMPLES, for more
 *      targets_hear_samples()           when they are in
 *      targets_doubt()                  WANT_SECOND_OPINIONS, on the unsure
 *      second_note(&d->samples, ...)    when all is known about them
 */
int targets_meet(struct dialogue *d, struct err *err);

/* The share of refusals by the first tokens; who is passed over by it. */
void targets_hear_look(struct dialogue *d);

/* Asks every target that is not decided for what it lacks (run/sampling.h). */
int targets_sample(struct dialogue *d, struct err *err);

/* The samples into d->samples (run/second.h); d->samples.unsure of them wait
 * for a second opinion. */
int targets_hear_samples(struct dialogue *d, struct err *err);

/* Asks the judge of refusals about every answer that is unsure. */
int targets_doubt(struct dialogue *d, struct err *err);

#endif
