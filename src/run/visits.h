/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_RUN_VISITS_H
#define PHGEN_RUN_VISITS_H

#include "base/err.h"
#include "graph/concepts.h"

#include <stddef.h>
#include <stdint.h>

/*
 * Where in a concept graph a run has been: candidates and rows by vertex,
 * from the run's store.
 *
 * A path stands in a record by its texts, so the graph may be another than
 * the run's; candidates whose trigger and sense are not in it are counted as
 * strangers.
 *
 *      struct visits v;
 *      if (visits_read("output/run", graph, &v, err) == 0)
 *              v.tried[vertex], v.rows[vertex] ...
 *      visits_release(&v);
 */
struct visits {
    uint32_t *tried, *rows; /* by vertex; tasks and settings included */
    size_t candidates, accepted, strangers;
};

int visits_read(const char *folder, const struct concepts *c,
                struct visits *out, struct err *err);
void visits_release(struct visits *v);

#endif
