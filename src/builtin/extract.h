/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_BUILTIN_EXTRACT_H
#define PHGEN_BUILTIN_EXTRACT_H

#include "base/err.h"
#include "base/str.h"
#include "builtin/lexicon.h"

#include <cjson/cJSON.h>

/*
 * The embedded extractor: what is in a request that merely looks dangerous.
 *
 * From {"request": TEXT} to the JSON that the extractor agent asks for
 * (agent/extractor.h).  The alarming word is the lexicon's; how it is used
 * (a verb with what it is done to, the name of an event, a bare word) is told
 * by patterns; what could be asked about it comes from the frames of
 * `extractor.yaml` in the seeds folder.  A request that the lexicon finds
 * harmful gives its word and nothing else.
 */
struct extractor; /* heap; read-only after loading */

struct extractor *extractor_load(const char *path, struct err *err);
void extractor_free(struct extractor *x); /* accepts NULL */

void extractor_speak(const struct extractor *x, const struct lexicon *lex,
                     const cJSON *payload, struct str *out);

#endif
