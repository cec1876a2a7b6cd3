/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The only place that knows how keys and ids are derived; a change here
 * changes every ledger key, so it is a change of the store's schema.
 */
#include "base/hash.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

struct hasher {
    XXH3_state_t *state;
};

static struct hash128 value(XXH128_hash_t h)
{
    struct hash128 out = {h.high64, h.low64};

    return out;
}

struct hash128 hash_bytes(const void *bytes, size_t len)
{
    return value(XXH3_128bits(bytes, len));
}

void hash_hex(struct hash128 h, char hex[HASH_HEX])
{
    snprintf(hex, HASH_HEX, "%016llx%016llx", (unsigned long long)h.high,
             (unsigned long long)h.low);
}

struct hasher *hasher_new(void)
{
    struct hasher *h = malloc(sizeof(*h));

    if (h != NULL)
        h->state = XXH3_createState();
    if (h == NULL || h->state == NULL) {
        /* A few hundred bytes at start-up: nothing sensible can follow. */
        fputs("phgen: out of memory\n", stderr);
        exit(1);
    }
    XXH3_128bits_reset(h->state);
    return h;
}

void hash_number(struct hasher *h, uint64_t n)
{
    unsigned char le[8];
    int i;

    for (i = 0; i < 8; i++)
        le[i] = (unsigned char)(n >> (8 * i));
    XXH3_128bits_update(h->state, le, sizeof(le));
}

void hash_field(struct hasher *h, const void *bytes, size_t len)
{
    hash_number(h, len);
    if (len > 0)
        XXH3_128bits_update(h->state, bytes, len);
}

void hash_string(struct hasher *h, const char *text)
{
    if (text == NULL)
        hash_number(h, UINT64_MAX);
    else
        hash_field(h, text, strlen(text));
}

struct hash128 hasher_end(struct hasher *h)
{
    struct hash128 out = value(XXH3_128bits_digest(h->state));

    XXH3_freeState(h->state);
    free(h);
    return out;
}
