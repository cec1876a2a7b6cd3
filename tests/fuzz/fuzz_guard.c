/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What guard models answer, in every guard's form, with odd logprobs; and a
 * rule of the panel. */
#include "agent/guard.h"
#include "agent/panel.h"
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = str_dup((const char *)data, size);
    struct guard_verdict v, all;
    struct panel_rule rule;
    const struct guard *g;
    struct reply r;
    struct err err;

    if (text == NULL || strlen(text) != size) {
        free(text);
        return 0;
    }
    reply_init(&r);
    r.text = text;
    r.logprobs = text;
    guard_verdict_init(&all);
    for (g = GUARDS; g->name != NULL; g++) {
        if (guard_hear(g, &r, false, &v, &err) == 0)
            guard_merge(&all, &v);
        if (guard_hear(g, &r, true, &v, &err) == 0)
            guard_merge(&all, &v);
    }
    panel_parse(text, &rule, &err);
    free(text);
    return 0;
}
