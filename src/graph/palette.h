/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_GRAPH_PALETTE_H
#define PHGEN_GRAPH_PALETTE_H

#include "graph/canvas.h"
#include "graph/draw.h"

/*
 * What colour a vertex of a picture has, and the frame around the picture:
 * title, legend.
 *
 * Colours are few, so that dots of one colour can be written together: a
 * palette has `n` of them, palette_of() says which a vertex has.
 */
#define PALETTE_MAX 24
#define INK         "#1f2937"
#define INK_SOFT    "#4b5563"

struct palette {
    const struct concepts *graph;
    const struct draw_options *options;
    const char *domain[PALETTE_MAX]; /* what the first colours stand for */
    size_t ndomains;
    size_t n; /* colours, of `strong` and of `pale` alike */
};

void palette_init(struct palette *p, const struct concepts *graph,
                  const struct draw_options *o);

/* The colour of a vertex that belongs to a category (an index). */
size_t palette_of(const struct palette *p, int vertex, size_t category);
const char *palette_strong(const struct palette *p, size_t colour);
const char *palette_pale(const struct palette *p, size_t colour);

/* What explains the colours, from (x, y) to the right. */
void palette_legend(const struct palette *p, struct canvas *k, double x,
                    double y);

/* The two pictures; `k` has begun. */
int draw_whole(const struct concepts *c, const struct palette *p,
               struct canvas *k, struct err *err);
int draw_wheel(const struct concepts *c, const struct palette *p,
               size_t category, struct canvas *k, struct err *err);

#define WHOLE_WIDTH  1640.0
#define WHOLE_HEIGHT 1240.0
#define WHEEL_SIZE   1240.0

#endif
