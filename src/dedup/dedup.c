/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A query goes through ever dearer and ever rarer steps: shingle the text;
 * collect entries that share a band key (or, exactly, a rare shingle); rule
 * most out by the odd sketch, one cache line each; count the true overlap of
 * the few that remain.  Only the last step decides, so precision is 1.
 *
 * Memory is where the time goes at a million texts, hence the two passes:
 * the first prefetches what the second reads.
 *
 * Nothing here may depend on entries above the query's `as_of`, nor on the
 * order of candidates: the pipeline's determinism rests on it.
 */
#include "dedup/dedup.h"

#include "base/str.h"
#include "base/text.h"
#include "dedup/bands.h"
#include "dedup/entries.h"
#include "dedup/prefix.h"
#include "dedup/shingle.h"
#include "dedup/sketch.h"

#include <stdlib.h>
#include <string.h>

#define RECALL     0.99
#define BANDS      27u   /* the most; 25 at the default threshold */
#define SEEN       1024u /* power of two */
#define LEARN_AT   256u  /* texts; then at four times as many, and so on */
#define NORMAL_MAX DEDUP_TEXT_MAX

const struct dedup_options DEDUP_DEFAULTS = {SHINGLE_CHAR, 5, 0.7, DEDUP_LSH};

struct dedup {
    struct dedup_options o;
    struct banding banding;
    struct bands band[SKETCH_BANDS_MAX];
    struct prefix *prefix; /* instead of the bands: DEDUP_EXACT */
    size_t learn_at;
    struct entries entries;
    struct dedup_work work;
    bool popcnt;

    /* The text at hand: as given, normalised, and what is made of it. */
    struct str raw, normal;
    bool ready;
    struct shingles set;
    struct sketch sketch;
    uint32_t key[SKETCH_BANDS_MAX]; /* not for DEDUP_EXACT */

    struct candidates found;
    uint64_t seen[SEEN]; /* query number and entry */
};

static int check_options(const struct dedup_options *o, struct err *err)
{
    if (o->n < 1 || o->n > 16)
        return err_set(err,
                       "a shingle has 1 to 16 characters or words, "
                       "not %u",
                       o->n);
    if (!(o->threshold > 0 && o->threshold <= 1))
        return err_set(err,
                       "a similarity threshold lies above 0 and up to 1, "
                       "which %g does not",
                       o->threshold);
    return 0;
}

static bool has_popcnt(void)
{
#if defined(__x86_64__)
    return __builtin_cpu_supports("popcnt");
#else
    return false;
#endif
}

struct dedup *dedup_new(const struct dedup_options *options, struct err *err)
{
    struct dedup *d;

    if (check_options(options, err) != 0)
        return NULL;
    d = calloc(1, sizeof(*d));
    if (d == NULL) {
        err_nomem(err);
        return NULL;
    }
    d->o = *options;
    d->banding = sketch_banding(d->o.threshold, RECALL, BANDS);
    d->learn_at = LEARN_AT;
    d->popcnt = has_popcnt();
    entries_init(&d->entries);
    shingles_init(&d->set);
    str_init(&d->raw, 4 * NORMAL_MAX);
    str_init(&d->normal, NORMAL_MAX);
    if (d->o.index == DEDUP_EXACT) {
        d->prefix = prefix_new(d->o.threshold);
        if (d->prefix == NULL) {
            dedup_free(d);
            err_nomem(err);
            return NULL;
        }
    }
    return d;
}

void dedup_free(struct dedup *d)
{
    unsigned i;

    if (d == NULL)
        return;
    for (i = 0; i < SKETCH_BANDS_MAX; i++)
        bands_release(&d->band[i]);
    prefix_free(d->prefix);
    entries_release(&d->entries);
    shingles_release(&d->set);
    str_release(&d->raw);
    str_release(&d->normal);
    free(d->found.list);
    free(d);
}

/* The tables are asked for early: there is still work to do meanwhile. */
static void prepare_keys(struct dedup *d)
{
    unsigned i;

    sketch_keys(d->banding, d->set.hash, d->set.n, d->key);
    for (i = 0; i < d->banding.bands; i++)
        bands_prefetch(&d->band[i], d->key[i]);
}

/* Makes `text` the text at hand.  False: too long, or out of memory. */
static bool prepare(struct dedup *d, const char *text, size_t len)
{
    if (d->ready && d->raw.len == len && memcmp(d->raw.s, text, len) == 0)
        return true;
    d->ready = false;
    str_clear(&d->raw);
    str_clear(&d->normal);
    str_add(&d->raw, text, len);
    text_normalise(text, len, &d->normal);
    if (str_failed(&d->raw) || str_failed(&d->normal) ||
        !shingles_set(&d->set, &d->o, d->normal.s, d->normal.len))
        return false;
    if (d->prefix == NULL)
        prepare_keys(d);
    sketch_set(&d->sketch, d->set.hash, d->set.n);
    d->ready = true;
    return true;
}

/* Lists the entries below a number that share a band key. */
static bool collect_bands(struct dedup *d, uint32_t below)
{
    struct candidates *out = &d->found;
    uint64_t tag;
    unsigned i;

    if (!candidates_room(out, (size_t)d->banding.bands * BANDS_SAME))
        return false;
    for (i = 0; i < d->banding.bands && d->band[i].slot != NULL; i++) {
        const struct bands_slot *s =
            &d->band[i].slot[bands_first(&d->band[i], d->key[i])];

        /* BANDS_NONE is not below anything. */
        for (; s->key == d->key[i] && s->entry < below; s++) {
            tag = d->work.queries << 32 | s->entry;
            if (d->seen[s->entry % SEEN] == tag)
                continue;
            d->seen[s->entry % SEEN] = tag;
            __builtin_prefetch(entries_sketch(&d->entries, s->entry));
            out->list[out->n++].entry = s->entry;
        }
    }
    return true;
}

static bool collect(struct dedup *d, uint32_t below)
{
    d->work.queries++;
    d->found.n = 0;
    if (d->prefix != NULL)
        return prefix_find(d->prefix, d->set.hash, d->set.n, below, &d->found);
    return collect_bands(d, below);
}

/* Keeps the candidates that their sketch does not rule out, with the bound
 * that it gives. */
static inline __attribute__((always_inline)) size_t
filter_body(const struct entries *e, const struct sketch *mine, double t,
            struct candidate *list, size_t n)
{
    size_t i, kept = 0, a = sketch_size(mine), b, most;

    for (i = 0; i < n; i++) {
        const struct sketch *s = entries_sketch(e, list[i].entry);

        b = sketch_size(s);
        most = sketch_overlap_bound(mine, s);
        most = most < a ? most : a;
        most = most < b ? most : b;
        list[kept].entry = list[i].entry;
        list[kept].most = (uint32_t)most;
        /* 1e-6 covers the rounding; shingles_need() decides. */
        kept += (double)most * (1 + t) + 1e-6 >= t * (double)(a + b);
    }
    return kept;
}

#if defined(__x86_64__)
__attribute__((target("popcnt"))) static size_t
filter_popcnt(const struct entries *e, const struct sketch *mine, double t,
              struct candidate *list, size_t n)
{
    return filter_body(e, mine, t, list, n);
}
#endif

static size_t filter_any(const struct dedup *d, struct candidate *list,
                         size_t n)
{
#if defined(__x86_64__)
    if (d->popcnt)
        return filter_popcnt(&d->entries, &d->sketch, d->o.threshold, list, n);
#endif
    return filter_body(&d->entries, &d->sketch, d->o.threshold, list, n);
}

/* What is left to verify, its memory asked for. */
static void filter(struct dedup *d)
{
    struct candidates *f = &d->found;
    size_t i;

    d->work.candidates += f->n;
    f->n = filter_any(d, f->list, f->n);
    for (i = 0; i < f->n; i++)
        entries_prefetch(&d->entries, f->list[i].entry);
    for (i = 0; i < f->n && i < 8; i++)
        entries_prefetch_text(&d->entries, f->list[i].entry);
}

/* The exact similarity to a candidate, or a value below `least`. */
static double verify(struct dedup *d, const struct candidate *c, double least)
{
    size_t size = sketch_size(entries_sketch(&d->entries, c->entry));
    size_t need = shingles_need(least, d->set.n, size), len, same;
    const char *text;

    if (size == 0 || need > c->most)
        return -1;
    d->work.verified++;
    text = entries_text(&d->entries, c->entry, &len);
    same = shingles_overlap(&d->set, &d->o, text, len, need);
    return same < need ? -1 : shingles_jaccard(d->set.n, size, same);
}

/* Puts the most promising first: it makes short work of the others. */
static void promote(struct candidates *f)
{
    struct candidate first;
    size_t i, best = 0;

    for (i = 1; i < f->n; i++)
        if (f->list[i].most > f->list[best].most)
            best = i;
    if (best > 0) {
        first = f->list[best];
        f->list[best] = f->list[0];
        f->list[0] = first;
    }
}

bool dedup_find(struct dedup *d, const char *text, size_t len, uint64_t as_of,
                struct dedup_hit *hit)
{
    uint32_t best = BANDS_NONE, below = entries_above(&d->entries, as_of);
    double top = d->o.threshold, s;
    size_t i;

    if (!prepare(d, text, len) || !collect(d, below))
        return false;
    filter(d);
    promote(&d->found);
    for (i = 0; i < d->found.n; i++) {
        if (i + 8 < d->found.n)
            entries_prefetch_text(&d->entries, d->found.list[i + 8].entry);
        s = verify(d, &d->found.list[i], top);
        if (s > top || (s == top && d->found.list[i].entry < best)) {
            top = s;
            best = d->found.list[i].entry;
        }
    }
    if (best == BANDS_NONE)
        return false;
    hit->id = entries_id(&d->entries, best);
    hit->similarity = top;
    return true;
}

static int by_id(const void *a, const void *b)
{
    const struct dedup_hit *x = a, *y = b;

    if (x->id != y->id)
        return x->id < y->id ? -1 : 1;
    return (x->similarity < y->similarity) - (x->similarity > y->similarity);
}

static int by_entry(const void *a, const void *b)
{
    const struct candidate *x = a, *y = b;

    return (x->entry > y->entry) - (x->entry < y->entry);
}

int dedup_find_all(struct dedup *d, const char *text, size_t len,
                   uint64_t as_of, struct dedup_hit **hits, size_t *n,
                   struct err *err)
{
    uint32_t below = entries_above(&d->entries, as_of);
    struct dedup_hit *out;
    size_t i;
    double s;

    *hits = NULL;
    *n = 0;
    if (!prepare(d, text, len) || !collect(d, below))
        return err_nomem(err);
    filter(d);
    if (d->found.n == 0)
        return 0;
    out = malloc(d->found.n * sizeof(*out));
    if (out == NULL)
        return err_nomem(err);
    qsort(d->found.list, d->found.n, sizeof(*d->found.list), by_entry);
    for (i = 0; i < d->found.n; i++) {
        if (i > 0 && d->found.list[i].entry == d->found.list[i - 1].entry)
            continue; /* the seen table forgets */
        s = verify(d, &d->found.list[i], d->o.threshold);
        if (s < d->o.threshold)
            continue;
        out[*n].id = entries_id(&d->entries, d->found.list[i].entry);
        out[(*n)++].similarity = s;
    }
    qsort(out, *n, sizeof(*out), by_id);
    if (*n == 0) {
        free(out);
        out = NULL;
    }
    *hits = out;
    return 0;
}

/* A new order of shingles pays when there are four times as many texts. */
static int relearn(struct dedup *d, struct err *err)
{
    struct shingles set;
    const char *text;
    size_t len;
    uint32_t i;
    int pass, rc = 0;

    shingles_init(&set);
    for (pass = 0; pass < 2 && rc == 0; pass++) {
        for (i = 0; i < d->entries.n && rc == 0; i++) {
            if (sketch_size(entries_sketch(&d->entries, i)) == 0)
                continue;
            text = entries_text(&d->entries, i, &len);
            if (!shingles_set(&set, &d->o, text, len))
                rc = err_nomem(err);
            else if (pass == 0)
                prefix_count(d->prefix, set.hash, set.n);
            else if (!prefix_add(d->prefix, i, set.hash, set.n))
                rc = err_nomem(err);
        }
        if (pass == 0)
            prefix_learn(d->prefix);
    }
    shingles_release(&set);
    d->learn_at *= 4;
    return rc;
}

static int index_entry(struct dedup *d, uint32_t entry, struct err *err)
{
    unsigned i;

    if (d->prefix != NULL) {
        if (!prefix_add(d->prefix, entry, d->set.hash, d->set.n))
            return err_nomem(err);
        return d->entries.n >= d->learn_at ? relearn(d, err) : 0;
    }
    for (i = 0; i < d->banding.bands; i++)
        if (!bands_add(&d->band[i], d->key[i], entry))
            return err_nomem(err);
    return 0;
}

int dedup_add(struct dedup *d, uint64_t id, const char *text, size_t len,
              struct err *err)
{
    struct entries *e = &d->entries;
    uint64_t last = e->n > 0 ? entries_id(e, (uint32_t)e->n - 1) : 0;

    if (id < last || (id == last && id != 0))
        return err_set(err,
                       "entry %llu cannot be added to the near-duplicate "
                       "index after entry %llu: ids must rise",
                       (unsigned long long)id, (unsigned long long)last);
    if (!prepare(d, text, len)) {
        if (str_failed(&d->normal) || str_failed(&d->raw))
            return err_set(err,
                           "a text of %zu bytes is too long for the "
                           "near-duplicate index, which takes %zu",
                           len, DEDUP_TEXT_MAX);
        return err_nomem(err);
    }
    if (!entries_add(e, id, d->normal.s, (uint32_t)d->normal.len, &d->sketch))
        return err_nomem(err);
    if (index_entry(d, (uint32_t)e->n - 1, err) == 0)
        return 0;
    entries_drop(e, (uint32_t)e->n - 1);
    return -1;
}

static void remove_entry(struct dedup *d, uint32_t entry)
{
    size_t len;
    const char *text = entries_text(&d->entries, entry, &len);
    unsigned i;

    /* Removal must not fail, and without its shingles the entry is gone all
     * the same: a dropped sketch passes no filter. */
    d->ready = false;
    if (shingles_set(&d->set, &d->o, text, len)) {
        if (d->prefix != NULL)
            prefix_remove(d->prefix, entry, d->set.hash, d->set.n);
        else
            prepare_keys(d);
        for (i = 0; i < d->banding.bands && d->prefix == NULL; i++)
            bands_remove(&d->band[i], d->key[i], entry);
    }
    entries_drop(&d->entries, entry);
}

size_t dedup_remove(struct dedup *d, uint64_t id)
{
    uint32_t end = entries_above(&d->entries, id);
    uint32_t i = id > 0 ? entries_above(&d->entries, id - 1) : 0;
    size_t gone = 0;

    for (; i < end; i++) {
        if (sketch_size(entries_sketch(&d->entries, i)) == 0)
            continue;
        remove_entry(d, i);
        gone++;
    }
    return gone;
}

bool dedup_next(const struct dedup *d, size_t *at, uint64_t *id,
                const char **text, size_t *len)
{
    for (; *at < d->entries.n; (*at)++) {
        if (sketch_size(entries_sketch(&d->entries, (uint32_t)*at)) == 0)
            continue;
        *id = entries_id(&d->entries, (uint32_t)*at);
        *text = entries_text(&d->entries, (uint32_t)*at, len);
        (*at)++;
        return true;
    }
    return false;
}

size_t dedup_keys(struct dedup *d, const char *text, size_t len,
                  uint32_t keys[DEDUP_KEYS_MAX])
{
    if (!prepare(d, text, len))
        return 0;
    sketch_keys(d->banding, d->set.hash, d->set.n, keys);
    return d->banding.bands;
}

size_t dedup_count(const struct dedup *d)
{
    return d->entries.live;
}

size_t dedup_bytes(const struct dedup *d)
{
    size_t bytes =
        sizeof(*d) + d->entries.bytes + d->found.cap * sizeof(*d->found.list);
    unsigned i;

    for (i = 0; i < d->banding.bands; i++)
        bytes += bands_bytes(&d->band[i]);
    return bytes + (d->prefix != NULL ? prefix_bytes(d->prefix) : 0);
}

struct dedup_work dedup_work(const struct dedup *d)
{
    return d->work;
}
