/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What sets the flag of base/stop.h.  A process that does not stop after
 * the first signal is one that the user wants gone, so the second ends it:
 * the store is made to survive that.
 */
#include "cmd/stop.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

static void on_signal(int number)
{
    (void)number;
    if (stop_wanted())
        _exit(1);
    stop_want();
}

static void listen_to(int number)
{
    struct sigaction a;

    if (number == SIGINT && sigaction(number, NULL, &a) == 0 &&
        a.sa_handler == SIG_IGN)
        return;
    memset(&a, 0, sizeof(a));
    a.sa_handler = on_signal;
    sigemptyset(&a.sa_mask);
    sigaction(number, &a, NULL);
}

void stop_on_signals(void)
{
    listen_to(SIGINT);
    listen_to(SIGTERM);
}

static sigset_t both(void)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    return set;
}

void stop_hold(void)
{
    sigset_t set = both();

    sigprocmask(SIG_BLOCK, &set, NULL);
}

void stop_wait(void)
{
    sigset_t set = both(), open;

    /* Held while the flag is looked at, so that no signal is missed. */
    sigprocmask(SIG_BLOCK, &set, &open);
    sigdelset(&open, SIGINT);
    sigdelset(&open, SIGTERM);
    while (!stop_wanted())
        sigsuspend(&open);
    sigprocmask(SIG_UNBLOCK, &set, NULL);
}
