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

static ssize_t read_half(void *cls, uint64_t pos, char *buf, size_t max)
{
    const struct str *half = cls;
    size_t n;

    if (pos >= half->len)
        return MHD_CONTENT_READER_END_WITH_ERROR;
    n = half->len - (size_t)pos < max ? half->len - (size_t)pos : max;
    memcpy(buf, half->s + pos, n);
    return (ssize_t)n;
}

static void free_half(void *cls)
{
    struct str *half = cls;

    str_release(half);
    free(half);
}

/* Promises the whole body, delivers half of it. */
enum MHD_Result send_cut(struct MHD_Connection *c, const struct str *body)
{
    struct str *half = malloc(sizeof(*half));
    struct MHD_Response *r;
    enum MHD_Result out;

    if (half == NULL)
        return MHD_NO;
    str_init(half, SEND_MAX);
    str_add(half, body->s, body->len / 2);
    r = MHD_create_response_from_callback(body->len, 4096, read_half, half,
                                          free_half);
    if (r == NULL) {
        free_half(half);
        return MHD_NO;
    }
    MHD_add_response_header(r, "Content-Type", "application/json");
    out = MHD_queue_response(c, MHD_HTTP_OK, r);
    MHD_destroy_response(r);
    return out;
}

/* Retry-After as servers send it: RFC 9110, section 10.2.3, or OpenAI's. */
enum MHD_Result send_429(struct MHD_Connection *c, uint64_t variant)
{
    static const struct {
        const char *header, *value;
    } waits[] = {
        {NULL, NULL},          {"Retry-After", "0"},
        {"Retry-After", "1"},  {"retry-after-ms", "20"},
        {"Retry-After", NULL}, /* a date */
    };
    struct chat_error e = {.status = 429, .type = "rate_limit_error"};
    size_t i = variant % (sizeof(waits) / sizeof(*waits));
    time_t soon = time(NULL) + 1;
    struct tm tm;
    char date[64];

    err_set(&e.message, "Rate limit reached; slow down.");
    e.code = "rate_limit_exceeded";
    gmtime_r(&soon, &tm);
    strftime(date, sizeof(date), "%a, %d %b %Y %H:%M:%S GMT", &tm);
    return send_error(c, &e, waits[i].header,
                      waits[i].value != NULL ? waits[i].value : date);
}
