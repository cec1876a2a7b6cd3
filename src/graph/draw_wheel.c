/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The wheel of one category.  Its triggers and senses are a tree, which
 * igraph lays out (Reingold and Tilford, "Tidier drawings of trees", 1981);
 * the layout's breadth becomes the angle and its depth the radius, so leaves
 * stand evenly on the rim and no label can touch the next: the wheel is as
 * large as its labels need.
 */
#include "graph/inside.h"
#include "graph/palette.h"

#include <math.h>
#include <stdlib.h>

#define MIDDLE_X (WHEEL_SIZE / 2)
#define MIDDLE_Y (120 + WHEEL_SIZE / 2)
#define HUB      0.47 /* of the rim: where the triggers stand */
#define LABEL    12.5 /* the largest */
#define TAU      6.283185307179586

struct spoke {
    int vertex; /* of the graph */
    double angle;
};

struct wheel {
    const struct concepts *c;
    const struct palette *p;
    size_t category;
    struct spoke *s; /* [0] the category, then triggers, then senses */
    size_t n, ntriggers;
    int *parent; /* of s[i], as a place in s */
    double rim, label;
};

/* The tree: triggers, and of each the senses in this category. */
static int gather(struct wheel *w, struct err *err)
{
    int root = w->c->category_vertex[w->category];
    struct neighbours t = concepts_near(w->c, root, VERTEX_TRIGGER), s;
    size_t most = 1 + t.n + concepts_near(w->c, root, VERTEX_SENSE).n, i, k;

    w->s = calloc(most + 1, sizeof(*w->s));
    w->parent = calloc(most + 1, sizeof(*w->parent));
    if (w->s == NULL || w->parent == NULL)
        return err_nomem(err);
    w->s[w->n++].vertex = root;
    for (i = 0; i < t.n; i++)
        w->s[w->n++].vertex = t.vertex[i];
    w->ntriggers = t.n;
    for (i = 0; i < t.n; i++) {
        s = concepts_near(w->c, t.vertex[i], VERTEX_SENSE);
        for (k = 0; k < s.n; k++) {
            if (w->c->v[s.vertex[k]].category != (int)w->category ||
                w->n == most)
                continue;
            w->parent[w->n] = (int)i + 1;
            w->s[w->n++].vertex = s.vertex[k];
        }
    }
    return 0;
}

static bool make_tree(const struct wheel *w, igraph_t *g)
{
    igraph_vector_int_t ends;
    bool bad = igraph_vector_int_init(&ends, 0) != IGRAPH_SUCCESS;
    size_t i;

    for (i = 1; !bad && i < w->n; i++)
        bad = igraph_vector_int_push_back(&ends, w->parent[i]) ||
              igraph_vector_int_push_back(&ends, (igraph_integer_t)i);
    if (!bad)
        bad = igraph_create(g, &ends, (igraph_integer_t)w->n,
                            IGRAPH_UNDIRECTED) != IGRAPH_SUCCESS;
    igraph_vector_int_destroy(&ends);
    return !bad;
}

/* A gap as of one leaf is left where the last leaf meets the first. */
static void to_angles(struct wheel *w, const igraph_matrix_t *at)
{
    double low = MATRIX(*at, 0, 0), high = low, x;
    size_t i;

    for (i = 0; i < w->n; i++) {
        x = MATRIX(*at, i, 0);
        low = fmin(low, x);
        high = fmax(high, x);
    }
    for (i = 0; i < w->n; i++)
        w->s[i].angle =
            TAU * (MATRIX(*at, i, 0) - low) / (high - low + 1) - TAU / 4;
}

static int lay_out(struct wheel *w, struct err *err)
{
    igraph_matrix_t at;
    igraph_vector_int_t roots;
    bool good = false;
    igraph_t g;

    if (igraph_matrix_init(&at, 0, 0) != IGRAPH_SUCCESS)
        return err_nomem(err);
    if (igraph_vector_int_init(&roots, 1) == IGRAPH_SUCCESS) {
        if (make_tree(w, &g)) {
            good = igraph_layout_reingold_tilford(&g, &at, IGRAPH_ALL, &roots,
                                                  NULL) == IGRAPH_SUCCESS;
            igraph_destroy(&g);
        }
        igraph_vector_int_destroy(&roots);
    }
    if (good)
        to_angles(w, &at);
    igraph_matrix_destroy(&at);
    return good ? 0 : err_set(err, "igraph could not lay the category out");
}

/* The labels that still fit side by side at the rim. */
static void fit(struct wheel *w)
{
    size_t leaves = w->n - 1 - w->ntriggers;

    w->rim = WHEEL_SIZE / 2 - 232;
    w->label = fmin(LABEL, TAU * w->rim / (double)(leaves + 1) / 1.25);
    w->label = fmax(w->label, 4);
}

static void point(const struct wheel *w, size_t i, double *x, double *y)
{
    double r = i == 0 ? 0 : i <= w->ntriggers ? HUB * w->rim : w->rim;

    *x = MIDDLE_X + r * cos(w->s[i].angle);
    *y = MIDDLE_Y + r * sin(w->s[i].angle);
}

static size_t colour(const struct wheel *w, size_t i)
{
    return palette_of(w->p, w->s[i].vertex, w->category);
}

/* From the parent outwards, then round to the leaf. */
static void draw_spokes(const struct wheel *w, struct canvas *k, size_t hue)
{
    double x0, y0, x1, y1, r;
    size_t i;

    for (i = 1; i < w->n; i++) {
        if (colour(w, i) != hue)
            continue;
        point(w, i, &x1, &y1);
        if (i <= w->ntriggers) {
            canvas_line(k, MIDDLE_X, MIDDLE_Y, x1, y1);
            continue;
        }
        point(w, (size_t)w->parent[i], &x0, &y0);
        r = (HUB + 1) / 2 * w->rim;
        canvas_curve(k, x0, y0, MIDDLE_X + r * cos(w->s[i].angle),
                     MIDDLE_Y + r * sin(w->s[i].angle), x1, y1);
    }
}

static void draw_dots(const struct wheel *w, struct canvas *k, size_t from,
                      size_t to, size_t hue)
{
    double x, y;
    size_t i;

    for (i = from; i < to; i++)
        if (colour(w, i) == hue) {
            point(w, i, &x, &y);
            canvas_dot(k, x, y);
        }
}

/* Along the radius, and never upside down; `inward`: ends at the radius. */
static void draw_label(struct canvas *k, double angle, double radius,
                       bool inward, struct text_style style, const char *text)
{
    double turn = angle / TAU * 360;
    bool left = cos(angle) < 0;
    double r = radius, nudge = style.size * 0.34 / radius;

    angle += left ? -nudge : nudge;
    style.turn = left ? turn + 180 : turn;
    style.anchor = left != inward ? ANCHOR_END : ANCHOR_START;
    canvas_text(k, MIDDLE_X + r * cos(angle), MIDDLE_Y + r * sin(angle), &style,
                text);
}

static void draw_labels(const struct wheel *w, struct canvas *k)
{
    struct text_style sense = {.size = w->label, .colour = INK};
    struct text_style trigger = {
        .size = fmin(w->label + 2, 14.5), .colour = INK, .bold = true};
    struct str text;
    size_t i;

    str_init(&text, 1 << 16);
    for (i = 1; i < w->n; i++) {
        int v = w->s[i].vertex;
        bool leaf = i > w->ntriggers;

        str_clear(&text);
        canvas_shorten(w->c->v[v].text, leaf ? sense.size : trigger.size,
                       leaf ? 226 : HUB * w->rim - 62, &text);
        if (!leaf && concepts_near(w->c, v, VERTEX_CATEGORY).n > 1)
            str_adds(&text, "*");
        if (leaf)
            draw_label(k, w->s[i].angle, w->rim + 8, false, sense, text.s);
        else
            draw_label(k, w->s[i].angle, HUB * w->rim - 9, true, trigger,
                       text.s);
    }
    str_release(&text);
}

static void draw_all(const struct wheel *w, struct canvas *k)
{
    size_t hue;

    for (hue = 0; hue < w->p->n; hue++) {
        canvas_open_lines(k, palette_strong(w->p, hue), 1.2, 0.45);
        draw_spokes(w, k, hue);
        canvas_close(k);
    }
    for (hue = 0; hue < w->p->n; hue++) {
        canvas_open_dots(k, palette_pale(w->p, hue), 7);
        draw_dots(w, k, w->ntriggers + 1, w->n, hue);
        canvas_close(k);
        canvas_open_dots(k, palette_strong(w->p, hue), 10);
        draw_dots(w, k, 1, w->ntriggers + 1, hue);
        canvas_close(k);
    }
    canvas_circle(k, MIDDLE_X, MIDDLE_Y, 16, palette_strong(w->p, colour(w, 0)),
                  w->c->categories[w->category].name);
    draw_labels(w, k);
}

int draw_wheel(const struct concepts *c, const struct palette *p,
               size_t category, struct canvas *k, struct err *err)
{
    struct wheel w = {.c = c, .p = p, .category = category};
    int failed = gather(&w, err);

    if (!failed)
        failed = lay_out(&w, err);
    if (!failed) {
        fit(&w);
        draw_all(&w, k);
    }
    free(w.s);
    free(w.parent);
    return failed;
}
