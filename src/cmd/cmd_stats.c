/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * `phgen stats`: what is in a set of prompts, ours or another's.  A folder is
 * taken for a run's and its dataset.jsonl is read.
 */
#include "base/file.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/text.h"
#include "cmd/census.h"
#include "cmd/cmd.h"
#include "graph/concepts.h"
#include "run/files.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define NAME_WIDTH 46
#define KNOWN_MAX  16 /* files of --against */

static const struct option_row options[] = {
    {"column", 0, OPTION_STRING, "NAME", 0, 0, NULL,
     "The column or member that holds the prompt. Default: the first known "
     "one (prompt, question, text, ...).",
     0},
    {"sample", 0, OPTION_UINT, "COUNT", 0, 10000000, "1000",
     "Prompts that the diversity is computed on, chosen at random with the "
     "seed; 0 for all. Compare sets at equal counts only.",
     0},
    {"seed", 's', OPTION_UINT, "NUMBER", 0, CMD_SEED_MAX, "1",
     "Seed of the sample.", 0},
    {"against", 0, OPTION_LIST, "FILE", 0, 0, NULL,
     "Also count the prompts that are near-duplicates of one in this file: a "
     "public benchmark, an earlier release.",
     OPTION_FILE},
    {"threshold", 0, OPTION_REAL, "SIMILARITY", 0.2, 1, "0.7",
     "Jaccard similarity of character 5-grams from which they are.", 0},
    CMD_ROW_DATA_DIR,
    {"json", 0, OPTION_FLAG, NULL, 0, 0, NULL, "Print JSON.", 0},
    CMD_ROW_HELP,
    {0},
};

static const char *const details[] = {
    "Counts the prompts of a file (JSONL, JSON, CSV, TSV or plain text, also "
    "gzip- or Zstandard-compressed) or of a run's folder, by label, "
    "shape and category, and says how long and how diverse they are.",
    "Of a run's folder it also says how many triggers and senses of the "
    "concept graph the rows come from, how evenly they are spread (Shannon's "
    "entropy over its maximum), in which round they were accepted, and how "
    "many have a training answer.",
    "Words are those of the normalised text: NFKC, case folded, punctuation "
    "dropped. Dist-1 and Dist-2 are the different words and word pairs "
    "divided by all of them in the sample (Li et al., NAACL 2016); 1 is most "
    "diverse.",
    "Self-BLEU-4 is the mean, over the prompts of the sample, of the BLEU-4 "
    "of each with all others as its references (Zhu et al., SIGIR 2018): the "
    "geometric mean of clipped 1- to 4-gram precisions, a numerator of 0 made "
    "0.1 (smoothing method 1 of Chen and Cherry, WMT 2014), times the brevity "
    "penalty; 0 is most diverse.",
    NULL,
};

static const struct example examples[] = {
    {"stats output/builtin-cautious-n1000-s1", "A run's dataset."},
    {"stats xstest_prompts.csv --json", "Another set, for a script."},
    {"stats output/demo --against xstest_prompts.csv",
     "Is something of XSTest in it?"},
    {NULL, NULL},
};

/* --- showing --- */

static void print_names(const char *title, const struct name_count *all)
{
    const struct name_count *c;
    struct str name;

    if (all == NULL)
        return;
    printf("\n%s (%u)\n", title, HASH_COUNT(all));
    str_init(&name, 4u << 20);
    for (c = all; c != NULL; c = c->hh.next) {
        str_clear(&name);
        text_printable(c->name, &name);
        printf("  %-*.*s %10llu\n", NAME_WIDTH, NAME_WIDTH, name.s,
               (unsigned long long)c->n);
    }
    str_release(&name);
}

/* What there is beside the census. */
struct report {
    struct census *census;
    bool is_run;
    size_t triggers, senses; /* of the graph; 0: not known */
    const char *const *known;
    size_t nknown;
    uint64_t near[KNOWN_MAX];
};

static void print_used(const char *name, const struct name_count *used,
                       size_t of)
{
    printf("%-12s %10u", name, HASH_COUNT(used));
    if (of > 0)
        printf(" of %zu in the graph,", of);
    printf(" evenness %.3f\n", census_evenness(used));
}

static void print_near(const struct report *r)
{
    struct str name;
    size_t i;

    for (i = 0; i < r->nknown; i++) {
        str_init(&name, 1 << 16);
        text_printable(r->known[i], &name);
        printf("%-12s %10llu of %s\n", i == 0 ? "near" : "",
               (unsigned long long)r->near[i], name.s);
        str_release(&name);
    }
}

static void print_text(const struct report *r)
{
    const struct census *c = r->census;
    const struct metrics_result *m = &c->result;

    printf("%-12s %10llu\n", "rows", (unsigned long long)c->rows);
    if (c->skipped > 0)
        printf("%-12s %10llu\n", "empty", (unsigned long long)c->skipped);
    if (r->is_run)
        printf("%-12s %10llu\n", "answered", (unsigned long long)c->answered);
    printf("%-12s %10zu shortest, %zu median, %.1f mean, %zu longest\n",
           "words", census_quantile(c, 0), census_quantile(c, 0.5),
           census_mean(c), census_quantile(c, 1));
    printf("%-12s %10zu rows, %zu words, %zu different\n", "sample", m->sample,
           m->words, m->vocabulary);
    printf("%-12s %10.3f\n", "Dist-1", m->dist1);
    printf("%-12s %10.3f\n", "Dist-2", m->dist2);
    printf("%-12s %10.3f\n", "Self-BLEU-4", m->self_bleu4);
    if (r->is_run) {
        print_used("triggers", c->triggers, r->triggers);
        print_used("senses", c->senses, r->senses);
    }
    print_near(r);
    print_names("Labels", c->labels);
    print_names("Shapes", c->shapes);
    print_names("Rounds", c->rounds);
    print_names("Categories", c->categories);
}

static void add_names(cJSON *o, const char *member,
                      const struct name_count *all)
{
    cJSON *list = cJSON_AddObjectToObject(o, member);
    const struct name_count *c;

    for (c = all; c != NULL; c = c->hh.next)
        cJSON_AddNumberToObject(list, c->name, (double)c->n);
}

static void add_used(cJSON *o, const char *member,
                     const struct name_count *used, size_t of)
{
    cJSON *v = cJSON_AddObjectToObject(o, member);

    cJSON_AddNumberToObject(v, "used", HASH_COUNT(used));
    if (of > 0)
        cJSON_AddNumberToObject(v, "of", (double)of);
    cJSON_AddNumberToObject(v, "evenness", census_evenness(used));
}

static void add_run(cJSON *o, const struct report *r)
{
    const struct census *c = r->census;

    cJSON_AddNumberToObject(o, "answered", (double)c->answered);
    add_used(o, "triggers", c->triggers, r->triggers);
    add_used(o, "senses", c->senses, r->senses);
    add_names(o, "rounds", c->rounds);
}

static int print_json(const struct report *r, struct err *err)
{
    const struct census *c = r->census;
    const struct metrics_result *m = &c->result;
    cJSON *o = cJSON_CreateObject(), *near;
    size_t i;

    cJSON_AddNumberToObject(o, "rows", (double)c->rows);
    cJSON_AddNumberToObject(o, "empty", (double)c->skipped);
    cJSON_AddNumberToObject(o, "words_min", (double)census_quantile(c, 0));
    cJSON_AddNumberToObject(o, "words_median", (double)census_quantile(c, 0.5));
    cJSON_AddNumberToObject(o, "words_mean", census_mean(c));
    cJSON_AddNumberToObject(o, "words_max", (double)census_quantile(c, 1));
    cJSON_AddNumberToObject(o, "sample", (double)m->sample);
    cJSON_AddNumberToObject(o, "vocabulary", (double)m->vocabulary);
    cJSON_AddNumberToObject(o, "dist1", m->dist1);
    cJSON_AddNumberToObject(o, "dist2", m->dist2);
    cJSON_AddNumberToObject(o, "self_bleu4", m->self_bleu4);
    add_names(o, "labels", c->labels);
    add_names(o, "shapes", c->shapes);
    add_names(o, "categories", c->categories);
    if (r->is_run)
        add_run(o, r);
    near = cJSON_AddObjectToObject(o, "near");
    for (i = 0; i < r->nknown; i++)
        cJSON_AddNumberToObject(near, r->known[i], (double)r->near[i]);
    return cmd_print_json(o, err);
}

/* --- reading --- */

/* How many triggers and senses there are, when the graph of this
 * installation is the one that the run was made from. */
static void weigh_graph(struct report *r, const char *folder,
                        const struct options *o)
{
    char *path = cmd_data_path(o, "graphs/concepts.graphml", NULL);
    cJSON *manifest = files_read_manifest(folder, NULL);
    const char *want = json_string(json_object(manifest, "hashes"), "graph");
    struct concepts *g = NULL;
    struct concept_stats s;
    char hex[HASH_HEX];

    if (path != NULL && want != NULL) {
        concepts_init();
        g = concepts_load(path, NULL);
    }
    if (g != NULL) {
        hash_hex(concepts_hash(g), hex);
        if (strcmp(hex, want) == 0 && concepts_stats(g, &s, NULL) == 0) {
            r->triggers = s.by_type[VERTEX_TRIGGER];
            r->senses = s.by_type[VERTEX_SENSE];
        }
        concepts_free(g);
    }
    cJSON_Delete(manifest);
    free(path);
}

static int read_all(struct report *r, const char *path, const struct options *o,
                    struct err *err)
{
    const char *column = options_string(o, "column");
    size_t i;

    r->known = options_list(o, "against", &r->nknown);
    if (r->nknown > KNOWN_MAX)
        return err_set(err, "--against can be given at most %d times",
                       KNOWN_MAX);
    if (census_file(r->census, path, column, err) != 0)
        return -1;
    if (r->is_run && census_rows(r->census, path, err) != 0)
        return -1;
    for (i = 0; i < r->nknown; i++)
        if (census_against(path, column, r->known[i],
                           options_real(o, "threshold"), &r->near[i], err) != 0)
            return -1;
    return 0;
}

static bool is_folder(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static enum cmd_exit run(struct options *o, struct err *err)
{
    const char *operand = options_operand(o, 0);
    struct report r = {.is_run = is_folder(operand)};
    char *path = r.is_run ? file_join(operand, FILES_ROWS) : strdup(operand);
    int failed = -1;

    if (path == NULL)
        err_nomem(err);
    else
        r.census =
            census_new(options_uint(o, "sample"), options_uint(o, "seed"), err);
    if (r.census != NULL)
        failed = read_all(&r, path, o, err);
    if (!failed && r.is_run)
        weigh_graph(&r, operand, o);
    if (!failed && options_flag(o, "json"))
        failed = print_json(&r, err);
    else if (!failed)
        print_text(&r);
    census_free(r.census);
    free(path);
    return failed ? CMD_FAILED : CMD_OK;
}

const struct command cmd_stats = {
    .name = "stats",
    .about = "count a dataset and measure its diversity",
    .operands = "FILE|RUN-FOLDER",
    .min_operands = 1,
    .max_operands = 1,
    .options = options,
    .run = run,
    .details = details,
    .examples = examples,
};
