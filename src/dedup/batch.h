/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_DEDUP_BATCH_H
#define PHGEN_DEDUP_BATCH_H

#include "base/err.h"
#include "dedup/dedup.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Near-dedup of many texts at once.
 *
 *      struct batch *b = batch_new(&BATCH_DEFAULTS, err);
 *      batch_against(b, text, len, err);        texts that we have already
 *      for each row {
 *          batch_add(b, text, len, err);        numbered from 0
 *          while (batch_next(b, &v)) ...        verdicts, in order of rows
 *      }
 *      batch_end(b, err);
 *      while (batch_next(b, &v)) ...            the rest
 *      while (batch_next_pair(b, &p)) ...       when `pairs` is set
 *      batch_free(b);
 *
 * BATCH_FIRST keeps a row unless it is like an earlier kept row; verdicts
 * come a few thousand rows behind batch_add, and memory goes to the kept rows
 * alone.  BATCH_LONGEST does the same with the rows in order of length, the
 * longest normalised text first (the earlier of equals), so all verdicts come
 * after batch_end.  With containment as the measure, BATCH_LONGEST is the one
 * that makes sense: the containing text comes first.
 *
 * With `clusters`, rows that are alike, directly or through others, form one
 * cluster, and one of each is kept: the first or the longest.
 *
 * A row like a text of the against set is dropped in any mode.
 *
 * With two threads, the second one shingles.  Verdicts and pairs do not
 * depend on it.
 */
enum batch_keep { BATCH_FIRST, BATCH_LONGEST };

struct batch_options {
    struct dedup_options dedup;
    enum batch_keep keep;
    bool clusters;
    bool pairs;          /* record what batch_next_pair() reports */
    unsigned threads;    /* 1 or 2 */
    uint64_t memory_max; /* bytes; 0: no limit.  Passing it is an error. */
};

extern const struct batch_options BATCH_DEFAULTS; /* keep first, 2 threads */

struct batch_verdict {
    uint64_t row;
    bool keep;
    bool against;      /* `of` counts in the against set, not in the rows */
    uint64_t of;       /* the most similar kept text, or the row itself */
    double similarity; /* to it; with clusters to the closest text that it
                          was joined with.  1: none */
    uint64_t cluster;  /* lowest row of the cluster; the row without them */
};

/*
 * Two texts alike, `row` the one that was looked at later.  Without clusters
 * one a dropped row; with them all that the index found, but a text with the
 * same shingles as an earlier one is paired with that one only.
 */
struct batch_pair {
    uint64_t row, other;
    bool against; /* of `other`, as above */
    double similarity;
};

struct batch; /* heap */

struct batch *batch_new(const struct batch_options *options, struct err *err);
void batch_free(struct batch *b);

/* Before the first row. */
int batch_against(struct batch *b, const char *text, size_t len,
                  struct err *err);
int batch_add(struct batch *b, const char *text, size_t len, struct err *err);
int batch_end(struct batch *b, struct err *err);

bool batch_next(struct batch *b, struct batch_verdict *v);
bool batch_next_pair(struct batch *b, struct batch_pair *p);

uint64_t batch_bytes(const struct batch *b); /* heap bytes in use */

/*
 * About the most memory that so many texts of so many bytes in all will take,
 * all of them different, against set included: to be said up front.
 */
uint64_t batch_estimate(const struct batch_options *options, uint64_t texts,
                        uint64_t bytes);

#endif
