/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One write a line, so that lines of a progress display and of the log do
 * not tear each other.
 */
#include "base/log.h"
#include "base/text.h"
#include "base/str.h"

#include <stdarg.h>
#include <stdio.h>

static enum log_level current = LOG_INFO;

void log_set_level(enum log_level level)
{
    current = level;
}

enum log_level log_get_level(void)
{
    return current;
}

void log_line(enum log_level level, const char *fmt, ...)
{
    static const char *const prefix[] = {
        [LOG_ERROR] = "phgen: ",
        [LOG_WARN] = "phgen: warning: ",
        [LOG_INFO] = "phgen: ",
        [LOG_DEBUG] = "phgen: debug: ",
    };
    char raw[4096];
    struct str line;
    va_list ap;

    if (level > current)
        return;
    va_start(ap, fmt);
    vsnprintf(raw, sizeof(raw), fmt, ap);
    va_end(ap);
    str_init(&line, 4 * sizeof(raw));
    str_adds(&line, prefix[level]);
    text_printable(raw, &line);
    str_addc(&line, '\n');
    fwrite(line.s, 1, line.len, stderr);
    fflush(stderr);
    str_release(&line);
}
