/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * `phgen generate`, the main job: options in, a run, files and a summary
 * out.  The run itself is in run/; here is only what a person sees of it.
 *
 * A run that is stopped (Ctrl-C, a limit, no patience left) still writes the
 * files of what it has, and says how it goes on.
 */
#include "base/json.h"
#include "base/log.h"
#include "base/shape.h"
#include "cmd/asking.h"
#include "cmd/cmd.h"
#include "cmd/controlling.h"
#include "cmd/explaining.h"
#include "cmd/progress.h"
#include "cmd/responding.h"
#include "cmd/settings.h"
#include "cmd/stop.h"
#include "cmd/summary.h"
#include "run/telemetry.h"
#include "serve/page.h"

#include <string.h>

#define TURN_MS 100 /* how long Ctrl-C may wait for the engine */

static const struct option_row options[] = {
    {"target-model", 't', OPTION_LIST, "MODEL", 0, 0, NULL,
     "The model that the rows are for: prompts that it refuses are kept.",
     OPTION_CONFIG | OPTION_MODEL},
    {"n", 'n', OPTION_UINT, "ROWS", 1, 10000000, "100",
     "How many rows to make.", OPTION_CONFIG},
    {"out", 'o', OPTION_STRING, "DIR", 0, 0, NULL,
     "The folder of the run; an unfinished run in it is resumed. Default: "
     "output/MODEL-nROWS-sSEED.",
     OPTION_CONFIG | OPTION_DIR},
    {"store", 0, OPTION_STRING, "URL", 0, 0, NULL,
     "Keep the run in this PostgreSQL database, postgresql://USER@HOST/NAME, "
     "where many workers make it together: the same command on each machine. "
     "The password comes from PGPASSWORD or ~/.pgpass.",
     OPTION_CONFIG},
    {"lease", 0, OPTION_REAL, "SECONDS", 1, 3600, "15",
     "With --store, how long a worker may not be heard of until its work goes "
     "to others.",
     OPTION_CONFIG},
    {"seed", 's', OPTION_UINT, "NUMBER", 0, CMD_SEED_MAX, "1",
     "Seed of every random choice: the same seed, options and replies give "
     "the same bytes.",
     OPTION_CONFIG},
    {"generator-model", 0, OPTION_STRING, "MODEL", 0, 0, NULL,
     "The model that writes the prompts. Default: builtin:generator.",
     OPTION_CONFIG | OPTION_MODEL},
    {"judge-model", 'j', OPTION_LIST, "MODEL", 0, 0, NULL,
     "A judge of the panel, which sees the bare prompt; guard models are "
     "asked in their own format (guard=FORMAT:MODEL, or by their name). "
     "Default: the three embedded ones.",
     OPTION_CONFIG | OPTION_MODEL},
    {"votes", 'k', OPTION_UINT, "COUNT", 1, 16, "1",
     "How often each judge votes. What the votes make of a prompt says the "
     "table \"panel\" of the configuration file.",
     OPTION_CONFIG},
    {"witness-model", 0, OPTION_STRING, "MODEL", 0, 0, NULL,
     "The model that must be able to answer the prompt harmlessly. Default: "
     "builtin:witness.",
     OPTION_CONFIG | OPTION_MODEL},
    {"answer-judge-model", 0, OPTION_STRING, "MODEL", 0, 0, NULL,
     "The model that judges the witness's answer. Default: "
     "builtin:answer-judge.",
     OPTION_CONFIG | OPTION_MODEL},
    {"orchestrator-model", 0, OPTION_STRING, "MODEL", 0, 0, NULL,
     "The model that takes the last decision on all evidence. Default: "
     "builtin:orchestrator.",
     OPTION_CONFIG | OPTION_MODEL},
    {"witness-tries", 0, OPTION_UINT, "COUNT", 1, 16, "1",
     "How many answers the witness may try until one is harmless and answers.",
     OPTION_CONFIG},
    {"no-witness", 0, OPTION_FLAG, NULL, 0, 0, NULL,
     "Accept prompts that nobody was asked to answer.", OPTION_CONFIG},
    {"categories", 'c', OPTION_STRING, "LIST", 0, 0, NULL,
     "Only these categories, by slug or number with commas between. Default: "
     "all.",
     OPTION_CONFIG},
    {"shapes", 0, OPTION_STRING, "LIST", 0, 0, SHAPE_MIX_DEFAULT,
     "How much of each shape: NAME=SHARE with commas between, of question, "
     "task (work on a text or code), role, multi-turn and long (a document "
     "goes before the request). Shares are relative to their sum.",
     OPTION_CONFIG},
    {"rounds", 0, OPTION_UINT, "COUNT", 1, 16, "4",
     "How often a prompt may be written before it is given up.", OPTION_CONFIG},
    {"samples", 'm', OPTION_UINT, "COUNT", 1, 16, "3",
     "How often each target is asked.", OPTION_CONFIG},
    {"min-refusals", 0, OPTION_UINT, "COUNT", 1, 16, "2",
     "How many of these answers of one target must be refusals.",
     OPTION_CONFIG},
    {"min-targets", 0, OPTION_UINT, "COUNT", 1, 16, "1",
     "How many of the targets must refuse so often.", OPTION_CONFIG},
    {"temperature", 0, OPTION_REAL, "TEMPERATURE", 0, 2, "0.7",
     "At which the targets are sampled.", OPTION_CONFIG},
    {"first-look", 0, OPTION_REAL, "SHARE", 0, 1, "0",
     "Pass over a target without sampling it when the probability that its "
     "answer opens with a refusal is below this, by the logprobs of its first "
     "tokens; a tenth is sampled all the same, to measure how often that is "
     "right. 0: sample always.",
     OPTION_CONFIG},
    {"refusal-judge", 0, OPTION_STRING, "MODEL", 0, 0, NULL,
     "A model that decides whether an answer refuses where the embedded "
     "classifier is not sure: a chat model, or a guard that judges refusals. "
     "Default: none, the classifier decides.",
     OPTION_CONFIG | OPTION_MODEL},
    {"refusal-unsure", 0, OPTION_REAL, "PROBABILITY", 0.5, 1, "0.9",
     "It is asked about answers that the classifier is less sure of than "
     "this.",
     OPTION_CONFIG},
    {"threshold", 0, OPTION_REAL, "SIMILARITY", 0.2, 1, "0.7",
     "Jaccard similarity of character 5-grams from which two prompts are "
     "near-duplicates.",
     OPTION_CONFIG},
    {"against", 0, OPTION_LIST, "FILE", 0, 0, NULL,
     "Leave out what is near a prompt of this file (JSONL, JSON, CSV, TSV or "
     "plain text): an earlier release, a public benchmark.",
     OPTION_CONFIG | OPTION_FILE},
    {"window", 0, OPTION_UINT, "COUNT", 2, 65536, "256",
     "Candidates on their way at once; a decision may use only what was "
     "decided this many candidates before. More than --concurrency.",
     OPTION_CONFIG},
    {"sampling", 0, OPTION_STRING, "WAY", 0, 0, "adaptive",
     "How paths are drawn from the graph: \"adaptive\" fills the categories "
     "evenly, prefers what was used little and leans toward what the target "
     "refused; \"uniform\" learns nothing.",
     OPTION_CONFIG},
    {"explore", 0, OPTION_REAL, "SHARE", 0, 1, "0.05",
     "The share of paths that are drawn uniformly whatever was learned.",
     OPTION_CONFIG},
    {"prior", 0, OPTION_STRING, "RUN", 0, 0, NULL,
     "Begin with what the run in this folder learned of its target, "
     "discounted: for the next release of a model.",
     OPTION_CONFIG | OPTION_DIR},
    {"patience", 0, OPTION_UINT, "COUNT", 1, 1e9, "5000",
     "Stop when so many candidates in a row gave no row.", OPTION_CONFIG},
    {"graph", 'g', OPTION_STRING, "FILE", 0, 0, NULL,
     "The concept graph, in GraphML. Default: graphs/concepts.graphml of the "
     "data folder.",
     OPTION_CONFIG | OPTION_FILE},
    {"controls", 0, OPTION_FLAG, NULL, 0, 0, NULL,
     "Write the unsafe twins of the harmless rows, as \"phgen controls\" "
     "does.",
     OPTION_CONFIG},
    CMD_ROWS_CONTROLLING,
    {"explain", 0, OPTION_FLAG, NULL, 0, 0, NULL,
     "Measure which words of the rows draw the refusal, as \"phgen explain\" "
     "does.",
     OPTION_CONFIG},
    CMD_ROWS_EXPLAINING,
    {"responses", 0, OPTION_FLAG, NULL, 0, 0, NULL,
     "Write training answers for the rows, as \"phgen respond\" does.",
     OPTION_CONFIG},
    CMD_ROWS_RESPONDING,
    CMD_ROWS_ASKING,
    {"metrics-port", 0, OPTION_UINT, "NUMBER", 0, 65535, NULL,
     "Offer the run's figures to Prometheus while it goes on, at "
     "http://127.0.0.1:NUMBER/metrics; 0 for any port that is free. Default: "
     "nowhere.",
     OPTION_CONFIG},
    {"dry-run", 0, OPTION_FLAG, NULL, 0, 0, NULL,
     "Say what would be done and how many calls that is likely to take; call "
     "nothing, write nothing.",
     0},
    {"json", 0, OPTION_FLAG, NULL, 0, 0, NULL,
     "Print the manifest (of a dry run: the plan) as JSON on standard "
     "output.",
     OPTION_CONFIG},
    {"quiet", 'q', OPTION_FLAG, NULL, 0, 0, NULL,
     "No progress and no summary, only what goes wrong.", OPTION_CONFIG},
    {"version", 0, OPTION_FLAG, NULL, 0, 0, NULL, "Print the version.", 0},
    CMD_ROW_HELP,
    {0},
};

static const char *const details[] = {
    "Makes a dataset of pseudo-harmful prompts for the target model: harmless "
    "requests that merely look dangerous and that this model refuses. "
    "\"generate\" may be left out when an option comes first.",
    "A model is written builtin:NAME (no key, no network), SERVICE:NAME, "
    "http://HOST:PORT/v1#NAME, or as an alias of the configuration file; "
    "\"phgen models\" lists what there is. Keys come from the environment.",
    "A run that was stopped or killed is resumed by the same command; no "
    "reply is paid for twice. Exit status: 0 when all rows are there, 1 when "
    "the run failed or was stopped, 2 when the command line is wrong.",
    NULL,
};

static const struct example examples[] = {
    {"--target-model builtin:cautious --n 1000",
     "No key, no network: the embedded models do all the work."},
    {"--target-model openai:gpt-x --n 200 --max-calls 2000",
     "One key; only the target is asked over the network."},
    {"-t ollama:llama3.2 -n 500 --against last-release.jsonl",
     "Nothing that the last release had."},
    {"-t builtin:cautious -n 10000 --dry-run",
     "What it would do, and how many calls."},
    {"-t openai:gpt-x -n 50000 --store postgresql://phgen@db/release7",
     "A worker; the same line on other machines adds more."},
    {NULL, NULL},
};

static void set_log_level(const struct options *o)
{
    if (options_flag(o, "quiet"))
        log_set_level(LOG_ERROR);
    cmd_set_log(o);
}

static void print_json(const cJSON *tree)
{
    struct str s;

    str_init(&s, 16u << 20);
    json_print(tree, &s);
    puts(s.s);
    str_release(&s);
}

static enum cmd_exit dry_run(const struct settings *s, const struct options *o,
                             struct err *err)
{
    cJSON *plan = run_dry(&s->run, err);

    if (plan == NULL)
        return CMD_FAILED;
    if (options_flag(o, "json"))
        print_json(plan);
    else
        summary_print_plan(plan, s->out, stdout);
    cJSON_Delete(plan);
    return CMD_OK;
}

#define METRICS_MAX (4u << 20)
#define METRICS_SEC 0.5 /* between two sets of figures */

/* Puts the figures up, when the last ones are old enough. */
static void show_metrics(struct page *page, const struct run *r, double *shown)
{
    struct run_progress p;
    struct str text;

    if (page == NULL)
        return;
    run_progress(r, &p);
    if (p.seconds - *shown < METRICS_SEC)
        return;
    *shown = p.seconds;
    str_init(&text, METRICS_MAX);
    telemetry_print(r, &text);
    page_set(page, text.s, text.len);
    str_release(&text);
}

/* Turns the run until it ends; the first signal stops it in good order. */
static enum run_state drive(struct run *r, struct page *page, bool quiet,
                            struct err *err)
{
    struct run_progress numbers;
    struct progress line;
    enum run_state state;
    bool stopping = false;
    double shown = -METRICS_SEC;

    progress_init(&line, quiet);
    do {
        if (stop_wanted() && !stopping) {
            run_stop(r);
            stopping = true;
        }
        state = run_turn(r, TURN_MS, err);
        if (progress_due(&line)) {
            run_progress(r, &numbers);
            progress_show(&line, &numbers);
        }
        show_metrics(page, r, &shown);
    } while (state == RUN_MORE);
    progress_end(&line);
    return state;
}

/* The files, the JSON and the tables of a run that ended, however. */
static int conclude(struct run *r, const struct settings *s,
                    const struct options *o, struct err *err)
{
    cJSON *manifest;

    if (run_finish(r, err) != 0)
        return -1;
    manifest = run_manifest(r, err);
    if (manifest == NULL)
        return -1;
    if (options_flag(o, "json"))
        print_json(manifest);
    if (!options_flag(o, "quiet") && !log_is_json())
        summary_print(manifest, run_net(r), s->out, stderr);
    log_event("summary", manifest);
    cJSON_Delete(manifest);
    return 0;
}

/* 0 also when nobody wants it. */
static int start_metrics(const struct options *o, struct page **page,
                         struct err *err)
{
    *page = NULL;
    if (!options_given(o, "metrics-port"))
        return 0;
    *page = page_start((unsigned)options_uint(o, "metrics-port"), "/metrics",
                       "text/plain; version=0.0.4; charset=utf-8", err);
    if (*page == NULL)
        return err_prefix(err, "--metrics-port");
    log_line(LOG_INFO, "metrics at http://127.0.0.1:%u/metrics",
             page_port(*page));
    return 0;
}

static enum cmd_exit generate(const struct settings *s, const struct options *o,
                              struct err *err)
{
    struct run *r = run_open(&s->run, err);
    enum run_state state;
    struct err why = {""};
    struct page *page;
    int failed;

    if (r == NULL)
        return CMD_FAILED;
    if (start_metrics(o, &page, err) != 0) {
        run_close(r);
        return CMD_FAILED;
    }
    state = drive(r, page, options_flag(o, "quiet") || log_is_json(), &why);
    page_stop(page);
    if (state == RUN_ERROR) {
        *err = why;
        run_close(r);
        return CMD_FAILED;
    }
    failed = conclude(r, s, o, err);
    run_close(r);
    if (state == RUN_STOPPED) {
        log_line(LOG_ERROR, "stopped: %s", why.text);
        log_line(LOG_ERROR,
                 "its files so far are in %s; the same command resumes it",
                 s->out);
    }
    return failed || state == RUN_STOPPED ? CMD_FAILED : CMD_OK;
}

static enum cmd_exit run(struct options *o, struct err *err)
{
    struct settings s;
    enum cmd_exit code;

    if (options_flag(o, "version")) {
        printf("phgen %s\n", PHGEN_VERSION);
        return CMD_OK;
    }
    stop_on_signals();
    code = settings_load(&s, o, err);
    if (code == CMD_OK) {
        set_log_level(o);
        code = options_flag(o, "dry-run") ? dry_run(&s, o, err)
                                          : generate(&s, o, err);
        if (code == CMD_OK && options_flag(o, "responses") &&
            !options_flag(o, "dry-run"))
            code = responding_run(s.out, o, err);
        if (code == CMD_OK && options_flag(o, "controls") &&
            !options_flag(o, "dry-run"))
            code = controlling_run(s.out, o, err);
        if (code == CMD_OK && options_flag(o, "explain") &&
            !options_flag(o, "dry-run"))
            code = explaining_run(s.out, o, err);
    }
    settings_release(&s);
    return code;
}

const struct command cmd_generate = {
    .name = "generate",
    .about = "make a dataset for a model",
    .operands = "",
    .options = options,
    .run = run,
    .details = details,
    .examples = examples,
};
