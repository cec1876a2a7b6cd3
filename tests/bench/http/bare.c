/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What libcurl itself can do: handles set up once, the same bytes sent each
 * time, the reply's bytes counted and thrown away.  With libcurl's own poll()
 * and with its socket interface over epoll; and each with the reply parsed,
 * which is the least that a client of a model must do.
 */
#include "bench_http.h"

#include <cjson/cJSON.h>
#include <curl/curl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

struct slot {
    CURL *easy;
    size_t got;
    bool keep; /* the bytes, to parse them */
    char in[8192];
};

struct client {
    CURLM *multi;
    struct curl_slist *headers;
    struct slot *slots;
    char url[80];
    size_t started, done, good;
    int ep;
    double timer; /* when libcurl wants to be called; negative: not */
};

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static size_t on_body(char *bytes, size_t one, size_t len, void *arg)
{
    struct slot *s = arg;

    (void)one;
    if (s->keep && s->got + len <= sizeof(s->in))
        memcpy(s->in + s->got, bytes, len);
    s->got += len;
    return len;
}

static void start(struct client *c, struct slot *s)
{
    s->got = 0;
    curl_multi_add_handle(c->multi, s->easy);
    c->started++;
}

static void set_up(struct client *c, const struct load *l, bool keep)
{
    size_t i;

    memset(c, 0, sizeof(*c));
    c->multi = curl_multi_init();
    curl_multi_setopt(c->multi, CURLMOPT_MAXCONNECTS, (long)l->in_flight);
    c->headers =
        curl_slist_append(c->headers, "Content-Type: application/json");
    c->headers = curl_slist_append(c->headers, "Expect:");
    c->slots = calloc(l->in_flight, sizeof(*c->slots));
    snprintf(c->url, sizeof(c->url), "http://127.0.0.1:%u/v1/chat/completions",
             l->port);
    for (i = 0; i < l->in_flight; i++) {
        CURL *e = c->slots[i].easy = curl_easy_init();

        c->slots[i].keep = keep;
        curl_easy_setopt(e, CURLOPT_PRIVATE, &c->slots[i]);
        curl_easy_setopt(e, CURLOPT_URL, c->url);
        curl_easy_setopt(e, CURLOPT_HTTPHEADER, c->headers);
        curl_easy_setopt(e, CURLOPT_POSTFIELDS, LOAD_BODY);
        curl_easy_setopt(e, CURLOPT_POSTFIELDSIZE, (long)strlen(LOAD_BODY));
        curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, on_body);
        curl_easy_setopt(e, CURLOPT_WRITEDATA, &c->slots[i]);
        curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L);
    }
}

static void tear_down(struct client *c, const struct load *l)
{
    size_t i;

    for (i = 0; i < l->in_flight; i++)
        curl_easy_cleanup(c->slots[i].easy);
    curl_multi_cleanup(c->multi);
    curl_slist_free_all(c->headers);
    free(c->slots);
}

/* As much of the reply as a client needs that does nothing with it. */
static bool parse(const struct slot *s)
{
    cJSON *o = cJSON_ParseWithLength(s->in, s->got);
    bool good = cJSON_GetObjectItemCaseSensitive(o, "choices") != NULL;

    cJSON_Delete(o);
    return good;
}

static void harvest(struct client *c, const struct load *l)
{
    CURLMsg *m;
    int left;

    while ((m = curl_multi_info_read(c->multi, &left)) != NULL) {
        struct slot *s;
        long status = 0;

        curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, (char **)&s);
        curl_easy_getinfo(m->easy_handle, CURLINFO_RESPONSE_CODE, &status);
        c->good += m->data.result == CURLE_OK && status == 200 &&
                   s->got == strlen(STUB_BODY) && (!s->keep || parse(s));
        load_done(l, ++c->done);
        curl_multi_remove_handle(c->multi, s->easy);
        if (c->started < l->calls)
            start(c, s);
    }
}

static void start_first(struct client *c, const struct load *l)
{
    while (c->started < l->in_flight && c->started < l->calls)
        start(c, &c->slots[c->started]);
}

static size_t over_poll(const struct load *l, bool keep)
{
    struct client c;
    int running;

    set_up(&c, l, keep);
    start_first(&c, l);
    while (c.done < l->calls) {
        curl_multi_perform(c.multi, &running);
        harvest(&c, l);
        if (c.done < l->calls)
            curl_multi_poll(c.multi, NULL, 0, 1000, NULL);
    }
    tear_down(&c, l);
    return c.good;
}

size_t bare_poll(const struct load *l)
{
    return over_poll(l, false);
}

size_t bare_poll_cjson(const struct load *l)
{
    return over_poll(l, true);
}

/* --- with epoll --- */

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *arg,
                     void *known)
{
    struct client *c = arg;
    struct epoll_event e = {.data.fd = fd};

    (void)easy;
    if (what == CURL_POLL_REMOVE) {
        epoll_ctl(c->ep, EPOLL_CTL_DEL, fd, NULL);
        curl_multi_assign(c->multi, fd, NULL);
        return 0;
    }
    e.events = (what & CURL_POLL_IN ? EPOLLIN : 0u) |
               (what & CURL_POLL_OUT ? EPOLLOUT : 0u);
    epoll_ctl(c->ep, known != NULL ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, &e);
    curl_multi_assign(c->multi, fd, c);
    return 0;
}

static int on_timer(CURLM *multi, long ms, void *arg)
{
    struct client *c = arg;

    (void)multi;
    c->timer = ms < 0 ? -1 : now() + 1e-3 * (double)ms;
    return 0;
}

static void act(struct client *c, int fd, unsigned events)
{
    int running, mask = 0;

    if (events & (EPOLLIN | EPOLLHUP))
        mask |= CURL_CSELECT_IN;
    if (events & EPOLLOUT)
        mask |= CURL_CSELECT_OUT;
    if (events & EPOLLERR)
        mask |= CURL_CSELECT_ERR;
    curl_multi_socket_action(c->multi, fd, mask, &running);
}

static size_t over_epoll(const struct load *l, bool keep)
{
    struct epoll_event events[512];
    struct client c;
    int n, i, running;

    set_up(&c, l, keep);
    c.ep = epoll_create1(0);
    c.timer = -1;
    curl_multi_setopt(c.multi, CURLMOPT_SOCKETFUNCTION, on_socket);
    curl_multi_setopt(c.multi, CURLMOPT_SOCKETDATA, &c);
    curl_multi_setopt(c.multi, CURLMOPT_TIMERFUNCTION, on_timer);
    curl_multi_setopt(c.multi, CURLMOPT_TIMERDATA, &c);
    start_first(&c, l);
    while (c.done < l->calls) {
        double left = c.timer < 0 ? 1 : c.timer - now();

        n = epoll_wait(c.ep, events, 512, left > 0 ? (int)(1e3 * left) + 1 : 0);
        for (i = 0; i < n; i++)
            act(&c, events[i].data.fd, events[i].events);
        if (c.timer >= 0 && c.timer <= now()) {
            c.timer = -1;
            curl_multi_socket_action(c.multi, CURL_SOCKET_TIMEOUT, 0, &running);
        }
        harvest(&c, l);
    }
    tear_down(&c, l);
    close(c.ep);
    return c.good;
}

size_t bare_epoll(const struct load *l)
{
    return over_epoll(l, false);
}

size_t bare_epoll_cjson(const struct load *l)
{
    return over_epoll(l, true);
}
