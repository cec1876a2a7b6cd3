/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_RUN_DESK_H
#define PHGEN_RUN_DESK_H

#include "agent/agent.h"
#include "base/err.h"
#include "builtin/builtin.h"
#include "run/exchange.h"
#include "run/models.h"
#include "store/store.h"

#include <stdbool.h>

/*
 * What work that asks models needs besides the loop of generate: the agents'
 * instructions, the embedded models, a store with its ledger, the exchange,
 * and models by spec.
 *
 *      struct desk *d = desk_open(&options, err);
 *      m = desk_model(d, "openai:gpt-x", err);
 *      s = survey_new(d->exchange, err); ...
 *      desk_close(d);
 */
struct desk_options {
    const char *seeds;    /* folder */
    const char *store;    /* file, or ":memory:" when nothing is to stay */
    struct store *opened; /* used instead, and not closed; NULL: none */
    struct exchange_options exchange;
    struct aliases aliases; /* borrowed */
};

#define DESK_MODELS_MAX 64

struct desk {
    struct store *store;
    struct builtin *builtin;
    struct exchange *exchange;
    struct template templates[AGENT_COUNT];
    struct desk_options options;
    struct model *models[DESK_MODELS_MAX];
    bool judges[DESK_MODELS_MAX]; /* resolved as one */
    size_t nmodels;
};

struct desk *desk_open(const struct desk_options *options, struct err *err);
void desk_close(struct desk *d); /* accepts NULL */

/* The model of a spec, one record a spec; the desk's.  NULL with a sentence,
 * also when --max-cost is set and the model has no price. */
const struct model *desk_model(struct desk *d, const char *spec,
                               struct err *err);
/* The same for a judge, which may be a guard: models_resolve_judge(). */
const struct model *desk_judge(struct desk *d, const char *spec,
                               struct err *err);

#endif
