/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_RUN_TEMPLATES_H
#define PHGEN_RUN_TEMPLATES_H

#include "agent/agent.h"
#include "base/err.h"

/*
 * The agents' instructions, from `agents/NAME.md` in the seeds folder, with
 * the hash of each that goes into provenance.  Indexed by enum agent; an
 * agent that is told nothing (the target) has an empty text.
 */
int templates_load(const char *seeds_dir, struct template out[AGENT_COUNT],
                   struct err *err);
void templates_release(struct template t[AGENT_COUNT]);

#endif
