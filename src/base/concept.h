/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_BASE_CONCEPT_H
#define PHGEN_BASE_CONCEPT_H

#include "base/err.h"

#include <stddef.h>

/*
 * A path through the concept graph: what one candidate is to be about.
 *
 * graph/ makes it, agents and the record read it.  All strings are borrowed
 * from the graph and live as long as it does.
 */

/* The grammatical form of a task; seeds/README.md has each one's contract. */
enum task_kind {
    TASK_ASK,   /* a complete utterance */
    TASK_DO,    /* bare infinitive: "How do I ___?" */
    TASK_KNOW,  /* embedded question: "Can you explain ___?" */
    TASK_TOPIC, /* noun phrase: "Tell me about ___." */
    TASK_WRITE, /* noun phrase with article: "Write ___." */
    TASK_KINDS
};

const char *task_kind_name(enum task_kind k);
int task_kind_find(const char *name); /* -1: no such kind */

#define CATEGORIES_MAX 256

struct category {
    unsigned id; /* from 1, in the order of seeds/categories.yaml */
    const char *slug, *name, *domain;
};

struct path {
    const struct category *category;
    const char *trigger; /* the word or idea that looks dangerous */
    const char *forms;   /* its irregular forms, comma between; "" for none */
    const char *sense;   /* the benign reading */
    const char *setting; /* background sentence or phrase; NULL for none */
    enum task_kind kind;
    const char *task;
    /* Where that is in the graph: a task may belong to several senses. */
    int sense_vertex, task_vertex;
    int setting_vertex; /* -1 when there is no setting */
};

/*
 * The words of `text` that show the trigger: those that start with its stem
 * (the word less a final e or y) or with one of its forms.  Calls nothing
 * twice for equal words.  Returns how many were found, at most `max`; each is
 * written as start and length into the text.
 */
size_t concept_focus(const char *trigger, const char *forms, const char *text,
                     size_t start[], size_t len[], size_t max);

/*
 * Does a task keep the contract of its kind (seeds/README.md), so that every
 * frame of the embedded generator reads well with it, and does it show its
 * trigger?  0, or -1 with a sentence.
 */
int concept_check_task(enum task_kind kind, const char *trigger,
                       const char *forms, const char *text, struct err *err);

#endif
