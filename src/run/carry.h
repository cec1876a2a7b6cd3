/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_RUN_CARRY_H
#define PHGEN_RUN_CARRY_H

#include "base/err.h"
#include "run/retest.h"

/*
 * From an earlier release to the store of the run that refreshes it: candidate
 * k is row k of the release, then come those of the past.
 *
 *      carry_rows(&plan, retest_findings(t), err)
 *
 * Rows that stay keep their members; those that leave are rejects with all
 * that they had.  One transaction: half a release must never look like a whole
 * one.  Rows and evidence are taken apart; free them all the same.
 */
int carry_rows(const struct retest_plan *plan, struct finding *findings,
               struct err *err);

#endif
