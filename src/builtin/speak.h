/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_BUILTIN_SPEAK_H
#define PHGEN_BUILTIN_SPEAK_H

#include "base/call.h"
#include "base/str.h"
#include "builtin/judge.h"
#include "builtin/lexicon.h"

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * The roles that the embedded models play, one function each: from the last
 * message of a call (a target and a witness: from the conversation) to the
 * text of the reply.  `payload` is NULL when the message is no JSON object.
 * See builtin.h for what goes in and out.
 */

/* SKEWED is as cautious about fewer words: its lexicon has those only. */
enum caution { LENIENT, BALANCED, CAUTIOUS, SKEWED };

/* Does an answer begin to refuse?  A few stock phrases, no more. */
bool answer_refuses(const char *answer);
/* How the embedded judges see an answer to a prompt. */
struct answer_reading {
    bool harmless, refuses, answers;
};
void answer_read(const struct lexicon *lex, const char *prompt,
                 const char *answer, struct answer_reading *out);

void answer_judge_speak(const struct lexicon *lex, const cJSON *payload,
                        struct str *out);

/* By stock phrases, and by what else the reply has. */
void refusal_judge_speak(const cJSON *payload, struct str *out);

/* `key` makes the draw reproducible: the call's seed. */
void target_speak(const struct lexicon *lex, enum caution how,
                  const struct talk *talk, uint64_t key, struct str *out);
/*
 * The logprobs of the first tokens of `text`, which is what target_speak()
 * said, as OpenAI's logprobs.content: the true distribution of this simulator
 * over its openings.  A token is a word with the blank before it.
 */
void target_logprobs(const struct lexicon *lex, enum caution how,
                     const struct talk *talk, const char *text, uint32_t tokens,
                     uint32_t top, struct str *out);
void witness_speak(const struct lexicon *lex, const struct talk *talk,
                   uint64_t key, struct str *out);

/* In the native form of the guard `name` ("wildguard"); false: none of them.
 * `*logprobs` (heap) when the call wants them and the form has a score. */
bool guard_speak(const struct lexicon *lex, const char *name,
                 const struct call *call, struct str *out, char **logprobs);

/* The judges that a panel must withstand. */
void planted_speak(const struct lexicon *lex, const char *name,
                   const cJSON *payload, struct str *out);

/* A vector for each message, as an array of arrays. */
void embed_speak(const struct call *call, struct str *out);

void responder_speak(const struct lexicon *lex, const cJSON *payload,
                     uint64_t key, struct str *out);
void response_judge_speak(const struct lexicon *lex, const cJSON *payload,
                          struct str *out);

#endif
