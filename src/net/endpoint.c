/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The three brakes of endpoint.h, each a handful of numbers.
 *
 * Rounds, not attempts, count towards giving up: 200 calls that fail in the
 * same second tell no more than one.  For the same reason an attempt that
 * began before the last round was counted does not count again.
 *
 * The learned buckets take (limit - remaining) / reset as the refill rate:
 * OpenAI and Anthropic document `reset` as the time until the limit is full
 * again.  What is in flight is taken off `remaining`, since the server may
 * not have counted it yet; the next answer corrects that.
 */
#include "net/endpoint.h"
#include "net/retry.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#define LIMIT_START       8
#define LIMIT_MAX         2048 /* when the model sets none */
#define UNREACHED_MAX     4
#define WINDOW_MIN        8
#define WINDOW_MAX        64
#define SLOWER_FACTOR     2.0
#define SLOWER_SLACK_MS   50.0
#define ASIDE_ROUNDS      3
#define NONSENSE_ROUNDS   8 /* of nothing else, before any answer */
#define OVERLOADS_TO_WAIT 3
#define BUDGET_MAX        20.0
#define BUDGET_PER_ANSWER 0.25

static void bucket_set(struct bucket *b, double per_minute, double seconds)
{
    memset(b, 0, sizeof(*b));
    if (!(per_minute > 0))
        return;
    b->rate = per_minute / 60;
    b->cap = b->rate * seconds > 1 ? b->rate * seconds : 1;
    b->level = b->cap;
}

static void bucket_fill(struct bucket *b, double now)
{
    if (b->cap <= 0)
        return;
    if (now > b->at && b->at > 0)
        b->level += (now - b->at) * b->rate;
    if (b->level > b->cap)
        b->level = b->cap;
    b->at = now;
}

/* A cost over the cap would wait for ever: it then waits for a full one. */
static double bucket_wait(struct bucket *b, double now, double cost)
{
    bucket_fill(b, now);
    if (cost > b->cap)
        cost = b->cap;
    if (b->cap <= 0 || b->level >= cost)
        return 0;
    return b->rate > 0 ? (cost - b->level) / b->rate : 1;
}

static void bucket_take(struct bucket *b, double cost)
{
    if (b->cap > 0)
        b->level -= cost;
}

void endpoint_init(struct endpoint *ep, const struct model *model, size_t url)
{
    memset(ep, 0, sizeof(*ep));
    ep->url = model->urls[url];
    ep->limit_max = model->concurrency > 0 ? model->concurrency : LIMIT_MAX;
    /* Who sets a concurrency means it: start there. */
    ep->limit = model->concurrency > 0 ? ep->limit_max : LIMIT_START;
    ep->budget = BUDGET_MAX;
    bucket_set(&ep->req, model->requests_per_minute, 1);
    bucket_set(&ep->tok, model->tokens_per_minute, 10);
}

bool endpoint_gone(const struct endpoint *ep)
{
    return ep->state == ENDPOINT_LOST || ep->state == ENDPOINT_DEAD;
}

size_t endpoint_limit(const struct endpoint *ep)
{
    return endpoint_gone(ep) ? 0 : (size_t)ep->limit;
}

bool endpoint_wants_probe(const struct endpoint *ep)
{
    return ep->state == ENDPOINT_ASIDE || ep->state == ENDPOINT_LOST;
}

static double later(double a, double b)
{
    return a > b ? a : b;
}

double endpoint_wait(struct endpoint *ep, double now, double tokens)
{
    double wait;

    if (ep->state == ENDPOINT_DEAD || ep->probing)
        return INFINITY;
    if (ep->state == ENDPOINT_UNREACHED && ep->in_flight >= UNREACHED_MAX)
        return INFINITY;
    if (endpoint_wants_probe(ep) && ep->in_flight > 0)
        return INFINITY;
    if (ep->in_flight >= (size_t)ep->limit) {
        ep->was_full = true;
        return INFINITY;
    }
    wait = ep->not_before > now ? ep->not_before - now : 0;
    wait = later(wait, bucket_wait(&ep->req, now, 1));
    wait = later(wait, bucket_wait(&ep->tok, now, tokens));
    wait = later(wait, bucket_wait(&ep->h_req, now, 1));
    return later(wait, bucket_wait(&ep->h_tok, now, tokens));
}

void endpoint_start(struct endpoint *ep, double now, double tokens)
{
    (void)now;
    bucket_take(&ep->req, 1);
    bucket_take(&ep->tok, tokens);
    bucket_take(&ep->h_req, 1);
    bucket_take(&ep->h_tok, tokens);
    ep->in_flight++;
    ep->counts.attempts++;
    if (ep->in_flight >= (size_t)ep->limit)
        ep->was_full = true;
    if (endpoint_wants_probe(ep))
        ep->probing = true;
}

void endpoint_reached(struct endpoint *ep)
{
    if (ep->state == ENDPOINT_UNREACHED)
        ep->state = ENDPOINT_OPEN;
}

/* --- rate headers --- */

static void learn(struct bucket *b, const struct hints_window *w, double now,
                  double pending, double max_wait)
{
    double reset = w->reset;

    if (w->remaining < 0 || w->limit <= 0 || reset < 0)
        return;
    /* A server's word holds us up for `max_wait` at most, then we ask. */
    if (reset > max_wait && w->remaining < 1)
        reset = max_wait;
    b->cap = w->limit;
    b->rate = w->limit > w->remaining && reset > 0
                  ? (w->limit - w->remaining) / reset
                  : w->limit;
    b->level = w->remaining - pending;
    b->at = now;
}

static void learn_rates(struct endpoint *ep, const struct hints *h, double now,
                        double tokens_guess, double max_wait)
{
    learn(&ep->h_req, &h->requests, now, (double)ep->in_flight, max_wait);
    learn(&ep->h_tok, hints_tokens(h), now,
          (double)ep->in_flight * tokens_guess, max_wait);
}

/* --- concurrency --- */

static void grow(struct endpoint *ep)
{
    double mean =
        ep->window_answers > 0 ? ep->window_ms / (double)ep->window_answers : 0;

    if (ep->base_ms <= 0 || mean < ep->base_ms)
        ep->base_ms = mean;
    if (!ep->was_full || mean > SLOWER_FACTOR * ep->base_ms + SLOWER_SLACK_MS)
        return;
    if (ep->limit_learned_down)
        ep->limit += ep->limit > 8 ? ep->limit / 8 : 1;
    else
        ep->limit *= 2;
    if (ep->limit > ep->limit_max)
        ep->limit = ep->limit_max;
}

static void shrink(struct endpoint *ep, double share)
{
    bool helped = ep->bad_before <= 0 || share < 0.8 * ep->bad_before;

    if (share < 0.5 && !helped)
        return;
    ep->limit *= share >= 0.5 ? 0.5 : 0.8;
    if (ep->limit < 1)
        ep->limit = 1;
    ep->bad_before = share;
    ep->limit_learned_down = true;
}

static void adapt(struct endpoint *ep, const struct endpoint_outcome *o)
{
    size_t full = (size_t)ep->limit;
    double share;

    if (full < WINDOW_MIN)
        full = WINDOW_MIN;
    if (full > WINDOW_MAX)
        full = WINDOW_MAX;
    ep->window++;
    if (o->result == RESULT_OVERLOAD || o->result == RESULT_TIMEOUT)
        ep->bad++;
    if (o->result == RESULT_ANSWER) {
        ep->window_answers++;
        ep->window_ms += o->ms;
    }
    if (ep->window < full)
        return;
    share = (double)ep->bad / (double)ep->window;
    if (share > 0.1) {
        shrink(ep, share);
    } else if (ep->bad == 0) {
        ep->bad_before = 0;
        grow(ep);
    }
    ep->window = ep->bad = ep->window_answers = 0;
    ep->window_ms = 0;
    ep->was_full = false;
}

/* --- health --- */

static void count_answer(struct endpoint *ep)
{
    ep->answered = true;
    if (ep->state != ENDPOINT_DEAD)
        ep->state = ENDPOINT_OPEN;
    ep->rounds = ep->nonsense = ep->overloads = 0;
    ep->bad_since = 0;
    ep->budget += BUDGET_PER_ANSWER;
    if (ep->budget > BUDGET_MAX)
        ep->budget = BUDGET_MAX;
    ep->counts.answered++;
}

static void pause_until(struct endpoint *ep, double at)
{
    if (at > ep->not_before)
        ep->not_before = at;
}

static void lose(struct endpoint *ep, const struct endpoint_policy *p,
                 double now)
{
    ep->state = ENDPOINT_LOST;
    pause_until(ep, now + p->max_backoff);
}

static void count_fault(struct endpoint *ep, const struct endpoint_policy *p,
                        double now, const struct endpoint_outcome *o,
                        struct rng *jitter)
{
    bool never = !ep->answered && ep->state == ENDPOINT_UNREACHED;

    if (o->started < ep->round_at)
        return;
    ep->round_at = now;
    ep->rounds++;
    ep->nonsense = o->nonsense ? ep->nonsense + 1 : 0;
    if ((!ep->answered && ep->nonsense >= NONSENSE_ROUNDS) ||
        (never && !o->connected && ep->rounds > p->retries)) {
        lose(ep, p, now);
        return;
    }
    if (ep->rounds < ASIDE_ROUNDS)
        return;
    if (!never)
        ep->state = ENDPOINT_ASIDE;
    pause_until(ep, now + retry_wait(ep->rounds - ASIDE_ROUNDS, o->hint,
                                     p->max_backoff, jitter));
}

static void count_overload(struct endpoint *ep, const struct endpoint_policy *p,
                           double now, const struct endpoint_outcome *o,
                           struct rng *jitter)
{
    endpoint_reached(ep);
    ep->counts.overloads++;
    ep->overloads++;
    ep->nonsense = 0;
    /* One 429 among answers concerns one call; a row of them, everyone. */
    if (o->hint >= 0 && ep->overloads >= OVERLOADS_TO_WAIT)
        pause_until(ep, now + retry_wait(0, o->hint, p->max_backoff, jitter));
}

void endpoint_done(struct endpoint *ep, const struct endpoint_policy *policy,
                   double now, const struct endpoint_outcome *o,
                   struct rng *jitter)
{
    assert(ep->in_flight > 0);
    ep->in_flight--;
    ep->probing = false;
    if (o->tokens_used > 0)
        bucket_take(&ep->tok, o->tokens_used - o->tokens_guess);
    if (o->hints != NULL)
        learn_rates(ep, o->hints, now, o->tokens_guess, policy->max_backoff);
    if (o->result == RESULT_IGNORED || ep->state == ENDPOINT_DEAD)
        return;
    adapt(ep, o);
    if (o->result == RESULT_ANSWER) {
        count_answer(ep);
        return;
    }
    if (ep->state == ENDPOINT_LOST) {
        lose(ep, policy, now);
        return;
    }
    if (ep->bad_since <= 0)
        ep->bad_since = o->started;
    if (o->result == RESULT_OVERLOAD)
        count_overload(ep, policy, now, o, jitter);
    else
        count_fault(ep, policy, now, o, jitter);
    if (ep->bad_since < o->started && now - ep->bad_since > policy->patience)
        lose(ep, policy, now);
}

void endpoint_blame(struct endpoint *ep, const struct err *why)
{
    if (ep->state != ENDPOINT_DEAD && &ep->why != why)
        ep->why = *why;
}

void endpoint_kill(struct endpoint *ep, const struct err *why)
{
    endpoint_blame(ep, why);
    ep->state = ENDPOINT_DEAD;
}

double endpoint_retry_delay(struct endpoint *ep, double max_backoff)
{
    ep->counts.retries++;
    if (ep->budget < 1)
        return max_backoff;
    ep->budget -= 1;
    return 0;
}
