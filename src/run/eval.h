/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_RUN_EVAL_H
#define PHGEN_RUN_EVAL_H

#include "base/err.h"
#include "run/defense.h"
#include "run/desk.h"
#include "run/evalset.h"

#include <stdint.h>

/*
 * Models measured on rows: every model, in every variant, answers every row
 * `samples` times (run/trial.h), and what that adds up to is written down
 * (dataset/evaluation.h).
 *
 *      struct eval *e = eval_new(desk, set, &options, err);
 *      while ((got = eval_turn(e, 100, err)) == EVAL_MORE) ...
 *      if (got == EVAL_DONE) summary = eval_finish(e, err);
 *      eval_free(e);
 *
 * The folder gets EVAL_RESULTS, a line a row, model and variant in this order
 * (dataset/result.h), and EVAL_SUMMARY; both when all is answered, and not
 * before.  The desk's store is EVAL_STORE in the same folder: paid replies are
 * there, and the configuration, so that the same work goes on where it was
 * stopped, and another is refused.
 */
#define EVAL_STORE   "eval.sqlite"
#define EVAL_RESULTS "results.jsonl"
#define EVAL_SUMMARY "eval.json"
#define EVAL_VERSION 1 /* of EVAL_SUMMARY and EVAL_RESULTS */

#define EVAL_VARIANTS_MAX 16

struct eval_options {
    const char *folder;
    const char *const *models; /* specs */
    size_t nmodels;
    /* The first is what the others are compared with. */
    const struct defense *variants[EVAL_VARIANTS_MAX];
    size_t nvariants;
    const char *rephraser; /* spec; of variants that word requests anew */
    uint32_t samples;
    double temperature;
    uint64_t seed;
};

/* What makes it this evaluation: the summary's "config"; the caller's. */
cJSON *eval_config(const struct evalset *set,
                   const struct eval_options *options);

struct eval; /* heap; borrows the desk, the set and what the options name */

/* Fails with a sentence when the folder holds another evaluation. */
struct eval *eval_new(struct desk *desk, const struct evalset *set,
                      const struct eval_options *options, struct err *err);
void eval_free(struct eval *e); /* accepts NULL */

enum eval_state {
    EVAL_MORE,
    EVAL_DONE,
    EVAL_STOPPED, /* a limit or an interrupt, `err` says which */
    EVAL_ERROR
};
enum eval_state eval_turn(struct eval *e, int timeout_ms, struct err *err);
void eval_stop(struct eval *e);

struct eval_counts {
    uint64_t done, all; /* rows times models times variants */
    uint64_t refused;   /* of those done */
};
struct eval_counts eval_counts(const struct eval *e);

/* Writes both files.  The summary is the caller's; NULL with a sentence. */
cJSON *eval_finish(struct eval *e, struct err *err);

#endif
