/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_NET_SETTLE_H
#define PHGEN_NET_SETTLE_H

#include "base/call.h"
#include "net/dialect.h"
#include "net/endpoint.h"
#include "net/transfer.h"

/*
 * What one finished attempt means: for its call, for its endpoint, and as a
 * sentence.  Decides; changes nothing but the reply that it fills.
 */
enum settled_as {
    SETTLED_ANSWER, /* the reply is filled */
    SETTLED_AGAIN,  /* a passing fault */
    SETTLED_LACKS,  /* the server does not take `lacks`: ask without, now */
    SETTLED_CLOSED, /* an idle connection was closed under us: again, now */
    SETTLED_FAILED, /* this call fails */
    SETTLED_STOP    /* this endpoint is unusable */
};

struct settled {
    enum settled_as as;
    enum endpoint_result result; /* for endpoint_done() */
    double hint;                 /* when to come back; negative: unsaid */
    unsigned lacks;
    bool nonsense; /* what came is no word of an API, nor an error of one */
    int status; /* HTTP's, or what it amounts to: 400 for a 500 that says so */
    struct err why; /* printable, without the key */
};

/* `key` is only looked for, to keep it out of the sentence; may be NULL. */
void settle(const struct transfer *t, const struct call *call, const char *key,
            struct reply *reply, struct settled *out);

/* "host:port" of a URL, for sentences. */
void settle_host(const char *url, char *out, size_t size);

#endif
