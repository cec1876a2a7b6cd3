/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_BENCH_CORPUS_H
#define PHGEN_BENCH_CORPUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A seeded corpus of prompts as they come from generators and users, of 3 to
 * 60 words: about half free text over a Zipf vocabulary, a third from 200
 * templates whose slots differ (hard negatives: siblings share half to two
 * thirds of their shingles), and a fifth planted near-duplicates of an
 * earlier prompt: case, punctuation, swapped words, insertions, deletions,
 * typing errors, clauses moved.
 *
 * Prompt i is a function of (seed, i) alone.
 */
#define CORPUS_TEXT_MAX 2048

struct corpus; /* heap */

struct corpus *corpus_new(uint64_t seed);
void corpus_free(struct corpus *c);

/* Writes prompt `i`, returns its length; `*source` is the prompt that it is a
 * planted near-duplicate of, or `i` itself. */
size_t corpus_text(const struct corpus *c, uint64_t i, uint64_t *source,
                   char out[CORPUS_TEXT_MAX]);

/* The template that prompt `i`, or what it is planted from, was made from;
 * -1: free text. */
int corpus_template(const struct corpus *c, uint64_t i);

#endif
