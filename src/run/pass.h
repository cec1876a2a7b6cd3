/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_RUN_PASS_H
#define PHGEN_RUN_PASS_H

#include "base/err.h"
#include "base/json.h"
#include "run/desk.h"
#include "run/exchange.h"
#include "store/store.h"

/*
 * One pass over the candidates of a run, models asked about each, and what
 * comes of it stored as annexes: what answers, measured focus words and
 * controls have in common.
 *
 *      struct pass *p = pass_new(desk, err);
 *      for (;;) switch (pass_step(p, 100, err)) {
 *      case PASS_ROW: pass_row(p) is the next candidate, in order of
 *                     sequence: pass_call() what is to be asked about it, or
 *                     nothing
 *      case PASS_HEAR: pass_answer(p); calls may follow, and pass_note()
 *      case PASS_MORE: nothing within the time given, or much was done: look
 *                     at the clock, then go on
 *      case PASS_DONE: all was asked and heard
 *      case PASS_STOPPED: a limit or pass_stop(), `err` says which
 *      case PASS_ERROR: `err`
 *      }
 *      pass_sum_up(p, "responses", tree, err);
 *      files_update(store, folder, err);
 *
 * Notes go to the store some hundreds at a time, in one durable transaction,
 * and never between two of one step; all are there at PASS_DONE and
 * PASS_STOPPED.
 *
 * Doing it again pays for nothing twice: the ledger has every reply.
 *
 * With a shared store a pass is one worker's at a time: share_hold() first
 * (store/share.h; cmd/passing.h does it).  One that is taken for lost stores
 * nothing more and ends with PASS_ERROR.
 */
struct pass; /* heap; borrows the desk, whose store is the run's */

struct pass *pass_new(struct desk *desk, struct err *err);
void pass_free(struct pass *p); /* accepts NULL */

enum pass_step {
    PASS_ROW,
    PASS_HEAR,
    PASS_MORE,
    PASS_DONE,
    PASS_STOPPED,
    PASS_ERROR
};
enum pass_step pass_step(struct pass *p, int timeout_ms, struct err *err);

/* Of the last step; the pass's, until the next one. */
const struct decided *pass_row(const struct pass *p);
const struct answer *pass_answer(const struct pass *p);

/* Takes the call over, also when it fails.  call->seq is the candidate's. */
int pass_call(struct pass *p, struct call *call, struct err *err);

/* An annex of that kind for the candidate; NULL takes away what an earlier
 * pass may have left.  Takes the value over, also when it fails. */
int pass_note(struct pass *p, const char *kind, uint64_t seq, cJSON *value,
              struct err *err);
/* The same with the JSON text on the heap. */
int pass_note_json(struct pass *p, const char *kind, uint64_t seq, char *json,
                   struct err *err);

/* What the pass added up to, a member of the manifest.  Takes the value over;
 * at once. */
int pass_sum_up(struct pass *p, const char *kind, cJSON *value,
                struct err *err);

/* Stops in good order, then PASS_STOPPED. */
void pass_stop(struct pass *p);

#endif
