/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The schema of a shared store, a step a version, and the way from an older
 * one to this one's.
 *
 * All steps that are missing are one transaction, which begins by locking the
 * row of the version: of several workers that start together one takes the
 * steps, the others wait for it, read the row again and find it done.  A row
 * will do, and no advisory lock is needed: a new store has no row yet, but
 * there CREATE TABLE itself lets only one through.
 *
 * A worker of the older version that is alive knows nothing of the new one's
 * tables, so the steps wait until there is none.  Who opened the store before
 * and joins after them is refused by share_join(), which reads the version
 * under a lock of the same row.
 *
 * What must never happen: a step that was released is edited; a store that is
 * half of one version and half of another.
 */
#include "store/pg.h"
#include "store/share.h"

#include <stdlib.h>
#include <string.h>

/* steps[v] takes a store from version v to v + 1; a new one takes them all. */
static const char *const steps[SHARE_SCHEMA] = {
    "CREATE TABLE meta (key text PRIMARY KEY, value text NOT NULL);"
    "CREATE TABLE ledger (key bytea PRIMARY KEY, seq bigint NOT NULL, "
    "agent text NOT NULL, model text NOT NULL, tokens_in bigint NOT NULL, "
    "tokens_out bigint NOT NULL, reply text NOT NULL, "
    "cost double precision NOT NULL, worker bigint NOT NULL, "
    "paid bigint NOT NULL DEFAULT 1);"
    "CREATE TABLE candidates (seq bigint PRIMARY KEY, outcome text NOT NULL, "
    "reason text NOT NULL, path_key text NOT NULL, prompt text NOT NULL, "
    "category text NOT NULL, round bigint NOT NULL, record text NOT NULL, "
    "trail text NOT NULL, usage text NOT NULL);"
    "CREATE TABLE annexes (seq bigint NOT NULL, kind text NOT NULL, "
    "json text NOT NULL, PRIMARY KEY (seq, kind));"
    /* One row: whose turn it is, as far as the sequence has come. */
    "CREATE TABLE turn (id bigint PRIMARY KEY, next_seq bigint NOT NULL, "
    "accepted bigint NOT NULL);"
    "INSERT INTO turn VALUES (1, 1, 0);"
    /* One row to lock: claims under a limit are made one after the other. */
    "CREATE TABLE purse (id bigint PRIMARY KEY);"
    "INSERT INTO purse VALUES (1);"
    "CREATE TABLE workers (id bigserial PRIMARY KEY, name text NOT NULL, "
    "place text NOT NULL, state text NOT NULL DEFAULT 'working', "
    "beat bigint NOT NULL DEFAULT 0, "
    "started timestamptz NOT NULL DEFAULT now(), "
    "seen timestamptz NOT NULL DEFAULT now(), "
    "decided bigint NOT NULL DEFAULT 0, accepted bigint NOT NULL DEFAULT 0, "
    "calls bigint NOT NULL DEFAULT 0, tokens_in bigint NOT NULL DEFAULT 0, "
    "tokens_out bigint NOT NULL DEFAULT 0, "
    "cost double precision NOT NULL DEFAULT 0);"
    "CREATE TABLE leases (first bigint PRIMARY KEY, last bigint NOT NULL, "
    "worker bigint);"
    "CREATE TABLE asked (key bytea PRIMARY KEY, worker bigint NOT NULL, "
    "tokens_in bigint NOT NULL, tokens_out bigint NOT NULL, "
    "cost double precision NOT NULL);"
    "INSERT INTO meta VALUES ('schema', '1');",

    /* Leases are never deleted, and only the last few are undecided; of the
     * ledger only what was paid for twice is ever looked for. */
    "CREATE INDEX leases_last ON leases (last);"
    "CREATE INDEX ledger_twice ON ledger (paid) WHERE paid > 1;",

    /* Who makes what comes after the rows, and how often it was made. */
    "CREATE TABLE passes (kind text PRIMARY KEY, worker bigint, "
    "wanted text NOT NULL, made bigint NOT NULL DEFAULT 0);",
};

/* 0 when it is no version. */
static unsigned version_of(const char *text)
{
    char *end;
    unsigned long v = strtoul(text, &end, 10);

    return *text < '1' || *text > '9' || *end != '\0' || v > 1000000
               ? 0
               : (unsigned)v;
}

/* --- looking --- */

/* 1 with the version, 0 when there is none, -1. */
static int read_version(struct pg *p, struct err *err)
{
    PGresult *r;
    int found;

    if (pg_query(p, "SELECT value FROM meta WHERE key = 'schema'", 0, NULL, &r,
                 err) != 0)
        return -1;
    found = PQntuples(r) == 1;
    p->schema = found ? version_of(PQgetvalue(r, 0, 0)) : 0;
    PQclear(r);
    return found && p->schema > 0;
}

/* In the system's own tables, because information_schema hides what this role
 * may not read, and then there seemed to be no run.  1, 0, -1. */
static int find_meta(struct pg *p, struct err *err)
{
    PGresult *r;
    bool there, blind;

    if (pg_query(p,
                 "SELECT current_schema() IS NULL, EXISTS (SELECT 1 FROM "
                 "pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n "
                 "ON n.oid = c.relnamespace WHERE c.relname = 'meta' AND "
                 "n.nspname = current_schema())",
                 0, NULL, &r, err) != 0)
        return -1;
    blind = PQgetvalue(r, 0, 0)[0] == 't';
    there = PQgetvalue(r, 0, 1)[0] == 't';
    PQclear(r);
    if (blind)
        return err_set(err,
                       "the store at %s: this role may use no schema of the "
                       "database, so it cannot see whether there is a run; %s",
                       p->url, pg_advice("3F000"));
    return there;
}

int pg_schema_look(struct pg *p, struct err *err)
{
    int got = find_meta(p, err);

    if (got != 1)
        return got;
    got = read_version(p, err);
    if (got == 0)
        return err_set(err,
                       "the database at %s has a table \"meta\" that is not "
                       "phgen's; give the run a database of its own",
                       p->url);
    if (got == 1 && p->schema > SHARE_SCHEMA)
        return err_set(err,
                       "the database at %s has store schema %u, made by a "
                       "newer phgen; this one knows 1 to %d: use the newer one "
                       "here, too",
                       p->url, p->schema, SHARE_SCHEMA);
    return got;
}

/* --- taking it forward --- */

static enum pg_end take_steps(struct pg *p, unsigned from, struct err *err)
{
    char number[PG_NUMBER];
    const char *value = pg_number(SHARE_SCHEMA, number);
    enum pg_end got = PG_OK;

    for (; got == PG_OK && from < SHARE_SCHEMA; from++)
        got = pg_script(p, steps[from], err);
    return got == PG_OK ? pg_run(p,
                                 "UPDATE meta SET value = $1 "
                                 "WHERE key = 'schema'",
                                 1, &value, NULL, err)
                        : got;
}

static enum pg_end make_tables(struct pg *p, void *arg, struct err *err)
{
    (void)arg;
    return take_steps(p, 0, err);
}

/* Nobody knows how long a lease the others were given; who is alive reports at
 * least once in SHARE_SILENT seconds, unless it was given a very long one. */
static enum pg_end refuse_living(struct pg *p, unsigned version,
                                 struct err *err)
{
    PGresult *r = NULL;
    enum pg_end got;
    int i;

    got = pg_run(p,
                 "SELECT id, name, place, extract(epoch FROM now() - seen) "
                 "FROM workers WHERE state = 'working' ORDER BY id",
                 0, NULL, &r, err);
    for (i = 0; got == PG_OK && i < PQntuples(r); i++)
        if (pg_real(r, i, 3) <= SHARE_SILENT &&
            !pg_is_gone(PQgetvalue(r, i, 2)))
            got = (enum pg_end)err_set(
                err,
                "the database at %s has store schema %u, and worker %s of it, "
                "%.100s, is at work with an older phgen; let it end or stop "
                "it (one that was killed elsewhere is waited for %d seconds), "
                "then run the same command again, which takes the store to "
                "schema %d",
                p->url, version, PQgetvalue(r, i, 0), PQgetvalue(r, i, 1),
                SHARE_SILENT, SHARE_SCHEMA);
    PQclear(r);
    return got;
}

/* With the row locked the version is read anew: another may have been here. */
static enum pg_end migrate(struct pg *p, void *arg, struct err *err)
{
    enum pg_end got;
    unsigned version;
    PGresult *r;

    (void)arg;
    got = pg_run(p, "SELECT value FROM meta WHERE key = 'schema' FOR UPDATE", 0,
                 NULL, &r, err);
    if (got != PG_OK)
        return got;
    version = PQntuples(r) == 1 ? version_of(PQgetvalue(r, 0, 0)) : 0;
    PQclear(r);
    if (version == 0 || version >= SHARE_SCHEMA)
        return PG_OK; /* the next look says so */
    got = refuse_living(p, version, err);
    if (got == PG_OK && (got = take_steps(p, version, err)) == PG_FAILED)
        err_prefix(err, "to take the tables from schema %u to %d", version,
                   SHARE_SCHEMA);
    return got;
}

#define TRIES 10

/* Several workers may make the tables at once: one succeeds, the others find
 * them made. */
int pg_schema_make(struct pg *p, struct err *err)
{
    struct err why = {""};
    int tries, got;

    for (tries = 0; tries < TRIES; tries++) {
        got = pg_schema_look(p, err);
        if (got < 0 || (got == 1 && p->schema == SHARE_SCHEMA))
            return got < 0 ? -1 : 0;
        if (got == 1 && pg_transaction(p, migrate, NULL, err) != 0)
            return -1;
        if (got == 0)
            pg_transaction(p, make_tables, NULL, &why);
    }
    return err_set(err, "%s", why.text);
}
