/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_SERVE_SERVE_H
#define PHGEN_SERVE_SERVE_H

#include "base/err.h"
#include "builtin/builtin.h"
#include "serve/faults.h"

#include <stddef.h>
#include <stdint.h>

/*
 * The embedded models as an OpenAI-compatible HTTP server: GET /v1/models,
 * POST /v1/chat/completions, /v1/completions, /v1/embeddings and
 * /v1/moderations, GET /health and /metrics (counts.h).  Tests and demos run
 * the real HTTP path against it; a reply is byte for byte what builtin_reply()
 * gives in process for the same messages and seed.
 *
 *      struct serve_options o = {.bind = "127.0.0.1", .port = 8080};
 *      struct serve *s = serve_start(&o, builtin, err);
 *      ... serve_port(s) ...
 *      serve_stop(s);
 *
 * Bound to a loopback address it answers only to Host headers that name one
 * (a web page must not reach it through DNS rebinding); others get 421.
 * Bodies over 1 MiB get 413, those whose length says 8 MiB and more before they
 * are read; whoever goes on sending is cut off.  Errors have OpenAI's shape.
 *
 * The builtin is borrowed and only read, from several threads, which inherit
 * the signal mask of serve_start()'s caller.
 */
struct serve_options {
    const char *bind; /* an IPv4 address */
    unsigned port;    /* 0: any that is free */
    const char *key;  /* required as a bearer token; NULL: none */
    struct serve_faults faults;
    uint64_t seed; /* of the faults */
};

struct serve; /* heap */

struct serve *serve_start(const struct serve_options *options,
                          const struct builtin *builtin, struct err *err);
unsigned serve_port(const struct serve *s);
const char *serve_library(void); /* the version of libmicrohttpd */
/* Ends what is being answered or slept over; accepts NULL. */
void serve_stop(struct serve *s);

#endif
