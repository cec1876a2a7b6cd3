/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One thread a block, made and joined: twenty microseconds for twenty
 * milliseconds of work, and nothing to lock, as a block has one owner at any
 * time.  Where no thread can be had the caller does the work.
 */
#include "dedup/block.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

bool block_init(struct block *b, const struct dedup_options *o,
                struct banding banding)
{
    memset(b, 0, sizeof(*b));
    str_init(&b->raw, BLOCK_BYTES + 4 * DEDUP_TEXT_MAX);
    str_init(&b->normal, BLOCK_BYTES + 8 * DEDUP_TEXT_MAX);
    preparer_init(&b->preparer, o, banding);
    b->item = malloc(BLOCK_ITEMS * sizeof(*b->item));
    return b->item != NULL;
}

void block_release(struct block *b)
{
    block_wait(b);
    free(b->item);
    b->item = NULL;
    str_release(&b->raw);
    str_release(&b->normal);
    preparer_release(&b->preparer);
}

void block_clear(struct block *b)
{
    b->n = 0;
    str_clear(&b->raw);
    str_clear(&b->normal);
}

bool block_full(const struct block *b)
{
    return b->n == BLOCK_ITEMS || b->raw.len >= BLOCK_BYTES;
}

bool block_add(struct block *b, uint64_t number, const char *text, size_t len,
               bool normal)
{
    struct block_item *i = &b->item[b->n++];

    i->number = number;
    i->text = normal ? text : NULL;
    i->at = b->raw.len;
    i->len = len;
    i->ok = false;
    if (!normal)
        str_add(&b->raw, text, len);
    return !str_failed(&b->raw);
}

/* All texts first: `normal` moves while it grows. */
static void normalise(struct block *b)
{
    size_t k, start;

    for (k = 0; k < b->n; k++) {
        struct block_item *i = &b->item[k];

        if (i->text != NULL)
            continue;
        start = b->normal.len;
        text_normalise_but(b->raw.s + i->at, i->len, b->preparer.o.keep,
                           &b->normal);
        i->at = start;
        i->len = b->normal.len - start;
    }
}

static void *work(void *arg)
{
    struct block *b = arg;
    size_t k;

    normalise(b);
    for (k = 0; k < b->n && !str_failed(&b->normal); k++) {
        struct block_item *i = &b->item[k];
        const char *text = i->text != NULL ? i->text : b->normal.s + i->at;

        i->ok = i->len <= DEDUP_TEXT_MAX &&
                preparer_normal(&b->preparer, text, i->len, &i->prepared);
    }
    return NULL;
}

void block_start(struct block *b, bool thread)
{
    if (thread && b->n > 0)
        b->running = pthread_create(&b->thread, NULL, work, b) == 0;
    if (!b->running)
        work(b);
}

void block_wait(struct block *b)
{
    if (b->running)
        pthread_join(b->thread, NULL);
    b->running = false;
}
