/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pass itself is pulled by its command; nothing here calls back. */
#include "cmd/passing.h"
#include "base/log.h"
#include "cmd/stop.h"
#include "run/files.h"

#include <string.h>

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
}

bool passing_interrupted(struct passing *p)
{
    bool first = stop_wanted() && !p->interrupted;

    p->interrupted |= first;
    return first;
}

enum cmd_exit passing_conclude(struct passing *p, enum pass_step step,
                               struct err *err)
{
    struct err why = *err;

    progress_end(&p->line);
    if (step == PASS_ERROR || files_update(p->store, p->folder, err) != 0)
        return CMD_FAILED;
    if (step == PASS_DONE)
        return CMD_OK;
    log_line(LOG_ERROR, "stopped: %s", why.text);
    return CMD_FAILED;
}
