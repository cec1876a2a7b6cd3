/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Wilson rather than Wald: rows have three samples, where Wald says nothing.*/
#include "base/wilson.h"

#include <math.h>

struct interval wilson_score(double p, double n, double z)
{
    struct interval out = {0, 1};
    double centre, half, scale;

    if (!(n > 0))
        return out;
    scale = 1 + z * z / n;
    centre = p + z * z / (2 * n);
    half = z * sqrt(p * (1 - p) / n + z * z / (4 * n * n));
    out.low = fmax(0, (centre - half) / scale);
    out.high = fmin(1, (centre + half) / scale);
    return out;
}

struct interval wilson(uint64_t successes, uint64_t trials)
{
    double n = (double)trials;

    return wilson_score(n > 0 ? (double)successes / n : 0, n, WILSON_95);
}
