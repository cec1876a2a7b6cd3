/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_DEDUP_PREFIX_H
#define PHGEN_DEDUP_PREFIX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * An exact index: every pair at the threshold is a candidate.
 *
 * Sets in one fixed order of shingles that have Jaccard similarity t or more
 * share a shingle among their first n - ceil(t n) + 1 (the prefix filter:
 * Chaudhuri, Ganti and Kaushik 2006; Bayardo, Ma and Srikant 2007), and the
 * positions of the first shared one and the sizes bound the overlap (PPJoin:
 * Xiao et al. 2008).  The order is by rarity, so prefixes are the shingles
 * that few texts have.  Which order it is changes only the speed: it is
 * learnt from the texts so far with prefix_learn(), which empties the index.
 *
 *      prefix_add(&p, entry, hashes, n);
 *      prefix_find(&p, hashes, n, below, &found);  entries < below
 */
struct prefix;

/* Candidates, for the caller to read; repeats are possible.  `most`, room
 * for a bound of the overlap, is the caller's. */
struct candidate {
    uint32_t entry, most;
};

struct candidates {
    struct candidate *list;
    size_t n, cap;
};

/* With `containment`, the threshold is of the shared part of the set looked
 * for; every shingle of every entry is indexed.  NULL: out of memory. */
struct prefix *prefix_new(double threshold, bool containment);
void prefix_free(struct prefix *p);

/* Counts a text for the order; then prefix_learn() makes it the order. */
void prefix_count(struct prefix *p, const uint64_t *hash, size_t n);
void prefix_learn(struct prefix *p);

bool prefix_add(struct prefix *p, uint32_t entry, const uint64_t *hash,
                size_t n);
void prefix_remove(struct prefix *p, uint32_t entry, const uint64_t *hash,
                   size_t n);

/* Sets `found` to the candidates below an entry number.  False: no memory. */
bool prefix_find(struct prefix *p, const uint64_t *hash, size_t n,
                 uint32_t below, struct candidates *found);

/* Room for so many in all.  False: out of memory. */
bool candidates_room(struct candidates *found, size_t n);

size_t prefix_bytes(const struct prefix *p);

#endif
