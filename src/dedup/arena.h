/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_DEDUP_ARENA_H
#define PHGEN_DEDUP_ARENA_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/*
 * Many texts that live and die together, four bytes of overhead each: the
 * length, which stands before the text.  They never move.
 *
 *      struct arena a;
 *      arena_init(&a);
 *      const char *copy = arena_text(&a, text, len);  NULL: out of memory
 *      arena_length(copy);
 *      arena_release(&a);
 */
struct arena {
    char **block;
    size_t *size;
    size_t blocks, cap;
    size_t room;  /* left at the end of the last block */
    size_t bytes; /* allocated */
};

void arena_init(struct arena *a);
void arena_release(struct arena *a);
const char *arena_text(struct arena *a, const char *text, uint32_t len);

static inline uint32_t arena_length(const char *text)
{
    uint32_t len;

    memcpy(&len, text - sizeof(len), sizeof(len));
    return len;
}

#endif
