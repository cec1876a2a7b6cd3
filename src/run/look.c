/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The first look's verdicts all come before the second looks at what they
 * kept, in the order in which rows are to win: that of the input, or the
 * longest first.
 */
#include "run/look.h"

#include <stdlib.h>
#include <string.h>

int look_open(struct look *l, struct desk *desk, const char *model,
              double cosine, struct err *err)
{
    memset(l, 0, sizeof(*l));
    l->semantic = semantic_new(desk, model, cosine, err);
    return l->semantic != NULL ? 0 : -1;
}

void look_close(struct look *l)
{
    semantic_free(l->semantic);
    free(l->decided);
    free(l->kept);
}

struct by_length {
    uint64_t row;
    size_t len;
};

static int longest_first(const void *a, const void *b)
{
    const struct by_length *x = a, *y = b;

    if (x->len != y->len)
        return x->len > y->len ? -1 : 1;
    return (x->row > y->row) - (x->row < y->row);
}

static int order_by_length(struct look *l, struct shelf *rows, struct err *err)
{
    struct by_length *all = malloc((size_t)(l->nkept + 1) * sizeof(*all));
    struct shelf_item item;
    uint64_t i;
    int failed = 0;

    if (all == NULL)
        return err_nomem(err);
    for (i = 0; i < l->nkept && !failed; i++) {
        failed = shelf_get(rows, l->kept[i], &item, err);
        all[i] = (struct by_length){l->kept[i], failed ? 0 : item.len};
    }
    if (!failed) {
        qsort(all, (size_t)l->nkept, sizeof(*all), longest_first);
        for (i = 0; i < l->nkept; i++)
            l->kept[i] = all[i].row;
    }
    free(all);
    return failed;
}

/* All verdicts of the first look, and what it kept in order. */
static int take_verdicts(struct look *l, const struct look_rows *of,
                         struct err *err)
{
    struct batch_verdict v;

    l->rows = of->nrows;
    l->decided = calloc((size_t)l->rows + 1, sizeof(*l->decided));
    l->kept = calloc((size_t)l->rows + 1, sizeof(*l->kept));
    if (l->decided == NULL || l->kept == NULL)
        return err_nomem(err);
    while (batch_next(of->batch, &v)) {
        l->decided[v.row].v = v;
        if (v.keep)
            l->kept[l->nkept++] = v.row;
    }
    l->embed = of->nknown + l->nkept;
    if (l->embed > SEMANTIC_MAX)
        return err_set(err,
                       "%llu rows are left for the second look, which "
                       "compares every pair of at most %u; split the input, or "
                       "leave --embeddings out",
                       (unsigned long long)l->embed, SEMANTIC_MAX);
    return of->longest ? order_by_length(l, of->rows, err) : 0;
}

static int give_text(struct look *l, const struct look_rows *of,
                     struct err *err)
{
    uint64_t i = l->given++;
    bool known = i < of->nknown;
    struct shelf_item item;

    if (i == l->embed) {
        semantic_last(l->semantic);
        return 0;
    }
    if (shelf_get(known ? of->known : of->rows,
                  known ? i : l->kept[i - of->nknown], &item, err) != 0)
        return -1;
    return semantic_add(l->semantic, item.prompt, item.len, known, err);
}

static void apply(struct look *l, uint64_t against)
{
    uint64_t i;

    for (i = 0; i < l->nkept; i++) {
        struct nearby n = semantic_near(l->semantic, (size_t)(against + i));
        struct ruling *d = &l->decided[l->kept[i]];

        if (n.of == against + i)
            continue;
        d->meant = true;
        d->v.keep = false;
        d->v.against = n.of < against;
        d->v.of = d->v.against ? n.of : l->kept[n.of - against];
        d->v.similarity = n.cosine;
    }
}

int look_step(struct look *l, const struct look_rows *of, int timeout_ms,
              struct err *err)
{
    if (l->decided == NULL && take_verdicts(l, of, err) != 0)
        return -1;
    switch (semantic_step(l->semantic, timeout_ms, err)) {
    case SEMANTIC_TEXT:
        return give_text(l, of, err) == 0 ? 1 : -1;
    case SEMANTIC_MORE:
        return 1;
    case SEMANTIC_DONE:
        apply(l, of->nknown);
        return 0;
    case SEMANTIC_ERROR:
        break;
    }
    return -1;
}

bool look_next(struct look *l, struct ruling *out)
{
    if (l->told == l->rows)
        return false;
    *out = l->decided[l->told++];
    return true;
}

bool look_next_pair(struct look *l, struct batch_pair *out)
{
    const struct ruling *d;

    while (l->paired < l->rows) {
        d = &l->decided[l->paired++];
        if (!d->meant)
            continue;
        *out = (struct batch_pair){d->v.row, d->v.of, d->v.against,
                                   d->v.similarity};
        return true;
    }
    return false;
}

uint64_t look_bytes(const struct look *l)
{
    return semantic_counts(l->semantic).bytes +
           l->rows * (sizeof(*l->decided) + sizeof(*l->kept));
}
