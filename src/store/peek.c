/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * SQLite without its locks (the VFS "unix-none"), read-only, with the index
 * of the write-ahead log in this process's own memory (locking_mode =
 * EXCLUSIVE): so nothing is written and nobody is kept waiting.
 *
 * The price is that whoever holds the store does not know of us.  It appends
 * to the log, which does no harm; now and then it moves pages from the log
 * into the file, or begins the log anew.  Both show: the file's time changes,
 * or the salts in the log's header do (SQLite file format, section 4.1).  Then
 * what was read is thrown away.
 */
#include "store/peek.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define WAL_HEADER 32
#define PAUSE_MS   20

/* Where SQLite locks a database file: os.h, PENDING_BYTE. */
#define LOCKS_FROM  0x40000000
#define LOCKS_BYTES 512

/* What must not change while we read. */
struct moment {
    struct timespec changed;
    unsigned char wal[WAL_HEADER];
    bool has_wal; /* there is one, of whatever length */
};

static char *wal_path(const char *path)
{
    struct str s;

    str_init(&s, 1 << 16);
    str_addf(&s, "%s-wal", path);
    return str_detach(&s);
}

static int look(const char *path, const char *wal, struct moment *m,
                struct peek *out, struct err *err)
{
    struct stat st;
    int fd;

    memset(m, 0, sizeof(*m));
    if (stat(path, &st) != 0)
        return err_set(err, "cannot read %s: %s", path, strerror(errno));
    m->changed = st.st_mtim;
    out->written = st.st_mtime;
    out->bytes = (uint64_t)st.st_size;
    fd = open(wal, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return 0;
    m->has_wal = true;
    if (read(fd, m->wal, WAL_HEADER) != WAL_HEADER)
        memset(m->wal, 0, WAL_HEADER); /* it is being begun */
    if (fstat(fd, &st) == 0) {
        out->bytes += (uint64_t)st.st_size;
        if (st.st_mtime > out->written)
            out->written = st.st_mtime;
    }
    close(fd);
    return 0;
}

static bool same(const struct moment *a, const struct moment *b)
{
    return a->changed.tv_sec == b->changed.tv_sec &&
           a->changed.tv_nsec == b->changed.tv_nsec &&
           a->has_wal == b->has_wal && memcmp(a->wal, b->wal, WAL_HEADER) == 0;
}

/* Asks the kernel, and takes no lock. */
static pid_t holder_of(const char *path)
{
    struct flock l = {.l_type = F_WRLCK,
                      .l_whence = SEEK_SET,
                      .l_start = LOCKS_FROM,
                      .l_len = LOCKS_BYTES};
    int fd = open(path, O_RDWR | O_CLOEXEC);
    pid_t pid = 0;

    if (fd < 0)
        return 0;
    if (fcntl(fd, F_GETLK, &l) == 0 && l.l_type != F_UNLCK)
        pid = l.l_pid;
    close(fd);
    return pid;
}

/* --- queries --- */

typedef int reader(sqlite3_stmt *q, struct peek *out);

static char *text_of(sqlite3_stmt *q, int i)
{
    const char *text = (const char *)sqlite3_column_text(q, i);

    return strdup(text != NULL ? text : "");
}

static int read_schema(sqlite3_stmt *q, struct peek *out)
{
    out->schema = sqlite3_column_int(q, 0);
    return 0;
}

static int read_last(sqlite3_stmt *q, struct peek *out)
{
    out->last_seq = (uint64_t)sqlite3_column_int64(q, 0);
    return 0;
}

static int read_meta(sqlite3_stmt *q, struct peek *out)
{
    const char *key = (const char *)sqlite3_column_text(q, 0);
    char **to = strcmp(key, "config") == 0 ? &out->config : &out->progress;

    *to = text_of(q, 1);
    return *to == NULL ? -1 : 0;
}

static int read_paid(sqlite3_stmt *q, struct peek *out)
{
    out->paid.calls = (uint64_t)sqlite3_column_int64(q, 0);
    out->paid.tokens_in = (uint64_t)sqlite3_column_int64(q, 1);
    out->paid.tokens_out = (uint64_t)sqlite3_column_int64(q, 2);
    out->paid.cost = sqlite3_column_double(q, 3);
    return 0;
}

static int read_count(sqlite3_stmt *q, struct peek *out)
{
    struct peek_count *all, *c;

    all = realloc(out->counts, (out->ncounts + 1) * sizeof(*all));
    if (all == NULL)
        return -1;
    out->counts = all;
    c = &all[out->ncounts++];
    c->outcome = text_of(q, 0);
    c->reason = text_of(q, 1);
    c->n = (uint64_t)sqlite3_column_int64(q, 2);
    out->candidates += c->n;
    return c->outcome == NULL || c->reason == NULL ? -1 : 0;
}

static int read_annexes(sqlite3_stmt *q, struct peek *out)
{
    out->annexes = (uint64_t)sqlite3_column_int64(q, 0);
    out->orphans = (uint64_t)sqlite3_column_int64(q, 1);
    return 0;
}

static int read_unreadable(sqlite3_stmt *q, struct peek *out)
{
    out->unreadable = (uint64_t)sqlite3_column_int64(q, 0);
    return 0;
}

static int read_damage(sqlite3_stmt *q, struct peek *out)
{
    const char *text = (const char *)sqlite3_column_text(q, 0);

    if (text != NULL && strcmp(text, "ok") == 0)
        return 0;
    free(out->damage);
    out->damage = text_of(q, 0);
    return out->damage == NULL ? -1 : 0;
}

/* Schema 1 had neither costs nor annexes. */
static const struct query {
    unsigned what;
    int from, to; /* schemas that it is for */
    const char *sql;
    reader *read;
} queries[] = {
    {PEEK_PROGRESS, 0, INT_MAX, "PRAGMA user_version", read_schema},
    {PEEK_INTEGRITY, 0, INT_MAX, "PRAGMA integrity_check(1)", read_damage},
    {PEEK_INTEGRITY, 1, INT_MAX,
     "SELECT count(*) FROM candidates WHERE NOT json_valid(record)",
     read_unreadable},
    {PEEK_PROGRESS, 1, INT_MAX, "SELECT max(seq) FROM candidates", read_last},
    {PEEK_PROGRESS, 1, INT_MAX,
     "SELECT key, value FROM meta WHERE key IN ('config', 'progress')",
     read_meta},
    {PEEK_PROGRESS, 1, 1,
     "SELECT count(*), sum(tokens_in), sum(tokens_out), 0 FROM ledger",
     read_paid},
    {PEEK_PROGRESS, 2, INT_MAX,
     "SELECT count(*), sum(tokens_in), sum(tokens_out), sum(cost) FROM ledger",
     read_paid},
    {PEEK_COUNTS, 1, INT_MAX,
     "SELECT outcome, reason, count(*) FROM candidates "
     "GROUP BY outcome, reason ORDER BY outcome, reason",
     read_count},
    {PEEK_COUNTS, 2, INT_MAX,
     "SELECT count(*), total(seq > 0 AND seq NOT IN (SELECT seq FROM "
     "candidates)) FROM annexes",
     read_annexes},
};

static int ask(sqlite3 *db, const struct query *what, struct peek *out)
{
    sqlite3_stmt *q = NULL;
    int got = sqlite3_prepare_v2(db, what->sql, -1, &q, NULL);

    if (got == SQLITE_OK)
        while ((got = sqlite3_step(q)) == SQLITE_ROW)
            if (what->read(q, out) != 0) {
                got = SQLITE_NOMEM;
                break;
            }
    sqlite3_finalize(q);
    return got == SQLITE_DONE ? 0 : -1;
}

static int ask_all(sqlite3 *db, unsigned what, struct peek *out)
{
    size_t i;

    for (i = 0; i < sizeof(queries) / sizeof(*queries); i++) {
        const struct query *q = &queries[i];

        if ((q->what & what) != q->what || out->schema < q->from ||
            out->schema > q->to)
            continue;
        if (ask(db, q, out) != 0)
            return -1;
    }
    return 0;
}

/* A path is no URI: what has a meaning there is escaped.  Where there is no
 * log, SQLite would make one, unless it is told that nothing will change. */
static void add_uri(const char *path, bool has_wal, struct str *out)
{
    str_adds(out, "file:");
    for (; *path != '\0'; path++)
        if (strchr("%?#", *path) != NULL)
            str_addf(out, "%%%02X", (unsigned char)*path);
        else
            str_addc(out, *path);
    str_adds(out, has_wal ? "?vfs=unix-none" : "?immutable=1");
}

int peek_too_new(const char *path, int schema, struct err *err)
{
    return err_set(err,
                   "%s has store schema %d, but this phgen knows 1 to %d; use "
                   "the phgen that wrote it",
                   path, schema, STORE_SCHEMA);
}

/* SQLITE_ERROR: a table or a column is missing. */
static void explain(sqlite3 *db, const char *path, int schema, struct err *err)
{
    int code = sqlite3_errcode(db);

    if (schema > STORE_SCHEMA)
        peek_too_new(path, schema, err);
    else if (access(path, R_OK) != 0)
        err_set(err, "cannot read %s: %s", path, strerror(errno));
    else if (code == SQLITE_CORRUPT || code == SQLITE_NOTADB ||
             code == SQLITE_ERROR)
        err_set(err, "cannot read %s: the store is damaged (%s); " STORE_REMEDY,
                path, sqlite3_errmsg(db));
    else
        err_set(err, "cannot read %s: %s", path, sqlite3_errmsg(db));
}

static int read_once(const char *path, bool has_wal, unsigned what,
                     struct peek *out, struct err *err)
{
    sqlite3 *db = NULL;
    struct str uri;
    int failed;

    str_init(&uri, 1 << 16);
    add_uri(path, has_wal, &uri);
    failed = sqlite3_open_v2(uri.s, &db, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI,
                             NULL) != SQLITE_OK ||
             sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL) !=
                 SQLITE_OK ||
             sqlite3_exec(db, "PRAGMA locking_mode = EXCLUSIVE", NULL, NULL,
                          NULL) != SQLITE_OK ||
             ask_all(db, what, out) != 0;
    if (failed)
        explain(db, path, out->schema, err);
    sqlite3_close(db);
    str_release(&uri);
    return failed ? -1 : 0;
}

static void pause_between(void)
{
    struct timespec t = {.tv_nsec = PAUSE_MS * 1000000L};

    nanosleep(&t, NULL);
}

int peek(const char *path, unsigned what, struct peek *out, struct err *err)
{
    char *wal = wal_path(path);
    struct moment before, after;
    int failed = -1, tries;

    memset(out, 0, sizeof(*out));
    if (wal == NULL)
        return err_nomem(err);
    for (tries = 0; tries < PEEK_TRIES; tries++) {
        if (tries > 0)
            pause_between();
        peek_release(out);
        if (look(path, wal, &before, out, err) != 0)
            break;
        failed = read_once(path, before.has_wal, what, out, err);
        if (look(path, wal, &after, out, err) != 0)
            break;
        if (same(&before, &after))
            goto out;
    }
    if (tries == PEEK_TRIES)
        failed = err_set(err,
                         "%s changes too fast to be read; try again, or when "
                         "the run has ended",
                         path);
    else
        failed = -1;
out:
    out->holder = holder_of(path);
    free(wal);
    return failed;
}

void peek_release(struct peek *p)
{
    size_t i;

    for (i = 0; i < p->ncounts; i++) {
        free(p->counts[i].outcome);
        free(p->counts[i].reason);
    }
    free(p->counts);
    free(p->config);
    free(p->progress);
    free(p->damage);
    memset(p, 0, sizeof(*p));
}

const char *peek_sqlite_version(void)
{
    return sqlite3_libversion();
}
