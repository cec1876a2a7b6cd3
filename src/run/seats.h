/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_RUN_SEATS_H
#define PHGEN_RUN_SEATS_H

#include "base/err.h"
#include "run/dialogue.h"

#include <stdint.h>

/*
 * Who sits where: which slot of a dialogue is which judge's vote.
 *
 * A judge's votes stand together, and a guard, which would only repeat itself,
 * is asked for one vote, in as many calls as its format has parts.  That vote
 * counts as often as another judge's.  The judge of answers sits alone, and
 * has slots for the parts alone.
 */
struct seat {
    uint32_t judge, vote; /* vote: the first of the judge, or its own */
    unsigned part;        /* of a guard's form; else 0 */
};

uint32_t seats_count(const struct dialogue_plan *p); /* slots of the panel */
struct seat seats_find(const struct dialogue_plan *p, uint32_t slot);

/* All votes of the candidate in their places, whatever the order of the
 * replies; a judge that could not be read abstains. */
int seats_fill(struct dialogue *d, struct err *err);

uint32_t seats_of_answer(const struct dialogue_plan *p); /* slots, 1 or more */

/* The verdict on the witness's answer into the candidate.  Returns what is
 * wrong, in `why` or as long-lived as the slots; NULL when it stands. */
const char *seats_hear_answer(struct dialogue *d, struct err *why);

#endif
