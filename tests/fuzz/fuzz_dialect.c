/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What servers send: replies and errors in every dialect, and what is made of
 * an error. */
#include "fuzz.h"
#include "net/dialect.h"
#include "net/fault.h"
#include "net/retry.h"

#include <stdlib.h>

/* A call that has everything a server may complain of. */
static void complain(enum dialect dialect, const struct fault *f)
{
    char spec[] = "x", name[] = "m";
    struct model model = {.spec = spec, .name = name, .dialect = dialect};
    unsigned lacks = 0, bit;
    struct call c;

    call_init(&c, AGENT_JUDGE, &model);
    call_add(&c, ROLE_SYSTEM, "Be brief.", NULL);
    call_add(&c, ROLE_USER, "Hello?", NULL);
    c.temperature = 0.5;
    c.max_tokens = 10;
    c.seed = 1;
    c.schema_name = "verdict";
    c.schema = "{\"type\":\"object\"}";
    c.top_logprobs = 3;
    /* Each time something else, or the call would go out for ever. */
    while ((bit = dialect_complaint(&c, lacks, f)) != 0) {
        if ((bit & (bit - 1)) != 0 || (lacks & bit) != 0)
            abort();
        lacks |= bit;
    }
    call_release(&c);
}

static void judge(const struct fault *f)
{
    static const int statuses[] = {400, 401, 403, 404, 413,
                                   422, 429, 500, 503, 529};
    struct hints h;
    size_t i;

    hints_init(&h);
    for (i = 0; i < sizeof(statuses) / sizeof(*statuses); i++) {
        retry_judge(statuses[i], &h, f, i % 2 == 0);
        retry_advice(statuses[i], f);
        retry_quota_used_up(statuses[i], f);
    }
}

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
    free(fault_generation(bytes, size));
    for (d = DIALECT_OPENAI; d <= DIALECT_MODERATION; d++)
        complain((enum dialect)d, &f);
    judge(&f);
    return 0;
}
