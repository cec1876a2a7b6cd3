/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * XXH3 as a counter-mode generator: one library call a draw, no state beyond
 * a counter, and any stream can be opened anywhere without drawing what lies
 * before it.
 */
#include "base/rng.h"

#include <assert.h>
#include <math.h>
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

/* Polar method (Marsaglia & Bray 1964); the second value is not kept, so that
 * a stream holds no state but its counter. */
static double normal(struct rng *r)
{
    double u, v, s;

    do {
        u = 2 * rng_unit(r) - 1;
        v = 2 * rng_unit(r) - 1;
        s = u * u + v * v;
    } while (s >= 1 || s == 0);
    return u * sqrt(-2 * log(s) / s);
}

static double gamma_draw(struct rng *r, double shape)
{
    double boost = 1, d, c, x, v, u;

    if (shape < 1) {
        boost = pow(1 - rng_unit(r), 1 / shape);
        shape += 1;
    }
    d = shape - 1.0 / 3;
    c = 1 / sqrt(9 * d);
    for (;;) {
        x = normal(r);
        v = 1 + c * x;
        if (v <= 0)
            continue;
        v = v * v * v;
        u = 1 - rng_unit(r);
        if (u < 1 - 0.0331 * x * x * x * x ||
            log(u) < 0.5 * x * x + d * (1 - v + log(v)))
            return boost * d * v;
    }
}

double rng_beta(struct rng *r, double a, double b)
{
    double x, y;

    assert(a > 0 && b > 0);
    x = gamma_draw(r, a);
    y = gamma_draw(r, b);
    /* Both can underflow when both parameters are tiny. */
    return x + y > 0 ? x / (x + y) : a / (a + b);
}
