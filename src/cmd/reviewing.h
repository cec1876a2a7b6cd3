/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_CMD_REVIEWING_H
#define PHGEN_CMD_REVIEWING_H

#include "base/err.h"
#include "run/labeling.h"
#include "view/review.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * The questions of the review page (view/ask.h), answered from the rows of a
 * run (run/labeling.h).
 *
 *      while (!stop_wanted() && reviewing_turn(&r, err) == 0)
 *              ;
 */
struct reviewing {
    struct review *page;
    struct labeling *rows;
    const char *run;               /* the run's name, for the page */
    const char *const *annotators; /* who may label; none: everybody */
    size_t nannotators;
    bool blind; /* what models said is never told */
};

/* Waits a moment for a question and answers it; -1 when the server failed. */
int reviewing_turn(struct reviewing *r, struct err *err);

#endif
