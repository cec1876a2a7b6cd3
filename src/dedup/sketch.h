/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_DEDUP_SKETCH_H
#define PHGEN_DEDUP_SKETCH_H

#include <stddef.h>
#include <stdint.h>

/*
 * Two summaries of a shingle set.
 *
 * The *odd sketch* is one cache line: the set's size and 480 parity bits, one
 * flipped per shingle.  Sets that differ in d shingles differ in at most d
 * bits, so it bounds the overlap from above and a candidate it rules out is
 * ruled out for certain (Mitzenmacher, Pagh and Pham 2014, "Efficient
 * estimation for high similarities using odd sketches"; Sandes, Teodoro and
 * Melo 2020, "Bitmap filter").
 *
 * The *band keys* find candidates: one-permutation MinHash with `rows *
 * bands` bins, empty bins filled from others ("optimal densification",
 * Shrivastava 2017), `rows` bins hashed to a key.  Two sets of Jaccard
 * similarity s share the key of a given band with probability s^rows.
 */
#define SKETCH_BITS      480u
#define SKETCH_ROWS_MAX  16u
#define SKETCH_BANDS_MAX 64u

struct sketch {
    uint64_t word[8]; /* the last one's high half is the set's size */
};

void sketch_set(struct sketch *s, const uint64_t *hash, size_t n);

static inline size_t sketch_size(const struct sketch *s)
{
    return (size_t)(s->word[7] >> 32);
}

/* An upper bound of the overlap of the two sets. */
static inline __attribute__((always_inline)) size_t
sketch_overlap_bound(const struct sketch *a, const struct sketch *b)
{
    uint64_t last = (a->word[7] ^ b->word[7]) & 0xFFFFFFFFu;
    size_t diff = (size_t)__builtin_popcountll(last);
    size_t both = sketch_size(a) + sketch_size(b);
    int i;

    for (i = 0; i < 7; i++)
        diff += (size_t)__builtin_popcountll(a->word[i] ^ b->word[i]);
    return diff < both ? (both - diff) / 2 : 0;
}

struct banding {
    unsigned rows, bands;
};

/*
 * Rows and bands that find a pair at the threshold with probability `recall`
 * or more; as many rows as `most` bands can carry, for short candidate lists.
 */
struct banding sketch_banding(double threshold, double recall, unsigned most);

/* Fills keys[0 .. bands). */
void sketch_keys(struct banding b, const uint64_t *hash, size_t n,
                 uint32_t *keys);

#endif
