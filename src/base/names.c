/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The text stands behind the entry, so that a name is one piece of memory.
 */
#include "base/names.h"

#include <stdlib.h>
#include <string.h>

struct name *names_find(const struct name *all, const char *text)
{
    struct name *x;

    HASH_FIND_STR(all, text, x);
    return x;
}

struct name *names_add(struct name **all, const char *text, int number,
                       struct err *err)
{
    struct name *x = names_find(*all, text);
    size_t len = strlen(text);

    if (x != NULL)
        return x;
    x = malloc(sizeof(*x) + len + 1);
    if (x == NULL) {
        err_nomem(err);
        return NULL;
    }
    memcpy(x->text, text, len + 1);
    x->number = number;
    HASH_ADD_KEYPTR(hh, *all, x->text, len, x);
    return x;
}

void names_free(struct name **all)
{
    struct name *x, *next;

    HASH_ITER(hh, *all, x, next)
    {
        HASH_DEL(*all, x);
        free(x);
    }
}
