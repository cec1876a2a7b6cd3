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
    FAULT_429, /* Retry-After in all its forms, or none: see `variant` */
    FAULT_500,
    FAULT_502, /* with an HTML body */
    FAULT_503,
    FAULT_529,     /* "overloaded", as Anthropic says it */
    FAULT_HTML,    /* 200 with HTML: a proxy's login page */
    FAULT_GARBAGE, /* 200 with broken JSON */
    FAULT_EMPTY,   /* the connection closes without a reply */
    FAULT_CUT,     /* the reply ends in the middle */
    FAULT_STALL,   /* nothing for 5 seconds, then closed */
    FAULTS
};

struct serve_faults {
    double rate[FAULTS]; /* share of the requests, 0 to 1, 1 in all */
    unsigned latency_ms; /* from a request's first byte to its reply */
};

/*
 * A list of NAME=VALUE with commas between; the names are the enum's in lower
 * case, and `latency` in milliseconds, at most 60,000.
 */
int serve_faults_parse(const char *text, struct serve_faults *out,
                       struct err *err);

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
