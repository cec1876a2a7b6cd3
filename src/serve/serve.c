/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * libmicrohttpd does the HTTP, with its own threads; a handler only reads the
 * builtin, so there is nothing to lock.  Where a fault or a latency makes
 * handlers sleep, each connection gets a thread of its own: sleepers must not
 * hold up the others.  They sleep on a condition, so that stopping wakes them.
 *
 * A request is hostile input like any other: bounded, parsed by base/json,
 * never echoed unescaped.
 */
#include "serve/serve.h"
#include "base/host.h"
#include "base/str.h"
#include "serve/chat.h"
#include "serve/counts.h"
#include "serve/misbehave.h"
#include "serve/send.h"

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#define BODY_MAX      (1u << 20)
#define BODY_PATIENCE (8 * BODY_MAX) /* then the connection is closed */
#define STALL_MS      5000
#define TRICKLE_MS    50
#define THREADS       2
#define CONNECTIONS   2048
#define IDLE_SEC      120

struct serve {
    struct MHD_Daemon *daemon;
    const struct builtin *builtin;
    struct faults *faults;
    struct counts counts;
    unsigned latency_ms;
    char *key;
    bool loopback;
    pthread_mutex_t lock; /* of `stopping` */
    pthread_cond_t stop;
    bool stopping;
};

/* Between the bytes of a slow reply. */
struct pause {
    struct serve *serve;
    unsigned ms;
    bool goes_on; /* else the connection is closed */
};

struct request {
    struct str body;
    size_t received;
    bool endless; /* by its length; it is not read */
    struct timespec arrived;
    struct pause pause;
};

/* --- faults --- */

/* Sleeps until `ms` after `from`; false when the server stops meanwhile. */
static bool sleep_from(struct serve *s, struct timespec from, unsigned ms)
{
    bool stopping;

    from.tv_sec += ms / 1000;
    from.tv_nsec += (long)(ms % 1000) * 1000000;
    if (from.tv_nsec >= 1000000000) {
        from.tv_sec++;
        from.tv_nsec -= 1000000000;
    }
    pthread_mutex_lock(&s->lock);
    while (!s->stopping &&
           pthread_cond_timedwait(&s->stop, &s->lock, &from) != ETIMEDOUT)
        ;
    stopping = s->stopping;
    pthread_mutex_unlock(&s->lock);
    return !stopping;
}

static bool pause_between(void *arg)
{
    struct pause *p = arg;
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return sleep_from(p->serve, now, p->ms) && p->goes_on;
}

/* --- routes --- */

typedef int completer(const struct builtin *, const char *, size_t,
                      struct str *, struct chat_error *);

static enum MHD_Result complete(struct serve *s, struct MHD_Connection *c,
                                struct request *r, completer *with)
{
    struct chat_error bad;
    enum MHD_Result out;
    struct str body;
    uint64_t variant;
    enum fault f;

    f = faults_draw(s->faults, r->body.s, r->body.len, &variant);
    if (s->latency_ms > 0 && !sleep_from(s, r->arrived, s->latency_ms))
        return MHD_NO;
    if (f != FAULTS)
        atomic_fetch_add(&s->counts.fault[f], 1);
    if (f == FAULT_STALL)
        sleep_from(s, r->arrived, STALL_MS);
    if (f != FAULTS && !misbehaves_in_reply(f))
        return misbehave(c, f, variant);
    str_init(&body, SEND_MAX);
    if (with(s->builtin, r->body.s, r->body.len, &body, &bad) != 0) {
        atomic_fetch_add(&s->counts.errors, 1);
        out = send_error(c, &bad, NULL, NULL);
    } else if (f != FAULTS) {
        if (f == FAULT_UTF8 || f == FAULT_TRICKLE)
            atomic_fetch_add(&s->counts.answers, 1);
        r->pause = (struct pause){s, f == FAULT_TRICKLE ? TRICKLE_MS : STALL_MS,
                                  f == FAULT_TRICKLE};
        out = misbehave_in_reply(c, f, &body, pause_between, &r->pause);
    } else {
        atomic_fetch_add(&s->counts.answers, 1);
        out = send_bytes(c, 200, "application/json", &body, NULL, NULL);
    }
    str_release(&body);
    return out;
}

static enum MHD_Result chat(struct serve *s, struct MHD_Connection *c,
                            struct request *r)
{
    return complete(s, c, r, chat_complete);
}

static enum MHD_Result text(struct serve *s, struct MHD_Connection *c,
                            struct request *r)
{
    return complete(s, c, r, chat_complete_text);
}

static enum MHD_Result moderation(struct serve *s, struct MHD_Connection *c,
                                  struct request *r)
{
    return complete(s, c, r, chat_moderate);
}

static enum MHD_Result embedding(struct serve *s, struct MHD_Connection *c,
                                 struct request *r)
{
    return complete(s, c, r, chat_embed);
}

static enum MHD_Result models(struct serve *s, struct MHD_Connection *c,
                              struct request *r)
{
    struct str body;
    enum MHD_Result out;

    (void)s;
    (void)r;
    str_init(&body, SEND_MAX);
    chat_models(&body);
    out = send_bytes(c, 200, "application/json", &body, NULL, NULL);
    str_release(&body);
    return out;
}

static enum MHD_Result health(struct serve *s, struct MHD_Connection *c,
                              struct request *r)
{
    (void)s;
    (void)r;
    return send_text(c, 200, "application/json", "{\"status\":\"ok\"}");
}

static enum MHD_Result metrics(struct serve *s, struct MHD_Connection *c,
                               struct request *r)
{
    struct str body;
    enum MHD_Result out;

    (void)r;
    str_init(&body, SEND_MAX);
    counts_print(&s->counts, &body);
    out = send_bytes(c, 200, "text/plain; version=0.0.4", &body, NULL, NULL);
    str_release(&body);
    return out;
}

static const struct route {
    const char *path, *method;
    bool open; /* needs no key */
    enum MHD_Result (*answer)(struct serve *, struct MHD_Connection *,
                              struct request *);
} routes[] = {
    {"/v1/chat/completions", "POST", false, chat},
    {"/v1/completions", "POST", false, text},
    {"/v1/moderations", "POST", false, moderation},
    {"/v1/embeddings", "POST", false, embedding},
    {"/v1/models", "GET", false, models},
    {"/health", "GET", true, health},
    {"/metrics", "GET", true, metrics},
};

static const char *header(struct MHD_Connection *c, const char *name)
{
    return MHD_lookup_connection_value(c, MHD_HEADER_KIND, name);
}

/* Compares every byte, so that the time tells nothing about the key. */
static bool has_key(const struct serve *s, const char *given)
{
    size_t n, len, i;
    unsigned differ;

    if (s->key == NULL)
        return true;
    if (given == NULL || strncasecmp(given, "Bearer ", 7) != 0)
        return false;
    given += 7;
    n = strlen(given);
    len = strlen(s->key);
    differ = n != len;
    for (i = 0; i < n; i++)
        differ |=
            (unsigned char)given[i] ^ (unsigned char)s->key[i < len ? i : len];
    return differ == 0;
}

static enum MHD_Result wrong_method(struct MHD_Connection *c,
                                    const struct route *r)
{
    struct chat_error e = {.status = 405, .type = "invalid_request_error"};

    err_set(&e.message, "%s takes %s.", r->path, r->method);
    return send_error(c, &e, "Allow", r->method);
}

static enum MHD_Result answer(struct serve *s, struct MHD_Connection *c,
                              const char *path, const char *method,
                              struct request *r)
{
    static const char invalid[] = "invalid_request_error";
    const struct route *to = NULL;
    size_t i;

    if (s->loopback && !host_is_loopback(header(c, "Host")))
        return send_refusal(
            c, 421, invalid, NULL,
            "This server answers to localhost only; send a Host "
            "header that says so.");
    for (i = 0; i < sizeof(routes) / sizeof(*routes); i++)
        if (strcmp(path, routes[i].path) == 0)
            to = &routes[i];
    if ((to == NULL || !to->open) && !has_key(s, header(c, "Authorization")))
        return send_refusal(
            c, 401, "authentication_error", "invalid_api_key",
            "Incorrect API key provided; send the server's as a "
            "bearer token.");
    if (to == NULL)
        return send_refusal(c, 404, invalid, NULL,
                            "There are /v1/models, /v1/chat/completions, "
                            "/v1/completions, /v1/embeddings, "
                            "/v1/moderations, /health and /metrics.");
    if (strcmp(method, to->method) != 0)
        return wrong_method(c, to);
    if (r->endless || str_failed(&r->body))
        return send_refusal(c, 413, invalid, NULL,
                            "The request is larger than 1 MiB.");
    return to->answer(s, c, r);
}

/* More than we would read to the end. */
static bool is_endless(struct MHD_Connection *c)
{
    const char *length = header(c, "Content-Length");

    return length != NULL && strtoull(length, NULL, 10) > BODY_PATIENCE;
}

/* libmicrohttpd calls this once for the headers, then for the body's pieces,
 * then with no piece at the end. */
static enum MHD_Result handle(void *cls, struct MHD_Connection *c,
                              const char *path, const char *method,
                              const char *version, const char *data,
                              size_t *size, void **state)
{
    struct request *r = *state;

    (void)version;
    if (r == NULL) {
        r = calloc(1, sizeof(*r));
        if (r == NULL)
            return MHD_NO;
        str_init(&r->body, BODY_MAX);
        clock_gettime(CLOCK_MONOTONIC, &r->arrived);
        *state = r;
        r->endless = is_endless(c);
        return r->endless ? answer(cls, c, path, method, r) : MHD_YES;
    }
    if (*size > 0) {
        str_add(&r->body, data, *size);
        r->received += *size;
        *size = 0;
        return r->received <= BODY_PATIENCE ? MHD_YES : MHD_NO;
    }
    return answer(cls, c, path, method, r);
}

static void completed(void *cls, struct MHD_Connection *c, void **state,
                      enum MHD_RequestTerminationCode why)
{
    struct request *r = *state;

    (void)cls;
    (void)c;
    (void)why;
    if (r != NULL)
        str_release(&r->body);
    free(r);
    *state = NULL;
}

/* --- lifetime --- */

static int listen_at(struct serve *s, const struct serve_options *o,
                     struct err *err)
{
    struct sockaddr_in a = {.sin_family = AF_INET};
    bool sleeps = o->faults.latency_ms > 0 || o->faults.rate[FAULT_STALL] > 0 ||
                  o->faults.rate[FAULT_HALF] > 0 ||
                  o->faults.rate[FAULT_TRICKLE] > 0;
    unsigned flags =
        MHD_USE_INTERNAL_POLLING_THREAD |
        (sleeps ? MHD_USE_THREAD_PER_CONNECTION | MHD_USE_POLL : MHD_USE_AUTO);
    struct MHD_OptionItem pool[] = {
        {MHD_OPTION_THREAD_POOL_SIZE, THREADS, NULL},
        {MHD_OPTION_END, 0, NULL}};

    a.sin_port = htons((uint16_t)o->port);
    if (o->port > 65535 || inet_pton(AF_INET, o->bind, &a.sin_addr) != 1)
        return err_set(err, "%s port %u is not an IPv4 address and port",
                       o->bind, o->port);
    s->loopback = ntohl(a.sin_addr.s_addr) >> 24 == 127;
    errno = 0;
    s->daemon = MHD_start_daemon(
        flags, 0, NULL, NULL, handle, s, MHD_OPTION_SOCK_ADDR, &a,
        MHD_OPTION_NOTIFY_COMPLETED, completed, NULL,
        MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS,
        MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_SEC, MHD_OPTION_ARRAY,
        sleeps ? &pool[1] : pool, MHD_OPTION_END);
    if (s->daemon == NULL)
        return err_set(err, "cannot listen at %s port %u: %s", o->bind, o->port,
                       errno != 0 ? strerror(errno) : "the server failed");
    return 0;
}

static void init_stop(struct serve *s)
{
    pthread_condattr_t attr;

    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&s->stop, &attr);
    pthread_condattr_destroy(&attr);
    pthread_mutex_init(&s->lock, NULL);
}

struct serve *serve_start(const struct serve_options *options,
                          const struct builtin *builtin, struct err *err)
{
    struct serve *s = calloc(1, sizeof(*s));
    int failed;

    if (s == NULL) {
        err_nomem(err);
        return NULL;
    }
    init_stop(s);
    s->builtin = builtin;
    s->latency_ms = options->faults.latency_ms;
    s->faults = faults_new(&options->faults, options->seed);
    s->key = options->key != NULL ? strdup(options->key) : NULL;
    if (s->faults == NULL || (options->key != NULL && s->key == NULL))
        failed = err_nomem(err);
    else
        failed = listen_at(s, options, err);
    if (failed) {
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
    pthread_mutex_lock(&s->lock);
    s->stopping = true;
    pthread_cond_broadcast(&s->stop);
    pthread_mutex_unlock(&s->lock);
    if (s->daemon != NULL)
        MHD_stop_daemon(s->daemon);
    pthread_cond_destroy(&s->stop);
    pthread_mutex_destroy(&s->lock);
    faults_free(s->faults);
    free(s->key);
    free(s);
}

const char *serve_library(void)
{
    return MHD_get_version();
}
