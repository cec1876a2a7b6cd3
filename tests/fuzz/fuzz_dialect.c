/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What servers send: replies and errors in every dialect. */
#include "fuzz.h"
#include "net/dialect.h"
#include "net/fault.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *bytes = (const char *)data;
    struct reply r;
    struct fault f;
    struct err err;
    int d;

    for (d = DIALECT_OPENAI; d <= DIALECT_MODERATION; d++) {
        reply_init(&r);
        dialect_decode(dialect_of((enum dialect)d), bytes, size, &r, &err);
        reply_release(&r);
    }
    fault_parse(bytes, size, &f);
    fault_in_answer(bytes, size);
    return 0;
}
