/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A turn of the exchange collects everything that came back, puts it into the
 * ledger in one durable transaction, and only then hands it out: so a kill
 * between any two instructions loses at most what was still on the wire.
 *
 * Tickets of the engine are indices of `sent`; those of `tickets` from nsent
 * on are free.  Room is refused while something is in flight that may give
 * back what it set aside; only with nothing in flight is a limit a limit.
 *
 * With a shared store a call is queued until the next turn, which claims all
 * that are queued in one transaction: the store says which may go out, which
 * have their reply in the ledger already, which another worker is asking, and
 * which would pass a limit of all workers together.  Those that may not go out
 * yet stay queued.
 *
 * What must never happen: a reply handed out before it is in the ledger; a
 * call sent whose price could pass a limit; a call lost.
 */
#include "run/exchange.h"
#include "base/json.h"

#include "store/share.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Passing failures in a row after which it stops rather than hammer on. */
#define FAILURES_MAX 24

/* A server that reports no usage is taken to bill a token for this much. */
#define BYTES_A_TOKEN 4

#define LESSONS_KEY "lessons" /* in the store */
#define LESSONS_MAX (1u << 20)

/* Seconds after which a claim that was not granted is made again. */
#define CLAIM_AGAIN 0.02

struct sent {
    bool used;
    bool queued; /* with its messages, not sent yet */
    struct hash128 key;
    struct call call; /* without its messages: what the ledger records */
    struct spent aside;
    size_t bytes; /* of its text */
};

struct exchange {
    struct store *store;
    const struct builtin *builtin;
    struct net *net;
    struct exchange_options options;
    struct sent *sent;
    uint32_t *tickets;
    uint32_t nsent;
    struct spent before; /* earlier sessions */
    struct spent now;
    struct spent aside; /* for what is in flight */
    uint32_t *queue;    /* tickets, the oldest first */
    uint32_t nqueue, nnew;
    struct claim *claims;
    double claimed; /* when, monotonic seconds */
    bool shared;
    struct answer *ready;
    size_t nready, taken;
    unsigned failures; /* in a row, of passing kinds */
    unsigned lessons;  /* net_lessons() that are stored */
    bool stopped;
    struct err why;
};

static void add(struct spent *to, const struct spent *what, int sign)
{
    to->calls += sign > 0 ? what->calls : -what->calls;
    to->tokens_in += sign > 0 ? what->tokens_in : -what->tokens_in;
    to->tokens_out += sign > 0 ? what->tokens_out : -what->tokens_out;
    to->cost += sign * what->cost;
}

/* What the servers of earlier sessions did not take. */
static int recall_lessons(struct exchange *x, struct err *err)
{
    struct str json;
    cJSON *learned;
    int got;

    str_init(&json, LESSONS_MAX);
    got = store_get(x->store, LESSONS_KEY, &json, err);
    learned = got == 1 ? json_parse(json.s, json.len, err) : NULL;
    str_release(&json);
    if (learned != NULL)
        net_recall(x->net, learned);
    cJSON_Delete(learned);
    return got < 0 || (got == 1 && learned == NULL) ? -1 : 0;
}

static int keep_lessons(struct exchange *x, struct err *err)
{
    cJSON *learned = net_learned(x->net);
    struct str json;
    int failed;

    str_init(&json, LESSONS_MAX);
    json_print(learned, &json);
    cJSON_Delete(learned);
    failed = store_set(x->store, LESSONS_KEY, json.s, err);
    str_release(&json);
    x->lessons = net_lessons(x->net);
    return failed;
}

struct exchange *exchange_new(struct store *store,
                              const struct builtin *builtin,
                              const struct exchange_options *options,
                              struct err *err)
{
    struct exchange *x = calloc(1, sizeof(*x));
    uint32_t i, n = options->concurrency;

    if (x == NULL) {
        err_nomem(err);
        return NULL;
    }
    x->store = store;
    x->builtin = builtin;
    x->options = *options;
    x->sent = calloc(n, sizeof(*x->sent));
    x->tickets = calloc(n, sizeof(*x->tickets));
    x->ready = calloc(n, sizeof(*x->ready));
    x->queue = calloc(n, sizeof(*x->queue));
    x->claims = calloc(n, sizeof(*x->claims));
    x->net = net_new(&options->net, err);
    if (x->sent == NULL || x->tickets == NULL || x->ready == NULL ||
        x->queue == NULL || x->claims == NULL) {
        err_nomem(err);
        goto fail;
    }
    x->shared = share_is(store);
    if (x->shared &&
        share_join(store, options->lease > 0 ? options->lease : LEASE_SECONDS,
                   err) != 0)
        goto fail;
    if (x->net == NULL || store_ledger_sum(store, &x->before, err) != 0)
        goto fail;
    if (recall_lessons(x, err) != 0)
        goto fail;
    for (i = 0; i < n; i++)
        x->tickets[i] = i;
    return x;
fail:
    exchange_free(x);
    return NULL;
}

void exchange_free(struct exchange *x)
{
    uint32_t i;

    if (x == NULL)
        return;
    for (i = 0; i < x->nqueue; i++)
        call_release(&x->sent[x->queue[i]].call);
    for (; x->taken < x->nready; x->taken++)
        reply_release(&x->ready[x->taken].reply);
    net_free(x->net);
    free(x->sent);
    free(x->tickets);
    free(x->queue);
    free(x->claims);
    free(x->ready);
    free(x);
}

/* --- the budget --- */

double exchange_cost(const struct model *m, uint64_t tokens_in,
                     uint64_t tokens_out)
{
    return ((double)tokens_in * m->price_in +
            (double)tokens_out * m->price_out) *
           1e-6;
}

static size_t text_bytes(const struct call *c)
{
    size_t i, n = c->schema != NULL ? strlen(c->schema) : 0;

    for (i = 0; i < c->nmessages; i++)
        n += strlen(c->messages[i].text);
    return n;
}

/* The most that the call can take. */
static struct spent most(const struct call *c, size_t bytes)
{
    struct spent s = {.calls = 1};

    /* Roles and separators of the server's chat template. */
    s.tokens_in = bytes + 16 * (c->nmessages + 1);
    s.tokens_out = c->max_tokens > 0 ? c->max_tokens : OUTPUT_ASSUMED;
    s.cost = exchange_cost(c->model, s.tokens_in, s.tokens_out);
    return s;
}

/* The name of the option whose limit the call could pass, or NULL. */
static const char *limit_of(const struct exchange *x, const struct spent *more)
{
    const struct budget *b = &x->options.budget;
    struct spent all = x->before;

    add(&all, &x->now, 1);
    add(&all, &x->aside, 1);
    add(&all, more, 1);
    if (b->max_calls > 0 && all.calls > b->max_calls)
        return "--max-calls";
    if (b->max_tokens > 0 && all.tokens_in + all.tokens_out > b->max_tokens)
        return "--max-tokens";
    if (b->max_cost > 0 && all.cost > b->max_cost)
        return "--max-cost";
    return NULL;
}

/* --- sending --- */

int exchange_recall(struct exchange *x, struct call *call, struct hash128 *key,
                    struct reply *reply, struct err *err)
{
    int got = 1;

    reply_init(reply);
    if (call->model->kind == MODEL_BUILTIN) {
        builtin_reply(x->builtin, call, reply);
    } else {
        *key = call_key(call);
        got = x->shared ? 0 : store_ledger_find(x->store, *key, reply, err);
    }
    if (got == 1)
        call_release(call);
    return got;
}

static enum exchange_sent no_room(struct exchange *x, const struct model *m,
                                  const char *limit)
{
    struct err why = {""};

    if (x->nsent > 0)
        return EXCHANGE_FULL;
    if (limit != NULL) {
        err_set(&why,
                "the limit of %s is reached; raise it and run the same "
                "command to resume",
                limit);
    } else if (net_dead(x->net, m, &why) == 0) {
        return EXCHANGE_FULL;
    }
    exchange_stop(x, why.text);
    return EXCHANGE_STOPPED;
}

/* Calls that are queued take their room, too. */
static bool has_room_for(struct exchange *x, const struct model *m)
{
    size_t room = net_room(x->net, m);
    uint32_t i;

    for (i = 0; room > 0 && i < x->nqueue; i++)
        room -= x->sent[x->queue[i]].call.model == m;
    return room > 0;
}

static void queue(struct exchange *x, uint32_t ticket, struct call *call)
{
    x->sent[ticket].queued = true;
    x->sent[ticket].call = *call; /* now ours */
    call_init(call, call->agent, call->model);
    x->queue[x->nqueue++] = ticket;
    x->nnew++;
}

enum exchange_sent exchange_send(struct exchange *x, struct call *call,
                                 struct hash128 key, struct err *err)
{
    size_t bytes = text_bytes(call);
    struct spent aside = most(call, bytes);
    const char *limit = x->shared ? NULL : limit_of(x, &aside);
    uint32_t ticket;
    struct sent *s;

    if (x->stopped)
        return EXCHANGE_STOPPED;
    if (limit != NULL || !exchange_has_room(x) || !has_room_for(x, call->model))
        return no_room(x, call->model, limit);
    ticket = x->tickets[x->nsent];
    if (!x->shared && net_submit(x->net, call, ticket, err) != 0)
        return EXCHANGE_ERROR;
    s = &x->sent[ticket];
    s->used = true;
    s->key = key;
    s->aside = aside;
    s->bytes = bytes;
    if (x->shared) {
        queue(x, ticket, call);
    } else {
        call_release(call);
        s->call = *call;
    }
    x->nsent++;
    add(&x->aside, &aside, 1);
    return EXCHANGE_SENT;
}

/* --- claiming --- */

/* Is the same on its way, or claimed before the one at this place of the
 * queue?  Then that one's reply will do. */
static bool is_asked(const struct exchange *x, uint32_t upto)
{
    const struct sent *s = &x->sent[x->queue[upto]];
    uint32_t i;

    for (i = 0; i < x->options.concurrency; i++) {
        const struct sent *o = &x->sent[i];

        if (o != s && o->used && !o->queued && o->key.low == s->key.low &&
            o->key.high == s->key.high)
            return true;
    }
    for (i = 0; i < upto; i++) {
        const struct sent *o = &x->sent[x->queue[i]];

        if (o->key.low == s->key.low && o->key.high == s->key.high)
            return true;
    }
    return false;
}

static size_t gather_claims(struct exchange *x)
{
    uint32_t i, k, n = 0;

    /* Those that can be claimed first, in their order. */
    for (i = 0; i < x->nqueue; i++) {
        uint32_t ticket = x->queue[i];

        if (is_asked(x, i))
            continue;
        for (k = i; k > n; k--)
            x->queue[k] = x->queue[k - 1];
        x->queue[n] = ticket;
        x->claims[n].key = x->sent[ticket].key;
        x->claims[n].most = x->sent[ticket].aside;
        n++;
    }
    return n;
}

/* Hands out what needs no call, as if it had come back. */
static void hand_over(struct exchange *x, uint32_t ticket, struct reply *reply,
                      bool again)
{
    struct sent *s = &x->sent[ticket];
    struct answer *a = &x->ready[x->nready++];

    a->seq = s->call.seq;
    a->slot = s->call.slot;
    a->again = again;
    a->reply = *reply;
    call_release(&s->call);
    s->used = s->queued = false;
    x->tickets[--x->nsent] = ticket;
    add(&x->aside, &s->aside, -1);
}

static const char *limit_name(enum claim_state state)
{
    return state == CLAIM_CALLS    ? "--max-calls"
           : state == CLAIM_TOKENS ? "--max-tokens"
           : state == CLAIM_COST   ? "--max-cost"
                                   : NULL;
}

static int submit(struct exchange *x, uint32_t ticket, struct err *err)
{
    struct sent *s = &x->sent[ticket];

    if (net_submit(x->net, &s->call, ticket, err) != 0)
        return -1;
    call_release(&s->call);
    s->queued = false;
    return 0;
}

/* What becomes of claim i; the queue keeps what has to wait. */
static int follow_claim(struct exchange *x, uint32_t i, uint32_t *kept,
                        struct err *err)
{
    uint32_t ticket = x->queue[i];

    switch (x->claims[i].state) {
    case CLAIM_GRANTED:
        return submit(x, ticket, err);
    case CLAIM_KNOWN:
        hand_over(x, ticket, &x->claims[i].reply, false);
        return 0;
    default:
        x->queue[(*kept)++] = ticket;
        return 0;
    }
}

static void stop_at_limit(struct exchange *x, size_t n)
{
    struct err why = {""};
    size_t i;

    for (i = 0; i < n; i++) {
        const char *limit = limit_name(x->claims[i].state);

        if (limit == NULL)
            continue;
        err_set(&why,
                "the limit of %s is reached; raise it and run the same "
                "command to resume",
                limit);
        exchange_stop(x, why.text);
        return;
    }
}

static double now_seconds(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static int claim_queued(struct exchange *x, struct err *err)
{
    const struct budget *b = &x->options.budget;
    struct share_limits limits = {b->max_calls, b->max_tokens, b->max_cost};
    uint32_t n, i, kept = 0;
    bool final;

    if (x->nqueue == 0 ||
        (x->nnew == 0 && now_seconds() - x->claimed < CLAIM_AGAIN))
        return 0;
    n = (uint32_t)gather_claims(x);
    if (n > 0 && share_claim(x->store, x->claims, n, &limits, &final, err) != 0)
        return -1;
    x->claimed = now_seconds();
    x->nnew = 0;
    for (i = 0; i < n; i++)
        if (follow_claim(x, i, &kept, err) != 0)
            return -1;
    for (; i < x->nqueue; i++)
        x->queue[kept++] = x->queue[i];
    x->nqueue = kept;
    if (n > 0 && final)
        stop_at_limit(x, n);
    return 0;
}

/* What was queued when it stopped was never sent. */
static void return_queued(struct exchange *x)
{
    struct reply reply;
    uint32_t i;

    for (i = 0; i < x->nqueue; i++) {
        reply_init(&reply);
        reply_fail(&reply, REPLY_STOPPED, "%s", x->why.text);
        hand_over(x, x->queue[i], &reply, true);
    }
    x->nqueue = 0;
}

/* --- what came back --- */

/* A fault of the moment, not of the request: the call is worth making again. */
static bool passing(const struct reply *reply)
{
    int s = reply->http_status;

    return s < 400 || s == 408 || s == 409 || s == 429 || s >= 500;
}

static void assume_usage(const struct sent *s, struct reply *r)
{
    if (r->tokens_in > 0 || r->tokens_out > 0)
        return;
    r->tokens_in = (uint32_t)(s->bytes / BYTES_A_TOKEN + 1);
    r->tokens_out = (uint32_t)(strlen(r->text) / BYTES_A_TOKEN + 1);
}

/* The limits count what was sent, answered or not; the ledger what was
 * answered. */
static int book(struct exchange *x, const struct sent *s, struct reply *r,
                struct err *err)
{
    struct spent real = {.calls = 1};

    if (r->status == REPLY_OK) {
        assume_usage(s, r);
        real.tokens_in = r->tokens_in;
        real.tokens_out = r->tokens_out;
        real.cost = exchange_cost(s->call.model, r->tokens_in, r->tokens_out);
        if (store_ledger_add(x->store, s->key, &s->call, r, real.cost, err))
            return -1;
    }
    add(&x->aside, &s->aside, -1);
    add(&x->now, &real, 1);
    return x->shared ? share_paid(x->store, s->key, &real, err) : 0;
}

/* Says whether the caller must ask again, and stops when it goes on so. */
static void weigh(struct exchange *x, struct answer *a)
{
    const struct reply *r = &a->reply;
    struct err why = {""};

    a->again =
        r->status == REPLY_STOPPED || (r->status == REPLY_FAILED && passing(r));
    if (r->status == REPLY_OK)
        x->failures = 0;
    if (r->status == REPLY_STOPPED) {
        exchange_stop(x, r->error != NULL ? r->error : "stopped");
    } else if (a->again && ++x->failures >= FAILURES_MAX) {
        err_set(&why,
                "a model server keeps failing: %s; run the same command to "
                "resume when it is back",
                r->error);
        exchange_stop(x, why.text);
    }
}

/* All that has come: at most what was in flight, for which there is room. */
static void collect(struct exchange *x)
{
    struct answer *a;
    uint64_t ticket;

    while (x->nsent > 0 &&
           net_take(x->net, &ticket, &x->ready[x->nready].reply)) {
        assert(ticket < x->options.concurrency && x->sent[ticket].used);
        a = &x->ready[x->nready++];
        a->seq = x->sent[ticket].call.seq;
        a->slot = x->sent[ticket].call.slot;
        x->sent[ticket].used = false;
        x->tickets[--x->nsent] = (uint32_t)ticket;
    }
}

/* What was collected, from `first` on, is behind the tickets just freed, the
 * last one first. */
static int record(struct exchange *x, size_t first, struct err *err)
{
    size_t i;

    if (store_begin(x->store, err) != 0)
        return -1;
    for (i = first; i < x->nready; i++)
        if (book(x, &x->sent[x->tickets[x->nsent + x->nready - 1 - i]],
                 &x->ready[i].reply, err) != 0)
            return -1;
    return store_commit(x->store, err);
}

/* Nothing on the wire to wait for, only a claim to be made again. */
static void wait_for_others(const struct exchange *x, int timeout_ms)
{
    struct timespec t = {0, (long)(CLAIM_AGAIN * 1e9)};

    if (timeout_ms > 0 && x->nqueue > 0 && net_in_flight(x->net) == 0)
        nanosleep(&t, NULL);
}

static int turn_shared(struct exchange *x, int *timeout_ms, struct err *err)
{
    if (share_beat(x->store, err) != 0 ||
        (!x->stopped && claim_queued(x, err) != 0))
        return -1;
    if (x->stopped)
        return_queued(x);
    if (x->nready > 0)
        *timeout_ms = 0;
    wait_for_others(x, *timeout_ms);
    return 0;
}

int exchange_turn(struct exchange *x, int timeout_ms, struct err *err)
{
    size_t first, i;

    assert(x->taken == x->nready);
    x->nready = x->taken = 0;
    if (x->shared && turn_shared(x, &timeout_ms, err) != 0)
        return -1;
    if (x->nsent == 0)
        return 0;
    if (x->stopped)
        net_stop(x->net);
    if (net_turn(x->net, timeout_ms, err) != 0)
        return -1;
    if (net_lessons(x->net) != x->lessons && keep_lessons(x, err) != 0)
        return -1;
    first = x->nready;
    collect(x);
    if (x->nready > first && record(x, first, err) != 0)
        return -1;
    for (i = first; i < x->nready; i++)
        weigh(x, &x->ready[i]);
    return 0;
}

bool exchange_take(struct exchange *x, struct answer *out)
{
    if (x->taken == x->nready)
        return false;
    *out = x->ready[x->taken++];
    return true;
}

/* --- stopping, asking --- */

void exchange_stop(struct exchange *x, const char *why)
{
    if (x->stopped)
        return;
    x->stopped = true;
    err_set(&x->why, "%s", why);
}

bool exchange_stopped(const struct exchange *x)
{
    return x->stopped;
}

const char *exchange_why(const struct exchange *x)
{
    return x->why.text;
}

size_t exchange_in_flight(const struct exchange *x)
{
    return x->nsent;
}

bool exchange_has_room(const struct exchange *x)
{
    return x->nsent < x->options.concurrency && !x->stopped;
}

struct spent exchange_spent(const struct exchange *x)
{
    struct spent all = x->before;

    add(&all, &x->now, 1);
    return all;
}

struct spent exchange_spent_now(const struct exchange *x)
{
    return x->now;
}

const struct net *exchange_net(const struct exchange *x)
{
    return x->net;
}
