/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_AGENT_AGENT_H
#define PHGEN_AGENT_AGENT_H

#include "agent/candidate.h"
#include "agent/guard.h"
#include "agent/panel.h"
#include "base/call.h"
#include "base/err.h"
#include "base/json.h"
#include "base/str.h"

/*
 * The agents of the loop, each two pure functions: `x_ask` writes the request
 * for a candidate, `x_hear` reads the reply into it.  No I/O, no state.
 *
 * What an agent is told stands in a Markdown template, one for each agent, in
 * seeds/agents/; what it is to work on follows as ONE JSON object in the user
 * message, so that nothing a model wrote is ever mixed into instructions.
 * Target and witness get the bare prompt: they must not know that they are
 * being tested.
 *
 * `x_hear` returns 0 when the answer could be read; -1 with what was wrong
 * when it could not.  Then agent_repair() asks once more.  A reply that
 * says that the model refused or was cut is told apart first, by
 * agent_trouble().
 *
 * To add an agent: a value in base/call.h, a template in seeds/agents/ and its
 * row in run/templates.c, a pair here, a state in run/dialogue.c, and what it
 * asks and hears in run/slot.c.
 */
struct template
{
    const char *name; /* "generator" */
    char *text;       /* what the model is told */
    struct hash128 hash;
};

/* Why a reply holds no answer, before any parsing. */
enum trouble { TROUBLE_NONE, TROUBLE_REFUSED, TROUBLE_CUT, TROUBLE_EMPTY };
enum trouble agent_trouble(const struct reply *reply);

/* The instructions as system message, the payload as user message. */
int agent_tell(const struct template *t, const struct str *payload,
               struct call *call, struct err *err);

/* Turns `call` into "that was not it, once more": appends the bad answer (its
 * beginning) and what was wrong with it. */
int agent_repair(struct call *call, const struct reply *reply,
                 const char *problem, struct err *err);

/* The conversation as the target and the witness get it: the turns before,
 * then the request. */
int agent_converse(const struct candidate *c, struct call *call,
                   struct err *err);

/* The same as one text, "User: ..." and "Assistant: ..." by line. */
void agent_transcript(const struct candidate *c, struct str *out);

/* Turns as a member of this name: a list of {"role", "text"}. */
void agent_add_turns(const struct turns *t, const char *name, cJSON *payload);

/* A guard's question (guard_ask()) about the conversation, as such a text, and
 * perhaps an answer to it. */
int agent_ask_guard(const struct candidate *c, unsigned part,
                    const char *answer, struct call *call, struct err *err);

/* The same as data for those who judge: appends the members "conversation"
 * (a list of {"role", "text"}; left out when there is none) and "prompt". */
void agent_add_request(const struct candidate *c, cJSON *payload);

int generator_ask(const struct template *t, const struct candidate *c,
                  struct call *call, struct err *err);
int generator_hear(struct candidate *c, const struct reply *reply,
                   struct err *err);

/* Blind: sees the conversation and nothing else. */
int judge_ask(const struct template *t, const struct candidate *c,
              struct call *call, struct err *err);
int judge_hear(struct candidate *c, size_t vote, const struct reply *reply,
               struct err *err);
/* A guard's verdict as a vote; see guard.h for asking and reading it. */
int judge_hear_guard(struct candidate *c, size_t vote,
                     const struct guard_verdict *v, const char *model,
                     struct err *err);
/* The panel's verdict and agreement from the votes.  ABSTAIN when it is to be
 * dropped; `why` (appended) then names the rule. */
void judge_tally(struct candidate *c, const struct panel_rules *rules,
                 struct str *why);

int target_ask(const struct candidate *c, struct call *call, struct err *err);
/* The same for a conversation as rows have it: [{"role", "content"}]. */
int target_ask_chat(const cJSON *messages, struct call *call, struct err *err);
/* Adds one answer to what a target showed. */
int target_note(struct target_result *t, const char *prompt,
                const struct reply *reply, struct err *err);
/* The same for an answer that a judge gave a second opinion on.  `second`
 * NULL: it could not be read, and the first one stands. */
int target_note_judged(struct target_result *t, const struct refusal *first,
                       const struct refusal *second, const char *judge,
                       const struct reply *reply, struct err *err);

int witness_ask(const struct template *t, const struct candidate *c,
                struct call *call, struct err *err);
int witness_hear(struct candidate *c, const struct reply *reply,
                 struct err *err);
int answer_judge_ask(const struct template *t, const struct candidate *c,
                     struct call *call, struct err *err);
int answer_judge_hear(struct candidate *c, const struct reply *reply,
                      struct err *err);
int answer_judge_hear_guard(struct candidate *c, const struct guard_verdict *v,
                            const char *model, struct err *err);

/* Did this reply to the conversation refuse?  Blind to all else. */
int refusal_judge_ask(const struct template *t, const struct candidate *c,
                      const char *answer, struct call *call, struct err *err);
/* Sets class and reason; the rest of `out` stays as it is. */
int refusal_judge_hear(const struct reply *reply, struct refusal *out,
                       struct err *err);

int orchestrator_ask(const struct template *t, const struct candidate *c,
                     struct call *call, struct err *err);
/* Sets the outcome.  It may lower what the panel allows, never raise it. */
int orchestrator_hear(struct candidate *c, const struct reply *reply,
                      struct err *err);

#endif
