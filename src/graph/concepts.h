/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_GRAPH_CONCEPTS_H
#define PHGEN_GRAPH_CONCEPTS_H

#include "base/concept.h"
#include "base/err.h"
#include "base/hash.h"

#include <stddef.h>

/*
 * The concept graph, on igraph.
 *
 * Undirected; a vertex has `type` and `text`, and by type also:
 *   category  `slug`, `domain`, `number` (its id, from 1)
 *   trigger   `forms`; shared by all categories it occurs in
 *   sense     one benign reading of one trigger in one category
 *   setting   background; shared by all senses it fits
 *   task      `kind`; what is asked for, belongs to one sense
 *   entity    what a sense is about, as it was found in somebody's prompts
 * Edges have a `weight` and join category-trigger, trigger-sense,
 * category-sense, sense-setting, sense-task, sense-entity and entity-entity,
 * these with a `relation`.  A path that a candidate is made from is category,
 * trigger, sense, (setting), task: connected by construction.
 *
 * A vertex that was found in prompts, not written by hand, says so: `source`
 * names the files and who found it there, `support` counts the prompts.
 *
 * On disk it is GraphML with these attributes, which igraph, Gephi and
 * NetworkX read.  Vertices are plain indices here, valid for one graph.
 */
enum vertex_type {
    VERTEX_CATEGORY,
    VERTEX_TRIGGER,
    VERTEX_SENSE,
    VERTEX_SETTING,
    VERTEX_TASK,
    VERTEX_ENTITY,
    VERTEX_TYPES
};
const char *vertex_type_name(enum vertex_type t);

struct concepts; /* heap; read-only after building or loading */

/* Must be called once before anything else here: igraph aborts by default. */
void concepts_init(void);

struct concepts *concepts_build(const char *seeds_dir,
                                struct err *err); /* builder.c */
struct concepts *concepts_load(const char *path, struct err *err);
int concepts_save(const struct concepts *c, const char *path, struct err *err);
void concepts_free(struct concepts *c);

/* Of what walks can see, the same however the file was written; where it came
 * from is no part of it. */
struct hash128 concepts_hash(const struct concepts *c);

size_t concepts_categories(const struct concepts *c,
                           const struct category **out);

/* Neighbours of one type, ascending by vertex; borrowed. */
struct neighbours {
    const int *vertex;
    const double *weight;
    size_t n;
};
struct neighbours concepts_near(const struct concepts *c, int vertex,
                                enum vertex_type type);

size_t concepts_count(const struct concepts *c); /* all vertices */
const char *concepts_library(void); /* the version of igraph */
enum vertex_type concepts_type(const struct concepts *c, int vertex);
const char *concepts_text(const struct concepts *c, int vertex);
const char *concepts_forms(const struct concepts *c, int trigger);
enum task_kind concepts_kind(const struct concepts *c, int task);
int concepts_category_vertex(const struct concepts *c, size_t category);
const char *concepts_source(const struct concepts *c, int vertex); /* or "" */
double concepts_support(const struct concepts *c, int vertex);
/* Index of the category that a sense belongs to. */
size_t concepts_sense_category(const struct concepts *c, int sense);

struct concept_stats {
    size_t by_type[VERTEX_TYPES];
    size_t edges, components, largest_component;
    double mean_degree;
    size_t tasks_by_kind[TASK_KINDS];
};
int concepts_stats(const struct concepts *c, struct concept_stats *out,
                   struct err *err);

#endif
