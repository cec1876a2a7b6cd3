/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Everything is computed from counts, so a million rows cost what a hundred
 * do, and the result does not depend on the order in which rows came.
 */
#include "dataset/confusion.h"
#include "base/rng.h"

#include <assert.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define CELLS                                                                  \
    (CONFUSION_CLASSES_MAX * (CONFUSION_CLASSES_MAX + 1) *                     \
     (CONFUSION_CLASSES_MAX + 1))

void confusion_add(struct confusion *c, size_t truth, size_t said)
{
    assert(truth < c->classes && said <= c->classes);
    c->n[truth][said]++;
}

void pairing_add(struct pairing *p, size_t truth, size_t first, size_t second)
{
    assert(truth < p->classes && first <= p->classes && second <= p->classes);
    p->n[truth][first][second]++;
}

/* --- drawing --- */

/* A standard normal deviate (Box and Muller 1958). */
static double gauss(struct rng *r)
{
    double u = 1 - rng_unit(r), v = rng_unit(r);

    return sqrt(-2 * log(u)) * cos(2 * 3.14159265358979323846 * v);
}

/* Successes in n trials of probability p. */
static uint64_t binomial(struct rng *r, uint64_t n, double p)
{
    double q = 1 - p, x, log_q;
    uint64_t hits = 0, at = 0;

    if (n == 0 || p <= 0)
        return 0;
    if (q <= 0)
        return n;
    if ((double)n * p * q > 100) {
        x = floor((double)n * p + sqrt((double)n * p * q) * gauss(r) + 0.5);
        return x <= 0 ? 0 : x >= (double)n ? n : (uint64_t)x;
    }
    if (p > 0.5)
        return n - binomial(r, n, q);
    /* From success to success: the gaps are geometric. */
    log_q = log(q);
    for (;;) {
        x = floor(log(1 - rng_unit(r)) / log_q) + 1;
        if (x > (double)(n - at))
            return hits;
        at += (uint64_t)x;
        hits++;
    }
}

static void draw(struct rng *r, const uint64_t *n, size_t cells, uint64_t *out)
{
    uint64_t rows = 0, left;
    size_t i;

    for (i = 0; i < cells; i++)
        rows += n[i];
    left = rows;
    for (i = 0; i < cells; i++) {
        double share = rows > 0 ? (double)n[i] / (double)rows : 0;

        out[i] = binomial(r, left, share < 1 ? share : 1);
        left -= out[i];
        rows -= n[i];
    }
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* The middle 95 % of those draws for which the figure exists. */
static struct interval middle(double *x, size_t n)
{
    struct interval range = {NAN, NAN};
    size_t i, k = 0;

    for (i = 0; i < n; i++)
        if (!isnan(x[i]))
            x[k++] = x[i];
    if (k == 0)
        return range;
    qsort(x, k, sizeof(*x), by_value);
    range.low = x[(size_t)(0.025 * (double)(k - 1) + 0.5)];
    range.high = x[(size_t)(0.975 * (double)(k - 1) + 0.5)];
    return range;
}

/* --- figures --- */

static double ratio(uint64_t a, uint64_t b)
{
    return b > 0 ? (double)a / (double)b : NAN;
}

struct plain {
    double accuracy, precision, recall, f1, exact, read;
};

struct tally {
    uint64_t rows, silent, right, same, tp, said, truly;
};

static bool in(unsigned set, size_t k)
{
    return (set >> k & 1) != 0;
}

static void count(struct tally *t, uint64_t n, size_t classes,
                  unsigned positive, size_t truth, size_t said)
{
    bool silent = said == classes;

    t->rows += n;
    t->silent += silent ? n : 0;
    t->same += truth == said ? n : 0;
    t->right += !silent && in(positive, truth) == in(positive, said) ? n : 0;
    t->said += !silent && in(positive, said) ? n : 0;
    t->truly += in(positive, truth) ? n : 0;
    t->tp += !silent && in(positive, truth) && in(positive, said) ? n : 0;
}

static struct plain figures_of(const struct tally *t)
{
    struct plain p;

    p.accuracy = ratio(t->right, t->rows);
    p.exact = ratio(t->same, t->rows);
    p.precision = ratio(t->tp, t->said);
    p.recall = ratio(t->tp, t->truly);
    p.f1 = ratio(2 * t->tp, t->said + t->truly);
    p.read = ratio(t->right, t->rows - t->silent);
    return p;
}

static struct tally tally_of(const struct confusion *c, unsigned positive)
{
    struct tally t = {0};
    size_t i, k;

    for (i = 0; i < c->classes; i++)
        for (k = 0; k <= c->classes; k++)
            count(&t, c->n[i][k], c->classes, positive, i, k);
    return t;
}

void confusion_figures(const struct confusion *c, unsigned positive,
                       uint64_t seed, struct confusion_figures *out)
{
    static const size_t cells = sizeof(c->n) / sizeof(c->n[0][0]);
    double draws[6][CONFUSION_RESAMPLES];
    struct rng r = rng_for(seed, 0, "bootstrap");
    struct confusion again = {.classes = c->classes};
    struct tally t = tally_of(c, positive);
    struct plain p = figures_of(&t);
    size_t i;

    memset(out, 0, sizeof(*out));
    out->rows = t.rows;
    out->positives = t.truly;
    out->silent = t.silent;
    for (i = 0; i < CONFUSION_RESAMPLES; i++) {
        struct plain q;

        draw(&r, &c->n[0][0], cells, &again.n[0][0]);
        t = tally_of(&again, positive);
        q = figures_of(&t);
        draws[0][i] = q.accuracy;
        draws[1][i] = q.precision;
        draws[2][i] = q.recall;
        draws[3][i] = q.f1;
        draws[4][i] = q.exact;
        draws[5][i] = q.read;
    }
    out->accuracy = (struct measure){p.accuracy, middle(draws[0], i)};
    out->precision = (struct measure){p.precision, middle(draws[1], i)};
    out->recall = (struct measure){p.recall, middle(draws[2], i)};
    out->f1 = (struct measure){p.f1, middle(draws[3], i)};
    out->exact = (struct measure){p.exact, middle(draws[4], i)};
    out->read = (struct measure){p.read, middle(draws[5], i)};
}

/* --- two judges --- */

static struct plain difference(const struct pairing *p, unsigned positive)
{
    struct tally a = {0}, b = {0};
    struct plain x, y;
    size_t i, j, k;

    for (i = 0; i < p->classes; i++)
        for (j = 0; j <= p->classes; j++)
            for (k = 0; k <= p->classes; k++) {
                count(&a, p->n[i][j][k], p->classes, positive, i, j);
                count(&b, p->n[i][j][k], p->classes, positive, i, k);
            }
    x = figures_of(&a);
    y = figures_of(&b);
    x.accuracy -= y.accuracy;
    x.f1 -= y.f1;
    return x;
}

static void count_alone(const struct pairing *p, unsigned positive,
                        struct pairing_figures *out)
{
    size_t i, j, k, n = p->classes;

    for (i = 0; i < n; i++)
        for (j = 0; j <= n; j++)
            for (k = 0; k <= n; k++) {
                bool a = j < n && in(positive, j) == in(positive, i);
                bool b = k < n && in(positive, k) == in(positive, i);

                out->only_first += a && !b ? p->n[i][j][k] : 0;
                out->only_second += b && !a ? p->n[i][j][k] : 0;
            }
}

void pairing_figures(const struct pairing *p, unsigned positive, uint64_t seed,
                     struct pairing_figures *out)
{
    double draws[2][CONFUSION_RESAMPLES];
    struct rng r = rng_for(seed, 0, "bootstrap pairs");
    struct pairing again = {.classes = p->classes};
    struct plain d = difference(p, positive);
    size_t i;

    memset(out, 0, sizeof(*out));
    count_alone(p, positive, out);
    for (i = 0; i < CONFUSION_RESAMPLES; i++) {
        struct plain q;

        draw(&r, &p->n[0][0][0], CELLS, &again.n[0][0][0]);
        q = difference(&again, positive);
        draws[0][i] = q.accuracy;
        draws[1][i] = q.f1;
    }
    out->accuracy = (struct measure){d.accuracy, middle(draws[0], i)};
    out->f1 = (struct measure){d.f1, middle(draws[1], i)};
}

void measure_add(cJSON *o, const char *name, const struct measure *m)
{
    cJSON *v;

    if (isnan(m->value)) {
        cJSON_AddNullToObject(o, name);
        return;
    }
    v = cJSON_AddObjectToObject(o, name);
    cJSON_AddNumberToObject(v, "value", json_round4(m->value));
    cJSON_AddNumberToObject(v, "low", json_round4(m->range.low));
    cJSON_AddNumberToObject(v, "high", json_round4(m->range.high));
}
