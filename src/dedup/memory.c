/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * malloc() would do for correctness.  It keeps freed tables (a growing index
 * would hold its past sizes), and does not ask for huge pages.
 */
#include "dedup/memory.h"

#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

#define LARGE ((size_t)2 << 20)
#define PAGE  ((size_t)4096)

size_t memory_bytes(size_t bytes)
{
    return bytes < LARGE ? bytes : (bytes + PAGE - 1) / PAGE * PAGE;
}

void *memory_new(size_t bytes)
{
    void *p;

    if (bytes < LARGE)
        return malloc(bytes > 0 ? bytes : 1);
    p = mmap(NULL, memory_bytes(bytes), PROT_READ | PROT_WRITE,
             MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (p == MAP_FAILED)
        return NULL;
#ifdef MADV_HUGEPAGE
    madvise(p, memory_bytes(bytes), MADV_HUGEPAGE); /* a wish only */
#endif
    return p;
}

void memory_free(void *p, size_t bytes)
{
    if (p == NULL)
        return;
    if (bytes < LARGE)
        free(p);
    else
        munmap(p, memory_bytes(bytes));
}
