/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Instructions, prompts and names of anybody's making in a request: whatever
 * the bytes, each dialect sends one JSON object and a URL without control
 * characters. */
#include "agent/agent.h"
#include "base/text.h"
#include "fuzz.h"
#include "net/dialect.h"

#include <stdlib.h>
#include <string.h>

static void check(const struct call *c, enum dialect which)
{
    const struct dialect_ops *d = dialect_of(which);
    struct str out;
    unsigned lacks;
    cJSON *tree;
    size_t i;

    str_init(&out, 16 << 20);
    for (lacks = 0; lacks < 4; lacks++) {
        str_clear(&out);
        d->encode(c, lacks, &out);
        tree = json_parse(out.s, out.len, NULL);
        if (str_failed(&out) || !cJSON_IsObject(tree))
            abort();
        cJSON_Delete(tree);
    }
    str_clear(&out);
    dialect_url(d, "http://h/v1", c->model->name, &out);
    for (i = 0; i < out.len; i++)
        if ((unsigned char)out.s[i] < 0x21)
            abort();
    str_release(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = str_dup((const char *)data, size);
    struct template t = {.name = "x", .text = text};
    struct model m = {.spec = text, .name = text};
    struct reply bad;
    struct str payload;
    struct call c;
    int d;

    if (text == NULL)
        return 0;
    str_init(&payload, 16 << 20);
    json_quote(text, strlen(text), &payload);
    call_init(&c, AGENT_JUDGE, &m);
    c.schema_name = "x";
    c.schema = "{\"type\":\"object\"}";
    reply_init(&bad);
    if (agent_tell(&t, &payload, &c, NULL) == 0 &&
        reply_set_text(&bad, text, strlen(text), NULL) == 0 &&
        agent_repair(&c, &bad, text, NULL) == 0)
        for (d = DIALECT_OPENAI; d <= DIALECT_MODERATION; d++)
            check(&c, (enum dialect)d);
    call_release(&c);
    reply_release(&bad);
    str_release(&payload);
    free(text);
    return 0;
}
