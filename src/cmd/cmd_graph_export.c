/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `phgen graph export`: a concept graph in other programs' formats. */
#include "base/file.h"
#include "cmd/cmd.h"
#include "graph/export.h"

#include <stdlib.h>
#include <string.h>

static const struct option_row options[] = {
    {"format", 'f', OPTION_STRING, "NAME", 0, 0, "json",
     "graphml, gml, dot or json.", 0},
    {"output", 'o', OPTION_STRING, "FILE", 0, 0, NULL,
     "Write there. Default: standard output.", OPTION_FILE},
    CMD_ROW_DATA_DIR,
    CMD_ROW_HELP,
    {0},
};

static const char *const details[] = {
    "Writes a concept graph with all its attributes as GraphML (igraph, Gephi, "
    "NetworkX), GML (Gephi, NetworkX with label=\"id\"), DOT (Graphviz) or "
    "node-link JSON (NetworkX's node_link_graph, D3). Without FILE: "
    "graphs/concepts.graphml of the data folder.",
    NULL,
};

static const struct example examples[] = {
    {"graph export --format gml -o graph.gml", "For Gephi."},
    {NULL, NULL},
};

static int find_format(const char *name, enum export_format *out)
{
    int i;

    for (i = 0; EXPORT_NAMES[i] != NULL; i++)
        if (strcmp(EXPORT_NAMES[i], name) == 0) {
            *out = (enum export_format)i;
            return 0;
        }
    return -1;
}

static int write_out(const struct concepts *c, enum export_format format,
                     const char *path, struct err *err)
{
    struct outfile f;

    if (path == NULL)
        return concepts_export(c, format, stdout, err);
    if (outfile_open(&f, path, err) != 0)
        return -1;
    if (concepts_export(c, format, f.stream, err) != 0) {
        outfile_abandon(&f);
        return -1;
    }
    return outfile_commit(&f, err);
}

static enum cmd_exit run(struct options *o, struct err *err)
{
    const char *name = options_string(o, "format");
    enum export_format format;
    struct concepts *c;
    char *path;
    int failed;

    if (find_format(name, &format) != 0) {
        err_set(err, "--format is graphml, gml, dot or json, not \"%.40s\"",
                name);
        return CMD_USAGE;
    }
    path = cmd_graph_path(o, err);
    if (path == NULL)
        return CMD_USAGE;
    concepts_init();
    c = concepts_load(path, err);
    failed =
        c == NULL ? -1 : write_out(c, format, options_string(o, "output"), err);
    concepts_free(c);
    free(path);
    return failed ? CMD_FAILED : CMD_OK;
}

const struct command cmd_graph_export = {
    .name = "graph export",
    .about = "write a concept graph in another format",
    .operands = "[FILE]",
    .max_operands = 1,
    .options = options,
    .run = run,
    .details = details,
    .examples = examples,
};
