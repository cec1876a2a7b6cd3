/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A file a name, written anew each time: nothing piles up. */
#include "scratch.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char folder[64], path[512];

static void clean(void)
{
    DIR *d = opendir(folder);
    struct dirent *e;

    while (d != NULL && (e = readdir(d)) != NULL) {
        snprintf(path, sizeof(path), "%s/%s", folder, e->d_name);
        unlink(path);
    }
    if (d != NULL)
        closedir(d);
    rmdir(folder);
}

const char *scratch_file(const char *name, const uint8_t *data, size_t size)
{
    FILE *f;

    if (folder[0] == '\0') {
        snprintf(folder, sizeof(folder), "/tmp/phgen-fuzz-XXXXXX");
        if (mkdtemp(folder) == NULL)
            abort();
        atexit(clean);
    }
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    f = fopen(path, "wb");
    if (f == NULL || fwrite(data, 1, size, f) != size || fclose(f) != 0)
        abort();
    return path;
}
