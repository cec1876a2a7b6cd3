/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Lines first, dots over them, names on top: of all lines and dots those of one
 * colour together, which is what keeps the file small.  Names of categories
 * take their room before those of triggers.
 */
#include "graph/flowers.h"

#include <math.h>
#include <stdlib.h>

#define HUBS     40 /* triggers with their names, at most */
#define HUB_SIZE 12.5

static bool drawn(const struct field *d, size_t v)
{
    return d->owner[v] != SIZE_MAX && (d->c->v[v].type == VERTEX_TRIGGER ||
                                       d->c->v[v].type == VERTEX_SENSE);
}

static size_t colour(const struct field *d, size_t v)
{
    return palette_of(d->p, (int)v, d->owner[v]);
}

/* Threads to the other categories of a shared trigger, bent inwards. */
static void draw_threads(const struct field *d, struct canvas *k, size_t hue)
{
    struct neighbours near;
    size_t v, i, own;
    const struct flower *f;
    double mx, my;

    for (v = 0; v < d->c->n; v++) {
        if (!d->shared[v] || colour(d, v) != hue)
            continue;
        near = concepts_near(d->c, (int)v, VERTEX_CATEGORY);
        for (i = 0; i < near.n; i++) {
            own = flowers_of(d, near.vertex[i]);
            f = &d->f[own];
            if (own == d->owner[v])
                continue;
            mx = (d->x[v] + f->x) / 2;
            my = (d->y[v] + f->y) / 2;
            canvas_curve(k, d->x[v], d->y[v],
                         mx + 0.18 * (WHOLE_WIDTH / 2 - mx),
                         my + 0.18 * (WHOLE_HEIGHT / 2 - my), f->x, f->y);
        }
    }
}

static void draw_stems(const struct field *d, struct canvas *k, size_t hue)
{
    struct neighbours near;
    size_t v, i;

    for (v = 0; v < d->c->n; v++) {
        if (d->c->v[v].type != VERTEX_TRIGGER || !drawn(d, v) ||
            colour(d, v) != hue)
            continue;
        canvas_line(k, d->f[d->owner[v]].x, d->f[d->owner[v]].y, d->x[v],
                    d->y[v]);
        near = concepts_near(d->c, (int)v, VERTEX_SENSE);
        for (i = 0; i < near.n; i++)
            canvas_line(k, d->x[v], d->y[v], d->x[near.vertex[i]],
                        d->y[near.vertex[i]]);
    }
}

static void draw_dots(const struct field *d, struct canvas *k,
                      enum vertex_type type, size_t hue)
{
    size_t v;

    for (v = 0; v < d->c->n; v++)
        if (d->c->v[v].type == type && drawn(d, v) && colour(d, v) == hue)
            canvas_dot(k, d->x[v], d->y[v]);
}

static void draw_names(const struct field *d, struct canvas *k)
{
    const struct text_style style = {.size = FLOWER_LABEL,
                                     .anchor = ANCHOR_MIDDLE,
                                     .colour = INK,
                                     .bold = true};
    const struct flower *f;
    struct box b;
    size_t i, r;

    for (i = 0; i < d->n; i++) {
        f = &d->f[i];
        for (r = 0; r < f->rows; r++) {
            double y =
                f->y + f->high + 5 + (double)(r + 1) * FLOWER_LABEL_LINE - 4;
            double w = canvas_text_width(f->row[r], FLOWER_LABEL) / 2;

            canvas_text(k, f->x, y, &style, f->row[r]);
            b = (struct box){f->x - w, y - FLOWER_LABEL, f->x + w, y + 4};
            canvas_take(k, b);
        }
        b = (struct box){f->x - 10, f->y - 10, f->x + 10, f->y + 10};
        canvas_take(k, b);
    }
}

struct hub {
    int vertex;
    size_t categories, senses;
};

static int by_reach(const void *a, const void *b)
{
    const struct hub *x = a, *y = b;

    if (x->categories != y->categories)
        return x->categories < y->categories ? 1 : -1;
    if (x->senses != y->senses)
        return x->senses < y->senses ? 1 : -1;
    return x->vertex - y->vertex;
}

/* Beside the dot, on the side away from the middle or else the other. */
static bool draw_hub(const struct field *d, struct canvas *k, int v)
{
    struct text_style style = {
        .size = HUB_SIZE, .colour = INK_SOFT, .italic = true};
    const char *name = d->c->v[v].text;
    double w = canvas_text_width(name, HUB_SIZE), x = d->x[v], y = d->y[v];
    bool right = cos(d->angle[v]) >= 0;
    struct box b;
    int side;

    for (side = 0; side < 2; side++, right = !right) {
        b = (struct box){right ? x + 4 : x - 4 - w, y - 7,
                         right ? x + 4 + w : x - 4, y + 6};
        if (b.x0 < FLOWER_MARGIN || b.x1 > WHOLE_WIDTH - FLOWER_MARGIN ||
            !canvas_fits(k, b))
            continue;
        style.anchor = right ? ANCHOR_START : ANCHOR_END;
        canvas_text(k, right ? x + 5 : x - 5, y + 4, &style, name);
        canvas_take(k, b);
        return true;
    }
    return false;
}

/* The triggers that tie most categories together get their names. */
static int draw_hubs(const struct field *d, struct canvas *k, struct err *err)
{
    struct hub *hubs = calloc(d->c->n + 1, sizeof(*hubs));
    size_t v, n = 0, i, done = 0;

    if (hubs == NULL)
        return err_nomem(err);
    for (v = 0; v < d->c->n; v++)
        if (d->shared[v])
            hubs[n++] = (struct hub){
                (int)v, concepts_near(d->c, (int)v, VERTEX_CATEGORY).n,
                concepts_near(d->c, (int)v, VERTEX_SENSE).n};
    qsort(hubs, n, sizeof(*hubs), by_reach);
    for (i = 0; i < n && done < HUBS; i++)
        done += draw_hub(d, k, hubs[i].vertex);
    free(hubs);
    return 0;
}

static void draw_middles(const struct field *d, struct canvas *k)
{
    size_t i, hue;

    for (i = 0; i < d->n; i++) {
        hue = palette_of(d->p, d->c->category_vertex[i], i);
        canvas_circle(k, d->f[i].x, d->f[i].y, 11, palette_strong(d->p, hue),
                      d->c->categories[i].name);
    }
}

static void draw_all(const struct field *d, struct canvas *k)
{
    size_t hue;

    for (hue = 0; hue < d->p->n; hue++) {
        canvas_open_lines(k, palette_strong(d->p, hue), 0.9, 0.3);
        draw_threads(d, k, hue);
        canvas_close(k);
    }
    for (hue = 0; hue < d->p->n; hue++) {
        canvas_open_lines(k, palette_strong(d->p, hue), 0.8, 0.4);
        draw_stems(d, k, hue);
        canvas_close(k);
    }
    for (hue = 0; hue < d->p->n; hue++) {
        canvas_open_dots(k, palette_pale(d->p, hue), 4.6);
        draw_dots(d, k, VERTEX_SENSE, hue);
        canvas_close(k);
    }
    for (hue = 0; hue < d->p->n; hue++) {
        canvas_open_dots(k, palette_strong(d->p, hue), 7);
        draw_dots(d, k, VERTEX_TRIGGER, hue);
        canvas_close(k);
    }
    draw_middles(d, k);
}

int flowers_paint(const struct field *d, struct canvas *k, struct err *err)
{
    draw_all(d, k);
    draw_names(d, k);
    return draw_hubs(d, k, err);
}
