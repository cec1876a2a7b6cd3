/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_DEDUP_ENTRIES_H
#define PHGEN_DEDUP_ENTRIES_H

#include "dedup/arena.h"
#include "dedup/sketch.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The texts of an index, numbered from 0 in the order in which they came:
 * the caller's id, the normalised text, and the odd sketch that rules most
 * comparisons out.
 *
 * Memory grows by pieces that never move, so a growing index has no moment
 * at which it takes twice its size.  A removed entry keeps its number and its
 * bytes; its sketch has size 0.
 */
#define ENTRIES_PIECE 32768u
#define ENTRIES_MAX   (UINT32_MAX - 1u)

struct entry {
    uint64_t id;
    const char *text; /* in the arena */
};

struct entries {
    struct entry **piece;
    struct sketch **sketch;
    size_t pieces, n, live;
    struct arena texts;
};

void entries_init(struct entries *e);
void entries_release(struct entries *e);

/* False: out of memory, or ENTRIES_MAX reached. */
bool entries_add(struct entries *e, uint64_t id, const char *text, uint32_t len,
                 const struct sketch *sketch);

/* Marks it removed. */
void entries_drop(struct entries *e, uint32_t entry);

/* The first entry with an id above `id`; `n` when none. */
uint32_t entries_above(const struct entries *e, uint64_t id);

const char *entries_text(const struct entries *e, uint32_t entry, size_t *len);

size_t entries_bytes(const struct entries *e);

static inline uint64_t entries_id(const struct entries *e, uint32_t entry)
{
    return e->piece[entry / ENTRIES_PIECE][entry % ENTRIES_PIECE].id;
}

static inline void entries_prefetch(const struct entries *e, uint32_t entry)
{
    __builtin_prefetch(&e->piece[entry / ENTRIES_PIECE][entry % ENTRIES_PIECE]);
}

/* Asks for the first bytes of the text; its entry should be near already. */
static inline void entries_prefetch_text(const struct entries *e,
                                         uint32_t entry)
{
    const char *text =
        e->piece[entry / ENTRIES_PIECE][entry % ENTRIES_PIECE].text;

    __builtin_prefetch(text - 4);
    __builtin_prefetch(text + 60);
    __builtin_prefetch(text + 124);
    __builtin_prefetch(text + 188);
}

static inline const struct sketch *entries_sketch(const struct entries *e,
                                                  uint32_t entry)
{
    return &e->sketch[entry / ENTRIES_PIECE][entry % ENTRIES_PIECE];
}

#endif
