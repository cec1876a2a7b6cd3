/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_RUN_OVERVIEW_H
#define PHGEN_RUN_OVERVIEW_H

#include "base/err.h"
#include "base/json.h"

/*
 * What a run or an evaluation adds up to, as one JSON object: the figures of
 * the report page.  Nothing is measured again; all of it stands in the files
 * of the folder.
 *
 * Of a run:
 *
 *      {"kind": "run", "name": FOLDER, "complete": BOOL,
 *       "manifest": the members of manifest.json that the page shows,
 *       "yield": SHARE of the candidates that became rows,
 *       "refusal": null, or {"target": MODEL, SHARE..., "categories":
 *           [{"name": SLUG, SHARE..., "posterior": P, "triggers":
 *             [[TEXT, of, n, posterior], ...]}, ...]}}
 *
 * SHARE is the members "n", "of", "rate", "low", "high": n of `of`, and the
 * 95 % Wilson interval; rate, low and high are null when `of` is 0.
 *
 * "refusal" is learned.json's (run/heat.h): of the prompts that reached the
 * first target, in any round, those that it refused.  All had passed the
 * judges.  The posterior is a rate that borrows from the level above
 * (graph/bandit.h).  Categories and triggers are in order of it, the highest
 * first.
 *
 * Of an evaluation:
 *
 *      {"kind": "eval", "name": FOLDER, "summary": eval.json's object}
 *
 * A folder that is neither is an error.  Files are other programs' too: who
 * shows the document must not trust its texts.
 */
enum overview_kind { OVERVIEW_RUN, OVERVIEW_EVAL };

/* Which of them a folder is: 0 or -1 with a sentence. */
int overview_kind(const char *folder, enum overview_kind *kind,
                  struct err *err);

/* The caller deletes it; NULL with a sentence. */
cJSON *overview_read(const char *folder, struct err *err);

#endif
