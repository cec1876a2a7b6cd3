/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * `phgen graph stats`: how large a concept graph is, how it hangs together,
 * where it is thin, and what a run has seen of it.
 */
#include "base/json.h"
#include "base/text.h"
#include "cmd/cmd.h"
#include "graph/concepts.h"
#include "graph/measure.h"
#include "run/visits.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const struct option_row options[] = {
    {"run", 'r', OPTION_STRING, "DIR", 0, 0, NULL,
     "Also tell what the run in this folder has visited.", OPTION_DIR},
    {"json", 0, OPTION_FLAG, NULL, 0, 0, NULL, "Print JSON.", 0},
    CMD_ROW_DATA_DIR,
    CMD_ROW_HELP,
    {0},
};

static const char *const details[] = {
    "Counts the vertices of a concept graph by type, its edges, degrees and "
    "connected components, its communities (Leiden, by modularity), the "
    "triggers that everything hangs on (PageRank, as a multiple of the mean, "
    "and coreness), and for every category its triggers, benign senses and "
    "tasks. Without FILE: graphs/concepts.graphml of the data folder.",
    "With --run: how many of the graph's triggers, senses, tasks, settings "
    "and communities the run's candidates have touched and its rows have, "
    "and how evenly its rows lie over the categories (entropy as a share of "
    "the highest there can be).",
    NULL,
};

static const struct example examples[] = {
    {"graph stats", "The categories with their numbers and slugs."},
    {"graph stats --run output/demo", "What a run has seen of the graph."},
    {NULL, NULL},
};

/* All that is told. */
struct facts {
    const struct concepts *g;
    struct concept_stats s;
    struct measures m;
    struct visits v;
    bool visited;
    size_t seen[VERTEX_TYPES], used[VERTEX_TYPES]; /* by candidates, by rows */
    size_t communities_used;
    double evenness;
};

struct reach {
    size_t triggers, senses, tasks, rows;
};

static struct reach reach_of(const struct facts *f, size_t category)
{
    int v = concepts_category_vertex(f->g, category);
    struct neighbours senses = concepts_near(f->g, v, VERTEX_SENSE);
    struct reach r = {concepts_near(f->g, v, VERTEX_TRIGGER).n, senses.n, 0,
                      f->visited ? f->v.rows[v] : 0};
    size_t i;

    for (i = 0; i < senses.n; i++)
        r.tasks += concepts_near(f->g, senses.vertex[i], VERTEX_TASK).n;
    return r;
}

/* --- what a run has seen --- */

static double evenness(const struct facts *f)
{
    const struct category *c;
    size_t n = concepts_categories(f->g, &c), i;
    double h = 0, share, all = 0;

    for (i = 0; i < n; i++)
        all += f->v.rows[concepts_category_vertex(f->g, i)];
    for (i = 0; i < n && all > 0; i++) {
        share = f->v.rows[concepts_category_vertex(f->g, i)] / all;
        h -= share > 0 ? share * log(share) : 0;
    }
    return n > 1 ? h / log((double)n) : 1;
}

static int count_visits(struct facts *f, struct err *err)
{
    bool *used = calloc(f->m.communities + 1, sizeof(*used));
    size_t i;

    if (used == NULL)
        return err_nomem(err);
    for (i = 0; i < concepts_count(f->g); i++) {
        enum vertex_type t = concepts_type(f->g, (int)i);

        f->seen[t] += f->v.tried[i] > 0;
        f->used[t] += f->v.rows[i] > 0;
        if (f->v.rows[i] > 0 && !used[f->m.community[i]]) {
            used[f->m.community[i]] = true;
            f->communities_used++;
        }
    }
    f->evenness = evenness(f);
    free(used);
    return 0;
}

static int gather(struct facts *f, const char *run, struct err *err)
{
    if (concepts_stats(f->g, &f->s, err) != 0 ||
        concepts_measure(f->g, &f->m, err) != 0)
        return -1;
    if (run == NULL)
        return 0;
    if (visits_read(run, f->g, &f->v, err) != 0)
        return -1;
    f->visited = true;
    return count_visits(f, err);
}

/* --- for people --- */

static void print_sizes(const struct facts *f)
{
    size_t i;

    for (i = 0; i < VERTEX_TYPES; i++)
        printf("%-20s %8zu\n", vertex_type_name((enum vertex_type)i),
               f->s.by_type[i]);
    printf("%-20s %8zu\n", "edges", f->s.edges);
    printf("%-20s %8zu\n", "components", f->s.components);
    printf("%-20s %8zu\n", "largest component", f->s.largest_component);
    printf("%-20s %8.2f\n", "mean degree", f->s.mean_degree);
    for (i = 0; i < TASK_KINDS; i++)
        printf("tasks: %-13s %8zu\n", task_kind_name((enum task_kind)i),
               f->s.tasks_by_kind[i]);
    printf("%-20s %8zu\n", "communities", f->m.communities);
    printf("%-20s %8zu\n", "largest community", f->m.largest_community);
    printf("%-20s %8.3f\n", "modularity", f->m.modularity);
    printf("%-20s %8zu  (%zu vertices in it)\n", "deepest core", f->m.core,
           f->m.in_core);
}

static void print_degrees(const struct facts *f)
{
    char range[32];
    size_t i;

    printf("\n%-20s %8s\n", "degree", "vertices");
    for (i = 0; i < DEGREE_BINS; i++) {
        if (i + 1 == DEGREE_BINS)
            snprintf(range, sizeof(range), "%zu and more",
                     measures_bin_from(i));
        else if (measures_bin_from(i + 1) == measures_bin_from(i) + 1)
            snprintf(range, sizeof(range), "%zu", measures_bin_from(i));
        else
            snprintf(range, sizeof(range), "%zu to %zu", measures_bin_from(i),
                     measures_bin_from(i + 1) - 1);
        printf("%-20s %8zu\n", range, f->m.degrees[i]);
    }
    printf("\n%-20s %8s %8s\n", "degree by type", "mean", "most");
    for (i = 0; i < VERTEX_TYPES; i++)
        if (f->s.by_type[i] > 0)
            printf("%-20s %8.2f %8zu\n", vertex_type_name((enum vertex_type)i),
                   f->m.mean_degree[i], f->m.max_degree[i]);
}

static void print_name(const char *text, int width)
{
    struct str s;

    str_init(&s, 1 << 16);
    text_printable(text, &s); /* the graph may be anybody's */
    printf("%-*s", width, s.s);
    str_release(&s);
}

static void print_hubs(const struct facts *f)
{
    const struct measured_hub *h;
    size_t i;

    printf("\n%-20s %10s %6s %8s %5s\n", "hub", "categories", "senses", "rank",
           "core");
    for (i = 0; i < f->m.nhubs; i++) {
        h = &f->m.hubs[i];
        print_name(concepts_text(f->g, h->vertex), 20);
        printf(" %10zu %6zu %8.1f %5zu\n", h->categories, h->senses, h->rank,
               h->core);
    }
}

static void print_visits(const struct facts *f)
{
    size_t i;

    printf("\n%-20s %8s %8s %8s\n", "visited", "of", "tried", "rows");
    for (i = 0; i < VERTEX_TYPES; i++)
        if (i != VERTEX_ENTITY)
            printf("%-20s %8zu %8zu %8zu\n",
                   vertex_type_name((enum vertex_type)i), f->s.by_type[i],
                   f->seen[i], f->used[i]);
    printf("%-20s %8zu %8s %8zu\n", "community", f->m.communities, "",
           f->communities_used);
    printf("%-20s %8.3f\n", "evenness", f->evenness);
    printf("%-20s %8zu  (%zu rows, %zu from elsewhere)\n", "candidates",
           f->v.candidates, f->v.accepted, f->v.strangers);
}

static void print_table(const struct facts *f)
{
    const struct category *c;
    size_t n = concepts_categories(f->g, &c), i;
    struct reach r;

    print_sizes(f);
    print_degrees(f);
    print_hubs(f);
    if (f->visited)
        print_visits(f);
    printf("\n%3s %-46s %8s %6s %6s%s\n", "#", "category", "triggers", "senses",
           "tasks", f->visited ? "   rows" : "");
    for (i = 0; i < n; i++) {
        r = reach_of(f, i);
        printf("%3u ", c[i].id);
        print_name(c[i].slug, 46);
        printf(" %8zu %6zu %6zu", r.triggers, r.senses, r.tasks);
        if (f->visited)
            printf(" %6zu", r.rows);
        putchar('\n');
    }
}

/* --- as JSON --- */

static void add(cJSON *o, const char *name, size_t n)
{
    cJSON_AddNumberToObject(o, name, (double)n);
}

static void add_by_type(cJSON *o, const char *name,
                        const size_t count[VERTEX_TYPES])
{
    cJSON *part = cJSON_AddObjectToObject(o, name);
    size_t i;

    for (i = 0; i < VERTEX_TYPES; i++)
        add(part, vertex_type_name((enum vertex_type)i), count[i]);
}

static void add_sizes(cJSON *o, const struct facts *f)
{
    cJSON *part;
    size_t i;

    add_by_type(o, "vertices", f->s.by_type);
    add(o, "edges", f->s.edges);
    add(o, "components", f->s.components);
    add(o, "largest_component", f->s.largest_component);
    cJSON_AddNumberToObject(o, "mean_degree", f->s.mean_degree);
    part = cJSON_AddObjectToObject(o, "tasks_by_kind");
    for (i = 0; i < TASK_KINDS; i++)
        add(part, task_kind_name((enum task_kind)i), f->s.tasks_by_kind[i]);
    add(o, "communities", f->m.communities);
    add(o, "largest_community", f->m.largest_community);
    cJSON_AddNumberToObject(o, "modularity", f->m.modularity);
    add(o, "deepest_core", f->m.core);
    add(o, "vertices_in_deepest_core", f->m.in_core);
}

static void add_degrees(cJSON *o, const struct facts *f)
{
    cJSON *list = cJSON_AddArrayToObject(o, "degrees"), *row;
    size_t i;

    for (i = 0; i < DEGREE_BINS; i++) {
        row = cJSON_CreateObject();
        add(row, "from", measures_bin_from(i));
        add(row, "vertices", f->m.degrees[i]);
        cJSON_AddItemToArray(list, row);
    }
    add_by_type(o, "max_degree", f->m.max_degree);
}

static void add_hubs(cJSON *o, const struct facts *f)
{
    cJSON *list = cJSON_AddArrayToObject(o, "hubs"), *row;
    const struct measured_hub *h;
    size_t i;

    for (i = 0; i < f->m.nhubs; i++) {
        h = &f->m.hubs[i];
        row = cJSON_CreateObject();
        cJSON_AddStringToObject(row, "trigger", concepts_text(f->g, h->vertex));
        add(row, "categories", h->categories);
        add(row, "senses", h->senses);
        cJSON_AddNumberToObject(row, "rank", h->rank);
        add(row, "core", h->core);
        cJSON_AddItemToArray(list, row);
    }
}

static void add_visits(cJSON *o, const struct facts *f)
{
    cJSON *part = cJSON_AddObjectToObject(o, "run");

    add(part, "candidates", f->v.candidates);
    add(part, "rows", f->v.accepted);
    add(part, "strangers", f->v.strangers);
    add_by_type(part, "tried", f->seen);
    add_by_type(part, "used", f->used);
    add(part, "communities_used", f->communities_used);
    cJSON_AddNumberToObject(part, "evenness", f->evenness);
}

static void add_categories(cJSON *o, const struct facts *f)
{
    cJSON *list = cJSON_AddArrayToObject(o, "categories"), *row;
    const struct category *c;
    size_t n = concepts_categories(f->g, &c), i;
    struct reach r;

    for (i = 0; i < n; i++) {
        r = reach_of(f, i);
        row = cJSON_CreateObject();
        cJSON_AddNumberToObject(row, "id", c[i].id);
        cJSON_AddStringToObject(row, "slug", c[i].slug);
        cJSON_AddStringToObject(row, "domain", c[i].domain);
        add(row, "triggers", r.triggers);
        add(row, "senses", r.senses);
        add(row, "tasks", r.tasks);
        if (f->visited)
            add(row, "rows", r.rows);
        cJSON_AddItemToArray(list, row);
    }
}

static int print_json(const struct facts *f, struct err *err)
{
    cJSON *o = cJSON_CreateObject();

    add_sizes(o, f);
    add_degrees(o, f);
    add_hubs(o, f);
    if (f->visited)
        add_visits(o, f);
    add_categories(o, f);
    return cmd_print_json(o, err);
}

static enum cmd_exit show(const char *path, const char *run, bool json,
                          struct err *err)
{
    struct facts f = {0};
    struct concepts *g;
    int failed;

    concepts_init();
    g = concepts_load(path, err);
    if (g == NULL)
        return CMD_FAILED;
    f.g = g;
    failed = gather(&f, run, err);
    if (!failed && json)
        failed = print_json(&f, err);
    else if (!failed)
        print_table(&f);
    measures_release(&f.m);
    visits_release(&f.v);
    concepts_free(g);
    return failed ? CMD_FAILED : CMD_OK;
}

static enum cmd_exit run(struct options *o, struct err *err)
{
    char *path = cmd_graph_path(o, err);
    enum cmd_exit code;

    if (path == NULL)
        return CMD_USAGE;
    code = show(path, options_string(o, "run"), options_flag(o, "json"), err);
    free(path);
    return code;
}

const struct command cmd_graph_stats = {
    .name = "graph stats",
    .about = "measure a concept graph",
    .operands = "[FILE]",
    .max_operands = 1,
    .options = options,
    .run = run,
    .details = details,
    .examples = examples,
};
