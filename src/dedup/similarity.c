/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The definition, written as naively as it can be: no tables, no sketches.
 * Everything clever in this room is tested against these two functions.
 */
#include "dedup/dedup.h"

#include "base/str.h"
#include "base/text.h"
#include "dedup/shingle.h"

#include <stdlib.h>

static int by_value(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return (x > y) - (x < y);
}

/* The sorted distinct shingles of a text, or NULL: out of memory. */
static uint64_t *sorted_set(const struct dedup_options *o, const char *text,
                            size_t len, size_t *n)
{
    uint64_t *set = NULL;
    struct str s;
    size_t i, all;

    str_init(&s, DEDUP_TEXT_MAX);
    text_normalise_but(text, len, o->keep, &s);
    if (!str_failed(&s))
        set = malloc((s.len + 1) * sizeof(*set));
    if (set != NULL) {
        all = shingles_hash(o, s.s, s.len, set);
        qsort(set, all, sizeof(*set), by_value);
        for (*n = 0, i = 0; i < all; i++)
            if (i == 0 || set[i] != set[i - 1])
                set[(*n)++] = set[i];
    }
    str_release(&s);
    return set;
}

/* Sizes and overlap; all 0 when out of memory. */
static void compare(const struct dedup_options *o, const char *a, size_t alen,
                    const char *b, size_t blen, size_t count[3])
{
    size_t na = 0, nb = 0, i = 0, j = 0, same = 0;
    uint64_t *x = sorted_set(o, a, alen, &na);
    uint64_t *y = sorted_set(o, b, blen, &nb);

    while (x != NULL && y != NULL && i < na && j < nb) {
        same += x[i] == y[j];
        if (x[i] <= y[j]) {
            j += x[i] == y[j];
            i++;
        } else {
            j++;
        }
    }
    count[0] = na;
    count[1] = nb;
    count[2] = same;
    free(x);
    free(y);
}

double dedup_similarity(const struct dedup_options *options, const char *a,
                        size_t alen, const char *b, size_t blen)
{
    size_t c[3];

    compare(options, a, alen, b, blen, c);
    return c[2] > 0 ? shingles_jaccard(c[0], c[1], c[2]) : 0;
}

double dedup_containment(const struct dedup_options *options, const char *a,
                         size_t alen, const char *b, size_t blen)
{
    size_t c[3];

    compare(options, a, alen, b, blen, c);
    return c[2] > 0 ? (double)c[2] / (double)c[0] : 0;
}
