/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_RUN_SCORES_H
#define PHGEN_RUN_SCORES_H

#include "base/err.h"
#include "run/jury.h"
#include "run/judging.h"
#include "run/opinion.h"

#include <stddef.h>

/*
 * How often each judge was right, over all rows and by the rows' type.
 *
 *      scores_init(&s, err);
 *      scores_add(&s, type, &jury, truth, opinions, err);    each row
 *      scores_list(&s);                                      after the last
 *      s.all, s.listed[0 .. scores_types(&s) - 1]
 *      scores_release(&s);                                   also after -1
 */
struct scores {
    struct scores_type *types;
    const struct judging_group **listed; /* by name, once they are listed */
    struct judging_group all;
};

int scores_init(struct scores *s, struct err *err);
void scores_release(struct scores *s);

/* `type` is copied; NULL: the row has none. */
int scores_add(struct scores *s, const char *type, const struct jury *y,
               const int *truth, const struct opinion *opinions,
               struct err *err);

void scores_list(struct scores *s);
size_t scores_types(const struct scores *s);

#endif
