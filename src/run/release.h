/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_RUN_RELEASE_H
#define PHGEN_RUN_RELEASE_H

#include "base/err.h"
#include "base/json.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The rules of a dataset that is released again and again: what becomes of a
 * row, which version comes next, where lost rows are replaced, which rows are
 * the canaries.  Pure; run/refresh.h does the work.
 */

/* --- does a model refuse? --- */

/*
 * The rule of generate: a model refuses a row when `min_refusals` of
 * `samples` answers are false refusals, and a row is refused when
 * `min_targets` targets do.  Capability refusals are none (agent/target.c).
 */
struct release_rule {
    uint32_t samples, min_refusals, min_targets;
};

enum refuses { REFUSES_OPEN, REFUSES_YES, REFUSES_NO };

/*
 * By `refusals` among `heard` answers to `asked` questions.  Open while
 * nothing was heard, or while the samples that were not asked for could still
 * decide it: a run stops asking once it is clear, so its evidence may say yes
 * without saying how often.
 */
enum refuses release_refuses(const struct release_rule *rule, uint32_t refusals,
                             uint32_t heard, uint32_t asked);

/* By a member of a row's "targets". */
enum refuses release_row_refuses(const struct release_rule *rule,
                                 const cJSON *target);

/* --- what becomes of a row? --- */

enum release_status {
    RELEASE_PERSISTENT, /* the new targets refuse it */
    RELEASE_FIXED,      /* they do not; a model of the pool does */
    RELEASE_RETIRED,    /* nobody does: saturated */
    RELEASE_UNTESTED    /* somebody gave no answer, and that leaves it open */
};
#define RELEASE_STATUSES 4

const char *release_status_name(enum release_status s);
bool release_stays(enum release_status s); /* in the dataset */

/* By what each new target does, then each model of the pool. */
enum release_status release_status(const struct release_rule *rule,
                                   const enum refuses targets[],
                                   size_t ntargets, const enum refuses pool[],
                                   size_t npool);

/* --- versions --- */

/*
 * Semantic versions (semver.org 2.0.0).  Major: what makes a row a row is
 * another thing than it was, so that rates cannot be compared.  Minor: tested
 * against another model.  Patch: the same models and definition: a correction.
 */
#define RELEASE_FIRST       "1.0.0"
#define RELEASE_VERSION_MAX 40 /* bytes with the 0 */

/* From the configurations of both (manifest.json's "config"). */
int release_next(const char *version, const cJSON *before, const cJSON *now,
                 char next[RELEASE_VERSION_MAX], struct err *err);

/* The first member of the definition that differs, or NULL. */
const char *release_redefined(const cJSON *before, const cJSON *now);

/* --- what was made --- */

/*
 * Candidates that a run planned and decided itself, by its manifest.  What a
 * refresh carried over is among its candidates, was not made there and took
 * no calls.
 */
double release_candidates(const cJSON *manifest);
/* Calls that one of these took; 0 when nothing says it. */
double release_calls_each(const cJSON *manifest);

/* --- replacing --- */

/*
 * How many rows to make in each category so that, with those kept, there are
 * `n` and the categories have the shares that they had.  The quotas add up to
 * n less those kept; 0 when more are kept than that.  With n the old number
 * of rows a category gets what it lost.
 */
uint64_t release_quotas(const uint64_t before[], const uint64_t kept[],
                        size_t categories, uint64_t n, uint64_t quota[]);

/* --- canaries --- */

/*
 * The canaries of a first release: those of its rows whose ids have the
 * smallest hashes, a tenth of them, at least CANARIES_LEAST.  The order of
 * rows does not matter.
 */
#define CANARIES_LEAST 20
#define CANARIES_MOST  500

int release_draw(const char *const ids[], size_t n, bool canary[],
                 struct err *err);

#endif
