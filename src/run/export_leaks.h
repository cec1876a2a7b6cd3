/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_RUN_EXPORT_LEAKS_H
#define PHGEN_RUN_EXPORT_LEAKS_H

#include "base/err.h"
#include "base/json.h"
#include "run/export.h"

#include <stddef.h>

/*
 * What is left of leaks between splits: of each later split, the rows that are
 * near one of the first split, the highest similarity, and the triggers that
 * both have.
 *
 *      struct export_leaks *l = export_leaks_new(err);
 *
 *      export_leaks_learn(l, &row, split, err);        every row
 *      export_leaks_look(l, &row, split);              every row once more
 *      list = export_leaks_report(l, job);
 *      export_leaks_free(l);
 *
 * It looks at what was written and at nothing that the splits were made by.
 */
struct export_leaks; /* heap */

struct export_leaks *export_leaks_new(struct err *err);
void export_leaks_free(struct export_leaks *l); /* accepts NULL */

int export_leaks_learn(struct export_leaks *l, const struct export_row *row,
                       size_t split, struct err *err);
void export_leaks_look(struct export_leaks *l, const struct export_row *row,
                       size_t split);

/* [{"split", "near", "highest", "shared_triggers"}]; the caller deletes it. */
cJSON *export_leaks_report(const struct export_leaks *l,
                           const struct export_job *job);

#endif
