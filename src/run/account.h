/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_RUN_ACCOUNT_H
#define PHGEN_RUN_ACCOUNT_H

#include "base/call.h"
#include "store/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What was spent, what is set aside, and how much there may be.
 *
 *      most = account_most(&call, account_bytes(&call));
 *      most = account_expect(&a, model, &most);
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
 * when the answer says what it really took.
 *
 * Some bill more than that: a chat template longer than the prompt (guards),
 * or thoughts beyond max_tokens.  The most that a model's answers took beyond
 * what was set aside is therefore set aside with its next calls, and until its
 * first answer is there, account_unsure() says to send no second call.  So a
 * limit is passed by no more than one answer that is the first of its kind.
 */
struct budget {
    uint64_t max_calls, max_tokens; /* 0: no limit; tokens in and out */
    double max_cost;                /* US dollars; 0: no limit */
};

#define OUTPUT_ASSUMED 4096 /* tokens */

/* What a model's answers took beyond account_most(). */
struct account_habit {
    const struct model *model; /* borrowed */
    uint64_t tokens_in, tokens_out;
};

struct account {
    struct budget limits;
    struct spent before; /* in earlier sessions */
    struct spent now;
    struct spent aside; /* for what is in flight */
    struct account_habit *habits;
    size_t nhabits;
};

void account_release(struct account *a);

size_t account_bytes(const struct call *c); /* of its text */

/* The most that the call can take by its text and max_tokens. */
struct spent account_most(const struct call *c, size_t bytes);

/* With what the model is known to take beyond that. */
struct spent account_expect(const struct account *a, const struct model *m,
                            const struct spent *most);

/* There is a limit on tokens or cost, and this model has not answered yet. */
bool account_unsure(const struct account *a, const struct model *m);

/* What a call took whose account_most() was `most`. */
int account_learn(struct account *a, const struct model *m,
                  const struct spent *most, const struct spent *real,
                  struct err *err);

/* The name of the option whose limit so much more could pass, or NULL. */
const char *account_limit(const struct account *a, const struct spent *more);

void account_set_aside(struct account *a, const struct spent *most);
void account_give_back(struct account *a, const struct spent *most);

/* What the reply took; `bytes` of the call's text stand for its usage, and are
 * written into the reply, where the server leaves a count out.  A reply that
 * failed is a call and nothing else. */
struct spent account_bill(const struct model *m, struct reply *r, size_t bytes);
void account_pay(struct account *a, const struct spent *real);

struct spent account_sum(const struct account *a); /* before and now */

#endif
