/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_RUN_EXPLAIN_H
#define PHGEN_RUN_EXPLAIN_H

#include "base/err.h"
#include "run/desk.h"
#include "run/pass.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * Which words of each row draw the target's refusal, measured by leaving one
 * out and asking again (agent/occlusion.h).
 *
 *      struct explain *e = explain_new(desk, &options, err);
 *      while ((got = explain_turn(e, 100, err)) == PASS_MORE) ...
 *      explain_finish(e, got == PASS_DONE, err);
 *      files_update(store, folder, err);
 *
 * A pass over the run (run/pass.h).  Every accepted row gets a
 * "focus_measured" annex, a member of its row from then on.  The first probe
 * tells whether the model's server gives probabilities: then each wording is
 * asked for once, else `samples` times, with the same seeds for every wording,
 * so that what differs is the wording.
 */
struct explain_options {
    const char *model; /* spec */
    unsigned words;    /* of a row at most, to OCCLUSION_WORDS_MAX */
    unsigned samples;  /* of each wording where there are no probabilities */
    uint64_t seed;
};
#define EXPLAIN_SAMPLES_MAX 16

struct explain; /* heap; borrows the desk */

struct explain *explain_new(struct desk *desk,
                            const struct explain_options *options,
                            struct err *err);
void explain_free(struct explain *e); /* accepts NULL */

/* PASS_MORE, PASS_DONE, PASS_STOPPED or PASS_ERROR. */
enum pass_step explain_turn(struct explain *e, int timeout_ms, struct err *err);
void explain_stop(struct explain *e);

struct explain_counts {
    uint64_t rows;   /* that were begun */
    uint64_t done;   /* of them, answered */
    uint64_t found;  /* of them, with a word that counts */
    uint64_t agreed; /* of these, with a word that the generator named */
};
struct explain_counts explain_counts(const struct explain *e);

/* Stores what it added up to: the manifest's "explained". */
int explain_finish(struct explain *e, bool complete, struct err *err);

#endif
