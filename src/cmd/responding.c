/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The work is run/respond.h's; here are the options, the progress line and
 * the closing sentence.
 */
#include "cmd/responding.h"
#include "base/json.h"
#include "base/log.h"
#include "cmd/asking.h"
#include "cmd/progress.h"
#include "cmd/stop.h"
#include "run/files.h"
#include "run/respond.h"

#include <string.h>

#define TURN_MS 100

static int take_options(struct respond_options *r, const struct options *o,
                        const char *folder, struct err *err)
{
    const char *form = options_string(o, "response-form");
    int found = response_form_find(form);
    cJSON *manifest;

    if (found < 0)
        return err_set(err,
                       "--response-form takes \"instruct\" or \"reasoning\", "
                       "not \"%.60s\"",
                       form);
    manifest = files_read_manifest(folder, err);
    if (manifest == NULL)
        return -1;
    *r = (struct respond_options){
        .responder = options_string(o, "responder-model"),
        .judge = options_string(o, "response-judge-model"),
        .form = (enum response_form)found,
        .rounds = (unsigned)options_uint(o, "response-rounds")};
    r->seed = (uint64_t)json_number(json_object(manifest, "config"), "seed", 1);
    cJSON_Delete(manifest);
    return 0;
}

static enum respond_state drive(struct respond *r, bool quiet, struct err *err)
{
    struct respond_counts n;
    enum respond_state state;
    struct progress line;
    bool stopping = false;

    progress_init(&line, quiet);
    do {
        if (stop_wanted() && !stopping) {
            respond_stop(r);
            stopping = true;
        }
        state = respond_turn(r, TURN_MS, err);
        if (progress_due(&line)) {
            n = respond_counts(r);
            progress_text(&line, "%llu answers good, %llu not, %llu rows begun",
                          (unsigned long long)n.good,
                          (unsigned long long)n.failed,
                          (unsigned long long)n.rows);
        }
    } while (state == RESPOND_MORE);
    progress_end(&line);
    return state;
}

/* However it ended, the files say what is there. */
static enum cmd_exit conclude(struct respond *r, enum respond_state state,
                              struct store *store, const char *folder,
                              bool quiet, struct err *err)
{
    struct respond_counts n = respond_counts(r);
    struct err why = *err;

    if (state == RESPOND_ERROR ||
        respond_finish(r, state == RESPOND_DONE, err) != 0 ||
        files_update(store, folder, err) != 0)
        return CMD_FAILED;
    if (!quiet)
        log_line(LOG_INFO,
                 "%s: %llu of %llu rows have a training answer, %llu have "
                 "none that was good",
                 folder, (unsigned long long)n.good, (unsigned long long)n.rows,
                 (unsigned long long)n.failed);
    if (state == RESPOND_DONE)
        return CMD_OK;
    log_line(LOG_ERROR, "stopped: %s", why.text);
    return CMD_FAILED;
}

static enum cmd_exit respond(struct asking *a, struct store *store,
                             const char *folder, const struct options *o,
                             struct err *err)
{
    bool quiet = options_flag(o, "quiet");
    struct respond_options wanted;
    enum cmd_exit code;
    struct respond *r;

    if (take_options(&wanted, o, folder, err) != 0)
        return CMD_USAGE;
    r = respond_new(a->desk, &wanted, err);
    if (r == NULL)
        return CMD_FAILED;
    code = conclude(r, drive(r, quiet, err), store, folder, quiet, err);
    respond_free(r);
    return code;
}

enum cmd_exit responding_run(const char *folder, struct options *o,
                             struct err *err)
{
    struct store *store = files_open_store(folder, err);
    enum cmd_exit code;
    struct asking a;

    if (store == NULL)
        return CMD_FAILED;
    code = asking_open(&a, o, NULL, store, err);
    if (code == CMD_OK)
        code = respond(&a, store, folder, o, err);
    asking_close(&a);
    store_close(store);
    return code;
}
