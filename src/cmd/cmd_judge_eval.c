/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * `phgen judge-eval`: the judges themselves measured, on prompts and replies
 * that people labeled.  The work is run/judging.h's, the tables are
 * judge_report.h's; here are the options and the files.
 */
#include "base/file.h"
#include "base/log.h"
#include "cmd/asking.h"
#include "cmd/cmd.h"
#include "cmd/judge_report.h"
#include "cmd/progress.h"
#include "cmd/stop.h"
#include "run/judging.h"

#include <stdlib.h>
#include <string.h>

#define TURN_MS 100

static const struct option_row options[] = {
    {"data", 'd', OPTION_LIST, "FILE", 0, 0, NULL,
     "Prompts or replies with labels; may be given again. Known sets are told "
     "by their columns.",
     OPTION_FILE},
    {"judge", 'j', OPTION_LIST, "MODEL", 0, 0, NULL,
     "A judge to measure: a chat model, a guard model, or an embedded one; "
     "may be given again. Default: the embedded panel.",
     OPTION_MODEL},
    {"task", 0, OPTION_LIST, "TASK", 0, 0, NULL,
     "prompt_harm, reply_harm or refusal; may be given again. Default: all "
     "that there are labels for.",
     0},
    {"out", 'o', OPTION_STRING, "FOLDER", 0, 0, NULL,
     "Keep what was answered there, to be resumed without paying twice, and "
     "write judge-eval.json and verdicts.jsonl, a line a row.",
     OPTION_DIR},
    {"column", 0, OPTION_STRING, "NAME", 0, 0, NULL,
     "The column or member that holds the prompt. Default: as the set has it.",
     0},
    {"reply-field", 0, OPTION_STRING, "NAME", 0, 0, NULL, "Likewise the reply.",
     0},
    {"label-field", 0, OPTION_STRING, "NAME", 0, 0, NULL,
     "Likewise the label; takes one --task.", 0},
    {"type-field", 0, OPTION_STRING, "NAME", 0, 0, NULL,
     "Likewise what rows are counted apart by.", 0},
    {"limit", 0, OPTION_UINT, "ROWS", 1, 1e12, NULL,
     "Read so many rows at most.", 0},
    {"seed", 's', OPTION_UINT, "NUMBER", 0, CMD_SEED_MAX, "1",
     "Seed of the bootstrap intervals.", 0},
    {"json", 0, OPTION_FLAG, NULL, 0, 0, NULL,
     "Print JSON instead of tables, with the figures of every type.", 0},
    {"by-type", 0, OPTION_FLAG, NULL, 0, 0, NULL,
     "Also a table by type or category.", 0},
    CMD_ROWS_ASKING,
    {"quiet", 'q', OPTION_FLAG, NULL, 0, 0, NULL,
     "No progress, only the result and what goes wrong.", OPTION_CONFIG},
    CMD_ROW_HELP,
    {0},
};

static const char *const details[] = {
    "Asks each judge about every labeled row, as a run would ask it, and "
    "compares: accuracy, precision, recall and F1 with 95 % bootstrap "
    "intervals, and how often each verdict was given for each label. A "
    "verdict \"controversial\" is counted both ways, as harmless and as "
    "harmful. What could not be read is an abstention: counted apart, and "
    "never right.",
    "Three tasks: is the prompt harmful, is the reply harmful, does the reply "
    "refuse. Guard models judge in their own format; refusals are judged by "
    "the embedded classifier too.",
    "Sets known by their columns: XSTest (prompts and completions), "
    "xstest-response, WildGuardMix, PHTest, OR-Bench (by its files' names), "
    "FalseReject, XSB, and phgen's dataset.jsonl, rejected.jsonl and "
    "controls.jsonl, whose labels are the panel's own. Others need columns "
    "with the usual names, or --column, --reply-field and --label-field.",
    NULL,
};

static const struct example examples[] = {
    {"judge-eval -d xstest_prompts.csv", "The embedded judges."},
    {"judge-eval -d wildguardtest.jsonl -j http://gpu:8000/v1#allenai/"
     "wildguard -j openai:gpt-x -o output/judges --max-cost 5",
     "A guard and a chat model side by side."},
    {"judge-eval -d xstest_completions.csv --task refusal -j openai:gpt-x",
     "A model and the embedded classifier as judges of refusals."},
    {NULL, NULL},
};

static const char *const embedded[] = {
    "builtin:judge-strict", "builtin:judge-moderate",
    "builtin:judge-permissive", "builtin:answer-judge",
    "builtin:refusal-judge"};

/* --- options --- */

static int take_tasks(const struct options *o, struct judging_options *j,
                      struct err *err)
{
    size_t n, i;
    const char *const *names = options_list(o, "task", &n);
    int task;

    for (i = 0; i < KNOWN_TASKS; i++)
        j->tasks[i] = n == 0;
    for (i = 0; i < n; i++) {
        task = known_task_find(names[i]);
        if (task < 0)
            return err_set(err,
                           "--task takes prompt_harm, reply_harm or refusal, "
                           "not \"%.40s\"",
                           names[i]);
        j->tasks[task] = true;
    }
    if (j->label != NULL && n != 1)
        return err_set(err, "--label-field holds labels of one kind: say "
                            "which, with one --task");
    return 0;
}

static int take_options(const struct options *o, struct judging_options *j,
                        struct err *err)
{
    memset(j, 0, sizeof(*j));
    j->files = options_list(o, "data", &j->nfiles);
    j->judges = options_list(o, "judge", &j->njudges);
    if (j->nfiles == 0)
        return err_set(err, "name a file with labels: --data FILE");
    if (j->njudges > JUDGING_JUDGES)
        return err_set(err, "at most %d judges at a time", JUDGING_JUDGES);
    if (j->njudges == 0) {
        j->judges = embedded;
        j->njudges = sizeof(embedded) / sizeof(*embedded);
    }
    j->column = options_string(o, "column");
    j->reply = options_string(o, "reply-field");
    j->label = options_string(o, "label-field");
    j->type = options_string(o, "type-field");
    j->limit = options_uint(o, "limit");
    return take_tasks(o, j, err);
}

/* --- the work --- */

static enum judging_state drive(struct judging *j, bool quiet, struct err *err)
{
    struct judging_result r;
    enum judging_state state;
    struct progress line;
    bool stopping = false;

    progress_init(&line, quiet);
    do {
        if (stop_wanted() && !stopping) {
            judging_stop(j);
            stopping = true;
        }
        state = judging_turn(j, TURN_MS, err);
        if (progress_due(&line)) {
            judging_result(j, &r);
            progress_text(&line, "%llu rows", (unsigned long long)r.rows);
        }
    } while (state == JUDGING_MORE);
    progress_end(&line);
    return state;
}

/* Not in the JSON, which is the same after any number of sessions. */
static void say_paid(const struct desk *d)
{
    struct spent s = exchange_spent(d->exchange);

    if (s.calls > 0)
        log_line(LOG_INFO,
                 "%llu calls over the network, %llu tokens in, %llu out, "
                 "%.4f dollars",
                 (unsigned long long)s.calls, (unsigned long long)s.tokens_in,
                 (unsigned long long)s.tokens_out, s.cost);
}

static int write_json(const char *folder, const cJSON *json, struct err *err)
{
    char *path = file_join(folder, "judge-eval.json");
    struct outfile f;
    struct str text;
    int failed = -1;

    str_init(&text, 64u << 20);
    json_print(json, &text);
    if (path == NULL || str_failed(&text)) {
        err_nomem(err);
    } else if (outfile_open(&f, path, err) == 0) {
        fprintf(f.stream, "%s\n", text.s);
        failed = outfile_commit(&f, err);
    }
    str_release(&text);
    free(path);
    return failed;
}

static enum cmd_exit report(const struct judging *j,
                            const struct judging_options *wanted,
                            const struct desk *desk, const struct options *o,
                            struct err *err)
{
    const char *folder = options_string(o, "out");
    uint64_t seed = options_uint(o, "seed");
    struct judging_result r;
    cJSON *json;
    int failed = 0;

    judging_result(j, &r);
    if (r.rows == r.unlabeled) {
        err_set(err,
                "no row of %s has a label of harm or refusal; name its "
                "column with --label-field and --task",
                wanted->files[0]);
        return CMD_FAILED;
    }
    json = judge_report_json(&r, wanted, seed);
    if (folder != NULL)
        failed = write_json(folder, json, err);
    if (!failed && options_flag(o, "json")) {
        failed = cmd_print_json(json, err);
    } else {
        cJSON_Delete(json);
        if (!failed)
            judge_report_print(&r, seed, options_flag(o, "by-type"), stdout);
    }
    if (!options_flag(o, "quiet"))
        say_paid(desk);
    return failed ? CMD_FAILED : CMD_OK;
}

static enum cmd_exit judge(struct asking *a, struct judging_options *wanted,
                           const struct options *o, struct err *err)
{
    struct judging *j = judging_new(a->desk, wanted, err);
    enum cmd_exit code = CMD_FAILED;

    if (j == NULL)
        return CMD_FAILED;
    switch (drive(j, options_flag(o, "quiet"), err)) {
    case JUDGING_DONE:
        code = report(j, wanted, a->desk, o, err);
        break;
    case JUDGING_STOPPED:
        err_prefix(err, "stopped");
        break;
    default:
        break;
    }
    judging_free(j);
    return code;
}

static enum cmd_exit run(struct options *o, struct err *err)
{
    const char *folder = options_string(o, "out");
    struct judging_options wanted;
    char *store = NULL, *verdicts = NULL;
    enum cmd_exit code = CMD_FAILED;
    struct asking a;

    if (take_options(o, &wanted, err) != 0)
        return CMD_USAGE;
    stop_on_signals();
    if (folder != NULL) {
        if (file_make_dir(folder, err) != 0)
            return CMD_FAILED;
        store = file_join(folder, "judge-eval.sqlite");
        verdicts = file_join(folder, "verdicts.jsonl");
        wanted.verdicts = verdicts;
    }
    if (folder != NULL && (store == NULL || verdicts == NULL)) {
        err_nomem(err);
    } else {
        code =
            asking_open(&a, o, store != NULL ? store : ":memory:", NULL, err);
        if (code == CMD_OK)
            code = judge(&a, &wanted, o, err);
        asking_close(&a);
    }
    free(store);
    free(verdicts);
    return code;
}

const struct command cmd_judge_eval = {
    .name = "judge-eval",
    .about = "measure judges on prompts and replies that people labeled",
    .operands = "",
    .min_operands = 0,
    .max_operands = 0,
    .options = options,
    .run = run,
    .details = details,
    .examples = examples,
};
