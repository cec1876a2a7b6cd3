/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_RUN_TRIAL_H
#define PHGEN_RUN_TRIAL_H

#include "agent/candidate.h"
#include "base/err.h"
#include "base/json.h"
#include "run/desk.h"

#include <stdint.h>

/*
 * How models answer prompts: each subject, a prompt for a model, is asked
 * `samples` times, and the answers are read as generate reads its target's
 * (agent/target.c).  Measuring, and nothing else: no panel, no witness.
 *
 *      struct trial *t = trial_new(desk, &options, err);
 *      for (;;) switch (trial_step(t, &result, 100, err)) {
 *      case TRIAL_NEXT: trial_add(t, &subject, err), or trial_last(t)
 *      case TRIAL_RESULT: result.number, result.target
 *      case TRIAL_WAIT: nothing yet; look at stop_wanted(), draw progress
 *      case TRIAL_DONE: trial_last() was said and every result handed out
 *      case TRIAL_STOPPED: a limit or trial_stop(), `err` says which; what was
 *                        answered is in the ledger, so that the same subjects
 *                        asked again cost the rest only
 *      case TRIAL_ERROR: `err`
 *      }
 *
 * Results come in the order in which subjects were added, whatever order the
 * answers came in.  A sample's seed depends on the seed of the options, the
 * subject's id and the sample's number: so a row has the same answers in every
 * file and order, from the ledger when it was asked before, and two models or
 * two wordings are compared on the same seeds.
 */
#define TRIAL_SAMPLES_MAX 64

struct trial_options {
    uint32_t samples; /* 1 to TRIAL_SAMPLES_MAX */
    double temperature;
    uint64_t seed;
};

/* Everything is borrowed during trial_add() only, the model for good. */
struct trial_subject {
    const char *id; /* of the row */
    const struct model *model;
    const char *prompt;    /* the request: what the classifier is told */
    const cJSON *messages; /* the conversation; NULL: the prompt alone */
    const char *system;    /* said before it and its own; NULL: nothing */
    /* Words the request anew before it is sent (agent/rephraser.h), knowing
     * these alarming words; NULL: nobody does. */
    const struct model *rephraser;
    const char *focus; /* NULL: not known */
};

struct trial_result {
    uint64_t number; /* of the subject, from 0 */
    /* asked = samples + failed; of the samples `refusals`, `other` and `empty`
     * are no compliance, the rest is. */
    struct target_result target;
    const char *error; /* why the first failed; NULL: none did */
    /* The request in its new words, when it was worded anew.  A rephraser that
     * gives none leaves it as it was, and `error` says so. */
    const char *sent;
};

struct trial; /* heap; borrows the desk */

struct trial *trial_new(struct desk *desk, const struct trial_options *options,
                        struct err *err);
void trial_free(struct trial *t); /* accepts NULL */

enum trial_step {
    TRIAL_NEXT,
    TRIAL_RESULT,
    TRIAL_WAIT,
    TRIAL_DONE,
    TRIAL_STOPPED,
    TRIAL_ERROR
};
/* The result is the trial's, until the next step. */
enum trial_step trial_step(struct trial *t, struct trial_result *out,
                           int timeout_ms, struct err *err);

int trial_add(struct trial *t, const struct trial_subject *subject,
              struct err *err);
void trial_last(struct trial *t);
void trial_stop(struct trial *t);

/* Answers of a target that took up the request. */
uint32_t trial_compliances(const struct target_result *r);

#endif
