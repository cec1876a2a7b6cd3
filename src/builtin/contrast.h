/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_BUILTIN_CONTRAST_H
#define PHGEN_BUILTIN_CONTRAST_H

#include "base/err.h"
#include "base/str.h"

#include <cjson/cJSON.h>
#include <stdint.h>

/*
 * The embedded contrast agent: a table of short unsafe questions by trigger,
 * `contrasts.yaml` in the seeds folder.  A trigger that is not in it has no
 * twin.
 */
struct contrasts; /* heap; read-only after loading */

struct contrasts *contrasts_load(const char *path, struct err *err);
void contrasts_free(struct contrasts *c); /* accepts NULL */

/* Appends {"question"}; `payload` is the contrast agent's. */
void contrasts_speak(const struct contrasts *c, const cJSON *payload,
                     uint64_t key, struct str *out);

#endif
