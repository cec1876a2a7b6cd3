/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_DEDUP_BLOCK_H
#define PHGEN_DEDUP_BLOCK_H

#include "base/str.h"
#include "dedup/index.h"

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Some thousand texts that are normalised and prepared together, on another
 * thread if wanted, while an earlier block is looked up.
 *
 *      block_init(&b, &options, banding);
 *      block_add(&b, number, text, len, false);
 *      block_start(&b, true);  from here the block is the thread's ...
 *      block_wait(&b);         ... and from here the caller's again
 *      b.item[i].prepared ...
 *      block_clear(&b);
 *      block_release(&b);
 */
#define BLOCK_ITEMS 4096u
#define BLOCK_BYTES ((size_t)4 << 20) /* of text; then it is full, too */

struct block_item {
    uint64_t number;  /* the caller's */
    const char *text; /* borrowed, or NULL: in `raw`, from `at` */
    size_t at, len;
    bool ok; /* prepared; else too long or out of memory */
    struct prepared prepared;
};

struct block {
    struct block_item *item;
    size_t n;
    struct str raw, normal;
    struct preparer preparer;
    pthread_t thread;
    bool running; /* on `thread` */
};

bool block_init(struct block *b, const struct dedup_options *o,
                struct banding banding); /* false: out of memory */
void block_release(struct block *b);
void block_clear(struct block *b);
bool block_full(const struct block *b);

/* Copies the text, unless it is normalised already: then it is borrowed.
 * False: out of memory. */
bool block_add(struct block *b, uint64_t number, const char *text, size_t len,
               bool normal);

void block_start(struct block *b, bool thread);
void block_wait(struct block *b);

#endif
