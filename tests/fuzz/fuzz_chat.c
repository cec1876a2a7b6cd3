/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bodies of requests to `phgen serve`: each gets JSON, an answer or an
 * error. */
#include "base/json.h"
#include "fuzz.h"
#include "serve/chat.h"

#include <stdio.h>
#include <stdlib.h>

typedef int completer(const struct builtin *, const char *, size_t,
                      struct str *, struct chat_error *);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static completer *const all[] = {chat_complete, chat_complete_text,
                                     chat_embed, chat_moderate};
    static struct builtin *b;
    struct chat_error bad;
    struct str out;
    char seeds[4096];
    cJSON *tree;
    size_t i;

    if (b == NULL) {
        const char *src = getenv("PHGEN_SRC");

        snprintf(seeds, sizeof(seeds), "%s/seeds", src != NULL ? src : ".");
        b = builtin_open(seeds, NULL);
        if (b == NULL)
            abort();
    }
    str_init(&out, 64 << 20);
    for (i = 0; i < sizeof(all) / sizeof(*all); i++) {
        str_clear(&out);
        if (all[i](b, (const char *)data, size, &out, &bad) != 0)
            chat_write_error(&bad, &out);
        tree = json_parse(out.s, out.len, NULL);
        if (tree == NULL)
            abort();
        cJSON_Delete(tree);
    }
    str_release(&out);
    return 0;
}
