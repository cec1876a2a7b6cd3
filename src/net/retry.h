/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_NET_RETRY_H
#define PHGEN_NET_RETRY_H

#include "base/rng.h"
#include "net/fault.h"
#include "net/hints.h"

#include <stdbool.h>

/*
 * What an HTTP reply that is not a success means, and how long to wait.
 *
 *      switch (retry_judge(status, &hints, &fault, answered_before)) ...
 *
 * Passing faults are 408, 409, 425, 429 and 5xx, as in the vendors' official
 * clients; `x-should-retry` overrules that.  Apart from them, here a quota
 * that is used up, a refused key and an unknown model stop the endpoint
 * (nothing that is sent there can succeed), and a blocked prompt is an answer.
 *
 * Pure.
 */
enum retry_verdict {
    RETRY_AGAIN,    /* passing: the same call may succeed later */
    RETRY_SLOWER,   /* passing, and the server is overloaded: 429, 503, 529 */
    RETRY_NEVER,    /* this call will not succeed */
    RETRY_STOP,     /* no call will succeed here */
    RETRY_FILTERED, /* the provider's filter: an answer */
};

enum retry_verdict retry_judge(int status, const struct hints *h,
                               const struct fault *f, bool answered_before);

/* What a person can do about it: "check the key", or NULL. */
const char *retry_advice(int status, const struct fault *f);

/* True when the money or the plan is used up; waiting does not help. */
bool retry_quota_used_up(int status, const struct fault *f);

/*
 * Seconds before the next attempt.  `tried` counts the attempts so far, from
 * 1.  Without a hint: full jitter, uniform in [0, min(max, 0.5 * 2^tried)]
 * ("Exponential Backoff And Jitter", AWS Architecture Blog, 2015), but never
 * under 1/16 of the top.  With a hint: the hint, at most `max`, plus a jitter
 * of up to a tenth of it, or of up to 25 ms * 2^tried (a second at most) where
 * that is more: many calls that were told the same must not come back at once,
 * and a server that says 0 again and again must not be hammered.
 */
double retry_wait(unsigned tried, double hint, double max, struct rng *r);

#endif
