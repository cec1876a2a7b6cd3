/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * igraph lays out the categories, pulled together by the triggers they share
 * (Fruchterman and Reingold, "Graph drawing by force-directed placement", 1991,
 * or for few categories Kamada and Kawai, 1989, which needs no luck but more
 * time); a thousand triggers in the same forces would be a ball of wool.  Then
 * flowers are pushed apart until none touches another, labels included.
 *
 * Nothing here is drawn by chance: the layout starts from a circle in the
 * order of the categories, so the same graph is the same picture.
 */
#include "graph/flowers.h"

#include <math.h>
#include <stdlib.h>

#define TOP    104.0 /* below the title */
#define BOTTOM 56.0  /* above the legend */
#define FEW    12    /* categories that Kamada-Kawai is used for */

/* Where the layout puts a flower. */
struct place {
    double x, y;
};

/* --- the layout --- */

/* The trigger pulls every two of its categories together; the more it has, the
 * less. */
static bool add_ties(const struct field *d, int trigger,
                     igraph_vector_int_t *ends, igraph_vector_t *weight)
{
    struct neighbours near = concepts_near(d->c, trigger, VERTEX_CATEGORY);
    double w = 1.0 / (double)(near.n - 1);
    size_t i, k;

    for (i = 0; i < near.n; i++)
        for (k = i + 1; k < near.n; k++)
            if (igraph_vector_int_push_back(
                    ends, (igraph_integer_t)flowers_of(d, near.vertex[i])) ||
                igraph_vector_int_push_back(
                    ends, (igraph_integer_t)flowers_of(d, near.vertex[k])) ||
                igraph_vector_push_back(weight, w))
                return false;
    return true;
}

/* How many triggers two categories share, as an igraph. */
static bool make_ties(const struct field *d, igraph_t *g,
                      igraph_vector_t *weight)
{
    igraph_vector_int_t ends;
    bool good;
    size_t v;

    if (igraph_vector_int_init(&ends, 0) != IGRAPH_SUCCESS)
        return false;
    good = true;
    for (v = 0; good && v < d->c->n; v++)
        if (d->shared[v])
            good = add_ties(d, (int)v, &ends, weight);
    if (good)
        good = igraph_create(g, &ends, (igraph_integer_t)d->n,
                             IGRAPH_UNDIRECTED) == IGRAPH_SUCCESS;
    igraph_vector_int_destroy(&ends);
    return good;
}

/* Neighbours in the table, mostly of one domain, begin side by side. */
static bool begin_in_circle(igraph_matrix_t *at, size_t n)
{
    size_t i;

    if (igraph_matrix_resize(at, (igraph_integer_t)n, 2) != IGRAPH_SUCCESS)
        return false;
    for (i = 0; i < n; i++) {
        MATRIX(*at, i, 0) = cos(TAU * (double)i / (double)n) * sqrt((double)n);
        MATRIX(*at, i, 1) = sin(TAU * (double)i / (double)n) * sqrt((double)n);
    }
    return true;
}

static bool lay_out(const struct field *d, igraph_matrix_t *at)
{
    igraph_vector_t weight;
    bool good = false;
    igraph_t g;

    if (igraph_vector_init(&weight, 0) != IGRAPH_SUCCESS)
        return false;
    if (make_ties(d, &g, &weight)) {
        good = begin_in_circle(at, d->n);
        if (good && d->n <= FEW)
            good = igraph_layout_kamada_kawai(&g, at, true,
                                              50 * (igraph_integer_t)d->n, 0,
                                              (double)d->n, NULL, NULL, NULL,
                                              NULL, NULL) == IGRAPH_SUCCESS;
        else if (good)
            good = igraph_layout_fruchterman_reingold(
                       &g, at, true, 1000, 2, IGRAPH_LAYOUT_NOGRID, &weight,
                       NULL, NULL, NULL, NULL) == IGRAPH_SUCCESS;
        igraph_destroy(&g);
    }
    igraph_vector_destroy(&weight);
    return good;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return x < y ? -1 : x > y;
}

/* Mostly by rank: spread out over the paper, but neighbours stay neighbours. */
static void spread(igraph_matrix_t *at, int column, size_t n, double from,
                   double to, double *sorted)
{
    double low, high, v, rank;
    size_t i, k;

    for (i = 0; i < n; i++)
        sorted[i] = MATRIX(*at, i, column);
    qsort(sorted, n, sizeof(*sorted), by_value);
    low = sorted[0];
    high = sorted[n - 1] > low ? sorted[n - 1] : low + 1;
    for (i = 0; i < n; i++) {
        v = MATRIX(*at, i, column);
        for (k = 0; k < n && sorted[k] < v; k++)
            ;
        rank = n > 1 ? (double)k / (double)(n - 1) : 0.5;
        v = 0.85 * rank + 0.15 * (v - low) / (high - low);
        MATRIX(*at, i, column) = from + v * (to - from);
    }
}

static int place_homes(const struct field *d, struct place *home,
                       struct err *err)
{
    double *sorted = calloc(d->n + 1, sizeof(*sorted));
    igraph_matrix_t at;
    bool good;
    size_t i;

    if (sorted == NULL || igraph_matrix_init(&at, 0, 0) != IGRAPH_SUCCESS) {
        free(sorted);
        return err_nomem(err);
    }
    good = lay_out(d, &at);
    if (good) {
        spread(&at, 0, d->n, 100, WHOLE_WIDTH - 100, sorted);
        spread(&at, 1, d->n, TOP + 80, WHOLE_HEIGHT - BOTTOM - 100, sorted);
        for (i = 0; i < d->n; i++)
            home[i] = (struct place){MATRIX(at, i, 0), MATRIX(at, i, 1)};
    }
    igraph_matrix_destroy(&at);
    free(sorted);
    return good ? 0 : err_set(err, "igraph could not lay the graph out");
}

/* --- apart --- */

static struct box room_of(const struct flower *f)
{
    double wide = f->high, w;
    size_t i;

    for (i = 0; i < f->rows; i++) {
        w = canvas_text_width(f->row[i], FLOWER_LABEL) / 2;
        wide = fmax(wide, w);
    }
    return (struct box){f->x - wide - 3, f->y - f->high - 3, f->x + wide + 3,
                        f->y + f->high + 6 +
                            (double)f->rows * FLOWER_LABEL_LINE};
}

static void keep_inside(struct flower *f)
{
    struct box b = room_of(f);

    f->x += fmax(0, FLOWER_MARGIN - b.x0) -
            fmax(0, b.x1 - (WHOLE_WIDTH - FLOWER_MARGIN));
    f->y += fmax(0, TOP - b.y0) - fmax(0, b.y1 - (WHOLE_HEIGHT - BOTTOM));
}

/* Moves two apart along the shorter way; true when they had touched. */
static bool push(struct flower *a, struct flower *b)
{
    struct box p = room_of(a), q = room_of(b);
    double dx = fmin(p.x1, q.x1) - fmax(p.x0, q.x0);
    double dy = fmin(p.y1, q.y1) - fmax(p.y0, q.y0);

    if (dx <= 0 || dy <= 0)
        return false;
    if (dx < dy) {
        dx = (dx / 2 + 0.5) * (a->x < b->x ? 1 : -1);
        a->x -= dx;
        b->x += dx;
    } else {
        dy = (dy / 2 + 0.5) * (a->y < b->y ? 1 : -1);
        a->y -= dy;
        b->y += dy;
    }
    return true;
}

static bool push_apart(struct field *d)
{
    bool touch = true;
    size_t i, k;
    int turn;

    for (turn = 0; turn < 2000 && touch; turn++) {
        touch = false;
        for (i = 0; i < d->n; i++)
            for (k = i + 1; k < d->n; k++)
                touch |= push(&d->f[i], &d->f[k]);
        for (i = 0; i < d->n; i++)
            keep_inside(&d->f[i]);
    }
    return !touch;
}

/* Smaller until all have room. */
static void stand_apart(struct field *d, const struct place *home)
{
    size_t i;
    int tries;

    for (tries = 0; tries < 24; tries++) {
        for (i = 0; i < d->n; i++) {
            d->f[i].x = home[i].x;
            d->f[i].y = home[i].y;
        }
        if (push_apart(d))
            return;
        for (i = 0; i < d->n; i++) {
            d->f[i].high -= d->f[i].ring * 0.05;
            d->f[i].ring *= 0.95;
        }
    }
}

int flowers_place(struct field *d, struct err *err)
{
    struct place *home = calloc(d->n + 1, sizeof(*home));
    int failed;

    if (home == NULL)
        return err_nomem(err);
    failed = place_homes(d, home, err);
    if (!failed)
        stand_apart(d, home);
    free(home);
    return failed;
}
