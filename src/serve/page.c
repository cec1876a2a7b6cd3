/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The lock is held for as long as it takes to put up another text, or to copy
 * it, so a slow reader holds up nobody: libmicrohttpd sends its own copy.
 */
#include "serve/page.h"
#include "base/host.h"
#include "base/str.h"
#include "serve/send.h"

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#define CONNECTIONS 16
#define IDLE_SEC    10

struct page {
    struct MHD_Daemon *daemon;
    const char *path, *type;
    pthread_mutex_t lock; /* of what follows */
    struct str text;
};

static enum MHD_Result send_page(struct page *p, struct MHD_Connection *c)
{
    enum MHD_Result out;

    pthread_mutex_lock(&p->lock);
    out = send_bytes(c, 200, p->type, &p->text, NULL, NULL);
    pthread_mutex_unlock(&p->lock);
    return out;
}

static bool reads(const char *method)
{
    return strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0;
}

static enum MHD_Result answer(struct page *p, struct MHD_Connection *c,
                              const char *path, const char *method)
{
    if (!host_is_loopback(
            MHD_lookup_connection_value(c, MHD_HEADER_KIND, "Host")))
        return send_text(c, 421, "text/plain",
                         "this server answers to localhost only\n");
    if (strcmp(path, p->path) != 0)
        return send_text(c, 404, "text/plain", "there is nothing here\n");
    if (!reads(method))
        return send_text(c, 405, "text/plain", "it can only be read\n");
    return send_page(p, c);
}

/* What does not read is answered before its body, of which nothing is taken. */
static enum MHD_Result handle(void *cls, struct MHD_Connection *c,
                              const char *path, const char *method,
                              const char *version, const char *data,
                              size_t *size, void **state)
{
    static int begun;

    (void)version;
    (void)data;
    if (*state == NULL) {
        *state = &begun;
        return reads(method) ? MHD_YES : answer(cls, c, path, method);
    }
    if (*size > 0)
        return MHD_NO; /* nothing is taken from a stranger */
    return answer(cls, c, path, method);
}

/* Signals are for the thread that started us. */
static struct MHD_Daemon *start_daemon(struct page *p, unsigned port)
{
    struct sockaddr_in a = {.sin_family = AF_INET,
                            .sin_port = htons((uint16_t)port),
                            .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct MHD_Daemon *d;
    sigset_t all, before;

    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    d = MHD_start_daemon(MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_AUTO, 0,
                         NULL, NULL, handle, p, MHD_OPTION_SOCK_ADDR, &a,
                         MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS,
                         MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_SEC,
                         MHD_OPTION_END);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return d;
}

struct page *page_start(unsigned port, const char *path, const char *type,
                        struct err *err)
{
    struct page *p = calloc(1, sizeof(*p));

    if (p == NULL) {
        err_nomem(err);
        return NULL;
    }
    str_init(&p->text, SEND_MAX);
    p->path = path;
    p->type = type;
    pthread_mutex_init(&p->lock, NULL);
    errno = 0;
    p->daemon = start_daemon(p, port);
    if (p->daemon == NULL) {
        err_set(err, "cannot listen at 127.0.0.1 port %u: %s", port,
                errno != 0 ? strerror(errno) : "the server failed");
        page_stop(p);
        return NULL;
    }
    return p;
}

unsigned page_port(const struct page *p)
{
    return MHD_get_daemon_info(p->daemon, MHD_DAEMON_INFO_BIND_PORT)->port;
}

void page_set(struct page *p, const char *text, size_t len)
{
    struct str copy;

    str_init(&copy, SEND_MAX);
    str_add(&copy, text, len);
    if (!str_failed(&copy)) {
        struct str old;

        pthread_mutex_lock(&p->lock);
        old = p->text;
        p->text = copy;
        pthread_mutex_unlock(&p->lock);
        copy = old;
    }
    str_release(&copy);
}

void page_stop(struct page *p)
{
    if (p == NULL)
        return;
    if (p->daemon != NULL)
        MHD_stop_daemon(p->daemon);
    pthread_mutex_destroy(&p->lock);
    str_release(&p->text);
    free(p);
}
