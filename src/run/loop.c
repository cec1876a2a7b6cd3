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
#include "base/text.h"
#include "run/state.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Passing failures in a row after which a run stops rather than hammer on. */
#define FAILURES_MAX 24

void run_stop(struct run *r)
{
    if (!r->stopping) {
        r->stopping = true;
        err_set(&r->why, "interrupted; run the same command to resume");
    }
}

/* Stops by itself, for this reason. */
static void halt(struct run *r, const char *fmt, const char *detail)
{
    if (r->stopping)
        return;
    r->stopping = true;
    err_set(&r->why, fmt, detail);
}

/* --- sending --- */

static int hear(struct run *r, struct job *j, uint32_t slot,
                struct reply *reply, struct err *err)
{
    r->calls++;
    r->tokens += reply->tokens_in + reply->tokens_out;
    return dialogue_hear(&j->dialogue, slot, reply, err);
}

static int submit(struct run *r, struct call *call, struct hash128 key,
                  struct err *err)
{
    uint32_t ticket = r->tickets[r->nsent];
    struct sent *s = &r->sent[ticket];

    if (net_submit(r->net, call, ticket, err) != 0)
        return -1;
    s->used = true;
    s->seq = call->seq;
    s->slot = call->slot;
    s->key = key;
    call_release(call);
    s->call = *call;
    r->nsent++;
    r->paid++;
    return 0;
}

/* What costs nothing: 1 when an embedded model or the ledger answered. */
static int answer_at_once(struct run *r, struct job *j, struct err *err)
{
    struct call *call = &j->pending;
    uint32_t slot = call->slot;
    struct reply reply;
    int got = 1;

    reply_init(&reply);
    if (call->model->kind == MODEL_BUILTIN) {
        builtin_reply(r->builtin, call, &reply);
    } else {
        j->pending_key = call_key(call);
        got = store_ledger_find(r->store, j->pending_key, &reply, err);
    }
    if (got != 1)
        return got;
    call_release(call);
    return hear(r, j, slot, &reply, err) == 0 ? 1 : -1;
}

/* Sends the pending call some way: 1 when it went, 0 when there is no room,
 * -1.  Only a new one is looked for in the ledger: while it waits for room,
 * nobody else can ask the same. */
static int send(struct run *r, struct job *j, bool is_new, struct err *err)
{
    const struct run_options *o = &r->options;
    struct call *call = &j->pending;
    int got;

    if (is_new && (got = answer_at_once(r, j, err)) != 0)
        return got;
    if (o->max_calls > 0 && r->paid_before + r->paid >= o->max_calls) {
        r->limit_hit = true;
        return 0;
    }
    if (r->nsent >= o->concurrency || net_room(r->net, call->model) == 0)
        return 0;
    return submit(r, call, j->pending_key, err) == 0 ? 1 : -1;
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

/* What costs nothing comes first; see DESIGN section 2, step 3. */
static int gate(struct run *r, struct dialogue *d, struct err *err)
{
    const char *prompt = d->candidate.prompt;
    uint64_t seq = d->candidate.seq, w = r->options.window;
    size_t len = strlen(prompt), words = text_count_words(prompt, len);
    char detail[DETAIL_MAX];
    struct dedup_hit hit;

    if (words < r->options.min_words)
        return dialogue_fail_gate(d, DROP_TOO_SHORT, NULL, err);
    if (words > r->options.max_words)
        return dialogue_fail_gate(d, DROP_TOO_LONG, NULL, err);
    if (!text_is_english(prompt, len))
        return dialogue_fail_gate(d, DROP_NOT_TEXT, NULL, err);
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

/* Rows still wanted, over the yield so far: more live candidates than that
 * would be thrown away at the end. */
static uint64_t demand(const struct run *r)
{
    double decided = (double)(r->commit_seq - 1);
    double yield = ((double)r->accepted + 1) / (decided + 2);

    return (uint64_t)((double)(r->options.n - r->accepted) /
                      (yield > 0.02 ? yield : 0.02)) +
           4;
}

static bool wants_more(const struct run *r)
{
    return !r->stopping && !r->limit_hit && r->accepted < r->options.n &&
           r->next_seq < r->commit_seq + r->options.window &&
           r->nsent < r->options.concurrency &&
           r->next_seq - r->commit_seq < demand(r);
}

static int step_all(struct run *r, bool *moved, struct err *err)
{
    uint64_t seq;
    struct job *j;

    for (seq = r->commit_seq; seq < r->next_seq; seq++) {
        j = &r->jobs[seq % r->options.window];
        if (j->state == JOB_LIVE && advance(r, j, moved, err) != 0)
            return -1;
    }
    while (wants_more(r)) {
        j = run_plan_next(r);
        dialogue_init(&j->dialogue, &r->plan, r->next_seq - 1, &j->path);
        j->state = JOB_LIVE;
        if (advance(r, j, moved, err) != 0)
            return -1;
    }
    return 0;
}

/* --- what came back --- */

struct result {
    struct sent sent;
    struct reply reply;
};

/* A fault of the moment, not of the request: the call is worth making again. */
static bool passing(const struct reply *reply)
{
    int s = reply->http_status;

    return s < 400 || s == 408 || s == 409 || s == 429 || s >= 500;
}

static int take_result(struct run *r, struct result *x, struct err *err)
{
    struct job *j = &r->jobs[x->sent.seq % r->options.window];
    struct reply *reply = &x->reply;

    if (reply->status == REPLY_OK) {
        r->failures = 0;
        return hear(r, j, x->sent.slot, reply, err);
    }
    if (reply->status == REPLY_STOPPED) {
        halt(r, "%s", reply->error != NULL ? reply->error : "stopped");
        dialogue_again(&j->dialogue, x->sent.slot);
    } else if (passing(reply)) {
        dialogue_again(&j->dialogue, x->sent.slot);
        if (++r->failures >= FAILURES_MAX)
            halt(r,
                 "a model server keeps failing: %s; run the same command to "
                 "resume when it is back",
                 reply->error);
    } else {
        return hear(r, j, x->sent.slot, reply, err);
    }
    reply_release(reply);
    return 0;
}

/* The ledger first, for all of them, in one durable transaction. */
static int record_results(struct run *r, struct result *x, size_t n,
                          struct err *err)
{
    size_t i;

    if (store_begin(r->store, err) != 0)
        return -1;
    for (i = 0; i < n; i++)
        if (x[i].reply.status == REPLY_OK &&
            store_ledger_add(r->store, x[i].sent.key, &x[i].sent.call,
                             &x[i].reply, err) != 0)
            return -1;
    return store_commit(r->store, err);
}

#define BATCH 256

/* Takes one batch; returns how many, or -1. */
static int take_batch(struct run *r, struct err *err)
{
    struct result x[BATCH];
    uint64_t ticket;
    size_t n = 0, i;
    int failed = 0;

    while (n < BATCH && net_take(r->net, &ticket, &x[n].reply)) {
        assert(ticket < r->options.concurrency && r->sent[ticket].used);
        x[n].sent = r->sent[ticket];
        r->sent[ticket].used = false;
        r->tickets[--r->nsent] = (uint32_t)ticket;
        n++;
    }
    if (n > 0)
        failed = record_results(r, x, n, err);
    for (i = 0; i < n; i++) {
        if (failed)
            reply_release(&x[i].reply);
        else
            failed = take_result(r, &x[i], err);
    }
    return failed ? -1 : (int)n;
}

static int turn_engine(struct run *r, int timeout_ms, bool *moved,
                       struct err *err)
{
    int n;

    if (r->nsent == 0)
        return 0;
    if (r->stopping)
        net_stop(r->net);
    if (net_turn(r->net, *moved ? 0 : timeout_ms, err) != 0)
        return -1;
    do {
        n = take_batch(r, err);
        *moved |= n > 0;
    } while (n == BATCH);
    return n < 0 ? -1 : 0;
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

    if (outcome_accepted(c->outcome) && check_duplicate(r, c, err) != 0)
        return -1;
    if (store_candidate(r, &j->dialogue, err) != 0)
        return -1;
    run_committed(r, c->seq, outcome_accepted(c->outcome));
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

    if (j == NULL)
        return 0;
    if (store_begin(r->store, err) != 0)
        return -1;
    for (; j != NULL; j = next_to_commit(r))
        if (commit_one(r, j, err) != 0)
            return -1;
    return store_commit(r->store, err);
}

/* --- the turn
 * ----------------------------------------------------------------------------
 */

static void check_patience(struct run *r)
{
    struct str why;

    if (r->stopping || r->options.patience == 0 ||
        r->commit_seq - 1 - r->last_accepted_seq < r->options.patience)
        return;
    str_init(&why, ERR_TEXT_MAX / 2);
    str_addf(&why,
             "%llu candidates in a row gave no row: the target hardly refuses "
             "what this graph offers, or the graph is used up",
             (unsigned long long)r->options.patience);
    halt(r, "%s; see rejected.jsonl, or raise --patience", why.s);
    str_release(&why);
}

/* A model that cannot be reached any more leaves calls pending for ever. */
static void check_dead(struct run *r)
{
    uint64_t seq;
    struct err why;

    for (seq = r->commit_seq; seq < r->next_seq && !r->stopping; seq++) {
        struct job *j = &r->jobs[seq % r->options.window];

        if (j->state == JOB_LIVE && j->has_pending &&
            net_dead(r->net, j->pending.model, &why) != 0)
            halt(r, "%s", why.text);
    }
}

enum run_state run_turn(struct run *r, int timeout_ms, struct err *err)
{
    bool moved = false;

    if (r->accepted >= r->options.n)
        return RUN_DONE;
    if (!r->stopping && step_all(r, &moved, err) != 0)
        return RUN_ERROR;
    if (turn_engine(r, timeout_ms, &moved, err) != 0 ||
        commit_decided(r, err) != 0)
        return RUN_ERROR;
    if (r->accepted >= r->options.n)
        return RUN_DONE;
    check_patience(r);
    if (!moved && r->nsent == 0 && r->limit_hit)
        halt(r, "%s",
             "the limit of --max-calls is reached; raise it and run the same "
             "command to resume");
    if (!moved && !r->stopping)
        check_dead(r);
    if (r->stopping && r->nsent == 0) {
        *err = r->why;
        return RUN_STOPPED;
    }
    return RUN_MORE;
}

void run_progress(const struct run *r, struct run_progress *out)
{
    double seconds = run_now() - r->started;
    uint64_t decided = r->commit_seq - 1;
    uint64_t here = r->accepted - r->accepted_before; /* in this session */

    out->accepted = r->accepted;
    out->wanted = r->options.n;
    out->decided = decided;
    out->in_flight = r->nsent;
    out->calls = r->calls;
    out->tokens = r->tokens;
    out->yield = decided > 0 ? (double)r->accepted / (double)decided : 0;
    out->seconds = seconds;
    out->calls_per_second = seconds > 0 ? (double)r->calls / seconds : 0;
    out->eta_seconds =
        here > 0 ? seconds * (double)(r->options.n - r->accepted) / (double)here
                 : -1;
}
