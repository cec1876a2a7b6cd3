/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The field of flowers: what belongs to which, how large each is, and where
 * around it its triggers and senses are.
 */
#include "graph/flowers.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SLOT       14.5 /* along the ring, a trigger */
#define PETAL      19.0 /* from a trigger to its first senses */
#define ROW        7.2  /* between senses */
#define ROW_SENSES 5
#define LABEL_WIDE 160.0

static void field_release(struct field *d)
{
    size_t i, k;

    for (i = 0; d->f != NULL && i < d->n; i++) {
        free(d->f[i].slot);
        for (k = 0; k < d->f[i].rows; k++)
            free(d->f[i].row[k]);
    }
    free(d->f);
    free(d->owner);
    free(d->x);
    free(d->y);
    free(d->angle);
    free(d->shared);
}

static int field_init(struct field *d, const struct concepts *c,
                      const struct palette *p, struct err *err)
{
    size_t v;

    *d = (struct field){.c = c, .p = p, .n = c->ncategories};
    d->f = calloc(d->n + 1, sizeof(*d->f));
    d->owner = malloc((c->n + 1) * sizeof(*d->owner));
    d->x = calloc(c->n + 1, sizeof(*d->x));
    d->y = calloc(c->n + 1, sizeof(*d->y));
    d->angle = calloc(c->n + 1, sizeof(*d->angle));
    d->shared = calloc(c->n + 1, sizeof(*d->shared));
    if (d->f == NULL || d->owner == NULL || d->x == NULL || d->y == NULL ||
        d->angle == NULL || d->shared == NULL)
        return err_nomem(err);
    for (v = 0; v < c->n; v++)
        d->owner[v] = SIZE_MAX;
    return 0;
}

/* --- who belongs to which flower --- */

size_t flowers_of(const struct field *d, int vertex)
{
    size_t k;

    for (k = 0; d->c->category_vertex[k] != vertex; k++)
        ;
    return k;
}

/* A trigger's flower is the category it has most senses in. */
static void find_owners(struct field *d)
{
    const struct concepts *c = d->c;
    struct neighbours near;
    size_t v, i, best;

    for (v = 0; v < c->n; v++) {
        if (c->v[v].type == VERTEX_SENSE && c->v[v].category >= 0)
            d->owner[v] = (size_t)c->v[v].category;
        if (c->v[v].type != VERTEX_TRIGGER)
            continue;
        near = concepts_near(c, (int)v, VERTEX_CATEGORY);
        for (best = i = 0; i < near.n; i++)
            if (near.weight[i] > near.weight[best])
                best = i;
        if (near.n == 0)
            continue;
        d->owner[v] = flowers_of(d, near.vertex[best]);
        d->shared[v] = near.n > 1;
        d->f[d->owner[v]].slots++;
    }
}

/* Breaks a name into rows that are about equally long. */
static int break_label(struct flower *f, const char *name, struct err *err)
{
    double all = canvas_text_width(name, FLOWER_LABEL), width;
    struct str row;
    size_t len;

    width = all / ceil(all / LABEL_WIDE) * 1.15 + 6;
    while (*name != '\0' && f->rows < FLOWER_LABEL_ROWS) {
        str_init(&row, 1 << 12);
        do {
            len = strcspn(name, " ");
            str_addf(&row, "%s%.*s", row.len > 0 ? " " : "", (int)len, name);
            name += len + strspn(name + len, " ");
            len = strcspn(name, " ");
        } while (*name != '\0' &&
                 (f->rows + 1 == FLOWER_LABEL_ROWS ||
                  canvas_text_width(row.s, FLOWER_LABEL) +
                          (double)(len + 1) * 0.58 * FLOWER_LABEL <
                      width));
        f->row[f->rows] = str_detach(&row);
        if (f->row[f->rows] == NULL)
            return err_nomem(err);
        f->rows++;
    }
    return 0;
}

static double rows_of(size_t senses)
{
    return ceil((double)senses / ROW_SENSES);
}

static int size_flower(struct field *d, size_t i, struct err *err)
{
    struct flower *f = &d->f[i];
    size_t v, deepest = 0, n;

    for (v = 0; v < d->c->n; v++) {
        if (d->c->v[v].type != VERTEX_TRIGGER || d->owner[v] != i)
            continue;
        n = concepts_near(d->c, (int)v, VERTEX_SENSE).n;
        deepest = n > deepest ? n : deepest;
    }
    f->ring = fmax(26, (double)f->slots * SLOT / TAU);
    f->high = f->ring + PETAL + rows_of(deepest) * ROW;
    f->slot = malloc((f->slots + 1) * sizeof(*f->slot));
    if (f->slot == NULL)
        return err_nomem(err);
    for (n = 0; n < f->slots; n++)
        f->slot[n] = -1;
    return break_label(f, d->c->categories[i].name, err);
}

/* --- triggers around the ring, senses around the triggers --- */

/* The way from the owner to the trigger's other categories. */
static double wish(const struct field *d, int trigger)
{
    struct neighbours near = concepts_near(d->c, trigger, VERTEX_CATEGORY);
    const struct flower *f = &d->f[d->owner[trigger]], *o;
    double x = 0, y = 0, far;
    size_t i;

    for (i = 0; i < near.n; i++) {
        o = &d->f[flowers_of(d, near.vertex[i])];
        far = hypot(o->x - f->x, o->y - f->y);
        if (far > 0) {
            x += (o->x - f->x) / far;
            y += (o->y - f->y) / far;
        }
    }
    return atan2(y, x);
}

static void take_slot(struct flower *f, int trigger, double angle)
{
    size_t best = 0, i;
    double gap, least = 10;

    for (i = 0; i < f->slots; i++) {
        if (f->slot[i] >= 0)
            continue;
        gap = fabs(remainder(TAU * (double)i / (double)f->slots - angle, TAU));
        if (gap < least) {
            least = gap;
            best = i;
        }
    }
    f->slot[best] = trigger;
}

static void place_triggers(struct field *d)
{
    size_t v, i, k;
    int pass;

    for (pass = 0; pass < 2; pass++)
        for (v = 0; v < d->c->n; v++)
            if (d->c->v[v].type == VERTEX_TRIGGER && d->owner[v] != SIZE_MAX &&
                d->shared[v] == (pass == 0))
                take_slot(&d->f[d->owner[v]], (int)v,
                          pass == 0 ? wish(d, (int)v) : 0);
    for (i = 0; i < d->n; i++)
        for (k = 0; k < d->f[i].slots; k++) {
            int t = d->f[i].slot[k];

            d->angle[t] = TAU * (double)k / (double)d->f[i].slots;
            d->x[t] = d->f[i].x + d->f[i].ring * cos(d->angle[t]);
            d->y[t] = d->f[i].y + d->f[i].ring * sin(d->angle[t]);
        }
}

static void place_senses(struct field *d, int trigger)
{
    struct neighbours near = concepts_near(d->c, trigger, VERTEX_SENSE);
    const struct flower *f = &d->f[d->owner[trigger]];
    size_t i, row, in_row;
    double r, a;

    for (i = 0; i < near.n; i++) {
        row = i / ROW_SENSES;
        in_row = near.n - row * ROW_SENSES;
        in_row = in_row < ROW_SENSES ? in_row : ROW_SENSES;
        r = f->ring + PETAL + (double)row * ROW;
        a = d->angle[trigger] +
            ((double)(i % ROW_SENSES) - (double)(in_row - 1) / 2) *
                fmin(ROW / r, TAU / (double)f->slots / 3);
        d->x[near.vertex[i]] = f->x + r * cos(a);
        d->y[near.vertex[i]] = f->y + r * sin(a);
    }
}

int draw_whole(const struct concepts *c, const struct palette *p,
               struct canvas *k, struct err *err)
{
    struct field d;
    size_t i;
    int failed = field_init(&d, c, p, err);

    if (!failed)
        find_owners(&d);
    for (i = 0; !failed && i < d.n; i++)
        failed = size_flower(&d, i, err);
    if (!failed)
        failed = flowers_place(&d, err);
    if (!failed) {
        place_triggers(&d);
        for (i = 0; i < c->n; i++)
            if (c->v[i].type == VERTEX_TRIGGER && d.owner[i] != SIZE_MAX)
                place_senses(&d, (int)i);
        failed = flowers_paint(&d, k, err);
    }
    field_release(&d);
    return failed;
}
