/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Everything here is a pure function of a shingle set: the same text gives
 * the same sketch and keys on every machine, so keys may be stored.
 *
 * One permutation, not one a row: a text of 190 shingles and 125 bins is one
 * pass instead of 24,000 hashes.  A bin left empty takes the value of another
 * bin in an order that depends on the bin alone; after TRIES of them (texts
 * of a few shingles only) it takes a minimum of its own.  In either case the
 * first bin that the union of two sets fills decides for both sets, which
 * keeps the probability of agreement at their Jaccard similarity.
 */
#include "dedup/sketch.h"

#include <math.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#define EMPTY UINT32_MAX
#define TRIES 16

void sketch_set(struct sketch *s, const uint64_t *hash, size_t n)
{
    size_t i;

    memset(s, 0, sizeof(*s));
    for (i = 0; i < n; i++) {
        uint32_t bit =
            (uint32_t)(((hash[i] & 0xFFFFFFFFu) * SKETCH_BITS) >> 32);

        s->word[bit >> 6] ^= (uint64_t)1 << (bit & 63);
    }
    s->word[7] |= (uint64_t)(n < UINT32_MAX ? n : UINT32_MAX) << 32;
}

struct banding sketch_banding(double threshold, double recall, unsigned most)
{
    struct banding b = {1, most};
    unsigned rows;
    double hit, need;

    if (threshold >= 1)
        return (struct banding){SKETCH_ROWS_MAX, 1};
    for (rows = 1; rows <= SKETCH_ROWS_MAX; rows++) {
        hit = pow(threshold, rows);
        need = ceil(log(1 - recall) / log1p(-hit));
        if (need > most)
            break;
        b.rows = rows;
        b.bands = need < 1 ? 1 : (unsigned)need;
    }
    return b;
}

static inline uint32_t mix(uint32_t x)
{
    x ^= x >> 16;
    x *= 0x7FEB352Du;
    x ^= x >> 15;
    x *= 0x846CA68Bu;
    return x ^ (x >> 16);
}

static uint32_t own_minimum(uint32_t bin, const uint64_t *hash, size_t n)
{
    uint32_t best = EMPTY - 1, v;
    size_t i;

    for (i = 0; i < n; i++) {
        v = mix((uint32_t)(hash[i] >> 16) ^ (bin * 0x9E3779B1u));
        if (v < best)
            best = v;
    }
    return best;
}

static void densify(const uint32_t *min, uint32_t *full, uint32_t bins,
                    const uint64_t *hash, size_t n)
{
    uint32_t i, j, t;

    for (i = 0; i < bins; i++) {
        full[i] = min[i];
        for (t = 1; full[i] == EMPTY && t <= TRIES; t++) {
            j = mix(i * 0x9E3779B1u + t);
            full[i] = min[((uint64_t)j * bins) >> 32];
        }
        if (full[i] == EMPTY)
            full[i] = own_minimum(i, hash, n);
    }
}

void sketch_keys(struct banding b, const uint64_t *hash, size_t n,
                 uint32_t *keys)
{
    uint32_t min[SKETCH_ROWS_MAX * SKETCH_BANDS_MAX];
    uint32_t full[SKETCH_ROWS_MAX * SKETCH_BANDS_MAX];
    uint32_t bins = b.rows * b.bands, bin, v, i;
    size_t k;

    memset(min, 0xFF, bins * sizeof(min[0]));
    for (k = 0; k < n; k++) {
        bin = (uint32_t)(((hash[k] >> 32) * bins) >> 32);
        v = (uint32_t)hash[k];
        v -= v == EMPTY;
        min[bin] = v < min[bin] ? v : min[bin];
    }
    densify(min, full, bins, hash, n);
    for (i = 0; i < b.bands; i++)
        keys[i] = (uint32_t)XXH3_64bits(full + (size_t)i * b.rows,
                                        b.rows * sizeof(full[0]));
}
