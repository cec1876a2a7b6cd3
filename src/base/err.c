/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A fixed array rather than a heap string: reporting a failure must not be
 * able to fail, least of all when what failed was an allocation.
 */
#include "base/err.h"

#include <stdio.h>
#include <string.h>

/* A text that was cut ends with a whole character all the same. */
static void mend_end(char text[ERR_TEXT_MAX], int wanted)
{
    size_t n = ERR_TEXT_MAX - 1, more;
    unsigned char lead;

    if (wanted < ERR_TEXT_MAX)
        return;
    for (more = 0; more < 3 && (text[n - 1 - more] & 0xC0) == 0x80; more++)
        ;
    lead = (unsigned char)text[n - 1 - more];
    if (lead >= (more < 1 ? 0xC0 : more < 2 ? 0xE0 : more < 3 ? 0xF0 : 0xF8))
        text[n - 1 - more] = '\0';
}

int err_set(struct err *err, const char *fmt, ...)
{
    va_list ap;

    if (err == NULL)
        return -1;
    va_start(ap, fmt);
    mend_end(err->text, vsnprintf(err->text, sizeof(err->text), fmt, ap));
    va_end(ap);
    return -1;
}

int err_prefix(struct err *err, const char *fmt, ...)
{
    char old[ERR_TEXT_MAX];
    va_list ap;
    size_t n;
    int more;

    if (err == NULL)
        return -1;
    memcpy(old, err->text, sizeof(old));
    va_start(ap, fmt);
    mend_end(err->text, vsnprintf(err->text, sizeof(err->text), fmt, ap));
    va_end(ap);
    n = strlen(err->text);
    more = snprintf(err->text + n, sizeof(err->text) - n, ": %s", old);
    mend_end(err->text, (int)n + more);
    return -1;
}

int err_nomem(struct err *err)
{
    return err_set(err, "out of memory");
}
