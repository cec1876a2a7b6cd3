/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_NET_ENDPOINT_H
#define PHGEN_NET_ENDPOINT_H

#include "base/err.h"
#include "base/model.h"
#include "base/rng.h"
#include "net/hints.h"
#include "net/hist.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What is known about one base URL of one model, and whether it may be asked
 * now.  A value machine: no I/O, no clock; `now` is seconds of a clock that
 * never goes back.
 *
 *      if (endpoint_wait(ep, now, tokens) == 0) {
 *              endpoint_start(ep, now, tokens);
 *              ...
 *              endpoint_done(ep, now, &outcome);
 *      }
 *
 * Three things hold a call back:
 *
 * - Concurrency.  `limit` doubles a window while answers are good and the
 *   limit is what holds calls back, until the first sign of overload; then it
 *   grows by an eighth.  It shrinks when more than a tenth of a window of
 *   attempts met 429, 503, 529 or a timeout (by a fifth, or a half when most
 *   did), unless the last shrinking did not help: then the cause is not load.
 *   It does not grow while calls take twice as long as they once did, since
 *   then the server only queues them.
 * - Rate limits.  Token buckets for requests and for tokens a minute: one
 *   pair from the configuration, one from what the server's headers say.
 * - Health.  After three rounds of faults in a row the endpoint is set aside;
 *   when its pause is over, one call probes it.  It is lost when there was no
 *   answer for too long: then one call probes it now and then as long as the
 *   model has another one.  Much sooner when there never was one and it is not
 *   reached, or what comes is nothing that an API says: then the address is
 *   wrong, or a login page stands before it.  It is dead when the server said
 *   that nothing will succeed.
 */
enum endpoint_state {
    ENDPOINT_UNREACHED, /* never connected: a few calls at a time */
    ENDPOINT_OPEN,
    ENDPOINT_ASIDE, /* pausing, then waiting for one probe */
    ENDPOINT_LOST,  /* no answer for too long; probed while others live */
    ENDPOINT_DEAD   /* until the program ends */
};

/* What an attempt came to. */
enum endpoint_result {
    RESULT_ANSWER, /* the server did its job, whatever it said */
    RESULT_FAULT,  /* 5xx, reset, refused connection, nonsense */
    RESULT_OVERLOAD,
    RESULT_TIMEOUT, /* a fault that also tells of load */
    RESULT_IGNORED  /* an idle connection was closed; our own stop */
};

struct endpoint_outcome {
    enum endpoint_result result;
    double started;            /* when the attempt did */
    double ms;                 /* how long it took */
    double hint;               /* Retry-After, negative: none */
    bool connected;            /* reached the server at all */
    bool nonsense;             /* of RESULT_FAULT: a page, or no HTTP */
    const struct hints *hints; /* NULL: no headers came */
    double tokens_guess;       /* what endpoint_start() was told */
    double tokens_used;        /* 0: unknown */
};

/* `level` units are left, `rate` more come a second, at most `cap`. */
struct bucket {
    double level, rate, cap, at; /* cap 0: no limit */
};

struct endpoint_counts {
    uint64_t attempts, retries, overloads, answered;
    uint64_t bytes_in, bytes_out, tokens_in, tokens_out;
    double
        waited_ms; /* of calls that it told to wait, or that its limits did */
};

struct endpoint {
    enum endpoint_state state;
    const char *url; /* borrowed from the model */
    size_t in_flight;
    unsigned lacks; /* enum dialect_lack bits learned */
    bool answered;  /* at least once */
    bool limit_learned_down;

    double limit, limit_max;
    size_t window, bad; /* attempts in the running window; overloads of it */
    double bad_before;  /* share at the last shrink; 0: none */
    double window_ms;   /* sum over answers of the window */
    size_t window_answers;
    double base_ms; /* the lowest mean of a window */
    bool was_full;  /* the limit held a call back in this window */

    struct bucket req, tok;     /* configured */
    struct bucket h_req, h_tok; /* learned from headers */
    double not_before;          /* Retry-After, or the pause when set aside */
    double budget;              /* retries that may go at once */

    unsigned rounds;   /* of faults in a row, attempts begun together are one */
    unsigned nonsense; /* of them, at the end, those without sense */
    unsigned overloads; /* in a row */
    double round_at;    /* when the last round was counted */
    double bad_since;   /* first failure since the last answer */
    bool probing;

    struct err why; /* of ENDPOINT_DEAD or _LOST; the last fault else */
    struct endpoint_counts counts;
    struct hist latency;
};

/* Limits of patience; the same for all endpoints. */
struct endpoint_policy {
    unsigned retries;   /* rounds of refused connections before it is lost */
    double max_backoff; /* seconds, the longest pause */
    double patience;    /* seconds of faults before it is lost */
};

void endpoint_init(struct endpoint *ep, const struct model *model, size_t url);

/* No calls go there but for a probe. */
bool endpoint_gone(const struct endpoint *ep);

/* One call at a time finds out whether it is back. */
bool endpoint_wants_probe(const struct endpoint *ep);

/* Calls that may be in flight at once, as of now. */
size_t endpoint_limit(const struct endpoint *ep);

/*
 * Seconds until a call that may cost `tokens` could start: 0 now; INFINITY
 * when only an answer can make room, or it is dead.
 */
double endpoint_wait(struct endpoint *ep, double now, double tokens);

void endpoint_start(struct endpoint *ep, double now, double tokens);

/* The connection stands; the request goes out. */
void endpoint_reached(struct endpoint *ep);

/* Call endpoint_blame() first when it went wrong. */
void endpoint_done(struct endpoint *ep, const struct endpoint_policy *policy,
                   double now, const struct endpoint_outcome *o,
                   struct rng *jitter);

/* Keeps the sentence of the latest fault. */
void endpoint_blame(struct endpoint *ep, const struct err *why);

/* Nothing will succeed here any more. */
void endpoint_kill(struct endpoint *ep, const struct err *why);

/*
 * Takes one retry from the budget (one for every four answers, twenty at
 * first).  Returns the seconds that the retry is put off beyond its back-off:
 * 0, or `max_backoff` when the budget is empty.
 */
double endpoint_retry_delay(struct endpoint *ep, double max_backoff);

#endif
