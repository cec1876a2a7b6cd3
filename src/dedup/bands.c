/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Invariants: keys never fall from one used slot to the next, no key lies
 * before its home, there is no gap between a key and its home, and equal
 * keys stand in the order in which they came.
 */
#include "dedup/bands.h"

#include "dedup/memory.h"

#include <string.h>

#define LOAD_PERCENT 85u /* grown above it ... */
#define GROW_PERCENT 25u /* ... by so much */
#define TAIL         (BANDS_SAME * 4u)

void bands_init(struct bands *b)
{
    memset(b, 0, sizeof(*b));
}

void bands_release(struct bands *b)
{
    memory_free(b->slot, (size_t)b->slots * sizeof(*b->slot));
    bands_init(b);
}

size_t bands_bytes(const struct bands *b)
{
    return memory_bytes((size_t)b->slots * sizeof(*b->slot));
}

/* Copies all slots to the new table; false when its tail is too short. */
static bool move_slots(const struct bands *from, struct bands *to)
{
    const struct bands_slot none = {0, BANDS_NONE};
    uint32_t i, at = 0, home;

    for (i = 0; i < from->slots; i++) {
        if (from->slot[i].entry == BANDS_NONE)
            continue;
        home = bands_home(to, from->slot[i].key);
        while (at < home)
            to->slot[at++] = none;
        if (at + 1 >= to->slots)
            return false;
        to->slot[at++] = from->slot[i];
    }
    while (at < to->slots)
        to->slot[at++] = none;
    return true;
}

static bool resize(struct bands *b, uint32_t home, uint32_t tail)
{
    struct bands to = {NULL, home, home + tail, b->used};
    size_t bytes = (size_t)to.slots * sizeof(*to.slot);

    to.slot = memory_new(bytes);
    if (to.slot == NULL)
        return false;
    if (!move_slots(b, &to)) {
        memory_free(to.slot, bytes);
        return resize(b, home, 2 * tail);
    }
    bands_release(b);
    *b = to;
    return true;
}

bool bands_add(struct bands *b, uint32_t key, uint32_t entry)
{
    uint32_t i, end, same = 0;

    if ((uint64_t)b->used * 100 >= (uint64_t)b->home * LOAD_PERCENT &&
        !resize(b, b->home + b->home / 100 * GROW_PERCENT + 128, TAIL))
        return false;
    i = bands_first(b, key);
    for (; b->slot[i].entry != BANDS_NONE && b->slot[i].key == key; i++)
        same++;
    if (same >= BANDS_SAME)
        return true;
    for (end = i; b->slot[end].entry != BANDS_NONE; end++)
        ;
    if (end + 1 >= b->slots) {
        if (!resize(b, b->home, 2 * (b->slots - b->home)))
            return false;
        return bands_add(b, key, entry);
    }
    memmove(b->slot + i + 1, b->slot + i, (end - i) * sizeof(*b->slot));
    b->slot[i].key = key;
    b->slot[i].entry = entry;
    b->used++;
    return true;
}

uint32_t bands_room(const struct bands *b, uint32_t key, uint32_t *last)
{
    uint32_t i, n = 0;

    *last = BANDS_NONE;
    if (b->slot == NULL)
        return BANDS_SAME;
    for (i = bands_first(b, key);
         b->slot[i].entry != BANDS_NONE && b->slot[i].key == key; i++, n++)
        *last = b->slot[i].entry;
    return BANDS_SAME - n;
}

void bands_remove(struct bands *b, uint32_t key, uint32_t entry)
{
    uint32_t i, next;

    if (b->slot == NULL)
        return;
    for (i = bands_first(b, key);
         b->slot[i].entry != BANDS_NONE && b->slot[i].entry != entry; i++)
        if (b->slot[i].key != key)
            return;
    if (b->slot[i].entry == BANDS_NONE || b->slot[i].key != key)
        return;
    /* Close the gap with what stands behind its home. */
    for (next = i + 1; b->slot[next].entry != BANDS_NONE &&
                       bands_home(b, b->slot[next].key) < next;
         next++)
        b->slot[next - 1] = b->slot[next];
    b->slot[next - 1].entry = BANDS_NONE;
    b->used--;
}
