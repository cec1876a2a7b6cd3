/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_SERVE_COUNTS_H
#define PHGEN_SERVE_COUNTS_H

#include "base/str.h"
#include "serve/faults.h"

#include <stdatomic.h>

/*
 * What the server did, for GET /metrics: so that a test, or a person, can
 * compare what was answered with what a client booked.  Zero-initialise it;
 * from any thread.
 */
struct counts {
    atomic_ullong answers;       /* sent whole and in order */
    atomic_ullong errors;        /* the request was wrong */
    atomic_ullong fault[FAULTS]; /* FAULT_UTF8 and FAULT_TRICKLE are answers
                                    too */
};

/* Appends the text that Prometheus reads (exposition format 0.0.4). */
void counts_print(const struct counts *c, struct str *out);

#endif
