/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_BASE_WILSON_H
#define PHGEN_BASE_WILSON_H

#include <stdint.h>

/*
 * The Wilson score interval of a proportion, 95 % (Wilson 1927, Journal of
 * the American Statistical Association 22(158)).  Of 0 trials it is 0 to 1.
 */
struct interval {
    double low, high;
};

struct interval wilson(uint64_t successes, uint64_t trials);

/* The same around a share `p` of `n` trials, which need be no whole number
 * (an effective sample size), `z` standard errors to each side. */
struct interval wilson_score(double p, double n, double z);
#define WILSON_95       1.959963984540054  /* two-sided: both ends */
#define WILSON_95_BOUND 1.6448536269514722 /* one-sided: one end alone */

#endif
