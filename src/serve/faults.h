/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_SERVE_FAULTS_H
#define PHGEN_SERVE_FAULTS_H

#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

/*
 * Faults on request: what real servers do to their clients, at given rates.
 *
 *      struct serve_faults f;
 *      serve_faults_parse("429=0.05,cut=0.01,latency=200", &f, err);
 *
 * Which fault a request meets is decided by the seed, its body and how often
 * that body has come before.  So the same run meets the same faults whatever
 * the order and the concurrency of its calls, and a retry draws anew.
 */
enum fault {
    FAULT_429, /* Retry-After in one of the following forms, or none */
    FAULT_429_SECONDS,
    FAULT_429_DATE,
    FAULT_429_MS,     /* retry-after-ms */
    FAULT_429_ABSURD, /* years, negative, no number */
    FAULT_QUOTA,      /* 429 because the money is used up */
    FAULT_401,
    FAULT_413,
    FAULT_500,
    FAULT_502, /* with an HTML body */
    FAULT_503,
    FAULT_504,      /* with an HTML body */
    FAULT_529,      /* "overloaded", as Anthropic says it */
    FAULT_REDIRECT, /* 307 to a host that is not this one */
    FAULT_HTML,     /* 200 with HTML: a proxy's login page */
    FAULT_GARBAGE,  /* 200 with broken JSON */
    FAULT_DEEP,     /* 200 with JSON nested a million levels deep */
    FAULT_UTF8,     /* an answer with bytes that are no UTF-8 */
    FAULT_HUGE,     /* 200 with a body of 64 MiB */
    FAULT_EMPTY,    /* the connection closes without a reply */
    FAULT_CUT,      /* the reply ends in the middle */
    FAULT_TRICKLE,  /* a byte of the reply every 50 ms */
    FAULT_HALF,     /* half of the reply, then nothing for 5 seconds */
    FAULT_STALL,    /* nothing for 5 seconds, then closed */
    FAULTS
};

struct serve_faults {
    double rate[FAULTS]; /* share of the requests, 0 to 1, 1 in all */
    unsigned latency_ms; /* from a request's first byte to its reply */
    unsigned times;      /* only the first times that a body comes; 0: always */
};

/*
 * A list of NAME=VALUE with commas between; the names are the enum's in lower
 * case with "-" for "_", `latency` in milliseconds, at most 60,000, and
 * `times`.
 */
int serve_faults_parse(const char *text, struct serve_faults *out,
                       struct err *err);

const char *fault_name(enum fault f);

struct faults; /* heap: the rates, and how often each body came */

struct faults *faults_new(const struct serve_faults *rates, uint64_t seed);
void faults_free(struct faults *f); /* accepts NULL */

/*
 * The fault for this request, FAULTS for none, and a number that chooses
 * among its variants.  From any thread.
 */
enum fault faults_draw(struct faults *f, const void *body, size_t len,
                       uint64_t *variant);

#endif
