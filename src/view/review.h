/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_VIEW_REVIEW_H
#define PHGEN_VIEW_REVIEW_H

#include "base/err.h"
#include "base/str.h"
#include "view/ask.h"

#include <stddef.h>

/*
 * The local server of `phgen review`: the page, and the questions it asks.
 * Pulled, no callbacks and no threads:
 *
 *      r = review_open(port, err);
 *      say(review_url(r));
 *      while (!stop_wanted())
 *              switch (review_step(r, 200, &ask, err)) {
 *              case REVIEW_ASK: ... review_answer(r, 200, &json); break;
 *              case REVIEW_IDLE: break;
 *              case REVIEW_ERROR: ...
 *              }
 *      review_close(r);
 *
 * One question at a time is given out, and it waits for its answer: what is
 * stored before review_answer() is stored before the browser hears of it, and
 * questions of several tabs come one after the other.
 *
 * It listens at 127.0.0.1 only.  Who may ask is view/gate.h's; a request is at
 * most ASK_BODY_MAX bytes, a connection that says nothing for 30 seconds is
 * closed, and there are 64 of them at most.  No reply may be cached or framed,
 * and the Content-Security-Policy lets the page load from here only.
 *
 * To add a file to the page: src/view/review/, `files` in review.c, room.mk.
 */
struct review; /* heap */

#define REVIEW_ANSWER_MAX (8u << 20)

enum review_step { REVIEW_ASK, REVIEW_IDLE, REVIEW_ERROR };

struct review *review_open(unsigned port, struct err *err); /* 0: any free */
void review_close(struct review *r);                        /* NULL ok */

unsigned review_port(const struct review *r);
/* With the token that is good once; "http://127.0.0.1:PORT/open/...". */
const char *review_url(const struct review *r);
/* The second secret, for the answer to ASK_SESSION. */
const char *review_csrf(const struct review *r);

/* `*ask` is the caller's; never ASK_PAGE. */
enum review_step review_step(struct review *r, int timeout_ms, struct ask *ask,
                             struct err *err);

/* Answers the question that was given out last, with JSON. */
void review_answer(struct review *r, unsigned status, const struct str *json);
/* The same with {"error": sentence}. */
void review_refuse(struct review *r, unsigned status, const char *sentence);

#endif
