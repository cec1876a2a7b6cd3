/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * `phgen eval`: models measured on sets of prompts.  The work is run/eval.h's;
 * here are the options, the progress line and the tables.
 */
#include "base/file.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/log.h"
#include "base/text.h"
#include "cmd/asking.h"
#include "cmd/cmd.h"
#include "cmd/eval_table.h"
#include "cmd/progress.h"
#include "cmd/stop.h"
#include "run/defense.h"
#include "run/eval.h"
#include "run/trial.h"

#include <stdlib.h>
#include <string.h>

#define TURN_MS    100
#define FILES_MAX  OPTION_LIST_MAX
#define SYSTEM_MAX (256u << 10) /* bytes of --system-prompt */

static const struct option_row options[] = {
    {"data", 'd', OPTION_LIST, "FILE", 0, 0, NULL,
     "Rows to ask: a file (JSONL, JSON, CSV, TSV, plain text, also packed) or "
     "the folder of a run, whose controls belong to it. Operands are more of "
     "them.",
     OPTION_FILE},
    {"model", 'm', OPTION_LIST, "MODEL", 0, 0, NULL, "A model to measure.",
     OPTION_MODEL},
    {"samples", 0, OPTION_UINT, "COUNT", 1, TRIAL_SAMPLES_MAX, "1",
     "Answers to each row.", 0},
    {"temperature", 0, OPTION_REAL, "TEMPERATURE", 0, 2, "0.7",
     "Of these answers.", 0},
    {"system-prompt", 0, OPTION_STRING, "FILE", 0, 0, NULL,
     "Also measure each model with the text of this file as its system "
     "message.",
     OPTION_FILE},
    {"defense", 0, OPTION_LIST, "NAME", 0, 0, NULL,
     "Also measure each model with this row of seeds/defenses.yaml.", 0},
    {"rephrase-model", 0, OPTION_STRING, "MODEL", 0, 0, "builtin:rephraser",
     "The model that words requests anew for --defense rephrase. The embedded "
     "one only swaps words.",
     OPTION_MODEL},
    {"column", 0, OPTION_STRING, "NAME", 0, 0, NULL,
     "The column or member that holds the prompt. Default: the first known "
     "one (prompt, question, text, ...), and the conversation before it.",
     0},
    {"label", 0, OPTION_STRING, "LABEL", 0, 0, NULL,
     "What rows without a label are: harmless, controversial or harmful. "
     "Default: they are counted apart.",
     0},
    {"seed", 's', OPTION_UINT, "NUMBER", 0, CMD_SEED_MAX, "1",
     "Seed of the answers and of the bootstrap.", 0},
    {"out", 'o', OPTION_STRING, "DIR", 0, 0, NULL,
     "Folder for the results. Default: output/eval-HASH, by the options.",
     OPTION_DIR},
    CMD_ROWS_ASKING,
    {"json", 0, OPTION_FLAG, NULL, 0, 0, NULL,
     "Print the summary as JSON, not as tables.", 0},
    {"quiet", 'q', OPTION_FLAG, NULL, 0, 0, NULL,
     "No progress and no tables, only what goes wrong.", OPTION_CONFIG},
    CMD_ROW_HELP,
    {0},
};

static const char *const details[] = {
    "Asks every model every row and says how much it over-refuses: false "
    "refusals of harmless rows and of controversial ones apart, partial "
    "refusals apart, refusals of the harmful rows, which should be refused; "
    "by category, domain and file, with reasons and intervals. Models and "
    "variants are compared on the same rows, and the trade-off between "
    "over-refusal and safety says who is on its front.",
    "Published sets (XSTest, XSB, OR-Bench, PHTest, FalseReject, "
    "WildGuardTest) are told by their columns, which give the rows their "
    "labels; --label says what the rows of other files are.",
    "The folder gets results.jsonl, a line a row, model and variant, and "
    "eval.json. The same command goes on where it was stopped and pays for "
    "nothing twice. docs/eval.md says what the figures mean.",
    NULL,
};

static const struct example examples[] = {
    {"eval --data output/demo --model builtin:cautious --model "
     "builtin:balanced",
     "A run's rows and controls, on two models."},
    {"eval --data xstest_prompts.csv --model openai:gpt-x --samples 3 "
     "--max-cost 5",
     "XSTest, three answers each, for at most 5 dollars."},
    {"eval --data output/demo --model openai:gpt-x --system-prompt my.txt "
     "--defense ignore-word",
     "What a system prompt and a mitigation change."},
    {NULL, NULL},
};

struct job {
    struct evalset *set;
    struct defenses *defenses;
    struct str system; /* of --system-prompt */
    struct defense own;
    struct eval_options eval;
    char *folder;
};

/* --- what is asked for --- */

static int read_data(struct job *j, const struct options *o, struct err *err)
{
    const char *label = options_string(o, "label");
    struct evalset_options s = {.column = options_string(o, "column"),
                                .group = RESULT_UNLABELED};
    size_t n, i;
    const char *const *data = options_list(o, "data", &n);

    if (label != NULL) {
        s.group = result_group_find(label);
        if (s.group == RESULT_UNLABELED)
            return err_set(err,
                           "--label takes \"harmless\", \"controversial\" or "
                           "\"harmful\", not \"%.60s\"",
                           label);
    }
    j->set = evalset_new(&s, err);
    if (j->set == NULL)
        return -1;
    for (i = 0; i < n; i++)
        if (evalset_add(j->set, data[i], err) != 0)
            return -1;
    for (i = 0; i < options_operands(o); i++)
        if (evalset_add(j->set, options_operand(o, i), err) != 0)
            return -1;
    if (evalset_size(j->set) == 0)
        return err_set(err, "there are no rows to ask; name files or runs "
                            "with --data");
    return 0;
}

static int take_models(struct job *j, const struct options *o, struct err *err)
{
    size_t i, k;

    j->eval.models = options_list(o, "model", &j->eval.nmodels);
    if (j->eval.nmodels == 0)
        return err_set(err, "no model is named; give --model, for example "
                            "--model builtin:cautious");
    if (j->eval.nmodels > DESK_MODELS_MAX)
        return err_set(err, "more than %d models", DESK_MODELS_MAX);
    for (i = 0; i < j->eval.nmodels; i++)
        for (k = 0; k < i; k++)
            if (strcmp(j->eval.models[i], j->eval.models[k]) == 0)
                return err_set(err, "--model %.100s is given twice",
                               j->eval.models[i]);
    return 0;
}

static int add_variant(struct job *j, const struct defense *v, struct err *err)
{
    size_t i;

    for (i = 0; i < j->eval.nvariants; i++)
        if (strcmp(j->eval.variants[i]->name, v->name) == 0)
            return err_set(err, "the variant \"%.60s\" is given twice",
                           v->name);
    if (j->eval.nvariants == EVAL_VARIANTS_MAX)
        return err_set(err, "more than %d variants", EVAL_VARIANTS_MAX);
    j->eval.variants[j->eval.nvariants++] = v;
    return 0;
}

static int take_system(struct job *j, const char *path, struct err *err)
{
    if (file_read(path, &j->system, err) != 0)
        return -1;
    if (!text_valid(j->system.s, j->system.len))
        return err_set(err, "%s is not valid UTF-8", path);
    if (j->system.len == 0)
        return err_set(err, "%s is empty: there is no system prompt in it",
                       path);
    j->own = (struct defense){.name = "system-prompt",
                              .about = "the text of --system-prompt",
                              .kind = DEFENSE_SYSTEM,
                              .text = j->system.s};
    return add_variant(j, &j->own, err);
}

static int take_variants(struct job *j, const char *seeds,
                         const struct options *o, struct err *err)
{
    const char *path = options_string(o, "system-prompt");
    size_t n, i;
    const char *const *names = options_list(o, "defense", &n);
    const struct defense *d;

    j->defenses = defenses_load(seeds, err);
    if (j->defenses == NULL || add_variant(j, &DEFENSE_NONE, err) != 0 ||
        (path != NULL && take_system(j, path, err) != 0))
        return -1;
    for (i = 0; i < n; i++) {
        d = defense_find(j->defenses, names[i], err);
        if (d == NULL || add_variant(j, d, err) != 0)
            return -1;
    }
    return 0;
}

/* The folder of the options, else one that the same options lead to again. */
static int take_folder(struct job *j, const struct options *o, struct err *err)
{
    const char *given = options_string(o, "out");
    char hex[HASH_HEX];
    struct str text;
    cJSON *config;

    str_init(&text, 16u << 20);
    if (given != NULL) {
        str_adds(&text, given);
    } else {
        config = eval_config(j->set, &j->eval);
        json_print(config, &text);
        cJSON_Delete(config);
        hash_hex(hash_bytes(text.s, text.len), hex);
        str_clear(&text);
        str_addf(&text, "output/eval-%.8s", hex);
    }
    j->folder = str_detach(&text);
    j->eval.folder = j->folder;
    if (j->folder == NULL)
        return err_nomem(err);
    return file_make_dir(j->folder, err);
}

/* --- the work --- */

static enum eval_state drive(struct eval *e, bool quiet, struct err *err)
{
    struct eval_counts n;
    enum eval_state state;
    struct progress line;
    bool stopping = false;

    progress_init(&line, quiet);
    do {
        if (stop_wanted() && !stopping) {
            eval_stop(e);
            stopping = true;
        }
        state = eval_turn(e, TURN_MS, err);
        if (progress_due(&line)) {
            n = eval_counts(e);
            progress_text(&line, "%llu of %llu asked, %llu refused",
                          (unsigned long long)n.done, (unsigned long long)n.all,
                          (unsigned long long)n.refused);
        }
    } while (state == EVAL_MORE);
    progress_end(&line);
    return state;
}

static enum cmd_exit conclude(struct eval *e, const struct job *j,
                              const struct options *o, struct err *err)
{
    cJSON *summary = eval_finish(e, err);
    bool quiet = options_flag(o, "quiet");
    int failed = 0;

    if (summary == NULL)
        return CMD_FAILED;
    if (!options_flag(o, "json") && !quiet)
        eval_table_print(summary, stdout);
    if (options_flag(o, "json"))
        failed = cmd_print_json(summary, err);
    else
        cJSON_Delete(summary);
    if (!quiet)
        log_line(LOG_INFO, "results are in %s", j->folder);
    return failed ? CMD_FAILED : CMD_OK;
}

static enum cmd_exit evaluate(struct job *j, struct desk *desk,
                              const struct options *o, struct err *err)
{
    struct eval *e = eval_new(desk, j->set, &j->eval, err);
    enum cmd_exit code = CMD_FAILED;
    enum eval_state state;

    if (e == NULL)
        return CMD_FAILED;
    state = drive(e, options_flag(o, "quiet") || log_is_json(), err);
    if (state == EVAL_DONE)
        code = conclude(e, j, o, err);
    else if (state == EVAL_STOPPED)
        err_prefix(err, "stopped, with the answers so far kept in %s",
                   j->folder);
    eval_free(e);
    return code;
}

static enum cmd_exit open_and_evaluate(struct job *j, struct options *o,
                                       struct err *err)
{
    char *path = file_join(j->folder, EVAL_STORE);
    enum cmd_exit code;
    struct asking a;

    if (path == NULL) {
        err_nomem(err);
        return CMD_FAILED;
    }
    code = asking_open(&a, o, path, NULL, err);
    if (code == CMD_OK)
        code = evaluate(j, a.desk, o, err);
    asking_close(&a);
    free(path);
    return code;
}

static enum cmd_exit run(struct options *o, struct err *err)
{
    struct job j = {.eval = {.samples = (uint32_t)options_uint(o, "samples"),
                             .temperature = options_real(o, "temperature"),
                             .rephraser = options_string(o, "rephrase-model"),
                             .seed = options_uint(o, "seed")}};
    char *seeds = cmd_data_path(o, "seeds", err);
    enum cmd_exit code = CMD_FAILED;

    stop_on_signals();
    str_init(&j.system, SYSTEM_MAX);
    if (seeds == NULL || take_models(&j, o, err) != 0 ||
        take_variants(&j, seeds, o, err) != 0)
        code = CMD_USAGE;
    else if (read_data(&j, o, err) == 0 && take_folder(&j, o, err) == 0)
        code = open_and_evaluate(&j, o, err);
    free(seeds);
    evalset_free(j.set);
    defenses_free(j.defenses);
    str_release(&j.system);
    free(j.folder);
    return code;
}

const struct command cmd_eval = {
    .name = "eval",
    .about = "measure models on sets of prompts",
    .operands = "[FILE]...",
    .min_operands = 0,
    .max_operands = FILES_MAX,
    .options = options,
    .run = run,
    .details = details,
    .examples = examples,
};
