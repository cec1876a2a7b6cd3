/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a call took is known when its answer has come; until then the most that
 * it can take counts in its place.
 */
#include "run/account.h"

#include <stdlib.h>
#include <string.h>

/* A server that reports no usage is taken to bill a token for this much. */
#define BYTES_A_TOKEN 4

static void add(struct spent *to, const struct spent *what, int sign)
{
    to->calls += sign > 0 ? what->calls : -what->calls;
    to->tokens_in += sign > 0 ? what->tokens_in : -what->tokens_in;
    to->tokens_out += sign > 0 ? what->tokens_out : -what->tokens_out;
    to->cost += sign * what->cost;
}

/* US dollars for so many tokens, by the model's prices. */
static double cost_of(const struct model *m, uint64_t tokens_in,
                      uint64_t tokens_out)
{
    return ((double)tokens_in * m->price_in +
            (double)tokens_out * m->price_out) *
           1e-6;
}

size_t account_bytes(const struct call *c)
{
    size_t i, n = c->schema != NULL ? strlen(c->schema) : 0;

    for (i = 0; i < c->nmessages; i++)
        n += strlen(c->messages[i].text);
    return n;
}

void account_release(struct account *a)
{
    free(a->habits);
    a->habits = NULL;
    a->nhabits = 0;
}

static struct account_habit *find_habit(const struct account *a,
                                        const struct model *m)
{
    size_t i;

    for (i = 0; i < a->nhabits; i++)
        if (a->habits[i].model == m)
            return &a->habits[i];
    return NULL;
}

bool account_unsure(const struct account *a, const struct model *m)
{
    return (a->limits.max_tokens > 0 || a->limits.max_cost > 0) &&
           find_habit(a, m) == NULL;
}

static void raise_to(uint64_t *over, uint64_t real, uint64_t most)
{
    if (real > most && real - most > *over)
        *over = real - most;
}

int account_learn(struct account *a, const struct model *m,
                  const struct spent *most, const struct spent *real,
                  struct err *err)
{
    struct account_habit *h = find_habit(a, m), *more;

    if (h == NULL) {
        more = realloc(a->habits, (a->nhabits + 1) * sizeof(*more));
        if (more == NULL)
            return err_nomem(err);
        a->habits = more;
        h = &more[a->nhabits++];
        *h = (struct account_habit){.model = m};
    }
    raise_to(&h->tokens_in, real->tokens_in, most->tokens_in);
    raise_to(&h->tokens_out, real->tokens_out, most->tokens_out);
    return 0;
}

struct spent account_most(const struct call *c, size_t bytes)
{
    struct spent s = {.calls = 1};

    /* Roles and separators of the server's chat template. */
    s.tokens_in = bytes + 16 * (c->nmessages + 1);
    s.tokens_out = c->max_tokens > 0 ? c->max_tokens : OUTPUT_ASSUMED;
    s.cost = cost_of(c->model, s.tokens_in, s.tokens_out);
    return s;
}

struct spent account_expect(const struct account *a, const struct model *m,
                            const struct spent *most)
{
    const struct account_habit *h = find_habit(a, m);
    struct spent s = *most;

    if (h != NULL) {
        s.tokens_in += h->tokens_in;
        s.tokens_out += h->tokens_out;
    }
    s.cost = cost_of(m, s.tokens_in, s.tokens_out);
    return s;
}

struct spent account_sum(const struct account *a)
{
    struct spent all = a->before;

    add(&all, &a->now, 1);
    return all;
}

const char *account_limit(const struct account *a, const struct spent *more)
{
    const struct budget *b = &a->limits;
    struct spent all = account_sum(a);

    add(&all, &a->aside, 1);
    add(&all, more, 1);
    if (b->max_calls > 0 && all.calls > b->max_calls)
        return "--max-calls";
    if (b->max_tokens > 0 && all.tokens_in + all.tokens_out > b->max_tokens)
        return "--max-tokens";
    if (b->max_cost > 0 && all.cost > b->max_cost)
        return "--max-cost";
    return NULL;
}

/* Each count that is missing; what is no text that a model wrote has none. */
static void assume_usage(const struct model *m, struct reply *r, size_t bytes)
{
    bool writes = m->dialect <= DIALECT_COMPLETION;

    if (r->tokens_out == 0 && (r->tokens_in == 0 || (writes && *r->text)))
        r->tokens_out = (uint32_t)(strlen(r->text) / BYTES_A_TOKEN + 1);
    if (r->tokens_in == 0)
        r->tokens_in = (uint32_t)(bytes / BYTES_A_TOKEN + 1);
}

struct spent account_bill(const struct model *m, struct reply *r, size_t bytes)
{
    struct spent real = {.calls = 1};

    if (r->status != REPLY_OK)
        return real;
    assume_usage(m, r, bytes);
    real.tokens_in = r->tokens_in;
    real.tokens_out = r->tokens_out;
    real.cost = cost_of(m, r->tokens_in, r->tokens_out);
    return real;
}

void account_set_aside(struct account *a, const struct spent *most)
{
    add(&a->aside, most, 1);
}

void account_give_back(struct account *a, const struct spent *most)
{
    add(&a->aside, most, -1);
}

void account_pay(struct account *a, const struct spent *real)
{
    add(&a->now, real, 1);
}
