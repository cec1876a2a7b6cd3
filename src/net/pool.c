/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Queues are lists through the jobs themselves.  The waiting list is not
 * sorted: it is looked through only when its earliest job is due.
 */
#include "net/pool.h"
#include "net/dialect.h"
#include "net/key.h"
#include "net/settle.h"
#include "base/host.h"
#include "base/log.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BYTES_PER_TOKEN 4
#define TOKENS_OUT      256 /* guessed when the call sets no maximum */

void queue_init(struct job_queue *q)
{
    q->head = NULL;
    q->tail = &q->head;
    q->n = 0;
}

void queue_push(struct job_queue *q, struct job *j)
{
    j->next = NULL;
    *q->tail = j;
    q->tail = &j->next;
    q->n++;
}

void queue_push_front(struct job_queue *q, struct job *j)
{
    j->next = q->head;
    if (q->head == NULL)
        q->tail = &j->next;
    q->head = j;
    q->n++;
}

struct job *queue_pop(struct job_queue *q)
{
    struct job *j = q->head;

    if (j == NULL)
        return NULL;
    q->head = j->next;
    if (q->head == NULL)
        q->tail = &q->head;
    q->n--;
    return j;
}

/* The schema is the caller's; only what the call itself owns must last. */
static int copy_call(struct job *j, const struct call *call, struct err *err)
{
    size_t i, bytes = 0;

    j->call = *call;
    j->call.nmessages = 0;
    j->call.schema = j->call.schema_name = NULL;
    for (i = 0; i < call->nmessages; i++) {
        bytes += strlen(call->messages[i].text);
        if (call_add(&j->call, call->messages[i].role, call->messages[i].text,
                     err) != 0)
            return -1;
    }
    if (call->schema != NULL && (j->call.schema = strdup(call->schema)) == NULL)
        return err_nomem(err);
    if (call->schema_name != NULL &&
        (j->call.schema_name = strdup(call->schema_name)) == NULL)
        return err_nomem(err);
    j->tokens = (double)(bytes / BYTES_PER_TOKEN) +
                (call->max_tokens > 0 ? call->max_tokens : TOKENS_OUT);
    return 0;
}

struct job *job_new(const struct call *call, uint64_t ticket, struct err *err)
{
    struct job *j = calloc(1, sizeof(*j));

    if (j == NULL) {
        err_nomem(err);
        return NULL;
    }
    reply_init(&j->reply);
    j->ticket = ticket;
    if (copy_call(j, call, err) != 0) {
        job_free(j);
        return NULL;
    }
    return j;
}

void job_free(struct job *j)
{
    if (j == NULL)
        return;
    call_release(&j->call);
    free((char *)j->call.schema);
    free((char *)j->call.schema_name);
    reply_release(&j->reply);
    free(j);
}

/* --- setting up --- */

static int add_header(struct curl_slist **list, const char *name,
                      const char *value, struct err *err)
{
    struct curl_slist *more;
    struct str line;

    str_init(&line, 16384);
    str_addf(&line, "%s%s", name, value);
    more = str_failed(&line) ? NULL : curl_slist_append(*list, line.s);
    if (line.cap > 0)
        explicit_bzero(line.s, line.cap);
    str_release(&line);
    if (more == NULL)
        return err_nomem(err);
    *list = more;
    return 0;
}

static int make_headers(struct pool *p, struct err *err)
{
    static const char *const auth[] = {
        [AUTH_BEARER] = "Authorization: Bearer ",
        [AUTH_API_KEY] = "api-key: ",
        [AUTH_X_API_KEY] = "x-api-key: ",
    };
    const struct dialect_ops *d = dialect_of(p->model->dialect);
    size_t i;

    if (add_header(&p->headers, "Content-Type: application/json", "", err) ||
        add_header(&p->headers, "Expect:", "", err))
        return -1;
    if (d->header != NULL && add_header(&p->headers, d->header, "", err) != 0)
        return -1;
    for (i = 0; i < p->model->nheaders; i++)
        if (add_header(&p->headers, p->model->headers[i], "", err) != 0)
            return -1;
    return p->key != NULL ? add_header(&p->headers, auth[d->auth], p->key, err)
                          : 0;
}

static int say_no_scheme(const char *url, struct err *err)
{
    char *shown = model_url_shown(url);

    err_set(err, "the base URL \"%s\" does not begin with http:// or https://",
            shown != NULL ? shown : "");
    free(shown);
    return -1;
}

static int check_url(const struct pool *p, const char *url, struct err *err)
{
    bool plain = strncmp(url, "http://", 7) == 0;
    char host[200];

    if (!plain && strncmp(url, "https://", 8) != 0)
        return say_no_scheme(url, err);
    settle_host(url, host, sizeof(host));
    /* It stands in logs, and in what is stored about the server. */
    if (host[0] == '\0' || model_url_tells(url))
        return err_set(err, "a base URL must name a host and hold no password "
                            "and no query; keys come from the environment");
    if (plain && p->key != NULL && !host_is_loopback(url + strlen("http://")))
        log_line(LOG_WARN, "the key in %s goes to %s without encryption",
                 p->model->key_env, host);
    return 0;
}

static int pool_set_up(struct pool *p, struct err *err)
{
    const struct model *m = p->model;
    size_t i;

    if (m->kind != MODEL_HTTP || m->nurls == 0 || m->name == NULL)
        return err_set(err, "it has no base URL");
    if (m->key_env != NULL && (p->key = key_read(m->key_env, err)) == NULL)
        return -1;
    for (i = 0; i < m->nurls; i++) {
        if (check_url(p, m->urls[i], err) != 0)
            return -1;
        endpoint_init(&p->ep[i], m, i);
    }
    p->n = m->nurls;
    return make_headers(p, err);
}

struct pool *pool_new(const struct model *model, struct err *err)
{
    struct pool *p = calloc(1, sizeof(*p));

    if (p == NULL) {
        err_nomem(err);
        return NULL;
    }
    p->model = model;
    p->next_due = INFINITY;
    queue_init(&p->ready);
    queue_init(&p->waiting);
    if (pool_set_up(p, err) != 0) {
        err_prefix(err, "cannot call %s",
                   model->spec != NULL ? model->spec : "the model");
        pool_free(p);
        return NULL;
    }
    return p;
}

void pool_free(struct pool *p)
{
    struct curl_slist *h;
    struct job *j;

    if (p == NULL)
        return;
    while ((j = queue_pop(&p->ready)) != NULL)
        job_free(j);
    while ((j = queue_pop(&p->waiting)) != NULL)
        job_free(j);
    for (h = p->headers; h != NULL; h = h->next)
        explicit_bzero(h->data, strlen(h->data));
    curl_slist_free_all(p->headers);
    key_free(p->key);
    free(p);
}

/* --- running --- */

size_t pool_room(const struct pool *p)
{
    size_t i, limit = 0, used = p->on_wire + p->ready.n;

    for (i = 0; i < p->n; i++)
        limit += endpoint_limit(&p->ep[i]);
    /* Calls that back off hold no slot, but they are not without number. */
    if (used >= limit || p->waiting.n > 4 * limit + 64)
        return 0;
    return limit - used;
}

struct endpoint *pool_pick(struct pool *p, double now, double tokens,
                           double *wait)
{
    struct endpoint *best = NULL, *ep;
    size_t i;
    double w;

    *wait = INFINITY;
    for (i = 0; i < p->n; i++) {
        ep = &p->ep[i];
        w = endpoint_wait(ep, now, tokens);
        if (w < *wait)
            *wait = w;
        if (w > 0)
            continue;
        if (endpoint_wants_probe(ep))
            return ep;
        if (best == NULL || ep->in_flight < best->in_flight)
            best = ep;
    }
    return best;
}

void pool_wait(struct pool *p, struct job *j, double due)
{
    j->due = due;
    if (due < p->next_due)
        p->next_due = due;
    queue_push(&p->waiting, j);
}

void pool_wake(struct pool *p, double now)
{
    struct job_queue later, again;
    struct job *j;

    if (now < p->next_due)
        return;
    p->next_due = INFINITY;
    queue_init(&later);
    queue_init(&again);
    while ((j = queue_pop(&p->waiting)) != NULL) {
        if (j->due > now && j->due < p->next_due)
            p->next_due = j->due;
        queue_push(j->due <= now ? &again : &later, j);
    }
    /* Ahead of what was never tried: it has waited longest, and as a probe it
     * asks whether the server still fails at what it failed at. */
    while ((j = queue_pop(&p->ready)) != NULL)
        queue_push(&again, j);
    while ((j = queue_pop(&again)) != NULL)
        queue_push(&p->ready, j);
    while ((j = queue_pop(&later)) != NULL)
        queue_push(&p->waiting, j);
}

int pool_dead(const struct pool *p, struct err *err)
{
    size_t i;

    for (i = 0; i < p->n; i++)
        if (!endpoint_gone(&p->ep[i]))
            return 0;
    return err_set(err, "%s", p->ep[0].why.text);
}
