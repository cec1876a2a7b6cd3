/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_RUN_FOUND_INSIDE_H
#define PHGEN_RUN_FOUND_INSIDE_H

#include "base/names.h"
#include "dedup/dedup.h"
#include "run/found.h"

/*
 * What was found, for the files of run/found.h only: found.c takes it in,
 * found_names.c says which trigger and which sense a name is, found_prune.c
 * what is good, found_build.c makes a graph of that.
 *
 * Triggers hold senses; senses hold numbers of texts.  Everything belongs to
 * the `struct found`.
 */
#define FOUND_TEXT_MAX 4096 /* of a request, and of what names are found by */

struct files {
    uint64_t bit[FOUND_FILES / 64];
};

enum text_kind { TEXT_TRIGGER, TEXT_SETTING, TEXT_TASK, TEXT_ENTITY };

struct text {
    enum text_kind of;
    enum task_kind kind;
    char *text;
    bool good;
    double support; /* of an entity */
    struct files files;
};

struct trigger;

struct sense {
    struct sense *next;
    const struct trigger *of;
    char *text;
    size_t category;
    double support;
    struct files files;
    size_t tasks[SEEDS_TASKS_MAX], settings[SEEDS_SETTINGS_MAX];
    size_t ntasks, nsettings;
    size_t *entities, nentities;
    bool good;
};

struct trigger {
    UT_hash_handle hh; /* by stems */
    char *text, *forms;
    int vertex;  /* of the base; -1: new */
    size_t name; /* its text */
    double support;
    struct files files;
    struct sense *senses, *last; /* a list, and its end */
    bool good;
    char key[];
};

struct relation {
    size_t from, to;
    char *text;
};

struct found {
    const struct concepts *base; /* may be NULL */
    const struct category *categories;
    size_t ncategories;
    struct trigger *triggers;
    struct text *text;
    size_t n, room;
    struct name *tasks; /* texts of tasks that are there already */
    struct relation *relations;
    size_t nrelations;
    struct dedup *prompts, *entities; /* ids of entities are their texts' */
    size_t homeless;
    /* Of found_names.c. */
    struct name *base_triggers; /* by stems; numbers are vertices */
    struct dedup *senses; /* of all triggers; ids count from 1 in `sense` */
    struct sense **sense;
    size_t nsenses, senses_room;
};

static inline void found_note_file(struct files *f, size_t file)
{
    f->bit[file / 64] |= UINT64_C(1) << file % 64;
}

/* A new text; its number, or SIZE_MAX. */
size_t found_add_text(struct found *f, enum text_kind of, enum task_kind kind,
                      const char *text, struct err *err);

/* Learns the base's triggers; `base` and `categories` are set. */
int found_names_init(struct found *f, struct err *err);
void found_names_release(struct found *f); /* the triggers as well */

/* The trigger that an answer names, made when it is new, with the prompt
 * counted; NULL. */
struct trigger *found_trigger(struct found *f, const struct extract *e,
                              size_t file, struct err *err);

/* Likewise its sense in that category. */
struct sense *found_sense(struct found *f, struct trigger *t, size_t category,
                          const char *text, size_t file, struct err *err);

/* The category that is named, else the base's main one of the trigger, else
 * the number of categories. */
size_t found_home(const struct found *f, const struct trigger *t,
                  const char *slug);

#endif
