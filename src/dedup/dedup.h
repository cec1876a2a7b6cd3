/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_DEDUP_DEDUP_H
#define PHGEN_DEDUP_DEDUP_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Near-duplicate detection of short texts: is this prompt (nearly) one that
 * we have?
 *
 * Two texts are near-duplicates when the Jaccard similarity of their shingle
 * sets is at least the threshold.  Shingles are taken from the normalised
 * text (base/text.h).  Candidates come from an index; every hit is verified
 * exactly, so a reported duplicate always is one.
 *
 * Entries carry a caller's id, handed out in rising order.  A query sees only
 * entries with id <= `as_of`: the pipeline asks "what was decided up to
 * candidate k - W?" and gets the same answer however far it has run ahead.
 *
 *      struct dedup *d = dedup_new(&DEDUP_DEFAULTS, err);
 *      if (dedup_find(d, text, len, UINT64_MAX, &hit)) ...
 *      else if (dedup_add(d, id, text, len, err) != 0) ...
 *      dedup_free(d);
 */
enum shingle { SHINGLE_CHAR, SHINGLE_WORD };

struct dedup_options {
    enum shingle kind;
    unsigned n;       /* code points or words a shingle; 1 to 16 */
    double threshold; /* Jaccard, in (0, 1] */
};

extern const struct dedup_options DEDUP_DEFAULTS; /* char 5, 0.7 */

struct dedup_hit {
    uint64_t id;       /* of the most similar entry; the lowest of equals */
    double similarity; /* exact Jaccard */
};

struct dedup; /* heap */

struct dedup *dedup_new(const struct dedup_options *options, struct err *err);
void dedup_free(struct dedup *d);

/* Ids must rise (equal ids are allowed for id 0, the `against` sets). */
int dedup_add(struct dedup *d, uint64_t id, const char *text, size_t len,
              struct err *err);

/* True with `*hit` filled when a near-duplicate with id <= as_of is there. */
bool dedup_find(struct dedup *d, const char *text, size_t len, uint64_t as_of,
                struct dedup_hit *hit);

size_t dedup_count(const struct dedup *d);
size_t dedup_bytes(const struct dedup *d); /* heap bytes in use */

/*
 * Exact Jaccard of two texts by brute force; what the index is checked
 * against.
 */
double dedup_similarity(const struct dedup_options *options, const char *a,
                        size_t alen, const char *b, size_t blen);

#endif
