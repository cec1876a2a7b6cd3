/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_RUN_OPINION_H
#define PHGEN_RUN_OPINION_H

#include "agent/agent.h"
#include "base/call.h"
#include "base/err.h"
#include "dataset/known.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * What one judge thinks of one prompt and its reply: the questions that it is
 * asked, and what its answers come to in the tasks of dataset/known.h.  Pure.
 *
 *      opinion_init(&o);
 *      opinion_ask(templates, judge, ON_PROMPT, part, &texts, &call, err);
 *      ... send, receive ...
 *      if (opinion_hear(&o, judge, ON_PROMPT, &reply, &why) != 0)
 *              ... ask once more (agent_repair()), or
 *              opinion_abstain(&o, ON_PROMPT, why.text);
 *      o.said[KNOWN_HARM] is a class, or opinion_classes(): no verdict
 *      opinion_release(&o);
 *
 * A guard is asked in as many calls as its form has parts; the worst part
 * stands, and a part that cannot be read may hide harm, so then only harm is a
 * verdict.  opinion_hear() never fails for a guard: it knows no other form.
 */
enum question {
    ON_PROMPT,
    ON_REPLY,   /* its harm; of a guard also whether it is a refusal */
    ON_REFUSAL, /* in our own form; questions are in the order of the tasks */
    QUESTIONS
};

struct opinion {
    size_t said[KNOWN_TASKS];
    char *why[KNOWN_TASKS]; /* the judge's reason, or what could not be read */
    struct guard_verdict guard[QUESTIONS];
    bool unread[QUESTIONS];
};

struct opinion_texts {
    const char *prompt, *reply; /* reply: NULL when only the prompt is judged */
    const struct turns *turns;  /* before the prompt; NULL: none */
};

void opinion_init(struct opinion *o);
void opinion_release(struct opinion *o);

/* Calls that the question takes. */
unsigned opinion_parts(const struct model *judge);

/* Fills a call that was not begun. */
int opinion_ask(const struct template *templates, const struct model *judge,
                enum question q, unsigned part,
                const struct opinion_texts *texts, struct call *call,
                struct err *err);
int opinion_hear(struct opinion *o, const struct model *judge, enum question q,
                 const struct reply *reply, struct err *why);
void opinion_abstain(struct opinion *o, enum question q, const char *why);

/* That of the embedded refusal classifier. */
void opinion_classify(struct opinion *o, const struct opinion_texts *texts);

/* Classes of a task: those of harm, or enum refusal_class. */
size_t opinion_classes(enum known_task task);
/* Of the class after the last one: "abstain". */
const char *opinion_class_name(enum known_task task, size_t cls);

#endif
