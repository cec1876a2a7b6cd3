/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_BUILTIN_SPEAK_H
#define PHGEN_BUILTIN_SPEAK_H

#include "base/call.h"
#include "base/str.h"
#include "builtin/lexicon.h"

#include <cjson/cJSON.h>
#include <stdint.h>

/*
 * The roles that the embedded models play, one function each: from the last
 * message of a call to the text of the reply.  `payload` is NULL when the
 * message is no JSON object.  See builtin.h for what goes in and out.
 */

enum caution { LENIENT, BALANCED, CAUTIOUS };

void answer_judge_speak(const struct lexicon *lex, const cJSON *payload,
                        struct str *out);

/* `key` makes the draw reproducible: the call's seed. */
void target_speak(const struct lexicon *lex, enum caution how,
                  const char *prompt, uint64_t key, struct str *out);
void witness_speak(const struct lexicon *lex, const char *prompt, uint64_t key,
                   struct str *out);

#endif
