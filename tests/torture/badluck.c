/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Bad luck, preloaded before libc: at the k-th operation on the files of one
 * folder the process is killed, gets a signal, or is told that the disk is
 * full or broken.  The environment says what:
 *
 *   BADLUCK_DIR     the folder; nothing outside it counts or fails
 *   BADLUCK_AT      k, from 1; 0 or none: only count
 *   BADLUCK_DO      KILL, TERM, INT, STOP: the signal; ENOSPC, EIO: the error
 *   BADLUCK_BUT     files whose names begin so do not count either
 *   BADLUCK_STAYS   set: every operation from the k-th on fails
 *   BADLUCK_NET     set: sends and receives of sockets count too, for signals
 *   BADLUCK_SHADOW  a folder that is kept as what is sure to be on the disk
 *   BADLUCK_COUNT   a file that the number of operations is written to
 *
 * Operations: opening to write, write, pwrite, fsync, fdatasync, ftruncate,
 * rename, unlink, mkdir.  A kill in a write leaves the first half of it.
 *
 * The shadow is the strictest disk that POSIX allows: a file has there what it
 * had at its last fsync, a rename or unlink has happened once the folder was
 * synced.  After a KILL it is what a power cut leaves when nothing else got
 * out; what was written without a sync is in the folder itself.
 *
 * libc writes streams by calls that nothing can come before, so fopen() gives
 * a stream whose writer is ours.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define FDS     1024
#define PENDING 256
#define STREAMS 64

#define REAL(type, name, ...)                                                  \
    static type (*real)(__VA_ARGS__);                                          \
    if (real == NULL)                                                          \
    real = (type(*)(__VA_ARGS__))dlsym(RTLD_NEXT, name)

static char folder[PATH_MAX];
static const char *shadow, *but;
static long at, count;
static int failure, number; /* an errno or a signal, or 0 */
static bool stays, net;

/* Of the folder's open files: the name, "." for the folder itself. */
static char names[FDS][NAME_MAX + 1];

static struct change {
    char from[NAME_MAX + 1], to[NAME_MAX + 1]; /* to "": unlinked */
} pending[PENDING];
static int npending;

static struct stream {
    FILE *f;
    int fd;
} streams[STREAMS];

static const char *setting(const char *name)
{
    const char *value = getenv(name);

    return value != NULL && value[0] != '\0' ? value : NULL;
}

__attribute__((constructor)) static void begin(void)
{
    static const struct {
        const char *name;
        int failure, number;
    } what[] = {{"KILL", 0, SIGKILL},
                {"TERM", 0, SIGTERM},
                {"INT", 0, SIGINT},
                {"STOP", 0, SIGSTOP},
                {"ENOSPC", ENOSPC, 0},
                {"EIO", EIO, 0}};
    const char *dir = setting("BADLUCK_DIR"), *doing = setting("BADLUCK_DO");
    size_t i;

    if (dir == NULL || realpath(dir, folder) == NULL)
        return;
    at = setting("BADLUCK_AT") != NULL ? atol(getenv("BADLUCK_AT")) : 0;
    for (i = 0; doing != NULL && i < sizeof(what) / sizeof(*what); i++)
        if (strcmp(doing, what[i].name) == 0) {
            failure = what[i].failure;
            number = what[i].number;
        }
    stays = setting("BADLUCK_STAYS") != NULL;
    net = setting("BADLUCK_NET") != NULL;
    shadow = setting("BADLUCK_SHADOW");
    but = setting("BADLUCK_BUT");
}

__attribute__((destructor)) static void end(void)
{
    const char *path = setting("BADLUCK_COUNT");
    char text[32];
    int fd, n = snprintf(text, sizeof(text), "%ld\n", count);

    folder[0] = '\0';
    if (path == NULL)
        return;
    fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    if (fd >= 0 && write(fd, text, (size_t)n) == n)
        close(fd);
}

/* The name of a path right in the folder, "." for the folder, else NULL. */
static const char *inside(const char *path)
{
    static char whole[PATH_MAX];
    char copy[PATH_MAX];
    const char *name = strrchr(path, '/');
    int saved = errno;

    if (folder[0] == '\0' || strlen(path) >= sizeof(copy))
        return NULL;
    if (realpath(path, whole) != NULL && strcmp(whole, folder) == 0) {
        errno = saved;
        return ".";
    }
    /* The file need not exist: its folder does. */
    snprintf(copy, sizeof(copy), "%.*s", name != NULL ? (int)(name - path) : 1,
             name != NULL ? path : ".");
    name = name != NULL ? name + 1 : path;
    if (realpath(copy[0] != '\0' ? copy : "/", whole) == NULL ||
        strcmp(whole, folder) != 0)
        name = NULL;
    errno = saved;
    return name;
}

static const char *name_of(int fd)
{
    return fd >= 0 && fd < FDS && names[fd][0] != '\0' ? names[fd] : NULL;
}

static bool counts(const char *name)
{
    return name == NULL || but == NULL || strncmp(name, but, strlen(but)) != 0;
}

/* Counts one; true when it has to fail, with errno set. */
static bool strikes(const char *name)
{
    long now;

    if (!counts(name))
        return false;
    now = __atomic_add_fetch(&count, 1, __ATOMIC_SEQ_CST);
    if (at == 0 || (now != at && !(stays && now > at)))
        return false;
    if (number != 0)
        kill(getpid(), number);
    errno = failure;
    return failure != 0;
}

/* A kill that comes in the middle of a write is due now. */
static bool tears(const char *name)
{
    return counts(name) && at != 0 && number == SIGKILL && count + 1 == at;
}

/* --- the shadow --- */

static void copy_to_shadow(int from, const char *name)
{
    char path[2 * PATH_MAX], bytes[1 << 16], self[64];
    ssize_t n;
    int in, to, i;

    snprintf(self, sizeof(self), "/proc/self/fd/%d", from);
    snprintf(path, sizeof(path), "%s/%s", shadow, name);
    REAL(ssize_t, "write", int, const void *, size_t);
    in = open(self, O_RDONLY | O_CLOEXEC);
    to = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    while (in >= 0 && to >= 0 && (n = read(in, bytes, sizeof(bytes))) > 0)
        if (real(to, bytes, (size_t)n) != n)
            abort();
    close(in);
    close(to);
    for (i = 0; i < npending; i++)
        if (strcmp(pending[i].from, name) == 0 && pending[i].to[0] == '\0')
            pending[i].from[0] = '\0'; /* it was made anew */
}

static void note(const char *from, const char *to)
{
    if (shadow == NULL || from == NULL)
        return;
    if (npending == PENDING)
        abort();
    snprintf(pending[npending].from, NAME_MAX + 1, "%s", from);
    snprintf(pending[npending++].to, NAME_MAX + 1, "%s", to);
}

static void apply_pending(void)
{
    char from[2 * PATH_MAX], to[2 * PATH_MAX];
    int i;

    REAL(int, "rename", const char *, const char *);
    for (i = 0; i < npending; i++) {
        snprintf(from, sizeof(from), "%s/%.255s", shadow, pending[i].from);
        snprintf(to, sizeof(to), "%s/%.255s", shadow, pending[i].to);
        if (pending[i].from[0] != '\0' && pending[i].to[0] != '\0') {
            /* The name is on the disk, and of what was never synced nothing. */
            if (real(from, to) != 0)
                close(open(to, O_WRONLY | O_CREAT | O_TRUNC, 0666));
        } else if (pending[i].from[0] != '\0')
            remove(from);
    }
    npending = 0;
}

/* --- opening --- */

static int opened(int fd, const char *name)
{
    if (fd >= 0 && fd < FDS)
        snprintf(names[fd], sizeof(names[fd]), "%s", name != NULL ? name : "");
    return fd;
}

static int open_as(const char *path, int flags, mode_t mode)
{
    const char *name = inside(path);

    REAL(int, "open", const char *, int, ...);
    if (name != NULL && (flags & O_ACCMODE) != O_RDONLY && strikes(name))
        return -1;
    return opened(real(path, flags, mode), name);
}

int open(const char *path, int flags, ...)
{
    mode_t mode;
    va_list args;

    va_start(args, flags);
    mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(args, mode_t) : 0;
    va_end(args);
    return open_as(path, flags, mode);
}

int open64(const char *path, int flags, ...)
{
    mode_t mode;
    va_list args;

    va_start(args, flags);
    mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(args, mode_t) : 0;
    va_end(args);
    return open_as(path, flags, mode);
}

int close(int fd)
{
    REAL(int, "close", int);
    if (name_of(fd) != NULL)
        names[fd][0] = '\0';
    return real(fd);
}

/* --- streams --- */

static ssize_t stream_write(void *cookie, const char *bytes, size_t n)
{
    ssize_t done = write((int)(intptr_t)cookie, bytes, n);

    return done < 0 ? 0 : done; /* how a cookie says "error" */
}

static int stream_close(void *cookie)
{
    return close((int)(intptr_t)cookie);
}

FILE *fopen(const char *path, const char *mode)
{
    cookie_io_functions_t io = {.write = stream_write, .close = stream_close};
    int fd, i;

    REAL(FILE *, "fopen", const char *, const char *);
    if (mode[0] != 'w' || inside(path) == NULL)
        return real(path, mode);
    fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd < 0)
        return NULL;
    for (i = 0; i < STREAMS && streams[i].f != NULL; i++)
        ;
    if (i == STREAMS)
        abort();
    streams[i].fd = fd;
    return streams[i].f = fopencookie((void *)(intptr_t)fd, "w", io);
}

int fclose(FILE *f)
{
    int i;

    REAL(int, "fclose", FILE *);
    for (i = 0; i < STREAMS; i++)
        if (streams[i].f == f)
            streams[i].f = NULL;
    return real(f);
}

int fileno(FILE *f)
{
    int i;

    REAL(int, "fileno", FILE *);
    for (i = 0; i < STREAMS; i++)
        if (streams[i].f == f)
            return streams[i].fd;
    return real(f);
}

/* --- writing --- */

ssize_t write(int fd, const void *bytes, size_t n)
{
    REAL(ssize_t, "write", int, const void *, size_t);
    if (name_of(fd) == NULL)
        return real(fd, bytes, n);
    if (tears(name_of(fd)) && real(fd, bytes, n / 2) < 0)
        abort();
    return strikes(name_of(fd)) ? -1 : real(fd, bytes, n);
}

static ssize_t pwrite_as(int fd, const void *bytes, size_t n, off_t where)
{
    REAL(ssize_t, "pwrite", int, const void *, size_t, off_t);
    if (name_of(fd) == NULL)
        return real(fd, bytes, n, where);
    if (tears(name_of(fd)) && real(fd, bytes, n / 2, where) < 0)
        abort();
    return strikes(name_of(fd)) ? -1 : real(fd, bytes, n, where);
}

ssize_t pwrite(int fd, const void *bytes, size_t n, off_t where)
{
    return pwrite_as(fd, bytes, n, where);
}

ssize_t pwrite64(int fd, const void *bytes, size_t n, off64_t where)
{
    return pwrite_as(fd, bytes, n, where);
}

static int synced(int fd, int result)
{
    const char *name = name_of(fd);

    if (result != 0 || shadow == NULL || name == NULL)
        return result;
    if (strcmp(name, ".") == 0)
        apply_pending();
    else
        copy_to_shadow(fd, name);
    return 0;
}

int fsync(int fd)
{
    REAL(int, "fsync", int);
    if (name_of(fd) == NULL)
        return real(fd);
    return strikes(name_of(fd)) ? -1 : synced(fd, real(fd));
}

int fdatasync(int fd)
{
    REAL(int, "fdatasync", int);
    if (name_of(fd) == NULL)
        return real(fd);
    return strikes(name_of(fd)) ? -1 : synced(fd, real(fd));
}

int ftruncate(int fd, off_t len)
{
    REAL(int, "ftruncate", int, off_t);
    return name_of(fd) != NULL && strikes(name_of(fd)) ? -1 : real(fd, len);
}

int ftruncate64(int fd, off64_t len)
{
    return ftruncate(fd, len);
}

int rename(const char *from, const char *to)
{
    char name[NAME_MAX + 1];
    const char *in = inside(from);

    REAL(int, "rename", const char *, const char *);
    if (in == NULL)
        return real(from, to);
    snprintf(name, sizeof(name), "%s", in);
    if (strikes(name) || real(from, to) != 0)
        return -1;
    in = inside(to);
    note(name, in != NULL ? in : "");
    return 0;
}

int unlink(const char *path)
{
    const char *name = inside(path);

    REAL(int, "unlink", const char *);
    /* Room can be made on a full disk. */
    if (name != NULL && strikes(name) && failure != ENOSPC)
        return -1;
    if (real(path) != 0)
        return -1;
    note(name, "");
    return 0;
}

int mkdir(const char *path, mode_t mode)
{
    REAL(int, "mkdir", const char *, mode_t);
    return inside(path) != NULL && strikes(NULL) ? -1 : real(path, mode);
}

/* --- sockets: only signals, and counting --- */

static void at_socket(void)
{
    if (net && folder[0] != '\0' && (number != 0 || at == 0))
        strikes(NULL);
}

ssize_t send(int fd, const void *bytes, size_t n, int flags)
{
    REAL(ssize_t, "send", int, const void *, size_t, int);
    at_socket();
    return real(fd, bytes, n, flags);
}

ssize_t recv(int fd, void *bytes, size_t n, int flags)
{
    REAL(ssize_t, "recv", int, void *, size_t, int);
    at_socket();
    return real(fd, bytes, n, flags);
}
