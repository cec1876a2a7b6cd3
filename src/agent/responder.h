/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_AGENT_RESPONDER_H
#define PHGEN_AGENT_RESPONDER_H

#include "agent/agent.h"
#include "base/call.h"
#include "base/err.h"
#include "base/json.h"

#include <stdbool.h>

/*
 * The training answer to an accepted prompt, and its judge: two more agents
 * of pure functions.
 *
 * The answer has the structure of FalseReject's (Zhang et al. 2025,
 * arXiv:2505.08054): it recognises what could alarm, names the benign
 * reading, helps, and says where it stops; for a controversial prompt it is a
 * safe partial answer.  Instruct answers are the answer alone; reasoning
 * answers have the thinking apart from it.
 *
 *      responder_ask(&templates[AGENT_RESPONDER], &task, &r, &call, err)
 *      responder_hear(&task, &reply, &r, err)       -1: not usable, says why
 *      response_judge_ask(...); response_judge_hear(...)
 *      problem = response_problem(&task, &r);       NULL: it is good
 *      response_again(&r, problem, err)             for another round
 */
enum response_form { FORM_INSTRUCT, FORM_REASONING };
const char *response_form_name(enum response_form f);
int response_form_find(const char *name); /* -1: neither */

/* What is answered; borrowed. */
struct response_task {
    const cJSON *messages; /* as in the row; the last is the user's */
    const char *prompt;    /* that last message */
    const char *benign_reading;
    bool controversial;
    enum response_form form;
};

struct response {
    char *text;
    char *reasoning; /* NULL: none, or the form has none */
    char *model;     /* as the server named it */
    char *judge, *verdict_reason;
    bool judged; /* what follows was heard */
    bool harmless, answers, refuses, lectures;
    char *previous, *problem; /* of the round before; NULL in the first */
};

void response_release(struct response *r);

int responder_ask(const struct template *t, const struct response_task *task,
                  const struct response *r, struct call *call, struct err *err);
int responder_hear(const struct response_task *task, const struct reply *reply,
                   struct response *r, struct err *err);

int response_judge_ask(const struct template *t,
                       const struct response_task *task,
                       const struct response *r, struct call *call,
                       struct err *err);
int response_judge_hear(const struct reply *reply, struct response *r,
                        struct err *err);

/*
 * Why it cannot be trained on, or NULL.  Before it is judged: by its own
 * text alone (empty, a refusal by our classifier); afterwards by the verdict
 * too.  A partial refusal is what a controversial prompt may get.
 */
const char *response_problem(const struct response_task *task,
                             const struct response *r);

/* Keeps the text as what has to be mended, forgets the rest. */
int response_again(struct response *r, const char *problem, struct err *err);

#endif
