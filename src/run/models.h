/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_RUN_MODELS_H
#define PHGEN_RUN_MODELS_H

#include "base/alias.h"
#include "base/err.h"
#include "base/model.h"

#include <stddef.h>

/*
 * From what the user wrote to a model: `builtin:NAME`, an alias, a preset
 * (`openai:gpt-x`), an address (`http://host:port/v1#name`), or a bare name,
 * which is sent to the endpoint in OPENAI_BASE_URL.  The error for anything
 * else lists these ways. `aliases` may be NULL.  The caller releases `out`,
 * also after a failure.
 */
int models_resolve(const char *spec, const struct aliases *aliases,
                   struct model *out, struct err *err);

/*
 * The same for a judge, which may be a guard model: `guard=NAME:SPEC` asks it
 * in that guard's format, `guard=none:SPEC` with our rubric; without either
 * the model's name decides (agent/guard.h).  The alias may hold the prefix.
 */
int models_resolve_judge(const char *spec, const struct aliases *aliases,
                         struct model *out, struct err *err);

/* -1 for a guard that does not say, in one call, whether an answer is a
 * refusal; any other model can be asked with our instructions. */
int models_check_refusal_judge(const struct model *m, struct err *err);

struct budget;

/* A limit in dollars means nothing for a model without a price: -1 when the
 * budget has one and the model is over the network and has none. */
int models_check_price(const struct model *m, const struct budget *budget,
                       struct err *err);

#endif
