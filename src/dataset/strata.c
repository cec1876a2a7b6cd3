/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Allocation takes the strata whose proportional part is under the minimum
 * out first, since what they get more, the others get less, which may bring
 * the next one under it.  Remainders are compared as whole numbers, so that
 * no rounding of doubles decides who is drawn.
 */
#include "dataset/strata.h"
#include "base/wilson.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static uint64_t minimum(const struct stratum *s, uint64_t least)
{
    return s->rows < least ? s->rows : least;
}

/* rows * left / sum, and what remains of the division: no overflow, since a
 * sample has fewer than 2^32 rows and so has a set. */
static uint64_t part(const struct stratum *s, uint64_t left, uint64_t sum,
                     uint64_t *remainder)
{
    *remainder = s->rows * left % sum;
    return s->rows * left / sum;
}

/* Gives the minimum to those that would get less, until none would. */
static void settle_small(struct stratum *s, size_t n, uint64_t least,
                         bool *settled, uint64_t *left, uint64_t *sum)
{
    uint64_t remainder;
    bool again;
    size_t i;

    do {
        again = false;
        for (i = 0; i < n; i++) {
            if (settled[i] ||
                part(&s[i], *left, *sum, &remainder) >= minimum(&s[i], least))
                continue;
            settled[i] = again = true;
            s[i].drawn = minimum(&s[i], least);
            *left -= s[i].drawn;
            *sum -= s[i].rows;
        }
    } while (again && *sum > 0);
}

/* The stratum with the largest remainder that has not had one more. */
static size_t next_up(const struct stratum *s, size_t n, const bool *settled,
                      const uint64_t *remainder)
{
    size_t best = n, i;

    for (i = 0; i < n; i++)
        if (!settled[i] && s[i].drawn < s[i].rows &&
            (best == n || remainder[i] > remainder[best]))
            best = i;
    return best;
}

static void share_out(struct stratum *s, size_t n, bool *settled,
                      uint64_t *remainder, uint64_t left, uint64_t sum)
{
    uint64_t given = 0;
    size_t i;

    for (i = 0; i < n; i++) {
        if (settled[i])
            continue;
        s[i].drawn = part(&s[i], left, sum, &remainder[i]);
        given += s[i].drawn;
    }
    for (; given < left && (i = next_up(s, n, settled, remainder)) < n;
         given++) {
        s[i].drawn++;
        settled[i] = true;
    }
}

int strata_allocate(struct stratum *s, size_t n, uint64_t want, uint64_t least,
                    struct err *err)
{
    bool *settled = calloc(n + 1, sizeof(*settled));
    uint64_t *remainder = calloc(n + 1, sizeof(*remainder)), need = 0, sum = 0;
    int failed = 0;
    size_t i;

    for (i = 0; i < n; i++) {
        need += minimum(&s[i], least);
        sum += s[i].rows;
    }
    if (settled == NULL || remainder == NULL) {
        failed = err_nomem(err);
    } else if (want < need) {
        failed = err_set(err,
                         "%llu rows are too few for %zu strata with at least "
                         "%llu each; draw %llu or more, or strata of domains, "
                         "or a lower minimum",
                         (unsigned long long)want, n, (unsigned long long)least,
                         (unsigned long long)need);
    } else if (sum > 0) {
        want = want < sum ? want : sum;
        settle_small(s, n, least, settled, &want, &sum);
        if (sum > 0)
            share_out(s, n, settled, remainder, want, sum);
    }
    free(settled);
    free(remainder);
    return failed;
}

void strata_estimate(const struct stratum *s, size_t n,
                     struct strata_estimate *out)
{
    double all = 0, covered = 0, v = 0, squares = 0, hits = 0, p, w, kish;
    struct interval two;
    size_t i;

    memset(out, 0, sizeof(*out));
    for (i = 0; i < n; i++) {
        all += (double)s[i].rows;
        out->rows += s[i].rows;
        out->rated += s[i].rated;
        out->hits += s[i].hits;
        covered += s[i].rated > 0 ? (double)s[i].rows : 0;
    }
    out->high = out->upper = 1;
    if (covered <= 0)
        return;
    for (i = 0; i < n; i++) {
        if (s[i].rated == 0)
            continue;
        w = (double)s[i].rows / covered;
        p = (double)s[i].hits / (double)s[i].rated;
        hits += w * p;
        squares += w * w / (double)s[i].rated;
        if (s[i].rated > 1)
            v += w * w * p * (1 - p) / (double)(s[i].rated - 1);
    }
    kish = fmin(1 / squares, (double)out->rated);
    out->covered = covered / all;
    out->rate = fmin(hits, 1);
    out->effective = v > 0 ? fmin(out->rate * (1 - out->rate) / v, kish) : kish;
    two = wilson_score(out->rate, out->effective, WILSON_95);
    out->low = two.low;
    out->high = two.high;
    out->upper = wilson_score(out->rate, out->effective, WILSON_95_BOUND).high;
}
