/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_CMD_BROWSER_H
#define PHGEN_CMD_BROWSER_H

#include "base/err.h"

#include <sys/types.h>

/*
 * Opens an address in the user's browser, by xdg-open.
 *
 *      struct browser b = {0};
 *      browser_open(&b, folder, url, err);
 *      ... browser_close(&b);
 *
 * The address holds a secret, and the arguments of a process are everybody's
 * to read: what is opened is a file in the folder that only the user can read
 * and that sends the browser on.  browser_close() takes it away.
 */
struct browser {
    char *path;
    pid_t child;
};

int browser_open(struct browser *b, const char *folder, const char *url,
                 struct err *err);
void browser_close(struct browser *b); /* also after a failure */

#endif
