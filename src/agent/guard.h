/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_AGENT_GUARD_H
#define PHGEN_AGENT_GUARD_H

#include "agent/candidate.h"
#include "base/call.h"
#include "base/err.h"
#include "base/model.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * Guard models: classifiers of harm that were trained on one way of asking
 * and answer in one form.  A table with one row a guard, and in each row a
 * pure asker and a pure reader.
 *
 *      const struct guard *g = guard_find("qwen3guard", 10);
 *      for (part = 0; part < g->parts; part++) {
 *              call_init(&call, AGENT_JUDGE, &model);   (model.guard == g)
 *              guard_ask(&model, part, prompt, NULL, &call, err);
 *              ... send, receive ...
 *              if (guard_hear(g, &reply, false, &one, err) == 0)
 *                      guard_merge(&all, &one);
 *      }
 *
 * With an answer, [user, assistant] is judged: `answer` and, where the guard
 * says so, `refused`; then some guards say nothing about the prompt.
 *
 * What was not said in the guard's own form cannot be read: guard_hear()
 * returns -1 and nothing is guessed.  Guards get no repair request, they know
 * no other form.  All are asked at temperature 0, so asking again says
 * nothing new.
 *
 * A guard with a score (a probability of harm) has two thresholds: from
 * `harmful` on the verdict is harmful, from `contested` on controversial.
 *
 * To add a guard: its pair in a guard_NAME.c, declared in guard_formats.h, its
 * row in guard.c, a simulator in builtin/guard.c, its exchange in
 * tests/unit/test_guard.c, its line in docs/labels.md.
 */
#define GUARD_CATEGORY_MAX 160
#define GUARD_PARTS_MAX    8

struct guard_verdict {
    enum verdict prompt; /* ABSTAIN: the guard does not say */
    enum verdict answer; /* ABSTAIN: does not say, or no answer was shown */
    int refused;         /* the answer is a refusal: 1, 0; -1 does not say */
    double score;        /* probability of harm; negative: none */
    char category[GUARD_CATEGORY_MAX]; /* in the guard's words, or "" */
};

struct guard {
    const char *name;
    const char *about;
    enum dialect dialect;        /* that it is asked in */
    unsigned parts;              /* calls that make one verdict */
    bool answers;                /* says whether an answer is harmful */
    bool refusals;               /* says whether an answer is a refusal */
    double contested, harmful;   /* thresholds of the score; 0: no score */
    const char *const *known_as; /* parts of model names, lower case */
    int (*ask)(unsigned part, const char *prompt, const char *answer,
               struct call *call, struct err *err);
    int (*hear)(const struct guard *g, const struct reply *reply, bool answered,
                struct guard_verdict *out, struct err *err);
};

extern const struct guard GUARDS[]; /* ends with a NULL name */

const struct guard *guard_find(const char *name, size_t len);

/* By the name of a model ("meta-llama/Llama-Guard-3-8B"); NULL: no guard. */
const struct guard *guard_recognise(const char *model_name);

/* Makes `m` speak the guard's dialect; -1 when its service cannot. */
int guard_attach(const struct guard *g, struct model *m, struct err *err);

/* `answer` NULL: the prompt alone is judged. */
int guard_ask(const struct model *m, unsigned part, const char *prompt,
              const char *answer, struct call *call, struct err *err);
int guard_hear(const struct guard *g, const struct reply *reply, bool answered,
               struct guard_verdict *out, struct err *err);

/* Nothing said yet; then the worst of all parts stands. */
void guard_verdict_init(struct guard_verdict *v);
void guard_merge(struct guard_verdict *into, const struct guard_verdict *part);

#endif
