/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_DEDUP_BANDS_H
#define PHGEN_DEDUP_BANDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A compact multimap from a 32-bit key to entry numbers, one per band.
 *
 * The slots stand in order of key, near the place that the key's value alone
 * gives, with gaps (linear probing that keeps its runs sorted): a look-up is
 * one or two cache lines, growing is one sequential copy, and any growth
 * factor will do, so little memory lies idle.
 *
 * A key keeps at most BANDS_SAME entries, the first that came: what bounds
 * the candidates of a query, however many texts share a template.  When one of
 * a full key's goes, the caller puts the next in line in (bands_room()).
 *
 *      bands_prefetch(&t, key);
 *      for (i = bands_first(&t, key); t.slot[i].key == key &&
 *           t.slot[i].entry != BANDS_NONE; i++) ... t.slot[i].entry
 */
#define BANDS_NONE UINT32_MAX
#define BANDS_SAME 32

struct bands_slot {
    uint32_t key, entry;
};

struct bands {
    struct bands_slot *slot; /* NULL while empty */
    uint32_t home;           /* slots that keys are spread over */
    uint32_t slots;          /* allocated; the last is always empty */
    uint32_t used;
};

void bands_init(struct bands *b);
void bands_release(struct bands *b);

/* False: out of memory.  A key that is full takes no more, which is no
 * error. */
bool bands_add(struct bands *b, uint32_t key, uint32_t entry);
void bands_remove(struct bands *b, uint32_t key, uint32_t entry);
/* How many more the key takes, and `*last`, its last entry (BANDS_NONE when it
 * has none). */
uint32_t bands_room(const struct bands *b, uint32_t key, uint32_t *last);
size_t bands_bytes(const struct bands *b);

static inline uint32_t bands_home(const struct bands *b, uint32_t key)
{
    return (uint32_t)(((uint64_t)key * b->home) >> 32);
}

static inline void bands_prefetch(const struct bands *b, uint32_t key)
{
    if (b->slot != NULL)
        __builtin_prefetch(b->slot + bands_home(b, key));
}

/* The first slot of the key; a slot of another or none when it is absent.
 * Not for an empty table. */
static inline uint32_t bands_first(const struct bands *b, uint32_t key)
{
    uint32_t i = bands_home(b, key);

    while (b->slot[i].entry != BANDS_NONE && b->slot[i].key < key)
        i++;
    return i;
}

#endif
