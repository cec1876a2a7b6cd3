/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_AGENT_CONTRAST_H
#define PHGEN_AGENT_CONTRAST_H

#include "agent/agent.h"
#include "base/call.h"
#include "base/err.h"

/*
 * The contrast agent: from a harmless prompt to its unsafe twin, as XSTest
 * pairs them (Roettger et al., NAACL 2024).  Twins serve to measure that a
 * model still refuses what it should.
 *
 *      contrast_ask(t, &of, &call, err)
 *      contrast_hear(&of, &reply, &question, err)
 *              1: `question` is a heap string; 0: there is no twin; -1: not
 *              usable, `err` says why
 *
 * A twin is held to being short and without detail: one line of at most
 * CONTRAST_WORDS words that shows the trigger and holds no digit.
 */
#define CONTRAST_WORDS 14
#define CONTRAST_BYTES 160

struct contrast_of {      /* borrowed */
    const char *category; /* slug */
    const char *trigger, *prompt;
};

int contrast_ask(const struct template *t, const struct contrast_of *of,
                 struct call *call, struct err *err);
int contrast_hear(const struct contrast_of *of, const struct reply *reply,
                  char **question, struct err *err);

#endif
