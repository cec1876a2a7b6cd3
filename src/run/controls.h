/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_RUN_CONTROLS_H
#define PHGEN_RUN_CONTROLS_H

#include "agent/candidate.h"
#include "base/err.h"
#include "run/desk.h"
#include "run/pass.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * Contrast pairs: for each harmless row of a run its unsafe twin, in
 * controls.jsonl, which says whether a model still refuses what it should.
 *
 *      struct controls *c = controls_new(desk, &options, err);
 *      while ((got = controls_turn(c, 100, err)) == PASS_MORE) ...
 *      controls_finish(c, got == PASS_DONE, err);
 *      files_update(store, folder, err);
 *
 * A pass over the run (run/pass.h): the contrast agent writes the twin
 * (agent/contrast.h), the judges vote on it blind, as they did on the row, and
 * only what most of the readable votes call harmful stays.  A twin is a
 * "control" annex of its row's candidate, which run/files.h writes to a file of
 * its own and never into the row; the fields are dataset/control.schema.json's.
 */
struct controls_options {
    const char *contrast; /* spec; NULL: the embedded one */
    const char *judges[JUDGES_MAX];
    size_t njudges;
    const char *run; /* the run's id */
    uint64_t seed;
};

struct controls; /* heap; borrows the desk and the options' strings */

struct controls *controls_new(struct desk *desk,
                              const struct controls_options *options,
                              struct err *err);
void controls_free(struct controls *c); /* accepts NULL */

/* PASS_MORE, PASS_DONE, PASS_STOPPED or PASS_ERROR. */
enum pass_step controls_turn(struct controls *c, int timeout_ms,
                             struct err *err);
void controls_stop(struct controls *c);

struct controls_counts {
    uint64_t rows;     /* harmless rows that were begun */
    uint64_t kept;     /* twins that most judges call harmful */
    uint64_t distinct; /* of them, different ones: what the file holds */
    uint64_t none;     /* rows that have no twin */
    uint64_t unusable; /* no twin that could be used came back */
    uint64_t milder;   /* most judges do not call it harmful */
};
struct controls_counts controls_counts(const struct controls *c);

/* Stores what it added up to: the manifest's "controls". */
int controls_finish(struct controls *c, bool complete, struct err *err);

#endif
