/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Shingling is the floor under everything here: each text is hashed once, at
 * every position.  So the common case, ASCII and a small n, is a loop that
 * the compiler sees whole (XXH3 inlined at a constant length), and the set is
 * a small open-addressing table that stays in the first-level cache.
 *
 * Sets of other texts are never stored: a normalised text is one byte a
 * shingle where its set is eight.  To compare, the other text is walked: a
 * shingle that the set has leads to its place in the set's text, and from
 * there each next byte that both texts have means one more shared shingle,
 * with no hash taken.  Texts worth comparing share long runs.
 */
#include "dedup/shingle.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

void shingles_init(struct shingles *s)
{
    memset(s, 0, sizeof(*s));
}

void shingles_release(struct shingles *s)
{
    free(s->hash);
    free(s->at);
    free(s->mark);
    free(s->slot);
    free(s->slot_at);
    free(s->other);
    shingles_init(s);
}

double shingles_jaccard(size_t a, size_t b, size_t overlap)
{
    return (double)overlap / (double)(a + b - overlap);
}

size_t shingles_need(double threshold, size_t a, size_t b)
{
    size_t most = a < b ? a : b;
    double guess = floor(threshold / (1 + threshold) * (double)(a + b));
    size_t o = guess > 2 ? (size_t)guess - 2 : 1;

    /* The division above may round either way; the formula decides. */
    while (o <= most && shingles_jaccard(a, b, o) < threshold)
        o++;
    return o;
}

size_t shingles_need_of(double threshold, size_t n)
{
    double guess = floor(threshold * (double)n);
    size_t o = guess > 2 ? (size_t)guess - 1 : 1;

    while (o < n && (double)o / (double)n < threshold)
        o++;
    return o;
}

/* 0 marks an empty slot. */
static uint64_t hash_of(const char *p, size_t len)
{
    uint64_t h = XXH3_64bits(p, len);

    return h != 0 ? h : 1;
}

static bool is_ascii(const char *text, size_t len)
{
    uint64_t all = 0, w;
    size_t i;

    for (i = 0; i + 8 <= len; i += 8) {
        memcpy(&w, text + i, 8);
        all |= w;
    }
    for (; i < len; i++)
        all |= (unsigned char)text[i];
    return (all & 0x8080808080808080u) == 0;
}

/* One shingle a byte: where the fast loops apply. */
static bool is_plain(const struct dedup_options *o, const char *text,
                     size_t len)
{
    return o->kind == SHINGLE_CHAR && len > o->n && is_ascii(text, len);
}

static inline __attribute__((always_inline)) size_t
hash_bytes_run(const char *text, size_t len, size_t n, uint64_t *out)
{
    size_t i, count = len - n + 1;

    for (i = 0; i < count; i++)
        out[i] = hash_of(text + i, n);
    return count;
}

static size_t hash_ascii(const char *text, size_t len, size_t n, uint64_t *out)
{
    switch (n) {
    case 3:
        return hash_bytes_run(text, len, 3, out);
    case 4:
        return hash_bytes_run(text, len, 4, out);
    case 5:
        return hash_bytes_run(text, len, 5, out);
    case 6:
        return hash_bytes_run(text, len, 6, out);
    case 7:
        return hash_bytes_run(text, len, 7, out);
    case 8:
        return hash_bytes_run(text, len, 8, out);
    default:
        return hash_bytes_run(text, len, n, out);
    }
}

/* Past the code point or the word, and the space behind it, at `i`. */
static size_t next_unit(enum shingle kind, const char *text, size_t len,
                        size_t i)
{
    const char *space;

    if (kind == SHINGLE_WORD) {
        space = memchr(text + i, ' ', len - i);
        return space != NULL ? (size_t)(space - text) + 1 : len;
    }
    for (i++; i < len && ((unsigned char)text[i] & 0xC0) == 0x80; i++)
        ;
    return i;
}

size_t shingles_hash(const struct dedup_options *o, const char *text,
                     size_t len, uint64_t *out)
{
    size_t start = 0, end = 0, count = 0, i, stop;

    if (is_plain(o, text, len))
        return hash_ascii(text, len, o->n, out);
    for (i = 0; i < o->n && end < len; i++)
        end = next_unit(o->kind, text, len, end);
    for (;;) {
        stop = o->kind == SHINGLE_WORD && end < len ? end - 1 : end;
        out[count++] = hash_of(text + start, stop - start);
        if (end >= len)
            return count;
        start = next_unit(o->kind, text, len, start);
        end = next_unit(o->kind, text, len, end);
    }
}

static bool resize(void *array, size_t n, size_t size)
{
    void **p = array;
    void *q = realloc(*p, n * size);

    if (q == NULL)
        return false;
    *p = q;
    return true;
}

static bool size_arrays(struct shingles *s, size_t len)
{
    size_t cap = 512;

    while (cap < len + 1)
        cap *= 2;
    if (cap <= s->cap)
        return true;
    s->cap = 0;
    if (cap > UINT32_MAX || !resize(&s->hash, cap, sizeof(*s->hash)) ||
        !resize(&s->at, cap, sizeof(*s->at)) ||
        !resize(&s->mark, cap, sizeof(*s->mark)))
        return false;
    memset(s->mark, 0, cap * sizeof(*s->mark));
    s->stamp = 0;
    s->cap = cap;
    return true;
}

static bool size_table(struct shingles *s, size_t n)
{
    size_t want = 64;

    while (want < 2 * n)
        want *= 2;
    if (want > s->slots_cap) {
        s->slots_cap = 0;
        if (!resize(&s->slot, want, sizeof(*s->slot)) ||
            !resize(&s->slot_at, want, sizeof(*s->slot_at)))
            return false;
        s->slots_cap = want;
    }
    s->mask = want - 1;
    memset(s->slot, 0, want * sizeof(*s->slot));
    return true;
}

/* The slot that holds the hash, or the empty one where it belongs. */
static inline size_t slot_of(const struct shingles *s, uint64_t h)
{
    size_t i = (size_t)(h >> 24) & s->mask;

    while (s->slot[i] != 0 && s->slot[i] != h)
        i = (i + 1) & s->mask;
    return i;
}

bool shingles_set(struct shingles *s, const struct dedup_options *o,
                  const char *text, size_t len)
{
    size_t i, k, n;
    uint64_t h;

    s->n = 0;
    s->text = text;
    s->len = len;
    s->plain = is_plain(o, text, len);
    if (!size_arrays(s, len))
        return false;
    n = shingles_hash(o, text, len, s->hash);
    if (!size_table(s, n))
        return false;
    for (i = 0; i < n; i++) {
        h = s->hash[i];
        k = slot_of(s, h);
        if (s->slot[k] == 0) {
            s->slot[k] = h;
            s->slot_at[k] = (uint32_t)i;
            s->at[i] = (uint32_t)s->n;
            s->hash[s->n++] = h;
        } else {
            s->at[i] = s->at[s->slot_at[k]];
        }
    }
    return true;
}

/* Marks the shingle of a position; 1 when it was not marked before. */
static inline size_t take(struct shingles *s, size_t position)
{
    uint32_t *mark = &s->mark[s->at[position]];
    size_t first = *mark != s->stamp;

    *mark = s->stamp;
    return first;
}

static inline __attribute__((always_inline)) size_t
overlap_plain(struct shingles *s, size_t n, const char *text, size_t len,
              size_t need)
{
    size_t last = len - n, mine = s->len - n, i, k, p, same = 0;
    uint64_t h;

    for (i = 0; i <= last; i++) {
        if (same + (last - i) + 1 < need)
            return same;
        h = hash_of(text + i, n);
        k = slot_of(s, h);
        if (s->slot[k] == 0)
            continue;
        p = s->slot_at[k];
        same += take(s, p);
        while (i < last && p < mine && text[i + n] == s->text[p + n]) {
            i++;
            p++;
            same += take(s, p);
        }
    }
    return same;
}

static size_t overlap_any(struct shingles *s, const struct dedup_options *o,
                          const char *text, size_t len, size_t need)
{
    size_t i, k, n, same = 0;

    if (len + 1 > s->other_cap) {
        s->other_cap = 0;
        if (!resize(&s->other, 2 * len + 512, sizeof(*s->other)))
            return 0;
        s->other_cap = 2 * len + 512;
    }
    n = shingles_hash(o, text, len, s->other);
    for (i = 0; i < n && same + (n - i) >= need; i++) {
        k = slot_of(s, s->other[i]);
        if (s->slot[k] != 0)
            same += take(s, s->slot_at[k]);
    }
    return same;
}

size_t shingles_overlap(struct shingles *s, const struct dedup_options *o,
                        const char *text, size_t len, size_t need)
{
    if (++s->stamp == 0) {
        memset(s->mark, 0, s->cap * sizeof(*s->mark));
        s->stamp = 1;
    }
    if (!s->plain || !is_plain(o, text, len))
        return overlap_any(s, o, text, len, need);
    if (o->n == 5) /* the default: a constant length to hash */
        return overlap_plain(s, 5, text, len, need);
    return overlap_plain(s, o->n, text, len, need);
}
