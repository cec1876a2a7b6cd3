/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Puts together what belongs together; decides nothing.
 */
#include "run/desk.h"
#include "run/templates.h"

#include <stdlib.h>
#include <string.h>

static int open_all(struct desk *d, struct err *err)
{
    const struct desk_options *o = &d->options;

    d->store = o->opened != NULL ? o->opened : store_open(o->store, err);
    if (d->store == NULL || templates_load(o->seeds, d->templates, err) != 0)
        return -1;
    d->builtin = builtin_open(o->seeds, err);
    if (d->builtin == NULL)
        return -1;
    d->exchange = exchange_new(d->store, d->builtin, &o->exchange, err);
    return d->exchange != NULL ? 0 : -1;
}

struct desk *desk_open(const struct desk_options *options, struct err *err)
{
    struct desk *d = calloc(1, sizeof(*d));

    if (d == NULL) {
        err_nomem(err);
        return NULL;
    }
    d->options = *options;
    if (open_all(d, err) != 0) {
        desk_close(d);
        return NULL;
    }
    return d;
}

void desk_close(struct desk *d)
{
    size_t i;

    if (d == NULL)
        return;
    exchange_free(d->exchange);
    builtin_close(d->builtin);
    templates_release(d->templates);
    if (d->store != d->options.opened)
        store_close(d->store);
    for (i = 0; i < d->nmodels; i++) {
        model_release(d->models[i]);
        free(d->models[i]);
    }
    free(d);
}

static struct model *resolve(struct desk *d, const char *spec, bool judge,
                             struct err *err)
{
    const struct aliases *aliases = &d->options.aliases;
    struct model *m = calloc(1, sizeof(*m));

    if (m == NULL) {
        err_nomem(err);
        return NULL;
    }
    if ((judge ? models_resolve_judge(spec, aliases, m, err)
               : models_resolve(spec, aliases, m, err)) != 0 ||
        models_check_price(m, &d->options.exchange.budget, err) != 0) {
        model_release(m);
        free(m);
        return NULL;
    }
    free(m->spec);
    m->spec = strdup(spec);
    if (m->spec == NULL)
        err_nomem(err);
    return m;
}

static const struct model *find(struct desk *d, const char *spec, bool judge,
                                struct err *err)
{
    struct model *m;
    size_t i;

    for (i = 0; i < d->nmodels; i++)
        if (d->judges[i] == judge && strcmp(d->models[i]->spec, spec) == 0)
            return d->models[i];
    if (d->nmodels == DESK_MODELS_MAX) {
        err_set(err, "more than %d models", DESK_MODELS_MAX);
        return NULL;
    }
    m = resolve(d, spec, judge, err);
    if (m == NULL)
        return NULL;
    d->judges[d->nmodels] = judge;
    d->models[d->nmodels++] = m;
    return m->spec != NULL ? m : NULL;
}

const struct model *desk_model(struct desk *d, const char *spec,
                               struct err *err)
{
    return find(d, spec, false, err);
}

const struct model *desk_judge(struct desk *d, const char *spec,
                               struct err *err)
{
    return find(d, spec, true, err);
}
