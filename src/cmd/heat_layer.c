/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An array a column, by vertex.  Beliefs are filled from the categories down,
 * so that what a vertex borrows from is known before it.
 */
#include "cmd/heat_layer.h"
#include "base/file.h"
#include "base/wilson.h"
#include "graph/draw.h"
#include "graph/values.h"
#include "run/heat_spot.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum column { PROMPTS, REFUSED, RATE, LOW, HIGH, POSTERIOR, COLUMNS };

static const char *const column_names[COLUMNS] = {
    "heat_prompts", "heat_refused", "heat_rate",
    "heat_low",     "heat_high",    "heat_posterior",
};

struct heat_layer {
    const struct concepts *g;
    const cJSON *tree;
    struct heat_count *n;   /* by vertex */
    double *value[COLUMNS]; /* likewise */
};

static void fill_vertex(struct heat_layer *l, int v, double above)
{
    const struct heat_count *n = &l->n[v];
    struct interval w = wilson((uint64_t)n->refused, (uint64_t)n->prompts);
    int i;

    for (i = 0; i < COLUMNS; i++)
        l->value[i][v] = NAN;
    l->value[PROMPTS][v] = n->prompts;
    l->value[REFUSED][v] = n->refused;
    if (!(n->prompts > 0))
        return;
    l->value[RATE][v] = heat_rate(n, 0);
    l->value[LOW][v] = w.low;
    l->value[HIGH][v] = w.high;
    l->value[POSTERIOR][v] = heat_posterior(n, above);
}

/* What a vertex borrows from: the first neighbour of the type above it. */
static double above(const struct heat_layer *l, int v, enum vertex_type type,
                    double otherwise)
{
    struct neighbours near = concepts_near(l->g, v, type);
    double x = near.n > 0 ? l->value[POSTERIOR][near.vertex[0]] : NAN;

    return isnan(x) ? otherwise : x;
}

static void fill(struct heat_layer *l)
{
    static const enum vertex_type parent[VERTEX_TYPES] = {
        [VERTEX_CATEGORY] = VERTEX_TYPES, [VERTEX_TRIGGER] = VERTEX_CATEGORY,
        [VERTEX_SENSE] = VERTEX_TRIGGER,  [VERTEX_SETTING] = VERTEX_SENSE,
        [VERTEX_TASK] = VERTEX_SENSE,     [VERTEX_ENTITY] = VERTEX_SENSE,
    };
    double all = heat_spot_all(l->tree).posterior;
    size_t i, n = concepts_count(l->g);
    int type;

    heat_place(l->tree, l->g, l->n);
    for (type = 0; type < VERTEX_TYPES; type++)
        for (i = 0; i < n; i++)
            if ((int)concepts_type(l->g, (int)i) == type)
                fill_vertex(l, (int)i,
                            parent[type] == VERTEX_TYPES
                                ? all
                                : above(l, (int)i, parent[type], all));
}

/* A run on another graph would be laid over this one in shreds. */
static int same_graph(const struct concepts *g, const cJSON *tree,
                      struct err *err)
{
    const char *was = json_string(tree, "graph");
    char hex[HASH_HEX];

    hash_hex(concepts_hash(g), hex);
    if (was != NULL && strcmp(was, hex) == 0)
        return 0;
    return err_set(err,
                   "the run was made on another concept graph than this one; "
                   "give its own as --graph");
}

struct heat_layer *heat_layer_new(const struct concepts *g, const cJSON *tree,
                                  struct err *err)
{
    size_t n = concepts_count(g) + 1;
    struct heat_layer *l;
    bool bad;
    int i;

    if (same_graph(g, tree, err) != 0)
        return NULL;
    l = calloc(1, sizeof(*l));
    if (l == NULL) {
        err_nomem(err);
        return NULL;
    }
    l->g = g;
    l->tree = tree;
    l->n = calloc(n, sizeof(*l->n));
    bad = l->n == NULL;
    for (i = 0; i < COLUMNS; i++) {
        l->value[i] = calloc(n, sizeof(double));
        bad |= l->value[i] == NULL;
    }
    if (bad) {
        heat_layer_free(l);
        err_nomem(err);
        return NULL;
    }
    fill(l);
    return l;
}

void heat_layer_free(struct heat_layer *l)
{
    int i;

    if (l == NULL)
        return;
    for (i = 0; i < COLUMNS; i++)
        free(l->value[i]);
    free(l->n);
    free(l);
}

int heat_layer_save(const struct heat_layer *l, const char *path,
                    struct err *err)
{
    struct value_column cols[COLUMNS];
    int i;

    for (i = 0; i < COLUMNS; i++)
        cols[i] = (struct value_column){column_names[i], l->value[i]};
    return values_save(l->g, path, cols, COLUMNS, err);
}

int heat_layer_draw(const struct heat_layer *l, long category, const char *path,
                    struct err *err)
{
    const char *target = json_string(l->tree, "target");
    struct draw_options d = {.category = category,
                             .value = l->value[POSTERIOR],
                             .value_name = "prompts refused",
                             .value_low = "0 %",
                             .value_high = "100 %"};
    struct str svg, title;
    struct outfile f;
    int failed;

    str_init(&title, 4096);
    str_init(&svg, DRAW_BYTES_MAX);
    str_addf(&title, "What %.200s refuses", target != NULL ? target : "?");
    d.title = title.s;
    failed = concepts_draw(l->g, &d, &svg, err) != 0 ||
             outfile_open(&f, path, err) != 0;
    if (!failed) {
        fwrite(svg.s, 1, svg.len, f.stream);
        failed = outfile_commit(&f, err);
    }
    str_release(&svg);
    str_release(&title);
    return failed ? -1 : 0;
}
