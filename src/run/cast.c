/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who plays each agent: the models that the user named, and the embedded ones
 * where none was.
 */
#include "run/models.h"
#include "run/state.h"

#include <stdlib.h>
#include <string.h>

/* One model, one record: the engine tells endpoints apart by it.  A guard is
 * another model than the same one asked as any other. */
static const struct model *add_model(struct run *r, const char *spec,
                                     bool judge, struct err *err)
{
    const struct run_options *o = &r->options;
    struct model *m = &r->models[r->nmodels];
    size_t i;

    if ((judge ? models_resolve_judge : models_resolve)(spec, &o->aliases, m,
                                                        err) != 0) {
        model_release(m);
        return NULL;
    }
    for (i = 0; i < r->nmodels; i++)
        if (strcmp(r->models[i].spec, spec) == 0 &&
            r->models[i].guard == m->guard) {
            model_release(m);
            return &r->models[i];
        }
    free(m->spec);
    m->spec = strdup(spec);
    r->nmodels++;
    return m;
}

static const struct model *add_agent(struct run *r, const char *spec,
                                     const char *otherwise, struct err *err)
{
    return add_model(r, spec != NULL ? spec : otherwise, false, err);
}

static int add_refusal_judge(struct run *r, struct err *err)
{
    const char *spec = r->options.refusal_judge;
    const struct model **m = &r->plan.refusal_judge;

    if (spec == NULL)
        return 0;
    *m = add_model(r, spec, true, err);
    return *m == NULL ? -1 : models_check_refusal_judge(*m, err);
}

static int add_judges(struct run *r, struct err *err)
{
    static const char *const embedded[] = {"builtin:judge-strict",
                                           "builtin:judge-moderate",
                                           "builtin:judge-permissive"};
    const struct run_options *o = &r->options;
    struct dialogue_plan *p = &r->plan;
    size_t i;

    p->njudges = o->njudges > 0 ? o->njudges : 3;
    for (i = 0; i < p->njudges; i++) {
        p->judges[i] = add_model(r, o->njudges > 0 ? o->judges[i] : embedded[i],
                                 true, err);
        if (p->judges[i] == NULL)
            return -1;
    }
    return 0;
}

static int add_targets(struct run *r, struct err *err)
{
    const struct run_options *o = &r->options;
    struct dialogue_plan *p = &r->plan;
    size_t i;

    p->ntargets = o->ntargets > 0 ? o->ntargets : 1;
    for (i = 0; i < p->ntargets; i++) {
        p->targets[i] = add_agent(r, o->ntargets > 0 ? o->targets[i] : NULL,
                                  "builtin:cautious", err);
        if (p->targets[i] == NULL)
            return -1;
    }
    return 0;
}

static int check_prices(const struct run *r, struct err *err)
{
    size_t i;

    for (i = 0; i < r->nmodels; i++)
        if (models_check_price(&r->models[i], &r->options.budget, err) != 0)
            return -1;
    return 0;
}

int run_cast(struct run *r, struct err *err)
{
    const struct run_options *o = &r->options;
    struct dialogue_plan *p = &r->plan;

    if (add_judges(r, err) != 0 || add_targets(r, err) != 0)
        return -1;
    p->generator = add_agent(r, o->generator, "builtin:generator", err);
    p->witness = add_agent(r, o->witness, "builtin:witness", err);
    p->answer_judge = add_model(
        r, o->answer_judge != NULL ? o->answer_judge : "builtin:answer-judge",
        true, err);
    p->orchestrator =
        add_agent(r, o->orchestrator, "builtin:orchestrator", err);
    if (p->generator == NULL || p->witness == NULL || p->answer_judge == NULL ||
        p->orchestrator == NULL)
        return -1;
    return add_refusal_judge(r, err) != 0 ? -1 : check_prices(r, err);
}
