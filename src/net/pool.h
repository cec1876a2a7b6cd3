/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_NET_POOL_H
#define PHGEN_NET_POOL_H

#include "base/call.h"
#include "net/endpoint.h"

#include <curl/curl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The endpoints of one model, and the calls that wait for them.
 *
 * A call is a job from net_submit() to net_take().  It is in exactly one
 * place: a pool's `ready` queue, its `waiting` list (backing off, holding no
 * slot), on the wire, or in the engine's list of finished ones.
 */
struct job {
    struct job *next;
    struct pool *pool;
    uint64_t ticket;
    struct call call; /* a deep copy, the schema included */
    struct reply reply;
    double tokens;  /* guessed cost, for the rate limits */
    double due;     /* when the back-off ends */
    double held_at; /* since when a rate limit holds it back; 0: not */
    unsigned attempts, faults, overloads;
    unsigned refusals; /* times it was sent again without something */
    bool fresh;        /* not on an idle connection again */
};

struct job_queue {
    struct job *head, **tail;
    size_t n;
};

void queue_init(struct job_queue *q);
void queue_push(struct job_queue *q, struct job *j);
void queue_push_front(struct job_queue *q, struct job *j);
struct job *queue_pop(struct job_queue *q);

/* Copies the call; NULL when there is no memory. */
struct job *job_new(const struct call *call, uint64_t ticket, struct err *err);
void job_free(struct job *j);

struct pool {
    const struct model *model;
    struct endpoint ep[MODEL_URLS_MAX];
    size_t n;
    char *key; /* NULL: none is sent */
    struct curl_slist *headers;
    struct job_queue ready;
    struct job_queue waiting;
    double next_due; /* the earliest of `waiting` */
    size_t on_wire;
};

/* Reads the key.  NULL with a sentence when the model cannot be called. */
struct pool *pool_new(const struct model *model, struct err *err);
void pool_free(struct pool *p);

/* Calls that may still be submitted. */
size_t pool_room(const struct pool *p);

/*
 * Where a call that costs `tokens` may go now: a probe that is due, else the
 * endpoint with the fewest calls in flight.  NULL with the seconds to wait,
 * INFINITY when only a finished call can make room.
 */
struct endpoint *pool_pick(struct pool *p, double now, double tokens,
                           double *wait);

/* Moves what has backed off long enough to the ready queue. */
void pool_wake(struct pool *p, double now);
void pool_wait(struct pool *p, struct job *j, double due);

/* -1 with the sentence when no endpoint is usable. */
int pool_dead(const struct pool *p, struct err *err);

#endif
