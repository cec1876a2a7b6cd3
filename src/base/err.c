/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A fixed array rather than a heap string: reporting a failure must not be
 * able to fail, least of all when what failed was an allocation.
 */
#include "base/err.h"

#include <stdio.h>
#include <string.h>
#include <utf8proc.h>

/*
 * What the text was made of may have been cut within a character ("%.60s"), as
 * the text itself may be, or be no UTF-8 at all, like the name of a file.  It
 * goes to terminals and into JSON, so what is left of such becomes "?".
 */
static void mend(char *text)
{
    size_t len = strlen(text), from = 0, to = 0, n;
    utf8proc_int32_t c;
    utf8proc_ssize_t got;

    for (; from < len; from += n) {
        got = utf8proc_iterate((const utf8proc_uint8_t *)text + from,
                               (utf8proc_ssize_t)(len - from), &c);
        n = got > 0 ? (size_t)got : 1;
        if (got > 0) {
            memmove(text + to, text + from, n);
            to += n;
            continue;
        }
        while ((text[from + n] & 0xC0) == 0x80)
            n++;
        text[to++] = '?';
    }
    text[to] = '\0';
}

int err_set(struct err *err, const char *fmt, ...)
{
    va_list ap;

    if (err == NULL)
        return -1;
    va_start(ap, fmt);
    vsnprintf(err->text, sizeof(err->text), fmt, ap);
    va_end(ap);
    mend(err->text);
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
    mend(err->text);
    return -1;
}

int err_nomem(struct err *err)
{
    return err_set(err, "out of memory");
}
