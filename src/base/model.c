/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Lifetime, and what no URL may hold: how a spec becomes a model is
 * run/models.c's business.
 */
#include "base/model.h"

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

bool model_url_tells(const char *url)
{
    static const char version[] = "api-version=";
    const char *host = strstr(url, "://") + 3;
    const char *query = strchr(host, '?');

    if (memchr(host, '@', strcspn(host, "/?#")) != NULL)
        return true;
    return query != NULL &&
           (strncmp(query + 1, version, sizeof(version) - 1) != 0 ||
            strchr(query, '&') != NULL);
}
