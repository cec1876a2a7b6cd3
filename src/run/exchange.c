/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A turn of the exchange collects everything that came back, puts it into the
 * ledger in one durable transaction, and only then hands it out: so a kill
 * between any two instructions loses at most what was still on the wire.
 *
 * Room is refused while something is in flight that may give back what it set
 * aside; only with nothing in flight is a limit a limit.
 *
 * With a shared store a call goes through claims.c first.
 *
 * What must never happen: a reply handed out before it is in the ledger; a
 * call sent whose price could pass a limit; a call lost.
 */
#include "run/exchange.h"
#include "run/exchange_state.h"
#include "run/lessons.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* Passing failures in a row after which it stops rather than hammer on. */
#define FAILURES_MAX 24

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
    x->account.limits = options->budget;
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
    if (x->net == NULL || store_ledger_sum(store, &x->account.before, err) != 0)
        goto fail;
    if (lessons_recall(store, x->net, err) != 0)
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
    account_release(&x->account);
    free(x->sent);
    free(x->tickets);
    free(x->queue);
    free(x->claims);
    free(x->ready);
    free(x);
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
    if (limit != NULL)
        exchange_stop_at(x, limit);
    else if (net_dead(x->net, m, &why) == 0)
        return EXCHANGE_FULL;
    else
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

/* A first call whose answer will show what the model really bills. */
static bool awaits_first(const struct exchange *x, const struct model *m)
{
    uint32_t i;

    if (!account_unsure(&x->account, m))
        return false;
    for (i = 0; i < x->options.concurrency; i++)
        if (x->sent[i].used && x->sent[i].call.model == m)
            return true;
    return false;
}

enum exchange_sent exchange_send(struct exchange *x, struct call *call,
                                 struct hash128 key, struct err *err)
{
    size_t bytes = account_bytes(call);
    struct spent most = account_most(call, bytes);
    struct spent aside = account_expect(&x->account, call->model, &most);
    const char *limit = x->shared ? NULL : account_limit(&x->account, &aside);
    uint32_t ticket;
    struct sent *s;

    if (x->stopped)
        return EXCHANGE_STOPPED;
    if (awaits_first(x, call->model))
        return EXCHANGE_FULL;
    if (limit != NULL || !exchange_has_room(x) || !has_room_for(x, call->model))
        return no_room(x, call->model, limit);
    ticket = x->tickets[x->nsent];
    if (!x->shared && net_submit(x->net, call, ticket, err) != 0)
        return EXCHANGE_ERROR;
    s = &x->sent[ticket];
    s->used = true;
    s->key = key;
    s->most = most;
    s->aside = aside;
    s->bytes = bytes;
    if (x->shared) {
        claims_queue(x, ticket, call);
    } else {
        call_release(call);
        s->call = *call;
    }
    x->nsent++;
    account_set_aside(&x->account, &aside);
    return EXCHANGE_SENT;
}

/* --- what came back --- */

/* A fault of the moment, not of the request: the call is worth making again. */
static bool passing(const struct reply *reply)
{
    int s = reply->http_status;

    return s < 400 || s == 408 || s == 409 || s == 429 || s >= 500;
}

/* The limits count what was sent, answered or not; the ledger what was
 * answered. */
static int book(struct exchange *x, const struct sent *s, struct reply *r,
                struct err *err)
{
    struct spent real = account_bill(s->call.model, r, s->bytes);

    if (r->status == REPLY_OK &&
        store_ledger_add(x->store, s->key, &s->call, r, real.cost, err) != 0)
        return -1;
    account_give_back(&x->account, &s->aside);
    account_pay(&x->account, &real);
    if (r->status == REPLY_OK &&
        account_learn(&x->account, s->call.model, &s->most, &real, err) != 0)
        return -1;
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

struct answer *exchange_answer(struct exchange *x, uint32_t ticket)
{
    struct sent *s = &x->sent[ticket];
    struct answer *a = &x->ready[x->nready++];

    a->seq = s->call.seq;
    a->slot = s->call.slot;
    s->used = false;
    x->tickets[--x->nsent] = ticket;
    return a;
}

/* All that has come: at most what was in flight, for which there is room. */
static void collect(struct exchange *x)
{
    struct reply reply;
    uint64_t ticket;

    while (x->nsent > 0 && net_take(x->net, &ticket, &reply)) {
        assert(ticket < x->options.concurrency && x->sent[ticket].used);
        exchange_answer(x, (uint32_t)ticket)->reply = reply;
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

int exchange_turn(struct exchange *x, int timeout_ms, struct err *err)
{
    size_t first, i;

    assert(x->taken == x->nready);
    x->nready = x->taken = 0;
    if (x->shared && claims_turn(x, &timeout_ms, err) != 0)
        return -1;
    if (x->nsent == 0)
        return 0;
    if (x->stopped)
        net_stop(x->net);
    if (net_turn(x->net, timeout_ms, err) != 0)
        return -1;
    if (net_lessons(x->net) != x->lessons &&
        lessons_keep(x->store, x->net, err) != 0)
        return -1;
    x->lessons = net_lessons(x->net);
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

void exchange_stop_at(struct exchange *x, const char *limit)
{
    struct err why = {""};

    err_set(&why,
            "the limit of %s is reached; raise it and run the same command to "
            "resume",
            limit);
    exchange_stop(x, why.text);
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
    return account_sum(&x->account);
}

struct spent exchange_spent_now(const struct exchange *x)
{
    return x->account.now;
}

const struct net *exchange_net(const struct exchange *x)
{
    return x->net;
}
