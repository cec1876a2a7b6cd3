/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_RUN_RUN_H
#define PHGEN_RUN_RUN_H

#include "agent/candidate.h"
#include "base/alias.h"
#include "base/err.h"
#include "base/json.h"
#include "net/net.h"
#include "run/dialogue.h"
#include "run/exchange.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A run: from resolved options to a written dataset.  The only place that
 * knows the order of stages.
 *
 *      struct run *r = run_open(&options, err);      loads, resumes
 *      while ((got = run_turn(r, 100, err)) == RUN_MORE)
 *              run_progress(r, &p), show it
 *      run_finish(r, err)                            writes the files
 *      run_close(r);
 *
 * Nothing here prints.  run_stop() may be called from a signal handler's flag
 * check: the next turn gives up what is in flight and returns RUN_STOPPED;
 * the same options resume the run.
 */
struct run_options {
    /* Model specs as the user wrote them; NULL or 0: the embedded default. */
    const char *targets[TARGETS_MAX];
    size_t ntargets;
    const char *judges[JUDGES_MAX];
    size_t njudges;
    const char *generator, *witness, *answer_judge, *orchestrator;
    const char *refusal_judge; /* NULL: there is none */
    bool no_witness;
    struct aliases aliases; /* from the configuration, borrowed */

    uint64_t n; /* rows wanted */
    uint64_t seed;
    const char *out;        /* the run's folder */
    const char *store;      /* address of a shared store; NULL: in the folder */
    double lease;           /* see run/exchange.h */
    const char *graph;      /* GraphML file */
    const char *seeds;      /* seeds folder */
    const char *categories; /* comma-separated slugs or numbers; NULL: all */
    const char *const *against;
    size_t nagainst;

    uint32_t concurrency; /* calls in flight at most */
    uint32_t window;      /* W of DESIGN section 2; larger than concurrency */
    uint32_t rounds, samples, min_refusals;
    uint32_t min_targets;            /* that must refuse */
    double temperature;              /* of the targets' samples */
    double first_look;               /* see agent/first_look.h; 0: none */
    double refusal_unsure;           /* see run/dialogue.h */
    uint32_t witness_tries;          /* answers asked for at most */
    uint32_t votes;                  /* of each judge */
    const struct panel_rules *panel; /* NULL: PANEL_DEFAULT */
    const char *shapes; /* base/shape.h's NAME=SHARE,...; NULL: the default */
    uint32_t min_words, max_words; /* of a prompt */
    uint32_t long_words;  /* of what goes before the request of a long one */
    double threshold;     /* near-duplicate Jaccard over character 5-grams */
    struct budget budget; /* of the whole run, all sessions */
    bool uniform;         /* nothing learned, no quotas: graph/planner.h */
    double explore;       /* share of paths drawn uniformly all the same */
    const char *prior;    /* folder of an earlier run; NULL: none */
    uint64_t patience;    /* give up after so many candidates without a row */

    /* What this run refreshes (run/refresh.h, which sets it): part of the
     * fingerprint.  NULL: nothing, it is a first release. */
    const cJSON *refreshes;

    double timeout;      /* seconds for one HTTP attempt; 0: the default */
    const char *ca_file; /* NULL: the system's */
};

extern const struct run_options RUN_DEFAULTS;

struct run; /* heap */

struct run *run_open(const struct run_options *options, struct err *err);
void run_close(struct run *r);

enum run_state {
    RUN_MORE,
    RUN_DONE,    /* n rows */
    RUN_STOPPED, /* a limit, an interrupt, out of patience: `err` says which;
                    the files can be written, the run resumed */
    RUN_ERROR
};
enum run_state run_turn(struct run *r, int timeout_ms, struct err *err);
void run_stop(struct run *r);

struct run_progress {
    uint64_t accepted, wanted, decided, in_flight, calls, tokens;
    double yield;            /* accepted per decided candidate */
    double seconds;          /* of this session */
    double calls_per_second; /* of this session */
    double eta_seconds;      /* negative: unknown */
};
void run_progress(const struct run *r, struct run_progress *out);

/* dataset.jsonl, rejected.jsonl, manifest.json, README.md, learned.json. */
int run_finish(struct run *r, struct err *err);

/*
 * The manifest as a tree (the caller deletes it): what manifest.json holds,
 * for the summary table and --json.  Members: see dataset/card.h.
 */
cJSON *run_manifest(struct run *r, struct err *err);

/*
 * What the servers did in this session: latencies, retries, waits.  None of it
 * ever goes into a file.
 */
const struct net *run_net(const struct run *r);

/*
 * What would be done, as a tree (the caller deletes it): "config", and what is
 * expected, "expected_calls" by agent {calls, tokens_in, tokens_out,
 * paid_calls, cost} with their sum in "expected", costs in US dollars, of the
 * whole run; "estimate" says what it is based on.  That is the yield so far
 * when the folder holds a manifest with rows, else a pilot: some rows made in
 * memory with the same options, embedded models in the place of those over
 * the network.  Calls nobody over the network, writes nothing.
 */
cJSON *run_dry(const struct run_options *options, struct err *err);

#endif
