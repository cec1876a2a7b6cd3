/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * `phgen generate`, the main job: options in, a run, files and a summary
 * out.  The run itself is in run/; here is only what a person sees of it.
 *
 * A run that is stopped (Ctrl-C, a limit, no patience left) still writes the
 * files of what it has, and says how it goes on.
 */
#include "cmd/asking.h"
#include "cmd/cmd.h"
#include "cmd/controlling.h"
#include "cmd/explaining.h"
#include "cmd/generating.h"
#include "cmd/planned.h"
#include "cmd/responding.h"
#include "cmd/settings.h"
#include "cmd/stop.h"

static const struct option_row options[] = {
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
    {"categories", 'c', OPTION_STRING, "LIST", 0, 0, NULL,
     "Only these categories, by slug or number with commas between. Default: "
     "all.",
     OPTION_CONFIG},
    {"prior", 0, OPTION_STRING, "RUN", 0, 0, NULL,
     "Begin with what the run in this folder learned of its target, "
     "discounted: for the next release of a model.",
     OPTION_CONFIG | OPTION_DIR},
    CMD_ROWS_GENERATING,
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

static enum cmd_exit dry_run(const struct settings *s, const struct options *o,
                             struct err *err)
{
    cJSON *plan = run_dry(&s->run, err);

    if (plan == NULL)
        return CMD_FAILED;
    if (options_flag(o, "json"))
        generating_print_json(plan);
    else
        planned_print(plan, s->out, stdout);
    cJSON_Delete(plan);
    return CMD_OK;
}

/* The files and the tables of a run that ended, however. */
static int conclude(struct run *r, const struct settings *s,
                    const struct options *o, struct err *err)
{
    return run_finish(r, err) != 0 ? -1 : generating_tell(r, s, o, err);
}

static enum cmd_exit make(struct page *page, const struct settings *s,
                          const struct options *o, struct err *err)
{
    struct run *r = run_open(&s->run, err);
    enum run_state state;
    struct err why = {""};
    int failed;

    if (r == NULL)
        return CMD_FAILED;
    state = generating_drive(r, page, o, &why);
    if (state == RUN_ERROR) {
        *err = why;
        run_close(r);
        return CMD_FAILED;
    }
    failed = conclude(r, s, o, err);
    run_close(r);
    if (state == RUN_STOPPED)
        generating_tell_stopped(s, &why);
    return failed || state == RUN_STOPPED ? CMD_FAILED : CMD_OK;
}

static enum cmd_exit generate(const struct settings *s, const struct options *o,
                              struct err *err)
{
    struct page *page;
    enum cmd_exit code;

    if (generating_listen(o, &page, err) != 0)
        return CMD_FAILED;
    code = make(page, s, o, err);
    page_stop(page);
    return code;
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
        generating_set_log(o);
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
