/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tables of what is known about servers, and the few rules over them.
 *
 * Where this differs from the official clients, it is on purpose: they retry
 * a quota that is used up, and obey a Retry-After of any size.
 */
#include "net/retry.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define COUNT(a) (sizeof(a) / sizeof(*(a)))

/* error.code or error.type; a leading '*' stands for any beginning. */
static const char *const quota_codes[] = {
    "insufficient_quota",
    "credit_balance_exhausted",
    "*spend_limit_exceeded",
    "organization_usage_limit_exceeded",
    "enforced_spend_limit_reached",
    "billing_hard_limit_reached",
    "billing_not_active",
    "insufficient_balance",
    "*quota_exhausted",
    "billing_error",
};

static const char *const quota_messages[] = {
    "credit balance is too low", /* Anthropic, 400 */
    "insufficient balance",      /* DeepSeek, 402 */
};

/* llama-server says 500 to what the client did wrong. */
static const char *const permanent_500[] = {
    "json.exception",       "parse error",
    "failed to parse",      "image input is not supported",
    "must contain",         "missing 'role'",
    "jinja exception",      "roles must alternate",
    "unsupported content",  "failed to initialize samplers",
    "invalid grammar",      "expected 'content'",
    "too large to process",
};

/* OpenAI says 429 to a request that no minute's tokens would be enough for. */
static const char too_large[] = "request too large for";

static bool matches(const char *text, const char *pattern)
{
    size_t n, m;

    if (*pattern != '*')
        return strcasecmp(text, pattern) == 0;
    n = strlen(text);
    m = strlen(++pattern);
    return n >= m && strcasecmp(text + n - m, pattern) == 0;
}

static bool mentions(const char *text, const char *const *list, size_t n)
{
    size_t i;

    for (i = 0; i < n; i++)
        if (strcasestr(text, list[i]) != NULL)
            return true;
    return false;
}

bool retry_quota_used_up(int status, const struct fault *f)
{
    size_t i;

    if (status == 402)
        return true;
    for (i = 0; i < COUNT(quota_codes); i++)
        if (matches(f->code, quota_codes[i]) ||
            matches(f->type, quota_codes[i]))
            return true;
    return mentions(f->message, quota_messages, COUNT(quota_messages));
}

static enum retry_verdict by_status(int status, const struct fault *f,
                                    bool answered_before)
{
    switch (status) {
    case 401:
    case 407:
        return RETRY_STOP;
    case 403:
    case 404:
    case 405:
        /* One call of many that is refused is that call's fault: a web
         * application firewall did not like the prompt, for instance. */
        return answered_before ? RETRY_NEVER : RETRY_STOP;
    case 408:
    case 409:
    case 425:
        return RETRY_AGAIN;
    case 429:
        return strcasestr(f->message, too_large) != NULL ? RETRY_NEVER
                                                         : RETRY_SLOWER;
    case 503:
    case 529:
        return RETRY_SLOWER;
    case 501:
    case 505:
        return RETRY_NEVER;
    default:
        break;
    }
    if (status >= 300 && status < 400)
        return RETRY_STOP;
    if (status < 500)
        return RETRY_NEVER;
    if (mentions(f->message, permanent_500, COUNT(permanent_500)))
        return RETRY_NEVER;
    return RETRY_AGAIN;
}

enum retry_verdict retry_judge(int status, const struct hints *h,
                               const struct fault *f, bool answered_before)
{
    enum retry_verdict v;

    if (f->filtered && status >= 400 && status < 500)
        return RETRY_FILTERED;
    if (retry_quota_used_up(status, f))
        return RETRY_STOP;
    v = by_status(status, f, answered_before);
    if (h->should_retry == 1 && (v == RETRY_NEVER || v == RETRY_STOP) &&
        status >= 400)
        return RETRY_AGAIN;
    if (h->should_retry == 0 && (v == RETRY_AGAIN || v == RETRY_SLOWER))
        return RETRY_NEVER;
    return v;
}

const char *retry_advice(int status, const struct fault *f)
{
    if (retry_quota_used_up(status, f))
        return "the quota or credit of this account is used up: raise it, "
               "then resume";
    if (strcasestr(f->message, too_large) != NULL)
        return "raise the account's tokens per minute, or use another model";
    switch (status) {
    case 401:
    case 403:
        return "check the key and what it may use";
    case 404:
        return "check the base URL and the model's name";
    case 405:
        return "check the base URL";
    case 407:
        return "the proxy wants a login: check https_proxy";
    case 413:
        return "the request is too large for the server";
    case 429:
        return "lower the model's concurrency or requests per minute";
    default:
        return NULL;
    }
}

/* The most that `tried` attempts may have to wait, from `least` seconds up. */
static double doubled(double least, unsigned tried, double max)
{
    for (; tried > 0 && least < max; tried--)
        least *= 2;
    return least < max ? least : max;
}

double retry_wait(unsigned tried, double hint, double max, struct rng *r)
{
    double top;

    if (hint < 0) {
        top = doubled(0.5, tried, max);
        return top * (1.0 / 16 + 15.0 / 16 * rng_unit(r));
    }
    if (hint > max)
        hint = max;
    top = doubled(0.025, tried, max < 1 ? max : 1);
    if (top < hint / 10)
        top = hint / 10;
    return hint + top * rng_unit(r);
}
