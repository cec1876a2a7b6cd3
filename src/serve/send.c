/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * libmicrohttpd copies what it is given, so every body here lives on its
 * sender's stack frame and nothing is shared between threads.
 */
#include "serve/send.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

enum MHD_Result send_bytes(struct MHD_Connection *c, unsigned status,
                           const char *type, const struct str *body,
                           const char *header, const char *value)
{
    struct MHD_Response *r = MHD_create_response_from_buffer(
        body->len, body->s, MHD_RESPMEM_MUST_COPY);
    enum MHD_Result out;

    if (r == NULL)
        return MHD_NO;
    MHD_add_response_header(r, "Content-Type", type);
    if (header != NULL)
        MHD_add_response_header(r, header, value);
    out = MHD_queue_response(c, status, r);
    MHD_destroy_response(r);
    return out;
}

enum MHD_Result send_text(struct MHD_Connection *c, unsigned status,
                          const char *type, const char *text)
{
    struct str body;
    enum MHD_Result out;

    str_init(&body, SEND_MAX);
    str_adds(&body, text);
    out = send_bytes(c, status, type, &body, NULL, NULL);
    str_release(&body);
    return out;
}

enum MHD_Result send_error(struct MHD_Connection *c,
                           const struct chat_error *error, const char *header,
                           const char *value)
{
    struct str body;
    enum MHD_Result out;

    str_init(&body, SEND_MAX);
    chat_write_error(error, &body);
    out = send_bytes(c, (unsigned)error->status, "application/json", &body,
                     header, value);
    str_release(&body);
    return out;
}

enum MHD_Result send_refusal(struct MHD_Connection *c, int status,
                             const char *type, const char *code,
                             const char *message)
{
    struct chat_error e = {.status = status, .type = type, .code = code};

    err_set(&e.message, "%s", message);
    return send_error(c, &e, NULL, NULL);
}

enum MHD_Result send_refusal_with(struct MHD_Connection *c, int status,
                                  const char *code, const char *message,
                                  const char *header, const char *value)
{
    struct chat_error e = {
        .status = status, .type = "rate_limit_error", .code = code};

    err_set(&e.message, "%s", message);
    return send_error(c, &e, header, value);
}

/* --- bodies that are made as they go out --- */

struct slow {
    struct str body;
    size_t at_once;
    bool (*wait)(void *);
    void *arg;
};

static ssize_t read_slowly(void *cls, uint64_t pos, char *buf, size_t max)
{
    const struct slow *s = cls;
    size_t n;

    if (pos >= s->body.len)
        return MHD_CONTENT_READER_END_OF_STREAM;
    if (pos < s->at_once) {
        n = s->at_once - (size_t)pos < max ? s->at_once - (size_t)pos : max;
    } else {
        if (!s->wait(s->arg))
            return MHD_CONTENT_READER_END_WITH_ERROR;
        n = 1;
    }
    memcpy(buf, s->body.s + pos, n);
    return (ssize_t)n;
}

static void free_slow(void *cls)
{
    struct slow *s = cls;

    str_release(&s->body);
    free(s);
}

static enum MHD_Result send_made(struct MHD_Connection *c,
                                 struct MHD_Response *r)
{
    enum MHD_Result out;

    if (r == NULL)
        return MHD_NO;
    MHD_add_response_header(r, "Content-Type", "application/json");
    out = MHD_queue_response(c, MHD_HTTP_OK, r);
    MHD_destroy_response(r);
    return out;
}

enum MHD_Result send_slowly(struct MHD_Connection *c, const struct str *body,
                            size_t at_once, bool (*wait)(void *), void *arg)
{
    struct slow *s = malloc(sizeof(*s));
    struct MHD_Response *r;

    if (s == NULL)
        return MHD_NO;
    *s = (struct slow){.at_once = at_once, .wait = wait, .arg = arg};
    str_init(&s->body, SEND_MAX);
    str_add(&s->body, body->s, body->len);
    r = MHD_create_response_from_callback(body->len, 64, read_slowly, s,
                                          free_slow);
    if (r == NULL)
        free_slow(s);
    return send_made(c, r);
}

static bool hang_up(void *arg)
{
    (void)arg;
    return false;
}

enum MHD_Result send_cut(struct MHD_Connection *c, const struct str *body)
{
    return send_slowly(c, body, body->len / 2, hang_up, NULL);
}

static ssize_t read_filler(void *cls, uint64_t pos, char *buf, size_t max)
{
    (void)pos;
    memset(buf, *(const char *)cls, max);
    return (ssize_t)max;
}

enum MHD_Result send_filler(struct MHD_Connection *c, char byte, size_t len)
{
    char *b = malloc(1);
    struct MHD_Response *r;

    if (b == NULL)
        return MHD_NO;
    *b = byte;
    r = MHD_create_response_from_callback(len, 1 << 16, read_filler, b, free);
    if (r == NULL)
        free(b);
    return send_made(c, r);
}

void send_date(long seconds, char out[64])
{
    time_t at = time(NULL) + seconds;
    struct tm tm;

    gmtime_r(&at, &tm);
    strftime(out, 64, "%a, %d %b %Y %H:%M:%S GMT", &tm);
}
