/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * `phgen graph heat`: where a model is over-cautious, by concept.  The counts
 * come from the run's store (run/heat.h); here they become tables or JSON, with
 * the highest posterior first (run/heat_spot.h).
 */
#include "base/json.h"
#include "base/wilson.h"
#include "cmd/cmd.h"
#include "cmd/heat_layer.h"
#include "cmd/settings.h"
#include "graph/draw.h"
#include "run/files.h"
#include "run/heat_spot.h"

#include <stdlib.h>
#include <string.h>

static const struct option_row options[] = {
    {"target", 0, OPTION_UINT, "NUMBER", 1, 16, "1",
     "Which of the run's target models, in the order of its --target-model.",
     0},
    {"top", 0, OPTION_UINT, "COUNT", 0, 1000000, "15",
     "How many triggers and how many senses the tables show; 0 for all.", 0},
    {"min-prompts", 0, OPTION_UINT, "COUNT", 0, 1000000, "3",
     "Leave triggers and senses out of the tables that fewer prompts were "
     "about.",
     0},
    {"json", 0, OPTION_FLAG, NULL, 0, 0, NULL,
     "Print all of it as JSON, --top and --min-prompts aside.", 0},
    {"output", 'o', OPTION_STRING, "FILE", 0, 0, NULL,
     "Also write the concept graph there, as GraphML with the attributes "
     "heat_prompts, heat_refused, heat_rate, heat_low, heat_high and "
     "heat_posterior.",
     OPTION_FILE},
    {"svg", 0, OPTION_STRING, "FILE", 0, 0, NULL,
     "Also draw the concept graph there, coloured by the posterior.",
     OPTION_FILE},
    {"category", 'c', OPTION_STRING, "NAME", 0, 0, NULL,
     "Draw only this category, by slug or number, with every name.", 0},
    {"graph", 'g', OPTION_STRING, "FILE", 0, 0, NULL,
     "The run's concept graph, for --output and --svg. Default: "
     "graphs/concepts.graphml of the data folder.",
     OPTION_FILE},
    CMD_ROW_DATA_DIR,
    CMD_ROW_HELP,
    {0},
};

static const char *const details[] = {
    "Shows which concepts a run's target over-refuses: of the prompts that "
    "reached it, every round's, the share that it refused in at least the "
    "run's --min-refusals samples, by category, trigger and sense. All of "
    "these prompts had passed the judges. It works on finished, stopped and "
    "running runs, since it reads the store alone.",
    "Intervals are Wilson's, 95 %. The posterior is the mean of a beta "
    "distribution whose prior is the concept above, worth two prompts; it "
    "keeps what was asked once or twice from topping the list.",
    "Adaptive sampling goes more often where refusals are, so a category's "
    "rate is that of the prompts tried; --sampling uniform, or --explore, "
    "asks evenly.",
    NULL,
};

static const struct example examples[] = {
    {"graph heat output/builtin-balanced-n1000-s1", "The tables."},
    {"graph heat output/run --svg heat.svg --output heat.graphml",
     "A picture, and a graph for Gephi."},
    {NULL, NULL},
};

enum level { CATEGORY, TRIGGER, SENSE, LEVELS };

struct spots {
    struct heat_spot all;
    struct heat_spot *at[LEVELS]; /* lines of the tables */
    size_t n[LEVELS], room[LEVELS];
};

/* --- gathering --- */

static int keep(struct spots *s, enum level level, const struct heat_spot *spot,
                struct err *err)
{
    struct heat_spot *more;

    if (s->n[level] == s->room[level]) {
        s->room[level] = 2 * s->room[level] + 64;
        more = realloc(s->at[level], s->room[level] * sizeof(*more));
        if (more == NULL)
            return err_nomem(err);
        s->at[level] = more;
    }
    s->at[level][s->n[level]++] = *spot;
    return 0;
}

/* What is below a spot: this level, and with each of it the ones below. */
static int gather_below(struct spots *s, const struct heat_spot *above,
                        enum level level, struct err *err)
{
    static const char *const members[] = {"categories", "triggers", "senses"};
    const cJSON *child;
    struct heat_spot spot;

    cJSON_ArrayForEach(child, json_object(above->node, members[level]))
    {
        spot = heat_spot_below(above, child);
        if (keep(s, level, &spot, err) != 0 ||
            (level < SENSE && gather_below(s, &spot, level + 1, err) != 0))
            return -1;
    }
    return 0;
}

static int by_posterior(const void *a, const void *b)
{
    return heat_spot_order(a, b);
}

static int gather(struct spots *s, const cJSON *tree, struct err *err)
{
    int i;

    s->all = heat_spot_all(tree);
    if (gather_below(s, &s->all, CATEGORY, err) != 0)
        return -1;
    for (i = 0; i < LEVELS; i++)
        if (s->n[i] > 0)
            qsort(s->at[i], s->n[i], sizeof(*s->at[i]), by_posterior);
    return 0;
}

/* --- the tables --- */

static void print_spot(const struct heat_spot *s, enum level level)
{
    struct interval w = wilson((uint64_t)s->n.refused, (uint64_t)s->n.prompts);

    printf("%8.0f %8.0f %6.1f  %5.1f-%-5.1f %6.1f  ", s->n.prompts,
           s->n.refused, 100 * heat_rate(&s->n, 0), 100 * w.low, 100 * w.high,
           100 * s->posterior);
    cmd_print_text(level == CATEGORY  ? s->category
                   : level == TRIGGER ? s->trigger
                                      : s->sense,
                   stdout);
    if (level == SENSE) {
        fputs(" < ", stdout);
        cmd_print_text(s->trigger, stdout);
    }
    if (level != CATEGORY) {
        fputs(" (", stdout);
        cmd_print_text(s->category, stdout);
        putchar(')');
    }
    putchar('\n');
}

static void print_level(const struct spots *s, enum level level, uint64_t top,
                        uint64_t least)
{
    static const char *const names[] = {"category", "trigger (category)",
                                        "sense < trigger (category)"};
    uint64_t shown = 0, left = 0;
    size_t i;

    printf("\n%8s %8s %6s  %11s %6s  %s\n", "prompts", "refused", "%", "95 %",
           "post.", names[level]);
    for (i = 0; i < s->n[level]; i++) {
        const struct heat_spot *spot = &s->at[level][i];

        if (level != CATEGORY &&
            (spot->n.prompts < (double)least || (top > 0 && shown == top))) {
            left++;
            continue;
        }
        print_spot(spot, level);
        shown++;
    }
    if (left > 0)
        printf("%26llu more; --top and --min-prompts show them\n",
               (unsigned long long)left);
}

static void print_tables(const struct spots *s, const cJSON *tree, uint64_t top,
                         uint64_t least)
{
    const char *target = json_string(tree, "target");
    int i;

    printf("%-12s ", "target");
    cmd_print_text(target != NULL ? target : "?", stdout);
    printf("\n%-12s %.0f, of them %.0f rows, in %.0f calls\n", "candidates",
           s->all.n.candidates, s->all.n.rows, s->all.n.calls);
    printf("%-12s %.0f answered by the target, of them %.0f refused (%.1f %%)"
           "\n",
           "prompts", s->all.n.prompts, s->all.n.refused,
           100 * heat_rate(&s->all.n, 0));
    for (i = 0; i < LEVELS; i++)
        print_level(s, (enum level)i, top, least);
}

/* --- JSON --- */

static cJSON *spot_json(const struct heat_spot *s)
{
    struct interval w = wilson((uint64_t)s->n.refused, (uint64_t)s->n.prompts);
    cJSON *o = cJSON_CreateObject();

    cJSON_AddStringToObject(o, "category", s->category);
    if (s->trigger != NULL)
        cJSON_AddStringToObject(o, "trigger", s->trigger);
    if (s->sense != NULL)
        cJSON_AddStringToObject(o, "sense", s->sense);
    cJSON_AddNumberToObject(o, "candidates", s->n.candidates);
    cJSON_AddNumberToObject(o, "rows", s->n.rows);
    cJSON_AddNumberToObject(o, "calls", s->n.calls);
    cJSON_AddNumberToObject(o, "prompts", s->n.prompts);
    cJSON_AddNumberToObject(o, "refused", s->n.refused);
    if (s->n.prompts > 0)
        cJSON_AddNumberToObject(o, "rate", json_round4(heat_rate(&s->n, 0)));
    else
        cJSON_AddNullToObject(o, "rate");
    cJSON_AddNumberToObject(o, "wilson_low", json_round4(w.low));
    cJSON_AddNumberToObject(o, "wilson_high", json_round4(w.high));
    cJSON_AddNumberToObject(o, "posterior", json_round4(s->posterior));
    return o;
}

static int print_json(const struct spots *s, const cJSON *tree, struct err *err)
{
    static const char *const names[] = {"categories", "triggers", "senses"};
    cJSON *o = cJSON_CreateObject(), *list;
    size_t k;
    int i;

    cJSON_AddStringToObject(o, "target", json_string(tree, "target"));
    cJSON_AddNumberToObject(o, "candidates", s->all.n.candidates);
    cJSON_AddNumberToObject(o, "rows", s->all.n.rows);
    cJSON_AddNumberToObject(o, "calls", s->all.n.calls);
    cJSON_AddNumberToObject(o, "prompts", s->all.n.prompts);
    cJSON_AddNumberToObject(o, "refused", s->all.n.refused);
    for (i = 0; i < LEVELS; i++) {
        list = cJSON_AddArrayToObject(o, names[i]);
        for (k = 0; k < s->n[i]; k++)
            cJSON_AddItemToArray(list, spot_json(&s->at[i][k]));
    }
    return cmd_print_json(o, err);
}

/* --- on the graph --- */

static int lay_over(const struct concepts *g, const struct options *o,
                    const cJSON *tree, struct err *err)
{
    const char *graphml = options_string(o, "output");
    const char *svg = options_string(o, "svg");
    const char *name = options_string(o, "category");
    struct heat_layer *l = heat_layer_new(g, tree, err);
    long category = DRAW_WHOLE;
    int failed = l == NULL;

    if (!failed && graphml != NULL)
        failed = heat_layer_save(l, graphml, err);
    if (!failed && name != NULL)
        failed = settings_one_category(g, name, &category, err);
    if (!failed && svg != NULL)
        failed = heat_layer_draw(l, category, svg, err);
    heat_layer_free(l);
    return failed ? -1 : 0;
}

static int on_graph(const struct options *o, const cJSON *tree, struct err *err)
{
    const char *given = options_string(o, "graph");
    struct concepts *g = NULL;
    char *path;
    int failed = -1;

    if (options_string(o, "output") == NULL && options_string(o, "svg") == NULL)
        return 0;
    path = given != NULL ? strdup(given)
                         : cmd_data_path(o, "graphs/concepts.graphml", err);
    concepts_init();
    if (path != NULL)
        g = concepts_load(path, err);
    if (g != NULL)
        failed = lay_over(g, o, tree, err);
    concepts_free(g);
    free(path);
    return failed;
}

/* --- the command --- */

static int show(const struct options *o, const cJSON *tree, struct err *err)
{
    struct spots s = {0};
    int failed = gather(&s, tree, err), i;

    if (!failed && options_flag(o, "json"))
        failed = print_json(&s, tree, err);
    else if (!failed)
        print_tables(&s, tree, options_uint(o, "top"),
                     options_uint(o, "min-prompts"));
    for (i = 0; i < LEVELS; i++)
        free(s.at[i]);
    return failed;
}

static enum cmd_exit run(struct options *o, struct err *err)
{
    struct store *store = files_open_store(options_operand(o, 0), err);
    cJSON *tree = NULL;
    int failed = -1;

    if (options_string(o, "category") != NULL &&
        options_string(o, "svg") == NULL) {
        store_close(store);
        err_set(err, "--category is for the picture; give --svg FILE with it");
        return CMD_USAGE;
    }
    if (store != NULL)
        tree = heat_read(store, options_uint(o, "target") - 1, err);
    if (tree != NULL)
        failed = on_graph(o, tree, err) != 0 || show(o, tree, err) != 0;
    cJSON_Delete(tree);
    store_close(store);
    return failed ? CMD_FAILED : CMD_OK;
}

const struct command cmd_graph_heat = {
    .name = "graph heat",
    .about = "show which concepts a run's target over-refuses",
    .operands = "RUN-FOLDER",
    .min_operands = 1,
    .max_operands = 1,
    .options = options,
    .run = run,
    .details = details,
    .examples = examples,
};
