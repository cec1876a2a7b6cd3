/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_GRAPH_SEEDS_H
#define PHGEN_GRAPH_SEEDS_H

#include "base/concept.h"
#include "base/err.h"
#include "base/yaml.h"

#include <stddef.h>

/*
 * The hand-curated concepts as people edit them: `categories.yaml` and one
 * file a category under `concepts/`, checked while they are read.  Every
 * complaint names file and line.
 *
 * The loader pulls: seeds_open() reads the category table; seeds_next() hands
 * over one sense at a time with its trigger, settings and tasks, in the order
 * of the files.  Strings are borrowed until the next call.
 *
 *      struct seeds *s = seeds_open("seeds", err);
 *      while ((got = seeds_next(s, &sense, err)) > 0) ...
 *      seeds_close(s);
 */
#define SEEDS_SETTINGS_MAX 16
#define SEEDS_TASKS_MAX    64

struct seed_sense {
    const struct category *category;
    const char *trigger;
    const char *forms; /* comma between, "" for none */
    const char *sense;
    const char *settings[SEEDS_SETTINGS_MAX];
    size_t nsettings;
    struct {
        enum task_kind kind;
        const char *text;
    } tasks[SEEDS_TASKS_MAX];
    size_t ntasks;
};

struct seeds; /* heap */

struct seeds *seeds_open(const char *dir, struct err *err);
void seeds_close(struct seeds *s);

size_t seeds_categories(const struct seeds *s, const struct category **out);

/* 1 with `*out` filled, 0 at the end, -1 on an error. */
int seeds_next(struct seeds *s, struct seed_sense *out, struct err *err);

#endif
