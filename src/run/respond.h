/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_RUN_RESPOND_H
#define PHGEN_RUN_RESPOND_H

#include "agent/responder.h"
#include "base/err.h"
#include "run/desk.h"
#include "run/pass.h"

#include <stdint.h>

/*
 * Training answers for the rows of a run: each is written, judged, and
 * written again while it is not good and rounds remain.
 *
 *      struct respond *r = respond_new(desk, &options, err);
 *      while ((got = respond_turn(r, 100, err)) == PASS_MORE) ...
 *      respond_finish(r, got == PASS_DONE, err);
 *      files_update(store, folder, err);
 *
 * A pass over the run (run/pass.h).  Every row gets a "responder" annex
 * {model, judge, form, rounds, verdict: "good" or why not}, and when the
 * answer is good a "response" and, in the reasoning form, a "reasoning".
 * Answers of an earlier pass with other models or another form are replaced.
 */
struct respond_options {
    const char *responder, *judge; /* specs; NULL: the embedded ones */
    enum response_form form;
    unsigned rounds; /* at most, 1 or more */
    uint64_t seed;
};

struct respond; /* heap; borrows the desk */

struct respond *respond_new(struct desk *desk,
                            const struct respond_options *options,
                            struct err *err);
void respond_free(struct respond *r);

/* PASS_MORE, PASS_DONE, PASS_STOPPED or PASS_ERROR. */
enum pass_step respond_turn(struct respond *r, int timeout_ms, struct err *err);
void respond_stop(struct respond *r);

struct respond_counts {
    uint64_t rows, good, failed; /* rows: that were begun */
};
struct respond_counts respond_counts(const struct respond *r);

/* Stores what it added up to: the manifest's "responses". */
int respond_finish(struct respond *r, bool complete, struct err *err);

#endif
