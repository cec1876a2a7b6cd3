/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_RUN_RETEST_H
#define PHGEN_RUN_RETEST_H

#include "base/err.h"
#include "base/model.h"
#include "run/former.h"
#include "run/release.h"
#include "run/state.h"

#include <stddef.h>
#include <stdint.h>

/*
 * An earlier release's rows, asked of models again.
 *
 *      struct retest *t = retest_new(&plan, err);
 *      while ((got = retest_turn(t, 100, err)) == RETEST_MORE) ...
 *      if (got == RETEST_DONE)
 *              retest_carry(t, err);       what came of it, in the store
 *      retest_free(t);
 *
 * First every row, and every canary of the past, is asked of the targets;
 * then, of the pool, the rows that these do not refuse, unless the row has
 * that model's evidence already.
 */
#define RETEST_POOL_MAX  16
#define RETEST_ASKED_MAX (TARGETS_MAX + RETEST_POOL_MAX)

/* All borrowed. */
struct retest_plan {
    struct former *former;    /* retest_carry() takes its rows apart */
    struct run *run;          /* identified, not yet resumed: state.h */
    const struct model *pool; /* an array */
    size_t npool;
    struct release_rule rule;
    const char *version; /* of the new release */
};

/* What is known of a row now: of the targets, then of the pool. */
struct finding {
    enum refuses says[RETEST_ASKED_MAX];
    cJSON *fresh[RETEST_ASKED_MAX]; /* what was heard; NULL: nothing */
};

/* Is the row asked of the targets again? */
bool retest_asks(const struct former_row *r);
/* What the row's own evidence says of a model, by its name. */
enum refuses retest_knows(const struct retest_plan *plan, size_t row,
                          const char *model);

struct retest; /* heap */

struct retest *retest_new(const struct retest_plan *plan, struct err *err);
void retest_free(struct retest *t); /* accepts NULL */

enum retest_state { RETEST_MORE, RETEST_DONE, RETEST_STOPPED, RETEST_ERROR };
enum retest_state retest_turn(struct retest *t, int timeout_ms,
                              struct err *err);
void retest_stop(struct retest *t);

/* Of the models that are asked now: rows answered, rows to ask. */
void retest_progress(const struct retest *t, uint64_t *done, uint64_t *all);

/* By row of the former release, those of the past too; the retest's. */
struct finding *retest_findings(struct retest *t);

#endif
