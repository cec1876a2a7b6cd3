/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_BASE_STOP_H
#define PHGEN_BASE_STOP_H

#include <stdbool.h>

/*
 * One flag: somebody wants the program to end.  Whoever turns a loop looks at
 * it each turn and stops in good order; what waits for something that may not
 * come within a second looks at it too, and gives up:
 *
 *      if (stop_wanted())
 *              return err_prefix(err, "interrupted; run it again to resume");
 *
 * cmd/stop.h sets it by signals.  It is never taken back.
 */
bool stop_wanted(void);
void stop_want(void); /* also from a signal handler */

#endif
