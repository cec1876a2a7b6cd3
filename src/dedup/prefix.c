/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rarity is kept as one byte of logarithm per bucket of shingles: coarse is
 * good enough for an order, and a quarter of a megabyte stays in cache.
 *
 * A posting is an entry with the set's size and the shingle's position in
 * it, so that most are passed over without a look at the entry.  Sizes that
 * do not fit are not filtered by.
 */
#include "dedup/prefix.h"

#include "dedup/memory.h"
#include "dedup/shingle.h"

#include <math.h> /* log2 */
#include <stdlib.h>
#include <string.h>

#define CLASSES ((size_t)1 << 18)
#define SEEN    4096u
#define UNSIZED UINT16_MAX

struct posting {
    uint32_t entry;
    uint16_t size, at;
};

/* A shingle's postings: one stands in the slot itself. */
struct slot {
    uint32_t key;
    uint32_t n; /* 0: empty slot; the power of two above it is allocated */
    union {
        struct posting one;
        struct posting *many;
    } u;
};

struct prefix {
    double threshold;
    bool containment;
    uint8_t *class;
    uint32_t *count;
    struct slot *slot;
    size_t slots, used, bytes;
    uint64_t *key; /* of the text at hand, in order */
    size_t key_cap;
    uint64_t seen[SEEN]; /* query number and entry */
    uint32_t query;
};

struct prefix *prefix_new(double threshold, bool containment)
{
    struct prefix *p = calloc(1, sizeof(*p));

    if (p == NULL)
        return NULL;
    p->threshold = threshold;
    p->containment = containment;
    p->class = calloc(CLASSES, 1);
    p->count = calloc(CLASSES, sizeof(*p->count));
    if (p->class == NULL || p->count == NULL) {
        prefix_free(p);
        return NULL;
    }
    return p;
}

static void clear(struct prefix *p)
{
    size_t i;

    for (i = 0; i < p->slots; i++)
        if (p->slot[i].n > 1)
            free(p->slot[i].u.many);
    memory_free(p->slot, p->slots * sizeof(*p->slot));
    p->slot = NULL;
    p->slots = p->used = p->bytes = 0;
}

void prefix_free(struct prefix *p)
{
    if (p == NULL)
        return;
    clear(p);
    free(p->class);
    free(p->count);
    free(p->key);
    free(p);
}

size_t prefix_bytes(const struct prefix *p)
{
    return sizeof(*p) + CLASSES * (1 + sizeof(*p->count)) + p->bytes +
           memory_bytes(p->slots * sizeof(*p->slot));
}

static size_t class_of(uint64_t hash)
{
    return (size_t)(hash >> 13) & (CLASSES - 1);
}

void prefix_count(struct prefix *p, const uint64_t *hash, size_t n)
{
    size_t i;

    for (i = 0; i < n; i++)
        p->count[class_of(hash[i])]++;
}

void prefix_learn(struct prefix *p)
{
    size_t i;

    for (i = 0; i < CLASSES; i++)
        p->class[i] = (uint8_t)(8 * log2(1.0 + p->count[i]));
    memset(p->count, 0, CLASSES * sizeof(*p->count));
    clear(p);
}

static int by_key(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return (x > y) - (x < y);
}

/* Sets `key` to the text's shingles, rare ones first; returns how many of
 * them are its prefix, 0 when out of memory. */
static size_t order(struct prefix *p, const uint64_t *hash, size_t n)
{
    uint64_t *key;
    size_t i;

    if (n > p->key_cap) {
        key = realloc(p->key, 2 * n * sizeof(*key));
        if (key == NULL)
            return 0;
        p->key = key;
        p->key_cap = 2 * n;
    }
    for (i = 0; i < n; i++)
        p->key[i] = (uint64_t)p->class[class_of(hash[i])] << 56 |
                    (hash[i] & 0xFFFFFFFFFFFFFFu);
    qsort(p->key, n, sizeof(*p->key), by_key);
    return n - shingles_need_of(p->threshold, n) + 1;
}

static size_t find_slot(const struct prefix *p, uint32_t key)
{
    size_t i = (size_t)(((uint64_t)key * p->slots) >> 32);

    while (p->slot[i].n != 0 && p->slot[i].key != key)
        i = i + 1 < p->slots ? i + 1 : 0;
    return i;
}

static bool grow(struct prefix *p)
{
    size_t slots = p->slots, i;
    struct slot *old = p->slot;

    p->slots = slots + slots / 2 + 1024;
    p->slot = memory_new(p->slots * sizeof(*p->slot));
    if (p->slot == NULL) {
        p->slot = old;
        p->slots = slots;
        return false;
    }
    memset(p->slot, 0, p->slots * sizeof(*p->slot));
    for (i = 0; i < slots; i++)
        if (old[i].n != 0)
            p->slot[find_slot(p, old[i].key)] = old[i];
    memory_free(old, slots * sizeof(*old));
    return true;
}

static bool add_posting(struct prefix *p, uint32_t key, struct posting new)
{
    struct slot *s;
    struct posting *many;

    if (p->used * 4 >= p->slots * 3 && !grow(p))
        return false;
    s = &p->slot[find_slot(p, key)];
    if (s->n == 0) {
        s->key = key;
        s->u.one = new;
        p->used++;
    } else {
        if ((s->n & (s->n - 1)) == 0) {
            many = realloc(s->n > 1 ? s->u.many : NULL,
                           2 * (size_t)s->n * sizeof(*many));
            if (many == NULL)
                return false;
            p->bytes += (s->n > 1 ? s->n : 2) * sizeof(*many);
            if (s->n == 1)
                many[0] = s->u.one;
            s->u.many = many;
        }
        s->u.many[s->n] = new;
    }
    s->n++;
    return true;
}

static uint16_t small(size_t n)
{
    return n < UNSIZED ? (uint16_t)n : UNSIZED;
}

bool prefix_add(struct prefix *p, uint32_t entry, const uint64_t *hash,
                size_t n)
{
    size_t len = order(p, hash, n), i;
    struct posting new = {entry, small(n), 0};

    if (len > 0 && p->containment)
        len = n; /* it may be much the larger of a pair */
    for (i = 0; i < len; i++) {
        new.at = small(i);
        if (!add_posting(p, (uint32_t)p->key[i], new))
            return false;
    }
    return len > 0;
}

/* A removed entry's postings stay, so that no allocation changes; they are
 * made to point at nothing. */
void prefix_remove(struct prefix *p, uint32_t entry, const uint64_t *hash,
                   size_t n)
{
    size_t len = order(p, hash, n), i, k;
    struct slot *s;
    struct posting *list;

    if (len > 0 && p->containment)
        len = n;
    for (i = 0; i < len && p->slots > 0; i++) {
        s = &p->slot[find_slot(p, (uint32_t)p->key[i])];
        list = s->n > 1 ? s->u.many : &s->u.one;
        for (k = 0; k < s->n; k++)
            if (list[k].entry == entry)
                list[k].size = 0;
    }
}

bool candidates_room(struct candidates *found, size_t n)
{
    struct candidate *p;

    if (n <= found->cap)
        return true;
    p = realloc(found->list, 2 * n * sizeof(*p));
    if (p == NULL)
        return false;
    found->list = p;
    found->cap = 2 * n;
    return true;
}

/* Can the first shared shingle stand at `at` of the query of size n, and
 * there in the other? */
static bool possible(const struct prefix *p, size_t n, size_t at,
                     const struct posting *o)
{
    size_t here = n - at, there = (size_t)o->size - o->at;
    double t = p->threshold, most = (double)(here < there ? here : there);

    if (o->size == UNSIZED || n >= UNSIZED)
        return true;
    if (p->containment)
        return most + 1e-6 >= t * (double)n;
    return most * (1 + t) + 1e-6 >= t * (double)(n + o->size);
}

static bool scan(struct prefix *p, size_t i, size_t n, uint32_t below,
                 struct candidates *out)
{
    const struct slot *s = &p->slot[find_slot(p, (uint32_t)p->key[i])];
    const struct posting *list = s->n > 1 ? s->u.many : &s->u.one;
    uint64_t tag;
    size_t k;

    for (k = 0; k < s->n && list[k].entry < below; k++) {
        if (list[k].size == 0 || !possible(p, n, i, &list[k]))
            continue;
        tag = (uint64_t)p->query << 32 | list[k].entry;
        if (p->seen[list[k].entry % SEEN] == tag)
            continue;
        p->seen[list[k].entry % SEEN] = tag;
        if (!candidates_room(out, out->n + 1))
            return false;
        out->list[out->n++].entry = list[k].entry;
    }
    return true;
}

bool prefix_find(struct prefix *p, const uint64_t *hash, size_t n,
                 uint32_t below, struct candidates *found)
{
    size_t len = order(p, hash, n), i;

    if (++p->query == 0)
        memset(p->seen, 0, sizeof(p->seen));
    p->query += p->query == 0;
    for (i = 0; i < len && p->slots > 0; i++)
        if (!scan(p, i, n, below, found))
            return false;
    return len > 0;
}
