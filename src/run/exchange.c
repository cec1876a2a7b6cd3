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
 * What must never happen: a reply handed out before it is in the ledger; a
 * call sent whose price could pass a limit; a call lost.
 */
#include "run/exchange.h"
#include "base/json.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* Passing failures in a row after which it stops rather than hammer on. */
#define FAILURES_MAX 24

/* A server that reports no usage is taken to bill a token for this much. */
#define BYTES_A_TOKEN 4

#define LESSONS_KEY "lessons" /* in the store */
#define LESSONS_MAX (1u << 20)

struct sent {
    bool used;
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
    x->net = net_new(&options->net, err);
    if (x->sent == NULL || x->tickets == NULL || x->ready == NULL) {
        err_nomem(err);
        goto fail;
    }
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
    if (x == NULL)
        return;
    for (; x->taken < x->nready; x->taken++)
        reply_release(&x->ready[x->taken].reply);
    net_free(x->net);
    free(x->sent);
    free(x->tickets);
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
        got = store_ledger_find(x->store, *key, reply, err);
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

enum exchange_sent exchange_send(struct exchange *x, struct call *call,
                                 struct hash128 key, struct err *err)
{
    size_t bytes = text_bytes(call);
    struct spent aside = most(call, bytes);
    const char *limit = limit_of(x, &aside);
    uint32_t ticket;
    struct sent *s;

    if (x->stopped)
        return EXCHANGE_STOPPED;
    if (limit != NULL || !exchange_has_room(x) ||
        net_room(x->net, call->model) == 0)
        return no_room(x, call->model, limit);
    ticket = x->tickets[x->nsent];
    if (net_submit(x->net, call, ticket, err) != 0)
        return EXCHANGE_ERROR;
    s = &x->sent[ticket];
    s->used = true;
    s->key = key;
    s->aside = aside;
    s->bytes = bytes;
    call_release(call);
    s->call = *call;
    x->nsent++;
    add(&x->aside, &aside, 1);
    return EXCHANGE_SENT;
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
    return 0;
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

/* What was collected is behind the tickets just freed, the last one first. */
static int record(struct exchange *x, struct err *err)
{
    size_t i;

    if (store_begin(x->store, err) != 0)
        return -1;
    for (i = 0; i < x->nready; i++)
        if (book(x, &x->sent[x->tickets[x->nsent + x->nready - 1 - i]],
                 &x->ready[i].reply, err) != 0)
            return -1;
    return store_commit(x->store, err);
}

int exchange_turn(struct exchange *x, int timeout_ms, struct err *err)
{
    size_t i;

    assert(x->taken == x->nready);
    x->nready = x->taken = 0;
    if (x->nsent == 0)
        return 0;
    if (x->stopped)
        net_stop(x->net);
    if (net_turn(x->net, timeout_ms, err) != 0)
        return -1;
    if (net_lessons(x->net) != x->lessons && keep_lessons(x, err) != 0)
        return -1;
    collect(x);
    if (x->nready > 0 && record(x, err) != 0)
        return -1;
    for (i = 0; i < x->nready; i++)
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
