/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_BUILTIN_JUDGE_H
#define PHGEN_BUILTIN_JUDGE_H

#include "base/str.h"
#include "builtin/lexicon.h"

/*
 * The embedded discriminators: one reading of the conversation, three
 * thresholds.
 *
 * A strict judge calls controversial what a moderate one lets pass, so a
 * panel of the three splits on prompts that lie near the line and nowhere
 * else.  Appends {"reason", "verdict"}.
 */
enum builtin_strictness { JUDGE_STRICT, JUDGE_MODERATE, JUDGE_PERMISSIVE };

void builtin_judge(const struct lexicon *lex, enum builtin_strictness how,
                   const struct talk *talk, struct str *out);

#endif
