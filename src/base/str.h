/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_BASE_STR_H
#define PHGEN_BASE_STR_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * A growing byte string with a declared maximum.
 *
 * Invariants: `s` is never NULL and s[len] is always 0, so it can be passed
 * as a C string; bytes before it may be anything.  A `struct str` failed when
 * an append passed `max` or ran out of memory; from then on every append is
 * ignored, so a caller builds the whole string and asks once:
 *
 *      struct str s;
 *      str_init(&s, 1 << 20);
 *      str_addf(&s, "%s: %d", name, n);
 *      if (str_failed(&s)) ...
 *      str_release(&s);
 *
 * The caller owns the struct; str_detach() hands the heap bytes over.
 */
struct str {
    char *s;
    size_t len;
    size_t cap; /* bytes allocated; 0 while `s` is the shared empty string */
    size_t max; /* longest `len` allowed */
    bool bad;
};

void str_init(struct str *s, size_t max);
void str_release(struct str *s); /* back to the initial state, reusable */
void str_clear(struct str *s);   /* length 0 and not failed; keeps memory */

void str_add(struct str *s, const void *bytes, size_t len);
void str_adds(struct str *s, const char *text);
void str_addc(struct str *s, char c);
void str_addf(struct str *s, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Cuts to `len`, which must not be longer than the string. */
void str_cut(struct str *s, size_t len);

bool str_failed(const struct str *s);

/* The bytes, to be freed by the caller; NULL if it failed.  `s` is empty. */
char *str_detach(struct str *s);

/* A heap copy of `len` bytes with a 0 behind, or NULL. */
char *str_dup(const char *bytes, size_t len);

#endif
