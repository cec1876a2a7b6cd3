/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_CMD_STOP_H
#define PHGEN_CMD_STOP_H

#include "base/stop.h"

/*
 * Ctrl-C and SIGTERM: the first asks to stop, which stop_wanted() tells; the
 * second ends the program at once, with status 1.  Calls that wait are
 * interrupted.  Where a caller had SIGINT ignored, as a shell does for what
 * runs in the background, it stays ignored.
 */
void stop_on_signals(void);

/*
 * For a program whose threads do the work: stop_hold() before they are
 * started keeps signals from them, stop_wait() waits until one asks to stop.
 */
void stop_hold(void);
void stop_wait(void);

#endif
