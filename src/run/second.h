/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_RUN_SECOND_H
#define PHGEN_RUN_SECOND_H

#include "agent/agent.h"
#include "base/call.h"
#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * Second opinions: the answers of a batch of samples, of which those that the
 * refusal classifier is not sure about wait for a judge of refusals.
 *
 *      second_init(&w, n, err);
 *      second_take(&w, i, &reply, prompt, below);     each one
 *      if (w.unsure > 0) ... ask the judge about each `at[i].unsure`
 *      second_hear(&w.at[i], judge, &verdict)         when it can be read
 *      second_note(&w, &candidate, err);              all, in their order
 *      second_release(&w);
 *
 * The judge is a chat model (agent/refusal_judge.c) or a guard that says
 * whether an answer is a refusal.  A guard knows no partial refusals: it
 * confirms the classifier's refusal, of whatever class, or turns the verdict
 * round.  What cannot be read decides nothing.
 */
struct second {
    uint32_t target, number; /* whose answer, and which */
    bool answered;           /* false: the sample failed */
    bool unsure;             /* a second opinion is wanted */
    struct reply reply;
    struct refusal first, said;
    char *judge; /* who said `said`; NULL: nobody that could be read */
};

struct seconds {
    struct second *at;
    uint32_t n, unsure;
};

int second_init(struct seconds *w, uint32_t n, struct err *err);
void second_release(struct seconds *w);

/* A sample of index `i`; takes the reply's strings over.  NULL: it failed. */
void second_take(struct seconds *w, uint32_t i, struct reply *reply,
                 const char *prompt, double below);

/* Pure: 0 with the verdict in `s`, or -1 with what is wrong with the reply. */
int second_hear(struct second *s, const struct model *judge,
                const struct reply *verdict, struct err *err);

/* Adds every sample to what its target showed. */
int second_note(struct seconds *w, struct candidate *c, struct err *err);

#endif
