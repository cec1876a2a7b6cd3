/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Dynamic programming over three rows on the stack: the words are short, and
 * one of them may come from anybody's command line, so longer ones are simply
 * near nothing.
 */
#include "base/nearest.h"

#include <stdint.h>
#include <string.h>

#define WORD_MAX      48
#define BEGINNING_MIN 4 /* letters of a word that may be cut short */

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Edits from `a` to `b`, row by row; three rows, for the swaps. */
static size_t distance(const char *a, size_t na, const char *b, size_t nb)
{
    size_t rows[3][WORD_MAX + 1], *now, *last, *before, i, j, d;

    for (j = 0; j <= nb; j++)
        rows[0][j] = j;
    for (i = 1; i <= na; i++) {
        now = rows[i % 3];
        last = rows[(i + 2) % 3];
        before = rows[(i + 1) % 3];
        now[0] = i;
        for (j = 1; j <= nb; j++) {
            d = last[j - 1] + (a[i - 1] != b[j - 1]);
            d = least(d, least(last[j], now[j - 1]) + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                d = least(d, before[j - 2] + 1);
            now[j] = d;
        }
    }
    return rows[na % 3][nb];
}

/* A score, lower is nearer; a beginning counts half an edit more. */
static size_t farness(const char *wrong, size_t len, const char *word)
{
    size_t n = strlen(word), d, best = SIZE_MAX;

    if (n > WORD_MAX)
        return best;
    d = distance(wrong, len, word, n);
    if (3 * d <= (n > len ? n : len))
        best = 2 * d;
    if (len < BEGINNING_MIN || n <= len)
        return best;
    d = distance(wrong, len, word, len);
    return 3 * d <= len ? least(best, 2 * d + 1) : best;
}

const char *nearest_word(const char *wrong, const char *const words[])
{
    size_t len = strlen(wrong), best = SIZE_MAX, f, i;
    const char *near = NULL;

    if (len == 0 || len > WORD_MAX)
        return NULL;
    for (i = 0; words[i] != NULL; i++) {
        f = farness(wrong, len, words[i]);
        if (f < best) {
            best = f;
            near = words[i];
        }
    }
    return near;
}
