/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Eight buckets an octave: two bytes of thought, a kilobyte of memory, and no
 * sample is ever kept.
 */
#include "net/hist.h"

#include <math.h>

#define PER_OCTAVE 8
#define LOWEST_MS  0.1

void hist_add(struct hist *h, double ms)
{
    double at = ms > LOWEST_MS ? PER_OCTAVE * log2(ms / LOWEST_MS) : 0;
    size_t i = at < HIST_BUCKETS - 1 ? (size_t)at : HIST_BUCKETS - 1;

    h->bucket[i]++;
    h->count++;
    h->sum_ms += ms;
}

double hist_edge(size_t i)
{
    return LOWEST_MS * exp2(((double)i + 1) / PER_OCTAVE);
}

double hist_quantile(const struct hist *h, double q)
{
    uint64_t want = (uint64_t)ceil(q * (double)h->count), seen = 0;
    size_t i;

    if (h->count == 0)
        return 0;
    if (want == 0)
        want = 1;
    for (i = 0; i < HIST_BUCKETS; i++) {
        seen += h->bucket[i];
        if (seen >= want)
            break;
    }
    return LOWEST_MS * exp2(((double)i + 0.5) / PER_OCTAVE);
}
