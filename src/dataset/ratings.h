/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_DATASET_RATINGS_H
#define PHGEN_DATASET_RATINGS_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * How far raters agree, and how far each can be relied on, from what they
 * said and without a truth.
 *
 *      struct ratings *r = ratings_new(judges, classes);
 *      ratings_add(r, said, err);              once an item
 *      alpha = ratings_alpha(r);
 *      ratings_dawid_skene(r, &m, err);
 *      ratings_free(r);
 *
 * `said[j * classes + c]` is how often rater j said class c of the item; a
 * rater may be silent, or have several says.  Items that look alike are kept
 * once with their number, so memory grows with the kinds of items and not
 * with the items.  Results do not depend on the order of items.
 *
 * Krippendorff's alpha, nominal, missing values allowed: 1 - D_o / D_e over
 * the coincidences of values within items (Krippendorff 2004, Content
 * Analysis, ch. 11; "Computing Krippendorff's Alpha-Reliability", 2011).  1 is
 * perfect, 0 what chance would give.  NAN when no two values meet, or all
 * values are of one class, where it is not defined.
 *
 * Dawid and Skene (1979), "Maximum likelihood estimation of observer
 * error-rates using the EM algorithm", Applied Statistics 28(1): every item
 * has a true class, every rater a matrix of what it says of each; both are
 * estimated together, from the shares of each item's values (their eq. 3.1).
 * It takes raters to err independently of each other: raters with a common
 * bias look better than they are, and the majority decides which is right.
 */
#define RATINGS_RATERS_MAX  32
#define RATINGS_CLASSES_MAX 6

struct ratings; /* heap */

struct ratings *ratings_new(size_t raters, size_t classes); /* or NULL */
void ratings_free(struct ratings *r);                       /* NULL ok */

/* An item that nobody said anything of is passed over. */
int ratings_add(struct ratings *r, const uint8_t said[], struct err *err);
uint64_t ratings_items(const struct ratings *r);

double ratings_alpha(const struct ratings *r);

/*
 * Cohen's kappa of two raters (Cohen 1960, "A Coefficient of Agreement for
 * Nominal Scales", Educational and Psychological Measurement 20(1)), from the
 * table of what they said: `table[a * classes + b]` items were a to the first
 * and b to the second.  NAN where it is not defined: no items, or both raters
 * used one and the same class only.
 */
double ratings_kappa(const uint64_t table[], size_t classes);

struct rating_model {
    double prior[RATINGS_CLASSES_MAX]; /* share of items truly of a class */
    /* [rater][true class][said class]; a row of zeros: never seen. */
    double said[RATINGS_RATERS_MAX][RATINGS_CLASSES_MAX][RATINGS_CLASSES_MAX];
    /* Probability that a rater's say is the true class. */
    double accuracy[RATINGS_RATERS_MAX];
    double log_likelihood;
    unsigned steps;
    bool converged;
};

/* Fails only for want of memory; without items all is zero. */
int ratings_dawid_skene(const struct ratings *r, struct rating_model *out,
                        struct err *err);

#endif
