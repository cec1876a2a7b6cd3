/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_NET_TRANSFER_H
#define PHGEN_NET_TRANSFER_H

#include "base/err.h"
#include "base/str.h"
#include "net/hints.h"
#include "net/net.h"

#include <curl/curl.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * One attempt on the wire: a libcurl handle with its buffers, used again and
 * again.
 *
 * The caller fills `url` and `body`, begins, and reads the rest when libcurl
 * says that it is done, or when transfer_expired() says that it took too
 * long.  Redirects are never followed, TLS is always verified, only HTTP and
 * HTTPS are spoken, and at most `max_reply_bytes` are kept.
 */
enum transfer_deadline {
    DEADLINE_NONE,
    DEADLINE_FIRST_BYTE,
    DEADLINE_STALL,
    DEADLINE_TOTAL
};

struct job;
struct endpoint;

struct transfer {
    struct transfer *next, *prev; /* in flight, or `next` in the free list */
    CURL *easy;
    const double *clock; /* the engine's, read once a turn */
    const struct net_options *options;

    struct job *job;     /* the engine's */
    struct endpoint *ep; /* the engine's */
    double tokens;       /* guessed for the rate limits */

    struct str url, body, in;
    struct str parsed; /* the URL that libcurl has */
    CURLU *address;    /* that, taken apart; NULL: libcurl has the text */
    struct hints hints;
    bool connected; /* the request could go out */
    bool headers;   /* a status line came */
    size_t head_bytes;
    bool too_big; /* the body, or the headers */
    enum transfer_deadline expired;
    double started, sent, last_byte;
    char error[CURL_ERROR_SIZE];

    /* Set by transfer_end(). */
    CURLcode code;
    int status;
    bool reused; /* an old connection */
    double ms;
    size_t bytes_in, bytes_out;
};

struct transfer *transfer_new(const struct net_options *options,
                              const double *clock, struct err *err);
void transfer_free(struct transfer *t);

/* Hands the attempt to libcurl.  `fresh`: not on an idle connection. */
int transfer_begin(struct transfer *t, CURLM *multi, struct curl_slist *headers,
                   bool fresh, struct err *err);

/* Which deadline has passed, if any. */
enum transfer_deadline transfer_expired(const struct transfer *t);

/* Takes the attempt from libcurl and notes how it went. */
void transfer_end(struct transfer *t, CURLM *multi, CURLcode code);

#endif
