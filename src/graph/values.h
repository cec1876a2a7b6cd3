/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_GRAPH_VALUES_H
#define PHGEN_GRAPH_VALUES_H

#include "base/err.h"
#include "graph/concepts.h"

/*
 * A concept graph with numbers at its vertices, as GraphML for other
 * programs: each column becomes a vertex attribute of its name.  A vertex
 * that has no value is NAN.
 *
 *      const struct value_column cols[] = {{"heat_rate", rate}, ...};
 *      values_save(graph, "heat.graphml", cols, 3, err);
 */
struct value_column {
    const char *name;
    const double *value; /* by vertex */
};

int values_save(const struct concepts *c, const char *path,
                const struct value_column *cols, size_t n, struct err *err);

#endif
