/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The embedded embedding: hashed counts of words and of character 3- to
 * 5-grams of the normalised text, signed, as a unit vector ("feature
 * hashing", Weinberger et al. 2009).
 *
 * It knows spelling, not meaning: word forms and word order are near each
 * other, synonyms are not.  It is there so that the second look works, and is
 * tested, without a network.
 */
#include "base/text.h"
#include "builtin/speak.h"

#include <math.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#define DIMENSIONS 256u

static void count(double v[DIMENSIONS], const char *s, size_t len, double by)
{
    uint64_t h = XXH3_64bits(s, len);

    v[h % DIMENSIONS] += h >> 63 ? by : -by;
}

static void add_features(const char *s, size_t len, double v[DIMENSIONS])
{
    size_t i, n, start = 0;

    for (n = 3; n <= 5; n++)
        for (i = 0; i + n <= len; i++)
            count(v, s + i, n, 1);
    for (i = 0; i <= len; i++) {
        if (i < len && s[i] != ' ')
            continue;
        if (i > start)
            count(v, s + start, i - start, 3);
        start = i + 1;
    }
}

static void one(const char *text, struct str *out)
{
    double v[DIMENSIONS] = {0}, sum = 0;
    struct str normal;
    unsigned i;

    str_init(&normal, 16u << 20);
    text_normalise(text, strlen(text), &normal);
    add_features(normal.s, normal.len, v);
    str_release(&normal);
    for (i = 0; i < DIMENSIONS; i++)
        sum += v[i] * v[i];
    if (sum <= 0)
        v[0] = sum = 1; /* a text without letters still has a direction */
    for (i = 0; i < DIMENSIONS; i++)
        str_addf(out, "%c%.6g", i == 0 ? '[' : ',', v[i] / sqrt(sum));
    str_addc(out, ']');
}

void embed_speak(const struct call *call, struct str *out)
{
    size_t i;

    str_addc(out, '[');
    for (i = 0; i < call->nmessages; i++) {
        if (i > 0)
            str_addc(out, ',');
        one(call->messages[i].text, out);
    }
    str_addc(out, ']');
}
