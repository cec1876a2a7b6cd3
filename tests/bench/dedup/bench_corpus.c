/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writes prompts FIRST to FIRST + COUNT of the corpus as JSON Lines:
 * bench_corpus FIRST COUNT >file.jsonl */
#include "corpus.h"

#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
    struct corpus *c = corpus_new(1);
    char text[CORPUS_TEXT_MAX];
    uint64_t i, end, source;

    if (argc != 3 || c == NULL) {
        fputs("usage: bench_corpus FIRST COUNT\n", stderr);
        return 2;
    }
    i = strtoull(argv[1], NULL, 10);
    end = i + strtoull(argv[2], NULL, 10);
    for (; i < end; i++) {
        corpus_text(c, i, &source, text); /* nothing that JSON escapes */
        printf("{\"id\":%llu,\"prompt\":\"%s\"}\n", (unsigned long long)i,
               text);
    }
    corpus_free(c);
    return 0;
}
