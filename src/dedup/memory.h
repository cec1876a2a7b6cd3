/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_DEDUP_MEMORY_H
#define PHGEN_DEDUP_MEMORY_H

#include <stddef.h>

/*
 * Blocks for tables that are read at random: large ones come straight from
 * the kernel, on huge pages where it has them (a look-up without one costs a
 * second cache miss, for the page table), and go back to it at once.
 * Contents are undefined.  The caller remembers the size.
 */
void *memory_new(size_t bytes); /* NULL: none left */
void memory_free(void *p, size_t bytes);

/* What a block of that size really takes. */
size_t memory_bytes(size_t bytes);

#endif
