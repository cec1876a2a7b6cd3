/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Lifetime, and what no URL may hold: how a spec becomes a model is
 * run/models.c's business.
 */
#include "base/model.h"
#include "base/str.h"

#include <stdlib.h>
#include <string.h>

void model_release(struct model *m)
{
    size_t i;

    free(m->spec);
    free(m->name);
    free(m->key_env);
    for (i = 0; i < m->nurls; i++)
        free(m->urls[i]);
    for (i = 0; i < m->nheaders; i++)
        free(m->headers[i]);
    memset(m, 0, sizeof(*m));
}

static const char *host_of(const char *url)
{
    const char *sign = strstr(url, "://");

    return sign != NULL ? sign + 3 : url;
}

bool model_url_tells(const char *url)
{
    static const char version[] = "api-version=";
    const char *host = host_of(url), *query = strchr(host, '?');

    if (memchr(host, '@', strcspn(host, "/?#")) != NULL)
        return true;
    return query != NULL &&
           (strncmp(query + 1, version, sizeof(version) - 1) != 0 ||
            strchr(query, '&') != NULL);
}

char *model_url_shown(const char *url)
{
    const char *host = host_of(url);
    const char *at = memrchr(host, '@', strcspn(host, "?#"));
    const char *rest = at != NULL ? at : host;
    struct str s;

    if (!model_url_tells(url) && at == NULL)
        return strdup(url);
    str_init(&s, 1 << 16);
    str_add(&s, url, (size_t)(host - url));
    if (at != NULL)
        str_adds(&s, "***");
    str_add(&s, rest, strcspn(rest, "?"));
    if (strchr(rest, '?') != NULL)
        str_adds(&s, "?***");
    return str_detach(&s);
}
