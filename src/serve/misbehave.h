/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_SERVE_MISBEHAVE_H
#define PHGEN_SERVE_MISBEHAVE_H

#include "base/str.h"
#include "serve/faults.h"

#include <microhttpd.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * The faulty replies, as seen from real servers.  Each queues one reply, or
 * returns MHD_NO, which closes the connection.
 */

/* Whether the fault is in how a good reply is delivered. */
bool misbehaves_in_reply(enum fault f);

/* Instead of a reply.  `variant` chooses among the forms that a fault has. */
enum MHD_Result misbehave(struct MHD_Connection *c, enum fault f,
                          uint64_t variant);

/* `wait` is called between the bytes; see send_slowly(). */
enum MHD_Result misbehave_in_reply(struct MHD_Connection *c, enum fault f,
                                   const struct str *body, bool (*wait)(void *),
                                   void *arg);

#endif
