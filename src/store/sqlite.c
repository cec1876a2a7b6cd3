/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * SQLite, one file.  synchronous=FULL: a reply that was paid for survives a
 * power cut, and the cost is one fsync a turn of the loop, not one a call.
 * The lock is SQLite's own exclusive mode, so a second phgen in the same
 * folder is told so instead of interleaving sequence numbers.
 *
 * Ledger keys are XXH3-128 of the request; what is behind a key is kept in
 * full (agent, model, reply) for the evidence, never the API key.
 */
#include "store/engine.h"
#include "store/peek.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum statement {
    Q_BEGIN,
    Q_COMMIT,
    Q_GET,
    Q_SET,
    Q_OFFER,
    Q_FIND,
    Q_LEDGER,
    Q_SUM,
    Q_LINES,
    Q_ADD,
    Q_ANNEX_PUT,
    Q_ANNEX_DROP,
    Q_ANNEX_GET,
    Q_ANNEXES,
    QUERIES
};

static const char *const queries[QUERIES] = {
    [Q_BEGIN] = "BEGIN IMMEDIATE",
    [Q_COMMIT] = "COMMIT",
    [Q_GET] = "SELECT value FROM meta WHERE key = ?1",
    [Q_SET] = "INSERT INTO meta (key, value) VALUES (?1, ?2) "
              "ON CONFLICT (key) DO UPDATE SET value = ?2",
    [Q_OFFER] = "INSERT INTO meta (key, value) VALUES (?1, ?2) "
                "ON CONFLICT (key) DO NOTHING",
    [Q_FIND] = "SELECT reply FROM ledger WHERE key = ?1",
    [Q_LEDGER] = "INSERT INTO ledger (key, seq, agent, model, tokens_in, "
                 "tokens_out, reply, cost) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, "
                 "?8) "
                 "ON CONFLICT (key) DO NOTHING",
    [Q_SUM] =
        "SELECT count(*), coalesce(sum(tokens_in), 0), "
        "coalesce(sum(tokens_out), 0), coalesce(sum(cost), 0) FROM ledger",
    [Q_LINES] = "SELECT count(*), sum(tokens_in), sum(tokens_out), sum(cost), "
                "agent, model FROM ledger GROUP BY agent, model "
                "ORDER BY agent, model",
    [Q_ADD] = "INSERT INTO candidates (seq, outcome, reason, path_key, "
              "prompt, category, round, record, trail, usage) VALUES "
              "(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
    [Q_ANNEX_PUT] = "INSERT INTO annexes (seq, kind, json) VALUES (?1, ?2, ?3) "
                    "ON CONFLICT (seq, kind) DO UPDATE SET json = ?3",
    [Q_ANNEX_DROP] = "DELETE FROM annexes WHERE seq = ?1 AND kind = ?2",
    [Q_ANNEX_GET] = "SELECT json FROM annexes WHERE seq = ?1 AND kind = ?2",
    [Q_ANNEXES] = "SELECT kind, json FROM annexes WHERE seq = ?1 ORDER BY kind",
};

/*
 * The schema, a step a version: steps[v] takes a store from version v to
 * v + 1, and a new store takes them all.  A step that was released is never
 * edited; what a step made is all that a store of its version has.
 */
static const char *const steps[STORE_SCHEMA] = {
    "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) "
    "WITHOUT ROWID;"
    "CREATE TABLE ledger (key BLOB PRIMARY KEY, seq INTEGER NOT NULL, "
    "agent TEXT NOT NULL, model TEXT NOT NULL, tokens_in INTEGER NOT NULL, "
    "tokens_out INTEGER NOT NULL, reply TEXT NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE candidates (seq INTEGER PRIMARY KEY, outcome TEXT NOT NULL, "
    "reason TEXT NOT NULL, path_key TEXT NOT NULL, prompt TEXT NOT NULL, "
    "category TEXT NOT NULL, round INTEGER NOT NULL, record TEXT NOT NULL, "
    "trail TEXT NOT NULL, usage TEXT NOT NULL);"
    "PRAGMA user_version = 1;",

    "ALTER TABLE ledger ADD COLUMN cost REAL NOT NULL DEFAULT 0;"
    "CREATE TABLE annexes (seq INTEGER NOT NULL, kind TEXT NOT NULL, "
    "json TEXT NOT NULL, PRIMARY KEY (seq, kind)) WITHOUT ROWID;"
    "PRAGMA user_version = 2;",
};

struct sqlite {
    struct store base;
    sqlite3 *db;
    char *path;
    sqlite3_stmt *q[QUERIES];
};

/* SQLite writes beside its file, too; what it says of a folder where it may
 * not is "disk I/O error". */
static bool may_write(const struct sqlite *s)
{
    const char *slash = strrchr(s->path, '/');
    char *folder = slash != NULL && slash > s->path
                       ? strndup(s->path, (size_t)(slash - s->path))
                       : strdup(slash != NULL ? "/" : ".");
    bool yes =
        folder == NULL || (access(folder, W_OK) == 0 &&
                           (access(s->path, W_OK) == 0 || errno == ENOENT));

    int why = errno;

    free(folder);
    errno = why;
    return yes;
}

static int fail(struct sqlite *s, struct err *err, const char *doing)
{
    int code = sqlite3_errcode(s->db);

    if ((code == SQLITE_READONLY || code == SQLITE_CANTOPEN ||
         code == SQLITE_IOERR) &&
        !may_write(s))
        return err_set(err,
                       "%s cannot be written: %s; work on a copy of the "
                       "folder that is yours",
                       s->path, strerror(errno));
    if (code == SQLITE_BUSY || code == SQLITE_LOCKED)
        return err_set(err,
                       "%s is in use: another phgen is working in this "
                       "folder; wait for it or choose another --out",
                       s->path);
    if (code == SQLITE_FULL)
        return err_set(err,
                       "cannot %s in %s: the disk is full; make room and run "
                       "the same command again to resume",
                       doing, s->path);
    if (code == SQLITE_CORRUPT || code == SQLITE_NOTADB)
        return err_set(
            err, "cannot %s in %s: the store is damaged (%s); " STORE_REMEDY,
            doing, s->path, sqlite3_errmsg(s->db));
    return err_set(err, "cannot %s in %s: %s", doing, s->path,
                   sqlite3_errmsg(s->db));
}

static int exec(struct sqlite *s, const char *sql, struct err *err)
{
    if (sqlite3_exec(s->db, sql, NULL, NULL, NULL) != SQLITE_OK)
        return fail(s, err, "set up the store");
    return 0;
}

static int user_version(struct sqlite *s, int *version, struct err *err)
{
    sqlite3_stmt *q;

    if (sqlite3_prepare_v2(s->db, "PRAGMA user_version", -1, &q, NULL) !=
        SQLITE_OK)
        return fail(s, err, "read the schema version");
    if (sqlite3_step(q) != SQLITE_ROW) {
        sqlite3_finalize(q);
        return fail(s, err, "read the schema version");
    }
    *version = sqlite3_column_int(q, 0);
    sqlite3_finalize(q);
    return 0;
}

/* Step by step, in one transaction: a store is of one version or another. */
static int migrate(struct sqlite *s, int version, struct err *err)
{
    if (version < 0 || version > STORE_SCHEMA)
        return peek_too_new(s->path, version, err);
    if (version == STORE_SCHEMA)
        return 0;
    if (exec(s, "BEGIN IMMEDIATE", err) != 0)
        return -1;
    for (; version < STORE_SCHEMA; version++)
        if (exec(s, steps[version], err) != 0)
            return -1;
    return exec(s, "COMMIT", err);
}

static int set_up(struct sqlite *s, struct err *err)
{
    int version = 0, i;

    if (exec(s,
             "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL;"
             "PRAGMA synchronous = FULL; PRAGMA temp_store = MEMORY;",
             err) != 0 ||
        user_version(s, &version, err) != 0 || migrate(s, version, err) != 0)
        return -1;
    for (i = 0; i < QUERIES; i++)
        if (sqlite3_prepare_v3(s->db, queries[i], -1, SQLITE_PREPARE_PERSISTENT,
                               &s->q[i], NULL) != SQLITE_OK)
            return fail(s, err, "prepare a query");
    return 0;
}

/* Runs a statement that returns no rows, and makes it ready again. */
static int run(struct sqlite *s, enum statement which, struct err *err,
               const char *doing)
{
    int got = sqlite3_step(s->q[which]);
    int failed = got != SQLITE_DONE ? fail(s, err, doing) : 0;

    sqlite3_reset(s->q[which]);
    sqlite3_clear_bindings(s->q[which]);
    return failed;
}

static int begin(struct store *base, struct err *err)
{
    return run((struct sqlite *)base, Q_BEGIN, err, "begin a transaction");
}

static int commit(struct store *base, struct err *err)
{
    return run((struct sqlite *)base, Q_COMMIT, err, "commit");
}

static void bind_text(sqlite3_stmt *q, int i, const char *text)
{
    sqlite3_bind_text(q, i, text, -1, SQLITE_STATIC);
}

static int get(struct store *base, const char *key, struct str *value,
               struct err *err)
{
    struct sqlite *s = (struct sqlite *)base;
    sqlite3_stmt *q = s->q[Q_GET];
    int got;

    bind_text(q, 1, key);
    got = sqlite3_step(q);
    if (got == SQLITE_ROW)
        str_adds(value, (const char *)sqlite3_column_text(q, 0));
    else if (got != SQLITE_DONE)
        fail(s, err, "read");
    sqlite3_reset(q);
    return got == SQLITE_ROW ? 1 : got == SQLITE_DONE ? 0 : -1;
}

static int write_meta(struct store *base, enum statement which, const char *key,
                      const char *value, struct err *err)
{
    struct sqlite *s = (struct sqlite *)base;

    bind_text(s->q[which], 1, key);
    bind_text(s->q[which], 2, value);
    return run(s, which, err, "write");
}

static int set(struct store *base, const char *key, const char *value,
               struct err *err)
{
    return write_meta(base, Q_SET, key, value, err);
}

static int offer(struct store *base, const char *key, const char *value,
                 struct err *err)
{
    return write_meta(base, Q_OFFER, key, value, err);
}

static void bind_key(sqlite3_stmt *q, const struct hash128 *key)
{
    sqlite3_bind_blob(q, 1, key, sizeof(*key), SQLITE_STATIC);
}

static int ledger_find(struct store *base, struct hash128 key,
                       struct reply *reply, struct err *err)
{
    struct sqlite *s = (struct sqlite *)base;
    sqlite3_stmt *q = s->q[Q_FIND];
    int got, out = -1;

    bind_key(q, &key);
    got = sqlite3_step(q);
    if (got == SQLITE_DONE)
        out = 0;
    else if (got != SQLITE_ROW)
        fail(s, err, "read the ledger");
    else if (reply_from_json((const char *)sqlite3_column_text(q, 0),
                             (size_t)sqlite3_column_bytes(q, 0), reply,
                             err) == 0)
        out = 1;
    sqlite3_reset(q);
    return out;
}

static int ledger_add(struct store *base, struct hash128 key,
                      const struct call *call, const struct reply *reply,
                      double cost, struct err *err)
{
    struct sqlite *s = (struct sqlite *)base;
    sqlite3_stmt *q = s->q[Q_LEDGER];
    char *json = reply_to_json(reply);
    int failed;

    if (json == NULL)
        return err_nomem(err);
    bind_key(q, &key);
    sqlite3_bind_int64(q, 2, (sqlite3_int64)call->seq);
    bind_text(q, 3, agent_name(call->agent));
    bind_text(q, 4, call->model->name);
    sqlite3_bind_int64(q, 5, reply->tokens_in);
    sqlite3_bind_int64(q, 6, reply->tokens_out);
    bind_text(q, 7, json);
    sqlite3_bind_double(q, 8, cost);
    failed = run(s, Q_LEDGER, err, "write a reply");
    free(json);
    return failed;
}

/* The first four columns of the query. */
static struct spent spent_of(sqlite3_stmt *q)
{
    struct spent out;

    out.calls = (uint64_t)sqlite3_column_int64(q, 0);
    out.tokens_in = (uint64_t)sqlite3_column_int64(q, 1);
    out.tokens_out = (uint64_t)sqlite3_column_int64(q, 2);
    out.cost = sqlite3_column_double(q, 3);
    return out;
}

static int ledger_sum(struct store *base, struct spent *out, struct err *err)
{
    struct sqlite *s = (struct sqlite *)base;
    sqlite3_stmt *q = s->q[Q_SUM];
    int failed = 0;

    if (sqlite3_step(q) == SQLITE_ROW)
        *out = spent_of(q);
    else
        failed = fail(s, err, "sum the ledger");
    sqlite3_reset(q);
    return failed;
}

static const char *column(sqlite3_stmt *q, int i)
{
    return (const char *)sqlite3_column_text(q, i);
}

static int ledger_lines(struct store *base, struct ledger_line **out, size_t *n,
                        struct err *err)
{
    struct sqlite *s = (struct sqlite *)base;
    sqlite3_stmt *q = s->q[Q_LINES];
    struct spent spent;
    int got, failed = 0;

    while (!failed && (got = sqlite3_step(q)) != SQLITE_DONE) {
        spent = spent_of(q);
        failed = got == SQLITE_ROW
                     ? ledger_line_add(out, n, &spent, column(q, 4),
                                       column(q, 5), err)
                     : fail(s, err, "sum the ledger");
    }
    sqlite3_reset(q);
    return failed;
}

static int add(struct store *base, const struct decided *d, struct err *err)
{
    struct sqlite *s = (struct sqlite *)base;
    sqlite3_stmt *q = s->q[Q_ADD];

    sqlite3_bind_int64(q, 1, (sqlite3_int64)d->seq);
    bind_text(q, 2, d->outcome);
    bind_text(q, 3, d->reason);
    bind_text(q, 4, d->path_key);
    bind_text(q, 5, d->prompt);
    bind_text(q, 6, d->category);
    sqlite3_bind_int64(q, 7, d->round);
    bind_text(q, 8, d->record);
    bind_text(q, 9, d->trail);
    bind_text(q, 10, d->usage);
    return run(s, Q_ADD, err, "store a candidate");
}

/* --- annexes --- */

static int annex_put(struct store *base, const char *kind, uint64_t seq,
                     const char *json, struct err *err)
{
    struct sqlite *s = (struct sqlite *)base;
    sqlite3_stmt *q = s->q[Q_ANNEX_PUT];

    sqlite3_bind_int64(q, 1, (sqlite3_int64)seq);
    bind_text(q, 2, kind);
    bind_text(q, 3, json);
    return run(s, Q_ANNEX_PUT, err, "store evidence");
}

static int annex_drop(struct store *base, const char *kind, uint64_t seq,
                      struct err *err)
{
    struct sqlite *s = (struct sqlite *)base;
    sqlite3_bind_int64(s->q[Q_ANNEX_DROP], 1, (sqlite3_int64)seq);
    bind_text(s->q[Q_ANNEX_DROP], 2, kind);
    return run(s, Q_ANNEX_DROP, err, "take evidence away");
}

static int annex_get(struct store *base, const char *kind, uint64_t seq,
                     struct str *json, struct err *err)
{
    struct sqlite *s = (struct sqlite *)base;
    sqlite3_stmt *q = s->q[Q_ANNEX_GET];
    int got;

    sqlite3_bind_int64(q, 1, (sqlite3_int64)seq);
    bind_text(q, 2, kind);
    got = sqlite3_step(q);
    if (got == SQLITE_ROW)
        str_adds(json, (const char *)sqlite3_column_text(q, 0));
    else if (got != SQLITE_DONE)
        fail(s, err, "read evidence");
    sqlite3_reset(q);
    return got == SQLITE_ROW ? 1 : got == SQLITE_DONE ? 0 : -1;
}

static int annexes(struct store *base, uint64_t seq, struct str *json,
                   struct err *err)
{
    struct sqlite *s = (struct sqlite *)base;
    sqlite3_stmt *q = s->q[Q_ANNEXES];
    bool any = false;
    int got;

    sqlite3_bind_int64(q, 1, (sqlite3_int64)seq);
    while ((got = sqlite3_step(q)) == SQLITE_ROW) {
        str_addf(json, "%s\"%s\":%s", any ? "," : "{",
                 (const char *)sqlite3_column_text(q, 0),
                 (const char *)sqlite3_column_text(q, 1));
        any = true;
    }
    if (got != SQLITE_DONE)
        fail(s, err, "read evidence");
    sqlite3_reset(q);
    if (any)
        str_addc(json, '}');
    return got != SQLITE_DONE ? -1 : any;
}

/* --- reading --- */

struct cursor {
    struct store_cursor base;
    sqlite3_stmt *q;
};

static struct store_cursor *start_reading(struct store *base, uint64_t after,
                                          bool brief, struct err *err)
{
    struct sqlite *s = (struct sqlite *)base;
    struct cursor *c = calloc(1, sizeof(*c));

    (void)brief; /* the whole row is at hand */
    if (c == NULL) {
        err_nomem(err);
        return NULL;
    }
    c->base.store = base;
    if (sqlite3_prepare_v2(s->db,
                           "SELECT seq, outcome, reason, path_key, prompt, "
                           "category, round, record, trail, usage "
                           "FROM candidates WHERE seq > ?1 ORDER BY seq",
                           -1, &c->q, NULL) != SQLITE_OK) {
        fail(s, err, "read the candidates");
        free(c);
        return NULL;
    }
    sqlite3_bind_int64(c->q, 1, (sqlite3_int64)after);
    return &c->base;
}

static int next(struct store_cursor *base, struct decided *out, struct err *err)
{
    struct cursor *c = (struct cursor *)base;
    int got = sqlite3_step(c->q);

    if (got == SQLITE_DONE)
        return 0;
    if (got != SQLITE_ROW)
        return fail((struct sqlite *)base->store, err, "read the candidates");
    out->seq = (uint64_t)sqlite3_column_int64(c->q, 0);
    out->outcome = column(c->q, 1);
    out->reason = column(c->q, 2);
    out->path_key = column(c->q, 3);
    out->prompt = column(c->q, 4);
    out->category = column(c->q, 5);
    out->round = (uint32_t)sqlite3_column_int64(c->q, 6);
    out->record = column(c->q, 7);
    out->trail = column(c->q, 8);
    out->usage = column(c->q, 9);
    return 1;
}

static void read_end(struct store_cursor *base)
{
    struct cursor *c = (struct cursor *)base;

    sqlite3_finalize(c->q);
    free(c);
}

/* --- opening --- */

static void close_store(struct store *base)
{
    struct sqlite *s = (struct sqlite *)base;
    int i;

    for (i = 0; i < QUERIES; i++)
        sqlite3_finalize(s->q[i]);
    sqlite3_close(s->db);
    free(s->path);
    free(s);
}

static const struct engine engine = {
    .close = close_store,
    .begin = begin,
    .commit = commit,
    .get = get,
    .set = set,
    .offer = offer,
    .ledger_find = ledger_find,
    .ledger_add = ledger_add,
    .ledger_sum = ledger_sum,
    .ledger_lines = ledger_lines,
    .add = add,
    .read = start_reading,
    .next = next,
    .read_end = read_end,
    .annex_put = annex_put,
    .annex_drop = annex_drop,
    .annex_get = annex_get,
    .annexes = annexes,
};

struct store *sqlite_store_open(const char *path, struct err *err)
{
    struct sqlite *s = calloc(1, sizeof(*s));

    if (s == NULL || (s->path = strdup(path)) == NULL) {
        free(s);
        err_nomem(err);
        return NULL;
    }
    s->base.engine = &engine;
    if (sqlite3_open_v2(path, &s->db,
                        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE,
                        NULL) != SQLITE_OK) {
        fail(s, err, "open the store");
        close_store(&s->base);
        return NULL;
    }
    if (set_up(s, err) != 0) {
        close_store(&s->base);
        return NULL;
    }
    return &s->base;
}
