/* SPDX-License-Identifier: GPL-3.0-or-later */
/* First linkable version; being replaced within the hour. */
#include "agent/refusal.h"

#include <string.h>
#include <stdio.h>

static const char *const class_names[] = {"none", "partial", "full", "empty"};
static const char *const reason_names[] = {"none", "ethical", "capability",
                                           "missing-info", "provider-filter"};

const char *refusal_class_name(enum refusal_class c)
{
    return c < REFUSAL_CLASSES ? class_names[c] : "unknown";
}

const char *refusal_reason_name(enum refusal_reason r)
{
    return r < REFUSAL_REASONS ? reason_names[r] : "unknown";
}

void refusal_classify(const char *prompt, const struct reply *reply,
                      struct refusal *out)
{
    static const char *const no[] = {"can't assist", "cannot assist",
                                     "can't help",   "cannot help",
                                     "cannot provide", "can't provide",
                                     "unable to",    "not able to",
                                     "I'm sorry, but"};
    char head[300];
    size_t i;

    (void)prompt;
    memset(out, 0, sizeof(*out));
    if (reply->status != REPLY_OK) {
        out->cls = REFUSAL_EMPTY;
        return;
    }
    out->confidence = 0.85;
    if (reply->finish == FINISH_FILTER) {
        out->cls = REFUSAL_FULL;
        out->reason = REASON_PROVIDER_FILTER;
        return;
    }
    if (reply->finish == FINISH_REFUSAL || reply->refusal != NULL) {
        out->cls = REFUSAL_FULL;
        out->reason = REASON_ETHICAL;
        return;
    }
    if (reply->text == NULL || reply->text[0] == '\0') {
        out->cls = REFUSAL_EMPTY;
        return;
    }
    snprintf(head, sizeof(head), "%s", reply->text);
    for (i = 0; i < sizeof(no) / sizeof(no[0]); i++) {
        if (strstr(head, no[i]) != NULL) {
            out->cls = REFUSAL_FULL;
            out->reason = REASON_ETHICAL;
            return;
        }
    }
}
