/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_RUN_CATEGORIES_H
#define PHGEN_RUN_CATEGORIES_H

#include "base/err.h"
#include "graph/concepts.h"

#include <stdbool.h>

/*
 * Which categories of the graph are wanted: a flag for each, in the graph's
 * order; the caller frees it.  `names` are slugs or numbers, with commas
 * between them; NULL: all.  NULL with a sentence when there is none of that
 * name.
 */
bool *categories_choose(const struct concepts *graph, const char *names,
                        struct err *err);

#endif
