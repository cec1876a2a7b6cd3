/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * `phgen export`: the rows of a run in the forms that trainers and evaluators
 * read.  What goes where is run/export.h's.
 */
#include "base/file.h"
#include "base/log.h"
#include "cmd/cmd.h"
#include "run/export.h"
#include "run/files.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const struct option_row options[] = {
    {"format", 'f', OPTION_LIST, "FORMAT", 0, 0, NULL,
     "What to write; may be given again. See the list above.", 0},
    {"out", 'o', OPTION_STRING, "DIR", 0, 0, NULL,
     "Where the files go, a folder a format. Default: RUN/export.", OPTION_DIR},
    {"split", 0, OPTION_STRING, "PARTS", 0, 0, NULL,
     "Parts by name and share, such as train=0.9,test=0.1. Rows that share a "
     "trigger or are near-duplicates stay together, and the leak that is left "
     "is measured.",
     0},
    {"near", 0, OPTION_REAL, "SIMILARITY", 0.3, 1, "0.6",
     "Jaccard similarity of character 5-grams from which rows must not be "
     "split.",
     0},
    {"balance", 0, OPTION_STRING, "WHAT", 0, 0, NULL,
     "\"category\": as many rows of each category as the smallest has.", 0},
    {"mix", 0, OPTION_STRING, "SHARE", 0, 0, NULL,
     "\"controls=0.2\": mix in the run's controls (controls.jsonl), answered "
     "with a refusal, as this share of all rows.",
     0},
    {"embedded", 0, OPTION_FLAG, NULL, 0, 0, NULL,
     "Also train on the answers of embedded models, which have no substance: "
     "for tests and demonstrations.",
     0},
    {"respond-token", 0, OPTION_STRING, "TOKEN", 0, 0, "[respond]",
     "Of refusal-tokens: what stands before an answer.", 0},
    {"refuse-token", 0, OPTION_STRING, "TOKEN", 0, 0, "[refuse]",
     "Of refusal-tokens: what stands before a refusal.", 0},
    {"category-token", 0, OPTION_STRING, "TOKEN", 0, 0, "[%s]",
     "Of refusal-tokens: what stands behind that, %s for the category; "
     "\"none\" for nothing.",
     0},
    {"seed", 's', OPTION_UINT, "NUMBER", 0, CMD_SEED_MAX, "1",
     "Seed of what is left out and of which part a group goes to.", 0},
    {"zstd", 0, OPTION_FLAG, NULL, 0, 0, NULL,
     "Compress the data files with Zstandard.", 0},
    CMD_ROW_DATA_DIR,
    {"json", 0, OPTION_FLAG, NULL, 0, 0, NULL,
     "Print what was written as JSON on standard output.", 0},
    CMD_ROW_HELP,
    {0},
};

static const char *const details[] = {
    "Formats to train on: sft, sft-cot, dpo, kto, refusal-tokens, openai-ft, "
    "alpaca, sharegpt. They need the answers of \"phgen respond\"; rows "
    "without one, and those of embedded models, are left out and counted. "
    "Formats to evaluate with: csv, lm-eval, inspect, promptfoo.",
    "RUN is the folder of a run, or a dataset.jsonl. Parquet is not among the "
    "formats, since Debian has no well-kept C library that writes it; every "
    "loader reads the JSON Lines, with --zstd in a tenth of the space.",
    NULL,
};

static const struct example examples[] = {
    {"export output/demo --format sft --split train=0.9,test=0.1",
     "output/demo/export/sft/train.jsonl and test.jsonl."},
    {"export output/demo -f dpo -f kto --balance category",
     "Two formats, every category alike."},
    {"export output/demo -f refusal-tokens --mix controls=0.2",
     "One row in five is a control that is refused."},
    {NULL, NULL},
};

struct places {
    char *rows, *controls, *out, *extras;
    cJSON *manifest; /* NULL: there is none beside the rows */
};

static void places_release(struct places *p)
{
    free(p->rows);
    free(p->controls);
    free(p->out);
    free(p->extras);
    cJSON_Delete(p->manifest);
}

/* A folder of a run, or a file in one. */
static int find_places(const struct options *o, struct places *p,
                       struct err *err)
{
    const char *run = options_operand(o, 0), *out = options_string(o, "out"),
               *slash = strrchr(run, '/');
    struct stat st;
    char *folder;

    if (stat(run, &st) != 0)
        return err_set(err, "%s is not there: name the folder of a run", run);
    folder = S_ISDIR(st.st_mode) ? strdup(run)
             : slash != NULL     ? str_dup(run, (size_t)(slash - run))
                                 : strdup(".");
    if (folder == NULL)
        return err_nomem(err);
    p->rows = S_ISDIR(st.st_mode) ? file_join(run, FILES_ROWS) : strdup(run);
    p->controls = file_join(folder, "controls.jsonl");
    p->out = out != NULL ? strdup(out) : file_join(folder, "export");
    p->extras = cmd_data_path(o, "seeds/export", err);
    p->manifest = files_read_manifest(folder, NULL);
    free(folder);
    if (p->extras == NULL)
        return -1;
    return p->rows != NULL && p->controls != NULL && p->out != NULL
               ? 0
               : err_nomem(err);
}

static int take_mix(const char *text, struct export_job *job, struct err *err)
{
    static const char want[] = "controls=";
    char *end = NULL;

    if (text == NULL)
        return 0;
    if (strncmp(text, want, strlen(want)) == 0)
        job->mix = strtod(text + strlen(want), &end);
    if (end == NULL || *end != '\0' || !(job->mix > 0 && job->mix <= 0.9))
        return err_set(err,
                       "--mix takes \"controls=SHARE\" with a share over 0 "
                       "and at most 0.9, not \"%.60s\"",
                       text);
    if (!file_exists(job->controls))
        return err_set(err,
                       "--mix wants controls, and %s is not there; make them "
                       "with \"phgen generate --controls\"",
                       job->controls);
    return 0;
}

static int take_tokens(const struct options *o, struct export_options *e,
                       struct err *err)
{
    const char *at;

    e->respond_token = options_string(o, "respond-token");
    e->refuse_token = options_string(o, "refuse-token");
    e->category_token = options_string(o, "category-token");
    if (strcmp(e->category_token, "none") == 0)
        e->category_token = NULL;
    else if ((at = strstr(e->category_token, "%s")) == NULL ||
             strstr(at + 2, "%s") != NULL)
        return err_set(err, "--category-token must hold %%s once");
    return 0;
}

static int take_options(const struct options *o, struct export_job *job,
                        struct err *err)
{
    const char *split = options_string(o, "split"),
               *balance = options_string(o, "balance");

    if (balance != NULL && strcmp(balance, "category") != 0)
        return err_set(err, "--balance takes \"category\", not \"%.60s\"",
                       balance);
    job->balance = balance != NULL;
    job->near = options_real(o, "near");
    job->seed = options_uint(o, "seed");
    job->zstd = options_flag(o, "zstd");
    job->options.embedded = options_flag(o, "embedded");
    if (split != NULL && export_parse_splits(split, job, err) != 0)
        return -1;
    return take_tokens(o, &job->options, err) != 0
               ? -1
               : take_mix(options_string(o, "mix"), job, err);
}

static int unknown_format(const char *name, struct err *err)
{
    const struct export_format *f;
    struct str all;

    str_init(&all, 1000);
    for (f = EXPORT_FORMATS; f->name != NULL; f++)
        str_addf(&all, "%s%s", f == EXPORT_FORMATS ? "" : ", ", f->name);
    err_set(err, "there is no format \"%.60s\"; there are: %s", name, all.s);
    str_release(&all);
    return -1;
}

static void say_leaks(const cJSON *done)
{
    const cJSON *leak;

    cJSON_ArrayForEach(leak, json_array(done, "leakage"))
    {
        log_line(LOG_INFO,
                 "  %s: %.0f rows are near one of the first part (Jaccard 0.5 "
                 "and over, highest %.2f), %.0f triggers in common",
                 json_string(leak, "split"), json_number(leak, "near", 0),
                 json_number(leak, "highest", 0),
                 json_number(leak, "shared_triggers", 0));
    }
}

/* What a user can do about rows that are left out. */
static const char *way_in(const char *lacks)
{
    if (strcmp(lacks, "no response") == 0)
        return "; \"phgen respond\" writes responses";
    if (strcmp(lacks, "a response by an embedded model") == 0)
        return "; --embedded takes them, --responder-model makes others";
    return "";
}

static void say(const cJSON *done, const char *folder)
{
    const cJSON *v;

    log_line(LOG_INFO, "%s: %.0f of %.0f rows, %.0f controls", folder,
             json_number(done, "written", 0) - json_number(done, "controls", 0),
             json_number(done, "rows", 0), json_number(done, "controls", 0));
    cJSON_ArrayForEach(v, json_array(done, "files"))
        log_line(LOG_INFO, "  %s: %.0f", json_string(v, "name"),
                 json_number(v, "rows", 0));
    cJSON_ArrayForEach(v, json_object(done, "left_out"))
        log_line(LOG_INFO, "  left out, %s: %.0f%s", v->string, v->valuedouble,
                 way_in(v->string));
    if (json_number(done, "withheld", 0) > 0)
        log_line(LOG_INFO,
                 "  withheld, since people find them harmful: %.0f; they are "
                 "no rows of the dataset any more",
                 json_number(done, "withheld", 0));
    say_leaks(done);
}

/* The run's card, with the files of this export. */
static int write_card(cJSON *manifest, const cJSON *done, const char *folder,
                      struct err *err)
{
    if (manifest == NULL)
        return 0;
    cJSON_DeleteItemFromObjectCaseSensitive(manifest, "export");
    cJSON_AddItemToObject(manifest, "export", cJSON_Duplicate(done, true));
    return files_write_card(manifest, folder, err);
}

static int export_one(const struct export_job *wanted, const struct places *p,
                      const char *format, cJSON *all, struct err *err)
{
    struct export_job job = *wanted;
    char *folder = file_join(p->out, format);
    cJSON *done = NULL;
    int failed = -1;

    job.format = export_find(format);
    job.out = folder;
    if (job.mix > 0 && job.format->needs & NO_CONTROLS) {
        log_line(LOG_WARN, "%s has no place for controls: none are mixed in",
                 format);
        job.mix = 0;
    }
    if (folder == NULL)
        err_nomem(err);
    else
        done = export_write(&job, err);
    if (done != NULL) {
        cJSON_AddNumberToObject(
            done, "withheld",
            json_number(json_object(p->manifest, "counts"), "withheld", 0));
        say(done, folder);
        failed = write_card(p->manifest, done, folder, err);
        cJSON_AddItemToArray(all, done);
    }
    free(folder);
    return failed;
}

static int export_all(const struct export_job *job, const struct options *o,
                      const struct places *p, struct err *err)
{
    size_t n, i;
    const char *const *formats = options_list(o, "format", &n);
    cJSON *all = cJSON_CreateArray();
    int failed = 0;

    for (i = 0; i < n && !failed; i++)
        failed = export_one(job, p, formats[i], all, err);
    if (!failed && options_flag(o, "json"))
        return cmd_print_json(all, err);
    cJSON_Delete(all);
    return failed;
}

static enum cmd_exit run(struct options *o, struct err *err)
{
    struct export_job job = {.options = EXPORT_DEFAULTS};
    struct places p = {0};
    size_t n, i;
    const char *const *formats = options_list(o, "format", &n);
    enum cmd_exit code = CMD_USAGE;

    if (n == 0)
        return err_set(err, "which format?  Give --format; "
                            "\"phgen help export\" lists them"),
               CMD_USAGE;
    for (i = 0; i < n; i++)
        if (export_find(formats[i]) == NULL)
            return unknown_format(formats[i], err), CMD_USAGE;
    if (find_places(o, &p, err) != 0) {
        code = CMD_FAILED;
    } else {
        job.rows = p.rows;
        job.controls = p.controls;
        job.extras = p.extras;
        if (take_options(o, &job, err) == 0)
            code = export_all(&job, o, &p, err) == 0 ? CMD_OK : CMD_FAILED;
    }
    places_release(&p);
    return code;
}

const struct command cmd_export = {
    .name = "export",
    .about = "write training and evaluation files from the rows of a run",
    .operands = "RUN",
    .min_operands = 1,
    .max_operands = 1,
    .options = options,
    .run = run,
    .details = details,
    .examples = examples,
};
