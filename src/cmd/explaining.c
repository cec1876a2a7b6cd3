/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The work is run/explain.h's; here are the options, the progress line and
 * the closing sentence.
 */
#include "cmd/explaining.h"
#include "base/json.h"
#include "base/log.h"
#include "cmd/asking.h"
#include "cmd/progress.h"
#include "cmd/stop.h"
#include "run/explain.h"
#include "run/files.h"

#include <stdlib.h>
#include <string.h>

#define TURN_MS 100

/* From options and manifest; the model's spec is the caller's to free. */
static int take_options(struct explain_options *e, const struct options *o,
                        const char *folder, char **spec, struct err *err)
{
    cJSON *manifest = files_read_manifest(folder, err);
    const char *model = options_string(o, "explain-model");

    if (manifest == NULL)
        return -1;
    if (model == NULL)
        model = cJSON_GetStringValue(cJSON_GetArrayItem(
            json_array(json_object(manifest, "models"), "targets"), 0));
    *spec = model != NULL ? strdup(model) : NULL;
    *e = (struct explain_options){
        .model = *spec,
        .words = (unsigned)options_uint(o, "explain-words"),
        .samples = (unsigned)options_uint(o, "explain-samples")};
    e->seed = (uint64_t)json_number(json_object(manifest, "config"), "seed", 1);
    cJSON_Delete(manifest);
    return *spec != NULL ? 0
                         : err_set(err,
                                   "the manifest in %s names no target; give "
                                   "--explain-model",
                                   folder);
}

static enum explain_state drive(struct explain *e, bool quiet, struct err *err)
{
    struct explain_counts n;
    enum explain_state state;
    struct progress line;
    bool stopping = false;

    progress_init(&line, quiet);
    do {
        if (stop_wanted() && !stopping) {
            explain_stop(e);
            stopping = true;
        }
        state = explain_turn(e, TURN_MS, err);
        if (progress_due(&line)) {
            n = explain_counts(e);
            progress_text(&line, "%llu rows measured, %llu begun",
                          (unsigned long long)n.done,
                          (unsigned long long)n.rows);
        }
    } while (state == EXPLAIN_MORE);
    progress_end(&line);
    return state;
}

/* However it ended, the files say what is there. */
static enum cmd_exit conclude(struct explain *e, enum explain_state state,
                              struct store *store, const char *folder,
                              bool quiet, struct err *err)
{
    struct explain_counts n = explain_counts(e);
    struct err why = *err;

    if (state == EXPLAIN_ERROR ||
        explain_finish(e, state == EXPLAIN_DONE, err) != 0 ||
        files_update(store, folder, err) != 0)
        return CMD_FAILED;
    if (!quiet)
        log_line(LOG_INFO,
                 "%s: %llu rows measured; in %llu a word counts, in %llu of "
                 "them one that was named",
                 folder, (unsigned long long)n.done,
                 (unsigned long long)n.found, (unsigned long long)n.agreed);
    if (state == EXPLAIN_DONE)
        return CMD_OK;
    log_line(LOG_ERROR, "stopped: %s", why.text);
    return CMD_FAILED;
}

static enum cmd_exit explain(struct asking *a, struct store *store,
                             const char *folder, const struct options *o,
                             struct err *err)
{
    bool quiet = options_flag(o, "quiet");
    enum cmd_exit code = CMD_FAILED;
    struct explain_options wanted;
    struct explain *e = NULL;
    char *spec = NULL;

    if (take_options(&wanted, o, folder, &spec, err) == 0)
        e = explain_new(a->desk, &wanted, err);
    if (e != NULL)
        code = conclude(e, drive(e, quiet, err), store, folder, quiet, err);
    explain_free(e);
    free(spec);
    return code;
}

enum cmd_exit explaining_run(const char *folder, struct options *o,
                             struct err *err)
{
    struct store *store = files_open_store(folder, err);
    enum cmd_exit code;
    struct asking a;

    if (store == NULL)
        return CMD_FAILED;
    code = asking_open(&a, o, NULL, store, err);
    if (code == CMD_OK)
        code = explain(&a, store, folder, o, err);
    asking_close(&a);
    store_close(store);
    return code;
}
