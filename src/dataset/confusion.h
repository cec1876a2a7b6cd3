/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_DATASET_CONFUSION_H
#define PHGEN_DATASET_CONFUSION_H

#include "base/json.h"
#include "base/wilson.h"

#include <stddef.h>
#include <stdint.h>

/*
 * Verdicts against the truth: a table of counts, the usual figures, and how
 * sure these are.  All pure; memory does not grow with the rows.
 *
 *      struct confusion c = {.classes = 3};
 *      confusion_add(&c, truth, said);                 once a row
 *      confusion_figures(&c, 1u << PARTIAL | 1u << FULL, seed, &f);
 *
 * `said` may be `classes`: no verdict that could be read.  It is never right:
 * it counts against accuracy, a positive row so answered against recall.
 *
 * `positive` is the set of classes that precision, recall, F1 and `accuracy`
 * are about; `exact` is the accuracy over all classes.  A figure that nothing
 * can be divided for (precision, when nothing was called positive) is NAN.
 *
 * Intervals are 95 % percentile bootstrap (Efron and Tibshirani 1993, An
 * Introduction to the Bootstrap, ch. 13): CONFUSION_RESAMPLES draws of as
 * many rows with replacement.  Rows of a cell are alike to every figure, so
 * the counts of the cells are drawn, multinomially, one binomial after the
 * other; a binomial with a variance above 100 by its normal approximation.
 */
#define CONFUSION_CLASSES_MAX 4
#define CONFUSION_RESAMPLES   2000

struct confusion {
    size_t classes;
    uint64_t n[CONFUSION_CLASSES_MAX][CONFUSION_CLASSES_MAX + 1];
};

void confusion_add(struct confusion *c, size_t truth, size_t said);

struct measure {
    double value;
    struct interval range;
};

/* A member {value, low, high}, to four decimals; null when it is not defined.
 */
void measure_add(cJSON *o, const char *name, const struct measure *m);

struct confusion_figures {
    uint64_t rows, positives, silent; /* silent: without a verdict */
    struct measure accuracy, precision, recall, f1, exact;
    struct measure read; /* accuracy on the rows that have a verdict */
};

void confusion_figures(const struct confusion *c, unsigned positive,
                       uint64_t seed, struct confusion_figures *out);

/*
 * Two judges on the same rows: how much better the first is, with an interval
 * from drawing rows (both verdicts of a row together).
 */
struct pairing {
    size_t classes;
    uint64_t n[CONFUSION_CLASSES_MAX][CONFUSION_CLASSES_MAX + 1]
              [CONFUSION_CLASSES_MAX + 1];
};

void pairing_add(struct pairing *p, size_t truth, size_t first, size_t second);

struct pairing_figures {
    uint64_t only_first, only_second; /* rows that just one has right */
    struct measure accuracy, f1;      /* first minus second */
};

void pairing_figures(const struct pairing *p, unsigned positive, uint64_t seed,
                     struct pairing_figures *out);

#endif
