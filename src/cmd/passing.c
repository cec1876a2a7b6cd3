/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The pass itself is pulled by its command; nothing here calls back.
 *
 * With a shared store this worker leaves the others before it writes its files:
 * they take their time, and nothing of it concerns anybody else.
 */
#include "cmd/passing.h"
#include "base/file.h"
#include "base/log.h"
#include "cmd/stop.h"
#include "run/files.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define WAIT_MS 100 /* between two looks at another worker's pass */

enum cmd_exit passing_open(struct passing *p, const char *folder,
                           struct options *o, struct err *err)
{
    memset(p, 0, sizeof(*p));
    p->folder = folder;
    p->quiet = options_flag(o, "quiet");
    p->store = files_open_store(folder, err);
    if (p->store != NULL)
        p->manifest = files_read_manifest(folder, err);
    if (p->manifest == NULL)
        return CMD_FAILED;
    p->seed = json_count(json_object(p->manifest, "config"), "seed",
                         (uint64_t)CMD_SEED_MAX, 1);
    progress_init(&p->line, p->quiet);
    return asking_open(&p->asking, o, NULL, p->store, err);
}

void passing_close(struct passing *p)
{
    progress_end(&p->line);
    asking_close(&p->asking);
    cJSON_Delete(p->manifest);
    store_close(p->store);
    free(p->wanted);
}

/* --- one worker at a time --- */

static int wait_a_little(struct passing *p, struct err *err)
{
    struct timespec t = {.tv_nsec = WAIT_MS * 1000000L};

    if (passing_interrupted(p))
        return err_set(err, "interrupted; another worker still makes \"%s\"",
                       p->pass.kind);
    nanosleep(&t, NULL);
    return share_beat(p->store, err);
}

static enum share_hold hold(struct passing *p, struct err *err)
{
    enum share_hold got;
    bool told = p->quiet;

    while ((got = share_hold(p->store, &p->pass, err)) == HOLD_OTHERS) {
        if (!told)
            log_line(LOG_INFO,
                     "%s: another worker makes \"%s\"; waiting for it",
                     p->folder, p->pass.kind);
        told = true;
        if (wait_a_little(p, err) != 0)
            return HOLD_ERROR;
    }
    return got;
}

enum cmd_exit passing_begin(struct passing *p, const char *kind,
                            const char *wanted, struct err *err)
{
    enum share_hold got;

    if (!share_is(p->store))
        return CMD_OK;
    p->wanted = strdup(wanted);
    if (p->wanted == NULL) {
        err_nomem(err);
        return CMD_FAILED;
    }
    p->pass = (struct share_pass){.kind = kind, .wanted = p->wanted};
    got = hold(p, err);
    p->held = got == HOLD_OURS;
    p->made = got == HOLD_MADE;
    if (p->made && !p->quiet)
        log_line(LOG_INFO, "%s: another worker made \"%s\"", p->folder, kind);
    return got == HOLD_ERROR ? CMD_FAILED : CMD_OK;
}

/* What was made is told to those who wait; else it is one of theirs now. */
static int let_go(struct passing *p, enum pass_step step, struct err *err)
{
    if (!share_is(p->store))
        return 0;
    if (p->held && step == PASS_DONE &&
        share_made(p->store, &p->pass, err) != 0)
        return -1;
    share_leave(p->store);
    return 0;
}

/* --- the end --- */

bool passing_interrupted(struct passing *p)
{
    bool first = stop_wanted() && !p->interrupted;

    p->interrupted |= first;
    return first;
}

/* Once they are written. */
static void tell_results(const struct passing *p, bool whole)
{
    char *path = file_join(p->folder, p->results.file);

    if (!p->quiet && path != NULL && file_exists(path))
        log_line(LOG_INFO, "%s: the %s%s are in %s (%s)", p->folder,
                 p->results.what, whole ? "" : " so far", p->results.file,
                 p->results.fields);
    free(path);
}

enum cmd_exit passing_conclude(struct passing *p, enum pass_step step,
                               struct err *err)
{
    struct err why = *err;

    progress_end(&p->line);
    if (step == PASS_ERROR || let_go(p, step, err) != 0 ||
        files_update(p->store, p->folder, err) != 0)
        return CMD_FAILED;
    tell_results(p, step == PASS_DONE);
    if (step == PASS_DONE)
        return CMD_OK;
    log_line(LOG_ERROR, "stopped: %s", why.text);
    return CMD_FAILED;
}
