/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An array of picks.  Choosing goes through pointers sorted by the draw: who
 * comes late in it stays at home.
 */
#include "run/export_picks.h"
#include "base/rng.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static struct export_pick *new_pick(struct export_picks *p, struct err *err)
{
    struct export_pick *more;
    uint32_t cap = p->cap > 0 ? p->cap * 2 : 1024;

    if (p->n == UINT32_MAX / 2) {
        err_set(err, "more rows than can be split at once");
        return NULL;
    }
    if (p->n == p->cap) {
        more = realloc(p->at, cap * sizeof(*more));
        if (more == NULL) {
            err_nomem(err);
            return NULL;
        }
        p->at = more;
        p->cap = cap;
    }
    return &p->at[p->n++];
}

int export_picks_add(struct export_picks *p, uint64_t line, uint64_t seed,
                     const struct export_row *row, struct err *err)
{
    const struct name *c = names_add(&p->categories, row->category,
                                     (int)HASH_COUNT(p->categories), err);
    struct rng r = rng_for(seed, 0, row->id);
    struct export_pick *pick = c != NULL ? new_pick(p, err) : NULL;

    if (pick == NULL)
        return -1;
    *pick = (struct export_pick){.line = line,
                                 .draw = rng_u64(&r),
                                 .group = p->n - 1,
                                 .category = (uint16_t)c->number,
                                 .control = row->control};
    return 0;
}

void export_picks_release(struct export_picks *p)
{
    free(p->at);
    names_free(&p->categories);
    memset(p, 0, sizeof(*p));
}

static int by_draw(const void *a, const void *b)
{
    const struct export_pick *const *x = a, *const *y = b;

    return (*x)->draw != (*y)->draw  ? ((*x)->draw < (*y)->draw ? -1 : 1)
           : (*x)->line < (*y)->line ? -1
                                     : (*x)->line > (*y)->line;
}

/* The picks of one kind in the order of their draw; the caller frees. */
static struct export_pick **drawn(struct export_picks *p, bool control,
                                  uint32_t *n)
{
    struct export_pick **all = calloc(p->n + 1, sizeof(*all));
    uint32_t i;

    *n = 0;
    for (i = 0; all != NULL && i < p->n; i++)
        if (p->at[i].control == control && p->at[i].split != EXPORT_NOWHERE)
            all[(*n)++] = &p->at[i];
    if (all != NULL)
        qsort(all, *n, sizeof(*all), by_draw);
    return all;
}

int export_picks_balance(struct export_picks *p, uint32_t *dropped,
                         struct err *err)
{
    uint32_t ncat = HASH_COUNT(p->categories), n, i, least = UINT32_MAX;
    uint32_t *count = calloc(ncat + 1, sizeof(*count));
    struct export_pick **all = drawn(p, false, &n);

    *dropped = 0;
    if (count == NULL || all == NULL) {
        free(count);
        free(all);
        return err_nomem(err);
    }
    for (i = 0; i < n; i++)
        count[all[i]->category]++;
    for (i = 0; i < ncat; i++)
        least = count[i] > 0 && count[i] < least ? count[i] : least;
    memset(count, 0, ncat * sizeof(*count));
    for (i = 0; i < n; i++)
        if (count[all[i]->category]++ >= least) {
            all[i]->split = EXPORT_NOWHERE;
            (*dropped)++;
        }
    free(count);
    free(all);
    return 0;
}

static uint32_t rows_left(const struct export_picks *p)
{
    uint32_t i, n = 0;

    for (i = 0; i < p->n; i++)
        n += !p->at[i].control && p->at[i].split != EXPORT_NOWHERE;
    return n;
}

int export_picks_mix(struct export_picks *p, double share, uint64_t *controls,
                     struct err *err)
{
    uint32_t rows = rows_left(p), n, i;
    uint32_t want = (uint32_t)(rows * share / (1 - share) + 0.5);
    struct export_pick **all = drawn(p, true, &n);

    if (all == NULL)
        return err_nomem(err);
    for (i = want; i < n; i++)
        all[i]->split = EXPORT_NOWHERE;
    free(all);
    if (n < want)
        return err_set(err,
                       "--mix wants %u controls for %u rows, and there are "
                       "only %u: make more, or give controls=%.3f at most",
                       want, rows, n, floor(1e3 * n / (rows + n)) / 1e3);
    *controls = want;
    return 0;
}
