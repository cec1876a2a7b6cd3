/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_VIEW_ROW_H
#define PHGEN_VIEW_ROW_H

#include "base/json.h"

/*
 * What of a row's record (dataset/record.md) the review page may see.
 *
 * row_show() is what every annotator sees: `id` and `messages`, and nothing
 * that the generator or a judge thinks of them, the category included.
 * row_evidence() is the rest, for who asks and is not blind.  Both copy into
 * an object of the caller's.
 */
void row_show(const cJSON *record, cJSON *to);
void row_evidence(const cJSON *record, cJSON *to);

#endif
