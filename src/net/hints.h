/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_NET_HINTS_H
#define PHGEN_NET_HINTS_H

#include <stddef.h>

/*
 * What response headers say about when to come back.
 *
 *      struct hints h;
 *      hints_init(&h);
 *      for each header line
 *              hints_line(&h, line, len, unix_now);
 *
 * Known are Retry-After in seconds or as a date (RFC 9110, 10.2.3),
 * retry-after-ms, x-should-retry (OpenAI's and Anthropic's SDKs), OpenAI's
 * x-ratelimit-* (resets as "6m0s" or "20ms"; Azure: plain seconds),
 * Anthropic's anthropic-ratelimit-* (resets as RFC 3339) and the plain
 * x-ratelimit-{limit,remaining,reset} of OpenRouter and others (reset as Unix
 * time in seconds or milliseconds).
 *
 * Pure.  All values come from a stranger: they are finite and not negative
 * when present, and otherwise unbounded; retry.h and endpoint.h bound them.
 */

/* A limit of the server: seconds are from now; negative means "not said". */
struct hints_window {
    double limit, remaining, reset;
};

#define HINTS_LOCATION_MAX 256

struct hints {
    double retry_after; /* seconds from now; negative: not said */
    int should_retry;   /* 1 yes, 0 no, -1 not said */
    struct hints_window requests, tokens; /* input and output together */
    struct hints_window input, output;    /* where they are limited apart */
    char location[HINTS_LOCATION_MAX];    /* of a redirect; "" when none */
};

void hints_init(struct hints *h);

/* Reads one header line, "Name: value" with or without CR LF. */
void hints_line(struct hints *h, const char *line, size_t len, double unix_now);

/*
 * Of the windows for tokens, the one that has the smallest share left.  A call
 * is then held against it with all its tokens: careful, never too fast.
 */
const struct hints_window *hints_tokens(const struct hints *h);

/* "1h2m3.5s", "20ms", "7": seconds, or -1 when it is none of these. */
double hints_duration(const char *text);

#endif
