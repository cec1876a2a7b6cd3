/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * `phgen audit`: a sample of a run's rows for people to rate, and what their
 * verdicts add up to.  Drawing is run/audit.h's, sheets are run/sheets.h's,
 * the closing lines cmd/auditing.h's.
 *
 * All verdicts are stored in one transaction; what they add up to and the
 * folder's files follow from the store, so an interrupted command leaves all or
 * nothing stored, and the same command again makes the rest.
 */
#include "base/file.h"
#include "base/log.h"
#include "cmd/auditing.h"
#include "cmd/cmd.h"
#include "run/audit.h"
#include "run/files.h"
#include "run/sheets.h"

#include <stdlib.h>
#include <string.h>

#define PROBLEMS_SHOWN 20

static const struct option_row options[] = {
    {"n", 'n', OPTION_UINT, "ROWS", 1, AUDIT_ROWS_MAX, "200",
     "Rows to draw; all when there are fewer.", 0},
    {"by", 0, OPTION_STRING, "WHAT", 0, 0, "domain",
     "Draw from strata of label and \"domain\", or label and \"category\".", 0},
    {"least", 0, OPTION_UINT, "ROWS", 0, 1000, "2",
     "Draw at least so many of each stratum, or all it has.", 0},
    {"seed", 's', OPTION_UINT, "NUMBER", 0, CMD_SEED_MAX, "1",
     "Seed of what is drawn. A larger sample of the same seed holds the "
     "smaller one.",
     0},
    {"annotator", 0, OPTION_LIST, "NAME", 0, 0, NULL,
     "Whose sheet it is; given again, a sheet each, of the same rows. With "
     "--read: whose verdicts they are where a sheet does not say.",
     0},
    {"open", 0, OPTION_FLAG, NULL, 0, 0, NULL,
     "Sheets that are not blind: with category, label, benign reading and the "
     "judges' verdicts. The card says so.",
     0},
    {"out", 'o', OPTION_STRING, "DIR", 0, 0, NULL,
     "Where the sheets go. Default: RUN/audit.", OPTION_DIR},
    {"read", 0, OPTION_FLAG, NULL, 0, 0, NULL,
     "Read the sheets that are named behind RUN, and say what all verdicts add "
     "up to; without any, only that.",
     0},
    {"names", 0, OPTION_FLAG, NULL, 0, 0, NULL,
     "With --read: name the annotators in manifest and card, not only how many "
     "they are.",
     0},
    CMD_ROW_DATA_DIR,
    {"json", 0, OPTION_FLAG, NULL, 0, 0, NULL,
     "Print what was done as JSON on standard output.", 0},
    CMD_ROW_HELP,
    {0},
};

static const char *const details[] = {
    "Draws a stratified random sample of a run's rows into a sheet, as CSV for "
    "LibreOffice or Excel and as JSON Lines, with guidelines for raters beside "
    "it. The sheet is blind: it shows the prompt and what was said before it, "
    "and no model's verdict. People write harmless, controversial, harmful or "
    "unsure into the column \"verdict\".",
    "--read takes sheets back, from several people at once, whatever a "
    "spreadsheet made of the columns. The verdicts become evidence in the rows "
    "(\"human\"). It states the residual harm: the share of all rows that most "
    "people call harmful, weighted by stratum, with a 95 % Wilson interval and "
    "a one-sided bound; how far people agree with each other and with the "
    "label, by Krippendorff's alpha and Cohen's kappa; and the rows on which "
    "they do not.",
    "A row that most people call harmful leaves dataset.jsonl for "
    "rejected.jsonl. Manifest and card say what the audit found.",
    NULL,
};

static const struct example examples[] = {
    {"audit output/demo --n 200 --annotator anna --annotator bert",
     "output/demo/audit/anna.csv and bert.csv, of the same 200 rows."},
    {"audit output/demo --read output/demo/audit/*.csv",
     "What they say of the run."},
    {"audit output/demo --read --json", "Again, for a script."},
    {NULL, NULL},
};

struct job {
    const struct options *o;
    const char *folder;
    struct store *store;
};

/* --- drawing --- */

static int take_plan(const struct options *o, struct audit_plan *plan,
                     struct err *err)
{
    const char *by = options_string(o, "by");

    *plan = (struct audit_plan){.n = options_uint(o, "n"),
                                .least = options_uint(o, "least"),
                                .seed = options_uint(o, "seed"),
                                .open = options_flag(o, "open")};
    if (strcmp(by, AUDIT_BY[AUDIT_BY_CATEGORY]) == 0)
        plan->by = AUDIT_BY_CATEGORY;
    else if (strcmp(by, AUDIT_BY[AUDIT_BY_DOMAIN]) != 0)
        return err_set(err, "--by takes domain or category, not \"%.60s\"", by);
    return 0;
}

static int check_names(const struct options *o, struct err *err)
{
    size_t n, i, k;
    const char *const *names = options_list(o, "annotator", &n);

    if (n > HUMAN_ANNOTATORS_MAX)
        return err_set(err, "--annotator may be given %d times at most",
                       HUMAN_ANNOTATORS_MAX);
    for (i = 0; i < n; i++) {
        if (human_check_name(names[i], err) != 0)
            return err_prefix(err, "--annotator");
        for (k = 0; k < i; k++)
            if (strcmp(names[i], names[k]) == 0)
                return err_set(err, "--annotator names \"%s\" twice", names[i]);
    }
    return 0;
}

static int tell_drawn(const struct job *job, const struct audit_sample *sample,
                      const cJSON *files, struct err *err)
{
    const cJSON *f;
    cJSON *o;
    int failed;

    cJSON_ArrayForEach(f, files) log_line(
        LOG_INFO, "%s: %zu of %llu rows, from %zu strata", f->valuestring,
        sample->nrows, (unsigned long long)sample->of, sample->nstrata);
    log_line(LOG_INFO,
             "when it is filled in (guidelines.md says how): phgen audit %s "
             "--read SHEET...",
             job->folder);
    if (!options_flag(job->o, "json"))
        return 0;
    o = cJSON_CreateObject();
    cJSON_AddNumberToObject(o, "drawn", (double)sample->nrows);
    cJSON_AddNumberToObject(o, "of", (double)sample->of);
    cJSON_AddNumberToObject(o, "strata", (double)sample->nstrata);
    cJSON_AddItemToObject(o, "sheets", cJSON_Duplicate(files, true));
    failed = auditing_print(o, err);
    cJSON_Delete(o);
    return failed;
}

/* Whoever draws again with another plan draws other rows. */
static int warn_replaced(const struct job *job,
                         const struct audit_sample *sample, struct err *err)
{
    const struct audit_plan *now = &sample->plan, *then;
    struct audit_sample before;
    int got = audit_recall(job->store, &before, err);

    then = &before.plan;
    if (got == 1 &&
        (then->seed != now->seed || then->by != now->by || then->n > now->n))
        log_line(LOG_WARN,
                 "this sample takes the place of the one that was drawn "
                 "before (--n %llu --by %s --seed %llu): verdicts on rows that "
                 "are not in this one count for these rows alone",
                 (unsigned long long)then->n, AUDIT_BY[then->by],
                 (unsigned long long)then->seed);
    audit_sample_release(&before);
    return got < 0 ? -1 : 0;
}

static int draw(const struct job *job, struct err *err)
{
    const char *out = options_string(job->o, "out");
    char *folder = out != NULL ? strdup(out) : file_join(job->folder, "audit"),
         *seeds = cmd_data_path(job->o, "seeds", err);
    struct sheets_job sheets = {.folder = folder, .seeds = seeds};
    cJSON *files = cJSON_CreateArray();
    struct audit_sample sample = {.nrows = 0};
    struct audit_plan plan;
    int failed = -1;

    sheets.annotators = options_list(job->o, "annotator", &sheets.nannotators);
    if (folder == NULL || files == NULL)
        err_nomem(err);
    else if (seeds != NULL && take_plan(job->o, &plan, err) == 0 &&
             audit_draw(job->store, &plan, &sample, err) == 0 &&
             sheets_write(job->store, &sample, &sheets, files, err) == 0 &&
             warn_replaced(job, &sample, err) == 0 &&
             audit_keep(job->store, &sample, err) == 0)
        failed = tell_drawn(job, &sample, files, err);
    audit_sample_release(&sample);
    cJSON_Delete(files);
    free(folder);
    free(seeds);
    return failed;
}

/* --- reading --- */

static int tell_problems(const struct sheets_found *found, struct err *err)
{
    const cJSON *p;
    int n = cJSON_GetArraySize(found->problems), i = 0;

    if (n == 0)
        return 0;
    cJSON_ArrayForEach(p, found->problems)
    {
        if (i++ == PROBLEMS_SHOWN)
            break;
        log_line(LOG_ERROR, "%s", p->valuestring);
    }
    return err_set(err,
                   "%d verdict%s cannot be taken as %s stand%s, so none was; "
                   "mend the sheet and read it again",
                   n, n == 1 ? "" : "s", n == 1 ? "it" : "they",
                   n == 1 ? "s" : "");
}

static int take_sheets(const struct job *job, struct err *err)
{
    const char *paths[SHEETS_MAX];
    size_t n = options_operands(job->o) - 1, names, i;
    const char *const *who = options_list(job->o, "annotator", &names);
    struct sheets_found found;
    int failed;

    for (i = 0; i < n; i++)
        paths[i] = options_operand(job->o, i + 1);
    failed = sheets_read(job->store, paths, n, names > 0 ? who[0] : NULL,
                         &found, err) != 0 ||
             tell_problems(&found, err) != 0;
    if (!failed && n > 0)
        log_line(LOG_INFO, "%llu verdicts read, %llu rows left empty",
                 (unsigned long long)found.verdicts,
                 (unsigned long long)found.empty);
    cJSON_Delete(found.problems);
    return failed ? -1 : 0;
}

static int read_back(const struct job *job, struct err *err)
{
    struct audit_result r = {NULL, NULL};
    int failed;

    failed =
        store_begin(job->store, err) != 0 || take_sheets(job, err) != 0 ||
        store_commit(job->store, err) != 0 ||
        audit_update(job->store, job->folder, options_flag(job->o, "names"), &r,
                     err) != 0 ||
        auditing_tell(job->folder, &r, options_flag(job->o, "json"), err) != 0;
    audit_result_release(&r);
    return failed ? -1 : 0;
}

/* --- both --- */

static int check_usage(const struct options *o, struct err *err)
{
    bool reads = options_flag(o, "read");
    struct audit_plan plan;
    size_t n;

    options_list(o, "annotator", &n);
    if (!reads && options_operands(o) > 1)
        return err_set(err, "to read sheets, give --read");
    if (reads && n > 1)
        return err_set(err, "with --read, --annotator may be given once; let "
                            "sheets say whose they are in the column "
                            "\"annotator\"");
    return take_plan(o, &plan, err) != 0 ? -1 : check_names(o, err);
}

static enum cmd_exit run(struct options *o, struct err *err)
{
    struct job job = {.o = o, .folder = options_operand(o, 0)};
    int failed;

    if (check_usage(o, err) != 0)
        return CMD_USAGE;
    job.store = files_open_store(job.folder, err);
    if (job.store == NULL)
        return CMD_FAILED;
    failed = options_flag(o, "read") ? read_back(&job, err) : draw(&job, err);
    store_close(job.store);
    return failed ? CMD_FAILED : CMD_OK;
}

const struct command cmd_audit = {
    .name = "audit",
    .about = "have people rate a sample of a run's rows, and state the harm",
    .operands = "RUN [SHEET]...",
    .min_operands = 1,
    .max_operands = SHEETS_MAX + 1,
    .options = options,
    .run = run,
    .details = details,
    .examples = examples,
};
