/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_BASE_YAML_H
#define PHGEN_BASE_YAML_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * The YAML that people edit (configuration, seeds), by libyaml, read-only,
 * with the line of every value so that an error can name it.
 *
 *      struct yaml *y = yaml_load(path, err);
 *      yaml_node top = yaml_root(y);
 *      for (i = 0; i < yaml_size(y, top); i++) {
 *              yaml_node item = yaml_at(y, top, i);
 *              const char *word = yaml_text(y, yaml_get(y, item, "word"));
 *
 * Nodes are small integers valid while the document lives; 0 is "no node",
 * which every function accepts.  Strings are owned by the document.  Files
 * over 16 MiB and aliases are refused: the first are a mistake, the second
 * can make a small file expand without end.
 */
struct yaml; /* heap; closed with yaml_close(), for libyaml exports yaml_free */
typedef int yaml_node;

struct yaml *yaml_load(const char *path, struct err *err);
struct yaml *yaml_parse_text(const char *name, const char *text, size_t len,
                             struct err *err);
void yaml_close(struct yaml *y);

yaml_node yaml_root(const struct yaml *y);
const char *yaml_path(const struct yaml *y); /* as errors show it */

bool yaml_is_list(const struct yaml *y, yaml_node n);
bool yaml_is_map(const struct yaml *y, yaml_node n);
size_t yaml_size(const struct yaml *y, yaml_node n); /* items or pairs */
yaml_node yaml_at(const struct yaml *y, yaml_node list, size_t i);
yaml_node yaml_get(const struct yaml *y, yaml_node map, const char *key);
/* Pair i of a map, in the order of the file. */
yaml_node yaml_key(const struct yaml *y, yaml_node map, size_t i);
yaml_node yaml_value(const struct yaml *y, yaml_node map, size_t i);

const char *yaml_text(const struct yaml *y, yaml_node n); /* NULL: no scalar */
int yaml_line(const struct yaml *y, yaml_node n);         /* from 1 */

/* Fails with "FILE:LINE: unknown key ..." on a key not in `known`. */
int yaml_check_keys(const struct yaml *y, yaml_node map,
                    const char *const known[], struct err *err);

const char *yaml_library(void); /* the version of libyaml */

/* Sets "FILE:LINE: TEXT"; returns -1. */
int yaml_error(const struct yaml *y, yaml_node n, struct err *err,
               const char *fmt, ...) __attribute__((format(printf, 4, 5)));

#endif
