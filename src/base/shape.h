/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_BASE_SHAPE_H
#define PHGEN_BASE_SHAPE_H

#include "base/err.h"

#include <stdint.h>

/*
 * The shapes of a prompt, and how often each is made.
 *
 *      struct shape_mix mix;
 *      shape_mix_parse("question=3,task=1", &mix, err);
 *      shape = shape_pick(&mix, seed, seq);
 *
 * A share is relative to the sum of all, so shares need not add up to 1.
 */
enum shape {
    SHAPE_QUESTION, /* a single request, as people type it */
    SHAPE_TASK,     /* work on a text or code that stands in the prompt */
    SHAPE_ROLE,     /* the model is given a part to play */
    SHAPE_TURNS,    /* "multi-turn": a talk goes before the request */
    SHAPE_LONG,     /* a document goes before the request */
    SHAPES
};

const char *shape_name(enum shape s);
int shape_find(const char *name); /* -1: no such shape */

struct shape_mix {
    double share[SHAPES]; /* 0 or more; all 0 is all questions */
};

/*
 * Three in four are plain questions: that is what people mostly ask, what
 * public benchmarks hold and what results are compared on; of the rest there
 * is as much as a run of a thousand needs to say something about each shape.
 */
#define SHAPE_MIX_DEFAULT                                                      \
    "question=0.75,task=0.08,role=0.06,multi-turn=0.07,long=0.04"

/* What is not named gets nothing.  The sentence says what is wrong. */
int shape_mix_parse(const char *text, struct shape_mix *mix, struct err *err);

/*
 * The shape of candidate `seq`.  Candidates go round the unit circle by the
 * golden ratio from a place that the seed gives, so every stretch of the
 * sequence, and every nth candidate of it, has nearly the shares asked for.
 */
enum shape shape_pick(const struct shape_mix *mix, uint64_t seed, uint64_t seq);

#endif
