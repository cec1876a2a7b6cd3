/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_CMD_SETTINGS_H
#define PHGEN_CMD_SETTINGS_H

#include "agent/panel.h"
#include "base/config.h"
#include "base/err.h"
#include "base/options.h"
#include "cmd/cmd.h"
#include "graph/concepts.h"
#include "run/run.h"

/*
 * From options and configuration file to what a run wants.
 *
 *      struct settings s;
 *      code = settings_load(&s, options, err);
 *      if (code == CMD_OK) run_open(&s.run, err) ...
 *      settings_release(&s);
 *
 * What can be seen to be wrong without touching anything (a model that there
 * is no way to reach, a window below the concurrency) is CMD_USAGE here,
 * before the run is opened.
 */
struct settings {
    struct run_options run;   /* strings borrowed from what follows */
    struct config *config;    /* NULL: there is none */
    struct panel_rules panel; /* when the configuration has them */
    char *out, *graph, *seeds;
};

enum cmd_exit settings_load(struct settings *s, struct options *o,
                            struct err *err);
/* The same in two steps: between them, options that neither the command line
 * nor the configuration file gave can be set. */
enum cmd_exit settings_read_config(struct settings *s, struct options *o,
                                   struct err *err);
enum cmd_exit settings_take(struct settings *s, const struct options *o,
                            struct err *err);
void settings_release(struct settings *s); /* also after a failure */

/* Loads a configuration and checks its keys for commands that take no option
 * from it.  `*out` is NULL when no file is there. */
int settings_check_config(const char *path, struct config **out,
                          struct err *err);

/* "builtin:cautious" as part of a file's name: "builtin-cautious". */
void settings_add_slug(struct str *out, const char *text);

/*
 * Marks the categories that a list names by slug or number, separated by
 * commas; `wanted` has a place for each category of the graph.
 */
int settings_categories(const struct concepts *graph, const char *list,
                        bool *wanted, struct err *err);

/* The index of the only one that such a list names. */
int settings_one_category(const struct concepts *graph, const char *name,
                          long *out, struct err *err);

#endif
