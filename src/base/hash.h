/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_BASE_HASH_H
#define PHGEN_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

/*
 * XXH3-128 as a value, streamed over fields.
 *
 * hash_field() mixes in the length first, so ("ab", "c") and ("a", "bc")
 * differ.  The text form is 32 lower-case hexadecimal digits, high half
 * first, as the xxh128sum command prints it.
 *
 *      struct hash128 h = hash_bytes(text, len);
 *      char hex[HASH_HEX];
 *      hash_hex(h, hex);
 */
#define HASH_HEX 33

struct hash128 {
    uint64_t high, low;
};

struct hash128 hash_bytes(const void *bytes, size_t len);
void hash_hex(struct hash128 h, char hex[HASH_HEX]);

struct hasher; /* heap; a stream over many fields */
struct hasher *hasher_new(void);
void hash_field(struct hasher *h, const void *bytes, size_t len);
void hash_string(struct hasher *h, const char *text); /* NULL is a field too */
void hash_number(struct hasher *h, uint64_t n);
struct hash128 hasher_end(struct hasher *h); /* frees it */

#endif
