/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_RUN_EXCHANGE_STATE_H
#define PHGEN_RUN_EXCHANGE_STATE_H

#include "run/account.h"
#include "run/exchange.h"
#include "store/share.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * What an exchange holds; for exchange.c and claims.c only.
 *
 * Tickets of the engine are indices of `sent`; those of `tickets` from nsent
 * on are free.
 */
struct sent {
    bool used;
    bool queued; /* with its messages, not sent yet */
    struct hash128 key;
    struct call call; /* without its messages: what the ledger records */
    struct spent most, aside; /* by its text; with what the model adds */
    size_t bytes;             /* of its text */
};

struct exchange {
    struct store *store;
    const struct builtin *builtin;
    struct net *net;
    struct exchange_options options;
    struct sent *sent;
    uint32_t *tickets;
    uint32_t nsent;
    struct account account;
    uint32_t *queue; /* tickets, the oldest first */
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

/* The answer to the call of this ticket, which is free from now on: its reply
 * is still to be filled in. */
struct answer *exchange_answer(struct exchange *x, uint32_t ticket);

/* Stops for good because this option's limit is reached. */
void exchange_stop_at(struct exchange *x, const char *limit);

/* --- claims.c: the calls of a shared store --- */

/* Takes the call over; a turn sends it when the store grants it. */
void claims_queue(struct exchange *x, uint32_t ticket, struct call *call);

/* Claims what is queued, and hands out what needs no call of ours.  Lowers
 * `timeout_ms` where there is nothing to wait for. */
int claims_turn(struct exchange *x, int *timeout_ms, struct err *err);

#endif
