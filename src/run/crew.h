/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_RUN_CREW_H
#define PHGEN_RUN_CREW_H

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * A run's part in a crew: many workers that make one dataset in one store
 * (store/share.h); for the files of this room.
 *
 *      crew_open(r, err);
 *      crew_turn(r, err);                  at the beginning of a turn
 *      while (... crew_next(r, &j, err))   a candidate to begin with
 *      crew_commit(r, first, rows, err)    instead of store_commit()
 *      crew_leave(r);                      when it is over
 *
 * Each worker plans every candidate, from what was decided, as one worker
 * alone would; the leases say whose dialogue it is.  So the rows are those of
 * a run on one machine, byte for byte, whoever made them.
 */
struct run;
struct job;
struct crew; /* heap */

int crew_open(struct run *r, struct err *err);
void crew_close(struct crew *c);
void crew_leave(struct run *r);

/* Takes in what others decided, when it is time. */
int crew_turn(struct run *r, struct err *err);

/* 1 with a candidate, planned, that is this worker's to begin; 0, -1. */
int crew_next(struct run *r, struct job **out, uint64_t *seq, struct err *err);

/* Of candidates `first` to commit_seq - 1 `rows` became rows. */
int crew_commit(struct run *r, uint64_t first, uint64_t rows, struct err *err);

/* How long a turn may wait, at most `timeout_ms`; waits itself when nothing is
 * in flight that would end it. */
int crew_patience(struct run *r, bool moved, int timeout_ms);

#endif
