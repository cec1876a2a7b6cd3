/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_RUN_LABELING_H
#define PHGEN_RUN_LABELING_H

#include "base/err.h"
#include "run/human.h"
#include "store/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * People going through the rows of a run: who is where, what is next, and
 * their verdicts into the store (run/human.h).
 *
 *      l = labeling_open(&options, err);
 *      labeling_next(l, "anna", 0, &progress, err);
 *      labeling_look(l, "anna", progress.at, &look, err);
 *      ... look.record, look.human, look.state
 *      labeling_look_end(&look);
 *      labeling_put(l, &change, &progress, err);
 *      labeling_close(l);
 *
 * Each annotator has an order of their own, by the seed and their name, so
 * that tiredness and habit do not fall on the same rows for all; it is the
 * same every time.  A position is an index in it.
 *
 * A change says which row it is of and in what state its annotator saw their
 * verdict.  When that is no longer so (another tab was there), nothing is
 * changed and it is LABELING_STALE.  What is LABELING_DONE is durable.
 *
 * The records of the rows are in memory, some kilobytes each.
 */
enum labeling_only {
    LABELING_ALL,
    LABELING_UNLABELED, /* without this annotator's verdict when they began */
    LABELING_DISAGREEMENTS /* of which people said different things, at open */
};

struct labeling_options {
    struct store *store; /* borrowed */
    uint64_t seed;       /* of the orders */
    enum labeling_only only;
    const char *const *ids; /* only rows with these; NULL: all */
    size_t nids;
};

struct labeling; /* heap */

/* Fails also when no row is left to look at. */
struct labeling *labeling_open(const struct labeling_options *options,
                               struct err *err);
void labeling_close(struct labeling *l); /* NULL ok */

uint64_t labeling_rows(const struct labeling *l);

struct labeling_progress {
    uint64_t total, done; /* rows in the order; with their verdict */
    uint64_t at;          /* the next without one; total: there is none */
};

/* How far an annotator is, and the next row without their verdict from a
 * position on, around the end.  Makes their order the first time. */
int labeling_next(struct labeling *l, const char *annotator, uint64_t from,
                  struct labeling_progress *out, struct err *err);

#define LABELING_STATE 17

struct labeling_look {
    const char *record; /* JSON, the labeling's */
    struct human human; /* everybody's verdicts */
    const struct human_say *mine;
    char state[LABELING_STATE]; /* of `mine`; "none" when there is none */
};

/* 1, 0 when there is no such position, -1. */
int labeling_look(struct labeling *l, const char *annotator, uint64_t at,
                  struct labeling_look *out, struct err *err);
void labeling_look_end(struct labeling_look *look);

struct labeling_change {
    const char *annotator, *id, *state;
    uint64_t at;
    bool undo; /* then the verdict before comes back */
    enum human_verdict verdict;
    const char *note;
};

enum labeling_result {
    LABELING_DONE,
    LABELING_STALE,
    LABELING_NOWHERE, /* no such row, or nothing to undo */
    LABELING_ERROR
};

/* With progress.at the next row after the changed one; of an undo, that one. */
enum labeling_result labeling_put(struct labeling *l,
                                  const struct labeling_change *change,
                                  struct labeling_progress *out,
                                  struct err *err);

#endif
