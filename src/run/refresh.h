/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_RUN_REFRESH_H
#define PHGEN_RUN_REFRESH_H

#include "base/err.h"
#include "run/retest.h"
#include "run/run.h"

#include <stddef.h>
#include <stdint.h>

/*
 * The next version of a dataset: an earlier release (a run's folder), tested
 * on new targets, its lost rows replaced.  A new run in a folder of its own;
 * the earlier one is only read.
 *
 *      struct refresh *f = refresh_open(&options, err);
 *      while ((got = refresh_turn(f, 100, err)) == REFRESH_MORE)
 *              refresh_progress(f, &done, &all), show it
 *      if (got == REFRESH_DONE)
 *              r = refresh_run(f): run_turn(r, ...) as in run/run.h
 *      refresh_finish(f, err)          all files of the folder
 *      refresh_close(f);
 *
 * Three steps.  Every row is asked of the new targets, as often as generate
 * asks, and those that they no longer refuse of the pool, unless the row has
 * that model's evidence.  What comes of it (run/release.h) goes into the
 * store as candidates that are decided already, all in one transaction: rows
 * that stay, and rejects.  Then a run like any other begins behind them, with
 * quotas by category, until there are `n` rows.
 *
 * So everything in the folder is written from its store, and whoever reads
 * a run reads this one.  Killed in the first step, the same command asks
 * again from the ledger; later, it goes on as any run.
 *
 * Candidates 1 to `carried` are the rows of the earlier release in their
 * order, then what had left in releases before, which is not tested again
 * (but for canaries) and stays among the rejects, so that nothing near a row
 * of any release is made again.
 *
 * A row keeps its members.  Added are `status`, `since`, of a canary `canary`,
 * and in front of `targets` what was heard now: dataset/record.md.
 */
struct refresh_options {
    const char *old;                   /* the earlier release's folder */
    const char *pool[RETEST_POOL_MAX]; /* specs */
    size_t npool;
    /* Of the new run: `n` 0 is as many rows as there were; `prior` NULL is
     * what the earlier run learned; `refreshes` is set here. */
    struct run_options run;
};

struct refresh; /* heap; borrows the options' strings */

struct refresh *refresh_open(const struct refresh_options *options,
                             struct err *err);
void refresh_close(struct refresh *f); /* accepts NULL */

/*
 * Loads and checks everything; no folder, no store, nobody is called.  What
 * can be done with it is refresh_plan(), whose members are the refresh's, and
 * refresh_close().
 */
struct refresh *refresh_load(const struct refresh_options *options,
                             struct err *err);
struct retest_plan refresh_plan(struct refresh *f);

/*
 * What would be done and what that takes, as a tree (the caller deletes it):
 * docs/refresh.md has its members.  Calls nobody over the network, writes
 * nothing; an unfinished refresh in the folder is only read.
 */
cJSON *refresh_dry(const struct refresh_options *options, struct err *err);

enum refresh_step {
    REFRESH_MORE,
    REFRESH_DONE,    /* tested: now refresh_run() */
    REFRESH_STOPPED, /* a limit or refresh_stop(), `err` says which */
    REFRESH_ERROR
};
enum refresh_step refresh_turn(struct refresh *f, int timeout_ms,
                               struct err *err);
void refresh_stop(struct refresh *f);

/* Rows asked of a model, and how many there are to ask in this step. */
void refresh_progress(const struct refresh *f, uint64_t *done, uint64_t *all);

/* The run that makes the new rows; the refresh's.  Once REFRESH_DONE. */
struct run *refresh_run(struct refresh *f);

const char *refresh_version(const struct refresh *f);

/* run_finish(), changes.json and CHANGES.md (run/changes.h). */
int refresh_finish(struct refresh *f, struct err *err);

#endif
