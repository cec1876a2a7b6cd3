/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A server that costs next to nothing: one thread, epoll, one fixed reply,
 * no parsing but for the end of the request.  Latencies are all equal, so
 * what waits is a queue, its head always the next one due.
 */
#include "bench_http.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define CONNS    8192
#define REQUEST  16384
#define EVENTS   512
#define SENTENCE "The concept graph is walked from a trigger to a setting. "
#define FIVE     SENTENCE SENTENCE SENTENCE SENTENCE SENTENCE

const char *const STUB_BODY =
    "{\"id\":\"chatcmpl-0123456789\",\"object\":\"chat.completion\","
    "\"created\":1700000000,\"model\":\"stub-1\",\"choices\":[{\"index\":0,"
    "\"message\":{\"role\":\"assistant\",\"content\":\"" FIVE FIVE FIVE
    "\",\"refusal\":null},\"logprobs\":null,\"finish_reason\":\"stop\"}],"
    "\"usage\":{\"prompt_tokens\":40,\"completion_tokens\":200,"
    "\"total_tokens\":240}}";

struct conn {
    size_t len;
    char in[REQUEST];
};

struct due {
    int fd;
    double at;
};

static struct conn *conns[CONNS]; /* by descriptor */
static struct due waiting[CONNS]; /* a ring; one a connection at most */
static size_t first, last;
static char reply[4096];
static size_t reply_len;

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

int stub_listen(unsigned *port)
{
    struct sockaddr_in a = {.sin_family = AF_INET};
    socklen_t len = sizeof(a);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);

    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof(a)) != 0 ||
        listen(fd, 4096) != 0 ||
        getsockname(fd, (struct sockaddr *)&a, &len) != 0)
        return -1;
    *port = ntohs(a.sin_port);
    return fd;
}

static void hang_up(int fd)
{
    free(conns[fd]);
    conns[fd] = NULL;
    close(fd);
}

static void answer(int fd)
{
    if (conns[fd] != NULL &&
        send(fd, reply, reply_len, MSG_NOSIGNAL) != (ssize_t)reply_len)
        hang_up(fd);
}

static void accept_all(int listener, int ep)
{
    int fd, one = 1;

    while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
        struct epoll_event e = {.events = EPOLLIN, .data.fd = fd};

        if (fd >= CONNS || (conns[fd] = malloc(sizeof(struct conn))) == NULL) {
            close(fd);
            continue;
        }
        conns[fd]->len = 0;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
        epoll_ctl(ep, EPOLL_CTL_ADD, fd, &e);
    }
}

static bool whole(const struct conn *c)
{
    const char *end = strstr(c->in, "\r\n\r\n");
    const char *len = strcasestr(c->in, "content-length:");

    return end != NULL && len != NULL &&
           c->len >= (size_t)(end + 4 - c->in) + strtoul(len + 15, NULL, 10);
}

/* True when a request is complete. */
static bool receive(int fd)
{
    struct conn *c = conns[fd];
    ssize_t n = recv(fd, c->in + c->len, REQUEST - 1 - c->len, 0);

    if (n <= 0) {
        hang_up(fd);
        return false;
    }
    c->len += (size_t)n;
    c->in[c->len] = '\0';
    if (!whole(c))
        return false;
    c->len = 0;
    return true;
}

static int wait_for(int ep, struct epoll_event *events)
{
    struct timespec t;
    double left;

    if (first == last)
        return epoll_wait(ep, events, EVENTS, -1);
    left = waiting[first % CONNS].at - now();
    if (left < 0)
        left = 0;
    t.tv_sec = (time_t)left;
    t.tv_nsec = (long)((left - (double)t.tv_sec) * 1e9);
    return epoll_pwait2(ep, events, EVENTS, &t, NULL);
}

void stub_serve(int listener, unsigned latency_ms)
{
    struct epoll_event events[EVENTS],
        e = {.events = EPOLLIN, .data.fd = listener};
    int ep = epoll_create1(0), n, i;

    reply_len = (size_t)snprintf(
        reply, sizeof(reply),
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
        "x-request-id: req_0123456789\r\nContent-Length: %zu\r\n\r\n%s",
        strlen(STUB_BODY), STUB_BODY);
    epoll_ctl(ep, EPOLL_CTL_ADD, listener, &e);
    for (;;) {
        n = wait_for(ep, events);
        for (i = 0; i < n; i++) {
            int fd = events[i].data.fd;

            if (fd == listener)
                accept_all(listener, ep);
            else if (conns[fd] != NULL && receive(fd)) {
                if (latency_ms == 0)
                    answer(fd);
                else
                    waiting[last++ % CONNS] =
                        (struct due){fd, now() + 1e-3 * latency_ms};
            }
        }
        while (first != last && waiting[first % CONNS].at <= now())
            answer(waiting[first++ % CONNS].fd);
    }
}
