/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_SERVE_SEND_H
#define PHGEN_SERVE_SEND_H

#include "base/str.h"
#include "serve/chat.h"

#include <microhttpd.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * Replies, the good and the faulty.  Each queues one on the connection and
 * returns what the handler is to return; MHD_NO closes the connection.  All
 * arguments are borrowed for the call.
 */
#define SEND_MAX (16u << 20) /* bytes of a body */

/* `header` is one more header, or NULL. */
enum MHD_Result send_bytes(struct MHD_Connection *c, unsigned status,
                           const char *type, const struct str *body,
                           const char *header, const char *value);
enum MHD_Result send_text(struct MHD_Connection *c, unsigned status,
                          const char *type, const char *text);

/* OpenAI's error body; send_refusal() makes one up, `code` may be NULL. */
enum MHD_Result send_error(struct MHD_Connection *c,
                           const struct chat_error *error, const char *header,
                           const char *value);
enum MHD_Result send_refusal(struct MHD_Connection *c, int status,
                             const char *type, const char *code,
                             const char *message);

/* With one header more. */
enum MHD_Result send_refusal_with(struct MHD_Connection *c, int status,
                                  const char *code, const char *message,
                                  const char *header, const char *value);

/* Promises the whole body, delivers half of it, closes. */
enum MHD_Result send_cut(struct MHD_Connection *c, const struct str *body);

/* A body of `len` times the same byte. */
enum MHD_Result send_filler(struct MHD_Connection *c, char byte, size_t len);

/*
 * The body in steps: the first `at_once` bytes, then one before each call of
 * `wait` returns true; closes when it returns false.
 */
enum MHD_Result send_slowly(struct MHD_Connection *c, const struct str *body,
                            size_t at_once, bool (*wait)(void *), void *arg);

/* "Thu, 01 Jan 1970 00:00:00 GMT", `seconds` from now. */
void send_date(long seconds, char out[64]);

#endif
