/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_RUN_SURVEY_H
#define PHGEN_RUN_SURVEY_H

#include "base/call.h"
#include "base/err.h"
#include "run/exchange.h"

#include <stddef.h>
#include <stdint.h>

/*
 * Many independent items, each with one or more calls, over an exchange:
 * what evaluation, extraction, responding and the like have in common.
 * Pulled, no callbacks:
 *
 *      for (;;) switch (survey_step(s, &at, 100, err)) {
 *      case SURVEY_NEXT: the next item's calls: survey_call(s, &call, err),
 *                        or survey_last(s) when there is none
 *      case SURVEY_HEAR: at.seq, at.slot, at.reply; calls may follow
 *      case SURVEY_DONE: the last item was asked for, all was heard
 *      case SURVEY_STOPPED: a limit or an interrupt, `err` says which; what
 *                        was answered is in the ledger, so the same work
 *                        done again pays for the rest only
 *      case SURVEY_ERROR: `err`
 *      }
 *
 * call->seq and call->slot say which item and which of its calls it is, and
 * come back with the reply, in whatever order replies come; no two calls that
 * are unanswered may have the same pair.  A caller whose
 * output must not depend on that order keeps what it heard by item.
 *
 * Equal calls, whoever's they are, are sent once and all get the answer.
 *
 * A reply that is REPLY_FAILED is one that asking again would not mend;
 * passing faults are asked again here and never heard.
 *
 * SURVEY_NEXT is offered only while every call of the items before is on its
 * way, so what waits is at most one item's calls.
 */
struct survey; /* heap; borrows the exchange */

struct survey *survey_new(struct exchange *x, struct err *err);
void survey_free(struct survey *s);

enum survey_step {
    SURVEY_NEXT,
    SURVEY_HEAR,
    SURVEY_WAIT, /* nothing within the time given */
    SURVEY_DONE,
    SURVEY_STOPPED,
    SURVEY_ERROR
};

/* `at->reply` is the survey's, until the next step. */
enum survey_step survey_step(struct survey *s, struct answer *at,
                             int timeout_ms, struct err *err);

/* Makes the reply that was heard last the caller's. */
void survey_keep(struct survey *s, struct reply *reply);

/* Takes the call over, also when it fails. */
int survey_call(struct survey *s, struct call *call, struct err *err);
void survey_last(struct survey *s);

/* Stops in good order: what is in flight is given up, then SURVEY_STOPPED. */
void survey_stop(struct survey *s, const char *why);

#endif
