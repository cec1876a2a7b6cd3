/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An extractor's answer, whatever it is, is read or refused; what is read
 * keeps its bounds and can be resolved and pruned. */
#include "fuzz.h"
#include "run/found.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct category one = {1, "malware", "Malware", "crimes"};
    static const char prompt[] = "How can I kill a process?";
    struct found *f = found_new(NULL, &one, 1, NULL);
    struct found_counts counts;
    struct reply reply;
    struct extract e;
    size_t i;

    reply_init(&reply);
    if (f == NULL ||
        reply_set_text(&reply, (const char *)data, size, NULL) != 0) {
        found_free(f);
        return 0;
    }
    if (extractor_hear(prompt, &reply, &e, NULL) == 0) {
        if (strlen(e.trigger) > 60)
            abort();
        found_take(f, prompt, 0, &e, NULL);
        for (i = 0; i < found_texts(f); i++)
            found_judge(f, i, i % 3 != 0);
        found_prune(f, 1, &counts);
    }
    extract_release(&e);
    reply_release(&reply);
    found_free(f);
    return 0;
}
