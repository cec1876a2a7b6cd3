/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_RUN_EXPORT_SPLITS_H
#define PHGEN_RUN_EXPORT_SPLITS_H

#include "base/err.h"
#include "run/export.h"
#include "run/export_picks.h"

#include <stdint.h>

/*
 * Which pick goes into which split (run/export.h says by what rule).
 *
 *      struct export_groups *g = export_groups_new(near, err);
 *
 *      export_groups_join(g, &picks, &row, err);       after each that is added
 *      export_groups_place(&picks, job, &count, err);  once some are left out
 *      export_groups_free(g);
 *
 * The table of triggers and the index of near-duplicates are here; the groups
 * themselves are in the picks.
 */
struct export_groups; /* heap */

struct export_groups *export_groups_new(double near, struct err *err);
void export_groups_free(struct export_groups *g); /* accepts NULL */

/* Joins the last pick to those before it that share its trigger or are near
 * it. */
int export_groups_join(struct export_groups *g, struct export_picks *p,
                       const struct export_row *row, struct err *err);

struct export_groups_count {
    uint32_t groups, largest; /* picks in the largest */
};

/* Sets the split of every pick that goes out. */
int export_groups_place(struct export_picks *p, const struct export_job *job,
                        struct export_groups_count *out, struct err *err);

#endif
