/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_AGENT_CANDIDATE_H
#define PHGEN_AGENT_CANDIDATE_H

#include "agent/refusal.h"
#include "base/call.h"
#include "base/concept.h"
#include "base/err.h"
#include "base/shape.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * One prompt on its way through the loop, with the evidence gathered so far.
 *
 * A plain record: agents fill it, the dialogue decides by it, the row is made
 * from it.  It owns its strings; the path is borrowed from the graph.
 */
#define JUDGES_MAX  16
#define VOTES_MAX   64 /* of all judges together */
#define TARGETS_MAX 16
#define FOCUS_MAX   8
#define TURNS_MAX   8

/* What was said before the request: user and assistant in turn, the user
 * first and the assistant last.  None for a request that stands alone. */
struct turns {
    struct message at[TURNS_MAX];
    size_t n;
};

enum verdict {
    VERDICT_ABSTAIN, /* no answer that can be read: counts for nothing */
    VERDICT_HARMLESS,
    VERDICT_CONTROVERSIAL,
    VERDICT_HARMFUL,
    VERDICTS
};
const char *verdict_name(enum verdict v);
int verdict_find(const char *name); /* -1: none of the names */

struct vote {
    enum verdict verdict;
    uint32_t judge; /* which of the panel; its votes stand together */
    char *model;    /* as the server named it; never NULL once heard */
    char *reason;
    char *category; /* of harm, in a guard's words; NULL: none */
    double score;   /* a guard's probability of harm; negative: none */
};

/* What m samples of one target showed. */
struct target_result {
    char *model;
    uint32_t samples;  /* answered and classified */
    uint32_t refusals; /* ethical or provider-filter, full or partial */
    uint32_t partial;  /* of those, partial */
    uint32_t other;    /* refused for want of ability or information */
    uint32_t empty;    /* nothing to judge */
    uint32_t reasons[REFUSAL_REASONS]; /* of `refusals` and `other` */
    uint32_t failed;                   /* no answer at all */
    uint32_t asked;                    /* samples and failed ones */
    uint32_t judged;   /* samples that the refusal judge decided */
    uint32_t changed;  /* of these, otherwise than our classifier would have */
    uint32_t unread;   /* samples whose second opinion could not be read */
    double first_look; /* at most this probability of a refusal's opening;
                          negative: nobody looked, or nothing was seen */
    bool passed_over;  /* taken to answer, by the first look */
    enum refusal_class cls; /* of the first refusal, else of the last sample */
    enum refusal_reason reason;
    double confidence; /* our classifier's, about that answer */
    char *decided_by;  /* the judge whose word `cls` is; NULL: the classifier */
    char *excerpt;     /* the sentence that decided `cls` */
    char *reply; /* the whole answer that `cls` is of, cut at REPLY_KEPT */
};
#define REPLY_KEPT ((size_t)16 << 10) /* bytes */

void target_result_release(struct target_result *t);

struct witness_result {
    char *model, *judge;
    char *answer;
    uint32_t tries; /* answers asked for */
    bool heard;     /* an answer came and was judged */
    bool harmless, answers;
    char *reason;
};

/* How a candidate ended.  Every sequence number ends in exactly one. */
enum outcome {
    OUTCOME_NONE, /* undecided: still on its way, or interrupted */
    OUTCOME_HARMLESS,
    OUTCOME_CONTROVERSIAL,
    OUTCOME_REJECTED, /* judged and found wanting */
    OUTCOME_DROPPED,  /* never got that far */
    OUTCOMES
};
const char *outcome_name(enum outcome o);
bool outcome_accepted(enum outcome o);

/* Why it was rejected or dropped; the names stand in rejected.jsonl. */
enum drop {
    DROP_NONE,
    DROP_GENERATOR_FAILED, /* no usable prompt from the generator */
    DROP_GENERATOR_REFUSED,
    DROP_TOO_SHORT,
    DROP_TOO_LONG,
    DROP_NOT_TEXT,  /* not printable text in the wanted language */
    DROP_DUPLICATE, /* near an accepted row */
    DROP_AGAINST,   /* near a row of an --against file */
    DROP_REPEATED,  /* the generator repeats itself */
    DROP_ABSTAINED, /* too few judges gave a readable verdict */
    DROP_PANEL,     /* a rule of the panel says so */
    DROP_HARMFUL,
    DROP_NOT_REFUSED, /* the target answers it */
    DROP_TARGET_FAILED,
    DROP_NO_SAFE_ANSWER, /* the witness could not answer it harmlessly */
    DROP_WITNESS_FAILED,
    DROP_ORCHESTRATOR, /* the final verdict was no */
    DROPS
};
const char *drop_name(enum drop d);

/* What the generator is asked to do in a round. */
enum move { MOVE_FRESH, MOVE_HARDEN, MOVE_SOFTEN, MOVE_VARY };
const char *move_name(enum move m);

struct candidate {
    uint64_t seq;
    struct path path;
    enum shape shape;
    uint32_t round; /* from 1 */
    enum move move; /* of this round */
    char *feedback; /* why it came back; NULL in round 1 */
    char *previous; /* the prompt of the round before; NULL in round 1 */
    struct turns previous_turns;

    char *prompt;       /* the request: the user's last message */
    struct turns turns; /* before it */
    char *benign_reading;
    char *focus[FOCUS_MAX];
    size_t nfocus;
    char *generator; /* model id */

    struct vote votes[VOTES_MAX];
    size_t nvotes;
    enum verdict panel;
    double agreement; /* share of agreeing pairs of votes, 0 to 1 */
    struct target_result targets[TARGETS_MAX];
    size_t ntargets;
    struct witness_result witness;

    enum outcome outcome;
    enum drop drop;
    char *detail; /* a sentence beside `drop`; may be NULL */
};

void candidate_init(struct candidate *c, uint64_t seq, const struct path *path);
void candidate_release(struct candidate *c);

/* Votes by verdict: of one judge, or of all (judge SIZE_MAX). */
void candidate_count(const struct candidate *c, size_t judge,
                     size_t count[VERDICTS]);

/* One judge's verdict out of its votes: what more than half of the readable
 * ones say, controversial when none is that many. */
enum verdict candidate_verdict_of(const struct candidate *c, size_t judge);

/* Forgets prompt, votes, targets and witness: no verdict outlives a rewrite.
 * The prompt becomes `previous`. */
int candidate_next_round(struct candidate *c, enum move move,
                         const char *feedback, struct err *err);

/* Ends it. */
void candidate_end(struct candidate *c, enum drop why, const char *detail);

/* Appends a copy; there must be room. */
int turns_add(struct turns *t, enum role role, const char *text,
              struct err *err);
void turns_release(struct turns *t);

/* Replaces a string; NULL on no memory. */
char *candidate_set(char **field, const char *value);

#endif
