/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Sketches stand apart from the rest because a query reads a hundred of them
 * and hardly any text; each is one aligned cache line.
 */
#include "dedup/entries.h"

#include "dedup/memory.h"

#include <stdlib.h>
#include <string.h>

#define PIECE_BYTES  (ENTRIES_PIECE * sizeof(struct entry))
#define SKETCH_BYTES (ENTRIES_PIECE * sizeof(struct sketch))

void entries_init(struct entries *e)
{
    memset(e, 0, sizeof(*e));
    arena_init(&e->texts);
}

void entries_release(struct entries *e)
{
    size_t i;

    for (i = 0; i < e->pieces; i++) {
        memory_free(e->piece[i], PIECE_BYTES);
        memory_free(e->sketch[i], SKETCH_BYTES);
    }
    arena_release(&e->texts);
    free(e->piece);
    free(e->sketch);
    entries_init(e);
}

static bool add_piece(struct entries *e)
{
    size_t n = e->pieces + 1;
    struct entry **piece = realloc(e->piece, n * sizeof(*piece));
    struct sketch **sketch;

    if (piece == NULL)
        return false;
    e->piece = piece;
    sketch = realloc(e->sketch, n * sizeof(*sketch));
    if (sketch == NULL)
        return false;
    e->sketch = sketch;
    piece[n - 1] = memory_new(PIECE_BYTES);
    sketch[n - 1] = memory_new(SKETCH_BYTES);
    if (piece[n - 1] == NULL || sketch[n - 1] == NULL) {
        memory_free(piece[n - 1], PIECE_BYTES);
        memory_free(sketch[n - 1], SKETCH_BYTES);
        return false;
    }
    e->pieces = n;
    return true;
}

bool entries_add(struct entries *e, uint64_t id, const char *text, uint32_t len,
                 const struct sketch *sketch)
{
    struct entry *at;
    const char *p;

    if (e->n >= ENTRIES_MAX ||
        (e->n == e->pieces * ENTRIES_PIECE && !add_piece(e)))
        return false;
    p = arena_text(&e->texts, text, len);
    if (p == NULL)
        return false;
    at = &e->piece[e->n / ENTRIES_PIECE][e->n % ENTRIES_PIECE];
    at->id = id;
    at->text = p;
    e->sketch[e->n / ENTRIES_PIECE][e->n % ENTRIES_PIECE] = *sketch;
    e->n++;
    e->live++;
    return true;
}

void entries_drop(struct entries *e, uint32_t entry)
{
    memset(&e->sketch[entry / ENTRIES_PIECE][entry % ENTRIES_PIECE], 0,
           sizeof(struct sketch));
    e->live--;
}

uint32_t entries_above(const struct entries *e, uint64_t id)
{
    uint32_t low = 0, high = (uint32_t)e->n, mid;

    if (e->n == 0 || entries_id(e, high - 1) <= id)
        return high;
    while (low < high) {
        mid = low + (high - low) / 2;
        if (entries_id(e, mid) <= id)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

const char *entries_text(const struct entries *e, uint32_t entry, size_t *len)
{
    const char *text =
        e->piece[entry / ENTRIES_PIECE][entry % ENTRIES_PIECE].text;

    *len = arena_length(text);
    return text;
}

size_t entries_bytes(const struct entries *e)
{
    return e->pieces *
               (memory_bytes(PIECE_BYTES) + memory_bytes(SKETCH_BYTES)) +
           e->texts.bytes;
}
