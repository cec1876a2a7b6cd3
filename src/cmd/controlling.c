/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The work is run/controls.h's; here are the options, the progress line and
 * the closing sentence.  The judges are the run's own, by its manifest.
 */
#include "cmd/controlling.h"
#include "base/log.h"
#include "cmd/passing.h"
#include "run/controls.h"
#include "run/files.h"

#include <string.h>

/* Strings are borrowed from options and manifest. */
static int take_options(struct controls_options *c, const struct options *o,
                        const struct passing *p, struct err *err)
{
    const cJSON *judge;

    memset(c, 0, sizeof(*c));
    c->contrast = options_string(o, "contrast-model");
    c->run = json_string(p->manifest, "run");
    c->seed = p->seed;
    cJSON_ArrayForEach(judge,
                       json_array(json_object(p->manifest, "models"), "judges"))
    {
        if (cJSON_IsString(judge) && c->njudges < JUDGES_MAX)
            c->judges[c->njudges++] = judge->valuestring;
    }
    if (c->run == NULL || c->njudges == 0)
        return err_set(err, "the manifest in %s names no run or no judges",
                       p->folder);
    return 0;
}

static enum pass_step drive(struct passing *p, struct controls *c,
                            struct err *err)
{
    struct controls_counts n;
    enum pass_step step;

    do {
        if (passing_interrupted(p))
            controls_stop(c);
        step = controls_turn(c, PASSING_TURN_MS, err);
        if (progress_due(&p->line)) {
            n = controls_counts(c);
            progress_text(&p->line, "%llu controls, %llu rows begun",
                          (unsigned long long)n.distinct,
                          (unsigned long long)n.rows);
        }
    } while (step == PASS_MORE);
    return step;
}

static enum cmd_exit finish(struct passing *p, struct controls *c,
                            enum pass_step step, struct err *err)
{
    struct controls_counts n = controls_counts(c);
    struct err why = *err;

    if (step != PASS_ERROR &&
        controls_finish(c, step == PASS_DONE, &why) != 0) {
        *err = why;
        return CMD_FAILED;
    }
    if (!p->quiet && step != PASS_ERROR)
        log_line(LOG_INFO,
                 "%s: %llu different controls for %llu harmless rows; %llu "
                 "repeat one, %llu rows have no twin, %llu twins were not "
                 "judged harmful, %llu could not be used",
                 p->folder, (unsigned long long)n.distinct,
                 (unsigned long long)n.rows,
                 (unsigned long long)(n.kept - n.distinct),
                 (unsigned long long)n.none, (unsigned long long)n.milder,
                 (unsigned long long)n.unusable);
    return passing_conclude(p, step, err);
}

static enum cmd_exit control(struct passing *p, const struct options *o,
                             struct err *err)
{
    struct controls_options wanted;
    struct controls *c = NULL;
    enum cmd_exit code;

    if (take_options(&wanted, o, p, err) != 0)
        return CMD_FAILED;
    p->results = (struct passing_results){
        "controls", FILES_CONTROLS, "\"contrast_of\" is the id of the row"};
    code = passing_begin(p, "controls",
                         wanted.contrast != NULL ? wanted.contrast : "default",
                         err);
    if (code != CMD_OK || p->made)
        return code == CMD_OK ? passing_conclude(p, PASS_DONE, err) : code;
    c = controls_new(p->asking.desk, &wanted, err);
    code = c != NULL ? finish(p, c, drive(p, c, err), err) : CMD_FAILED;
    controls_free(c);
    return code;
}

enum cmd_exit controlling_run(const char *folder, struct options *o,
                              struct err *err)
{
    struct passing p;
    enum cmd_exit code = passing_open(&p, folder, o, err);

    if (code == CMD_OK)
        code = control(&p, o, err);
    passing_close(&p);
    return code;
}
