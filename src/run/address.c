/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where a folder's store is.  Several workers may have one folder, and all of
 * them keep the address: each writes a file of its own name and renames it,
 * and all say the same.  What one leaves that was killed at it is swept away
 * by whoever comes next; it could be that of a worker that is just writing,
 * too, who then finds the address in place.
 */
#include "run/files.h"
#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ADDRESS_MAX 4096

/* The address that is kept in the folder: 1, 0 when there is none, -1. */
static int read_address(const char *path, struct str *out, struct err *err)
{
    if (!file_exists(path))
        return 0;
    if (file_read(path, out, err) != 0)
        return -1;
    while (out->len > 0 && out->s[out->len - 1] == '\n')
        str_cut(out, out->len - 1);
    return store_is_url(out->s) && store_check_url(out->s, err) == 0
               ? 1
               : err_prefix(err, "%s", path);
}

static int write_address(const char *path, const char *url, struct err *err)
{
    char mine[ADDRESS_MAX];
    struct outfile f;

    snprintf(mine, sizeof(mine), "%s.%ld", path, (long)getpid());
    if (outfile_open(&f, mine, err) != 0)
        return -1;
    fprintf(f.stream, "%s\n", url);
    if (outfile_commit(&f, err) != 0)
        return -1;
    return rename(mine, path) == 0
               ? 0
               : err_set(err, "cannot write %s: %s", path, strerror(errno));
}

/* Whose own file was swept away finds that the address is there. */
static int put_address(const char *path, const char *url, struct err *err)
{
    struct err why = {""};
    struct str kept;
    int failed;

    if (write_address(path, url, &why) == 0)
        return 0;
    str_init(&kept, ADDRESS_MAX);
    failed = read_address(path, &kept, err) != 1 || strcmp(kept.s, url) != 0
                 ? err_set(err, "%s", why.text)
                 : 0;
    str_release(&kept);
    return failed;
}

/* "store.url.PROCESS", or that with ".part". */
static bool is_own_file(const char *name)
{
    size_t len = strlen(FILES_ADDRESS), digits;

    if (strncmp(name, FILES_ADDRESS, len) != 0 || name[len] != '.')
        return false;
    digits = strspn(name + len + 1, "0123456789");
    name += len + 1 + digits;
    return digits > 0 && (*name == '\0' || strcmp(name, ".part") == 0);
}

/* With the address in place nobody needs a file of his own. */
static void sweep(const char *folder)
{
    DIR *d = opendir(folder);
    const struct dirent *e;

    while (d != NULL && (e = readdir(d)) != NULL)
        if (is_own_file(e->d_name))
            unlinkat(dirfd(d), e->d_name, 0);
    if (d != NULL)
        closedir(d);
}

static char *store_at(const char *folder, const char *file, const char *url,
                      const struct str *kept, struct err *err)
{
    if (url == NULL)
        return strdup(kept->len > 0 ? kept->s : file);
    if (kept->len > 0 && strcmp(kept->s, url) != 0) {
        err_set(err, "the run in %s has its store at %s; choose another --out",
                folder, kept->s);
        return NULL;
    }
    if (file_exists(file)) {
        err_set(err,
                "%s holds a run with a store of its own, %s; choose another "
                "--out",
                folder, FILES_STORE);
        return NULL;
    }
    return strdup(url);
}

char *files_store_of(const char *folder, const char *url, struct err *err)
{
    char *file = file_join(folder, FILES_STORE),
         *path = file_join(folder, FILES_ADDRESS), *out = NULL;
    struct str kept;

    str_init(&kept, ADDRESS_MAX);
    if (file == NULL || path == NULL)
        err_nomem(err);
    else if (read_address(path, &kept, err) >= 0)
        out = store_at(folder, file, url, &kept, err);
    str_release(&kept);
    free(file);
    free(path);
    return out;
}

int files_keep_store(const char *folder, const char *url, struct err *err)
{
    char *path = file_join(folder, FILES_ADDRESS);
    int failed = path == NULL
                     ? err_nomem(err)
                     : !file_exists(path) && put_address(path, url, err);

    if (!failed)
        sweep(folder);
    free(path);
    return failed ? -1 : 0;
}
