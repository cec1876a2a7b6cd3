/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Wilson rather than Wald: rows have three samples, where Wald says nothing.*/
#include "base/wilson.h"

#include <math.h>

#define Z 1.959963984540054 /* the normal quantile of 0.975 */

struct interval wilson(uint64_t successes, uint64_t trials)
{
    struct interval out = {0, 1};
    double n = (double)trials, p, centre, half, scale;

    if (trials == 0)
        return out;
    p = (double)successes / n;
    scale = 1 + Z * Z / n;
    centre = p + Z * Z / (2 * n);
    half = Z * sqrt(p * (1 - p) / n + Z * Z / (4 * n * n));
    out.low = fmax(0, (centre - half) / scale);
    out.high = fmin(1, (centre + half) / scale);
    return out;
}
