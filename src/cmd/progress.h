/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_CMD_PROGRESS_H
#define PHGEN_CMD_PROGRESS_H

#include "run/run.h"

#include <stdbool.h>

/*
 * How work gets on, on stderr: one line redrawn at most ten times a second
 * on a terminal, else a plain line every ten seconds.
 *
 *      struct progress p;
 *      progress_init(&p, quiet);
 *      while (...) if (progress_due(&p)) progress_show(&p, &numbers);
 *      progress_end(&p);
 */
struct progress {
    bool quiet, terminal;
    bool drawn;   /* a line stands on the terminal */
    double shown; /* when, monotonic seconds */
};

void progress_init(struct progress *p, bool quiet);
bool progress_due(const struct progress *p);
void progress_show(struct progress *p, const struct run_progress *now);
/* The same with any line, for other work than a run's. */
void progress_text(struct progress *p, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
void progress_end(struct progress *p); /* clears the line */

#endif
