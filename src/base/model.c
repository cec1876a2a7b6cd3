/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Only lifetime: how a spec becomes a model is run/models.c's business.
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
