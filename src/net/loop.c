/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The socket interface of libcurl over epoll, not its poll() interface.
 *
 * curl_multi_perform() looks at every transfer in each turn, and asks the
 * kernel about most of them with a system call; with a thousand calls in
 * flight that wait for a model that is most of what it does.  Here a turn
 * costs what is ready.  Measured with tests/bench/http on two cores: at
 * 1,024 in flight and 200 ms a bare client over epoll needs half the CPU
 * time of one over poll() (0.04 and 0.08 s for 1,000 calls); without latency,
 * where all are always ready, they are even.
 *
 * They are even only because descriptors stay registered: libcurl drops its
 * interest in a socket between two calls on a kept connection, and obeying
 * that would cost two system calls for each.  So interest is taken back when
 * an event comes that nobody wants, and the record of a descriptor is wiped
 * when libcurl closes it, since the next connection may get its number.
 */
#include "net/loop.h"
#include "base/now.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#define EVENTS 128 /* a turn; what is left comes in the next */

struct interest {
    unsigned char kept; /* what epoll was told: CURL_POLL_IN | CURL_POLL_OUT */
    unsigned char wanted; /* by libcurl, now */
};

struct loop {
    CURLM *multi;
    int epoll;
    double now;
    double timer;         /* when libcurl wants to be called; INFINITY: not */
    struct interest *fds; /* by descriptor */
    size_t nfds;
    bool unwatched; /* a descriptor could not be added to epoll */
};

static struct interest *interest_of(struct loop *l, curl_socket_t fd)
{
    size_t n = l->nfds > 0 ? l->nfds : 64;
    struct interest *more;

    if ((size_t)fd < l->nfds)
        return &l->fds[fd];
    while (n <= (size_t)fd)
        n *= 2;
    more = realloc(l->fds, n * sizeof(*more));
    if (more == NULL)
        return NULL;
    memset(more + l->nfds, 0, (n - l->nfds) * sizeof(*more));
    l->fds = more;
    l->nfds = n;
    return &l->fds[fd];
}

static int watch(struct loop *l, curl_socket_t fd, struct interest *i)
{
    struct epoll_event e = {.data.fd = fd};

    if (i->kept == i->wanted)
        return 0;
    e.events = (i->wanted & CURL_POLL_IN ? EPOLLIN : 0u) |
               (i->wanted & CURL_POLL_OUT ? EPOLLOUT : 0u);
    if (epoll_ctl(l->epoll, i->kept != 0 ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd,
                  &e) != 0)
        return -1;
    i->kept = i->wanted;
    return 0;
}

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *arg,
                     void *unused)
{
    struct loop *l = arg;
    struct interest *i = interest_of(l, fd);

    (void)easy, (void)unused;
    if (i == NULL) {
        l->unwatched = true;
        return -1;
    }
    i->wanted = what == CURL_POLL_REMOVE ? 0 : (unsigned char)(what & 3);
    if (i->wanted != 0 && watch(l, fd, i) != 0) {
        l->unwatched = true;
        return -1;
    }
    return 0;
}

static int on_timer(CURLM *multi, long ms, void *arg)
{
    struct loop *l = arg;

    (void)multi;
    l->timer = ms < 0    ? INFINITY
               : ms == 0 ? 0 /* in this turn */
                         : now_seconds() + 1e-3 * (double)ms;
    return 0;
}

/* The kernel forgets a closed descriptor, and so must we. */
static int on_close(void *arg, curl_socket_t fd)
{
    struct loop *l = arg;

    if ((size_t)fd < l->nfds)
        memset(&l->fds[fd], 0, sizeof(l->fds[fd]));
    return close(fd);
}

struct loop *loop_new(long connections_kept, struct err *err)
{
    struct loop *l = calloc(1, sizeof(*l));

    if (l == NULL) {
        err_nomem(err);
        return NULL;
    }
    l->now = now_seconds();
    l->timer = INFINITY;
    l->epoll = epoll_create1(EPOLL_CLOEXEC);
    l->multi = curl_multi_init();
    if (l->epoll < 0 || l->multi == NULL) {
        err_set(err, "cannot set up the network: %s", strerror(errno));
        loop_free(l);
        return NULL;
    }
    curl_multi_setopt(l->multi, CURLMOPT_MAXCONNECTS, connections_kept);
    curl_multi_setopt(l->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
    curl_multi_setopt(l->multi, CURLMOPT_SOCKETDATA, l);
    curl_multi_setopt(l->multi, CURLMOPT_TIMERFUNCTION, on_timer);
    curl_multi_setopt(l->multi, CURLMOPT_TIMERDATA, l);
    return l;
}

void loop_free(struct loop *l)
{
    if (l == NULL)
        return;
    curl_multi_cleanup(l->multi); /* closes, and so calls on_close() */
    if (l->epoll >= 0)
        close(l->epoll);
    free(l->fds);
    free(l);
}

CURLM *loop_multi(struct loop *l)
{
    return l->multi;
}

void loop_tick(struct loop *l)
{
    l->now = now_seconds();
}

const double *loop_clock(const struct loop *l)
{
    return &l->now;
}

int loop_prepare(struct loop *l, CURL *easy)
{
    return curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, on_close) !=
                       CURLE_OK ||
                   curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, l) !=
                       CURLE_OK
               ? -1
               : 0;
}

/* --- the turn --- */

static int failed(CURLMcode rc, struct err *err)
{
    return err_set(err, "libcurl failed: %s", curl_multi_strerror(rc));
}

static CURLMcode act(struct loop *l, const struct epoll_event *e)
{
    struct interest *i = &l->fds[e->data.fd];
    int mask = 0, running;

    if (i->wanted == 0) { /* an idle connection: closed by the other side */
        epoll_ctl(l->epoll, EPOLL_CTL_DEL, e->data.fd, NULL);
        i->kept = 0;
        return CURLM_OK;
    }
    if (e->events & (EPOLLIN | EPOLLHUP))
        mask |= CURL_CSELECT_IN;
    if (e->events & EPOLLOUT)
        mask |= CURL_CSELECT_OUT;
    if (e->events & EPOLLERR)
        mask |= CURL_CSELECT_ERR;
    return curl_multi_socket_action(l->multi, e->data.fd, mask, &running);
}

static CURLMcode run_timer(struct loop *l)
{
    int running;

    if (l->timer > l->now)
        return CURLM_OK;
    l->timer = INFINITY;
    return curl_multi_socket_action(l->multi, CURL_SOCKET_TIMEOUT, 0, &running);
}

int loop_start(struct loop *l, struct err *err)
{
    CURLMcode rc = run_timer(l);

    return rc == CURLM_OK ? 0 : failed(rc, err);
}

static int wait_ms(const struct loop *l, int timeout_ms)
{
    double left = ceil(1000 * (l->timer - l->now));

    if (left < timeout_ms)
        timeout_ms = left > 0 ? (int)left : 0;
    return timeout_ms;
}

int loop_turn(struct loop *l, int timeout_ms, struct err *err)
{
    struct epoll_event events[EVENTS];
    CURLMcode rc = CURLM_OK;
    int n, k;

    n = epoll_wait(l->epoll, events, EVENTS, wait_ms(l, timeout_ms));
    if (n < 0 && errno != EINTR)
        return err_set(err, "cannot wait for the network: %s", strerror(errno));
    loop_tick(l);
    for (k = 0; k < n && rc == CURLM_OK; k++)
        rc = act(l, &events[k]);
    if (rc == CURLM_OK)
        rc = run_timer(l);
    if (rc != CURLM_OK)
        return failed(rc, err);
    if (l->unwatched)
        return err_set(err, "cannot watch a connection: out of memory or of "
                            "what the kernel lets a program watch");
    return 0;
}

CURL *loop_done(struct loop *l, CURLcode *code)
{
    CURLMsg *m;
    int left;

    while ((m = curl_multi_info_read(l->multi, &left)) != NULL) {
        if (m->msg != CURLMSG_DONE)
            continue;
        *code = m->data.result;
        return m->easy_handle;
    }
    return NULL;
}
