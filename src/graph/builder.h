/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_GRAPH_BUILDER_H
#define PHGEN_GRAPH_BUILDER_H

#include "base/err.h"
#include "graph/concepts.h"
#include "graph/seeds.h"

/*
 * Putting a concept graph together: from seeds, from other graphs, from what
 * was found in prompts.
 *
 *      struct builder *b = builder_new(err);
 *      builder_graph(b, base, err);
 *      sense = builder_sense(b, &seed, &origin, err);
 *      builder_entity(b, sense, "Python process", &origin, err);
 *      graph = builder_finish(b, err);     (frees b, also when it fails)
 *
 * What has the same name becomes one vertex: triggers, senses (of one trigger
 * in one category) and entities by their normalised text, settings and tasks
 * by their text, categories by slug.  Vertices keep the order in which they
 * came, so a graph that is added first keeps its numbers.
 *
 * Support (of triggers, senses and entities) adds up over different sources;
 * the same source again changes nothing, so merging is idempotent.
 */
struct builder; /* heap */

/* Where something was found; NULL: written by hand. */
struct origin {
    const char *source;
    double support; /* prompts */
};

struct builder *builder_new(struct err *err);
void builder_free(struct builder *b); /* accepts NULL */

int builder_category(struct builder *b, const struct category *c,
                     struct err *err);

/* A trigger by itself, to count prompts that show it; without a sense from
 * somewhere it is of no use.  Its vertex, or -1. */
int builder_trigger(struct builder *b, const char *text, const char *forms,
                    const struct origin *from, struct err *err);

/* The sense with its category (which must be there), trigger, settings and
 * tasks.  Its vertex, or -1. */
int builder_sense(struct builder *b, const struct seed_sense *s,
                  const struct origin *from, struct err *err);

/* An entity's vertex, joined to a sense; -1. */
int builder_entity(struct builder *b, int sense, const char *text,
                   const struct origin *from, struct err *err);
int builder_relation(struct builder *b, int entity, int other,
                     const char *relation, struct err *err);

int builder_graph(struct builder *b, const struct concepts *c, struct err *err);

struct concepts *builder_finish(struct builder *b, struct err *err);

#endif
