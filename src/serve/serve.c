/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * libmicrohttpd does the HTTP, with its own threads; a handler only reads the
 * builtin, so there is nothing to lock.  A request is hostile input like any
 * other: bounded, parsed by base/json, never echoed unescaped.
 */
#include "serve/serve.h"
#include "base/json.h"
#include "base/rng.h"
#include "base/str.h"
#include "serve/chat.h"

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define BODY_MAX  (1u << 20)
#define STALL_SEC 5

struct serve {
    struct MHD_Daemon *daemon;
    const struct builtin *builtin;
    struct serve_faults faults;
    char *key;
    bool loopback;
    uint64_t seed;
    atomic_uint_fast64_t requests;
};

static const char *const fault_names[FAULTS] = {
    [FAULT_429] = "429",         [FAULT_500] = "500",     [FAULT_502] = "502",
    [FAULT_503] = "503",         [FAULT_529] = "529",     [FAULT_HTML] = "html",
    [FAULT_GARBAGE] = "garbage", [FAULT_EMPTY] = "empty", [FAULT_CUT] = "cut",
    [FAULT_STALL] = "stall",
};

static int parse_fault(const char *name, size_t len, double value,
                       struct serve_faults *out, struct err *err)
{
    int f;

    if (len == 7 && memcmp(name, "latency", 7) == 0) {
        if (!(value >= 0 && value <= 60000))
            return err_set(err, "latency is 0 to 60000 milliseconds");
        out->latency_ms = (unsigned)value;
        return 0;
    }
    for (f = 0; f < FAULTS; f++) {
        if (strlen(fault_names[f]) != len ||
            memcmp(fault_names[f], name, len) != 0)
            continue;
        if (!(value >= 0 && value <= 1))
            return err_set(err, "the rate of fault %s is 0 to 1",
                           fault_names[f]);
        out->rate[f] = value;
        return 0;
    }
    return err_set(err,
                   "unknown fault \"%.*s\"; known: 429, 500, 502, 503, 529, "
                   "html, garbage, empty, cut, stall, latency",
                   (int)len, name);
}

int serve_faults_parse(const char *text, struct serve_faults *out,
                       struct err *err)
{
    const char *p = text, *equals;
    double value;
    char *end;

    memset(out, 0, sizeof(*out));
    while (*p != '\0') {
        equals = strchr(p, '=');
        if (equals == NULL)
            return err_set(err, "faults are written NAME=RATE,NAME=RATE: %s",
                           p);
        value = strtod(equals + 1, &end);
        if (end == equals + 1 || (*end != ',' && *end != '\0'))
            return err_set(err, "\"%s\" is not a number", equals + 1);
        if (parse_fault(p, (size_t)(equals - p), value, out, err) != 0)
            return -1;
        p = *end == ',' ? end + 1 : end;
    }
    return 0;
}

/* --- replies
 * -------------------------------------------------------------------- */

static enum MHD_Result reply(struct MHD_Connection *c, unsigned status,
                             const char *type, const char *body, size_t len,
                             const char *extra, const char *value)
{
    struct MHD_Response *r = MHD_create_response_from_buffer(
        len, (void *)(size_t)body, MHD_RESPMEM_MUST_COPY);
    enum MHD_Result out;

    if (r == NULL)
        return MHD_NO;
    MHD_add_response_header(r, "Content-Type", type);
    if (extra != NULL)
        MHD_add_response_header(r, extra, value);
    out = MHD_queue_response(c, status, r);
    MHD_destroy_response(r);
    return out;
}

static enum MHD_Result reply_error(struct MHD_Connection *c, unsigned status,
                                   const char *type, const char *message,
                                   const char *extra, const char *value)
{
    struct str body;
    enum MHD_Result out;

    str_init(&body, 1 << 16);
    str_adds(&body, "{\"error\":{\"message\":");
    json_quote(message, strlen(message), &body);
    str_addf(&body, ",\"type\":\"%s\",\"param\":null,\"code\":null}}", type);
    out = reply(c, status, "application/json", body.s, body.len, extra, value);
    str_release(&body);
    return out;
}

static void pause_ms(unsigned ms)
{
    struct timespec t = {ms / 1000, (long)(ms % 1000) * 1000000};

    nanosleep(&t, NULL);
}

struct half {
    char *text;
    size_t len;
};

static ssize_t read_half(void *cls, uint64_t pos, char *buf, size_t max)
{
    struct half *h = cls;
    size_t n;

    if (pos >= h->len)
        return MHD_CONTENT_READER_END_WITH_ERROR;
    n = h->len - (size_t)pos < max ? h->len - (size_t)pos : max;
    memcpy(buf, h->text + pos, n);
    return (ssize_t)n;
}

static void free_half(void *cls)
{
    struct half *h = cls;

    free(h->text);
    free(h);
}

/* Promises the whole body, delivers half of it. */
static enum MHD_Result reply_cut(struct MHD_Connection *c,
                                 const struct str *body)
{
    struct half *h = malloc(sizeof(*h));
    struct MHD_Response *r;
    enum MHD_Result out;

    if (h == NULL)
        return MHD_NO;
    h->len = body->len / 2;
    h->text = str_dup(body->s, h->len);
    r = h->text != NULL ? MHD_create_response_from_callback(
                              body->len, 4096, read_half, h, free_half)
                        : NULL;
    if (r == NULL) {
        free_half(h);
        return MHD_NO;
    }
    MHD_add_response_header(r, "Content-Type", "application/json");
    out = MHD_queue_response(c, MHD_HTTP_OK, r);
    MHD_destroy_response(r);
    return out;
}

/* Which fault this request meets; FAULTS for none. */
static enum fault draw_fault(struct serve *s)
{
    uint64_t n = atomic_fetch_add(&s->requests, 1);
    struct rng r = rng_for(s->seed, n, "fault");
    double x = rng_unit(&r);
    int f;

    for (f = 0; f < FAULTS; f++) {
        if (x < s->faults.rate[f])
            return (enum fault)f;
        x -= s->faults.rate[f];
    }
    return FAULTS;
}

static enum MHD_Result reply_fault(struct MHD_Connection *c, enum fault f,
                                   const struct str *body)
{
    static const char html[] = "<html><body>Please log in</body></html>";

    switch (f) {
    case FAULT_429:
        return reply_error(c, 429, "rate_limit_error", "Slow down.",
                           "Retry-After", "0");
    case FAULT_500:
        return reply_error(c, 500, "server_error", "Something broke.", NULL,
                           NULL);
    case FAULT_502:
        return reply(c, 502, "text/html", html, sizeof(html) - 1, NULL, NULL);
    case FAULT_503:
        return reply_error(c, 503, "server_error", "Overloaded.", NULL, NULL);
    case FAULT_529:
        return reply_error(c, 529, "overloaded_error", "Overloaded.", NULL,
                           NULL);
    case FAULT_HTML:
        return reply(c, 200, "text/html", html, sizeof(html) - 1, NULL, NULL);
    case FAULT_GARBAGE:
        return reply(c, 200, "application/json", "{\"choices\":[{", 13, NULL,
                     NULL);
    case FAULT_CUT:
        return reply_cut(c, body);
    case FAULT_STALL:
        pause_ms(STALL_SEC * 1000);
        return MHD_NO;
    default:
        return MHD_NO;
    }
}

/* --- requests
 * -------------------------------------------------------------------- */

static bool host_is_local(const char *host)
{
    static const char *const names[] = {"127.0.0.1", "localhost", "[::1]",
                                        NULL};
    size_t i, n;

    for (i = 0; host != NULL && names[i] != NULL; i++) {
        n = strlen(names[i]);
        if (strncmp(host, names[i], n) == 0 &&
            (host[n] == '\0' || host[n] == ':'))
            return true;
    }
    return false;
}

static bool authorised(const struct serve *s, struct MHD_Connection *c)
{
    const char *h =
        MHD_lookup_connection_value(c, MHD_HEADER_KIND, "Authorization");

    return s->key == NULL || (h != NULL && strncmp(h, "Bearer ", 7) == 0 &&
                              strcmp(h + 7, s->key) == 0);
}

static enum MHD_Result chat(struct serve *s, struct MHD_Connection *c,
                            const struct str *request)
{
    enum fault f = draw_fault(s);
    enum MHD_Result out;
    struct err err = {""};
    struct str body;

    if (s->faults.latency_ms > 0)
        pause_ms(s->faults.latency_ms);
    if (f != FAULTS && f != FAULT_CUT)
        return reply_fault(c, f, NULL);
    str_init(&body, 8u << 20);
    if (chat_complete(s->builtin, request->s, request->len, &body, &err) != 0)
        out =
            reply_error(c, 400, "invalid_request_error", err.text, NULL, NULL);
    else if (f == FAULT_CUT)
        out = reply_fault(c, f, &body);
    else
        out = reply(c, 200, "application/json", body.s, body.len, NULL, NULL);
    str_release(&body);
    return out;
}

static enum MHD_Result answer(struct serve *s, struct MHD_Connection *c,
                              const char *url, const char *method,
                              const struct str *request)
{
    enum MHD_Result out;
    struct str body;

    if (s->loopback &&
        !host_is_local(MHD_lookup_connection_value(c, MHD_HEADER_KIND, "Host")))
        return reply_error(c, 421, "invalid_request_error",
                           "This server answers to localhost only.", NULL,
                           NULL);
    if (strcmp(url, "/health") == 0)
        return reply(c, 200, "application/json", "{\"status\":\"ok\"}", 15,
                     NULL, NULL);
    if (!authorised(s, c))
        return reply_error(c, 401, "authentication_error",
                           "Incorrect API key provided.", NULL, NULL);
    if (str_failed(request))
        return reply_error(c, 413, "invalid_request_error",
                           "The request is larger than 1 MiB.", NULL, NULL);
    if (strcmp(url, "/v1/models") == 0 && strcmp(method, "GET") == 0) {
        str_init(&body, 1 << 16);
        chat_models(&body);
        out = reply(c, 200, "application/json", body.s, body.len, NULL, NULL);
        str_release(&body);
        return out;
    }
    if (strcmp(url, "/v1/chat/completions") != 0)
        return reply_error(c, 404, "invalid_request_error",
                           "There are /v1/models and /v1/chat/completions.",
                           NULL, NULL);
    if (strcmp(method, "POST") != 0)
        return reply_error(c, 405, "invalid_request_error", "Use POST.",
                           "Allow", "POST");
    return chat(s, c, request);
}

static enum MHD_Result handle(void *cls, struct MHD_Connection *c,
                              const char *url, const char *method,
                              const char *version, const char *data,
                              size_t *size, void **state)
{
    struct str *request = *state;

    (void)version;
    if (request == NULL) {
        request = malloc(sizeof(*request));
        if (request == NULL)
            return MHD_NO;
        str_init(request, BODY_MAX);
        *state = request;
        return MHD_YES;
    }
    if (*size > 0) {
        str_add(request, data, *size);
        *size = 0;
        return MHD_YES;
    }
    return answer(cls, c, url, method, request);
}

static void completed(void *cls, struct MHD_Connection *c, void **state,
                      enum MHD_RequestTerminationCode why)
{
    struct str *request = *state;

    (void)cls;
    (void)c;
    (void)why;
    if (request != NULL) {
        str_release(request);
        free(request);
    }
}

/* --- lifetime
 * ---------------------------------------------------------------------- */

static int listen_at(struct serve *s, const struct serve_options *o,
                     struct err *err)
{
    struct sockaddr_in a = {.sin_family = AF_INET};
    unsigned flags = MHD_USE_INTERNAL_POLLING_THREAD;
    bool sleeps = o->faults.latency_ms > 0 || o->faults.rate[FAULT_STALL] > 0;
    struct MHD_OptionItem pool[] = {
        {MHD_OPTION_THREAD_POOL_SIZE, sleeps ? 0 : 2, NULL},
        {MHD_OPTION_END, 0, NULL}};

    a.sin_port = htons((uint16_t)o->port);
    if (o->port > 65535 || inet_pton(AF_INET, o->bind, &a.sin_addr) != 1)
        return err_set(err, "%s port %u is not an IPv4 address and port",
                       o->bind, o->port);
    s->loopback = (ntohl(a.sin_addr.s_addr) >> 24) == 127;
    /* Who sleeps must not hold up the others. */
    flags |=
        sleeps ? MHD_USE_THREAD_PER_CONNECTION | MHD_USE_POLL : MHD_USE_AUTO;
    s->daemon = MHD_start_daemon(
        flags, 0, NULL, NULL, handle, s, MHD_OPTION_SOCK_ADDR, &a,
        MHD_OPTION_NOTIFY_COMPLETED, completed, NULL,
        MHD_OPTION_CONNECTION_LIMIT, 2048u, MHD_OPTION_CONNECTION_TIMEOUT, 120u,
        MHD_OPTION_ARRAY, sleeps ? &pool[1] : pool, MHD_OPTION_END);
    if (s->daemon == NULL)
        return err_set(err, "cannot listen at %s port %u: %s", o->bind, o->port,
                       strerror(errno));
    return 0;
}

struct serve *serve_start(const struct serve_options *options,
                          const struct builtin *builtin, struct err *err)
{
    struct serve *s = calloc(1, sizeof(*s));

    if (s == NULL) {
        err_nomem(err);
        return NULL;
    }
    s->builtin = builtin;
    s->faults = options->faults;
    s->seed = options->seed;
    s->key = options->key != NULL ? strdup(options->key) : NULL;
    if (listen_at(s, options, err) != 0) {
        serve_stop(s);
        return NULL;
    }
    return s;
}

unsigned serve_port(const struct serve *s)
{
    return MHD_get_daemon_info(s->daemon, MHD_DAEMON_INFO_BIND_PORT)->port;
}

void serve_stop(struct serve *s)
{
    if (s == NULL)
        return;
    if (s->daemon != NULL)
        MHD_stop_daemon(s->daemon);
    free(s->key);
    free(s);
}
