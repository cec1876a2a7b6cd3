/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The order matters: an alias wins over all but a full spec, so that a team
 * can point a short name somewhere else without touching its scripts.
 */
#include "run/models.h"
#include "base/str.h"
#include "builtin/builtin.h"
#include "net/preset.h"
#include "run/exchange.h"

#include <stdlib.h>
#include <string.h>

static int builtin_model(const char *spec, struct model *out, struct err *err)
{
    const struct builtin_model *m;
    struct str names;

    if (builtin_find(spec) == NULL) {
        str_init(&names, ERR_TEXT_MAX / 2);
        for (m = BUILTIN_MODELS; m->name != NULL; m++)
            str_addf(&names, "%s%s", m == BUILTIN_MODELS ? "" : ", ", m->name);
        err_set(err, "there is no embedded model \"%s\"; there are: %s", spec,
                names.s);
        str_release(&names);
        return -1;
    }
    out->kind = MODEL_BUILTIN;
    out->spec = strdup(spec);
    out->name = strdup(spec);
    return out->spec != NULL && out->name != NULL ? 0 : err_nomem(err);
}

/* A bare name goes to the default endpoint, if there is one. */
static int bare_model(const char *spec, struct model *out, struct err *err)
{
    const char *base = getenv("OPENAI_BASE_URL");
    struct str full;
    int failed;

    if (base == NULL || *base == '\0')
        return err_set(
            err,
            "\"%s\" is not a model that can be reached: write "
            "builtin:cautious, openai:NAME, anthropic:NAME, ollama:NAME, "
            "http://HOST:PORT/v1#NAME, an alias from the configuration file, "
            "or set OPENAI_BASE_URL (see \"phgen models\")",
            spec);
    str_init(&full, 1 << 14);
    str_addf(&full, "openai:%s", spec);
    failed = preset_resolve(full.s, out, err);
    str_release(&full);
    return failed;
}

int models_resolve(const char *spec, const struct aliases *aliases,
                   struct model *out, struct err *err)
{
    size_t i;

    memset(out, 0, sizeof(*out));
    for (i = 0; aliases != NULL && i < aliases->n; i++) {
        if (strcmp(aliases->name[i], spec) != 0)
            continue;
        /* Without the table: an alias of an alias would need a loop check. */
        if (models_resolve(aliases->spec[i], NULL, out, err) != 0)
            return err_prefix(err, "the alias \"%s\"", spec);
        return 0;
    }
    if (strncmp(spec, "builtin:", 8) == 0)
        return builtin_model(spec, out, err);
    if (strchr(spec, ':') != NULL)
        return preset_resolve(spec, out, err);
    return bare_model(spec, out, err);
}

int models_check_price(const struct model *m, const struct budget *budget,
                       struct err *err)
{
    if (budget->max_cost <= 0 || m->kind != MODEL_HTTP || m->price_in > 0 ||
        m->price_out > 0)
        return 0;
    return err_set(err,
                   "--max-cost needs the price of %s: give price-in and "
                   "price-out (US dollars a million tokens) to its alias in "
                   "the configuration file",
                   m->spec);
}
