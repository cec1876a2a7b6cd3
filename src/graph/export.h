/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_GRAPH_EXPORT_H
#define PHGEN_GRAPH_EXPORT_H

#include "base/err.h"
#include "graph/concepts.h"

#include <stdio.h>

/*
 * A concept graph in other programs' formats, with all attributes.
 *
 *   graphml  as phgen reads it; igraph, Gephi, NetworkX, Cytoscape
 *   gml      Gephi, NetworkX (read_gml with label="id"), yEd
 *   dot      Graphviz; vertices are coloured by type
 *   json     node-link form with "links": NetworkX's node_link_graph(), D3
 */
enum export_format {
    EXPORT_GRAPHML,
    EXPORT_GML,
    EXPORT_DOT,
    EXPORT_JSON,
    EXPORT_FORMATS
};
extern const char *const EXPORT_NAMES[]; /* by format; ends with NULL */

int concepts_export(const struct concepts *c, enum export_format format,
                    FILE *out, struct err *err);

#endif
