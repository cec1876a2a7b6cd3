/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_NET_LOOP_H
#define PHGEN_NET_LOOP_H

#include "base/err.h"

#include <curl/curl.h>

/*
 * libcurl's multi handle over epoll: what moves bytes, and nothing else.
 *
 *      loop_prepare(loop, easy);          once a handle
 *      curl_multi_add_handle(loop_multi(loop), easy);
 *      loop_start(loop, err);
 *      loop_turn(loop, timeout_ms, err);
 *      while ((easy = loop_done(loop, &code)) != NULL) ...
 *
 * Whoever adds a handle removes it, before loop_free().
 */
struct loop; /* heap */

struct loop *loop_new(long connections_kept, struct err *err);
void loop_free(struct loop *l); /* accepts NULL */

CURLM *loop_multi(struct loop *l);
int loop_prepare(struct loop *l, CURL *easy);

/*
 * Starts what was added.  A server next door may have answered at once: look
 * with loop_done() before waiting for more.
 */
int loop_start(struct loop *l, struct err *err);

/* Waits up to `timeout_ms` for something to happen, and acts on it. */
int loop_turn(struct loop *l, int timeout_ms, struct err *err);

/* A handle that came to its end, or NULL. */
CURL *loop_done(struct loop *l, CURLcode *code);

/*
 * Monotonic seconds, as of the last loop_tick() or of the end of a turn's
 * wait.  The pointer stays good as long as the loop.
 */
void loop_tick(struct loop *l);
const double *loop_clock(const struct loop *l);

#endif
