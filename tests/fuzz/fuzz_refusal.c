/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any reply text is classified. */
#include "agent/refusal.h"
#include "base/text.h"
#include "fuzz.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct refusal out;
    struct reply r;
    struct err err;

    reply_init(&r);
    if (reply_set_text(&r, (const char *)data, size, &err) == 0) {
        refusal_classify("How do I kill it?", &r, &out);
        assert(text_valid(out.excerpt, strlen(out.excerpt)));
    }
    reply_release(&r);
    return 0;
}
