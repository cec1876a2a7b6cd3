/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * XXH3 as a counter-mode generator: one library call a draw, no state beyond
 * a counter, and any stream can be opened anywhere without drawing what lies
 * before it.
 */
#include "base/rng.h"

#include <assert.h>
#include <string.h>
#include <xxhash.h>

struct rng rng_for(uint64_t seed, uint64_t seq, const char *purpose)
{
    uint64_t parts[3];
    struct rng r;

    parts[0] = seed;
    parts[1] = seq;
    parts[2] = XXH3_64bits(purpose, strlen(purpose));
    r.key = XXH3_64bits(parts, sizeof(parts));
    r.counter = 0;
    return r;
}

uint64_t rng_u64(struct rng *r)
{
    uint64_t c = r->counter++;

    return XXH3_64bits_withSeed(&c, sizeof(c), r->key);
}

uint64_t rng_below(struct rng *r, uint64_t n)
{
    uint64_t limit, x;

    assert(n > 0);
    /* Reject the tail that would favour small values. */
    limit = UINT64_MAX - UINT64_MAX % n;
    do
        x = rng_u64(r);
    while (x >= limit);
    return x % n;
}

double rng_unit(struct rng *r)
{
    return (double)(rng_u64(r) >> 11) * 0x1.0p-53;
}

size_t rng_weighted(struct rng *r, const double *weight, size_t n)
{
    double total = 0, x;
    size_t i, last = n;

    for (i = 0; i < n; i++)
        total += weight[i];
    x = rng_unit(r) * total;
    for (i = 0; i < n; i++) {
        if (weight[i] <= 0)
            continue;
        last = i;
        if (x < weight[i])
            return i;
        x -= weight[i];
    }
    return last;
}
