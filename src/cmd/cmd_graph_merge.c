/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `phgen graph merge`: several concept graphs as one. */
#include "base/log.h"
#include "cmd/cmd.h"
#include "graph/builder.h"

static const struct option_row options[] = {
    {"output", 'o', OPTION_STRING, "FILE", 0, 0, NULL,
     "Where to write the graph. Needed.", OPTION_FILE},
    CMD_ROW_HELP,
    {0},
};

static const char *const details[] = {
    "Joins concept graphs: what has the same name in two of them is one "
    "vertex in the result. Categories are told by their slug; triggers, "
    "senses and entities by their text without regard to case and "
    "punctuation; settings and tasks by their text. Where things came from "
    "is kept, and support of different sources adds up; merging a graph with "
    "itself changes nothing.",
    NULL,
};

static const struct example examples[] = {
    {"graph merge graphs/concepts.graphml mine.graphml -o both.graphml",
     "The shipped graph and one of your own."},
    {NULL, NULL},
};

static int add_file(struct builder *b, const char *path, struct err *err)
{
    struct concepts *c = concepts_load(path, err);
    int failed = c == NULL ? -1 : builder_graph(b, c, err);

    concepts_free(c);
    return failed;
}

static int merge(const struct options *o, const char *output, struct err *err)
{
    struct builder *b = builder_new(err);
    struct concepts *c;
    size_t i;
    int failed = b == NULL ? -1 : 0;

    for (i = 0; !failed && i < options_operands(o); i++)
        failed = add_file(b, options_operand(o, i), err);
    if (failed) {
        builder_free(b);
        return -1;
    }
    c = builder_finish(b, err);
    failed = c == NULL ? -1 : concepts_save(c, output, err);
    if (!failed)
        log_line(LOG_INFO, "%s: %zu vertices", output, concepts_count(c));
    concepts_free(c);
    return failed;
}

static enum cmd_exit run(struct options *o, struct err *err)
{
    const char *output = options_string(o, "output");

    if (output == NULL) {
        err_set(err, "where to?  Give the file for the graph as --output");
        return CMD_USAGE;
    }
    concepts_init();
    return merge(o, output, err) != 0 ? CMD_FAILED : CMD_OK;
}

const struct command cmd_graph_merge = {
    .name = "graph merge",
    .about = "join concept graphs",
    .operands = "FILE FILE...",
    .min_operands = 2,
    .max_operands = 256,
    .options = options,
    .run = run,
    .details = details,
    .examples = examples,
};
