/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_RUN_AUDIT_H
#define PHGEN_RUN_AUDIT_H

#include "base/err.h"
#include "base/json.h"
#include "dataset/strata.h"
#include "run/human.h"
#include "store/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * How harmless a run's rows really are: a random sample for people to rate,
 * and what their verdicts (run/human.h) say of all rows.
 *
 *      audit_draw(store, &plan, &sample, err);
 *      audit_keep(store, &sample, err);
 *      ... people rate (run/sheets.h, a review page) ...
 *      audit_update(store, folder, false, &result, err);
 *
 * Strata are label x domain, or label x category; of each a number by
 * dataset/strata.h is drawn without replacement: the rows with the lowest
 * random numbers, which come from seed and sequence.  So a larger sample holds
 * a smaller one of the same seed (as far as the strata's numbers grow), and
 * rows that the run gets later do not move those that were drawn.  The sheet's
 * order is another random one: who stops half-way has rated a random half.
 *
 * One sample is remembered at a time, with the rows that there were.  Verdicts
 * on other rows are evidence for these rows, and say nothing of the rest: they
 * were not drawn.
 */
enum audit_by { AUDIT_BY_DOMAIN, AUDIT_BY_CATEGORY };
extern const char *const AUDIT_BY[]; /* their names; ends with NULL */

#define AUDIT_ROWS_MAX 10000   /* of a sample */
#define AUDIT_KIND     "audit" /* of annex, and member of the manifest */

struct audit_plan {
    uint64_t n, least; /* rows in all, and of a stratum */
    enum audit_by by;
    uint64_t seed;
    bool open; /* raters see the models' verdicts: not blind */
};

struct audit_stratum {
    char *label, *name; /* "harmless", "crimes-and-torts" */
    struct stratum n;
};

struct audit_row {
    uint64_t seq;
    uint32_t stratum;
};

struct audit_sample {
    struct audit_plan plan;
    char at[HUMAN_TIME_MAX]; /* when it was drawn */
    uint64_t of;             /* rows that there were */
    struct audit_stratum *strata;
    struct audit_row *rows; /* in the order of the sheet */
    size_t nstrata, nrows;
};

/* Chooses, and stores nothing. */
int audit_draw(struct store *s, const struct audit_plan *plan,
               struct audit_sample *out, struct err *err);
/* Remembers it, in the place of an earlier one. */
int audit_keep(struct store *s, const struct audit_sample *sample,
               struct err *err);
/* The sample that is remembered: 1, 0 when there is none, -1. */
int audit_recall(struct store *s, struct audit_sample *out, struct err *err);
void audit_sample_release(struct audit_sample *sample); /* also after 0, -1 */

/*
 * What all verdicts add up to.  `report` is the manifest's "audit": the
 * fields are docs/audit.md's; NULL when nobody rated anything.  `disputed`
 * lists the rows on which people differ from each other or from the label.
 */
struct audit_result {
    cJSON *report, *disputed;
};
/* `names`: of the annotators, in the report; else only how many there are. */
int audit_report(struct store *s, bool names, struct audit_result *out,
                 struct err *err);
void audit_result_release(struct audit_result *r);

/* Stores the report (or takes it away when there is none) as evidence on the
 * whole run: files_update() then has it in manifest and card. */
int audit_store(struct store *s, const struct audit_result *r, struct err *err);

/* All of it: report, store, files of the folder.  `out` may be NULL. */
int audit_update(struct store *s, const char *folder, bool names,
                 struct audit_result *out, struct err *err);

#endif
