/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_DATASET_METRICS_H
#define PHGEN_DATASET_METRICS_H

#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

/*
 * How diverse a set of texts is.
 *
 *      struct metrics *m = metrics_new(METRICS_SAMPLE, seed);
 *      metrics_add(m, text, len, err);               (for each text)
 *      metrics_compute(m, &result, err);
 *      metrics_free(m);
 *
 * All figures depend on how many texts there are, so they are computed on a
 * sample of fixed size: every text has the same chance to be in it
 * (reservoir sampling, Vitter's algorithm R), and the seed and the order of
 * the texts decide which.  Two sets are compared at equal sample sizes.
 *
 * Tokens are the words (text_word) of the text after text_normalise: NFKC,
 * case folded, punctuation dropped.  A text without words is left out.
 *
 * Dist-n (Li et al., "A Diversity-Promoting Objective Function for Neural
 * Conversation Models", NAACL 2016): distinct n-grams divided by all n-grams,
 * over the whole sample.  1 is most diverse.
 *
 * Self-BLEU-4 (Zhu et al., "Texygen", SIGIR 2018): the mean over the texts
 * of the BLEU-4 of each text with all others as its references.  0 is most
 * diverse.  BLEU-4 (Papineni et al., ACL 2002) is BP * exp(sum over n = 1..4
 * of ln(p_n) / 4), where
 *   p_n  is the clipped precision: the text's n-grams found in the
 *        references, each counted at most as often as in the one reference
 *        that has it most often, divided by the text's n-grams (at least 1);
 *   a numerator of 0 becomes 0.1 (smoothing method 1 of Chen & Cherry, "A
 *        Systematic Comparison of Smoothing Techniques for Sentence-Level
 *        BLEU", WMT 2014, with NLTK's epsilon, which Texygen uses); a text
 *        that shares no word with the others scores 0;
 *   BP   is 1 for a text longer than the reference closest to it in length
 *        (the shorter of two equally close), else exp(1 - r / c).
 *
 * Cost: linear in the words of the sample, in time and memory, because of
 * each n-gram only its two highest counts in different texts are kept: the
 * references of a text are all the others.
 */
#define METRICS_SAMPLE 1000

struct metrics; /* heap */

struct metrics_result {
    size_t texts;  /* added, with at least a word */
    size_t sample; /* of them, in the figures below */
    size_t words;
    size_t vocabulary; /* different words */
    double mean_words;
    double dist1, dist2;
    double self_bleu4; /* 0 for a sample of less than two texts */
};

/* `cap` texts in the sample at most; 0: all. */
struct metrics *metrics_new(size_t cap, uint64_t seed);

/* Copies what it keeps.  Any bytes will do. */
int metrics_add(struct metrics *m, const char *text, size_t len,
                struct err *err);

/* Of what was added so far; more can be added afterwards. */
int metrics_compute(const struct metrics *m, struct metrics_result *out,
                    struct err *err);

void metrics_free(struct metrics *m); /* accepts NULL */

#endif
