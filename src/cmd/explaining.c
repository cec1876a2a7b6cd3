/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The work is run/explain.h's; here are the options, the progress line and
 * the closing sentence.
 */
#include "cmd/explaining.h"
#include "base/log.h"
#include "cmd/passing.h"
#include "run/explain.h"
#include "run/files.h"

/* The strings are borrowed from options and manifest. */
static int take_options(struct explain_options *e, const struct options *o,
                        const struct passing *p, struct err *err)
{
    const cJSON *targets =
        json_array(json_object(p->manifest, "models"), "targets");
    const char *model = options_string(o, "explain-model");

    if (model == NULL)
        model = cJSON_GetStringValue(cJSON_GetArrayItem(targets, 0));
    if (model == NULL)
        return err_set(err,
                       "the manifest in %s names no target; give "
                       "--explain-model",
                       p->folder);
    *e = (struct explain_options){
        .model = model,
        .words = (unsigned)options_uint(o, "explain-words"),
        .samples = (unsigned)options_uint(o, "explain-samples"),
        .seed = p->seed};
    return 0;
}

static enum pass_step drive(struct passing *p, struct explain *e,
                            struct err *err)
{
    struct explain_counts n;
    enum pass_step step;

    do {
        if (passing_interrupted(p))
            explain_stop(e);
        step = explain_turn(e, PASSING_TURN_MS, err);
        if (progress_due(&p->line)) {
            n = explain_counts(e);
            progress_text(&p->line, "%llu rows measured, %llu begun",
                          (unsigned long long)n.done,
                          (unsigned long long)n.rows);
        }
    } while (step == PASS_MORE);
    return step;
}

static enum cmd_exit finish(struct passing *p, struct explain *e,
                            enum pass_step step, struct err *err)
{
    struct explain_counts n = explain_counts(e);
    struct err why = *err;

    if (step != PASS_ERROR && explain_finish(e, step == PASS_DONE, &why) != 0) {
        *err = why;
        return CMD_FAILED;
    }
    if (!p->quiet && step != PASS_ERROR)
        log_line(LOG_INFO,
                 "%s: %llu rows measured; in %llu a word counts, in %llu of "
                 "them one that was named",
                 p->folder, (unsigned long long)n.done,
                 (unsigned long long)n.found, (unsigned long long)n.agreed);
    return passing_conclude(p, step, err);
}

/* In words, to be compared with what other workers want. */
static enum cmd_exit begin(struct passing *p, const struct explain_options *e,
                           struct err *err)
{
    enum cmd_exit code;
    struct str wanted;

    str_init(&wanted, 1 << 16);
    str_addf(&wanted, "%s, %u words, %u samples", e->model, e->words,
             e->samples);
    code = passing_begin(p, "explained", wanted.s, err);
    str_release(&wanted);
    return code;
}

static enum cmd_exit explain(struct passing *p, const struct options *o,
                             struct err *err)
{
    struct explain_options wanted;
    struct explain *e = NULL;
    enum cmd_exit code;

    if (take_options(&wanted, o, p, err) != 0)
        return CMD_FAILED;
    p->results =
        (struct passing_results){"figures", FILES_ROWS, "\"focus_measured\""};
    code = begin(p, &wanted, err);
    if (code != CMD_OK || p->made)
        return code == CMD_OK ? passing_conclude(p, PASS_DONE, err) : code;
    e = explain_new(p->asking.desk, &wanted, err);
    code = e != NULL ? finish(p, e, drive(p, e, err), err) : CMD_FAILED;
    explain_free(e);
    return code;
}

enum cmd_exit explaining_run(const char *folder, struct options *o,
                             struct err *err)
{
    struct passing p;
    enum cmd_exit code = passing_open(&p, folder, o, err);

    if (code == CMD_OK)
        code = explain(&p, o, err);
    passing_close(&p);
    return code;
}
