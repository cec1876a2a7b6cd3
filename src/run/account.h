/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_RUN_ACCOUNT_H
#define PHGEN_RUN_ACCOUNT_H

#include "base/call.h"
#include "store/store.h"

#include <stddef.h>
#include <stdint.h>

/*
 * What was spent, what is set aside, and how much there may be.
 *
 *      most = account_most(&call, account_bytes(&call));
 *      if (account_limit(&a, &most) == NULL) {
 *              account_set_aside(&a, &most);
 *              ... send, receive ...
 *              real = account_bill(model, &reply, bytes);
 *              account_give_back(&a, &most), account_pay(&a, &real);
 *      }
 *
 * A limit is on everything the store's ledger holds, earlier sessions included.
 * Before a call is sent, the most that it can take is set aside: as many tokens
 * in as its text has bytes (a token is at least one byte) and max_tokens out,
 * or OUTPUT_ASSUMED when the call has none.  What is set aside is given back
 * when the answer says what it really took.  So the limits are never passed, as
 * far as servers keep to max_tokens and report what they bill.
 */
struct budget {
    uint64_t max_calls, max_tokens; /* 0: no limit; tokens in and out */
    double max_cost;                /* US dollars; 0: no limit */
};

#define OUTPUT_ASSUMED 4096 /* tokens */

struct account {
    struct budget limits;
    struct spent before; /* in earlier sessions */
    struct spent now;
    struct spent aside; /* for what is in flight */
};

size_t account_bytes(const struct call *c); /* of its text */

/* The most that the call can take. */
struct spent account_most(const struct call *c, size_t bytes);

/* The name of the option whose limit so much more could pass, or NULL. */
const char *account_limit(const struct account *a, const struct spent *more);

void account_set_aside(struct account *a, const struct spent *most);
void account_give_back(struct account *a, const struct spent *most);

/* What the reply took; `bytes` of the call's text stand for its usage, and are
 * written into the reply, where the server leaves a count out.  A reply that failed
 * is a call and nothing else. */
struct spent account_bill(const struct model *m, struct reply *r, size_t bytes);
void account_pay(struct account *a, const struct spent *real);

struct spent account_sum(const struct account *a); /* before and now */

#endif
