/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_SERVE_CHAT_H
#define PHGEN_SERVE_CHAT_H

#include "base/err.h"
#include "base/str.h"
#include "builtin/builtin.h"

#include <stddef.h>

/*
 * The bodies that the server knows, pure: bytes in, JSON out.  Shapes are
 * those of OpenAI's API reference, "Create chat completion", "Create
 * completion" (for guards that take raw text), "Create moderation" and "List
 * models".
 *
 *      struct chat_error bad;
 *      if (chat_complete(b, request, len, &body, &bad) != 0)
 *              chat_write_error(&bad, &body);   (and reply bad.status)
 *
 * A request is checked as strictly as OpenAI does, so that a client that says
 * nonsense hears of it; members that mean nothing here are ignored.
 */
struct chat_error {
    int status;        /* HTTP */
    const char *type;  /* "invalid_request_error", ... */
    const char *param; /* the member at fault; NULL */
    const char *code;  /* "model_not_found", ...; NULL */
    struct err message;
};

int chat_complete(const struct builtin *b, const char *request, size_t len,
                  struct str *out, struct chat_error *error);
int chat_complete_text(const struct builtin *b, const char *request, size_t len,
                       struct str *out, struct chat_error *error);
int chat_embed(const struct builtin *b, const char *request, size_t len,
               struct str *out, struct chat_error *error);
int chat_moderate(const struct builtin *b, const char *request, size_t len,
                  struct str *out, struct chat_error *error);

void chat_models(struct str *out);

/* {"error": {"message", "type", "param", "code"}} */
void chat_write_error(const struct chat_error *error, struct str *out);

#endif
