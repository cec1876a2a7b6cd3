/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `phgen graph build`: from the seeds that people edit to the graph. */
#include "base/log.h"
#include "cmd/cmd.h"
#include "graph/concepts.h"

#include <stdlib.h>
#include <string.h>

static const struct option_row options[] = {
    {"seeds", 's', OPTION_STRING, "DIR", 0, 0, NULL,
     "The seeds to compile. Default: seeds/ of the data folder.", OPTION_DIR},
    {"output", 'o', OPTION_STRING, "FILE", 0, 0, NULL,
     "Where to write the graph. Default: graphs/concepts.graphml of the data "
     "folder.",
     OPTION_FILE},
    CMD_ROW_DATA_DIR,
    CMD_ROW_HELP,
    {0},
};

static const char *const details[] = {
    "Compiles the category table and the concepts of a seeds folder to a "
    "concept graph in GraphML, which igraph, Gephi and NetworkX can read. "
    "Every mistake in the seeds is named with its file and line.",
    NULL,
};

static const struct example examples[] = {
    {"graph build --seeds my-seeds --output my.graphml",
     "A graph of your own; use it with --graph my.graphml."},
    {NULL, NULL},
};

static char *path_of(const struct options *o, const char *option,
                     const char *otherwise, struct err *err)
{
    const char *given = options_string(o, option);
    char *copy;

    if (given == NULL)
        return cmd_data_path(o, otherwise, err);
    copy = strdup(given);
    if (copy == NULL)
        err_nomem(err);
    return copy;
}

static enum cmd_exit build(const char *seeds, const char *output,
                           struct err *err)
{
    struct concepts *graph;
    int failed;

    concepts_init();
    graph = concepts_build(seeds, err);
    if (graph == NULL)
        return CMD_FAILED;
    failed = concepts_save(graph, output, err);
    if (!failed)
        log_line(LOG_INFO, "%s: %zu vertices", output, concepts_count(graph));
    concepts_free(graph);
    return failed ? CMD_FAILED : CMD_OK;
}

static enum cmd_exit run(struct options *o, struct err *err)
{
    char *seeds = path_of(o, "seeds", "seeds", err), *output = NULL;
    enum cmd_exit code = CMD_USAGE;

    if (seeds != NULL)
        output = path_of(o, "output", "graphs/concepts.graphml", err);
    if (output != NULL)
        code = build(seeds, output, err);
    free(seeds);
    free(output);
    return code;
}

const struct command cmd_graph_build = {
    .name = "graph build",
    .about = "compile seeds to a concept graph",
    .operands = "",
    .options = options,
    .run = run,
    .details = details,
    .examples = examples,
};
