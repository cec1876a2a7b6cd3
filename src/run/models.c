/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The order matters: an alias wins over all but a full spec, so that a team
 * can point a short name somewhere else without touching its scripts.
 */
#include "run/models.h"
#include "agent/guard.h"
#include "base/str.h"
#include "builtin/builtin.h"
#include "net/dialect.h"
#include "net/preset.h"
#include "run/exchange.h"

#include <stdlib.h>
#include <string.h>

static const char guard_prefix[] = "guard=";

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
    failed = preset_resolve(full.s, NULL, out, err);
    str_release(&full);
    return failed;
}

static int resolve(const char *spec, const char *url, struct model *out,
                   struct err *err)
{
    if (strncmp(spec, guard_prefix, strlen(guard_prefix)) == 0)
        return err_set(err, "\"%s\": only a judge can be a guard", spec);
    if (strncmp(spec, "builtin:", 8) == 0)
        return builtin_model(spec, out, err);
    if (strchr(spec, ':') != NULL || url != NULL)
        return preset_resolve(spec, url, out, err);
    return bare_model(spec, out, err);
}

/* --- aliases --- */

static int set_text(char **field, const char *text, struct err *err)
{
    free(*field);
    *field = text != NULL ? strdup(text) : NULL;
    return text == NULL || *field != NULL ? 0 : err_nomem(err);
}

/* A name and where it is served. */
static int resolve_parts(const struct alias *a, struct model *out,
                         struct err *err)
{
    out->kind = MODEL_HTTP;
    out->dialect = DIALECT_OPENAI;
    if (a->dialect != NULL &&
        dialect_find(a->dialect, strlen(a->dialect), &out->dialect) != 0)
        return err_set(err,
                       "there is no dialect \"%s\"; \"phgen models\" lists "
                       "them",
                       a->dialect);
    if (set_text(&out->spec, a->name, err) != 0)
        return -1;
    return set_text(&out->name, a->wire_name, err);
}

static int set_version(char **url, const char *version, struct err *err)
{
    struct str s;

    str_init(&s, 1 << 14);
    str_add(&s, *url, strcspn(*url, "?"));
    str_addf(&s, "?api-version=%s", version);
    free(*url);
    *url = str_detach(&s);
    return *url != NULL ? 0 : err_nomem(err);
}

static int set_urls(const struct alias *a, struct model *m, struct err *err)
{
    size_t i;

    if (a->api_version != NULL && m->dialect != DIALECT_AZURE)
        return err_set(err, "only Azure OpenAI has an \"api-version\"");
    for (i = 0; i < a->nurls; i++) {
        free(m->urls[i]);
        m->urls[i] = preset_url(m->dialect, a->urls[i]);
        if (m->nurls <= i)
            m->nurls = i + 1;
        if (m->urls[i] == NULL)
            return err_nomem(err);
    }
    for (i = 0; a->api_version != NULL && i < m->nurls; i++)
        if (set_version(&m->urls[i], a->api_version, err) != 0)
            return -1;
    return 0;
}

static int set_headers(const struct alias *a, struct model *m, struct err *err)
{
    struct str line;
    size_t i;

    for (i = 0; i < a->nheaders; i++) {
        str_init(&line, 8192);
        str_addf(&line, "%s: %s", a->headers[i].name, a->headers[i].value);
        m->headers[i] = str_detach(&line);
        if (m->headers[i] == NULL)
            return err_set(err, "the header \"%s\" is too long",
                           a->headers[i].name);
        m->nheaders++;
    }
    return 0;
}

static int set_particulars(const struct alias *a, struct model *m,
                           struct err *err)
{
    if (m->kind == MODEL_BUILTIN &&
        (a->nurls > 0 || a->key_env != NULL || a->nheaders > 0 ||
         a->api_version != NULL || a->concurrency > 0 ||
         a->requests_per_minute > 0 || a->tokens_per_minute > 0))
        return err_set(err, "an embedded model is not called over the network "
                            "and takes no particulars of a server");
    if (a->key_env != NULL && set_text(&m->key_env, a->key_env, err) != 0)
        return -1;
    m->concurrency = (unsigned)a->concurrency;
    m->requests_per_minute = a->requests_per_minute;
    m->tokens_per_minute = a->tokens_per_minute;
    m->price_in = a->price_in;
    m->price_out = a->price_out;
    return set_urls(a, m, err) != 0 ? -1 : set_headers(a, m, err);
}

/* Its spec is no alias: an alias of an alias would need a loop check. */
static int resolve_alias(const struct alias *a, struct model *out,
                         struct err *err)
{
    int failed =
        a->model == NULL
            ? resolve_parts(a, out, err)
            : resolve(a->model, a->nurls > 0 ? a->urls[0] : NULL, out, err);

    if (!failed)
        failed = set_particulars(a, out, err);
    return failed ? err_prefix(err, "%s:%d: the alias \"%s\"", a->file, a->line,
                               a->name)
                  : 0;
}

static const struct alias *find_alias(const struct aliases *all,
                                      const char *name)
{
    size_t i;

    for (i = 0; all != NULL && i < all->n; i++)
        if (strcmp(all->list[i].name, name) == 0)
            return &all->list[i];
    return NULL;
}

int models_resolve(const char *spec, const struct aliases *aliases,
                   struct model *out, struct err *err)
{
    const struct alias *a = find_alias(aliases, spec);

    memset(out, 0, sizeof(*out));
    return a != NULL ? resolve_alias(a, out, err)
                     : resolve(spec, NULL, out, err);
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

/* --- judges --- */

static int unknown_guard(const char *name, size_t len, struct err *err)
{
    const struct guard *g;
    struct str names;

    str_init(&names, ERR_TEXT_MAX / 2);
    for (g = GUARDS; g->name != NULL; g++)
        str_addf(&names, "%s, ", g->name);
    err_set(err, "there is no guard format \"%.*s\"; there are: %snone",
            (int)(len < 60 ? len : 60), name, names.s);
    str_release(&names);
    return -1;
}

/* Takes "guard=NAME:" off `*spec`: 1 when it was there, 0, -1. */
static int take_prefix(const char **spec, const struct guard **g,
                       struct err *err)
{
    const char *name, *colon;
    size_t len;

    if (strncmp(*spec, guard_prefix, strlen(guard_prefix)) != 0)
        return 0;
    name = *spec + strlen(guard_prefix);
    colon = strchr(name, ':');
    if (colon == NULL || colon[1] == '\0')
        return err_set(err, "\"%s\" names no model: write guard=NAME:MODEL",
                       *spec);
    len = (size_t)(colon - name);
    *spec = colon + 1;
    *g = guard_find(name, len);
    if (*g == NULL && !(len == 4 && memcmp(name, "none", 4) == 0))
        return unknown_guard(name, len, err);
    return 1;
}

int models_resolve_judge(const char *spec, const struct aliases *aliases,
                         struct model *out, struct err *err)
{
    const struct guard *g = NULL;
    const struct alias *named;
    struct alias a;
    int said = take_prefix(&spec, &g, err), failed;

    memset(out, 0, sizeof(*out));
    if (said < 0)
        return -1;
    named = find_alias(aliases, spec);
    if (named != NULL) {
        a = *named;
        if (!said && a.model != NULL)
            said = take_prefix(&a.model, &g, err);
        failed = said < 0 ? -1 : resolve_alias(&a, out, err);
    } else {
        failed = resolve(spec, NULL, out, err);
    }
    if (failed)
        return -1;
    if (!said)
        g = guard_recognise(out->name);
    if (g == NULL || guard_attach(g, out, err) == 0)
        return 0;
    model_release(out);
    return -1;
}

int models_check_refusal_judge(const struct model *m, struct err *err)
{
    if (m->guard == NULL || (m->guard->refusals && m->guard->parts == 1))
        return 0;
    return err_set(err, "%s does not say whether an answer is a refusal",
                   m->guard->name);
}
