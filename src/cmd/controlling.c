/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The work is run/controls.h's; here are the options, the progress line and
 * the closing sentence.  The judges are the run's own, by its manifest.
 */
#include "cmd/controlling.h"
#include "base/json.h"
#include "base/log.h"
#include "cmd/asking.h"
#include "cmd/progress.h"
#include "cmd/stop.h"
#include "run/controls.h"
#include "run/files.h"

#include <string.h>

#define TURN_MS 100

/* Strings are borrowed from options and manifest. */
static int take_options(struct controls_options *c, const struct options *o,
                        const cJSON *manifest, const char *folder,
                        struct err *err)
{
    const cJSON *judge;

    memset(c, 0, sizeof(*c));
    c->contrast = options_string(o, "contrast-model");
    c->run = json_string(manifest, "run");
    c->seed = (uint64_t)json_number(json_object(manifest, "config"), "seed", 1);
    cJSON_ArrayForEach(judge,
                       json_array(json_object(manifest, "models"), "judges"))
    {
        if (cJSON_IsString(judge) && c->njudges < JUDGES_MAX)
            c->judges[c->njudges++] = judge->valuestring;
    }
    if (c->run == NULL || c->njudges == 0)
        return err_set(err, "the manifest in %s names no run or no judges",
                       folder);
    return 0;
}

static enum controls_state drive(struct controls *c, bool quiet,
                                 struct err *err)
{
    struct controls_counts n;
    enum controls_state state;
    struct progress line;
    bool stopping = false;

    progress_init(&line, quiet);
    do {
        if (stop_wanted() && !stopping) {
            controls_stop(c);
            stopping = true;
        }
        state = controls_turn(c, TURN_MS, err);
        if (progress_due(&line)) {
            n = controls_counts(c);
            progress_text(&line, "%llu controls, %llu rows begun",
                          (unsigned long long)n.distinct,
                          (unsigned long long)n.rows);
        }
    } while (state == CONTROLS_MORE);
    progress_end(&line);
    return state;
}

/* However it ended, the files say what is there. */
static enum cmd_exit conclude(struct controls *c, enum controls_state state,
                              struct store *store, const char *folder,
                              bool quiet, struct err *err)
{
    struct controls_counts n = controls_counts(c);
    struct err why = *err;

    if (state == CONTROLS_ERROR ||
        controls_finish(c, state == CONTROLS_DONE, err) != 0 ||
        files_update(store, folder, err) != 0)
        return CMD_FAILED;
    if (!quiet)
        log_line(LOG_INFO,
                 "%s: %llu different controls for %llu harmless rows; %llu "
                 "repeat one, %llu rows have no twin, %llu twins were not "
                 "judged harmful, %llu could not be used",
                 folder, (unsigned long long)n.distinct,
                 (unsigned long long)n.rows,
                 (unsigned long long)(n.kept - n.distinct),
                 (unsigned long long)n.none, (unsigned long long)n.milder,
                 (unsigned long long)n.unusable);
    if (state == CONTROLS_DONE)
        return CMD_OK;
    log_line(LOG_ERROR, "stopped: %s", why.text);
    return CMD_FAILED;
}

static enum cmd_exit control(struct asking *a, struct store *store,
                             const char *folder, const struct options *o,
                             struct err *err)
{
    bool quiet = options_flag(o, "quiet");
    cJSON *manifest = files_read_manifest(folder, err);
    enum cmd_exit code = CMD_FAILED;
    struct controls_options wanted;
    struct controls *c = NULL;

    if (manifest != NULL &&
        take_options(&wanted, o, manifest, folder, err) == 0)
        c = controls_new(a->desk, &wanted, err);
    if (c != NULL)
        code = conclude(c, drive(c, quiet, err), store, folder, quiet, err);
    controls_free(c);
    cJSON_Delete(manifest);
    return code;
}

enum cmd_exit controlling_run(const char *folder, struct options *o,
                              struct err *err)
{
    struct store *store = files_open_store(folder, err);
    enum cmd_exit code;
    struct asking a;

    if (store == NULL)
        return CMD_FAILED;
    code = asking_open(&a, o, NULL, store, err);
    if (code == CMD_OK)
        code = control(&a, store, folder, o, err);
    asking_close(&a);
    store_close(store);
    return code;
}
