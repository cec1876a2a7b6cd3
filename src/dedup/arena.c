/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A million prompts as a million malloc()s would be a tenth larger and
 * scattered.
 */
#include "dedup/arena.h"

#include "dedup/memory.h"

#include <stdbool.h>
#include <stdlib.h>

#define BLOCK ((size_t)1 << 20)

void arena_init(struct arena *a)
{
    memset(a, 0, sizeof(*a));
}

void arena_release(struct arena *a)
{
    size_t i;

    for (i = 0; i < a->blocks; i++)
        memory_free(a->block[i], a->size[i]);
    free(a->block);
    free(a->size);
    arena_init(a);
}

static bool grow(struct arena *a)
{
    size_t cap = a->cap > 0 ? 2 * a->cap : 16;
    char **block = realloc(a->block, cap * sizeof(*block));
    size_t *size;

    if (block == NULL)
        return false;
    a->block = block;
    size = realloc(a->size, cap * sizeof(*size));
    if (size == NULL)
        return false;
    a->size = size;
    a->cap = cap;
    return true;
}

const char *arena_text(struct arena *a, const char *text, uint32_t len)
{
    size_t bytes = sizeof(len) + len;
    size_t size = bytes > BLOCK / 4 ? bytes : BLOCK;
    char *p;

    if (a->room < bytes) {
        if (a->blocks == a->cap && !grow(a))
            return NULL;
        p = memory_new(size);
        if (p == NULL)
            return NULL;
        a->block[a->blocks] = p;
        a->size[a->blocks++] = size;
        a->room = size;
        a->bytes += memory_bytes(size);
    }
    p = a->block[a->blocks - 1] + a->size[a->blocks - 1] - a->room;
    a->room -= bytes;
    memcpy(p, &len, sizeof(len));
    if (len > 0)
        memcpy(p + sizeof(len), text, len);
    return p + sizeof(len);
}
