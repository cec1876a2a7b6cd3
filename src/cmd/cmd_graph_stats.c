/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `phgen graph stats`: how large a concept graph is, and where it is thin. */
#include "base/json.h"
#include "base/text.h"
#include "cmd/cmd.h"
#include "graph/concepts.h"

#include <stdlib.h>
#include <string.h>

static const struct option_row options[] = {
    {"json", 0, OPTION_FLAG, NULL, 0, 0, NULL, "Print JSON.", 0},
    CMD_ROW_DATA_DIR,
    CMD_ROW_HELP,
    {0},
};

static const char *const details[] = {
    "Counts the vertices of a concept graph by type, its edges and connected "
    "components, and for every category its triggers, benign senses and "
    "tasks. Without FILE: graphs/concepts.graphml of the data folder.",
    NULL,
};

static const struct example examples[] = {
    {"graph stats", "The categories with their numbers and slugs."},
    {NULL, NULL},
};

struct reach {
    size_t triggers, senses, tasks;
};

static struct reach reach_of(const struct concepts *g, size_t category)
{
    int v = concepts_category_vertex(g, category);
    struct neighbours senses = concepts_near(g, v, VERTEX_SENSE);
    struct reach r = {concepts_near(g, v, VERTEX_TRIGGER).n, senses.n, 0};
    size_t i;

    for (i = 0; i < senses.n; i++)
        r.tasks += concepts_near(g, senses.vertex[i], VERTEX_TASK).n;
    return r;
}

static void print_table(const struct concepts *g, const struct concept_stats *s)
{
    const struct category *c;
    size_t n = concepts_categories(g, &c), i;
    struct reach r;
    struct str slug;

    str_init(&slug, 1 << 16);
    for (i = 0; i < VERTEX_TYPES; i++)
        printf("%-20s %8zu\n", vertex_type_name((enum vertex_type)i),
               s->by_type[i]);
    printf("%-20s %8zu\n", "edges", s->edges);
    printf("%-20s %8zu\n", "components", s->components);
    printf("%-20s %8zu\n", "largest component", s->largest_component);
    printf("%-20s %8.2f\n", "mean degree", s->mean_degree);
    for (i = 0; i < TASK_KINDS; i++)
        printf("tasks: %-13s %8zu\n", task_kind_name((enum task_kind)i),
               s->tasks_by_kind[i]);
    printf("\n%3s %-46s %8s %6s %6s\n", "#", "category", "triggers", "senses",
           "tasks");
    for (i = 0; i < n; i++) {
        r = reach_of(g, i);
        str_clear(&slug); /* the graph may be anybody's */
        text_printable(c[i].slug, &slug);
        printf("%3u %-46s %8zu %6zu %6zu\n", c[i].id, slug.s, r.triggers,
               r.senses, r.tasks);
    }
    str_release(&slug);
}

static void print_json(const struct concepts *g, const struct concept_stats *s)
{
    cJSON *o = cJSON_CreateObject(), *part;
    const struct category *c;
    size_t n = concepts_categories(g, &c), i;
    struct reach r;
    struct str text;

    part = cJSON_AddObjectToObject(o, "vertices");
    for (i = 0; i < VERTEX_TYPES; i++)
        cJSON_AddNumberToObject(part, vertex_type_name((enum vertex_type)i),
                                (double)s->by_type[i]);
    cJSON_AddNumberToObject(o, "edges", (double)s->edges);
    cJSON_AddNumberToObject(o, "components", (double)s->components);
    cJSON_AddNumberToObject(o, "largest_component",
                            (double)s->largest_component);
    cJSON_AddNumberToObject(o, "mean_degree", s->mean_degree);
    part = cJSON_AddObjectToObject(o, "tasks_by_kind");
    for (i = 0; i < TASK_KINDS; i++)
        cJSON_AddNumberToObject(part, task_kind_name((enum task_kind)i),
                                (double)s->tasks_by_kind[i]);
    part = cJSON_AddArrayToObject(o, "categories");
    for (i = 0; i < n; i++) {
        cJSON *row = cJSON_CreateObject();

        r = reach_of(g, i);
        cJSON_AddNumberToObject(row, "id", c[i].id);
        cJSON_AddStringToObject(row, "slug", c[i].slug);
        cJSON_AddStringToObject(row, "domain", c[i].domain);
        cJSON_AddNumberToObject(row, "triggers", (double)r.triggers);
        cJSON_AddNumberToObject(row, "senses", (double)r.senses);
        cJSON_AddNumberToObject(row, "tasks", (double)r.tasks);
        cJSON_AddItemToArray(part, row);
    }
    str_init(&text, 16u << 20);
    json_print(o, &text);
    puts(text.s);
    str_release(&text);
    cJSON_Delete(o);
}

static enum cmd_exit show(const char *path, bool json, struct err *err)
{
    struct concept_stats s;
    struct concepts *g;
    int failed;

    concepts_init();
    g = concepts_load(path, err);
    if (g == NULL)
        return CMD_FAILED;
    failed = concepts_stats(g, &s, err);
    if (!failed && json)
        print_json(g, &s);
    else if (!failed)
        print_table(g, &s);
    concepts_free(g);
    return failed ? CMD_FAILED : CMD_OK;
}

static enum cmd_exit run(struct options *o, struct err *err)
{
    const char *given = options_operand(o, 0);
    char *path = given != NULL
                     ? strdup(given)
                     : cmd_data_path(o, "graphs/concepts.graphml", err);
    enum cmd_exit code;

    if (path == NULL)
        return CMD_USAGE;
    code = show(path, options_flag(o, "json"), err);
    free(path);
    return code;
}

const struct command cmd_graph_stats = {
    .name = "graph stats",
    .about = "count what is in a concept graph",
    .operands = "[FILE]",
    .max_operands = 1,
    .options = options,
    .run = run,
    .details = details,
    .examples = examples,
};
