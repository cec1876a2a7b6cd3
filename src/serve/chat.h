/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_SERVE_CHAT_H
#define PHGEN_SERVE_CHAT_H

#include "base/err.h"
#include "base/str.h"
#include "builtin/builtin.h"

#include <stddef.h>

/*
 * The two bodies that the server knows, pure: bytes in, JSON out.  Shapes are
 * those of OpenAI's API reference, "Create chat completion" and "List models".
 */

/* -1 with the sentence for a 400. */
int chat_complete(const struct builtin *b, const char *request, size_t len,
                  struct str *out, struct err *err);

void chat_models(struct str *out);

#endif
