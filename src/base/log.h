/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_BASE_LOG_H
#define PHGEN_BASE_LOG_H

/*
 * Lines for people, on stderr.
 *
 * The level is the one mutable global of the program.  What is printed is
 * stripped of control characters, because a line may quote what a model or a
 * server said, and that must never reach a terminal raw.
 */
enum log_level { LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG };

void log_set_level(enum log_level level);
enum log_level log_get_level(void);

/* Prints "phgen: [warning: ]TEXT" when `level` is at or under the level. */
void log_line(enum log_level level, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

#endif
