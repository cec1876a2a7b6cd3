/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_RUN_EXCHANGE_H
#define PHGEN_RUN_EXCHANGE_H

#include "base/call.h"
#include "base/err.h"
#include "builtin/builtin.h"
#include "net/net.h"
#include "run/account.h"
#include "store/store.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * The way of every call: an embedded model answers at once, else the ledger,
 * else the network, within the budget.
 *
 *      got = exchange_recall(x, &call, &key, &reply, err);   free of charge
 *      if (got == 0)
 *              switch (exchange_send(x, &call, key, err)) {
 *              case EXCHANGE_SENT: its answer comes
 *              case EXCHANGE_FULL: keep the call; again after a turn
 *              case EXCHANGE_STOPPED: exchange_why() says why
 *              case EXCHANGE_ERROR: ...
 *      ...
 *      exchange_turn(x, 100, err);
 *      while (exchange_take(x, &answer)) ...
 *
 * What is handed out stands in the ledger already, durably.  An answer with
 * `again` set is a fault of the moment and not of the call (a reset, a 503
 * that outlasted the retries): whoever asked must ask again, in this session
 * or when the work is resumed.  After a number of those in a row, or when no
 * server of a model can be used any more, the exchange stops by itself.
 *
 * Budget.  Limits are on the whole ledger, and never passed, as far as servers
 * keep to max_tokens and report what they bill: run/account.h says how.
 *
 * With a shared store (store/share.h) the exchange joins as a worker, and
 * limits are on all workers together.  A call is then claimed before it is
 * sent, in the next exchange_turn(), which also answers it from the ledger:
 * exchange_recall() knows only the embedded models.
 */
#define LEASE_SECONDS 15

struct exchange_options {
    struct net_options net;
    uint32_t concurrency; /* calls in flight at most */
    struct budget budget;
    double lease; /* seconds after which a worker that does not report is taken
                     for lost (store/share.h) */
};

struct exchange; /* heap; borrows store and builtin */

struct exchange *exchange_new(struct store *store,
                              const struct builtin *builtin,
                              const struct exchange_options *options,
                              struct err *err);
void exchange_free(struct exchange *x);

/*
 * 1 with the reply, the call released; 0 when it has to be paid for, with its
 * ledger key; -1.  Worth asking once a call: nobody else answers it meanwhile.
 */
int exchange_recall(struct exchange *x, struct call *call, struct hash128 *key,
                    struct reply *reply, struct err *err);

enum exchange_sent {
    EXCHANGE_SENT,    /* the call is released */
    EXCHANGE_FULL,    /* no room now; it stays the caller's */
    EXCHANGE_STOPPED, /* likewise, and there will be no room */
    EXCHANGE_ERROR
};
enum exchange_sent exchange_send(struct exchange *x, struct call *call,
                                 struct hash128 key, struct err *err);

/* Waits up to `timeout_ms`, and puts what came back into the ledger. */
int exchange_turn(struct exchange *x, int timeout_ms, struct err *err);

struct answer {
    uint64_t seq; /* of the call */
    uint32_t slot;
    bool again;         /* the reply holds nothing but an error */
    struct reply reply; /* the caller's */
};
bool exchange_take(struct exchange *x, struct answer *out);

/* Gives up what is in flight: it comes back to be asked again. */
void exchange_stop(struct exchange *x, const char *why);
bool exchange_stopped(const struct exchange *x);
const char *exchange_why(const struct exchange *x); /* a sentence */

size_t exchange_in_flight(const struct exchange *x);
bool exchange_has_room(const struct exchange *x); /* for one more call */

/* Of the whole ledger, and of this session's part of it. */
struct spent exchange_spent(const struct exchange *x);
struct spent exchange_spent_now(const struct exchange *x);

/* The engine, to be asked what it saw. */
const struct net *exchange_net(const struct exchange *x);

#endif
