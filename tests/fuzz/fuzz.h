/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_TESTS_FUZZ_H
#define PHGEN_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>

/*
 * A fuzz target is one file fuzz_NAME.c with this function, and a corpus in
 * corpus/NAME/.  `make check` replays the corpora (replay.c gives main);
 * to look for more:
 *
 *      clang -g -O1 -fsanitize=fuzzer,address,undefined -Isrc ... \
 *          tests/fuzz/fuzz_json.c libphgen.a && ./a.out tests/fuzz/corpus/json
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
