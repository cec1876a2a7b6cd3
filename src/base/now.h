/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_BASE_NOW_H
#define PHGEN_BASE_NOW_H

/* Seconds since some moment, by a clock that only goes forward (POSIX,
 * CLOCK_MONOTONIC): for how long something takes, never for a date. */
double now_seconds(void);

#endif
