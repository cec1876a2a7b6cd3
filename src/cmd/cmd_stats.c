/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * `phgen stats`: what is in a set of prompts, ours or another's.  A folder is
 * taken for a run's and its dataset.jsonl is read.
 */
#include "base/file.h"
#include "base/json.h"
#include "base/text.h"
#include "cmd/cmd.h"
#include "dataset/metrics.h"
#include "dataset/reader.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <uthash.h>

#define NAMES_MAX  2000 /* different labels or categories that are counted */
#define LENGTHS    2000 /* longer prompts count as this many words */
#define NAME_WIDTH 46

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
    {"json", 0, OPTION_FLAG, NULL, 0, 0, NULL, "Print JSON.", 0},
    CMD_ROW_HELP,
    {0},
};

static const char *const details[] = {
    "Counts the prompts of a file (JSONL, JSON, CSV, TSV or plain text, also "
    "gzip- or Zstandard-compressed) or of a run's folder, by label, "
    "shape and category, and says how long and how diverse they are.",
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
    {NULL, NULL},
};

struct name_count {
    UT_hash_handle hh;
    uint64_t n;
    char name[];
};

struct census {
    uint64_t rows, skipped, all_words;
    uint64_t words[LENGTHS + 1]; /* prompts by length */
    struct name_count *labels, *categories, *shapes;
    struct metrics *metrics;
    struct metrics_result result;
};

static int count_name(struct name_count **all, const char *name,
                      struct err *err)
{
    struct name_count *c;
    size_t len;

    if (name == NULL)
        return 0;
    HASH_FIND_STR(*all, name, c);
    if (c == NULL && HASH_COUNT(*all) == NAMES_MAX) {
        name = "(others)";
        HASH_FIND_STR(*all, name, c);
    }
    if (c == NULL) {
        len = strlen(name);
        c = calloc(1, sizeof(*c) + len + 1);
        if (c == NULL)
            return err_nomem(err);
        memcpy(c->name, name, len + 1);
        HASH_ADD_STR(*all, name, c);
    }
    c->n++;
    return 0;
}

static void free_names(struct name_count **all)
{
    struct name_count *c, *next;

    HASH_ITER(hh, *all, c, next)
    {
        HASH_DEL(*all, c);
        free(c);
    }
}

static int by_count(struct name_count *a, struct name_count *b)
{
    if (a->n != b->n)
        return a->n > b->n ? -1 : 1;
    return strcmp(a->name, b->name);
}

static int count_row(struct census *c, const struct reader_row *row,
                     struct err *err)
{
    size_t words = text_count_words(row->prompt, row->len);

    c->rows++;
    c->all_words += words;
    c->words[words < LENGTHS ? words : LENGTHS]++;
    if (count_name(&c->labels, row->label, err) != 0 ||
        count_name(&c->shapes, row->shape, err) != 0 ||
        count_name(&c->categories, row->category, err) != 0)
        return -1;
    return metrics_add(c->metrics, row->prompt, row->len, err);
}

static int count_file(struct census *c, const char *path, const char *column,
                      struct err *err)
{
    struct reader *r = reader_open(path, column, err);
    struct reader_row row;
    int got = -1;

    while (r != NULL && (got = reader_next(r, &row, err)) == 1)
        if (count_row(c, &row, err) != 0) {
            got = -1;
            break;
        }
    if (r != NULL)
        c->skipped = reader_skipped(r);
    reader_close(r);
    if (got != 0)
        return -1;
    HASH_SORT(c->labels, by_count);
    HASH_SORT(c->shapes, by_count);
    HASH_SORT(c->categories, by_count);
    return metrics_compute(c->metrics, &c->result, err);
}

/* The length that `share` of the prompts do not pass. */
static size_t quantile(const struct census *c, double share)
{
    uint64_t seen = 0;
    size_t i;

    for (i = 0; i < LENGTHS; i++) {
        seen += c->words[i];
        if (seen > 0 && (double)seen >= share * (double)c->rows)
            return i;
    }
    return LENGTHS;
}

static double mean(const struct census *c)
{
    return c->rows > 0 ? (double)c->all_words / (double)c->rows : 0;
}

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

static void print_text(const struct census *c)
{
    const struct metrics_result *m = &c->result;

    printf("%-12s %10llu\n", "rows", (unsigned long long)c->rows);
    if (c->skipped > 0)
        printf("%-12s %10llu\n", "empty", (unsigned long long)c->skipped);
    printf("%-12s %10zu shortest, %zu median, %.1f mean, %zu longest\n",
           "words", quantile(c, 0), quantile(c, 0.5), mean(c), quantile(c, 1));
    printf("%-12s %10zu rows, %zu words, %zu different\n", "sample", m->sample,
           m->words, m->vocabulary);
    printf("%-12s %10.3f\n", "Dist-1", m->dist1);
    printf("%-12s %10.3f\n", "Dist-2", m->dist2);
    printf("%-12s %10.3f\n", "Self-BLEU-4", m->self_bleu4);
    print_names("Labels", c->labels);
    print_names("Shapes", c->shapes);
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

static void print_json(const struct census *c)
{
    const struct metrics_result *m = &c->result;
    cJSON *o = cJSON_CreateObject();
    struct str text;

    cJSON_AddNumberToObject(o, "rows", (double)c->rows);
    cJSON_AddNumberToObject(o, "empty", (double)c->skipped);
    cJSON_AddNumberToObject(o, "words_min", (double)quantile(c, 0));
    cJSON_AddNumberToObject(o, "words_median", (double)quantile(c, 0.5));
    cJSON_AddNumberToObject(o, "words_mean", mean(c));
    cJSON_AddNumberToObject(o, "words_max", (double)quantile(c, 1));
    cJSON_AddNumberToObject(o, "sample", (double)m->sample);
    cJSON_AddNumberToObject(o, "vocabulary", (double)m->vocabulary);
    cJSON_AddNumberToObject(o, "dist1", m->dist1);
    cJSON_AddNumberToObject(o, "dist2", m->dist2);
    cJSON_AddNumberToObject(o, "self_bleu4", m->self_bleu4);
    add_names(o, "labels", c->labels);
    add_names(o, "shapes", c->shapes);
    add_names(o, "categories", c->categories);
    str_init(&text, 64u << 20);
    json_print(o, &text);
    puts(text.s);
    str_release(&text);
    cJSON_Delete(o);
}

static char *file_of(const char *path)
{
    struct stat st;

    if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
        return file_join(path, "dataset.jsonl");
    return strdup(path);
}

static enum cmd_exit run(struct options *o, struct err *err)
{
    struct census *c = calloc(1, sizeof(*c));
    char *path = file_of(options_operand(o, 0));
    int failed;

    if (c != NULL)
        c->metrics =
            metrics_new(options_uint(o, "sample"), options_uint(o, "seed"));
    if (c == NULL || path == NULL || c->metrics == NULL)
        failed = err_nomem(err);
    else
        failed = count_file(c, path, options_string(o, "column"), err);
    if (!failed && options_flag(o, "json"))
        print_json(c);
    else if (!failed)
        print_text(c);
    if (c != NULL) {
        free_names(&c->labels);
        free_names(&c->shapes);
        free_names(&c->categories);
        metrics_free(c->metrics);
    }
    free(c);
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
