/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Words become numbers, n-grams up to four such numbers, and one hash table
 * (uthash) over them answers everything.  Two passes: the first counts each
 * n-gram per text and keeps the two highest counts and whose the highest is;
 * the second scores each text against the highest count that is not its own.
 * Keys are compared in full, so the figures are exact.
 */
#include "dataset/metrics.h"
#include "base/rng.h"
#include "base/str.h"
#include "base/text.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Out of memory is an error value here, not uthash's exit(). */
#define HASH_NONFATAL_OOM 1
#include <uthash.h>

#define ORDER    4
#define TEXT_MAX (16u << 20)
#define EPSILON  0.1
#define NO_OWNER SIZE_MAX

struct metrics {
    size_t cap;
    struct rng rng;
    size_t seen;
    char **texts; /* normalised */
    size_t n, room;
};

struct word {
    uint32_t id; /* from 1 */
    UT_hash_handle hh;
    char text[];
};

struct gram {
    uint32_t ids[ORDER]; /* 0 behind the last */
    uint32_t top, second;
    size_t top_owner;
    size_t visit;   /* the text that `count` belongs to */
    uint32_t count; /* in that text */
    UT_hash_handle hh;
};

/* The texts as numbers, and the tables. */
struct corpus {
    uint32_t **ids;
    size_t *len;
    size_t n;
    struct word *words;
    struct gram *grams;
    uint32_t vocabulary;
};

struct metrics *metrics_new(size_t cap, uint64_t seed)
{
    struct metrics *m = calloc(1, sizeof(*m));

    if (m == NULL)
        return NULL;
    m->cap = cap > 0 ? cap : SIZE_MAX;
    m->rng = rng_for(seed, 0, "metrics");
    return m;
}

void metrics_free(struct metrics *m)
{
    size_t i;

    if (m == NULL)
        return;
    for (i = 0; i < m->n; i++)
        free(m->texts[i]);
    free(m->texts);
    free(m);
}

/* The place of the next text in the sample, or m->cap for none. */
static size_t choose_place(struct metrics *m)
{
    size_t i;

    if (m->n < m->cap)
        return m->n;
    i = (size_t)rng_below(&m->rng, m->seen + 1);
    return i < m->cap ? i : m->cap;
}

static int keep(struct metrics *m, size_t place, char *text, struct err *err)
{
    if (place == m->n && m->n == m->room) {
        size_t room = m->room > 0 ? 2 * m->room : 64;
        char **p = realloc(m->texts, room * sizeof(*p));

        if (p == NULL) {
            free(text);
            return err_nomem(err);
        }
        m->texts = p;
        m->room = room;
    }
    if (place == m->n)
        m->n++;
    else
        free(m->texts[place]);
    m->texts[place] = text;
    return 0;
}

int metrics_add(struct metrics *m, const char *text, size_t len,
                struct err *err)
{
    size_t place, pos = 0, start, wlen;
    struct str normal;
    bool wordless;
    char *kept;

    str_init(&normal, TEXT_MAX);
    text_normalise(text, len, &normal);
    if (str_failed(&normal)) {
        str_release(&normal);
        return err_set(err, "a text of %zu bytes is too long to measure", len);
    }
    wordless = !text_word(normal.s, normal.len, &pos, &start, &wlen);
    place = wordless ? m->cap : choose_place(m);
    m->seen += !wordless;
    if (wordless || place == m->cap) {
        str_release(&normal);
        return 0;
    }
    kept = str_detach(&normal);
    return kept != NULL ? keep(m, place, kept, err) : err_nomem(err);
}

/* The word's number, from 1; 0 when out of memory. */
static uint32_t word_id(struct corpus *c, const char *text, size_t len)
{
    struct word *w;

    HASH_FIND(hh, c->words, text, len, w);
    if (w != NULL)
        return w->id;
    w = calloc(1, sizeof(*w) + len);
    if (w == NULL)
        return 0;
    memcpy(w->text, text, len);
    w->id = ++c->vocabulary;
    HASH_ADD_KEYPTR(hh, c->words, w->text, len, w);
    if (w->hh.tbl == NULL) {
        free(w);
        return 0;
    }
    return w->id;
}

static int number_words(struct corpus *c, const char *text, struct err *err)
{
    size_t size = strlen(text), pos = 0, start, len, n = 0;
    size_t nwords = text_count_words(text, size);
    uint32_t *ids = malloc(nwords * sizeof(*ids));

    if (ids == NULL)
        return err_nomem(err);
    c->ids[c->n] = ids;
    c->len[c->n] = nwords;
    c->n++;
    while (text_word(text, size, &pos, &start, &len)) {
        ids[n] = word_id(c, text + start, len);
        if (ids[n++] == 0)
            return err_nomem(err);
    }
    return 0;
}

static struct gram *find_gram(struct corpus *c, const uint32_t *ids, size_t n,
                              bool add)
{
    uint32_t key[ORDER] = {0};
    struct gram *g;

    memcpy(key, ids, n * sizeof(*ids));
    HASH_FIND(hh, c->grams, key, sizeof(key), g);
    if (g != NULL || !add)
        return g;
    g = calloc(1, sizeof(*g));
    if (g == NULL)
        return NULL;
    memcpy(g->ids, key, sizeof(key));
    g->top_owner = g->visit = NO_OWNER;
    HASH_ADD(hh, c->grams, ids, sizeof(g->ids), g);
    if (g->hh.tbl == NULL) {
        free(g);
        return NULL;
    }
    return g;
}

/* One more of this n-gram in `text`; texts come one after the other. */
static void count_gram(struct gram *g, size_t text)
{
    if (g->visit != text)
        g->count = 0;
    g->visit = text;
    g->count++;
    if (g->top_owner == text) {
        g->top = g->count;
    } else if (g->count > g->top) {
        g->second = g->top;
        g->top = g->count;
        g->top_owner = text;
    } else if (g->count > g->second) {
        g->second = g->count;
    }
}

static int count_grams(struct corpus *c, struct err *err)
{
    size_t text, n, i;

    for (text = 0; text < c->n; text++)
        for (n = 1; n <= ORDER; n++)
            for (i = 0; i + n <= c->len[text]; i++) {
                struct gram *g = find_gram(c, c->ids[text] + i, n, true);

                if (g == NULL)
                    return err_nomem(err);
                count_gram(g, text);
            }
    return 0;
}

/*
 * The text's n-grams found in other texts, clipped.  `pass` marks n-grams
 * whose `count` is already this text's: taking from it as it is matched
 * counts each up to the clip.
 */
static size_t matches(struct corpus *c, size_t text, size_t n)
{
    size_t i, found = 0, pass = c->n + text;

    for (i = 0; i + n <= c->len[text]; i++) {
        struct gram *g = find_gram(c, c->ids[text] + i, n, false);

        if (g->visit != pass) {
            g->visit = pass;
            g->count = g->top_owner == text ? g->second : g->top;
        }
        if (g->count > 0) {
            g->count--;
            found++;
        }
    }
    return found;
}

static double bleu(struct corpus *c, size_t text, size_t closest)
{
    double len = (double)c->len[text], r = (double)closest, sum = 0;
    size_t n;

    for (n = 1; n <= ORDER; n++) {
        double found = (double)matches(c, text, n);
        double all = len - (double)n + 1;

        if (found == 0 && n == 1)
            return 0;
        sum += log((found > 0 ? found : EPSILON) / (all > 1 ? all : 1));
    }
    return exp(sum / ORDER) * (len > r ? 1 : exp(1 - r / len));
}

static int by_size(const void *a, const void *b)
{
    size_t x = *(const size_t *)a, y = *(const size_t *)b;

    return x < y ? -1 : x > y;
}

/* The length closest to `len` of the sorted ones, leaving one `len` out. */
static size_t closest_length(const size_t *sorted, size_t n, size_t len)
{
    const size_t *own = bsearch(&len, sorted, n, sizeof(*sorted), by_size);
    size_t i = (size_t)(own - sorted);

    if (i > 0 && (i + 1 == n || len - sorted[i - 1] <= sorted[i + 1] - len))
        return sorted[i - 1];
    return sorted[i + 1];
}

static int self_bleu(struct corpus *c, double *mean, struct err *err)
{
    size_t *sorted, i;
    double sum = 0;

    *mean = 0;
    if (c->n < 2)
        return 0;
    sorted = malloc(c->n * sizeof(*sorted));
    if (sorted == NULL)
        return err_nomem(err);
    memcpy(sorted, c->len, c->n * sizeof(*sorted));
    qsort(sorted, c->n, sizeof(*sorted), by_size);
    for (i = 0; i < c->n; i++)
        sum += bleu(c, i, closest_length(sorted, c->n, c->len[i]));
    *mean = sum / (double)c->n;
    free(sorted);
    return 0;
}

static void release(struct corpus *c)
{
    struct word *w, *wnext;
    struct gram *g, *gnext;
    size_t i;

    HASH_ITER(hh, c->words, w, wnext)
    {
        HASH_DEL(c->words, w);
        free(w);
    }
    HASH_ITER(hh, c->grams, g, gnext)
    {
        HASH_DEL(c->grams, g);
        free(g);
    }
    for (i = 0; i < c->n; i++)
        free(c->ids[i]);
    free(c->ids);
    free(c->len);
}

static double ratio(size_t part, size_t whole)
{
    return whole > 0 ? (double)part / (double)whole : 0;
}

static void distinct(const struct corpus *c, struct metrics_result *out)
{
    size_t pairs = 0, different = 0, i;
    const struct gram *g;

    for (i = 0; i < c->n; i++) {
        out->words += c->len[i];
        pairs += c->len[i] - 1;
    }
    for (g = c->grams; g != NULL; g = g->hh.next)
        different += g->ids[1] != 0 && g->ids[2] == 0;
    out->vocabulary = c->vocabulary;
    out->mean_words = ratio(out->words, c->n);
    out->dist1 = ratio(c->vocabulary, out->words);
    out->dist2 = ratio(different, pairs);
}

int metrics_compute(const struct metrics *m, struct metrics_result *out,
                    struct err *err)
{
    struct corpus c = {0};
    int failed = 0;
    size_t i;

    memset(out, 0, sizeof(*out));
    out->texts = m->seen;
    out->sample = m->n;
    c.ids = calloc(m->n + 1, sizeof(*c.ids));
    c.len = calloc(m->n + 1, sizeof(*c.len));
    if (c.ids == NULL || c.len == NULL)
        failed = err_nomem(err);
    for (i = 0; !failed && i < m->n; i++)
        failed = number_words(&c, m->texts[i], err);
    if (!failed)
        failed = count_grams(&c, err);
    if (!failed) {
        distinct(&c, out);
        failed = self_bleu(&c, &out->self_bleu4, err);
    }
    release(&c);
    return failed;
}
