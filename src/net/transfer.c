/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * libcurl's options, set once a handle, and its callbacks.
 *
 * libcurl has no deadline for the first byte, and its total one would count
 * as the same error as a stall, so all but connecting are watched here.
 */
#include "net/transfer.h"
#include "net/endpoint.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define REQUEST_MAX (64u << 20)
#define URL_BYTES   8192
#define HEAD_MAX    (256u << 10) /* bytes of all header lines */

static size_t on_header(char *line, size_t one, size_t len, void *arg)
{
    struct transfer *t = arg;

    (void)one;
    t->last_byte = *t->clock;
    t->head_bytes += len;
    if (t->head_bytes > HEAD_MAX) {
        t->too_big = true;
        return 0;
    }
    /* A second status line comes after 100 Continue or a proxy's answer. */
    if (len >= 5 && memcmp(line, "HTTP/", 5) == 0) {
        hints_init(&t->hints);
        t->headers = true;
    } else {
        hints_line(&t->hints, line, len, (double)time(NULL));
    }
    return len;
}

static size_t on_body(char *bytes, size_t one, size_t len, void *arg)
{
    struct transfer *t = arg;

    (void)one;
    t->last_byte = *t->clock;
    str_add(&t->in, bytes, len);
    if (!str_failed(&t->in))
        return len;
    t->too_big = true;
    return 0;
}

static int on_connected(void *arg, char *a, char *b, int c, int d)
{
    struct transfer *t = arg;

    (void)a, (void)b, (void)c, (void)d;
    t->connected = true;
    t->sent = *t->clock;
    endpoint_reached(t->ep);
    return CURL_PREREQFUNC_OK;
}

/* What is the same for each attempt. */
static int set_once(struct transfer *t)
{
    const struct net_options *o = t->options;
    CURL *e = t->easy;
    int bad = 0;

#define SET(option, value) (bad |= curl_easy_setopt(e, option, value) != 0)
    SET(CURLOPT_PRIVATE, t);
    SET(CURLOPT_ERRORBUFFER, t->error);
    SET(CURLOPT_PROTOCOLS_STR, "http,https");
    SET(CURLOPT_FOLLOWLOCATION, 0L);
    SET(CURLOPT_NOSIGNAL, 1L);
    SET(CURLOPT_POST, 1L);
    SET(CURLOPT_USERAGENT, "phgen/" PHGEN_VERSION);
    SET(CURLOPT_ACCEPT_ENCODING, "gzip");
    SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
    SET(CURLOPT_TCP_KEEPALIVE, 1L);
    SET(CURLOPT_CONNECTTIMEOUT_MS, (long)(1000 * o->connect_timeout));
    SET(CURLOPT_HEADERFUNCTION, on_header);
    SET(CURLOPT_HEADERDATA, t);
    SET(CURLOPT_WRITEFUNCTION, on_body);
    SET(CURLOPT_WRITEDATA, t);
    SET(CURLOPT_PREREQFUNCTION, on_connected);
    SET(CURLOPT_PREREQDATA, t);
    if (o->ca_file != NULL)
        SET(CURLOPT_CAINFO, o->ca_file);
#undef SET
    return bad ? -1 : 0;
}

struct transfer *transfer_new(const struct net_options *options,
                              const double *clock, struct err *err)
{
    struct transfer *t = calloc(1, sizeof(*t));

    if (t == NULL) {
        err_nomem(err);
        return NULL;
    }
    t->options = options;
    t->clock = clock;
    str_init(&t->url, URL_BYTES);
    str_init(&t->parsed, URL_BYTES);
    str_init(&t->body, REQUEST_MAX);
    str_init(&t->in, options->max_reply_bytes);
    t->easy = curl_easy_init();
    if (t->easy == NULL || set_once(t) != 0) {
        err_set(err, "cannot set up an HTTP transfer: libcurl refuses an "
                     "option or has no memory");
        transfer_free(t);
        return NULL;
    }
    return t;
}

void transfer_free(struct transfer *t)
{
    if (t == NULL)
        return;
    curl_easy_cleanup(t->easy);
    curl_url_cleanup(t->address);
    str_release(&t->url);
    str_release(&t->parsed);
    str_release(&t->body);
    str_release(&t->in);
    free(t);
}

/*
 * libcurl takes a URL apart for each transfer, which is a tenth of its work
 * on a reply from nearby; nearly always it is the last one again.  What it
 * cannot take apart it gets as text, to say so itself.
 */
static int set_url(struct transfer *t)
{
    CURLU *old = t->address;
    int bad = 0;

    if (t->parsed.len == t->url.len &&
        memcmp(t->parsed.s, t->url.s, t->url.len) == 0)
        return 0;
    str_clear(&t->parsed);
    t->address = curl_url();
    if (t->address == NULL)
        bad = -1;
    else if (curl_url_set(t->address, CURLUPART_URL, t->url.s, 0) !=
             CURLUE_OK) {
        curl_url_cleanup(t->address);
        t->address = NULL;
    } else {
        str_add(&t->parsed, t->url.s, t->url.len);
    }
    /* The text goes first: libcurl shows it where it has one. */
    bad |= curl_easy_setopt(t->easy, CURLOPT_URL,
                            t->address != NULL ? NULL : t->url.s);
    bad |= curl_easy_setopt(t->easy, CURLOPT_CURLU, t->address);
    curl_url_cleanup(old);
    return bad != 0 || str_failed(&t->parsed) ? -1 : 0;
}

int transfer_begin(struct transfer *t, CURLM *multi, struct curl_slist *headers,
                   bool fresh, struct err *err)
{
    bool tls = strncmp(t->url.s, "https:", 6) == 0;
    int bad = 0;

    str_clear(&t->in);
    hints_init(&t->hints);
    t->connected = t->headers = t->too_big = false;
    t->head_bytes = 0;
    t->expired = DEADLINE_NONE;
    t->started = t->sent = t->last_byte = *t->clock;
    t->error[0] = '\0';
    if (str_failed(&t->url) || str_failed(&t->body))
        return err_set(err, "the request is over %u MiB", REQUEST_MAX >> 20);
    bad |= set_url(t);
    bad |= curl_easy_setopt(t->easy, CURLOPT_HTTPHEADER, headers);
    bad |= curl_easy_setopt(t->easy, CURLOPT_POSTFIELDS, t->body.s);
    bad |= curl_easy_setopt(t->easy, CURLOPT_POSTFIELDSIZE_LARGE,
                            (curl_off_t)t->body.len);
    bad |= curl_easy_setopt(t->easy, CURLOPT_FRESH_CONNECT, (long)fresh);
    /* Over TLS a first connection may turn out to take a hundred streams. */
    bad |= curl_easy_setopt(t->easy, CURLOPT_PIPEWAIT, (long)tls);
    if (bad != 0 || curl_multi_add_handle(multi, t->easy) != CURLM_OK)
        return err_set(err, "libcurl does not take the request");
    return 0;
}

enum transfer_deadline transfer_expired(const struct transfer *t)
{
    const struct net_options *o = t->options;
    double now = *t->clock;

    if (now - t->started > o->total_timeout)
        return DEADLINE_TOTAL;
    if (!t->connected)
        return DEADLINE_NONE;
    if (!t->headers)
        return now - t->sent > o->first_byte_timeout ? DEADLINE_FIRST_BYTE
                                                     : DEADLINE_NONE;
    return now - t->last_byte > o->stall_timeout ? DEADLINE_STALL
                                                 : DEADLINE_NONE;
}

static size_t size_info(CURL *easy, CURLINFO what)
{
    curl_off_t n = 0;

    curl_easy_getinfo(easy, what, &n);
    return n > 0 ? (size_t)n : 0;
}

void transfer_end(struct transfer *t, CURLM *multi, CURLcode code)
{
    long status = 0, connects = 0, head = 0, sent = 0;

    curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(t->easy, CURLINFO_NUM_CONNECTS, &connects);
    curl_easy_getinfo(t->easy, CURLINFO_HEADER_SIZE, &head);
    curl_easy_getinfo(t->easy, CURLINFO_REQUEST_SIZE, &sent);
    t->bytes_in = size_info(t->easy, CURLINFO_SIZE_DOWNLOAD_T) + (size_t)head;
    t->bytes_out = (size_t)sent;
    t->code = code;
    t->status = (int)status;
    t->reused = connects == 0;
    t->ms = 1000 * (*t->clock - t->started);
    curl_multi_remove_handle(multi, t->easy);
}
