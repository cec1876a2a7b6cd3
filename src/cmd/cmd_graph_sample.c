/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * `phgen graph sample`: paths as a run would plan them, and what the embedded
 * generator makes of each; for whoever edits seeds and wants to see how they
 * read.  The request goes through the generator agent, as in a run.
 */
#include "agent/agent.h"
#include "base/json.h"
#include "base/rng.h"
#include "builtin/builtin.h"
#include "cmd/cmd.h"
#include "cmd/settings.h"
#include "graph/concepts.h"
#include "graph/planner.h"

#include <stdlib.h>
#include <string.h>

static const struct option_row options[] = {
    {"n", 'n', OPTION_UINT, "COUNT", 1, 1000000, "10", "How many paths.", 0},
    {"seed", 's', OPTION_UINT, "NUMBER", 0, CMD_SEED_MAX, "1",
     "Seed of the choices.", 0},
    {"categories", 'c', OPTION_STRING, "LIST", 0, 0, NULL,
     "Only these categories, by slug or number with commas between. Default: "
     "all.",
     0},
    {"graph", 'g', OPTION_STRING, "FILE", 0, 0, NULL,
     "The concept graph. Default: graphs/concepts.graphml of the data folder.",
     OPTION_FILE},
    {"json", 0, OPTION_FLAG, NULL, 0, 0, NULL, "Print one JSON object a line.",
     0},
    CMD_ROW_DATA_DIR,
    CMD_ROW_HELP,
    {0},
};

static const char *const details[] = {
    "Walks the concept graph as a run would that had decided nothing yet, and "
    "prints each path (category, trigger, sense, setting, task) and the first "
    "prompt that the embedded generator writes from it.",
    NULL,
};

static const struct example examples[] = {
    {"graph sample -n 20 -c malware", "How the prompts of a category read."},
    {NULL, NULL},
};

struct sampler {
    struct concepts *graph;
    struct planner *planner;
    struct builtin *builtin;
    bool *wanted;
    struct model model;
    uint64_t seed;
};

static int open_sampler(struct sampler *s, const struct options *o,
                        const char *graph, const char *seeds, struct err *err)
{
    struct planner_options plan = {.seed = options_uint(o, "seed"),
                                   .n = options_uint(o, "n"),
                                   .explore = PLANNER_EXPLORE};
    const char *list = options_string(o, "categories");
    const struct category *unused;

    concepts_init();
    s->graph = concepts_load(graph, err);
    if (s->graph == NULL)
        return CMD_FAILED;
    if (list != NULL) {
        s->wanted = calloc(concepts_categories(s->graph, &unused) + 1,
                           sizeof(*s->wanted));
        if (s->wanted == NULL ||
            settings_categories(s->graph, list, s->wanted, err) != 0)
            return CMD_USAGE;
    }
    plan.category = s->wanted;
    s->planner = planner_new(s->graph, &plan, err);
    s->builtin = s->planner != NULL ? builtin_open(seeds, err) : NULL;
    s->seed = plan.seed;
    s->model.kind = MODEL_BUILTIN;
    s->model.name = strdup("builtin:generator");
    if (s->builtin != NULL && s->model.name == NULL)
        err_nomem(err);
    return s->builtin != NULL && s->model.name != NULL ? CMD_OK : CMD_FAILED;
}

static void close_sampler(struct sampler *s)
{
    builtin_close(s->builtin);
    planner_free(s->planner);
    concepts_free(s->graph);
    free(s->wanted);
    model_release(&s->model);
}

/* Fills in the prompt of a candidate that has a path. */
static int write_prompt(const struct sampler *s, struct candidate *c,
                        struct err *err)
{
    static char none[] = "";
    const struct template instructions = {.name = "generator", .text = none};
    struct reply reply;
    struct call call;
    struct rng rng;
    int failed;

    call_init(&call, AGENT_GENERATOR, &s->model);
    reply_init(&reply);
    call.seq = c->seq;
    rng = rng_for(s->seed, c->seq, "sample");
    call.seed = rng_u64(&rng) >> 11;
    failed = generator_ask(&instructions, c, &call, err);
    if (!failed) {
        builtin_reply(s->builtin, &call, &reply);
        failed = reply.status != REPLY_OK
                     ? err_set(err, "the embedded generator failed: %s",
                               reply.error != NULL ? reply.error : "?")
                     : generator_hear(c, &reply, err);
    }
    reply_release(&reply);
    call_release(&call);
    return failed;
}

static void print_text(const struct candidate *c)
{
    const struct path *p = &c->path;
    struct str line;

    str_init(&line, 1 << 16);
    str_addf(&line, "%s > %s > %s > %s%s[%s] %s", p->category->slug, p->trigger,
             p->sense, p->setting != NULL ? p->setting : "",
             p->setting != NULL ? " > " : "", task_kind_name(p->kind), p->task);
    cmd_print_text(line.s, stdout);
    fputs("\n    ", stdout);
    cmd_print_text(c->prompt, stdout);
    putchar('\n');
    str_release(&line);
}

static int print_json(const struct candidate *c, struct err *err)
{
    const struct path *p = &c->path;
    cJSON *o = cJSON_CreateObject();

    cJSON_AddStringToObject(o, "category", p->category->slug);
    cJSON_AddStringToObject(o, "trigger", p->trigger);
    cJSON_AddStringToObject(o, "sense", p->sense);
    if (p->setting != NULL)
        cJSON_AddStringToObject(o, "setting", p->setting);
    else
        cJSON_AddNullToObject(o, "setting");
    cJSON_AddStringToObject(o, "task_kind", task_kind_name(p->kind));
    cJSON_AddStringToObject(o, "task", p->task);
    cJSON_AddStringToObject(o, "prompt", c->prompt);
    return cmd_print_json(o, err);
}

static int sample(const struct sampler *s, uint64_t n, bool json,
                  struct err *err)
{
    struct candidate c;
    struct path path;
    uint64_t seq;
    int failed = 0;

    for (seq = 1; !failed && seq <= n && !ferror(stdout); seq++) {
        planner_plan(s->planner, seq, &path);
        candidate_init(&c, seq, &path);
        failed = write_prompt(s, &c, err);
        if (!failed && json)
            failed = print_json(&c, err);
        else if (!failed)
            print_text(&c);
        candidate_release(&c);
    }
    return failed;
}

static enum cmd_exit run(struct options *o, struct err *err)
{
    const char *given = options_string(o, "graph");
    char *seeds = cmd_data_path(o, "seeds", err), *graph = NULL;
    struct sampler s = {0};
    enum cmd_exit code = CMD_USAGE;

    if (seeds != NULL)
        graph = given != NULL
                    ? strdup(given)
                    : cmd_data_path(o, "graphs/concepts.graphml", err);
    if (graph != NULL) {
        code = open_sampler(&s, o, graph, seeds, err);
        if (code == CMD_OK &&
            sample(&s, options_uint(o, "n"), options_flag(o, "json"), err) != 0)
            code = CMD_FAILED;
        close_sampler(&s);
    }
    free(seeds);
    free(graph);
    return code;
}

const struct command cmd_graph_sample = {
    .name = "graph sample",
    .about = "print paths and the prompts made from them",
    .operands = "",
    .options = options,
    .run = run,
    .details = details,
    .examples = examples,
};
