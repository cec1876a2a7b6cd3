/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `phgen review`: people label the rows of a run, in a browser. */
#include "base/log.h"
#include "cmd/auditing.h"
#include "cmd/browser.h"
#include "cmd/cmd.h"
#include "cmd/reviewing.h"
#include "cmd/stop.h"
#include "dataset/reader.h"
#include "run/audit.h"
#include "run/files.h"

#include <stdlib.h>
#include <string.h>

static const struct option_row options[] = {
    {"annotator", 'a', OPTION_LIST, "NAME", 0, 0, NULL,
     "Who may label; may be given again. With one name the page begins at "
     "once, without any it asks and takes every name.",
     0},
    {"blind", 0, OPTION_FLAG, NULL, 0, 0, NULL,
     "Never tell what the models and the other annotators said.", 0},
    {"sample", 0, OPTION_STRING, "FILE", 0, 0, NULL,
     "Only the rows whose ids stand in FILE (member or column \"id\"): the "
     "sheet of an audit, or any file that \"phgen dedup\" reads.",
     OPTION_FILE},
    {"only", 0, OPTION_STRING, "WHICH", 0, 0, NULL,
     "\"unlabeled\": only rows without the annotator's verdict; "
     "\"disagreements\": only rows of which people said different things.",
     0},
    {"seed", 's', OPTION_UINT, "NUMBER", 0, CMD_SEED_MAX, "1",
     "Seed of the orders: each annotator has one of their own.", 0},
    {"port", 'p', OPTION_UINT, "NUMBER", 0, 65535, "0",
     "The port to listen at; 0 for any that is free.", 0},
    {"open", 0, OPTION_FLAG, NULL, 0, 0, NULL,
     "Open the page in the browser (xdg-open).", 0},
    {"quiet", 'q', OPTION_FLAG, NULL, 0, 0, NULL,
     "No summary at the end, only what goes wrong.", 0},
    CMD_ROW_HELP,
    {0},
};

static const char *const details[] = {
    "Serves a page on this machine where people label the rows of a run, one "
    "key a verdict: 1 harmless, 2 controversial, 3 harmful, 4 unsure. The "
    "link that is printed is good once, in one browser; more tabs of it need "
    "no link, and each may be another annotator.",
    "Every verdict is stored before the page goes on, so nothing is lost "
    "however it ends. Ctrl-C ends it: the verdicts are written into the rows "
    "(\"human\") of dataset.jsonl, and agreement and residual harm, which "
    "\"phgen audit\" explains, into manifest.json and the card. The same "
    "command goes on where people were.",
    NULL,
};

static const struct example examples[] = {
    {"review output/demo --open", "Label in the browser."},
    {"review output/demo --blind -a anna -a ben --sample "
     "output/demo/audit/anna.csv",
     "Two people label the sample of an audit, without seeing the models' "
     "verdicts."},
    {"review output/demo --only disagreements",
     "Talk over what people do not agree on."},
    {NULL, NULL},
};

/* The ids of --sample. */
struct sample {
    char **ids;
    size_t n, room;
};

static int add_id(struct sample *s, const char *id, struct err *err)
{
    char **all;

    if (s->n == s->room) {
        s->room = s->room > 0 ? 2 * s->room : 64;
        all = realloc(s->ids, s->room * sizeof(*all));
        if (all == NULL)
            return err_nomem(err);
        s->ids = all;
    }
    s->ids[s->n] = strdup(id);
    return s->ids[s->n++] != NULL ? 0 : err_nomem(err);
}

static void free_sample(struct sample *s)
{
    size_t i;

    for (i = 0; i < s->n; i++)
        free(s->ids[i]);
    free(s->ids);
}

static int read_sample(const char *path, struct sample *s, struct err *err)
{
    struct reader *r = reader_open(path, NULL, err);
    struct reader_row row;
    int got = -1;

    while (r != NULL && (got = reader_next(r, &row, err)) == 1) {
        if (row.id == NULL)
            got = err_set(err,
                          "%s:%zu: the row has no \"id\"; --sample takes the "
                          "sheet of an audit, or rows of the run",
                          path, row.line);
        else
            got = add_id(s, row.id, err);
        if (got != 0)
            break;
    }
    reader_close(r);
    return got;
}

static int read_only(const struct options *o, enum labeling_only *out,
                     struct err *err)
{
    const char *only = options_string(o, "only");

    *out = LABELING_ALL;
    if (only == NULL)
        return 0;
    if (strcmp(only, "unlabeled") == 0)
        *out = LABELING_UNLABELED;
    else if (strcmp(only, "disagreements") == 0)
        *out = LABELING_DISAGREEMENTS;
    else
        return err_set(err,
                       "--only takes \"unlabeled\" or \"disagreements\", not "
                       "\"%.60s\"",
                       only);
    return 0;
}

static int check_names(const struct options *o, struct err *err)
{
    size_t n, i;
    const char *const *names = options_list(o, "annotator", &n);

    for (i = 0; i < n; i++)
        if (human_check_name(names[i], err) != 0)
            return err_prefix(err, "--annotator");
    return 0;
}

/* The last part of the path, as the page's title has it. */
static const char *run_name(const char *folder)
{
    const char *slash = strrchr(folder, '/');

    return slash != NULL && slash[1] != '\0' ? slash + 1 : folder;
}

/* Until somebody wants it to stop. */
static int serve(struct reviewing *r, const struct options *o,
                 const char *folder, struct err *err)
{
    struct browser browser = {0};
    int failed = 0;

    log_line(LOG_INFO,
             "%llu rows to review at %s (good once, in one browser); Ctrl-C "
             "ends it and writes the verdicts into the files",
             (unsigned long long)labeling_rows(r->rows), review_url(r->page));
    if (options_flag(o, "open") &&
        browser_open(&browser, folder, review_url(r->page), err) != 0)
        log_line(LOG_WARN, "%s; open the link yourself", err->text);
    while (!failed && !stop_wanted())
        failed = reviewing_turn(r, err);
    browser_close(&browser);
    return failed;
}

static int review(struct store *store, const struct sample *sample,
                  enum labeling_only only, const struct options *o,
                  const char *folder, struct err *err)
{
    const struct labeling_options rows = {.store = store,
                                          .seed = options_uint(o, "seed"),
                                          .only = only,
                                          .ids =
                                              (const char *const *)sample->ids,
                                          .nids = sample->n};
    struct reviewing r = {.run = run_name(folder),
                          .blind = options_flag(o, "blind")};
    int failed = -1;

    r.annotators = options_list(o, "annotator", &r.nannotators);
    r.rows = labeling_open(&rows, err);
    if (r.rows != NULL)
        r.page = review_open((unsigned)options_uint(o, "port"), err);
    if (r.page != NULL)
        failed = serve(&r, o, folder, err);
    review_close(r.page);
    labeling_close(r.rows);
    return failed;
}

/* The files again, and what all verdicts add up to. */
static int conclude(struct store *store, const char *folder, bool quiet,
                    struct err *err)
{
    struct audit_result r = {NULL, NULL};
    int failed = audit_update(store, folder, false, &r, err);

    if (!failed && !quiet && r.report != NULL)
        failed = auditing_tell(folder, &r, false, err);
    audit_result_release(&r);
    return failed;
}

static enum cmd_exit run(struct options *o, struct err *err)
{
    const char *folder = options_operand(o, 0),
               *file = options_string(o, "sample");
    struct sample sample = {0};
    enum labeling_only only;
    struct store *store = NULL;
    int failed;

    if (read_only(o, &only, err) != 0 || check_names(o, err) != 0)
        return CMD_USAGE;
    stop_on_signals();
    failed = file != NULL && read_sample(file, &sample, err) != 0;
    if (!failed && (store = files_open_store(folder, err)) == NULL)
        failed = -1;
    if (!failed)
        failed = review(store, &sample, only, o, folder, err) != 0 ||
                 conclude(store, folder, options_flag(o, "quiet"), err) != 0;
    store_close(store);
    free_sample(&sample);
    return failed ? CMD_FAILED : CMD_OK;
}

const struct command cmd_review = {
    .name = "review",
    .about = "label the rows of a run in a browser",
    .operands = "RUN",
    .min_operands = 1,
    .max_operands = 1,
    .options = options,
    .run = run,
    .details = details,
    .examples = examples,
};
