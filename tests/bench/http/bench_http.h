/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_BENCH_HTTP_H
#define PHGEN_BENCH_HTTP_H

#include <stddef.h>

/*
 * The HTTP benchmark: a stub server and clients, each a process of its own.
 * bench_http.c forks them, one client at a time, and prints the table.
 */

/* A completion of about 200 tokens. */
extern const char *const STUB_BODY;

/* Listens on loopback at a port of the system's choice; -1 when it cannot. */
int stub_listen(unsigned *port);

/* Answers every POST with STUB_BODY after `latency_ms`; never returns. */
void stub_serve(int listener, unsigned latency_ms) __attribute__((noreturn));

struct load {
    unsigned port;
    size_t calls, in_flight;
    size_t step; /* print the resident memory each `step` calls; 0: never */
};

/* What a client asks; the engine's encoder writes the same for this call. */
extern const char *const LOAD_PROMPT;
extern const char *const LOAD_BODY;

/*
 * A client says after each call how many are done: it is measured from when
 * its connections stand, `in_flight` calls done, until the last call is.
 */
void load_done(const struct load *l, size_t done);

/*
 * Make the calls, and return how many were answered as they should be.  Each
 * keeps `in_flight` of them going until the last.
 */
size_t bare_poll(const struct load *l);  /* curl_multi_poll() */
size_t bare_epoll(const struct load *l); /* multi_socket over epoll */
size_t bare_poll_cjson(const struct load *l); /* each reply parsed */
size_t bare_epoll_cjson(const struct load *l);
size_t engine(const struct load *l); /* net/ */

#endif
