/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_DATASET_SHELF_H
#define PHGEN_DATASET_SHELF_H

#include "base/err.h"
#include "base/str.h"
#include "dataset/reader.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/*
 * Rows that wait for a verdict, numbered from 0 in the order in which they
 * were put by.
 *
 *      struct shelf s;
 *      shelf_init(&s, true);
 *      shelf_put(&s, file, &row, err);
 *      shelf_get(&s, n, &item, err);
 *      shelf_release(&s);
 *
 * A shelf that keeps writes to a temporary file without a name (in $TMPDIR,
 * else /tmp), takes eight bytes of memory a row, and gives any row back as
 * often as wanted.  One that does not holds rows in memory and gives each
 * back once, in order: then its memory is that of the rows in between.
 */
struct shelf {
    bool keeps;
    FILE *file;
    bool unwritten; /* the stream's buffer may hold rows */
    uint64_t *at;   /* of each row, in the file */
    size_t cap;
    uint64_t size, rows, next;
    struct str mem; /* of a shelf that does not keep */
    size_t head;
    struct str scratch;
};

struct shelf_item {
    uint32_t file; /* as the caller said */
    uint64_t line;
    const char *raw, *prompt; /* borrowed until the next call */
    size_t raw_len, len;
    const char *end;
};

void shelf_init(struct shelf *s, bool keeps);
void shelf_release(struct shelf *s);

int shelf_put(struct shelf *s, uint32_t file, const struct reader_row *row,
              struct err *err);
int shelf_get(struct shelf *s, uint64_t row, struct shelf_item *item,
              struct err *err);

size_t shelf_bytes(const struct shelf *s); /* of memory */

#endif
