/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_AGENT_OCCLUSION_H
#define PHGEN_AGENT_OCCLUSION_H

#include "base/call.h"
#include "base/err.h"
#include "base/json.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * Which words of a prompt draw the refusal, measured: the target is asked
 * again with one word left out at a time, and the words without which it
 * refuses less are the focus (occlusion; Zeiler and Fergus, ECCV 2014, for
 * images; Li, Monroe and Jurafsky, arXiv:1612.08220, "erasure", for text).
 *
 *      n = occlusion_words(prompt, focus, words, OCCLUSION_WORDS_MAX);
 *      occlusion_ask(messages, prompt, &words[i], &call, err);
 *      score = occlusion_hear(prompt, &reply, &graded);
 *
 * Only content words are left out, each form once with all its occurrences;
 * of too many, those that the generator named go first, then the longest.
 * They come in the order of the prompt.
 */
#define OCCLUSION_WORDS_MAX 24
/* The least drop that counts: of probabilities, of a few samples. */
#define OCCLUSION_DROP         0.02
#define OCCLUSION_DROP_SAMPLED 0.2

struct occlusion_word {
    size_t start, len; /* its first place in the prompt */
    double drop;       /* refusal with it less refusal without, -1 to 1 */
    bool flips;        /* with it refused, without it not, by half */
};

size_t occlusion_words(const char *prompt, const cJSON *focus,
                       struct occlusion_word out[], size_t max);

/* Appends the text without any occurrence of the word of `prompt`. */
void occlusion_without(const char *text, const char *prompt,
                       const struct occlusion_word *word, struct str *out);

/* A short probe: the row's conversation without the word, NULL: as it is. */
int occlusion_ask(const cJSON *messages, const char *prompt,
                  const struct occlusion_word *word, struct call *call,
                  struct err *err);

/*
 * How much of a refusal the reply is, 0 to 1; negative when it says nothing.
 * `*graded` says that it comes from probabilities, so that one reply will do;
 * else it is 0 or 1 by the refusal classifier.
 */
double occlusion_hear(const char *prompt, const struct reply *reply,
                      bool *graded);

/* Is it one of the measured focus: a drop that counts, and at least half the
 * largest? */
bool occlusion_is_focus(const struct occlusion_word words[], size_t n, size_t i,
                        bool graded);

#endif
