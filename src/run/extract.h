/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_RUN_EXTRACT_H
#define PHGEN_RUN_EXTRACT_H

#include "base/err.h"
#include "graph/concepts.h"
#include "run/desk.h"
#include "run/found.h"

#include <stddef.h>

/*
 * A concept graph from somebody's prompts: each goes to the extractor, what
 * it found is resolved (found.h), every text that would enter the graph is
 * put before judges, and the rest is merged into the base graph.
 *
 *      struct extraction *x = extraction_open(&options, err);
 *      while ((state = extraction_turn(x, 100, err)) == EXTRACTION_MORE)
 *              if (stop_wanted()) extraction_stop(x, "interrupted");
 *      graph = state == EXTRACTION_DONE ? extraction_graph(x, err) : NULL;
 *      extraction_close(x);
 *
 * Replies go through the desk's ledger: the same work again after a stop pays
 * for the rest only.  Prompts are taken in the order of the files, so the
 * graph depends on them and on the replies, not on the order of replies.
 *
 * A text is kept when more than half of the judges' verdicts that can be read
 * are harmless, none is harmful, and at least half can be read.
 */
struct extraction_options {
    struct desk *desk;
    const struct concepts *base; /* NULL: a graph of its own */
    /* What there is to choose from: the base's, or those of the seeds. */
    const struct category *categories;
    size_t ncategories;
    const char *const *files;
    size_t nfiles;      /* 1 to FOUND_FILES */
    const char *column; /* NULL: the usual ones */
    const char *extractor;
    const char *const *judges;
    size_t njudges; /* 0: the three embedded ones */
    double min_support;
};

struct extraction_counts {
    size_t prompts, skipped;    /* read; without text */
    size_t refused, unreadable; /* by the extractor; its answers */
    size_t harmless_words;      /* prompts in which nothing looks dangerous */
    size_t left_out;            /* parts of answers that were not fit */
    size_t judged;              /* texts */
    struct found_counts found;
};

enum extraction_state {
    EXTRACTION_MORE,
    EXTRACTION_DONE,
    EXTRACTION_STOPPED, /* `err` says why; resumable by the ledger */
    EXTRACTION_ERROR
};

struct extraction; /* heap; borrows what the options hold */

struct extraction *extraction_open(const struct extraction_options *options,
                                   struct err *err);
void extraction_close(struct extraction *x); /* accepts NULL */

enum extraction_state extraction_turn(struct extraction *x, int timeout_ms,
                                      struct err *err);
void extraction_stop(struct extraction *x, const char *why);

/* Once it is done: the graph, the caller's.  NULL when nothing is in it. */
struct concepts *extraction_graph(struct extraction *x, struct err *err);

const struct extraction_counts *extraction_counts(const struct extraction *x);

#endif
