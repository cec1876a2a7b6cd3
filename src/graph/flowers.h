/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_GRAPH_FLOWERS_H
#define PHGEN_GRAPH_FLOWERS_H

#include "graph/inside.h"
#include "graph/palette.h"

/*
 * The field of flowers (graph/draw.h), for the files that make it: draw_whole.c
 * says what belongs to which flower and where in it, flowers_place.c where the
 * flowers stand, flowers_paint.c draws them.
 *
 * A flower is a category, its ring are its triggers, outside of which are their
 * senses.  Units are pixels, angles radians.  The graph and the palette are
 * borrowed, all else is the field's.
 */
#define FLOWER_MARGIN     24.0 /* of the paper */
#define FLOWER_LABEL      16.0 /* size of a category's name */
#define FLOWER_LABEL_LINE 17.0
#define FLOWER_LABEL_ROWS 3
#define TAU               6.283185307179586

struct flower {
    double x, y;       /* its middle */
    double ring, high; /* radius of the triggers; of all */
    size_t slots;
    int *slot; /* triggers around the ring; -1: still free */
    char *row[FLOWER_LABEL_ROWS];
    size_t rows;
};

struct field {
    const struct concepts *c;
    const struct palette *p;
    struct flower *f;
    size_t n;
    size_t *owner; /* by vertex: the flower of a trigger or sense */
    double *x, *y; /* by vertex */
    double *angle; /* of a trigger, on its ring */
    bool *shared;  /* a trigger of several categories */
};

/* The flower of a category's vertex. */
size_t flowers_of(const struct field *d, int vertex);

/* Gives each flower its middle, and shrinks all until none touches another;
 * a graph of very many categories stays crowded. */
int flowers_place(struct field *d, struct err *err);

/* Draws what has its place. */
int flowers_paint(const struct field *d, struct canvas *k, struct err *err);

#endif
