/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The work is run/respond.h's; here are the options, the progress line and
 * the closing sentence.
 */
#include "cmd/responding.h"
#include "base/log.h"
#include "cmd/passing.h"
#include "run/files.h"
#include "run/respond.h"

static int take_options(struct respond_options *r, const struct options *o,
                        struct err *err)
{
    const char *form = options_string(o, "response-form");
    int found = response_form_find(form);

    if (found < 0)
        return err_set(err,
                       "--response-form takes \"instruct\" or \"reasoning\", "
                       "not \"%.60s\"",
                       form);
    *r = (struct respond_options){
        .responder = options_string(o, "responder-model"),
        .judge = options_string(o, "response-judge-model"),
        .form = (enum response_form)found,
        .rounds = (unsigned)options_uint(o, "response-rounds")};
    return 0;
}

static enum pass_step drive(struct passing *p, struct respond *r,
                            struct err *err)
{
    struct respond_counts n;
    enum pass_step step;

    do {
        if (passing_interrupted(p))
            respond_stop(r);
        step = respond_turn(r, PASSING_TURN_MS, err);
        if (progress_due(&p->line)) {
            n = respond_counts(r);
            progress_text(
                &p->line, "%llu answers good, %llu not, %llu rows begun",
                (unsigned long long)n.good, (unsigned long long)n.failed,
                (unsigned long long)n.rows);
        }
    } while (step == PASS_MORE);
    return step;
}

static enum cmd_exit finish(struct passing *p, struct respond *r,
                            enum pass_step step, struct err *err)
{
    struct respond_counts n = respond_counts(r);
    struct err why = *err;

    if (step != PASS_ERROR && respond_finish(r, step == PASS_DONE, &why) != 0) {
        *err = why;
        return CMD_FAILED;
    }
    if (!p->quiet && step != PASS_ERROR)
        log_line(LOG_INFO,
                 "%s: %llu of %llu rows have a training answer, %llu have "
                 "none that was good",
                 p->folder, (unsigned long long)n.good,
                 (unsigned long long)n.rows, (unsigned long long)n.failed);
    return passing_conclude(p, step, err);
}

/* In words, to be compared with what other workers want. */
static enum cmd_exit begin(struct passing *p, const struct respond_options *r,
                           struct err *err)
{
    enum cmd_exit code;
    struct str wanted;

    str_init(&wanted, 1 << 16);
    str_addf(&wanted, "%s, judged by %s, %s, %u rounds",
             r->responder != NULL ? r->responder : "default",
             r->judge != NULL ? r->judge : "default",
             response_form_name(r->form), r->rounds);
    code = passing_begin(p, "responses", wanted.s, err);
    str_release(&wanted);
    return code;
}

static enum cmd_exit respond(struct passing *p, const struct options *o,
                             struct err *err)
{
    struct respond_options wanted;
    enum cmd_exit code;
    struct respond *r;

    if (take_options(&wanted, o, err) != 0)
        return CMD_USAGE;
    wanted.seed = p->seed;
    p->results = (struct passing_results){
        "answers", FILES_ROWS,
        wanted.form == FORM_REASONING
            ? "\"response\", \"reasoning\", \"responder\""
            : "\"response\", \"responder\""};
    code = begin(p, &wanted, err);
    if (code != CMD_OK || p->made)
        return code == CMD_OK ? passing_conclude(p, PASS_DONE, err) : code;
    r = respond_new(p->asking.desk, &wanted, err);
    if (r == NULL)
        return CMD_FAILED;
    code = finish(p, r, drive(p, r, err), err);
    respond_free(r);
    return code;
}

enum cmd_exit responding_run(const char *folder, struct options *o,
                             struct err *err)
{
    struct passing p;
    enum cmd_exit code = passing_open(&p, folder, o, err);

    if (code == CMD_OK)
        code = respond(&p, o, err);
    passing_close(&p);
    return code;
}
