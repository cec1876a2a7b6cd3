/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_SERVE_SEND_H
#define PHGEN_SERVE_SEND_H

#include "base/str.h"
#include "serve/chat.h"

#include <microhttpd.h>
#include <stdint.h>

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

/* Promises the whole body, delivers half of it, closes. */
enum MHD_Result send_cut(struct MHD_Connection *c, const struct str *body);

/* With Retry-After in one of the forms that servers use, or without. */
enum MHD_Result send_429(struct MHD_Connection *c, uint64_t variant);

#endif
