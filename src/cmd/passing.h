/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_CMD_PASSING_H
#define PHGEN_CMD_PASSING_H

#include "base/json.h"
#include "cmd/asking.h"
#include "cmd/progress.h"
#include "run/pass.h"

/*
 * What commands share that make a pass over a run (run/pass.h): the run's
 * store and manifest, models within the budget, progress, Ctrl-C, the exit
 * status.
 *
 *      struct passing p;
 *      enum pass_step step = PASS_MORE;
 *      code = passing_open(&p, folder, o, err);
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
    uint64_t seed; /* the run's */
};

enum cmd_exit passing_open(struct passing *p, const char *folder,
                           struct options *o, struct err *err);
void passing_close(struct passing *p);

/* True once: somebody pressed Ctrl-C since the last time. */
bool passing_interrupted(struct passing *p);

/* However it ended, the files say what is there; why it stopped is said. */
enum cmd_exit passing_conclude(struct passing *p, enum pass_step step,
                               struct err *err);

#endif
