/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Commas and blanks part the names, as many of them as there are.
 */
#include "run/categories.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int want(const struct concepts *graph, bool *wanted, const char *name,
                size_t len, struct err *err)
{
    const struct category *c;
    size_t i, n = concepts_categories(graph, &c);
    char number[16];

    for (i = 0; i < n; i++) {
        snprintf(number, sizeof(number), "%u", c[i].id);
        if ((strlen(c[i].slug) == len && memcmp(c[i].slug, name, len) == 0) ||
            (strlen(number) == len && memcmp(number, name, len) == 0)) {
            wanted[i] = true;
            return 0;
        }
    }
    return err_set(err,
                   "unknown category \"%.*s\"; name it by slug or number, "
                   "for example %s or %u (see \"phgen graph stats\")",
                   (int)len, name, c[0].slug, c[0].id);
}

bool *categories_choose(const struct concepts *graph, const char *names,
                        struct err *err)
{
    const struct category *c;
    size_t n = concepts_categories(graph, &c), i, len;
    bool *wanted = calloc(n + 1, sizeof(*wanted));

    if (wanted == NULL) {
        err_nomem(err);
        return NULL;
    }
    for (i = 0; names == NULL && i < n; i++)
        wanted[i] = true;
    for (; names != NULL && *names != '\0'; names += len) {
        len = strcspn(names, ", ");
        if (len > 0 && want(graph, wanted, names, len, err) != 0) {
            free(wanted);
            return NULL;
        }
        len += strspn(names + len, ", ");
    }
    return wanted;
}
