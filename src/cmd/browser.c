/* SPDX-License-Identifier: GPL-3.0-or-later */
/* xdg-open may stay as long as the browser does, so nobody waits for it. */
#include "cmd/browser.h"
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static int write_page(struct browser *b, const char *folder, const char *url,
                      struct err *err)
{
    char *absolute = realpath(folder, NULL);
    int fd = -1;

    if (absolute != NULL)
        b->path = file_join(absolute, "review-XXXXXX.html");
    free(absolute);
    if (b->path != NULL)
        fd = mkstemps(b->path, 5); /* mode 0600 */
    if (fd < 0) {
        free(b->path);
        b->path = NULL;
        return err_set(err, "cannot write a file for the browser in %s: %s",
                       folder, strerror(errno));
    }
    dprintf(fd,
            "<!DOCTYPE html>\n<meta charset=\"utf-8\">"
            "<meta http-equiv=\"refresh\" content=\"0;url=%s\">"
            "<title>phgen review</title><a href=\"%s\">Go on</a>\n",
            url, url);
    close(fd);
    return 0;
}

int browser_open(struct browser *b, const char *folder, const char *url,
                 struct err *err)
{
    char *argv[] = {(char[]){"xdg-open"}, NULL, NULL};
    posix_spawn_file_actions_t quiet;
    int failed;

    if (write_page(b, folder, url, err) != 0)
        return -1;
    argv[1] = b->path;
    posix_spawn_file_actions_init(&quiet);
    posix_spawn_file_actions_addopen(&quiet, 1, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&quiet, 2, "/dev/null", O_WRONLY, 0);
    failed = posix_spawnp(&b->child, argv[0], &quiet, NULL, argv, environ);
    posix_spawn_file_actions_destroy(&quiet);
    if (failed != 0)
        return err_set(err, "cannot start xdg-open: %s", strerror(failed));
    return 0;
}

void browser_close(struct browser *b)
{
    if (b->child > 0)
        waitpid(b->child, NULL, WNOHANG);
    if (b->path != NULL)
        unlink(b->path);
    free(b->path);
    memset(b, 0, sizeof(*b));
}
