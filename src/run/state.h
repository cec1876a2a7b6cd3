/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_RUN_STATE_H
#define PHGEN_RUN_STATE_H

#include "builtin/builtin.h"
#include "dedup/dedup.h"
#include "graph/concepts.h"
#include "graph/planner.h"
#include "run/crew.h"
#include "run/dialogue.h"
#include "run/exchange.h"
#include "run/record.h"
#include "run/run.h"
#include "store/store.h"

#include <time.h>

/*
 * What a run holds; shared by the files of this room only.
 *
 * The jobs are a ring of W: candidate k lives in jobs[k % W] from its plan
 * until candidate k + W is planned, whose plan is the first that may know how
 * k ended.  So the ring is the window.
 */
enum job_state {
    JOB_FREE,    /* never used */
    JOB_PLANNED, /* nobody's here: another worker's, or decided before */
    JOB_LIVE,    /* its dialogue goes on */
    JOB_ENDED,   /* decided, waits for its turn to be committed */
    JOB_COMMITTED
};

struct job {
    enum job_state state;
    struct dialogue dialogue; /* while LIVE or ENDED */
    struct path path;
    struct planner_outcome outcome; /* once COMMITTED */
    struct call pending;            /* a call that there was no room for */
    struct hash128 pending_key;
    bool has_pending;
};

#define RUN_MODELS_MAX (JUDGES_MAX + TARGETS_MAX + 5)

struct run {
    struct run_options options; /* strings borrowed from the caller */
    struct model models[RUN_MODELS_MAX];
    size_t nmodels;
    struct dialogue_plan plan;
    struct template templates[AGENT_COUNT];
    struct concepts *graph;
    struct planner *planner;
    struct dedup *dedup;
    struct builtin *builtin;
    struct store *store;
    struct exchange *exchange;
    bool *wanted;  /* categories */
    cJSON *config; /* the fingerprint: what makes the run this run */
    char id[HASH_HEX], graph_hash[HASH_HEX], templates_hash[HASH_HEX];
    char prior_hash[HASH_HEX]; /* or "none" */
    struct provenance provenance;

    struct job *jobs;
    /* Of a refresh: candidates 1 to `carried` are an earlier release's rows,
     * decided before the first plan; `kept` of them are rows here. */
    uint64_t carried, kept;
    uint64_t next_seq;   /* to be planned, from carried + 1 */
    uint64_t commit_seq; /* to be committed next */
    uint64_t accepted, last_accepted_seq;
    uint64_t accepted_before;        /* in earlier sessions */
    uint64_t ended[OUTCOMES][DROPS]; /* candidates, all sessions */

    struct crew *crew; /* with a shared store; else NULL */

    uint64_t calls, tokens; /* of this session, all agents, free ones too */
    double started;         /* monotonic seconds */
    time_t began;           /* the same moment by the calendar */
};

/* Loads and checks everything; no store, no exchange, nothing touched. */
struct run *run_load(const struct run_options *options, struct err *err);
/* Opens the store `where` (":memory:": none that stays, and no folder),
 * resumes. The folder is made, with a shared store's address in it, once there
 * is a store to open. */
int run_attach(struct run *r, const char *folder, const char *where,
               struct err *err);
/* The same in two steps: the store, checked to be this run's; then, with
 * `carried` known, what was decided. */
int run_identify(struct run *r, const char *folder, const char *where,
                 struct err *err);
int run_resume(struct run *r, struct err *err);
/* Finds the models of all agents, and fills the plan's; -1 also when one has
 * no price and needs one. */
int run_cast(struct run *r, struct err *err);

/* Writes `config`, `templates_hash` and `id`.  `screens` are the hashes of the
 * --against files; the config's, in any case. */
int run_fingerprint(struct run *r, cJSON *screens, struct err *err);
/* Is this the fingerprint of a store that the run can go on with?  -1 with a
 * sentence that names the first thing that differs. */
int run_is_same(struct run *r, const char *stored, struct err *err);
/* What goes over the network, and for how much. */
struct exchange_options run_exchange_options(const struct run *r);

/* Takes in what was decided since, here or elsewhere: no calls, no dialogue,
 * the same state as if it had just been decided. */
int run_follow(struct run *r, struct err *err);

/* Records the end of candidate `seq` in the ring and in the counters. */
void run_committed(struct run *r, uint64_t seq,
                   const struct planner_outcome *outcome);

/* Puts how far it is into the store, for run/inspect.h. */
int run_mark(struct run *r, struct err *err);

/* Rows still wanted, over the yield so far: more live candidates than that
 * would be thrown away at the end. */
uint64_t run_demand(const struct run *r);

/* Plans candidate next_seq into its place in the ring. */
struct job *run_plan_next(struct run *r);

/* Frees the ring with all that lives in it. */
void run_drop_jobs(struct run *r);

#endif
