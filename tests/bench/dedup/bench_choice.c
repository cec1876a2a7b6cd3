/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which shingle and threshold for prompts of 3 to 60 words: how many planted
 * near-duplicates reach a threshold, and how many hard negatives do, by the
 * length of the prompt.
 *
 *      bench_choice [PAIRS]
 *
 * A planted pair is a prompt and what was made of it by changes of case and
 * punctuation, typing errors, and up to one word in five changed, put in,
 * left out or moved.  A hard negative is two prompts from one template with
 * other words in its slots.
 */
#include "corpus.h"

#include "base/text.h"
#include "dedup/dedup.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define THRESHOLDS 4
#define LENGTHS    3
#define TEMPLATES  200

static const double thresholds[THRESHOLDS] = {0.5, 0.6, 0.7, 0.8};
static const size_t upto[LENGTHS] = {10, 25, 64};

static const struct {
    enum shingle kind;
    unsigned n;
} kinds[] = {
    {SHINGLE_CHAR, 3}, {SHINGLE_CHAR, 4}, {SHINGLE_CHAR, 5}, {SHINGLE_CHAR, 7},
    {SHINGLE_WORD, 1}, {SHINGLE_WORD, 2}, {SHINGLE_WORD, 3},
};

struct tally {
    uint64_t pairs[LENGTHS], over[LENGTHS][THRESHOLDS];
};

struct text {
    char bytes[CORPUS_TEXT_MAX];
    size_t len;
};

static void compare(struct tally *t, const struct dedup_options *o,
                    const struct text *a, const struct text *b)
{
    size_t words = text_count_words(a->bytes, a->len), i = 0, k;
    double s = dedup_similarity(o, a->bytes, a->len, b->bytes, b->len);

    while (i + 1 < LENGTHS && words > upto[i])
        i++;
    t->pairs[i]++;
    for (k = 0; k < THRESHOLDS; k++)
        t->over[i][k] += s >= thresholds[k];
}

/* Up to `pairs` pairs of each kind, from the corpus in order. */
static void measure(const struct corpus *c, const struct dedup_options *o,
                    uint64_t pairs, struct tally *planted,
                    struct tally *sibling)
{
    uint64_t last[TEMPLATES], n = 0, m = 0, i, source, none;
    struct text a, b;
    int t;

    memset(last, 0xFF, sizeof(last));
    memset(planted, 0, sizeof(*planted));
    memset(sibling, 0, sizeof(*sibling));
    for (i = 0; n < pairs || m < pairs; i++) {
        a.len = corpus_text(c, i, &source, a.bytes);
        if (source != i && n < pairs) {
            b.len = corpus_text(c, source, &none, b.bytes);
            if (none == source) { /* else it was changed itself */
                compare(planted, o, &a, &b);
                n++;
            }
        }
        t = source == i ? corpus_template(c, i) : -1;
        if (t < 0)
            continue;
        if (last[t] != UINT64_MAX && m++ < pairs) {
            b.len = corpus_text(c, last[t], &none, b.bytes);
            compare(sibling, o, &a, &b);
        }
        last[t] = i;
    }
}

static double share(const struct tally *t, size_t length, size_t threshold)
{
    uint64_t n = t->pairs[length];

    return 100 * (double)t->over[length][threshold] / (double)(n ? n : 1);
}

static void show(const struct dedup_options *o, const struct tally *planted,
                 const struct tally *sibling)
{
    size_t i, k;

    for (i = 0; i < LENGTHS; i++) {
        printf("| %s:%u | %zu to %zu |",
               o->kind == SHINGLE_CHAR ? "char" : "word", o->n,
               i > 0 ? upto[i - 1] + 1 : 3, upto[i]);
        for (k = 0; k < THRESHOLDS; k++)
            printf(" %5.1f / %4.1f |", share(planted, i, k),
                   share(sibling, i, k));
        puts("");
    }
}

int main(int argc, char **argv)
{
    uint64_t pairs = argc > 1 ? strtoull(argv[1], NULL, 10) : 20000;
    struct corpus *c = corpus_new(1);
    struct dedup_options o = DEDUP_DEFAULTS;
    struct tally planted, sibling;
    size_t i;

    if (c == NULL || pairs == 0) {
        fputs("usage: bench_choice [PAIRS]\n", stderr);
        return 2;
    }
    printf("planted near-duplicates / hard negatives at the threshold or "
           "above, %% of %llu each\n\n"
           "| shingle | words | 0.5 | 0.6 | 0.7 | 0.8 |\n"
           "|---|---|---|---|---|---|\n",
           (unsigned long long)pairs);
    for (i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
        o.kind = kinds[i].kind;
        o.n = kinds[i].n;
        measure(c, &o, pairs, &planted, &sibling);
        show(&o, &planted, &sibling);
    }
    corpus_free(c);
    return 0;
}
