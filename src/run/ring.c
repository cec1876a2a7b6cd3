/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The ring of candidates: its place for candidate k is taken by k + W, and not
 * before the end of k is learned from.
 */
#include "run/state.h"

#include <stdlib.h>

struct job *run_plan_next(struct run *r)
{
    uint64_t seq = r->next_seq++, w = r->options.window;
    struct job *j = &r->jobs[seq % w];

    j->state = JOB_PLANNED;
    if (seq > r->carried + w)
        planner_learn(r->planner, &j->path, &j->outcome);
    planner_plan(r->planner, seq, &j->path);
    return j;
}

void run_committed(struct run *r, uint64_t seq,
                   const struct planner_outcome *outcome)
{
    struct job *j = &r->jobs[seq % r->options.window];

    j->state = JOB_COMMITTED;
    j->outcome = *outcome;
    r->commit_seq = seq + 1;
    if (outcome->accepted) {
        r->accepted++;
        r->last_accepted_seq = seq;
    }
}

void run_drop_jobs(struct run *r)
{
    uint64_t i;

    for (i = 0; r->jobs != NULL && i < r->options.window; i++) {
        if (r->jobs[i].has_pending)
            call_release(&r->jobs[i].pending);
        if (r->jobs[i].state == JOB_LIVE || r->jobs[i].state == JOB_ENDED)
            dialogue_release(&r->jobs[i].dialogue);
    }
    free(r->jobs);
}
