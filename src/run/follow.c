/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Keeping in step with what was decided: in earlier sessions when a run is
 * opened, and all along by the other workers when the store is shared.
 *
 * Decided candidates are played through planner, ring and near-duplicate index
 * in their order.  All of these depend on decided candidates alone, so every
 * worker's are the same, and so are those of a run that was resumed.
 */
#include "run/files.h"
#include "run/state.h"

#include <string.h>

/* What record_usage() wrote, summed up. */
static uint32_t calls_in(const char *usage)
{
    cJSON *o = json_parse(usage, strlen(usage), NULL), *agent;
    double calls = 0;

    cJSON_ArrayForEach(agent, o)
    {
        calls += cJSON_GetNumberValue(cJSON_GetArrayItem(agent, 0));
    }
    cJSON_Delete(o);
    return calls > 0 && calls < UINT32_MAX ? (uint32_t)calls : 0;
}

static void count_end(struct run *r, const struct decided *d)
{
    int o, why;

    for (o = 0; o < OUTCOMES; o++)
        for (why = 0; why < DROPS; why++)
            if (strcmp(d->outcome, outcome_name((enum outcome)o)) == 0 &&
                strcmp(d->reason,
                       why == DROP_NONE ? "" : drop_name((enum drop)why)) == 0)
                r->ended[o][why]++;
}

static int follow_one(struct run *r, const struct decided *d, struct err *err)
{
    struct job *j = &r->jobs[r->commit_seq % r->options.window];
    struct planner_outcome outcome;
    char key[HASH_HEX];

    if (r->next_seq == r->commit_seq)
        run_plan_next(r);
    record_path_key(&j->path, key);
    if (d->seq != r->commit_seq || strcmp(key, d->path_key) != 0)
        return err_set(err,
                       "the store in %s does not fit its own configuration "
                       "at candidate %llu: it may be damaged; " STORE_REMEDY,
                       r->options.out, (unsigned long long)r->commit_seq);
    if (j->state != JOB_PLANNED)
        return err_set(err,
                       "candidate %llu, which is this worker's, was "
                       "decided by another one; run the same command "
                       "again to take part",
                       (unsigned long long)d->seq);
    outcome.accepted = files_is_row(d);
    outcome.duplicate = strcmp(d->reason, drop_name(DROP_DUPLICATE)) == 0;
    outcome.calls = calls_in(d->usage);
    if (outcome.accepted &&
        dedup_add(r->dedup, d->seq, d->prompt, strlen(d->prompt), err) != 0)
        return -1;
    count_end(r, d);
    run_committed(r, d->seq, &outcome);
    return 0;
}

int run_follow(struct run *r, struct err *err)
{
    struct store_cursor *c = store_read_after(r->store, r->commit_seq - 1, err);
    struct decided d;
    int got = -1;

    while (c != NULL && (got = store_next(c, &d, err)) == 1)
        if (follow_one(r, &d, err) != 0) {
            got = -1;
            break;
        }
    store_read_end(c);
    return got;
}
