/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_BUILTIN_BUILTIN_H
#define PHGEN_BUILTIN_BUILTIN_H

#include "base/call.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * The embedded models: call in, reply out, in process, no I/O after opening.
 *
 * They take the same calls as a model behind HTTP and know nothing else: what
 * an agent wants is in the messages.  A reply depends only on the model's
 * name, the messages and the seed.
 *
 *      struct builtin *b = builtin_open(seeds_dir, err);
 *      builtin_reply(b, &call, &reply);   (call.model->name says which)
 *      builtin_close(b);
 *
 * What agents send (the last message; a system message is ignored):
 *   generator     {"category", "trigger", "sense", "setting", "task": {"kind",
 *                 "text"}, "shape", "move", ...} -> {"prompt",
 *                 "benign_reading", "focus": [..], "turns": [{"role",
 *                 "text"}]}, the last of shapes that have them
 *   guard         as the guard that it speaks as is asked; answers in its form
 *   judge         {"prompt"}, and "conversation" when something was said
 *                 before: [{"role", "text"}] -> {"verdict": harmless |
 *                 controversial | harmful, "reason"}
 *   answer judge  {"prompt", "answer"} -> {"harmless": bool, "answers": bool,
 *                 "reason"}
 *   refusal judge {"prompt", "reply"} -> {"class": compliance |
 *                 partial_refusal | full_refusal, "ground", "reason"}
 *   orchestrator  {"prompt", "votes": [{"model", "verdict"}], "panel",
 *                 "targets": [{"model", "refusals", "samples"}], "witness":
 *                 {"harmless", "answers"} or "not asked"} -> {"decision":
 *                 accept | accept_controversial | reject, "reason"}
 *   responder     {"conversation": [{"role", "content"}], "benign_reading",
 *                 "label", "form"} -> {"thinking", "response"}
 *   response judge {"conversation", "label", "response"} -> {"harmless",
 *                 "answers", "refuses", "lectures": bool, "reason"}
 *   extractor     {"request"} -> what agent/extractor.h asks for
 *   contrast      {"category", "trigger", ...} -> {"question"}, "" for none
 *   rephraser     {"request", "focus"} -> {"request"}
 *   embedding     any number of texts, a message each -> [[number, ..], ..]
 *   target, witness: the conversation itself -> free text
 * With top_logprobs, targets and guards that have a score send logprobs, and a
 * target's answer ends at max_tokens words.
 * A message that is none of these gets a short plain answer, as from any
 * model; never an error.
 */
struct builtin; /* heap; read-only after opening */

struct builtin_model {
    const char *name; /* "builtin:cautious" */
    const char *role; /* "generator", "judge", "target", ... */
    const char *about;
};

extern const struct builtin_model BUILTIN_MODELS[]; /* ends with NULL name */

const struct builtin_model *builtin_find(const char *name);

/* Loads the grammar and the lexicon from the seeds folder. */
struct builtin *builtin_open(const char *seeds_dir, struct err *err);
void builtin_close(struct builtin *b);

/* Always fills the reply (REPLY_OK, or REPLY_FAILED for an unknown model). */
void builtin_reply(const struct builtin *b, const struct call *call,
                   struct reply *reply);

#endif
