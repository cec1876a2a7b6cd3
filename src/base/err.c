/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A fixed array rather than a heap string: reporting a failure must not be
 * able to fail, least of all when what failed was an allocation.
 */
#include "base/err.h"

#include <stdio.h>
#include <string.h>

int err_set(struct err *err, const char *fmt, ...)
{
    va_list ap;

    if (err == NULL)
        return -1;
    va_start(ap, fmt);
    vsnprintf(err->text, sizeof(err->text), fmt, ap);
    va_end(ap);
    return -1;
}

int err_prefix(struct err *err, const char *fmt, ...)
{
    char old[ERR_TEXT_MAX];
    va_list ap;
    size_t n;

    if (err == NULL)
        return -1;
    memcpy(old, err->text, sizeof(old));
    va_start(ap, fmt);
    vsnprintf(err->text, sizeof(err->text), fmt, ap);
    va_end(ap);
    n = strlen(err->text);
    snprintf(err->text + n, sizeof(err->text) - n, ": %s", old);
    return -1;
}

int err_nomem(struct err *err)
{
    return err_set(err, "out of memory");
}
