/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_RUN_SLOT_H
#define PHGEN_RUN_SLOT_H

#include "base/call.h"
#include "base/err.h"
#include "run/dialogue.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * A slot: one reply that a dialogue's state wants, from its request to the
 * answer that can be used.  For the files that make up the dialogue only.
 *
 *      SLOT_ASK -> SLOT_OUT -> SLOT_IN
 *                     |  ^
 *                     v  |
 *                  SLOT_REPAIR    once at most
 *
 * A slot owns its reply and its problem, until slots_make() drops them.
 */
enum slot_state { SLOT_ASK, SLOT_OUT, SLOT_REPAIR, SLOT_IN };

struct slot {
    enum slot_state state;
    uint32_t target, number; /* of WANT_SAMPLES: whose answer, and which */
    uint32_t sample;         /* of WANT_SECOND_OPINIONS: on which of these */
    bool repaired;           /* the one repair request was spent */
    struct reply reply;      /* the last one */
    char *problem;           /* why it cannot be used; NULL when it can */
};

enum agent slot_agent(enum dialogue_state s); /* who is asked in it */

/* The slot's request, or its repair request: 0 with the call, the caller's; -1
 * with nothing. */
int slot_ask(struct dialogue *d, uint32_t i, struct call *call,
             struct err *err);

/* Takes the reply's strings over, and reads what is not free text into the
 * candidate.  False: the slot asks once more.  Else it is in, with or without
 * a problem. */
bool slot_hear(struct dialogue *d, uint32_t i, struct reply *reply);

/* Drops the slots, and makes `n` new ones; 0 always succeeds. */
int slots_make(struct dialogue *d, uint32_t n, struct err *err);

/* The first slot's that has one, or NULL. */
const char *slots_problem(const struct dialogue *d);

/* The one setter of the state (dialogue.c), with the slots that it wants. */
int dialogue_go(struct dialogue *d, enum dialogue_state state, uint32_t nslots,
                struct err *err);

#endif
