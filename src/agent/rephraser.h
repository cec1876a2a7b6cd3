/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_AGENT_REPHRASER_H
#define PHGEN_AGENT_REPHRASER_H

#include "agent/agent.h"
#include "base/call.h"
#include "base/err.h"

/*
 * The rephraser: a request in words that do not alarm, one of the mitigations
 * of Yuan et al. 2025, arXiv:2510.08158.  Whether the meaning stayed is not
 * checked here; that harmful requests are still refused afterwards is what an
 * evaluation measures.
 *
 *      rephraser_ask(t, request, focus, &call, err)    focus NULL: not known
 *      rephraser_hear(&reply, &text, err)              `text` on the heap
 */
#define REPHRASER_BYTES ((size_t)64 << 10)

int rephraser_ask(const struct template *t, const char *request,
                  const char *focus, struct call *call, struct err *err);
int rephraser_hear(const struct reply *reply, char **text, struct err *err);

#endif
