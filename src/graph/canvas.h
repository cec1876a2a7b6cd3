/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_GRAPH_CANVAS_H
#define PHGEN_GRAPH_CANVAS_H

#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * Writing SVG: primitives, and room for labels.
 *
 * Units are pixels, y goes down.  Text from a graph is anybody's: it is made
 * printable and escaped here and nowhere else.
 *
 * Labels keep off each other: canvas_fits() says whether a box is free,
 * canvas_take() takes it.  Widths are estimated, generously, since what font
 * a viewer has is not known.
 */
struct box {
    double x0, y0, x1, y1;
};

struct canvas {
    struct str *svg;
    struct box *taken;
    size_t ntaken, room;
    bool bad; /* out of memory */
};

enum anchor { ANCHOR_START, ANCHOR_MIDDLE, ANCHOR_END };

struct text_style {
    double size;
    enum anchor anchor;
    const char *colour;
    bool bold, italic;
    double turn; /* degrees, clockwise, about the text's own point */
};

void canvas_begin(struct canvas *k, struct str *svg, double width,
                  double height, const char *title, const char *about);
void canvas_end(struct canvas *k);
void canvas_release(struct canvas *k);

/* Everything until canvas_close() in one style of line; then lines. */
void canvas_open_lines(struct canvas *k, const char *colour, double width,
                       double opacity);
void canvas_line(struct canvas *k, double x0, double y0, double x1, double y1);
/* Bends towards (cx, cy). */
void canvas_curve(struct canvas *k, double x0, double y0, double cx, double cy,
                  double x1, double y1);
/* Dots of one size and colour are lines without length and with round ends:
 * a tenth of the bytes that circles take. */
void canvas_open_dots(struct canvas *k, const char *colour, double size);
void canvas_dot(struct canvas *k, double x, double y);
void canvas_close(struct canvas *k);

void canvas_circle(struct canvas *k, double x, double y, double r,
                   const char *fill, const char *title);
void canvas_text(struct canvas *k, double x, double y,
                 const struct text_style *style, const char *text);

double canvas_text_width(const char *text, double size);
bool canvas_fits(const struct canvas *k, struct box b);
void canvas_take(struct canvas *k, struct box b);

/* The longest beginning of `text` that fits `width`, cut at a word's end
 * where that leaves most of it, with "..." when something is missing. */
void canvas_shorten(const char *text, double size, double width,
                    struct str *out);

#endif
