/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_BASE_RNG_H
#define PHGEN_BASE_RNG_H

#include <stddef.h>
#include <stdint.h>

/*
 * Reproducible randomness.
 *
 * Every random choice of a run comes from XXH3(run seed, sequence number,
 * purpose), so it depends on nothing that the network's timing can change:
 *
 *      struct rng r = rng_for(seed, seq, "plan");
 *      size_t i = rng_below(&r, n);
 *
 * A stream is XXH3-64 over a counter with the key as its seed.  Not for
 * secrets.
 */
struct rng {
    uint64_t key;
    uint64_t counter;
};

struct rng rng_for(uint64_t seed, uint64_t seq, const char *purpose);

uint64_t rng_u64(struct rng *r);

/* Uniform in [0, n); n must be positive. */
uint64_t rng_below(struct rng *r, uint64_t n);

/* Uniform in [0, 1), 53 bits. */
double rng_unit(struct rng *r);

/*
 * An index with probability proportional to weight[i] >= 0; `n` when every
 * weight is zero.
 */
size_t rng_weighted(struct rng *r, const double *weight, size_t n);

/*
 * A draw from the beta distribution with these parameters, both positive:
 * x / (x + y) of two gamma draws (Marsaglia & Tsang, "A Simple Method for
 * Generating Gamma Variables", ACM TOMS 26(3), 2000).
 */
double rng_beta(struct rng *r, double a, double b);

#endif
