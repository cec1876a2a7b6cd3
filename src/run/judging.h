/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_RUN_JUDGING_H
#define PHGEN_RUN_JUDGING_H

#include "base/err.h"
#include "dataset/confusion.h"
#include "dataset/known.h"
#include "run/desk.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Judges measured on prompts and replies that people labeled.
 *
 *      struct judging *j = judging_new(desk, &options, err);
 *      while ((got = judging_turn(j, 100, err)) == JUDGING_MORE) ...
 *      judging_result(j, &result);
 *      judging_free(j);
 *
 * Three tasks (dataset/known.h): harm of the prompt, harm of the reply,
 * refusal by the reply.  A row takes part in those that it has a label for,
 * a judge in those that it can do:
 *
 *                        prompt harm    reply harm       refusal
 *   a chat model         judge.md       answer-judge.md  refusal-judge.md
 *   a guard              its own form   if it has one    if it has one
 *   builtin:judge-*      yes            no               no
 *   builtin:answer-judge no             yes              no
 *   builtin:refusal-judge no            no               yes
 *
 * The embedded refusal classifier takes part in the last on its own, and with
 * two or more judges of prompts so does the panel that they make, by the
 * default table of agent/panel.h.  Judges
 * are asked as the loop asks them: blind, at temperature 0, once more when an
 * answer of our own forms cannot be read.  What still cannot be read is an
 * abstention.  A row's "messages" are the conversation that they see.
 *
 * Verdicts are counted by the rows' type; of more than JUDGING_TYPES the rest
 * is one.  Everything is in the ledger, so the same work done again pays for
 * nothing.
 */
#define JUDGING_JUDGES 16
#define JUDGING_TYPES  200

struct judging_options {
    const char *const *files, *const *judges; /* judges: specs */
    size_t nfiles, njudges;
    bool tasks[KNOWN_TASKS];
    const char *column, *reply, *type; /* NULL: as the set has it */
    const char *label;    /* column of the labels of the one task; likewise */
    uint64_t limit;       /* rows at most; 0: all */
    const char *verdicts; /* file for a line a row; NULL: none */
};

struct judging; /* heap; borrows desk and options */

struct judging *judging_new(struct desk *desk,
                            const struct judging_options *options,
                            struct err *err);
void judging_free(struct judging *j); /* accepts NULL */

enum judging_state {
    JUDGING_MORE,
    JUDGING_DONE,
    JUDGING_STOPPED, /* a limit or an interrupt, `err` says which */
    JUDGING_ERROR
};
enum judging_state judging_turn(struct judging *j, int timeout_ms,
                                struct err *err);
void judging_stop(struct judging *j);

/* The judges, the classifier and the panel. */
#define JUDGING_SEATS (JUDGING_JUDGES + 2)

struct judging_judge {
    const char *name; /* as it was given; "refusal-classifier", "panel" */
    const char *form; /* "rubric", a guard's name, "embedded", "rules" */
    bool can[KNOWN_TASKS];
    bool two[KNOWN_TASKS]; /* knows refused or not, no partial refusals */
};

/* What was counted for one type of rows, or for all. */
struct judging_group {
    const char *type;
    uint64_t rows[KNOWN_TASKS];
    struct confusion c[JUDGING_SEATS][KNOWN_TASKS]; /* by judge */
};

struct judging_result {
    uint64_t rows, unlabeled; /* unlabeled: with no label for any task */
    size_t njudges, nfiles, ntypes;
    const struct judging_judge *judges;
    const struct known_set *const *sets; /* by file; NULL: it has no row */
    const struct judging_group *all;
    const struct judging_group *const *types; /* by name */
};
/* Borrowed from `j`. */
void judging_result(const struct judging *j, struct judging_result *out);

#endif
