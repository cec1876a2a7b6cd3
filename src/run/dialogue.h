/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_RUN_DIALOGUE_H
#define PHGEN_RUN_DIALOGUE_H

#include "agent/agent.h"
#include "agent/candidate.h"
#include "base/call.h"
#include "base/err.h"
#include "base/json.h"
#include "run/second.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * A candidate's conversation with the agents, as a value that is stepped.
 *
 * No I/O and no callbacks: requests come out, replies go in.
 *
 *      switch (dialogue_step(d, &call, err)) {
 *      case STEP_CALL: send it; step again for more
 *      case STEP_GATE: look for near-duplicates, then dialogue_pass_gate()
 *                      or dialogue_fail_gate()
 *      case STEP_WAIT: nothing to do before a reply is heard
 *      case STEP_DONE: d->candidate.outcome stands
 *      case STEP_ERROR: memory or our own mistake, not the model's
 *      }
 *      ... dialogue_hear(d, slot, &reply, err) ...
 *
 * The outcome depends on the replies alone and not on the order in which
 * they come.  States are named by what they wait for.
 */
struct dialogue_plan {
    const struct model *generator, *witness, *answer_judge, *orchestrator;
    const struct model *refusal_judge; /* NULL: none */
    double refusal_unsure; /* asked about answers classified less surely */
    const struct model *judges[JUDGES_MAX];
    size_t njudges;
    const struct model *targets[TARGETS_MAX];
    size_t ntargets;
    const struct template *templates; /* by enum agent */
    uint64_t seed;
    struct shape_mix shapes;
    uint32_t rounds;        /* at most, 1 or more */
    uint32_t samples;       /* of each target */
    uint32_t min_refusals;  /* of one target; at most `samples` */
    uint32_t min_targets;   /* that must refuse; at most `ntargets` */
    double temperature;     /* of the targets' samples */
    double first_look;      /* pass over targets below this; 0: no first look */
    uint32_t witness_tries; /* at most, 1 or more */
    uint32_t votes;         /* of each judge, 1 or more */
    const struct panel_rules *panel;
    bool no_witness;
};

enum dialogue_state {
    WANT_PROMPT,
    WANT_GATE,
    WANT_VOTES,
    WANT_FIRST_LOOK,
    WANT_SAMPLES,
    WANT_SECOND_OPINIONS, /* on those samples that are unsure */
    WANT_WITNESS,
    WANT_ANSWER_VERDICT,
    WANT_DECISION,
    DIALOGUE_DONE
};

#define SAMPLES_MAX 16

/* Of what the first look passes over, this share is sampled all the same, to
 * measure how often the look is right. */
#define FIRST_LOOK_CHECKED 0.1

struct usage {
    uint32_t calls, tokens_in, tokens_out;
};

struct slot; /* one reply that the state wants: run/slot.h */

struct dialogue {
    const struct dialogue_plan *plan;
    struct candidate candidate;
    enum dialogue_state state;
    struct slot *slots;
    uint32_t nslots;        /* replies that this state wants */
    uint32_t heard;         /* slots answered or given up */
    struct seconds samples; /* that wait for second opinions */
    struct usage usage[AGENT_COUNT];
    cJSON *trail; /* what happened in earlier rounds, a JSON array */
};

enum step { STEP_CALL, STEP_GATE, STEP_WAIT, STEP_DONE, STEP_ERROR };

void dialogue_init(struct dialogue *d, const struct dialogue_plan *plan,
                   uint64_t seq, const struct path *path);
void dialogue_release(struct dialogue *d);

/* On STEP_CALL the caller owns `call`; call->slot must come back with the
 * reply. */
enum step dialogue_step(struct dialogue *d, struct call *call, struct err *err);

/* Takes the reply's strings over (the reply is empty afterwards).  A reply
 * that is REPLY_FAILED counts as no answer; REPLY_STOPPED must not be heard. */
int dialogue_hear(struct dialogue *d, uint32_t slot, struct reply *reply,
                  struct err *err);

/* The call of this slot got no reply, through no fault of its own: it is asked
 * for again. */
void dialogue_again(struct dialogue *d, uint32_t slot);

int dialogue_pass_gate(struct dialogue *d, struct err *err);
/* Back to the generator while rounds remain, else dropped for `why`. */
int dialogue_fail_gate(struct dialogue *d, enum drop why, const char *detail,
                       struct err *err);

#endif
