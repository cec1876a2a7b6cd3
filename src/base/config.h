/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_BASE_CONFIG_H
#define PHGEN_BASE_CONFIG_H

#include "base/alias.h"
#include "base/err.h"
#include "base/options.h"
#include "base/yaml.h"

#include <stddef.h>

/*
 * The configuration file: YAML whose keys are long option names, and aliases
 * for models.
 *
 *      target-model: [small, large]    # a list where an option can be repeated
 *      n: 2000
 *      no-witness: true                # a flag
 *      models:
 *        small: ollama:llama3.2        # "small" works wherever a model does
 *        large: http://gpu7:8000/v1#large
 *
 *      struct config *c = config_load("phgen.yaml", err);
 *      config_apply(c, options, err);      (the command line has won already)
 *      aliases = config_aliases(c);
 *      config_close(c);
 *
 * Only rows marked OPTION_CONFIG may stand in it.  Any other key, a key that
 * is given twice and a value that the option would not take are errors,
 * "FILE:LINE: what".  Keys for services never stand here: they come from the
 * environment.
 */
struct config; /* heap */

struct config *config_load(const char *path, struct err *err);
void config_close(struct config *c); /* accepts NULL */

/*
 * Checks every key and value, and sets what the command line did not give.
 * May be called for several sets of options.
 */
int config_apply(const struct config *c, struct options *o, struct err *err);

/*
 * Sets what these options have and the command line did not give, and passes
 * over all other keys: for commands that share a few options with the one
 * that the file was checked against.
 */
int config_apply_known(const struct config *c, struct options *o,
                       struct err *err);

/* What stands under "models".  Borrowed from `c`. */
struct aliases config_aliases(const struct config *c); /* NULL: none */

/*
 * A part of the file that is no option: "panel" (agent/panel.h).  0 when it is
 * not there; the document lives as long as `c`.
 */
yaml_node config_section(const struct config *c, const char *name,
                         const struct yaml **doc);

/*
 * The file to read when none was named: ./phgen.yaml, else
 * $XDG_CONFIG_HOME/phgen/config.yaml ($HOME/.config when that is unset; XDG
 * Base Directory Specification).  A heap string, or NULL when there is none.
 */
char *config_default_path(void);

#endif
