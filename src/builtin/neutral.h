/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_BUILTIN_NEUTRAL_H
#define PHGEN_BUILTIN_NEUTRAL_H

#include "base/err.h"
#include "base/str.h"

#include <cjson/cJSON.h>

/*
 * The embedded rephraser: words for words, by seeds/neutral.yaml.  It knows no
 * meaning, and makes of a harmful request a harmless one as readily as of a
 * harmless one; it is there so that the way of a rephrased request can be
 * walked without a model.
 */
struct neutral; /* heap; read-only */

struct neutral *neutral_load(const char *path, struct err *err);
void neutral_free(struct neutral *n); /* accepts NULL */

/* Appends the answer to {"request"}: {"request"}. */
void neutral_speak(const struct neutral *n, const cJSON *payload,
                   struct str *out);

#endif
