/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The line ends with a carriage return, not before it, so that a line of the
 * log that comes in between starts at the left edge.  It is never longer
 * than the terminal is wide: a wrapped line could not be redrawn.
 */
#include "cmd/progress.h"
#include "base/now.h"
#include "cmd/cmd.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define REDRAW 0.1  /* seconds */
#define PLAIN  10.0 /* seconds between lines in a log file */

void progress_init(struct progress *p, bool quiet)
{
    const char *term = getenv("TERM");

    memset(p, 0, sizeof(*p));
    p->quiet = quiet;
    p->terminal =
        isatty(STDERR_FILENO) && term != NULL && strcmp(term, "dumb") != 0;
    p->shown = now_seconds();
}

bool progress_due(const struct progress *p)
{
    if (p->quiet)
        return false;
    return now_seconds() - p->shown >= (p->terminal ? REDRAW : PLAIN);
}

/* 4:07, 1:02:03 */
static void add_clock(struct str *out, double seconds)
{
    unsigned long t = seconds < 1e7 ? (unsigned long)(seconds + 0.5) : 9999999;

    if (t >= 3600)
        str_addf(out, "%lu:%02lu:%02lu", t / 3600, t / 60 % 60, t % 60);
    else
        str_addf(out, "%lu:%02lu", t / 60, t % 60);
}

static void add_tokens(struct str *out, double n)
{
    if (n < 1e3)
        str_addf(out, "%.0f tokens", n);
    else if (n < 1e6)
        str_addf(out, "%.1fk tokens", n / 1e3);
    else
        str_addf(out, "%.1fM tokens", n / 1e6);
}

/* What matters least stands last, where a narrow terminal cuts. */
static void write_line(const struct run_progress *n, struct str *out)
{
    cmd_add_count(out, (double)n->accepted);
    str_adds(out, " of ");
    cmd_add_count(out, (double)n->wanted);
    str_addf(out, ", yield %.0f%%, %llu in flight, %.0f calls/s, ",
             100 * n->yield, (unsigned long long)n->in_flight,
             n->calls_per_second);
    add_clock(out, n->seconds);
    if (n->eta_seconds >= 0) {
        str_adds(out, ", ETA ");
        add_clock(out, n->eta_seconds);
    }
    str_adds(out, ", ");
    add_tokens(out, (double)n->tokens);
}

static void draw(struct progress *p, struct str *line)
{
    size_t width = (size_t)cmd_columns(stderr) - 1;

    p->shown = now_seconds();
    if (p->terminal) {
        if (line->len > width)
            str_cut(line, width);
        fprintf(stderr, "\033[K%s\r", line->s);
        p->drawn = true;
    } else {
        fprintf(stderr, "phgen: %s\n", line->s);
    }
    fflush(stderr);
}

void progress_show(struct progress *p, const struct run_progress *now)
{
    struct str line;

    str_init(&line, 1024);
    write_line(now, &line);
    draw(p, &line);
    str_release(&line);
}

void progress_text(struct progress *p, const char *fmt, ...)
{
    char text[512];
    struct str line;
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    str_init(&line, 1024);
    str_adds(&line, text);
    draw(p, &line);
    str_release(&line);
}

void progress_end(struct progress *p)
{
    if (p->drawn)
        fputs("\033[K", stderr);
    p->drawn = false;
}
