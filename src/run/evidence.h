/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_RUN_EVIDENCE_H
#define PHGEN_RUN_EVIDENCE_H

#include "base/err.h"
#include "base/json.h"
#include "run/dialogue.h"
#include "store/store.h"

/*
 * What the decided candidates show about those who decided: how far the
 * judges agree and how far each can be relied on (dataset/ratings.h).
 *
 *      struct evidence *e = evidence_new(&plan, err);
 *      evidence_add(e, &decided, err);           once a candidate
 *      evidence_report(e, manifest, err);
 *      evidence_free(e);
 *
 * Every wording that was judged is an item, those of earlier rounds and of
 * rejected candidates too; each judge has one say in it, its verdict.
 *
 * Member `panel` of the manifest: items, alpha (null where it is not defined),
 * prevalence by verdict, and by judge: model, form, verdicts (counts, abstain
 * too), reliability, and `recognises`, the share of each true verdict that it
 * sees as such.  The last three are estimates by Dawid and Skene.
 *
 * Member `first_look`, when there was one: `threshold`; `looked`, targets that
 * were looked at; `unread`, of them those without logprobs; `answered`, those
 * below the threshold; `checked`, of these those sampled all the same, and
 * `agreed`, how many of them did answer, with `agreement` and its 95 % Wilson
 * interval; `kept`, those above, and `refused`, how many of them refused.
 *
 * Member `refusal_judge`, when there was one: `model`, `form`, `unsure` (the
 * threshold); `answers` heard of all targets, `asked` of them the judge,
 * `judged` those with a verdict, `changed` those of them where it was not the
 * classifier's, `unread` the rest, where the classifier's stands.
 */
struct evidence; /* heap */

struct evidence *evidence_new(const struct dialogue_plan *plan,
                              struct err *err);
void evidence_free(struct evidence *e); /* NULL ok */

int evidence_add(struct evidence *e, const struct decided *d, struct err *err);
int evidence_report(const struct evidence *e, cJSON *manifest, struct err *err);

#endif
