/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * `phgen graph build`: a concept graph from the seeds that people edit, or
 * from prompts that somebody has (--from).  The second is in run/extract.c;
 * here is only what a person sees of it.
 */
#include "base/log.h"
#include "cmd/asking.h"
#include "cmd/cmd.h"
#include "cmd/stop.h"
#include "graph/seeds.h"
#include "run/extract.h"

#include <stdlib.h>
#include <string.h>

#define TURN_MS 100 /* how long Ctrl-C may wait for the engine */

static const struct option_row options[] = {
    {"seeds", 's', OPTION_STRING, "DIR", 0, 0, NULL,
     "The seeds to compile. Default: seeds/ of the data folder.", OPTION_DIR},
    {"from", 'f', OPTION_LIST, "FILE", 0, 0, NULL,
     "Instead of compiling seeds, find concepts in the prompts of this file "
     "(JSONL, JSON, CSV, TSV or plain text). Toxic prompts are welcome: they "
     "are mined, never passed on.",
     OPTION_FILE},
    {"column", 0, OPTION_STRING, "NAME", 0, 0, NULL,
     "The member or column that holds the prompt. Default: the usual names.",
     0},
    {"base", 0, OPTION_STRING, "FILE", 0, 0, NULL,
     "The graph that what is found is added to; \"none\" for a graph of its "
     "own. Default: graphs/concepts.graphml of the data folder.",
     OPTION_FILE},
    {"extractor-model", 0, OPTION_STRING, "MODEL", 0, 0, "builtin:extractor",
     "The model that finds concepts in a prompt.",
     OPTION_CONFIG | OPTION_MODEL},
    {"judge-model", 'j', OPTION_LIST, "MODEL", 0, 0, NULL,
     "A judge of what was found; only what most find harmless and none "
     "harmful enters the graph. Default: the three embedded ones.",
     OPTION_CONFIG | OPTION_MODEL},
    {"min-support", 0, OPTION_UINT, "PROMPTS", 1, 1e9, "1",
     "How many prompts must show a sense for it to enter the graph.", 0},
    {"output", 'o', OPTION_STRING, "FILE", 0, 0, NULL,
     "Where to write the graph. Default without --from: "
     "graphs/concepts.graphml of the data folder.",
     OPTION_FILE},
    CMD_ROWS_ASKING,
    CMD_ROW_HELP,
    {0},
};

static const char *const details[] = {
    "Compiles the category table and the concepts of a seeds folder to a "
    "concept graph in GraphML, which igraph, Gephi and NetworkX can read. "
    "Every mistake in the seeds is named with its file and line.",
    "With --from, the extractor reads each prompt of the files and names the "
    "word that looks dangerous, its innocent senses, tasks and settings for "
    "these, and what they are about. Names are resolved, judges look at every "
    "text, and the rest is merged into the base graph with where it was found "
    "and in how many prompts. Replies of models over the network are kept in "
    "OUTPUT.sqlite: the same command again pays for nothing twice, also after "
    "it was interrupted.",
    NULL,
};

static const struct example examples[] = {
    {"graph build --seeds my-seeds --output my.graphml",
     "A graph of your own; use it with --graph my.graphml."},
    {"graph build --from my.csv -o my.graphml",
     "The shipped graph with what your prompts add."},
    {NULL, NULL},
};

/* --- from seeds --- */

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

static enum cmd_exit compile(const char *seeds, const char *output,
                             struct err *err)
{
    struct concepts *graph = concepts_build(seeds, err);
    int failed;

    if (graph == NULL)
        return CMD_FAILED;
    failed = concepts_save(graph, output, err);
    if (!failed)
        log_line(LOG_INFO, "%s: %zu vertices", output, concepts_count(graph));
    concepts_free(graph);
    return failed ? CMD_FAILED : CMD_OK;
}

static enum cmd_exit from_seeds(const struct options *o, struct err *err)
{
    char *seeds = path_of(o, "seeds", "seeds", err), *output = NULL;
    enum cmd_exit code = CMD_USAGE;

    if (seeds != NULL)
        output = path_of(o, "output", "graphs/concepts.graphml", err);
    if (output != NULL)
        code = compile(seeds, output, err);
    free(seeds);
    free(output);
    return code;
}

/* --- from prompts --- */

struct work {
    struct asking asking;
    struct concepts *base;
    struct seeds *seeds; /* for their categories, when there is no base */
    struct extraction_options x;
};

/* Nothing stays of the embedded models: they answer anew in no time. */
static char *store_of(const struct options *o, const char *output)
{
    size_t n, i;
    const char *const *judges = options_list(o, "judge-model", &n);
    bool embedded =
        strncmp(options_string(o, "extractor-model"), "builtin:", 8) == 0;
    struct str s;

    for (i = 0; i < n; i++)
        embedded &= strncmp(judges[i], "builtin:", 8) == 0;
    str_init(&s, 1 << 14);
    if (embedded)
        str_adds(&s, ":memory:");
    else
        str_addf(&s, "%s.sqlite", output);
    return str_detach(&s);
}

static int open_base(struct work *w, const struct options *o, struct err *err)
{
    const char *given = options_string(o, "base");
    char *path;

    if (given != NULL && strcmp(given, "none") == 0) {
        w->seeds = seeds_open(w->asking.seeds, err);
        if (w->seeds == NULL)
            return -1;
        w->x.ncategories = seeds_categories(w->seeds, &w->x.categories);
        return 0;
    }
    path = path_of(o, "base", "graphs/concepts.graphml", err);
    w->base = path != NULL ? concepts_load(path, err) : NULL;
    free(path);
    if (w->base == NULL)
        return -1;
    w->x.base = w->base;
    w->x.ncategories = concepts_categories(w->base, &w->x.categories);
    return 0;
}

static enum cmd_exit open_work(struct work *w, struct options *o,
                               const char *output, struct err *err)
{
    char *store = store_of(o, output);
    enum cmd_exit code = CMD_FAILED;

    if (store == NULL)
        err_nomem(err);
    else
        code = asking_open(&w->asking, o, store, NULL, err);
    free(store);
    if (code != CMD_OK)
        return code;
    w->x.desk = w->asking.desk;
    w->x.files = options_list(o, "from", &w->x.nfiles);
    w->x.column = options_string(o, "column");
    w->x.extractor = options_string(o, "extractor-model");
    w->x.judges = options_list(o, "judge-model", &w->x.njudges);
    w->x.min_support = (double)options_uint(o, "min-support");
    return open_base(w, o, err) == 0 ? CMD_OK : CMD_FAILED;
}

static void close_work(struct work *w)
{
    asking_close(&w->asking);
    concepts_free(w->base);
    seeds_close(w->seeds);
}

static void tell(const struct extraction_counts *c, const char *output,
                 size_t vertices)
{
    const struct found_counts *f = &c->found;

    log_line(LOG_INFO,
             "%zu prompts: %zu with nothing that looks dangerous, %zu refused "
             "by the extractor, %zu with an answer that could not be read",
             c->prompts, c->harmless_words, c->refused, c->unreadable);
    log_line(LOG_INFO,
             "left out: %zu parts of answers that were not fit, %zu texts that "
             "judges do not find harmless, %zu near a prompt, %zu senses with "
             "too little support, %zu triggers without a sense, %zu without a "
             "category",
             c->left_out, f->not_harmless, f->near_prompts, f->weak, f->bare,
             f->homeless);
    log_line(LOG_INFO,
             "kept: %zu triggers (%zu of them known), %zu senses, %zu tasks, "
             "%zu settings, %zu entities, %zu relations",
             f->triggers, f->known, f->senses, f->tasks, f->settings,
             f->entities, f->relations);
    log_line(LOG_INFO, "%s: %zu vertices", output, vertices);
}

static int save(struct extraction *x, const char *output, struct err *err)
{
    struct concepts *g = extraction_graph(x, err);
    int failed = g == NULL ? -1 : concepts_save(g, output, err);

    if (!failed)
        tell(extraction_counts(x), output, concepts_count(g));
    concepts_free(g);
    return failed;
}

static int extract(const struct extraction_options *o, const char *output,
                   struct err *err)
{
    struct extraction *x = extraction_open(o, err);
    enum extraction_state state = EXTRACTION_ERROR;
    int failed = -1;

    if (x == NULL)
        return -1;
    stop_on_signals();
    while ((state = extraction_turn(x, TURN_MS, err)) == EXTRACTION_MORE)
        if (stop_wanted())
            extraction_stop(x, "interrupted");
    if (state == EXTRACTION_DONE)
        failed = save(x, output, err);
    else if (state == EXTRACTION_STOPPED)
        err_prefix(err,
                   "stopped; nothing is written yet, the same command goes on "
                   "and pays for nothing twice");
    extraction_close(x);
    return failed;
}

static enum cmd_exit from_prompts(struct options *o, struct err *err)
{
    const char *output = options_string(o, "output");
    struct work w = {0};
    enum cmd_exit code;

    if (output == NULL) {
        err_set(err, "where to?  A graph from prompts needs --output FILE");
        return CMD_USAGE;
    }
    if (options_given(o, "seeds")) {
        err_set(err, "--seeds compiles seeds and --from reads prompts: give "
                     "one of them, and join graphs with \"graph merge\"");
        return CMD_USAGE;
    }
    code = open_work(&w, o, output, err);
    if (code == CMD_OK && extract(&w.x, output, err) != 0)
        code = CMD_FAILED;
    close_work(&w);
    return code;
}

static enum cmd_exit run(struct options *o, struct err *err)
{
    concepts_init();
    return options_given(o, "from") ? from_prompts(o, err) : from_seeds(o, err);
}

const struct command cmd_graph_build = {
    .name = "graph build",
    .about = "make a concept graph from seeds or from prompts",
    .operands = "",
    .options = options,
    .run = run,
    .details = details,
    .examples = examples,
};
