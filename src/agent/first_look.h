/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_AGENT_FIRST_LOOK_H
#define PHGEN_AGENT_FIRST_LOOK_H

#include "agent/candidate.h"
#include "base/call.h"
#include "base/err.h"

/*
 * A cheap first look at a target: one short, greedy answer with logprobs, to
 * bound the probability that it opens with a refusal.
 *
 *      first_look_ask(&candidate, &call, err);
 *      most = first_look_hear(&reply);
 *      if (most >= 0 && most < limit)
 *              ... clearly answered, as far as openings tell
 *
 * The bound is from above.  At each of the first tokens, along the answer
 * that was given, the alternatives are sorted by what their text can still
 * become: "Sorry" and "I can't" are refusals, "I" and "That's" may become
 * one, "Sure" cannot.  What refuses or may refuse counts, and so does the
 * probability that the server did not list; it ends where the answer itself
 * can no longer open with a refusal.  So a long opening in many tokens counts
 * as soon as its first one does.
 *
 * A refusal without a usual opening is not seen.  Whoever passes candidates
 * over by this must measure on some of them how often it was wrong.
 */
int first_look_ask(const struct candidate *c, struct call *call,
                   struct err *err);

/* 0 to 1; 1 when the provider refused; negative: the server sent no logprobs
 * that could be read. */
double first_look_hear(const struct reply *reply);

enum first_look_opening {
    OPENING_CANNOT, /* become a refusal's opening */
    OPENING_MAY,
    OPENING_REFUSES
};
enum first_look_opening first_look_opening(const char *text);

#endif
