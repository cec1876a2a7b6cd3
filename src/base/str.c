/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Growth doubles, up to `max`.  The error is sticky instead of returned so
 * that building a message reads as a list of appends; forgetting to ask
 * str_failed() yields a short string, never a write past the end.
 */
#include "base/str.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char empty[1];

void str_init(struct str *s, size_t max)
{
    s->s = empty;
    s->len = 0;
    s->cap = 0;
    s->max = max < SIZE_MAX / 4 ? max : SIZE_MAX / 4;
    s->bad = false;
}

void str_release(struct str *s)
{
    if (s->cap > 0)
        free(s->s);
    str_init(s, s->max);
}

void str_clear(struct str *s)
{
    s->len = 0;
    s->bad = false;
    if (s->cap > 0)
        s->s[0] = '\0';
}

/* Room for `more` bytes and the final 0. */
static bool grow(struct str *s, size_t more)
{
    size_t need, cap;
    char *p;

    if (s->bad)
        return false;
    if (more > s->max - s->len) {
        s->bad = true;
        return false;
    }
    need = s->len + more + 1;
    if (need <= s->cap)
        return true;
    cap = s->cap > 0 ? s->cap : 64;
    while (cap < need)
        cap *= 2;
    if (cap > s->max + 1)
        cap = s->max + 1;
    p = realloc(s->cap > 0 ? s->s : NULL, cap);
    if (p == NULL) {
        s->bad = true;
        return false;
    }
    s->s = p;
    s->cap = cap;
    return true;
}

void str_add(struct str *s, const void *bytes, size_t len)
{
    if (len == 0 || !grow(s, len))
        return;
    memcpy(s->s + s->len, bytes, len);
    s->len += len;
    s->s[s->len] = '\0';
}

void str_adds(struct str *s, const char *text)
{
    str_add(s, text, strlen(text));
}

void str_addc(struct str *s, char c)
{
    str_add(s, &c, 1);
}

/* Once into the room that is there; again only when that was too small. */
void str_addf(struct str *s, const char *fmt, ...)
{
    size_t room = s->cap > 0 && !s->bad ? s->cap - s->len : 0;
    va_list ap, again;
    int n;

    va_start(ap, fmt);
    va_copy(again, ap);
    n = vsnprintf(room > 0 ? s->s + s->len : NULL, room, fmt, ap);
    va_end(ap);
    if (n >= 0 && (size_t)n < room) {
        s->len += (size_t)n;
    } else if (n >= 0 && grow(s, (size_t)n)) {
        vsnprintf(s->s + s->len, (size_t)n + 1, fmt, again);
        s->len += (size_t)n;
    } else {
        s->bad = true;
        if (s->cap > 0)
            s->s[s->len] = '\0';
    }
    va_end(again);
}

void str_cut(struct str *s, size_t len)
{
    if (len >= s->len)
        return;
    s->len = len;
    s->s[len] = '\0';
}

bool str_failed(const struct str *s)
{
    return s->bad;
}

char *str_detach(struct str *s)
{
    char *out = NULL;

    if (!s->bad)
        out = s->cap > 0 ? s->s : calloc(1, 1);
    if (out != NULL && s->cap > 0)
        str_init(s, s->max);
    else
        str_release(s);
    return out;
}

char *str_dup(const char *bytes, size_t len)
{
    char *out = malloc(len + 1);

    if (out == NULL)
        return NULL;
    if (len > 0)
        memcpy(out, bytes, len);
    out[len] = '\0';
    return out;
}
