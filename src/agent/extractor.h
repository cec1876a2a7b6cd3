/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_AGENT_EXTRACTOR_H
#define PHGEN_AGENT_EXTRACTOR_H

#include "agent/agent.h"
#include "base/concept.h"

#include <stddef.h>

/*
 * The extractor: from somebody's prompt to concepts (after FalseReject's
 * entity graphs).  It is asked for the word that looks dangerous, its innocent
 * senses with what could be asked in each, and the entities these are about
 * with their relations.
 *
 *      extractor_ask(&template, categories, n, prompt, &call, err);
 *      ... the reply comes ...
 *      if (extractor_hear(prompt, &reply, &found, err) == 0) ...
 *      extract_release(&found);
 *
 * The prompt may be toxic: it goes to the extractor as material, and nothing
 * of the answer is kept that repeats it.  What is not as it must be (a task
 * that breaks the contract of its kind, a text too long or not English) is
 * left out and counted; an answer that is no such JSON at all is an error.
 */
#define EXTRACT_SENSES    4
#define EXTRACT_ENTITIES  5
#define EXTRACT_SETTINGS  4
#define EXTRACT_TASKS     12
#define EXTRACT_RELATIONS 6

struct extract_sense {
    char *sense;
    char *entities[EXTRACT_ENTITIES];
    size_t nentities;
    char *settings[EXTRACT_SETTINGS];
    size_t nsettings;
    struct {
        enum task_kind kind;
        char *text;
    } tasks[EXTRACT_TASKS];
    size_t ntasks;
};

struct extract {
    char *trigger; /* "": nothing looks dangerous */
    char *forms;   /* comma between */
    char *category;
    struct extract_sense senses[EXTRACT_SENSES];
    size_t nsenses;
    struct {
        char *from, *relation, *to;
    } relations[EXTRACT_RELATIONS];
    size_t nrelations;
    size_t left_out;
};

int extractor_ask(const struct template *t, const struct category *categories,
                  size_t n, const char *prompt, struct call *call,
                  struct err *err);
/* Fills `out`, which the caller releases, also after an error. */
int extractor_hear(const char *prompt, const struct reply *reply,
                   struct extract *out, struct err *err);
void extract_release(struct extract *e);

#endif
