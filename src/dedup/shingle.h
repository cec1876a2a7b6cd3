/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_DEDUP_SHINGLE_H
#define PHGEN_DEDUP_SHINGLE_H

#include "dedup/dedup.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A normalised text as the set of its shingles.
 *
 * A shingle is n code points, or n words with the spaces between, as a 64-bit
 * XXH3 hash.  A text of fewer is one shingle: the whole.  So no text has an
 * empty set, not even "".
 *
 *      struct shingles s;
 *      shingles_init(&s);
 *      if (!shingles_set(&s, &options, text, len)) ... out of memory
 *      o = shingles_overlap(&s, &options, other, olen, 0);
 *      shingles_release(&s);
 *
 * Overlap counts equal hashes.  XXH3 is injective on inputs of one length
 * from 4 to 8 bytes, so the ASCII 5-gram default has no false equal at all;
 * elsewhere two shingles of a pair are confused once in 2^64.
 */
struct shingles {
    uint64_t *hash; /* distinct, in order of first appearance */
    size_t n;
    /* Private: the text, what stands where in it, a hash table of the set. */
    const char *text;
    size_t len;
    bool plain;        /* ASCII and character shingles: one a byte */
    uint32_t *at;      /* of each position: index of its shingle in `hash` */
    uint32_t *mark;    /* of each shingle: the last comparison it was in */
    uint64_t *slot;    /* hashes; 0: empty */
    uint32_t *slot_at; /* position of the first appearance */
    size_t cap, mask, slots_cap;
    uint32_t stamp;
    uint64_t *other;
    size_t other_cap;
};

void shingles_init(struct shingles *s);
void shingles_release(struct shingles *s);

/* Makes it the set of a normalised text, which it keeps a pointer to.  False:
 * out of memory, or 4 GB of text. */
bool shingles_set(struct shingles *s, const struct dedup_options *o,
                  const char *text, size_t len);

/*
 * How many shingles another normalised text shares with the set.  It may
 * stop once `need` cannot be reached, and returns less than `need` then.
 * Out of memory counts as no overlap.
 */
size_t shingles_overlap(struct shingles *s, const struct dedup_options *o,
                        const char *text, size_t len, size_t need);

/* Jaccard from sizes and overlap, the one formula used everywhere. */
double shingles_jaccard(size_t a, size_t b, size_t overlap);

/* The least overlap of sets of `a` and `b` that makes the threshold, or more
 * than either when none does. */
size_t shingles_need(double threshold, size_t a, size_t b);

/* The least part of a set of `n` that makes the threshold. */
size_t shingles_need_of(double threshold, size_t n);

/*
 * The hash of every shingle in text order, repeats included, into `out`,
 * which holds len + 1.  Returns how many: at least 1.
 */
size_t shingles_hash(const struct dedup_options *o, const char *text,
                     size_t len, uint64_t *out);

#endif
