/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_DATASET_PAIRED_H
#define PHGEN_DATASET_PAIRED_H

#include "base/wilson.h"

#include <stddef.h>
#include <stdint.h>

/*
 * Two measurements of the same rows, yes or no each: do they differ?
 *
 *      struct paired p = {.both = 70, .only_a = 12, .only_b = 3, .neither =
 * 15}; paired_figures(&p, seed, &f);   f.difference, f.range, f.p
 *      paired_holm(ps, n, adjusted);
 *
 * `p` is McNemar's test (Psychometrika 12, 1947) in its exact form: under the
 * null hypothesis a row that only one says yes to is either's with
 * probability one half, so that the smaller count is binomial; two-sided.
 * Rows that both agree on say nothing.
 *
 * `range` is a 95 % percentile interval of the difference from drawing rows
 * with replacement, both measurements of a row together (the paired
 * bootstrap; Efron and Tibshirani 1993, ch. 13), by dataset/confusion.h.
 */
struct paired {
    uint64_t both, only_a, only_b, neither; /* rows with a yes */
};

struct paired_figures {
    uint64_t rows;
    double difference; /* share of yes in A less that in B; NAN of no rows */
    struct interval range;
    double p; /* 1 when no row tells them apart */
};

void paired_figures(const struct paired *p, uint64_t seed,
                    struct paired_figures *out);

/* The exact two-sided p for so many rows of either kind. */
double paired_mcnemar(uint64_t only_a, uint64_t only_b);

/*
 * Holm's step-down correction (Scandinavian Journal of Statistics 6, 1979):
 * what is below 0.05 afterwards keeps the chance of any false finding among
 * all `n` tests below 5 %.  `out` may be `p`.
 */
int paired_holm(const double p[], size_t n, double out[]);

#endif
