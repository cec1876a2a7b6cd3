/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * `phgen refresh`: the next version of a dataset, for a new model.  The work
 * is run/refresh.h's.
 *
 * What neither the command line nor the configuration file says is as it was
 * in the earlier run: a definition must not change because somebody forgot an
 * option.
 */
#include "base/json.h"
#include "base/log.h"
#include "base/shape.h"
#include "base/text.h"
#include "cmd/asking.h"
#include "cmd/cmd.h"
#include "cmd/generating.h"
#include "cmd/planned.h"
#include "cmd/progress.h"
#include "cmd/settings.h"
#include "cmd/stop.h"
#include "run/changes.h"
#include "run/files.h"
#include "run/refresh.h"

#include <stdlib.h>
#include <string.h>

#define TURN_MS 100

static const struct option_row options[] = {
    {"n", 'n', OPTION_UINT, "ROWS", 1, 10000000, NULL,
     "How many rows the new version has. Default: as many as the old one.", 0},
    {"pool", 0, OPTION_LIST, "MODEL", 0, 0, NULL,
     "A model of the pool: what it still refuses stays in the dataset, as "
     "\"fixed\", though the new target does not refuse it. Without a pool only "
     "the target counts.",
     OPTION_MODEL},
    {"out", 'o', OPTION_STRING, "DIR", 0, 0, NULL,
     "The folder of the new version; an unfinished refresh in it is resumed. "
     "Default: RUN-MODEL.",
     OPTION_DIR},
    CMD_ROWS_GENERATING,
    CMD_ROWS_ASKING,
    {"dry-run", 0, OPTION_FLAG, NULL, 0, 0, NULL,
     "Say how many calls, tokens and dollars testing again takes, and what "
     "rows made anew are likely to take; call nothing, write nothing.",
     0},
    {"json", 0, OPTION_FLAG, NULL, 0, 0, NULL,
     "Print the manifest (of a dry run: the plan) as JSON on standard "
     "output.",
     OPTION_CONFIG},
    {"quiet", 'q', OPTION_FLAG, NULL, 0, 0, NULL,
     "No progress and no summary, only what goes wrong.", OPTION_CONFIG},
    CMD_ROW_HELP,
    {0},
};

static const char *const details[] = {
    "Tests the rows of an earlier run on a new target model. A row is "
    "persistent when the new target refuses it too, fixed when it does not "
    "but a model of the pool does, and retired, so no longer in the dataset, "
    "when nobody refuses it any more. Rows that were lost are made anew in "
    "the same categories, screened against every earlier release, until "
    "there are --n rows.",
    "The new folder is a run like any other, with a version (major: the "
    "definition of a row changed; minor: another target; patch: the same), "
    "the lineage in its manifest, and the change report in changes.json and "
    "CHANGES.md. A fixed part of the first release, the canaries, is tested "
    "in every refresh to measure drift.",
    "Options that are not given are as they were in the earlier run, and the "
    "seed is the next one. A "
    "refresh that was stopped or killed is resumed by the same command; no "
    "reply is paid for twice.",
    NULL,
};

static const struct example examples[] = {
    {"refresh output/demo --target-model openai:gpt-y",
     "The next version, for the model's next release."},
    {"refresh output/demo --target-model openai:gpt-y --dry-run",
     "What that would take, before anything is paid for."},
    {"refresh output/demo -t builtin:balanced --pool builtin:cautious "
     "--n 500 --out output/demo-2",
     "What the cautious model still refuses stays in."},
    {NULL, NULL},
};

/* --- what the earlier run says --- */

enum kind { NUMBER, TEXT, SHAPES_OF, UNLESS };

/* Members of the earlier configuration, by the options that they come from. */
static const struct {
    const char *option, *member;
    enum kind kind;
} inherited[] = {
    {"samples", "samples", NUMBER},
    {"min-refusals", "min_refusals", NUMBER},
    {"rounds", "rounds", NUMBER},
    {"temperature", "temperature", NUMBER},
    {"first-look", "first_look", NUMBER},
    {"refusal-unsure", "refusal_unsure", NUMBER},
    {"witness-tries", "witness_tries", NUMBER},
    {"votes", "votes", NUMBER},
    {"threshold", "threshold", NUMBER},
    {"explore", "explore", NUMBER},
    {"sampling", "sampling", TEXT},
    {"shapes", "shapes", SHAPES_OF},
    {"no-witness", "witness_required", UNLESS},
};

/* The same of its models, a spec or a list of them. */
static const struct {
    const char *option, *member;
} agents[] = {
    {"generator-model", "generator"},
    {"judge-model", "judges"},
    {"witness-model", "witness"},
    {"answer-judge-model", "answer_judge"},
    {"orchestrator-model", "orchestrator"},
    {"refusal-judge", "refusal_judge"},
};

static void add_shapes(const cJSON *shapes, struct str *out)
{
    const cJSON *share;

    cJSON_ArrayForEach(share, shapes)
    {
        str_addf(out, "%s%s=%.15g", out->len > 0 ? "," : "", share->string,
                 share->valuedouble);
    }
}

/* Appends what a user would have written; nothing when there is no such. */
static void as_written(const cJSON *v, enum kind kind, struct str *out)
{
    if (kind == NUMBER && cJSON_IsNumber(v))
        str_addf(out, "%.15g", v->valuedouble);
    if (kind == TEXT && cJSON_IsString(v))
        str_adds(out, v->valuestring);
    if (kind == UNLESS && cJSON_IsFalse(v))
        str_adds(out, "true");
    if (kind == SHAPES_OF && cJSON_IsObject(v))
        add_shapes(v, out);
}

static int inherit_numbers(struct options *o, const cJSON *config,
                           struct err *err)
{
    struct str text;
    int failed = 0;
    size_t i;

    str_init(&text, 4096);
    for (i = 0; !failed && i < sizeof(inherited) / sizeof(*inherited); i++) {
        if (options_given(o, inherited[i].option))
            continue;
        str_clear(&text);
        as_written(
            cJSON_GetObjectItemCaseSensitive(config, inherited[i].member),
            inherited[i].kind, &text);
        if (text.len > 0)
            failed = options_set(o, inherited[i].option, text.s, err);
    }
    str_release(&text);
    return failed;
}

/* The next one: the same draws would lead to the same prompts again, which
 * are screened out. */
static int next_seed(struct options *o, const cJSON *config, struct err *err)
{
    double seed = json_number(config, "seed", 0);
    char text[32];

    if (options_given(o, "seed") || !(seed >= 0 && seed < CMD_SEED_MAX))
        return 0;
    snprintf(text, sizeof(text), "%.0f", seed + 1);
    return options_set(o, "seed", text, err);
}

static int inherit_agent(struct options *o, const char *option, const cJSON *v,
                         struct err *err)
{
    const cJSON *item;

    if (cJSON_IsString(v))
        return options_set(o, option, v->valuestring, err);
    if (!cJSON_IsArray(v))
        return 0;
    cJSON_ArrayForEach(item, v)
    {
        if (cJSON_IsString(item) &&
            options_set(o, option, item->valuestring, err) != 0)
            return -1;
    }
    return 0;
}

static int inherit_agents(struct options *o, const cJSON *models,
                          struct err *err)
{
    size_t i;

    for (i = 0; i < sizeof(agents) / sizeof(*agents); i++)
        if (!options_given(o, agents[i].option) &&
            inherit_agent(
                o, agents[i].option,
                cJSON_GetObjectItemCaseSensitive(models, agents[i].member),
                err) != 0)
            return -1;
    return 0;
}

/* RUN-MODEL, beside the earlier run. */
static int default_out(struct options *o, const char *old, struct err *err)
{
    size_t n, i, len = strlen(old);
    const char *const *targets = options_list(o, "target-model", &n);
    struct str out;
    int failed;

    if (options_given(o, "out") || n == 0)
        return 0;
    while (len > 1 && old[len - 1] == '/')
        len--;
    str_init(&out, 1 << 16);
    str_add(&out, old, len);
    for (i = 0; i < n; i++) {
        str_addc(&out, i > 0 ? '+' : '-');
        settings_add_slug(&out, targets[i]);
    }
    failed = options_set(o, "out", out.s, err);
    str_release(&out);
    return failed;
}

static int inherit(struct options *o, const char *old, struct err *err)
{
    cJSON *manifest = files_read_manifest(old, err);
    int failed;

    if (manifest == NULL)
        return err_prefix(err, "%s is no run that can be refreshed", old);
    failed =
        inherit_numbers(o, json_object(manifest, "config"), err) != 0 ||
                next_seed(o, json_object(manifest, "config"), err) != 0 ||
                inherit_agents(o, json_object(manifest, "models"), err) != 0
            ? err_prefix(err, "%s/" FILES_MANIFEST, old)
            : default_out(o, old, err);
    cJSON_Delete(manifest);
    return failed;
}

/* --- the two steps that take time --- */

static enum refresh_step retest(struct refresh *f, const struct options *o,
                                struct err *err)
{
    bool stopping = false;
    struct progress line;
    enum refresh_step got;
    uint64_t done, all;

    progress_init(&line, options_flag(o, "quiet") || log_is_json());
    do {
        if (stop_wanted() && !stopping) {
            refresh_stop(f);
            stopping = true;
        }
        got = refresh_turn(f, TURN_MS, err);
        if (progress_due(&line)) {
            refresh_progress(f, &done, &all);
            progress_text(&line, "%llu of %llu rows tested again",
                          (unsigned long long)done, (unsigned long long)all);
        }
    } while (got == REFRESH_MORE);
    progress_end(&line);
    return got;
}

static void tell(const struct refresh *f, const struct settings *s,
                 const cJSON *manifest)
{
    const cJSON *n =
        json_object(json_object(manifest, CHANGES_RELEASE), "counts");

    log_line(LOG_INFO,
             "version %s: of %.0f rows %.0f persistent, %.0f fixed, %.0f "
             "retired, %.0f untested; %.0f new; %s/" CHANGES_PAGE
             " has the rest",
             refresh_version(f), json_number(n, "before", 0),
             json_number(n, "persistent", 0), json_number(n, "fixed", 0),
             json_number(n, "retired", 0), json_number(n, "untested", 0),
             json_number(n, "new", 0), s->out);
    if (json_number(n, "rows", 0) > json_number(n, "wanted", 0))
        log_line(LOG_WARN,
                 "%.0f rows stay, which is more than --n %.0f; none was left "
                 "out",
                 json_number(n, "rows", 0), json_number(n, "wanted", 0));
}

static int conclude(struct refresh *f, const struct settings *s,
                    const struct options *o, struct err *err)
{
    cJSON *manifest;

    if (refresh_finish(f, err) != 0 ||
        generating_tell(refresh_run(f), s, o, err) != 0)
        return -1;
    manifest = files_read_manifest(s->out, err);
    if (manifest != NULL)
        tell(f, s, manifest);
    cJSON_Delete(manifest);
    return manifest != NULL ? 0 : -1;
}

/* Stopped while testing, there is no new version yet: nothing is written. */
static enum cmd_exit go(struct refresh *f, struct page *page,
                        const struct settings *s, const struct options *o,
                        struct err *err)
{
    struct err why = {""};
    struct run_progress n;
    enum run_state state;

    if (retest(f, o, err) != REFRESH_DONE)
        return CMD_FAILED;
    run_progress(refresh_run(f), &n);
    log_line(LOG_INFO, "tested again: %llu rows stay, %llu are wanted",
             (unsigned long long)n.accepted, (unsigned long long)n.wanted);
    state = generating_drive(refresh_run(f), page, o, &why);
    if (state == RUN_ERROR) {
        *err = why;
        return CMD_FAILED;
    }
    if (conclude(f, s, o, err) != 0)
        return CMD_FAILED;
    if (state == RUN_STOPPED)
        generating_tell_stopped(s, &why);
    return state == RUN_STOPPED ? CMD_FAILED : CMD_OK;
}

static enum cmd_exit dry_run(const struct refresh_options *r,
                             const struct settings *s, const struct options *o,
                             struct err *err)
{
    cJSON *plan = refresh_dry(r, err);

    if (plan == NULL)
        return CMD_FAILED;
    if (options_flag(o, "json"))
        generating_print_json(plan);
    else
        planned_print_refresh(plan, s->out, stdout);
    cJSON_Delete(plan);
    return CMD_OK;
}

static enum cmd_exit refresh(const struct settings *s, const struct options *o,
                             struct err *err)
{
    struct refresh_options r = {.old = options_operand(o, 0), .run = s->run};
    const char *const *pool = options_list(o, "pool", &r.npool);
    enum cmd_exit code = CMD_FAILED;
    struct page *page;
    struct refresh *f;
    size_t i;

    if (r.npool > RETEST_POOL_MAX) {
        err_set(err, "--pool can be given at most %d times", RETEST_POOL_MAX);
        return CMD_USAGE;
    }
    for (i = 0; i < r.npool; i++)
        r.pool[i] = pool[i];
    if (options_flag(o, "dry-run"))
        return dry_run(&r, s, o, err);
    if (generating_listen(o, &page, err) != 0)
        return CMD_FAILED;
    f = refresh_open(&r, err);
    if (f != NULL)
        code = go(f, page, s, o, err);
    refresh_close(f);
    page_stop(page);
    return code;
}

static enum cmd_exit run(struct options *o, struct err *err)
{
    enum cmd_exit code;
    struct settings s;

    stop_on_signals();
    code = settings_read_config(&s, o, err);
    if (code == CMD_OK && inherit(o, options_operand(o, 0), err) != 0)
        code = CMD_FAILED;
    if (code == CMD_OK)
        code = settings_take(&s, o, err);
    if (code == CMD_OK) {
        generating_set_log(o);
        code = refresh(&s, o, err);
    }
    settings_release(&s);
    return code;
}

const struct command cmd_refresh = {
    .name = "refresh",
    .about = "the next version of a dataset, for a new model",
    .operands = "RUN",
    .min_operands = 1,
    .max_operands = 1,
    .options = options,
    .run = run,
    .details = details,
    .examples = examples,
};
