/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Exact for any count: a sum of binomial terms costs less than the rows did,
 * and there is no limit from which an approximation would have to be trusted.
 */
#include "dataset/paired.h"
#include "dataset/confusion.h"

#include <math.h>
#include <stdlib.h>

double paired_mcnemar(uint64_t only_a, uint64_t only_b)
{
    uint64_t n = only_a + only_b, k, low = only_a < only_b ? only_a : only_b;
    double log_term = -(double)n * log(2), sum = 0;

    for (k = 0; k <= low; k++) {
        sum += exp(log_term);
        log_term += log((double)(n - k)) - log((double)(k + 1));
    }
    return fmin(1, 2 * sum);
}

/* A judge who says yes where the truth is always yes: its accuracy is the
 * share of yes, and two of them are a pairing. */
static void bootstrap(const struct paired *p, uint64_t seed,
                      struct paired_figures *out)
{
    struct pairing yes = {.classes = 2};
    struct pairing_figures f;

    yes.n[1][1][1] = p->both;
    yes.n[1][1][0] = p->only_a;
    yes.n[1][0][1] = p->only_b;
    yes.n[1][0][0] = p->neither;
    pairing_figures(&yes, 1U << 1, seed, &f);
    out->difference = f.accuracy.value;
    out->range = f.accuracy.range;
}

void paired_figures(const struct paired *p, uint64_t seed,
                    struct paired_figures *out)
{
    out->rows = p->both + p->only_a + p->only_b + p->neither;
    out->p = paired_mcnemar(p->only_a, p->only_b);
    bootstrap(p, seed, out);
}

struct test {
    double p;
    size_t at;
};

static int by_p(const void *a, const void *b)
{
    const struct test *x = a, *y = b;

    if (x->p < y->p || x->p > y->p)
        return x->p < y->p ? -1 : 1;
    return x->at < y->at ? -1 : x->at > y->at;
}

int paired_holm(const double p[], size_t n, double out[])
{
    struct test *tests = calloc(n > 0 ? n : 1, sizeof(*tests));
    double least = 0;
    size_t i;

    if (tests == NULL)
        return -1;
    for (i = 0; i < n; i++)
        tests[i] = (struct test){p[i], i};
    qsort(tests, n, sizeof(*tests), by_p);
    for (i = 0; i < n; i++) {
        least = fmax(least, fmin(1, tests[i].p * (double)(n - i)));
        out[tests[i].at] = least;
    }
    free(tests);
    return 0;
}
