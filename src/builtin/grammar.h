/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_BUILTIN_GRAMMAR_H
#define PHGEN_BUILTIN_GRAMMAR_H

#include "base/call.h"
#include "base/err.h"

/*
 * The embedded generator: realises a path of the concept graph as a prompt.
 *
 * The user message is the generator agent's payload (agent/generator.h): the
 * task with its kind, the setting, the shape, the move.  Frames come from
 * `grammar.yaml` and `shapes.yaml` in the seeds folder.  The reply is the JSON
 * that the agent asks for.
 *
 * Moves: `fresh` writes freely; `harden` drops the setting and takes a frame
 * that insists; `soften` brings the setting in; `vary` writes the same
 * request another way.
 */
struct grammar; /* heap; read-only after loading */

struct grammar *grammar_load(const char *path, const char *shapes,
                             struct err *err);
void grammar_free(struct grammar *g);

void grammar_reply(const struct grammar *g, const struct call *call,
                   struct reply *reply);

#endif
