/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_DEDUP_INDEX_H
#define PHGEN_DEDUP_INDEX_H

#include "base/str.h"
#include "dedup/bands.h"
#include "dedup/dedup.h"
#include "dedup/entries.h"
#include "dedup/prefix.h"
#include "dedup/shingle.h"
#include "dedup/sketch.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The inside of struct dedup, for this room only.
 *
 * A text is *prepared* once: normalised, shingled, summed up.  That is a pure
 * function of text and options, so another thread may do it (batch.c does);
 * asking the index and adding to it take the prepared text.
 *
 *      struct preparer p;
 *      preparer_init(&p, &d->o, d->banding);
 *      preparer_normal(&p, normal, len, &prepared);
 *      ...
 *      index_use(d, &prepared);
 *      index_find(d, as_of, &hit) or index_add(d, id, err);
 *      preparer_release(&p);
 */
struct prepared {
    const char *text; /* normalised; whoever prepares it keeps it */
    size_t len;
    struct sketch sketch;
    uint32_t key[SKETCH_BANDS_MAX]; /* unset without bands */
};

struct preparer {
    struct dedup_options o;
    struct banding banding; /* bands 0: no keys wanted */
    struct shingles set;
};

void preparer_init(struct preparer *p, const struct dedup_options *o,
                   struct banding banding);
void preparer_release(struct preparer *p);

/* False: out of memory. */
bool preparer_normal(struct preparer *p, const char *normal, size_t len,
                     struct prepared *out);

#define INDEX_SEEN 1024u /* power of two */

struct dedup {
    struct dedup_options o;
    struct banding banding; /* bands 0: the prefix index instead */
    struct bands band[SKETCH_BANDS_MAX];
    struct prefix *prefix;
    size_t learn_at;
    struct entries entries;
    struct dedup_work work;
    bool popcnt;

    /* The text at hand; `set_ready`: `preparer.set` is its set. */
    struct prepared hand;
    bool set_ready;
    struct preparer preparer;

    /* The last text given to dedup_find or dedup_add. */
    struct str raw, normal;
    bool raw_ready;

    struct candidates found;
    uint64_t seen[INDEX_SEEN]; /* query number and entry */
};

/* Rows and bands for the options; 0 bands: the prefix index. */
struct banding index_banding(const struct dedup_options *o);

/* Takes a prepared text to hand, by value. */
void index_use(struct dedup *d, const struct prepared *p);

/* Asks for the memory that a query for it will read. */
void index_prefetch(const struct dedup *d, const struct prepared *p);

/* Makes the set of the text at hand.  False: out of memory. */
bool index_set(struct dedup *d);

/* dedup_find, dedup_find_all and dedup_add for the text at hand. */
bool index_find(struct dedup *d, uint64_t as_of, struct dedup_hit *hit);
int index_find_all(struct dedup *d, uint64_t as_of, struct dedup_hit **hits,
                   size_t *n, struct err *err);
int index_add(struct dedup *d, uint64_t id, struct err *err);

#endif
