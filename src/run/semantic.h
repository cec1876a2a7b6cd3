/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_RUN_SEMANTIC_H
#define PHGEN_RUN_SEMANTIC_H

#include "base/err.h"
#include "run/desk.h"

#include <stddef.h>
#include <stdint.h>

/*
 * Paraphrases, by an embedding model: which texts have a cosine similarity to
 * an earlier kept one of at least a limit.
 *
 *      struct semantic *s = semantic_new(desk, "openai:embed-x", 0.9, err);
 *      for (;;) switch (semantic_step(s, 100, err)) {
 *      case SEMANTIC_TEXT: semantic_add(s, text, len, first, err), or
 *                          semantic_last(s) when there are no more
 *      case SEMANTIC_MORE: something was done; go on
 *      case SEMANTIC_DONE: semantic_near(s, i, &near) for each text
 *      case SEMANTIC_ERROR: ...
 *      }
 *      semantic_free(s);
 *
 * Texts are numbered from 0 in the order in which they are added; `first`
 * ones (the against set) are kept whatever they are like.  A text that is
 * near an earlier kept text is not kept itself.
 *
 * Every pair is compared, exactly and in integers, so nothing is missed, and
 * the result depends neither on the machine nor on the order of replies.
 * That is what limits it to SEMANTIC_MAX texts.
 *
 * Many texts go in one call, as many calls as the desk allows at once; the
 * ledger keeps the replies.  Where a call's texts end depends on the texts
 * themselves, so that a text put in or taken out changes one call, not all
 * that follow.  Of a text longer than SEMANTIC_TEXT_MAX the beginning is
 * looked at.
 */
#define SEMANTIC_MAX      100000u
#define SEMANTIC_TEXT_MAX 8192u /* bytes */

struct semantic; /* heap; borrows the desk */

struct semantic *semantic_new(struct desk *desk, const char *model,
                              double cosine, struct err *err);
void semantic_free(struct semantic *s);

enum semantic_step {
    SEMANTIC_TEXT,
    SEMANTIC_MORE,
    SEMANTIC_DONE,
    SEMANTIC_ERROR
};
enum semantic_step semantic_step(struct semantic *s, int timeout_ms,
                                 struct err *err);

int semantic_add(struct semantic *s, const char *text, size_t len, bool first,
                 struct err *err);
void semantic_last(struct semantic *s);

struct nearby {
    size_t of;     /* the closest kept text, or the text itself: it is kept */
    double cosine; /* to it */
};
struct nearby semantic_near(const struct semantic *s, size_t text);

struct semantic_counts {
    uint64_t texts, calls, heard, compared; /* calls and texts */
    uint64_t bytes;                         /* of memory */
};
struct semantic_counts semantic_counts(const struct semantic *s);

#endif
