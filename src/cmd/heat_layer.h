/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_CMD_HEAT_LAYER_H
#define PHGEN_CMD_HEAT_LAYER_H

#include "base/err.h"
#include "base/json.h"
#include "graph/concepts.h"

/*
 * What a run learned about its target (run/heat.h), laid over the concept
 * graph that it was made on: rates, their intervals and posteriors by vertex.
 *
 *      struct heat_layer *l = heat_layer_new(graph, tree, err);
 *
 *      heat_layer_save(l, "heat.graphml", err);
 *      heat_layer_draw(l, DRAW_WHOLE, "heat.svg", err);
 *      heat_layer_free(l);
 *
 * Both trees must outlive it.  A vertex that no prompt was about has a count
 * of 0 and no rate (NAN).
 */
struct heat_layer; /* heap */

/* NULL when the run was made on another graph. */
struct heat_layer *heat_layer_new(const struct concepts *g, const cJSON *tree,
                                  struct err *err);
void heat_layer_free(struct heat_layer *l); /* accepts NULL */

/* GraphML, with the attributes heat_prompts, heat_refused, heat_rate,
 * heat_low, heat_high and heat_posterior. */
int heat_layer_save(const struct heat_layer *l, const char *path,
                    struct err *err);

/* SVG of a category (an index) or the whole, coloured by the posterior. */
int heat_layer_draw(const struct heat_layer *l, long category, const char *path,
                    struct err *err);

#endif
