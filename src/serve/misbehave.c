/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Most faults are a status and a body, so they are a table.  What 429s say
 * about when to come back is another, after RFC 9110, section 10.2.3, OpenAI's
 * retry-after-ms, and nonsense that was seen in the wild.
 */
#include "serve/misbehave.h"
#include "serve/send.h"

#include <stddef.h>
#include <string.h>

#define HUGE_BYTES (64u << 20)
#define DEEP       1000000

static const char page[] = "<html><body>Please log in</body></html>";

static const struct {
    enum fault fault;
    int status;
    const char *type, *code; /* NULL type: the body is `message` itself */
    const char *message;
} plain[] = {
    {FAULT_QUOTA, 429, "insufficient_quota", "insufficient_quota",
     "You exceeded your current quota; check your plan and billing."},
    {FAULT_401, 401, "authentication_error", "invalid_api_key",
     "Incorrect API key provided."},
    {FAULT_413, 413, "invalid_request_error", NULL,
     "The request is larger than this server takes."},
    {FAULT_500, 500, "server_error", NULL, "Something broke."},
    {FAULT_502, 502, NULL, NULL, page},
    {FAULT_503, 503, "server_error", NULL, "Not ready."},
    {FAULT_504, 504, NULL, NULL, page},
    {FAULT_529, 529, "overloaded_error", NULL, "Overloaded."},
    {FAULT_HTML, 200, NULL, NULL, page},
    {FAULT_GARBAGE, 200, NULL, NULL, "{\"choices\":[{"},
};

/* A value that begins with '+' is a date so many seconds from now. */
static const struct wait {
    enum fault fault;
    const char *header, *value;
} waits[] = {
    {FAULT_429, NULL, NULL},
    {FAULT_429, "Retry-After", "0"},
    {FAULT_429, "Retry-After", "1"},
    {FAULT_429, "Retry-After", "+1"},
    {FAULT_429, "retry-after-ms", "20"},
    {FAULT_429_SECONDS, "Retry-After", "1"},
    {FAULT_429_DATE, "Retry-After", "+2"},
    {FAULT_429_MS, "retry-after-ms", "300"},
    {FAULT_429_ABSURD, "Retry-After", "99999999999"},
    {FAULT_429_ABSURD, "Retry-After", "Thu, 31 Dec 2037 00:00:00 GMT"},
    {FAULT_429_ABSURD, "retry-after-ms", "1e300"},
};

static enum MHD_Result slow_down(struct MHD_Connection *c, enum fault f,
                                 uint64_t variant)
{
    const struct wait *some[sizeof(waits) / sizeof(*waits)], *w;
    char date[64];
    size_t n = 0, i;

    for (i = 0; i < sizeof(waits) / sizeof(*waits); i++)
        if (waits[i].fault == f)
            some[n++] = &waits[i];
    if (n == 0)
        return MHD_NO;
    w = some[variant % n];
    send_date(w->value != NULL && w->value[0] == '+' ? w->value[1] - '0' : 0,
              date);
    return send_refusal_with(
        c, 429, "rate_limit_exceeded", "Rate limit reached; slow down.",
        w->header, w->value != NULL && w->value[0] == '+' ? date : w->value);
}

static enum MHD_Result redirect(struct MHD_Connection *c)
{
    return send_refusal_with(c, 307, NULL, "Moved.", "Location",
                             "http://elsewhere.invalid/v1/chat/completions");
}

enum MHD_Result misbehave(struct MHD_Connection *c, enum fault f,
                          uint64_t variant)
{
    size_t i;

    for (i = 0; i < sizeof(plain) / sizeof(*plain); i++) {
        if (plain[i].fault != f)
            continue;
        if (plain[i].type == NULL)
            return send_text(c, (unsigned)plain[i].status,
                             plain[i].message == page ? "text/html"
                                                      : "application/json",
                             plain[i].message);
        return send_refusal(c, plain[i].status, plain[i].type, plain[i].code,
                            plain[i].message);
    }
    if (f == FAULT_REDIRECT)
        return redirect(c);
    if (f == FAULT_HUGE)
        return send_filler(c, 'x', HUGE_BYTES);
    if (f == FAULT_DEEP)
        return send_filler(c, '[', DEEP);
    return slow_down(c, f, variant); /* the rest just hangs up */
}

bool misbehaves_in_reply(enum fault f)
{
    return f == FAULT_CUT || f == FAULT_TRICKLE || f == FAULT_HALF ||
           f == FAULT_UTF8;
}

/* The answer's first byte becomes one that no UTF-8 text has. */
static enum MHD_Result send_invalid(struct MHD_Connection *c,
                                    const struct str *body)
{
    static const char before[] = "\"content\":\"";
    const char *at = strstr(body->s, before);
    struct str bad;
    enum MHD_Result out;
    size_t n;

    if (at == NULL)
        return MHD_NO;
    n = (size_t)(at - body->s) + sizeof(before) - 1;
    str_init(&bad, SEND_MAX);
    str_add(&bad, body->s, n);
    str_addc(&bad, '\xFF');
    str_adds(&bad, body->s + n);
    out = send_bytes(c, 200, "application/json", &bad, NULL, NULL);
    str_release(&bad);
    return out;
}

enum MHD_Result misbehave_in_reply(struct MHD_Connection *c, enum fault f,
                                   const struct str *body, bool (*wait)(void *),
                                   void *arg)
{
    switch (f) {
    case FAULT_UTF8:
        return send_invalid(c, body);
    case FAULT_TRICKLE:
        return send_slowly(c, body, 0, wait, arg);
    case FAULT_HALF:
        return send_slowly(c, body, body->len / 2, wait, arg);
    default:
        return send_cut(c, body);
    }
}
