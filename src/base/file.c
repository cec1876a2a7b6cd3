/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Write beside, fsync, rename, fsync the folder: what POSIX promises for
 * replacing a file so that a crash leaves the old or the new one.
 */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

char *file_join(const char *dir, const char *name)
{
    struct str s;

    str_init(&s, 1 << 16);
    str_addf(&s, "%s/%s", dir, name);
    return str_detach(&s);
}

int outfile_open(struct outfile *f, const char *path, struct err *err)
{
    struct str part;

    memset(f, 0, sizeof(*f));
    str_init(&part, 1 << 16);
    str_addf(&part, "%s.part", path);
    f->path = strdup(path);
    f->part = str_detach(&part);
    if (f->path == NULL || f->part == NULL) {
        outfile_abandon(f);
        return err_nomem(err);
    }
    f->stream = fopen(f->part, "wb");
    if (f->stream == NULL) {
        err_set(err, "cannot write %s: %s", f->part, strerror(errno));
        outfile_abandon(f);
        return -1;
    }
    return 0;
}

int outfile_open_in(struct outfile *f, const char *folder, const char *name,
                    struct err *err)
{
    char *path = file_join(folder, name);
    int failed = path == NULL ? err_nomem(err) : outfile_open(f, path, err);

    free(path);
    return failed;
}

static void forget(struct outfile *f)
{
    free(f->path);
    free(f->part);
    memset(f, 0, sizeof(*f));
}

void outfile_abandon(struct outfile *f)
{
    if (f->stream != NULL) {
        fclose(f->stream);
        unlink(f->part);
    }
    forget(f);
}

/* A rename is durable once its folder is; failure here loses nothing. */
static void sync_folder(const char *path)
{
    char *copy = strdup(path);
    int fd;

    if (copy == NULL)
        return;
    fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0) {
        fsync(fd);
        close(fd);
    }
    free(copy);
}

int outfile_commit(struct outfile *f, struct err *err)
{
    int failed;

    errno = 0;
    failed = ferror(f->stream) || fflush(f->stream) != 0 ||
             fsync(fileno(f->stream)) != 0;
    if (fclose(f->stream) != 0)
        failed = 1;
    f->stream = NULL;
    if (!failed && rename(f->part, f->path) != 0)
        failed = 1;
    if (failed) {
        err_set(err, "cannot write %s: %s; what was there before is kept",
                f->path, errno != 0 ? strerror(errno) : "write error");
        unlink(f->part);
    } else {
        sync_folder(f->path);
    }
    forget(f);
    return failed ? -1 : 0;
}

int file_read(const char *path, struct str *out, struct err *err)
{
    FILE *f = fopen(path, "rb");
    char chunk[65536];
    int failed = 0;
    size_t n;

    if (f == NULL)
        return err_set(err, "cannot open %s: %s", path, strerror(errno));
    while (!str_failed(out) && (n = fread(chunk, 1, sizeof(chunk), f)) > 0)
        str_add(out, chunk, n);
    if (ferror(f))
        failed = err_set(err, "cannot read %s: %s", path, strerror(errno));
    else if (str_failed(out))
        failed = err_set(err, "%s is larger than %zu bytes", path, out->max);
    fclose(f);
    return failed;
}

int file_make_dir(const char *path, struct err *err)
{
    char *copy = strdup(path), *p;
    struct stat st;
    int failed = 0;

    if (copy == NULL)
        return err_nomem(err);
    for (p = copy + 1; !failed; p++) {
        char end = *p;

        if (end != '/' && end != '\0')
            continue;
        *p = '\0';
        if (mkdir(copy, 0777) != 0 && errno != EEXIST)
            failed = err_set(err, "cannot make the folder %s: %s", copy,
                             strerror(errno));
        *p = end;
        if (end == '\0')
            break;
    }
    if (!failed && (stat(path, &st) != 0 || !S_ISDIR(st.st_mode)))
        failed = err_set(err, "%s is there and is not a folder", path);
    free(copy);
    return failed;
}

bool file_exists(const char *path)
{
    return access(path, F_OK) == 0;
}

bool file_is_hidden(const char *path, struct err *err)
{
    if (access(path, F_OK) == 0 || errno != EACCES)
        return false;
    err_set(err,
            "cannot look for %s: %s; ask for the right to read it, or work on "
            "a copy that is yours",
            path, strerror(EACCES));
    return true;
}

int file_lock(const char *path, struct err *err)
{
    int fd = open(path, O_RDWR | O_CLOEXEC), got;

    if (fd < 0)
        return err_set(err, "cannot open %s: %s", path, strerror(errno));
    do
        got = flock(fd, LOCK_EX);
    while (got != 0 && errno == EINTR);
    if (got == 0)
        return fd;
    err_set(err, "cannot lock %s: %s", path, strerror(errno));
    close(fd);
    return -1;
}
