/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_RUN_HEAT_H
#define PHGEN_RUN_HEAT_H

#include "base/err.h"
#include "base/json.h"
#include "graph/concepts.h"
#include "graph/planner.h"
#include "store/store.h"

#include <stdint.h>

/*
 * What a run learned about its target, by concept: a tree of counts, made
 * from the decided candidates of the store and from nothing else, so that it
 * says the same of a finished run, a stopped one and one that was killed.
 *
 *      {"graph": HASH, "target": NAME, "n": COUNTS, "categories": {SLUG: {
 *          "n": COUNTS, "triggers": {TEXT: {"n": COUNTS, "senses": {TEXT: {
 *              "n": COUNTS, "tasks": {TEXT: {"n": COUNTS}},
 *              "settings": {TEXT: {"n": COUNTS}}}}}}}}}
 *
 * COUNTS is an array in the order of `struct heat_count`.  It is written to
 * learned.json in the run's folder, where --prior finds it.
 *
 * A refusal rate is `refused` over `prompts`: of the prompts that reached the
 * target, in whatever round, and got an answer there.  A candidate that the
 * gates or the judges stopped says nothing about the target, and one that was
 * rewritten after an answer counts each time.
 *
 * A prior asks what a candidate of a region takes and how often it becomes a
 * row.  Rows that a refresh carried over answer neither: an earlier run made
 * and paid them, and only those that had come through were tested, which would
 * make their region look cheap and rich.  So they are no candidates, rows or
 * calls here.  What the target said when it was tested on them is as good as
 * anything it said, and stands in `prompts` and `refused`; without an answer
 * (untested), or when they had left before, they do not count at all.
 */
#define HEAT_FILE "learned.json"

struct heat_count {
    double candidates; /* made and decided */
    double rows;       /* of them, accepted */
    double duplicates; /* of them, dropped as near an earlier row */
    double calls;      /* that they took, all agents */
    double prompts;    /* that the target answered, all rounds */
    double refused;    /* of them, by at least --min-refusals samples */
};

/* Of the target with this index; the caller deletes the tree. */
cJSON *heat_read(struct store *s, size_t target, struct err *err);
/* Only of the rows that a refresh tested again and got an answer for: each
 * counts as a candidate, and as a row when this run's targets refuse it. */
cJSON *heat_read_tests(struct store *s, size_t target, struct err *err);

/* Writes learned.json into the folder. */
int heat_write(struct store *s, const char *folder, struct err *err);

/* Reads the tree that a run's folder holds; `*hash` is that of its bytes. */
cJSON *heat_load(const char *folder, struct hash128 *hash, struct err *err);

struct heat_count heat_count(const cJSON *node);

/*
 * Lays the counts out by vertex of a graph, found by their texts, in an array
 * of concepts_count() places; a trigger of several categories has the sum.
 * Returns how many candidates have no place in the graph.
 */
double heat_place(const cJSON *tree, const struct concepts *c,
                  struct heat_count out[]);

/*
 * Makes it what a planner believes before its first plan, discounted: a new
 * release of a model is like the last one, and not the same.  Nowhere does it
 * weigh more than HEAT_PRIOR_MOST candidates.
 */
#define HEAT_PRIOR_SHARE 0.25
#define HEAT_PRIOR_MOST  20.0
int heat_believe(const cJSON *tree, const struct concepts *c, struct planner *p,
                 struct err *err);

/*
 * The same of rows that another target was tested on, on top of what is
 * believed already.  They say more about it than what was learned of the old
 * target, which therefore keeps only the share of the rows that both refuse:
 * as far as the new target is like the old.  The test took no calls of the
 * loop; `calls` is what a candidate takes there, so that no region looks
 * cheaper for having been tested.
 */
int heat_believe_tested(const cJSON *tree, const struct concepts *c,
                        struct planner *p, double calls, struct err *err);

#endif
