/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What goes into the index and out of it again; query.c asks it.
 *
 * The only step that is not linear in the texts is none: the prefix index
 * is built anew, with a better order of shingles, each time that there are
 * four times as many texts.
 */
#include "dedup/index.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

#define RECALL    0.99
#define BANDS     27u  /* the most; 25 at the default threshold */
#define LSH_LEAST 0.2  /* thresholds below it would take more bands */
#define LEARN_AT  256u /* texts; then at four times as many, and so on */

const struct dedup_options DEDUP_DEFAULTS = {SHINGLE_CHAR,  5, 0.7, DEDUP_LSH,
                                             DEDUP_JACCARD, 0};

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

struct banding index_banding(const struct dedup_options *o)
{
    if (o->index == DEDUP_EXACT || o->measure == DEDUP_CONTAINMENT ||
        o->threshold < LSH_LEAST)
        return (struct banding){0, 0};
    return sketch_banding(o->threshold, RECALL, BANDS);
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
    d->learn_at = LEARN_AT;
    d->popcnt = has_popcnt();
    entries_init(&d->entries);
    str_init(&d->raw, 4 * DEDUP_TEXT_MAX);
    str_init(&d->normal, DEDUP_TEXT_MAX);
    d->banding = index_banding(&d->o);
    preparer_init(&d->preparer, &d->o, d->banding);
    if (d->banding.bands == 0) {
        d->prefix =
            prefix_new(d->o.threshold, d->o.measure == DEDUP_CONTAINMENT);
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
    preparer_release(&d->preparer);
    str_release(&d->raw);
    str_release(&d->normal);
    free(d->found.list);
    free(d);
}

void index_use(struct dedup *d, const struct prepared *p)
{
    d->hand = *p;
    d->set_ready = d->raw_ready = false;
}

bool index_set(struct dedup *d)
{
    if (!d->set_ready)
        d->set_ready =
            shingles_set(&d->preparer.set, &d->o, d->hand.text, d->hand.len);
    return d->set_ready;
}

/* Makes `text` the text at hand.  False: too long, or out of memory. */
static bool prepare(struct dedup *d, const char *text, size_t len)
{
    if (d->raw_ready && d->raw.len == len && memcmp(d->raw.s, text, len) == 0)
        return true;
    d->raw_ready = d->set_ready = false;
    str_clear(&d->raw);
    str_clear(&d->normal);
    str_add(&d->raw, text, len);
    text_normalise_but(text, len, d->o.keep, &d->normal);
    if (str_failed(&d->raw) || str_failed(&d->normal) ||
        !preparer_normal(&d->preparer, d->normal.s, d->normal.len, &d->hand))
        return false;
    d->raw_ready = d->set_ready = true;
    return true;
}

bool dedup_find(struct dedup *d, const char *text, size_t len, uint64_t as_of,
                struct dedup_hit *hit)
{
    return prepare(d, text, len) && index_find(d, as_of, hit);
}

int dedup_find_all(struct dedup *d, const char *text, size_t len,
                   uint64_t as_of, struct dedup_hit **hits, size_t *n,
                   struct err *err)
{
    *hits = NULL;
    *n = 0;
    if (!prepare(d, text, len))
        return err_nomem(err);
    return index_find_all(d, as_of, hits, n, err);
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
    const struct shingles *set = &d->preparer.set;
    unsigned i;

    if (d->prefix != NULL) {
        if (!index_set(d) || !prefix_add(d->prefix, entry, set->hash, set->n))
            return err_nomem(err);
        return d->entries.n >= d->learn_at ? relearn(d, err) : 0;
    }
    for (i = 0; i < d->banding.bands; i++)
        if (!bands_add(&d->band[i], d->hand.key[i], entry))
            return err_nomem(err);
    return 0;
}

int index_add(struct dedup *d, uint64_t id, struct err *err)
{
    struct entries *e = &d->entries;
    uint64_t last = e->n > 0 ? entries_id(e, (uint32_t)e->n - 1) : 0;

    if (id < last || (id == last && id != 0))
        return err_set(err,
                       "entry %llu cannot be added to the near-duplicate "
                       "index after entry %llu: ids must rise",
                       (unsigned long long)id, (unsigned long long)last);
    if (!entries_add(e, id, d->hand.text, (uint32_t)d->hand.len,
                     &d->hand.sketch))
        return err_nomem(err);
    if (index_entry(d, (uint32_t)e->n - 1, err) == 0)
        return 0;
    entries_drop(e, (uint32_t)e->n - 1);
    return -1;
}

int dedup_add(struct dedup *d, uint64_t id, const char *text, size_t len,
              struct err *err)
{
    if (prepare(d, text, len))
        return index_add(d, id, err);
    if (str_failed(&d->normal) || str_failed(&d->raw))
        return err_set(err,
                       "a text of %zu bytes is too long for the "
                       "near-duplicate index, which takes %zu",
                       len, DEDUP_TEXT_MAX);
    return err_nomem(err);
}

/*
 * A key that was full has turned texts away.  The first of them takes the
 * place that is free now, so that an index which is built anew from what is
 * left gives the same answers.  It looks at every text that came later: dear,
 * but keys are full of templated text only.
 */
static void readmit(struct dedup *d, unsigned band, uint32_t key, uint32_t from)
{
    uint32_t i, keys[SKETCH_BANDS_MAX];
    const char *text;
    size_t len;

    for (i = from; i < d->entries.n; i++) {
        if (sketch_size(entries_sketch(&d->entries, i)) == 0)
            continue;
        text = entries_text(&d->entries, i, &len);
        if (!shingles_set(&d->preparer.set, &d->o, text, len))
            return;
        sketch_keys(d->banding, d->preparer.set.hash, d->preparer.set.n, keys);
        if (keys[band] == key) {
            bands_add(&d->band[band], key, i);
            return;
        }
    }
}

static void leave_band(struct dedup *d, unsigned band, uint32_t key,
                       uint32_t entry)
{
    uint32_t last, room = bands_room(&d->band[band], key, &last);

    bands_remove(&d->band[band], key, entry);
    if (room == 0 && entry <= last && last + 1 < d->entries.n)
        readmit(d, band, key, last + 1);
}

/* It cannot fail: without memory to find its keys again, the entry is gone
 * all the same, as a dropped sketch passes no filter. */
static void remove_entry(struct dedup *d, uint32_t entry)
{
    struct prepared p;
    unsigned i;

    p.text = entries_text(&d->entries, entry, &p.len);
    d->raw_ready = d->set_ready = false;
    if (preparer_normal(&d->preparer, p.text, p.len, &p)) {
        if (d->prefix != NULL)
            prefix_remove(d->prefix, entry, d->preparer.set.hash,
                          d->preparer.set.n);
        for (i = 0; i < d->banding.bands; i++)
            leave_band(d, i, p.key[i], entry);
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
    memcpy(keys, d->hand.key, d->banding.bands * sizeof(keys[0]));
    return d->banding.bands;
}

size_t dedup_count(const struct dedup *d)
{
    return d->entries.live;
}

size_t dedup_bytes(const struct dedup *d)
{
    size_t bytes = sizeof(*d) + entries_bytes(&d->entries) +
                   d->found.cap * sizeof(*d->found.list);
    unsigned i;

    for (i = 0; i < d->banding.bands; i++)
        bytes += bands_bytes(&d->band[i]);
    return bytes + (d->prefix != NULL ? prefix_bytes(d->prefix) : 0);
}

struct dedup_work dedup_work(const struct dedup *d)
{
    return d->work;
}
