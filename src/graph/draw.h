/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_GRAPH_DRAW_H
#define PHGEN_GRAPH_DRAW_H

#include "base/err.h"
#include "base/str.h"
#include "graph/concepts.h"

/*
 * A concept graph as a picture: SVG 1.1, no scripts, no outside references.
 *
 *      struct draw_options o = {.category = DRAW_WHOLE};
 *      str_init(&svg, DRAW_BYTES_MAX);
 *      if (concepts_draw(graph, &o, &svg, err) != 0) ...
 *
 * The whole graph is a field of flowers, one a category: around its middle
 * its triggers, around each trigger its senses; a trigger of several
 * categories stands at the one it is closest to, with a thread to each other.
 * One category is a wheel: triggers inside, their senses on the rim, each
 * with its name.
 *
 * Colours tell the four domains; with `value` they tell numbers instead, on a
 * scale from pale to dark that the legend explains.  Vertices without a value
 * (NAN) are grey.  A category, a trigger and a sense are coloured each by
 * their own value; settings and tasks are not drawn.
 *
 * The same graph and options give the same bytes.
 */
#define DRAW_WHOLE     (-1)
#define DRAW_BYTES_MAX (64u << 20)

struct draw_options {
    long category;          /* index of the one to draw, or DRAW_WHOLE */
    const char *title;      /* NULL: what is drawn */
    const double *value;    /* 0 to 1 or NAN, by vertex; NULL: domain colours */
    const char *value_name; /* for the legend; NULL without values */
    /* What the ends of the scale are called; NULL: "0" and "1". */
    const char *value_low, *value_high;
};

int concepts_draw(const struct concepts *c, const struct draw_options *o,
                  struct str *svg, struct err *err);

#endif
