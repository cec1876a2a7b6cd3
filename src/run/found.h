/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_RUN_FOUND_H
#define PHGEN_RUN_FOUND_H

#include "agent/extractor.h"
#include "base/err.h"
#include "graph/builder.h"
#include "graph/concepts.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What extractors found in many prompts, resolved to concepts.
 *
 *      struct found *f = found_new(base, categories, n, err);
 *      found_take(f, prompt, file, &extract, err);      prompts in order
 *      for (i = 0; i < found_texts(f); i++)             each text is judged
 *              found_judge(f, i, harmless);
 *      found_prune(f, min_support, &counts);
 *      found_build(f, builder, sources, err);
 *
 * Two names are one concept when their normalised words have the same stems
 * (triggers: "killing" is "kill") or when they are near-duplicates (senses of
 * one trigger in one category, entities).  Names that the base graph has win.
 *
 * Nothing that was found stands for itself: a text is kept only once it was
 * judged harmless, and only if it is no near-duplicate of a prompt; a sense
 * needs a task and the support of enough prompts, a trigger a sense.
 *
 * Files are numbers from 0, at most FOUND_FILES.  What comes out depends on
 * the order of prompts and on nothing else.
 */
#define FOUND_FILES 256

struct found; /* heap; borrows base and categories */

struct found *found_new(const struct concepts *base,
                        const struct category *categories, size_t n,
                        struct err *err);
void found_free(struct found *f);

/* Every prompt comes here, so that none goes out; `e` may be NULL. */
int found_take(struct found *f, const char *prompt, size_t file,
               const struct extract *e, struct err *err);

/* What is to be judged: whole requests. */
size_t found_texts(const struct found *f);
void found_text(const struct found *f, size_t i, struct str *out);
void found_judge(struct found *f, size_t i, bool harmless);

struct found_counts {
    size_t triggers, senses, tasks, settings, entities, relations; /* kept */
    size_t known; /* of the triggers, those that the base has */
    size_t not_harmless, near_prompts; /* texts dropped */
    size_t weak;                       /* senses with too little support */
    size_t bare;                       /* triggers left without a sense */
    size_t homeless; /* triggers that no category of the graph is for */
};
void found_prune(struct found *f, double min_support, struct found_counts *out);

/* `sources` names each file in provenance. */
int found_build(const struct found *f, struct builder *b,
                const char *const *sources, struct err *err);

#endif
