/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The one piece of state that belongs to the whole process, besides the log's
 * level: a signal is sent to a process, and has nowhere else to go.
 */
#include "base/stop.h"

#include <signal.h>

static volatile sig_atomic_t wanted;

bool stop_wanted(void)
{
    return wanted != 0;
}

void stop_want(void)
{
    wanted = 1;
}
