/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_GRAPH_VALIDATE_H
#define PHGEN_GRAPH_VALIDATE_H

#include "base/err.h"
#include "graph/concepts.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * What is wrong with a concept graph, a sentence each.
 *
 *      struct problems p;
 *      problems_init(&p, 1000);
 *      if (concepts_validate("my.graphml", 3, &p, err) != 0) ...
 *      for (i = 0; i < p.n; i++) puts(p.text[i]);
 *      problems_release(&p);
 *
 * A fault keeps walks from getting through, and concepts_load() refuses a
 * graph with one; concepts_validate() names them all, and beside them what
 * makes a graph poor: categories with few triggers, names that are there
 * twice, parts that no walk reaches, tasks that a generator cannot use.
 */
struct problems {
    char **text;
    size_t n, max;
    size_t more; /* found past `max` */
    bool bad;    /* out of memory */
};

void problems_init(struct problems *p, size_t max);
void problems_release(struct problems *p);

/* A category needs `min_triggers`.  -1 when the file cannot be read at all. */
int concepts_validate(const char *path, size_t min_triggers,
                      struct problems *out, struct err *err);

/* The same of a graph that is loaded; out->bad when memory ran out. */
void concepts_find_problems(const struct concepts *c, size_t min_triggers,
                            struct problems *out);

/* Only what keeps walks from getting through. */
void concepts_find_faults(const struct concepts *c, struct problems *out);

#endif
