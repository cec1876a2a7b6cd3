/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Two blocks: one is being filled or prepared while the other is looked up.
 * Only the look-up decides anything, on the caller's thread and in order, so
 * the output cannot depend on how many threads there are.
 *
 * Inside, a text's number is its index id: the against set has 1 to
 * `against`, rows follow, in the order in which they are looked at.
 */
#include "dedup/batch.h"

#include "base/text.h"
#include "dedup/arena.h"
#include "dedup/block.h"
#include "dedup/cluster.h"

#include <stdlib.h>
#include <string.h>

const struct batch_options BATCH_DEFAULTS = {
    {SHINGLE_CHAR, 5, 0.7, DEDUP_LSH, DEDUP_JACCARD, 0},
    BATCH_FIRST,
    false,
    false,
    2,
    0,
};

/* What was decided about a row. */
struct decision {
    uint64_t of; /* of the against set: 1 + place; of the rows: 1 + row +
                    size of the against set; 0: kept */
    double similarity;
};

struct batch {
    struct batch_options o;
    struct dedup *index;
    struct block block[2];
    unsigned filling; /* which one; the other may be with the thread */
    uint64_t against, rows, read;
    bool ended, failed;
    struct decision *decided; /* of rows from `first` */
    uint64_t first, decisions;
    size_t decided_cap;
    /* Rows that wait for their order, normalised: BATCH_LONGEST. */
    struct arena texts;
    const char **text;
    size_t text_cap;
    uint64_t *order; /* rows by turn; NULL: as they are */
    struct clusters clusters;
    struct batch_pair *pair;
    size_t pairs, pairs_cap, pairs_read;
};

struct batch *batch_new(const struct batch_options *options, struct err *err)
{
    struct batch *b = calloc(1, sizeof(*b));

    if (b == NULL) {
        err_nomem(err);
        return NULL;
    }
    b->o = *options;
    arena_init(&b->texts);
    clusters_init(&b->clusters);
    b->index = dedup_new(&b->o.dedup, err);
    if (b->index == NULL) {
        batch_free(b);
        return NULL;
    }
    if (!block_init(&b->block[0], &b->o.dedup, b->index->banding) ||
        !block_init(&b->block[1], &b->o.dedup, b->index->banding)) {
        batch_free(b);
        err_nomem(err);
        return NULL;
    }
    return b;
}

void batch_free(struct batch *b)
{
    if (b == NULL)
        return;
    block_release(&b->block[0]);
    block_release(&b->block[1]);
    dedup_free(b->index);
    arena_release(&b->texts);
    clusters_release(&b->clusters);
    free(b->decided);
    free(b->text);
    free(b->order);
    free(b->pair);
    free(b);
}

static bool grow(void *array, size_t *cap, size_t want, size_t size)
{
    void **p = array;
    size_t n = *cap + *cap / 2 + BLOCK_ITEMS;
    void *q;

    if (want <= *cap)
        return true;
    n = n < want ? want : n;
    q = realloc(*p, n * size);
    if (q == NULL)
        return false;
    *p = q;
    *cap = n;
    return true;
}

/* The hit with the row's own place for its turn. */
static struct dedup_hit by_row(const struct batch *b, struct dedup_hit hit)
{
    if (b->order != NULL && hit.id > b->against)
        hit.id = b->against + 1 + b->order[hit.id - b->against - 1];
    return hit;
}

/* Decisions may come in any order of rows; room for all up to `row`. */
static int decide(struct batch *b, uint64_t row, const struct dedup_hit *hit,
                  struct err *err)
{
    size_t at = (size_t)(row - b->first);

    if (!grow(&b->decided, &b->decided_cap, at + 1, sizeof(*b->decided)))
        return err_nomem(err);
    b->decided[at].of = hit != NULL ? hit->id : 0;
    b->decided[at].similarity = hit != NULL ? hit->similarity : 1;
    if (row >= b->decisions)
        b->decisions = row + 1;
    return 0;
}

static int record(struct batch *b, uint64_t row, const struct dedup_hit *hit,
                  struct err *err)
{
    struct batch_pair *p;

    if (!b->o.pairs)
        return 0;
    if (!grow(&b->pair, &b->pairs_cap, b->pairs + 1, sizeof(*b->pair)))
        return err_nomem(err);
    p = &b->pair[b->pairs++];
    p->row = row;
    p->against = hit->id <= b->against;
    p->other = p->against ? hit->id - 1 : hit->id - b->against - 1;
    p->similarity = hit->similarity;
    return 0;
}

/* Keep-first or, by the order of turns, keep-longest. */
static int look_up(struct batch *b, uint64_t turn, struct err *err)
{
    uint64_t row = b->order != NULL ? b->order[turn] : turn;
    struct dedup_hit hit;

    if (index_find(b->index, UINT64_MAX, &hit)) {
        hit = by_row(b, hit);
        if (record(b, row, &hit, err) != 0)
            return -1;
        return decide(b, row, &hit, err);
    }
    if (index_add(b->index, b->against + 1 + turn, err) != 0)
        return -1;
    return decide(b, row, NULL, err);
}

/* The most similar of some hits, the first of equals; NULL: no hits. */
static const struct dedup_hit *closest(const struct dedup_hit *hits, size_t n)
{
    const struct dedup_hit *best = NULL;
    size_t i;

    for (i = 0; i < n; i++)
        if (best == NULL || hits[i].similarity > best->similarity)
            best = &hits[i];
    return best;
}

/*
 * Joins the row with all rows that it is like.  One with the same shingles as
 * another has that one's neighbours: it joins that one only, and need not be
 * found by others.
 */
static int join(struct batch *b, uint64_t row, const struct dedup_hit *hits,
                size_t n, struct err *err)
{
    const struct dedup_hit *best, *twin;
    size_t known = 0, i;
    int rc = 0;

    while (known < n && hits[known].id <= b->against)
        known++; /* hits stand in order of id */
    twin = known < n ? closest(hits + known, n - known) : NULL;
    if (twin != NULL && twin->similarity < 1)
        twin = NULL;
    for (i = 0; i < n && rc == 0; i++) {
        if (twin != NULL && i >= known && &hits[i] != twin)
            continue;
        rc = record(b, row, &hits[i], err);
        if (i >= known)
            clusters_join(&b->clusters, row, hits[i].id - b->against - 1,
                          hits[i].similarity);
    }
    best = closest(hits, known);
    if (rc == 0)
        rc = decide(b, row, best, err);
    if (rc == 0 && twin == NULL)
        rc = index_add(b->index, b->against + 1 + row, err);
    return rc;
}

static int look_up_cluster(struct batch *b, uint64_t row, struct err *err)
{
    struct dedup_hit *hits;
    size_t n;
    int rc;

    if (!clusters_add(&b->clusters, row, b->index->hand.len))
        return err_nomem(err);
    if (index_find_all(b->index, UINT64_MAX, &hits, &n, err) != 0)
        return -1;
    rc = join(b, row, hits, n, err);
    free(hits);
    return rc;
}

static int check_memory(const struct batch *b, struct err *err)
{
    if (b->o.memory_max == 0 || batch_bytes(b) <= b->o.memory_max)
        return 0;
    return err_set(err,
                   "near-dedup needs more than the %llu MB of memory that it "
                   "is allowed, after %llu rows; allow more, or split the "
                   "input",
                   (unsigned long long)(b->o.memory_max >> 20),
                   (unsigned long long)b->rows);
}

static int process(struct batch *b, struct block *k, struct err *err)
{
    size_t i;
    int rc = 0;

    block_wait(k);
    for (i = 0; i < k->n && rc == 0; i++) {
        const struct block_item *at = &k->item[i];

        if (!at->ok)
            return err_set(err,
                           "text %llu has more than %zu bytes, or memory is "
                           "out",
                           (unsigned long long)at->number, DEDUP_TEXT_MAX);
        if (i + 1 < k->n)
            index_prefetch(b->index, &k->item[i + 1].prepared);
        index_use(b->index, &at->prepared);
        if (at->number < b->against + 1)
            rc = index_add(b->index, at->number, err);
        else if (b->o.clusters)
            rc = look_up_cluster(b, at->number - b->against - 1, err);
        else
            rc = look_up(b, at->number - b->against - 1, err);
    }
    block_clear(k);
    return rc == 0 ? check_memory(b, err) : -1;
}

/* The full block goes to the thread; the one before it is looked up. */
static int turn(struct batch *b, struct err *err)
{
    struct block *full = &b->block[b->filling];
    struct block *before = &b->block[1 - b->filling];

    block_wait(before);
    block_start(full, b->o.threads > 1);
    b->filling = 1 - b->filling;
    return process(b, before, err);
}

/* Looks up all that was added. */
static int drain(struct batch *b, struct err *err)
{
    if (turn(b, err) != 0)
        return -1;
    return turn(b, err);
}

static int queue(struct batch *b, uint64_t number, const char *text, size_t len,
                 bool normal, struct err *err)
{
    struct block *k = &b->block[b->filling];

    if (len > 4 * DEDUP_TEXT_MAX)
        return err_set(err, "a text of %zu bytes is too long to compare", len);
    if (!block_add(k, number, text, len, normal))
        return err_nomem(err);
    return block_full(k) ? turn(b, err) : 0;
}

int batch_against(struct batch *b, const char *text, size_t len,
                  struct err *err)
{
    if (b->rows > 0)
        return err_set(err, "the against set comes before the rows");
    if (queue(b, b->against + 1, text, len, false, err) != 0) {
        b->failed = true;
        return -1;
    }
    b->against++;
    return 0;
}

static bool ordered(const struct batch *b)
{
    return b->o.keep == BATCH_LONGEST && !b->o.clusters;
}

/* Puts the normalised row by until all are there. */
static int put_by(struct batch *b, const char *text, size_t len,
                  struct err *err)
{
    struct str *s = &b->block[b->filling].normal; /* idle */

    str_clear(s);
    text_normalise_but(text, len, b->o.dedup.keep, s);
    if (str_failed(s) || s->len > DEDUP_TEXT_MAX)
        return err_set(err, "row %llu is too long to compare",
                       (unsigned long long)b->rows);
    if (!grow(&b->text, &b->text_cap, (size_t)b->rows + 1, sizeof(*b->text)))
        return err_nomem(err);
    b->text[b->rows] = arena_text(&b->texts, s->s, (uint32_t)s->len);
    return b->text[b->rows] != NULL ? check_memory(b, err) : err_nomem(err);
}

int batch_add(struct batch *b, const char *text, size_t len, struct err *err)
{
    int rc = 0;

    if (b->failed || b->ended)
        return err_set(err, "rows cannot be added any more");
    if (b->rows == 0)
        rc = drain(b, err); /* ids of rows begin behind the against set */
    if (rc == 0)
        rc = ordered(b)
                 ? put_by(b, text, len, err)
                 : queue(b, b->against + 1 + b->rows, text, len, false, err);
    b->failed = rc != 0;
    b->rows += rc == 0;
    return rc;
}

struct place {
    uint32_t len;
    uint64_t row;
};

static int longest_first(const void *a, const void *b)
{
    const struct place *x = a, *y = b;

    if (x->len != y->len)
        return x->len > y->len ? -1 : 1;
    return (x->row > y->row) - (x->row < y->row);
}

static int run_ordered(struct batch *b, struct err *err)
{
    struct place *p = malloc((size_t)(b->rows + 1) * sizeof(*p));
    uint64_t i;
    int rc = 0;

    if (p == NULL)
        return err_nomem(err);
    for (i = 0; i < b->rows; i++)
        p[i] = (struct place){arena_length(b->text[i]), i};
    qsort(p, (size_t)b->rows, sizeof(*p), longest_first);
    b->order = malloc((size_t)(b->rows + 1) * sizeof(*b->order));
    for (i = 0; i < b->rows && b->order != NULL; i++)
        b->order[i] = p[i].row;
    for (i = 0; i < b->rows && b->order != NULL && rc == 0; i++)
        rc = queue(b, b->against + 1 + i, b->text[p[i].row], p[i].len, true,
                   err);
    free(p);
    return b->order != NULL ? rc : err_nomem(err);
}

int batch_end(struct batch *b, struct err *err)
{
    int rc;

    if (b->failed || b->ended)
        return b->ended ? 0 : err_set(err, "near-dedup failed before");
    rc = ordered(b) ? run_ordered(b, err) : 0;
    if (rc == 0)
        rc = drain(b, err);
    if (rc == 0 && b->o.clusters)
        clusters_choose(&b->clusters, b->o.keep == BATCH_LONGEST);
    b->ended = rc == 0;
    b->failed = rc != 0;
    return rc;
}

static void cluster_verdict(const struct batch *b, struct batch_verdict *v)
{
    uint64_t of = clusters_kept(&b->clusters, v->row);

    v->cluster = clusters_first(&b->clusters, v->row);
    if (v->against)
        return;
    v->of = of;
    v->keep = of == v->row;
    v->similarity = clusters_closest(&b->clusters, v->row);
}

bool batch_next(struct batch *b, struct batch_verdict *v)
{
    const struct decision *d;

    if (b->read >= b->decisions || (!b->ended && (ordered(b) || b->o.clusters)))
        return false;
    d = &b->decided[b->read - b->first];
    v->row = b->read++;
    v->cluster = v->row;
    v->keep = d->of == 0;
    v->against = d->of != 0 && d->of <= b->against;
    v->of = v->keep ? v->row : v->against ? d->of - 1 : d->of - b->against - 1;
    v->similarity = d->similarity;
    if (b->o.clusters)
        cluster_verdict(b, v);
    if (b->read == b->decisions && !b->ended)
        b->first = b->read; /* the room is free for the next */
    return true;
}

bool batch_next_pair(struct batch *b, struct batch_pair *p)
{
    if (b->pairs_read == b->pairs)
        return false;
    *p = b->pair[b->pairs_read++];
    return true;
}

uint64_t batch_bytes(const struct batch *b)
{
    return (uint64_t)dedup_bytes(b->index) + b->texts.bytes +
           b->text_cap * sizeof(*b->text) +
           (b->order != NULL ? b->rows * sizeof(*b->order) : 0) +
           b->decided_cap * sizeof(*b->decided) +
           b->pairs_cap * sizeof(*b->pair) + clusters_bytes(&b->clusters) +
           2 * BLOCK_ITEMS * sizeof(struct block_item) + b->block[0].raw.cap +
           b->block[1].raw.cap + b->block[0].normal.cap +
           b->block[1].normal.cap;
}

uint64_t batch_estimate(const struct batch_options *options, uint64_t texts,
                        uint64_t bytes)
{
    const struct dedup_options *o = &options->dedup;
    uint64_t base = (uint64_t)16 << 20, copy = bytes + 12 * texts;
    uint64_t entry = sizeof(struct sketch) + sizeof(struct entry);
    struct banding banding = index_banding(o);
    uint64_t total = base + copy + entry * texts + 24 * texts;

    /* Slots are at least 0.68 full, prefixes (1 - t) of the shingles. */
    if (banding.bands > 0)
        total += texts * banding.bands * sizeof(struct bands_slot) * 3 / 2;
    else if (o->measure == DEDUP_CONTAINMENT)
        total += bytes * 16;
    else
        total +=
            (uint64_t)((double)bytes * (1 - o->threshold) * 24) + texts * 24;
    if (options->keep == BATCH_LONGEST && !options->clusters)
        total += copy + 32 * texts;
    return total + (options->clusters ? 40 * texts : 0);
}
