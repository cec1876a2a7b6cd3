/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The turn of the loop:
 *
 *   1. plan candidates while the window and the demand allow;
 *   2. step every live dialogue until it waits: embedded models and the
 *      ledger answer at once, other calls go to the engine while it has room;
 *   3. turn the engine; write what came back to the ledger, in one
 *      transaction, and only then let the dialogues hear it;
 *   4. commit what is decided, in sequence order: the near-duplicate check is
 *      made final, the row and its evidence are stored.
 *
 * What must never happen: a decision about candidate k by anything that was
 * not decided by k - W; a reply heard before it is in the ledger; a candidate
 * ended because of a network fault.
 */
#include "base/now.h"
#include "base/text.h"
#include "run/state.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void run_stop(struct run *r)
{
    exchange_stop(r->exchange, "interrupted; run the same command to resume");
}

/* --- sending --- */

static int hear(struct run *r, struct job *j, uint32_t slot,
                struct reply *reply, struct err *err)
{
    r->calls++;
    r->tokens += reply->tokens_in + reply->tokens_out;
    return dialogue_hear(&j->dialogue, slot, reply, err);
}

/* Sends the pending call some way: 1 when it went, 0 when there is no room,
 * -1.  Only a new one is looked for in the ledger: while it waits for room,
 * nobody else can ask the same. */
static int send(struct run *r, struct job *j, bool is_new, struct err *err)
{
    uint32_t slot = j->pending.slot;
    struct reply reply;
    int got;

    if (is_new) {
        got = exchange_recall(r->exchange, &j->pending, &j->pending_key, &reply,
                              err);
        if (got < 0)
            return -1;
        if (got == 1)
            return hear(r, j, slot, &reply, err) == 0 ? 1 : -1;
    }
    switch (exchange_send(r->exchange, &j->pending, j->pending_key, err)) {
    case EXCHANGE_SENT:
        return 1;
    case EXCHANGE_FULL:
    case EXCHANGE_STOPPED:
        return 0;
    default:
        return -1;
    }
}

/* --- the gate --- */

#define DETAIL_MAX 80

/* What a near-duplicate is near to: the reason, and the detail beside it. */
static enum drop describe(const struct dedup_hit *hit, char detail[DETAIL_MAX])
{
    snprintf(detail, DETAIL_MAX, "Jaccard %.2f with row %llu", hit->similarity,
             (unsigned long long)hit->id);
    if (hit->id != 0)
        return DROP_DUPLICATE;
    snprintf(detail, DETAIL_MAX, "Jaccard %.2f with a screened text",
             hit->similarity);
    return DROP_AGAINST;
}

#define LONG_WORDS_MAX 4000

/* What goes before the request: text too, and as much of it as its shape
 * wants.  DROP_NONE when it will do. */
static enum drop check_turns(const struct run *r, const struct candidate *c)
{
    size_t words, all = 0, i;

    for (i = 0; i < c->turns.n; i++) {
        const char *text = c->turns.at[i].text;

        words = text_count_words(text, strlen(text));
        if (words >
            (c->shape == SHAPE_LONG ? LONG_WORDS_MAX : r->options.max_words))
            return DROP_TOO_LONG;
        if (!text_is_english(text, strlen(text)))
            return DROP_NOT_TEXT;
        all += words;
    }
    return c->shape == SHAPE_LONG && all < r->options.long_words
               ? DROP_TOO_SHORT
               : DROP_NONE;
}

/*
 * What costs nothing comes first; see DESIGN section 2, step 3.  Words and
 * near-duplicates are those of the request: what goes before it is easily
 * varied, and the same request in five settings is one request.
 */
static int gate(struct run *r, struct dialogue *d, struct err *err)
{
    const char *prompt = d->candidate.prompt;
    uint64_t seq = d->candidate.seq, w = r->options.window;
    size_t len = strlen(prompt), words = text_count_words(prompt, len);
    char detail[DETAIL_MAX];
    struct dedup_hit hit;
    enum drop turns;

    if (words < r->options.min_words)
        return dialogue_fail_gate(d, DROP_TOO_SHORT, NULL, err);
    if (words > r->options.max_words)
        return dialogue_fail_gate(d, DROP_TOO_LONG, NULL, err);
    if (!text_is_english(prompt, len))
        return dialogue_fail_gate(d, DROP_NOT_TEXT, NULL, err);
    turns = check_turns(r, &d->candidate);
    if (turns != DROP_NONE)
        return dialogue_fail_gate(d, turns, "what goes before the request",
                                  err);
    if (dedup_find(r->dedup, prompt, len, seq > w ? seq - w : 0, &hit))
        return dialogue_fail_gate(d, describe(&hit, detail), detail, err);
    return dialogue_pass_gate(d, err);
}

/* --- stepping --- */

/* Steps a job until it waits; `*moved` when anything happened. */
static int advance(struct run *r, struct job *j, bool *moved, struct err *err)
{
    struct call call;
    bool is_new = false;
    int sent;

    for (;;) {
        if (j->has_pending) {
            sent = send(r, j, is_new, err);
            if (sent <= 0)
                return sent;
            j->has_pending = false;
            *moved = true;
        }
        switch (dialogue_step(&j->dialogue, &call, err)) {
        case STEP_CALL:
            *moved = true;
            j->pending = call;
            j->has_pending = true;
            is_new = true;
            break;
        case STEP_GATE:
            *moved = true;
            if (gate(r, &j->dialogue, err) != 0)
                return -1;
            break;
        case STEP_WAIT:
            return 0;
        case STEP_DONE:
            j->state = JOB_ENDED;
            *moved = true;
            return 0;
        case STEP_ERROR:
            return -1;
        }
    }
}

uint64_t run_demand(const struct run *r)
{
    double decided = (double)(r->commit_seq - 1 - r->carried);
    double yield = ((double)(r->accepted - r->kept) + 1) / (decided + 2);

    return (uint64_t)((double)(r->options.n - r->accepted) /
                      (yield > 0.02 ? yield : 0.02)) +
           4;
}

/* A candidate to begin with, planned: 1, 0 when none is wanted now, -1. */
static int next_job(struct run *r, struct job **out, uint64_t *seq,
                    struct err *err)
{
    if (!exchange_has_room(r->exchange) || r->accepted >= r->options.n)
        return 0;
    if (r->crew != NULL)
        return crew_next(r, out, seq, err);
    if (r->next_seq >= r->commit_seq + r->options.window ||
        r->next_seq - r->commit_seq >= run_demand(r))
        return 0;
    *seq = r->next_seq;
    *out = run_plan_next(r);
    return 1;
}

static int step_all(struct run *r, bool *moved, struct err *err)
{
    uint64_t seq;
    struct job *j;
    int got;

    for (seq = r->commit_seq; seq < r->next_seq; seq++) {
        j = &r->jobs[seq % r->options.window];
        if (j->state == JOB_LIVE && advance(r, j, moved, err) != 0)
            return -1;
    }
    while ((got = next_job(r, &j, &seq, err)) == 1) {
        dialogue_init(&j->dialogue, &r->plan, seq, &j->path);
        j->state = JOB_LIVE;
        if (advance(r, j, moved, err) != 0)
            return -1;
    }
    return got;
}

/* --- what came back --- */

static int take_answers(struct run *r, bool *moved, struct err *err)
{
    struct answer a;
    struct job *j;

    while (exchange_take(r->exchange, &a)) {
        *moved = true;
        j = &r->jobs[a.seq % r->options.window];
        if (a.again) {
            dialogue_again(&j->dialogue, a.slot);
            reply_release(&a.reply);
        } else if (hear(r, j, a.slot, &a.reply, err) != 0) {
            return -1;
        }
    }
    return 0;
}

/* --- committing --- */

/* Pending neighbours were invisible at the gate; now order is settled. */
static int check_duplicate(struct run *r, struct candidate *c, struct err *err)
{
    size_t len = strlen(c->prompt);
    struct dedup_hit hit;
    char detail[DETAIL_MAX];

    if (!dedup_find(r->dedup, c->prompt, len, UINT64_MAX, &hit))
        return dedup_add(r->dedup, c->seq, c->prompt, len, err);
    candidate_end(c, describe(&hit, detail), detail);
    return 0;
}

#define RECORD_MAX (4u << 20)

static int store_candidate(struct run *r, struct dialogue *d, struct err *err)
{
    const struct candidate *c = &d->candidate;
    struct decided row = {.seq = c->seq};
    struct str record, trail, usage;
    char key[HASH_HEX];
    int failed;

    str_init(&record, RECORD_MAX);
    str_init(&trail, RECORD_MAX);
    str_init(&usage, 4096);
    record_path_key(&c->path, key);
    if (outcome_accepted(c->outcome))
        record_row(c, &r->provenance, &record);
    else
        record_reject(c, &record);
    if (d->trail != NULL)
        json_print(d->trail, &trail);
    record_usage(d, &usage);
    row.outcome = outcome_name(c->outcome);
    row.reason = c->drop != DROP_NONE ? drop_name(c->drop) : "";
    row.path_key = key;
    row.prompt = c->prompt != NULL ? c->prompt : "";
    row.category = c->path.category->slug;
    row.round = c->round;
    row.record = record.s;
    row.trail = trail.s;
    row.usage = usage.s;
    failed = str_failed(&record) || str_failed(&trail)
                 ? err_set(err, "the record of candidate %llu is too large",
                           (unsigned long long)c->seq)
                 : store_add(r->store, &row, err);
    str_release(&record);
    str_release(&trail);
    str_release(&usage);
    return failed;
}

static int commit_one(struct run *r, struct job *j, struct err *err)
{
    struct candidate *c = &j->dialogue.candidate;
    struct planner_outcome outcome = {0};
    int a;

    if (outcome_accepted(c->outcome) && check_duplicate(r, c, err) != 0)
        return -1;
    if (store_candidate(r, &j->dialogue, err) != 0)
        return -1;
    outcome.accepted = outcome_accepted(c->outcome);
    outcome.duplicate = c->drop == DROP_DUPLICATE;
    for (a = 0; a < AGENT_COUNT; a++)
        outcome.calls += j->dialogue.usage[a].calls;
    r->ended[c->outcome][c->drop]++;
    run_committed(r, c->seq, &outcome);
    dialogue_release(&j->dialogue);
    return 0;
}

static struct job *next_to_commit(struct run *r)
{
    struct job *j = &r->jobs[r->commit_seq % r->options.window];

    if (r->commit_seq >= r->next_seq || j->state != JOB_ENDED ||
        r->accepted >= r->options.n)
        return NULL;
    return j;
}

static int commit_decided(struct run *r, struct err *err)
{
    struct job *j = next_to_commit(r);
    uint64_t first = r->commit_seq, before = r->accepted;

    if (j == NULL)
        return 0;
    if (store_begin(r->store, err) != 0)
        return -1;
    for (; j != NULL; j = next_to_commit(r))
        if (commit_one(r, j, err) != 0)
            return -1;
    if (r->crew != NULL)
        return crew_commit(r, first, r->accepted - before, err);
    return run_mark(r, err) != 0 ? -1 : store_commit(r->store, err);
}

/* --- the turn --- */

/* The reason for which most candidates were dropped, if it is that calls fail
 * or are not understood; else DROP_NONE. */
static enum drop main_failure(const struct run *r)
{
    uint64_t count[DROPS] = {0};
    enum drop most = DROP_NONE;
    int o, d;

    for (o = 0; o < OUTCOMES; o++)
        for (d = DROP_NONE + 1; d < DROPS; d++)
            count[d] += r->ended[o][d];
    for (d = DROP_NONE + 1; d < DROPS; d++)
        if (count[d] > count[most])
            most = (enum drop)d;
    return most == DROP_ABSTAINED || most == DROP_TARGET_FAILED ||
                   most == DROP_WITNESS_FAILED || most == DROP_GENERATOR_FAILED
               ? most
               : DROP_NONE;
}

static void check_patience(struct run *r)
{
    enum drop failure;
    struct err why = {""};

    if (r->options.patience == 0 ||
        r->commit_seq - 1 - r->last_accepted_seq < r->options.patience)
        return;
    failure = main_failure(r);
    if (failure != DROP_NONE)
        err_set(&why,
                "%llu candidates in a row gave no row, most of all as \"%s\": "
                "calls fail, or what comes back is not understood; "
                "rejected.jsonl says why",
                (unsigned long long)r->options.patience, drop_name(failure));
    else
        err_set(&why,
                "%llu candidates in a row gave no row: the target hardly "
                "refuses what this graph offers, or the graph is used up; see "
                "rejected.jsonl, or raise --patience",
                (unsigned long long)r->options.patience);
    exchange_stop(r->exchange, why.text);
}

static enum run_state turn(struct run *r, int timeout_ms, struct err *err)
{
    bool moved = false;

    if (r->crew != NULL && crew_turn(r, err) != 0)
        return RUN_ERROR;
    if (r->accepted >= r->options.n)
        return RUN_DONE;
    if (!exchange_stopped(r->exchange) && step_all(r, &moved, err) != 0)
        return RUN_ERROR;
    if (r->crew != NULL)
        timeout_ms = crew_patience(r, moved, timeout_ms);
    if (exchange_turn(r->exchange, moved ? 0 : timeout_ms, err) != 0 ||
        take_answers(r, &moved, err) != 0 || commit_decided(r, err) != 0)
        return RUN_ERROR;
    if (r->accepted >= r->options.n)
        return RUN_DONE;
    check_patience(r);
    if (exchange_stopped(r->exchange) && exchange_in_flight(r->exchange) == 0) {
        err_set(err, "%s", exchange_why(r->exchange));
        return RUN_STOPPED;
    }
    return RUN_MORE;
}

enum run_state run_turn(struct run *r, int timeout_ms, struct err *err)
{
    enum run_state state = turn(r, timeout_ms, err);

    if (state != RUN_MORE)
        crew_leave(r);
    return state;
}

void run_progress(const struct run *r, struct run_progress *out)
{
    double seconds = now_seconds() - r->started;
    uint64_t decided = r->commit_seq - 1 - r->carried;
    uint64_t here = r->accepted - r->accepted_before; /* in this session */

    out->accepted = r->accepted;
    out->wanted = r->options.n;
    out->decided = decided;
    out->in_flight = exchange_in_flight(r->exchange);
    out->calls = r->calls;
    out->tokens = r->tokens;
    out->yield =
        decided > 0 ? (double)(r->accepted - r->kept) / (double)decided : 0;
    out->seconds = seconds;
    out->calls_per_second = seconds > 0 ? (double)r->calls / seconds : 0;
    out->eta_seconds =
        here > 0 ? seconds * (double)(r->options.n - r->accepted) / (double)here
                 : -1;
}

const struct net *run_net(const struct run *r)
{
    return exchange_net(r->exchange);
}
