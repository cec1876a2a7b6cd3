/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the near-duplicate index costs and finds, beside the floor under any
 * such index: normalising every text and hashing every shingle once.
 *
 *      bench_dedup [--texts N] [--subset N] [--exact] [--words] [--n N]
 *                  [--threshold T] [--seed N]
 *
 * Streaming: each prompt is looked for and added when it is new.  Clocks run
 * over blocks of prompts that were made before.  `last` is the speed of the
 * last tenth, at full size.  Recall and precision are against brute force: a
 * count of all shared shingles of all pairs of a subset.  "planted" is the
 * share of planted near-duplicates of an indexed prompt that were found while
 * streaming, at full size.
 */
#include "corpus.h"

#include "base/str.h"
#include "base/text.h"
#include "dedup/dedup.h"
#include "dedup/shingle.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#define BLOCK 5000u

struct options {
    uint64_t texts, subset, seed;
    struct dedup_options dedup;
};

struct block {
    char *text;
    size_t at[BLOCK + 1];
    uint64_t source[BLOCK];
    size_t n;
};

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void *need(void *p)
{
    if (p == NULL) {
        fputs("bench_dedup: out of memory\n", stderr);
        exit(1);
    }
    return p;
}

static void fill(struct block *b, const struct corpus *c, uint64_t from,
                 uint64_t upto)
{
    size_t len = 0, i;

    b->n = upto - from < BLOCK ? (size_t)(upto - from) : BLOCK;
    for (i = 0; i < b->n; i++) {
        b->at[i] = len;
        len += corpus_text(c, from + i, &b->source[i], b->text + len);
    }
    b->at[b->n] = len;
}

/* Seconds to normalise the block and hash its shingles. */
static double floor_of(const struct block *b, const struct dedup_options *o,
                       uint64_t *sink, uint64_t *shingles)
{
    static uint64_t hash[CORPUS_TEXT_MAX * 4];
    double start = now();
    struct str s;
    size_t i, k, n;

    str_init(&s, sizeof(hash) / sizeof(hash[0]) - 1);
    for (i = 0; i < b->n; i++) {
        str_clear(&s);
        text_normalise(b->text + b->at[i], b->at[i + 1] - b->at[i], &s);
        n = shingles_hash(o, s.s, s.len, hash);
        *shingles += n;
        for (k = 0; k < n; k++)
            *sink ^= hash[k];
    }
    str_release(&s);
    return now() - start;
}

struct stream {
    double seconds, floor, last;
    uint64_t kept, planted, found, bytes, shingles, text_bytes;
    struct dedup_work work;
};

/* A planted prompt that index and definition agree or disagree about. */
static void judge(struct stream *s, const struct options *o,
                  const struct corpus *c, const struct block *b, size_t i,
                  const unsigned char *kept, bool hit)
{
    char source[CORPUS_TEXT_MAX];
    uint64_t none;
    size_t len;

    if (!(kept[b->source[i] / 8] >> (b->source[i] % 8) & 1))
        return;
    len = corpus_text(c, b->source[i], &none, source);
    if (dedup_similarity(&o->dedup, source, len, b->text + b->at[i],
                         b->at[i + 1] - b->at[i]) < o->dedup.threshold)
        return;
    s->planted++;
    s->found += hit;
}

static double run_block(struct dedup *d, const struct block *b, uint64_t from,
                        bool *hits)
{
    double start = now();
    struct dedup_hit hit;
    size_t i;

    for (i = 0; i < b->n; i++) {
        const char *text = b->text + b->at[i];
        size_t len = b->at[i + 1] - b->at[i];

        hits[i] = dedup_find(d, text, len, UINT64_MAX, &hit);
        if (!hits[i] && dedup_add(d, from + i, text, len, NULL) != 0)
            need(NULL);
    }
    return now() - start;
}

static void stream(const struct options *o, const struct corpus *c,
                   uint64_t texts, struct stream *s)
{
    struct block *b = need(malloc(sizeof(*b)));
    unsigned char *kept = need(calloc(1, (size_t)texts / 8 + 1));
    struct dedup *d = need(dedup_new(&o->dedup, NULL));
    bool hits[BLOCK];
    uint64_t from, i, sink = 0, in_last = 0;
    double t;

    memset(s, 0, sizeof(*s));
    b->text = need(malloc((size_t)BLOCK * CORPUS_TEXT_MAX));
    for (from = 0; from < texts; from += b->n) {
        fill(b, c, from, texts);
        s->floor += floor_of(b, &o->dedup, &sink, &s->shingles);
        t = run_block(d, b, from, hits);
        s->seconds += t;
        s->text_bytes += b->at[b->n];
        if (from + b->n > texts / 10 * 9) {
            s->last += t;
            in_last += b->n;
        }
        for (i = 0; i < b->n; i++) {
            if (!hits[i])
                kept[(from + i) / 8] |= (unsigned char)(1 << ((from + i) % 8));
            if (b->source[i] != from + i)
                judge(s, o, c, b, i, kept, hits[i]);
        }
    }
    s->last = (double)in_last / s->last;
    s->kept = dedup_count(d);
    s->bytes = dedup_bytes(d);
    s->work = dedup_work(d);
    if (sink == 42)
        puts("");
    dedup_free(d);
    free(b->text);
    free(b);
    free(kept);
}

static void show_stream(const struct options *o, uint64_t texts,
                        const struct stream *s)
{
    double n = (double)texts, q = (double)s->work.queries;
    struct rusage u;

    (void)o;
    getrusage(RUSAGE_SELF, &u);
    printf("| %8llu | %9.0f | %9.0f | %9.0f | %5.2f | %5.0f | %6.1f | %6.2f "
           "| %8.4f | %4.1f | %5ld |\n",
           (unsigned long long)texts, n / s->seconds, s->last, n / s->floor,
           s->seconds / s->floor, (double)s->bytes / (double)s->kept,
           (double)s->work.candidates / q, (double)s->work.verified / q,
           s->planted > 0 ? (double)s->found / (double)s->planted : 1,
           100 * (1 - (double)s->kept / n), u.ru_maxrss / 1024);
    fflush(stdout);
}

/* Brute force: postings of every shingle of every text before. */
struct truth {
    uint64_t *hash; /* of all texts, one after the other */
    size_t *at;
    size_t n;
};

struct item {
    uint64_t hash;
    uint32_t text;
};

static int by_hash(const void *a, const void *b)
{
    const struct item *x = a, *y = b;

    if (x->hash != y->hash)
        return x->hash < y->hash ? -1 : 1;
    return (x->text > y->text) - (x->text < y->text);
}

/* All shingles of the subset, sorted by shingle; sizes of the sets. */
static struct item *all_items(const struct options *o, const struct corpus *c,
                              size_t n, size_t *sizes, size_t *items)
{
    struct item *it = NULL;
    size_t cap = 0, k, i;
    char text[CORPUS_TEXT_MAX];
    struct shingles set;
    struct str s;
    uint64_t source;

    shingles_init(&set);
    str_init(&s, 4 * CORPUS_TEXT_MAX);
    *items = 0;
    for (i = 0; i < n; i++) {
        str_clear(&s);
        text_normalise(text, corpus_text(c, i, &source, text), &s);
        if (!shingles_set(&set, &o->dedup, s.s, s.len))
            need(NULL);
        if (*items + set.n > cap) {
            cap = 2 * cap + set.n + 1000;
            it = need(realloc(it, cap * sizeof(*it)));
        }
        for (k = 0; k < set.n; k++)
            it[(*items)++] = (struct item){set.hash[k], (uint32_t)i};
        sizes[i] = set.n;
    }
    qsort(it, *items, sizeof(*it), by_hash);
    shingles_release(&set);
    str_release(&s);
    return it;
}

struct tally {
    uint64_t pairs, found, near, near_found, texts, texts_found, wrong;
};

/* Where each text's shingles begin in the sorted items. */
static uint32_t *by_text(const struct item *it, size_t items, size_t n,
                         const size_t *sizes, size_t *at)
{
    uint32_t *where = need(malloc(items * sizeof(*where)));
    size_t i, first = 0;
    size_t *fill_at = need(malloc(n * sizeof(*fill_at)));

    for (i = 0, at[0] = 0; i < n; i++) {
        fill_at[i] = at[i];
        at[i + 1] = at[i] + sizes[i];
    }
    for (i = 0; i < items; i++) {
        if (i > 0 && it[i].hash != it[i - 1].hash)
            first = i;
        where[fill_at[it[i].text]++] = (uint32_t)first;
    }
    free(fill_at);
    return where;
}

static void check_text(const struct options *o, struct dedup *d, uint32_t i,
                       const size_t *sizes, const uint32_t *overlap,
                       const char *text, size_t len, struct tally *t)
{
    double limit = o->dedup.threshold, s;
    struct dedup_hit *hits;
    size_t n, k = 0;
    uint64_t before = t->pairs;
    uint32_t j;

    if (dedup_find_all(d, text, len, UINT64_MAX, &hits, &n, NULL) != 0)
        need(NULL);
    t->texts_found += n > 0;
    for (j = 0; j < i; j++) {
        bool hit = k < n && hits[k].id == j;

        s = shingles_jaccard(sizes[i], sizes[j], overlap[j]);
        if (hit)
            t->wrong += s < limit || s != hits[k++].similarity;
        if (s < limit)
            continue;
        t->pairs++;
        t->found += hit;
        t->near += s < limit + 0.05;
        t->near_found += hit && s < limit + 0.05;
    }
    t->texts += t->pairs > before;
    free(hits);
}

static void subset(const struct options *o, const struct corpus *c)
{
    size_t n = (size_t)o->subset, items, k;
    size_t *sizes = need(malloc(n * sizeof(*sizes)));
    size_t *at = need(malloc((n + 1) * sizeof(*at)));
    uint32_t *overlap = need(malloc(n * sizeof(*overlap)));
    struct item *it = all_items(o, c, n, sizes, &items);
    uint32_t *where = by_text(it, items, n, sizes, at), i, p;
    struct dedup *d = need(dedup_new(&o->dedup, NULL));
    struct tally t = {0};
    char text[CORPUS_TEXT_MAX];
    uint64_t source;

    for (i = 0; i < n; i++) {
        size_t len = corpus_text(c, i, &source, text);

        memset(overlap, 0, n * sizeof(*overlap));
        for (k = at[i]; k < at[i + 1]; k++)
            for (p = where[k]; it[p].text < i; p++)
                overlap[it[p].text]++;
        check_text(o, d, i, sizes, overlap, text, len, &t);
        if (dedup_add(d, i, text, len, NULL) != 0)
            need(NULL);
    }
    printf("\n%zu prompts against brute force, every one added: %llu pairs, "
           "recall %.5f;\n"
           "of the %llu pairs below %.2f, recall %.5f; of the %llu prompts "
           "with a pair, %.5f\nfound one; reported pairs that brute force "
           "denies: %llu (precision %s)\n",
           n, (unsigned long long)t.pairs,
           (double)t.found / (double)(t.pairs ? t.pairs : 1),
           (unsigned long long)t.near, o->dedup.threshold + 0.05,
           (double)t.near_found / (double)(t.near ? t.near : 1),
           (unsigned long long)t.texts,
           (double)t.texts_found / (double)(t.texts ? t.texts : 1),
           (unsigned long long)t.wrong, t.wrong == 0 ? "1" : "below 1");
    dedup_free(d);
    free(it);
    free(where);
    free(overlap);
    free(at);
    free(sizes);
}

static int parse(int argc, char **argv, struct options *o)
{
    int i;

    for (i = 1; i < argc; i++) {
        const char *a = argv[i], *v = i + 1 < argc ? argv[i + 1] : "";

        if (strcmp(a, "--exact") == 0)
            o->dedup.index = DEDUP_EXACT;
        else if (strcmp(a, "--words") == 0)
            o->dedup.kind = SHINGLE_WORD;
        else if (++i >= argc)
            return -1;
        else if (strcmp(a, "--texts") == 0)
            o->texts = strtoull(v, NULL, 10);
        else if (strcmp(a, "--subset") == 0)
            o->subset = strtoull(v, NULL, 10);
        else if (strcmp(a, "--seed") == 0)
            o->seed = strtoull(v, NULL, 10);
        else if (strcmp(a, "--n") == 0)
            o->dedup.n = (unsigned)strtoul(v, NULL, 10);
        else if (strcmp(a, "--threshold") == 0)
            o->dedup.threshold = strtod(v, NULL);
        else
            return -1;
    }
    return 0;
}

int main(int argc, char **argv)
{
    struct options o = {1000000, 20000, 1, DEDUP_DEFAULTS};
    struct corpus *c;
    struct stream s;

    if (parse(argc, argv, &o) != 0) {
        fputs("usage: bench_dedup [--texts N] [--subset N] [--exact] "
              "[--words] [--n N]\n                   [--threshold T] "
              "[--seed N]\n",
              stderr);
        return 2;
    }
    c = need(corpus_new(o.seed));
    printf("%s %u-grams, Jaccard %.2f, %s index, one core, seed %llu\n\n"
           "|  prompts | prompts/s |    last/s |   floor/s | ratio | "
           "B/ent | cand/q | ver/q |  planted | dup%% | MB    |\n"
           "|---|---|---|---|---|---|---|---|---|---|---|\n",
           o.dedup.kind == SHINGLE_WORD ? "word" : "char", o.dedup.n,
           o.dedup.threshold, o.dedup.index == DEDUP_EXACT ? "exact" : "LSH",
           (unsigned long long)o.seed);
    if (o.texts >= 10) {
        stream(&o, c, o.texts / 10, &s);
        show_stream(&o, o.texts / 10, &s);
    }
    stream(&o, c, o.texts, &s);
    show_stream(&o, o.texts, &s);
    printf("\n%.0f bytes and %.0f shingles a prompt on average\n",
           (double)s.text_bytes / (double)o.texts,
           (double)s.shingles / (double)o.texts);
    if (o.subset > 0)
        subset(&o, c);
    corpus_free(c);
    return 0;
}
