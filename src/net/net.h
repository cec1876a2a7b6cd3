/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_NET_NET_H
#define PHGEN_NET_NET_H

#include "base/call.h"
#include "base/err.h"
#include "base/json.h"
#include "base/model.h"
#include "net/hist.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Calls over HTTP: many in flight, no threads, no callbacks.
 *
 * The caller submits calls while there is room, turns the engine, and takes
 * results in whatever order they come:
 *
 *      while (work) {
 *              while (net_room(net, model) > 0 && next(&call))
 *                      net_submit(net, &call, ticket, err);
 *              if (net_turn(net, 100, err) != 0) ...
 *              while (net_take(net, &ticket, &reply)) ...
 *      }
 *
 * Every submitted call comes back exactly once: answered, failed for good, or
 * stopped.  Transport faults (429, 5xx, resets, timeouts) are retried here
 * and nowhere else; a bad answer is the dialogue's business.
 *
 * Keys are read from the environment variable that the model names, sent to
 * that model's host only, and never logged or stored.
 */
struct net; /* heap */

struct net_options {
    double connect_timeout;    /* seconds */
    double first_byte_timeout; /* seconds until the reply starts */
    double stall_timeout;      /* seconds without a byte */
    double total_timeout;      /* seconds for one attempt */
    unsigned retries;          /* attempts after the first, at most */
    double max_backoff;        /* seconds; bounds Retry-After too */
    double patience;           /* seconds without one answer until an endpoint
                                  that keeps failing is given up */
    size_t max_reply_bytes;
    const char *ca_file; /* PEM file of private CAs; NULL: the system's */
    uint64_t seed;       /* of the back-off jitter */
};

extern const struct net_options NET_DEFAULTS;

/*
 * Lets an attempt take so many seconds: in all, and, since an answer comes in
 * one piece, until it begins; patience then lasts for more than one attempt.
 */
void net_set_timeout(struct net_options *o, double seconds);

/* What happened at one base URL of one model, in this session. */
struct net_stats {
    const char *model; /* its spec; lives as long as the model */
    const char *url;
    uint64_t calls; /* answered, whatever the answer said */
    uint64_t attempts, retries;
    uint64_t overloads; /* 429, 503, 529 */
    uint64_t bytes_in, bytes_out;
    uint64_t tokens_in, tokens_out;
    double ms_p50, ms_p90, ms_p99; /* latency of the answered attempts */
    const struct hist *latency;    /* the same in full; the engine's */
    double waited_ms; /* for rate limits and overloads, summed over calls */
};

struct net *net_new(const struct net_options *options, struct err *err);
void net_free(struct net *net); /* drops what is in flight */

/* Slots free for this model now (adaptive, rate limits considered). */
size_t net_room(struct net *net, const struct model *model);

/*
 * Takes the call over: encodes it at once, so the caller may release it.
 * `model` must outlive the engine.  Fails only when the call cannot be sent at
 * all (no key, no memory); it then has no ticket outstanding.
 */
int net_submit(struct net *net, const struct call *call, uint64_t ticket,
               struct err *err);

/* Runs transfers; waits up to `timeout_ms` for something to happen. */
int net_turn(struct net *net, int timeout_ms, struct err *err);

/* Hands over one finished reply (the caller releases it). */
bool net_take(struct net *net, uint64_t *ticket, struct reply *reply);

/*
 * What servers were found not to take ("json_schema", "temperature", ...), for
 * a later session that need not find out again: an object with, by "URL MODEL",
 * a list of names.  The number rises with each thing that is learned; the tree
 * is the caller's.  net_recall() comes before the first call.
 */
unsigned net_lessons(const struct net *net);
cJSON *net_learned(const struct net *net);
void net_recall(struct net *net, const cJSON *learned);

/* Gives up everything in flight or waiting: each comes back STOPPED. */
void net_stop(struct net *net);

/* Calls submitted and not yet finished: on the wire, queued, backing off. */
size_t net_in_flight(const struct net *net);

/*
 * 0 while the model can be reached, as far as known.  -1 with the sentence
 * when every endpoint of it is unusable: refused key, exhausted quota, unknown
 * model, nobody there.  From then on its calls come back REPLY_STOPPED with
 * that sentence, and net_room() is 0.
 */
int net_dead(struct net *net, const struct model *model, struct err *err);

/*
 * How structured output is asked for, as far as learned: "json_schema",
 * "json_object" or "instructions".
 */
const char *net_schema_rung(const struct net *net, const struct model *model);

/* Of the `i`-th base URL that was used; false when there are not so many. */
bool net_stats(const struct net *net, size_t i, struct net_stats *out);

/* Name and version of the HTTP library and what it is built with. */
const char *net_library(void);

#endif
