/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_NET_HIST_H
#define PHGEN_NET_HIST_H

#include <stddef.h>
#include <stdint.h>

/*
 * A histogram of milliseconds with logarithmic buckets: 0.1 ms to about 29
 * hours, each bucket 9 % wide, so that quantiles are right within 5 %.  A
 * plain record of fixed size; zero-initialise it.
 *
 *      hist_add(&h, 12.5);
 *      p99 = hist_quantile(&h, 0.99);
 */
#define HIST_BUCKETS 240

struct hist {
    uint64_t count;
    double sum_ms;
    uint32_t bucket[HIST_BUCKETS];
};

void hist_add(struct hist *h, double ms);

/* Where bucket `i` ends, in milliseconds. */
double hist_edge(size_t i);

/* The middle of the bucket that holds quantile q in [0, 1]; 0 when empty. */
double hist_quantile(const struct hist *h, double q);

#endif
