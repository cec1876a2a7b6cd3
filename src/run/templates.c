/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reads the files; what is in them is the agents' business.  The hash is of
 * the bytes that are sent, so an edited instruction is a different run.
 */
#include "run/templates.h"
#include "base/file.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

#define TEMPLATE_MAX (256u << 10)

static int load(const char *dir, struct template *t, struct err *err)
{
    struct str path, text;
    int failed;

    str_init(&path, 1 << 16);
    str_init(&text, TEMPLATE_MAX);
    str_addf(&path, "%s/agents/%s.md", dir, t->name);
    failed = file_read(path.s, &text, err);
    if (!failed && !text_valid(text.s, text.len))
        failed = err_set(err, "%s is not valid UTF-8", path.s);
    if (!failed) {
        t->hash = hash_bytes(text.s, text.len);
        t->text = str_detach(&text);
        if (t->text == NULL)
            failed = err_nomem(err);
    }
    str_release(&path);
    str_release(&text);
    return failed;
}

int templates_load(const char *seeds_dir, struct template out[AGENT_COUNT],
                   struct err *err)
{
    int a;

    memset(out, 0, AGENT_COUNT * sizeof(*out));
    for (a = 0; a < AGENT_COUNT; a++) {
        out[a].name = agent_name((enum agent)a);
        if (a != AGENT_TARGET && a != AGENT_EMBEDDER &&
            load(seeds_dir, &out[a], err) != 0)
            return -1;
    }
    return 0;
}

void templates_release(struct template t[AGENT_COUNT])
{
    int a;

    for (a = 0; a < AGENT_COUNT; a++) {
        free(t[a].text);
        t[a].text = NULL;
    }
}
