/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_CMD_PASSING_H
#define PHGEN_CMD_PASSING_H

#include "base/json.h"
#include "cmd/asking.h"
#include "cmd/progress.h"
#include "run/pass.h"
#include "store/share.h"

/*
 * What commands share that make a pass over a run (run/pass.h): the run's
 * store and manifest, models within the budget, one worker at a time, progress,
 * Ctrl-C, the exit status.
 *
 *      struct passing p;
 *      enum pass_step step = PASS_MORE;
 *      code = passing_open(&p, folder, o, err);
 *      p.results = (struct passing_results){"answers", FILES_ROWS, ...};
 *      if (code == CMD_OK)
 *              code = passing_begin(&p, "responses", "MODEL JUDGE", err);
 *      if (code == CMD_OK && p.made)
 *              code = passing_conclude(&p, PASS_DONE, err);
 *      while (code == CMD_OK && step == PASS_MORE) {
 *              if (passing_interrupted(&p)) respond_stop(r);
 *              step = respond_turn(r, PASSING_TURN_MS, err);
 *              if (progress_due(&p.line)) progress_text(&p.line, ...);
 *      }
 *      code = passing_conclude(&p, step, err);
 *      passing_close(&p);              also after a failure
 */
#define PASSING_TURN_MS 100

struct passing {
    const char *folder;
    struct store *store;
    cJSON *manifest;
    struct asking asking;
    struct progress line;
    bool quiet, interrupted;
    uint64_t seed;          /* the run's */
    struct share_pass pass; /* with a shared store */
    char *wanted;
    bool held; /* that pass is ours */
    bool made; /* by another worker, while we waited: it is only to be told */
    struct passing_results {
        const char *what;   /* "answers" */
        const char *file;   /* of the folder; none: there are no results */
        const char *fields; /* "\"response\"" */
    } results;              /* the command's, for the closing sentence */
};

enum cmd_exit passing_open(struct passing *p, const char *folder,
                           struct options *o, struct err *err);
void passing_close(struct passing *p);

/*
 * Of the workers of a shared store one makes the pass of a kind, and the others
 * wait here until it is made, or is theirs because the one was lost or stopped.
 * `wanted` says in words with which models and options: what another made with
 * the same while this one waited is `made`.  A store of one's own has no
 * others.  When it fails there is nothing to conclude.
 */
enum cmd_exit passing_begin(struct passing *p, const char *kind,
                            const char *wanted, struct err *err);

/* True once: somebody pressed Ctrl-C since the last time. */
bool passing_interrupted(struct passing *p);

/* However it ended, the files say what is there; where to find it is said, and
 * why it stopped. */
enum cmd_exit passing_conclude(struct passing *p, enum pass_step step,
                               struct err *err);

#endif
