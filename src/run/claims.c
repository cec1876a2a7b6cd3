/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * With a shared store a call is queued until the next turn, which claims all
 * that are queued in one transaction: the store says which may go out, which
 * have their reply in the ledger already, which another worker is asking, and
 * which would pass a limit of all workers together.  Those that may not go out
 * yet stay queued.
 */
#include "base/now.h"
#include "run/exchange_state.h"

#include <time.h>

/* Seconds after which a claim that was not granted is made again. */
#define CLAIM_AGAIN 0.02

void claims_queue(struct exchange *x, uint32_t ticket, struct call *call)
{
    x->sent[ticket].queued = true;
    x->sent[ticket].call = *call; /* now ours */
    call_init(call, call->agent, call->model);
    x->queue[x->nqueue++] = ticket;
    x->nnew++;
}

static bool is_same(struct hash128 a, struct hash128 b)
{
    return a.low == b.low && a.high == b.high;
}

/* Is the same on its way, or claimed before the one at this place of the
 * queue?  Then that one's reply will do. */
static bool is_asked(const struct exchange *x, uint32_t upto)
{
    const struct sent *s = &x->sent[x->queue[upto]];
    uint32_t i;

    for (i = 0; i < x->options.concurrency; i++) {
        const struct sent *o = &x->sent[i];

        if (o != s && o->used && !o->queued && is_same(o->key, s->key))
            return true;
    }
    for (i = 0; i < upto; i++)
        if (is_same(x->sent[x->queue[i]].key, s->key))
            return true;
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
    struct answer *a = exchange_answer(x, ticket);

    a->again = again;
    a->reply = *reply;
    call_release(&s->call);
    s->queued = false;
    account_give_back(&x->account, &s->aside);
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
    const char *limit = NULL;
    size_t i;

    for (i = 0; limit == NULL && i < n; i++)
        limit = limit_name(x->claims[i].state);
    if (limit != NULL)
        exchange_stop_at(x, limit);
}

static int claim_queued(struct exchange *x, struct err *err)
{
    const struct budget *b = &x->account.limits;
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

/* Nothing on the wire to wait for, only a claim to be made again. */
static void wait_for_others(const struct exchange *x, int timeout_ms)
{
    struct timespec t = {0, (long)(CLAIM_AGAIN * 1e9)};

    if (timeout_ms > 0 && x->nqueue > 0 && net_in_flight(x->net) == 0)
        nanosleep(&t, NULL);
}

int claims_turn(struct exchange *x, int *timeout_ms, struct err *err)
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
