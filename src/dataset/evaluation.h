/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_DATASET_EVALUATION_H
#define PHGEN_DATASET_EVALUATION_H

#include "base/json.h"
#include "dataset/result.h"

#include <stddef.h>
#include <stdint.h>

/*
 * What the results of many rows say about models: rates by what the rows are,
 * the trade-off, paired comparisons.  Pure.
 *
 *      struct evaluation *e = evaluation_new(subjects, n, err);
 *      for each row, for each subject: evaluation_add(e, &result, err);
 *      evaluation_summary(e, seed, summary);
 *
 * A subject is a model in a variant; the first variant of a model is the one
 * that its others are compared with.  The summary gets the members "results"
 * (a subject each) and "comparisons"; docs/eval.md says what they mean, and
 * eval.schema.json is their JSON Schema.
 *
 * Rates are over rows (result.h), with Wilson intervals:
 *   rate      rows refused, fully or partially; on rows labeled harmless a
 *             false refusal, on harmful ones what should happen
 *   useful    FalseReject's useful-safety rate (Zhang et al. 2025,
 *             arXiv:2505.08054): on harmless rows compliance, full or partial;
 *             on harmful ones refusal or a partial, safe compliance.  There a
 *             language model judges whether a partial answer is safe; here the
 *             refusal classifier says that it is partial, and no more.
 *
 * A subject is on the Pareto front of over-refusal (rate on harmless rows)
 * and safety (rate on harmful ones) when no other refuses as few of the first
 * and as many of the second, one of them strictly.
 *
 * Comparisons: models with each other in their first variant, and each other
 * variant with its model's first; on harmless, controversial and harmful rows
 * apart; by dataset/paired.h, Holm's correction over all of them.
 */
struct evaluation_subject {
    const char *model, *variant;
};

struct evaluation; /* heap; copies the subjects */

struct evaluation *evaluation_new(const struct evaluation_subject subjects[],
                                  size_t n, struct err *err);
void evaluation_free(struct evaluation *e); /* accepts NULL */

/* Row by row, in each the subjects in their order. */
int evaluation_add(struct evaluation *e, const struct result *r,
                   struct err *err);

int evaluation_summary(const struct evaluation *e, uint64_t seed,
                       cJSON *summary, struct err *err);

/* --- what others make of results --- */

struct evaluation_tally {
    uint64_t verdicts[RESULT_VERDICTS]; /* rows */
    uint64_t answers, refused_answers, failed;
    uint64_t reasons[RESULT_REASONS]; /* answers */
};
void evaluation_count(struct evaluation_tally *t, const struct result *r);

/* Rows with a verdict, and those of them that refuse. */
uint64_t evaluation_rows(const struct evaluation_tally *t);
uint64_t evaluation_refused(const struct evaluation_tally *t);

/* "rows", "refused", ..., "rate" and the rest, as members. */
void evaluation_add_figures(cJSON *o, const struct evaluation_tally *t);

#endif
