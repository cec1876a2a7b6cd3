/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A query goes through ever dearer and ever rarer steps: shingle the text;
 * collect entries that share a band key (or, exactly, a rare shingle); rule
 * most out by the odd sketch, one cache line each; count the true overlap of
 * the few that remain.  Only the last step decides, so precision is 1.
 *
 * Memory is where the time goes at a million texts, so each step asks for
 * what the next one reads.
 *
 * Nothing here may depend on entries above the query's `as_of`, nor on the
 * order of candidates: the pipeline's determinism rests on it.
 */
#include "dedup/index.h"

#include <stdlib.h>

void index_prefetch(const struct dedup *d, const struct prepared *p)
{
    unsigned i;

    for (i = 0; i < d->banding.bands; i++)
        bands_prefetch(&d->band[i], p->key[i]);
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
            &d->band[i].slot[bands_first(&d->band[i], d->hand.key[i])];

        /* BANDS_NONE is not below anything. */
        for (; s->key == d->hand.key[i] && s->entry < below; s++) {
            tag = d->work.queries << 32 | s->entry;
            if (d->seen[s->entry % INDEX_SEEN] == tag)
                continue;
            d->seen[s->entry % INDEX_SEEN] = tag;
            __builtin_prefetch(entries_sketch(&d->entries, s->entry));
            out->list[out->n++].entry = s->entry;
        }
    }
    return true;
}

static bool collect(struct dedup *d, uint32_t below)
{
    const struct shingles *set = &d->preparer.set;

    d->work.queries++;
    d->found.n = 0;
    if (d->prefix != NULL)
        return index_set(d) &&
               prefix_find(d->prefix, set->hash, set->n, below, &d->found);
    return collect_bands(d, below);
}

/* Keeps the candidates that their sketch does not rule out, with the bound
 * that it gives. */
static inline __attribute__((always_inline)) size_t
filter_body(const struct dedup *d, struct candidate *list, size_t n)
{
    const struct sketch *mine = &d->hand.sketch;
    bool both = d->o.measure == DEDUP_JACCARD;
    double t = d->o.threshold, factor = both ? 1 + t : 1;
    size_t i, kept = 0, a = sketch_size(mine), b, most;

    for (i = 0; i < n; i++) {
        const struct sketch *s = entries_sketch(&d->entries, list[i].entry);

        b = sketch_size(s);
        most = sketch_overlap_bound(mine, s);
        most = most < a ? most : a;
        most = most < b ? most : b;
        list[kept].entry = list[i].entry;
        list[kept].most = (uint32_t)most;
        /* 1e-6 covers the rounding; verify() decides. */
        kept += (double)most * factor + 1e-6 >= t * (double)(both ? a + b : a);
    }
    return kept;
}

#if defined(__x86_64__)
__attribute__((target("popcnt"))) static size_t
filter_popcnt(const struct dedup *d, struct candidate *list, size_t n)
{
    return filter_body(d, list, n);
}
#endif

static size_t filter_any(const struct dedup *d, struct candidate *list,
                         size_t n)
{
#if defined(__x86_64__)
    if (d->popcnt)
        return filter_popcnt(d, list, n);
#endif
    return filter_body(d, list, n);
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
    bool both = d->o.measure == DEDUP_JACCARD;
    size_t mine = sketch_size(&d->hand.sketch);
    size_t size = sketch_size(entries_sketch(&d->entries, c->entry));
    size_t need, len, same;
    const char *text;

    need =
        both ? shingles_need(least, mine, size) : shingles_need_of(least, mine);
    if (size == 0 || need > c->most || !index_set(d))
        return -1;
    d->work.verified++;
    text = entries_text(&d->entries, c->entry, &len);
    same = shingles_overlap(&d->preparer.set, &d->o, text, len, need);
    if (same < need)
        return -1;
    return both ? shingles_jaccard(mine, size, same)
                : (double)same / (double)mine;
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

bool index_find(struct dedup *d, uint64_t as_of, struct dedup_hit *hit)
{
    uint32_t best = BANDS_NONE, below = entries_above(&d->entries, as_of);
    double top = d->o.threshold, s;
    size_t i;

    if (!collect(d, below))
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

int index_find_all(struct dedup *d, uint64_t as_of, struct dedup_hit **hits,
                   size_t *n, struct err *err)
{
    uint32_t below = entries_above(&d->entries, as_of);
    struct dedup_hit *out;
    size_t i;
    double s;

    *hits = NULL;
    *n = 0;
    if (!collect(d, below))
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
