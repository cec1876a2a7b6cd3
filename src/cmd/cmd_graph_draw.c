/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `phgen graph draw`: a concept graph as a picture, for people to look at. */
#include "base/file.h"
#include "base/log.h"
#include "cmd/cmd.h"
#include "cmd/settings.h"
#include "graph/concepts.h"
#include "graph/draw.h"

#include <stdlib.h>
#include <string.h>

static const struct option_row options[] = {
    {"output", 'o', OPTION_STRING, "FILE", 0, 0, NULL,
     "Write the picture there. Default: standard output.", OPTION_FILE},
    {"category", 'c', OPTION_STRING, "NAME", 0, 0, NULL,
     "Draw this one category with all its triggers and senses, by slug or "
     "number. Default: the whole graph.",
     0},
    {"title", 0, OPTION_STRING, "TEXT", 0, 0, NULL,
     "What to write over the picture.", 0},
    CMD_ROW_DATA_DIR,
    CMD_ROW_HELP,
    {0},
};

static const char *const details[] = {
    "Draws a concept graph as SVG. The whole graph shows each category with "
    "its triggers around it and their senses as dots; the triggers that tie "
    "most categories together have their names. One category shows every "
    "trigger and sense by name. Without FILE: graphs/concepts.graphml of the "
    "data folder.",
    "For a bitmap: rsvg-convert -w 3280 graph.svg -o graph.png.",
    NULL,
};

static const struct example examples[] = {
    {"graph draw -o graph.svg", "The whole shipped graph."},
    {"graph draw -c malware -o malware.svg", "One category, all names."},
    {NULL, NULL},
};

static int write_out(const struct str *svg, const char *path, struct err *err)
{
    struct outfile f;

    if (path == NULL) {
        fwrite(svg->s, 1, svg->len, stdout);
        return 0;
    }
    if (outfile_open(&f, path, err) != 0)
        return -1;
    fwrite(svg->s, 1, svg->len, f.stream);
    return outfile_commit(&f, err);
}

static enum cmd_exit draw(const struct concepts *g, const struct options *o,
                          struct err *err)
{
    struct draw_options d = {.category = DRAW_WHOLE,
                             .title = options_string(o, "title")};
    const char *category = options_string(o, "category");
    enum cmd_exit code = CMD_OK;
    struct str svg;

    if (category != NULL)
        code = settings_one_category(g, category, &d.category, err) == 0
                   ? CMD_OK
                   : CMD_USAGE;
    if (code != CMD_OK)
        return code;
    str_init(&svg, DRAW_BYTES_MAX);
    if (concepts_draw(g, &d, &svg, err) != 0 ||
        write_out(&svg, options_string(o, "output"), err) != 0)
        code = CMD_FAILED;
    str_release(&svg);
    return code;
}

static enum cmd_exit run(struct options *o, struct err *err)
{
    char *path = cmd_graph_path(o, err);
    enum cmd_exit code = CMD_FAILED;
    struct concepts *g;

    if (path == NULL)
        return CMD_USAGE;
    concepts_init();
    g = concepts_load(path, err);
    if (g != NULL)
        code = draw(g, o, err);
    concepts_free(g);
    free(path);
    return code;
}

const struct command cmd_graph_draw = {
    .name = "graph draw",
    .about = "draw a concept graph as SVG",
    .operands = "[FILE]",
    .max_operands = 1,
    .options = options,
    .run = run,
    .details = details,
    .examples = examples,
};
