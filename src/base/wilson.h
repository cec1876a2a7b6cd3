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

#endif
