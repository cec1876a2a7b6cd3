/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_DATASET_STRATA_H
#define PHGEN_DATASET_STRATA_H

#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

/*
 * A share of a set, from a stratified random sample of it: how many to draw
 * of each stratum, and what was seen in them says of the whole.  Pure.
 *
 *      strata_allocate(s, n, 200, 2, err);          sets s[i].drawn
 *      ... people rate them: s[i].rated, s[i].hits ...
 *      strata_estimate(s, n, &e);
 *
 * Allocation is proportional to the strata's sizes, with at least `least` of
 * each (or all it has); whole numbers by largest remainders, of equals the
 * first.
 *
 * The estimate is the stratified one (Cochran 1977, Sampling Techniques, 3rd
 * ed., section 5.10): p = sum W_h p_h with W_h the stratum's share of the
 * rows.  What was drawn and not rated is made up for by the others of its
 * stratum (post-stratification); strata in which nothing was rated are out of
 * the estimate, and `covered` is the share of the rows that remains.
 *
 * The interval is Wilson's (base/wilson.h) for an effective sample size, as
 * Franco et al. (2019, "Comparative Study of Confidence Intervals for
 * Proportions in Complex Sample Surveys", Journal of Survey Statistics and
 * Methodology 7(3)) find it to keep its coverage at small shares:
 *
 *      n_eff = p (1 - p) / v   (Korn and Graubard 1998, Survey Methodology
 *                               24(2)), v = sum W_h^2 p_h (1 - p_h)/(n_h - 1)
 *
 * and never more than Kish's (sum w)^2 / sum w^2 for the weights w = N_h / n_h
 * (Kish 1992, Journal of Official Statistics 8(2)).  That stands in where v
 * is 0, as when no hit was seen, and it gives away what stratification gains.
 * There is no correction for a finite set: with all rows rated the interval
 * is wider than it need be.  Both err on the side of caution.
 */
struct stratum {
    uint64_t rows;  /* N_h */
    uint64_t drawn; /* of them, into the sample */
    uint64_t rated; /* n_h: of these, with a verdict that counts */
    uint64_t hits;  /* of these, what is looked for */
};

/* -1 when `want` is less than the minimum of all strata. */
int strata_allocate(struct stratum *s, size_t n, uint64_t want, uint64_t least,
                    struct err *err);

struct strata_estimate {
    uint64_t rows, rated, hits;
    double covered;   /* 0 to 1 */
    double rate;      /* weighted; 0 when nothing was rated */
    double low, high; /* 95 %, two-sided */
    double upper;     /* 95 %, one-sided */
    double effective; /* sample size */
};

void strata_estimate(const struct stratum *s, size_t n,
                     struct strata_estimate *out);

#endif
