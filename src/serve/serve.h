/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_SERVE_SERVE_H
#define PHGEN_SERVE_SERVE_H

#include "base/err.h"
#include "builtin/builtin.h"

#include <stddef.h>
#include <stdint.h>

/*
 * The embedded models as an OpenAI-compatible HTTP server: GET /v1/models,
 * POST /v1/chat/completions, GET /health.  Tests and demos run the real HTTP
 * path against it; a reply is byte for byte what builtin_reply() gives in
 * process for the same messages and seed.
 *
 *      struct serve_options o = {.bind = "127.0.0.1", .port = 8080};
 *      struct serve *s = serve_start(&o, builtin, err);
 *      ... serve_port(s) ...
 *      serve_stop(s);
 *
 * Bound to a loopback address it refuses foreign Host headers (DNS
 * rebinding).  Bodies over 1 MiB get 413.  The builtin is borrowed and only
 * read, from several threads.
 */
enum fault {
    FAULT_429, /* with Retry-After: 0 */
    FAULT_500,
    FAULT_502, /* with an HTML body */
    FAULT_503,
    FAULT_529,
    FAULT_HTML,    /* 200 with HTML: a proxy's login page */
    FAULT_GARBAGE, /* 200 with broken JSON */
    FAULT_EMPTY,   /* the connection closes without a reply */
    FAULT_CUT,     /* the reply ends in the middle */
    FAULT_STALL,   /* nothing for 5 seconds, then closed */
    FAULTS
};

struct serve_faults {
    double rate[FAULTS]; /* of requests, 0 to 1, tried in this order */
    unsigned latency_ms; /* before every reply */
};

/* "429=0.05,cut=0.01,latency=200"; names as in the enum, lower case. */
int serve_faults_parse(const char *text, struct serve_faults *out,
                       struct err *err);

struct serve_options {
    const char *bind;
    unsigned port;   /* 0: any that is free */
    const char *key; /* required as a bearer token; NULL: none */
    struct serve_faults faults;
    uint64_t seed; /* of the faults */
};

struct serve; /* heap */

struct serve *serve_start(const struct serve_options *options,
                          const struct builtin *builtin, struct err *err);
unsigned serve_port(const struct serve *s);
void serve_stop(struct serve *s);

#endif
