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
 * text (base/text.h: NFKC, case folded, punctuation and white space one space),
 * or from one with case or punctuation kept.  Candidates come from an index;
 * every hit is verified exactly, so a reported duplicate always is one.
 *
 * Entries carry a caller's id, handed out in rising order.  A query sees only
 * entries with id <= `as_of`: the pipeline asks "what was decided up to
 * candidate k - W?" and gets the same answer however far it has run ahead.
 *
 *      struct dedup *d = dedup_new(&DEDUP_DEFAULTS, err);
 *      if (dedup_find(d, text, len, UINT64_MAX, &hit)) ...
 *      else if (dedup_add(d, id, text, len, err) != 0) ...
 *      dedup_free(d);
 *
 * An answer depends only on the entries with id <= as_of, in their order, so
 * an index that is rebuilt by adding the same texts again answers the same:
 * there is nothing to save but the texts, which the store has anyway.
 *
 * Adding the text that was just looked for costs no second shingling.
 */
enum shingle { SHINGLE_CHAR, SHINGLE_WORD };

/*
 * Where candidates come from.  DEDUP_LSH finds a pair at the threshold with
 * probability 0.99 or more and more similar ones nearly always, in bounded
 * work a query.  DEDUP_EXACT misses none and takes time that grows with the
 * number of texts that share rare shingles.
 */
enum dedup_index { DEDUP_LSH, DEDUP_EXACT };

/*
 * What `threshold` is of: the shared part of both texts' shingles together,
 * or of the shingles of the text looked for (is it contained in a longer
 * one?).  Containment always uses the exact index, over every shingle: twelve
 * bytes a byte of text.
 */
enum dedup_measure { DEDUP_JACCARD, DEDUP_CONTAINMENT };

struct dedup_options {
    enum shingle kind;
    unsigned n;                 /* code points or words a shingle; 1 to 16 */
    double threshold;           /* in (0, 1]; below 0.2 the index is exact */
    enum dedup_index index;     /* 0: DEDUP_LSH */
    enum dedup_measure measure; /* 0: DEDUP_JACCARD */
    unsigned keep;              /* TEXT_KEEP_CASE | TEXT_KEEP_PUNCTUATION */
};

extern const struct dedup_options DEDUP_DEFAULTS; /* char 5, 0.7 */

/* Longest normalised text, bytes: a longer one cannot be added. */
#define DEDUP_TEXT_MAX ((size_t)16 << 20)

struct dedup_hit {
    uint64_t id;       /* of the most similar entry; the lowest of equals */
    double similarity; /* exact; Jaccard, or containment of the text */
};

struct dedup; /* heap */

struct dedup *dedup_new(const struct dedup_options *options, struct err *err);
void dedup_free(struct dedup *d);

/* Ids must rise (equal ids are allowed for id 0, the `against` sets). */
int dedup_add(struct dedup *d, uint64_t id, const char *text, size_t len,
              struct err *err);

/*
 * True with `*hit` filled when a near-duplicate with id <= as_of is there.
 * Out of memory, or a text past DEDUP_TEXT_MAX, finds none; adding it fails.
 */
bool dedup_find(struct dedup *d, const char *text, size_t len, uint64_t as_of,
                struct dedup_hit *hit);

/*
 * Takes the entry with that id out (for 0: all of them).  Returns how many
 * went.  The number stays used: ids rise on.
 */
size_t dedup_remove(struct dedup *d, uint64_t id);

/*
 * Every near-duplicate with id <= as_of instead of the best, in order of id.
 * The array is the caller's to free; NULL with `*n` 0 when there is none.
 * Returns -1 only when out of memory.
 */
int dedup_find_all(struct dedup *d, const char *text, size_t len,
                   uint64_t as_of, struct dedup_hit **hits, size_t *n,
                   struct err *err);

/*
 * Reads the index back, for who wants to store it: the entry at `*at`
 * (starts at 0) or after, and moves on.  False at the end.  The text is the
 * normalised one; adding it again gives the same entry.
 */
bool dedup_next(const struct dedup *d, size_t *at, uint64_t *id,
                const char **text, size_t *len);

/*
 * The text's band keys, for an index that lives in a shared database: texts
 * with a key in common in the same place are candidates.  Returns how many,
 * at most DEDUP_KEYS_MAX; 0 with an exact index or out of memory.  The same on
 * every machine.
 */
#define DEDUP_KEYS_MAX 64
size_t dedup_keys(struct dedup *d, const char *text, size_t len,
                  uint32_t keys[DEDUP_KEYS_MAX]);

size_t dedup_count(const struct dedup *d);
size_t dedup_bytes(const struct dedup *d); /* heap bytes in use */

/* What the queries so far cost: texts considered and compared exactly. */
struct dedup_work {
    uint64_t queries, candidates, verified;
};
struct dedup_work dedup_work(const struct dedup *d);

/*
 * Exact Jaccard of two texts by brute force; what the index is checked
 * against.
 */
double dedup_similarity(const struct dedup_options *options, const char *a,
                        size_t alen, const char *b, size_t blen);

/* The share of the shingles of `a` that `b` has too, likewise. */
double dedup_containment(const struct dedup_options *options, const char *a,
                         size_t alen, const char *b, size_t blen);

#endif
