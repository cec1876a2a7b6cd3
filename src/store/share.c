/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Leases, claims and heartbeats.
 *
 * Four rules keep the workers apart:
 *
 *   - A candidate is decided in a transaction that changes both its worker's
 *     row and the turn.  Who declares a worker lost changes the same row
 *     first, so one of the two comes first, and the other sees it.
 *   - A call is sent only when its key stands in `asked` under the sender's
 *     number and was not in the ledger after that.  Its reply goes into the
 *     ledger in the transaction that takes the key out of `asked`.
 *   - Leases and claims are given only to a worker that is not taken for lost,
 *     under a lock of its row that whoever declares it lost has to wait for:
 *     so what it has is there to be cleared away, and later it gets nothing.
 *   - What is set aside and what was spent are summed in one statement, and
 *     claims under a limit are made one after the other.
 *
 * None needs more of the server than that it commits transactions whole and
 * reads what was committed (READ COMMITTED).
 */
#include "store/share.h"
#include "base/now.h"
#include "store/pg.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BEATS 5 /* reports in the time after which a worker is lost */

/* Another worker, as far as it was watched. */
struct watch {
    uint64_t id, beat;
    double since;        /* when the beat was seen first */
    unsigned connection; /* on which of our connections */
};

struct pg_crew {
    uint64_t id;
    double seconds, beat_at;
    struct watch *watch;
    size_t nwatch;
    struct spent paid;     /* in the transaction that is gathered */
    struct str paid_keys;  /* an array as text */
    char paid_key[PG_KEY]; /* the first of them */
    uint64_t made_to;      /* leases were made up to this candidate */
    char place[160];
};

bool share_is(const struct store *s)
{
    return s->engine == &postgres_engine;
}

static struct pg *of(struct store *s)
{
    assert(share_is(s));
    return (struct pg *)s;
}

uint64_t share_number(const struct store *s)
{
    const struct pg *p = (const struct pg *)s;

    assert(share_is(s));
    return p->crew != NULL ? p->crew->id : 0;
}

void pg_crew_free(struct pg_crew *crew)
{
    if (crew == NULL)
        return;
    free(crew->watch);
    str_release(&crew->paid_keys);
    free(crew);
}

int pg_lost(struct err *err)
{
    return err_set(err, "this worker was taken for lost, because it did not "
                        "report in time, and its work went to others; run the "
                        "same command again to take part");
}

/* --- where a process is --- */

/* When the process began, in ticks since the machine did; 0: there is none. */
static unsigned long long began(long pid)
{
    char path[40], text[1024], *p;
    unsigned long long ticks = 0;
    FILE *f;
    int field;

    snprintf(path, sizeof(path), "/proc/%ld/stat", pid);
    f = fopen(path, "r");
    if (f == NULL)
        return 0;
    p = fgets(text, sizeof(text), f) != NULL ? strrchr(text, ')') : NULL;
    for (field = 2; p != NULL && field < 22; field++)
        p = strchr(p + 1, ' ');
    if (p != NULL)
        ticks = strtoull(p + 1, NULL, 10);
    fclose(f);
    return ticks;
}

/* The running system and its table of processes, "BOOT/NAMESPACE/"; "" when it
 * cannot be told. */
static void machine(char *out, size_t size)
{
    FILE *f = fopen("/proc/sys/kernel/random/boot_id", "r");
    char boot[64] = "", space[64];
    ssize_t n = readlink("/proc/self/ns/pid", space, sizeof(space) - 1);

    if (f != NULL && fgets(boot, sizeof(boot), f) != NULL)
        boot[strcspn(boot, "\n")] = '\0';
    if (f != NULL)
        fclose(f);
    space[n > 0 ? n : 0] = '\0';
    out[0] = '\0';
    if (boot[0] != '\0' && n > 0)
        snprintf(out, size, "%s/%s/", boot, space);
}

bool pg_is_gone(const char *place)
{
    char here[140];
    size_t len;
    char *end;
    long pid;

    machine(here, sizeof(here));
    len = strlen(here);
    if (len == 0 || strncmp(place, here, len) != 0)
        return false;
    pid = strtol(place + len, &end, 10);
    return *end == '/' && began(pid) != strtoull(end + 1, NULL, 10);
}

/* --- joining and leaving --- */

/* The lock is against a phgen that takes the store to another schema. */
static int sign_on(struct pg *p, const char *name, struct pg_crew *c,
                   struct err *err)
{
    char schema[PG_NUMBER];
    const char *values[] = {name, c->place, pg_number(SHARE_SCHEMA, schema)};
    PGresult *r;
    bool there;

    if (pg_query(p,
                 "INSERT INTO workers (name, place) SELECT $1::text, "
                 "$2::text FROM meta WHERE key = 'schema' AND value = $3 "
                 "FOR SHARE RETURNING id",
                 3, values, &r, err) != 0)
        return -1;
    there = PQntuples(r) == 1;
    if (there)
        c->id = pg_uint(r, 0, 0);
    PQclear(r);
    return there ? 0
                 : err_set(err,
                           "the store at %s was taken to another schema "
                           "meanwhile, by another phgen; use that one",
                           p->url);
}

int share_join(struct store *s, double seconds, struct err *err)
{
    struct pg *p = of(s);
    char host[64] = "", name[100];
    struct pg_crew *c;
    size_t len;

    if (p->crew != NULL)
        return 0;
    c = calloc(1, sizeof(*c));
    if (c == NULL)
        return err_nomem(err);
    gethostname(host, sizeof(host) - 1);
    snprintf(name, sizeof(name), "%s:%ld", host, (long)getpid());
    machine(c->place, sizeof(c->place));
    len = strlen(c->place);
    snprintf(c->place + len, sizeof(c->place) - len, "%ld/%llu", (long)getpid(),
             began((long)getpid()));
    if (pg_set_pause(p, seconds, err) != 0 || sign_on(p, name, c, err) != 0) {
        free(c);
        return -1;
    }
    str_init(&c->paid_keys, 1 << 20);
    c->seconds = seconds;
    p->crew = c;
    return 0;
}

/* What was in flight may be billed, and so it counts. */
static enum pg_end clear_desk(struct pg *p, const char *id, struct err *err)
{
    static const char *const steps[] = {
        ("UPDATE workers SET calls = calls + "
         "(SELECT count(*) FROM asked WHERE worker = $1), "
         "tokens_in = tokens_in + (SELECT coalesce(sum(tokens_in), 0) "
         "FROM asked WHERE worker = $1), "
         "tokens_out = tokens_out + (SELECT coalesce(sum(tokens_out), 0) "
         "FROM asked WHERE worker = $1), "
         "cost = cost + (SELECT coalesce(sum(cost), 0) FROM asked "
         "WHERE worker = $1) WHERE id = $1"),
        "DELETE FROM asked WHERE worker = $1",
        ("UPDATE leases SET worker = NULL WHERE worker = $1 AND last >= "
         "(SELECT next_seq FROM turn WHERE id = 1)"),
        "UPDATE passes SET worker = NULL WHERE worker = $1"};
    enum pg_end got = PG_OK;
    size_t i;

    for (i = 0; got == PG_OK && i < sizeof(steps) / sizeof(*steps); i++)
        got = pg_run(p, steps[i], 1, &id, NULL, err);
    return got;
}

struct ending {
    const char *id, *beat, *state; /* beat NULL: whatever it is */
};

static enum pg_end end_worker(struct pg *p, void *arg, struct err *err)
{
    const struct ending *e = arg;
    const char *values[] = {e->id, e->state, e->beat};
    enum pg_end got;
    PGresult *r;
    bool ours;

    got = pg_run(p,
                 "UPDATE workers SET state = $2 WHERE id = $1 AND "
                 "state = 'working' AND beat = coalesce($3::bigint, beat)",
                 3, values, &r, err);
    if (got != PG_OK)
        return got;
    ours = pg_changed(r) == 1;
    PQclear(r);
    return ours ? clear_desk(p, e->id, err) : PG_OK;
}

void share_leave(struct store *s)
{
    struct pg *p = of(s);
    struct ending e = {.state = "left"};
    char id[PG_NUMBER];
    struct err err;

    if (p->crew == NULL)
        return;
    e.id = pg_number(p->crew->id, id);
    /* If it fails, the others will find out by themselves. */
    if (!p->broken && PQstatus(p->conn) == CONNECTION_OK)
        pg_transaction(p, end_worker, &e, &err);
    pg_crew_free(p->crew);
    p->crew = NULL;
}

/* --- reporting, and watching the others --- */

static struct watch *watch_of(struct pg_crew *c, uint64_t id)
{
    struct watch *all;
    size_t i;

    for (i = 0; i < c->nwatch; i++)
        if (c->watch[i].id == id)
            return &c->watch[i];
    all = realloc(c->watch, (c->nwatch + 1) * sizeof(*all));
    if (all == NULL)
        return NULL;
    c->watch = all;
    memset(&all[c->nwatch], 0, sizeof(*all));
    all[c->nwatch].id = id;
    return &all[c->nwatch++];
}

static bool seems_lost(struct pg *p, uint64_t id, uint64_t beat,
                       const char *place)
{
    struct watch *w = watch_of(p->crew, id);

    if (pg_is_gone(place))
        return true;
    if (w == NULL)
        return false;
    if (w->connection != p->connections || w->beat != beat) {
        w->connection = p->connections;
        w->beat = beat;
        w->since = now_seconds();
    }
    return now_seconds() - w->since > p->crew->seconds;
}

static int look_around(struct pg *p, const char *me, struct err *err)
{
    PGresult *r;
    int i, failed = 0;

    if (pg_query(p,
                 "SELECT id, beat, place FROM workers "
                 "WHERE state = 'working' AND id <> $1",
                 1, &me, &r, err) != 0)
        return -1;
    for (i = 0; !failed && i < PQntuples(r); i++) {
        struct ending e = {PQgetvalue(r, i, 0), PQgetvalue(r, i, 1), "lost"};

        if (seems_lost(p, pg_uint(r, i, 0), pg_uint(r, i, 1),
                       PQgetvalue(r, i, 2)))
            failed = pg_transaction(p, end_worker, &e, err);
    }
    PQclear(r);
    return failed;
}

int share_beat(struct store *s, struct err *err)
{
    struct pg *p = of(s);
    struct pg_crew *c = p->crew;
    char id[PG_NUMBER];
    const char *me;
    PGresult *r;
    bool known;

    if (c == NULL || now_seconds() < c->beat_at)
        return 0;
    me = pg_number(c->id, id);
    if (pg_query(p,
                 "UPDATE workers SET beat = beat + 1, seen = now() "
                 "WHERE id = $1 AND state = 'working'",
                 1, &me, &r, err) != 0)
        return -1;
    known = pg_changed(r) == 1;
    PQclear(r);
    c->beat_at = now_seconds() + c->seconds / BEATS;
    return known ? look_around(p, me, err) : pg_lost(err);
}

/* --- leases --- */

static void add_held(const struct lease *held, size_t n, struct str *out)
{
    size_t i;

    str_addc(out, '{');
    for (i = 0; i < n; i++)
        str_addf(out, "%s%llu", i > 0 ? "," : "",
                 (unsigned long long)held[i].first);
    str_addc(out, '}');
}

/* One that this worker has and does not know of is one whose transaction took
 * place before the connection broke.  A worker that was taken for lost gets
 * none, because nobody would take it away again. */
static int find_lease(struct pg *p, const struct share_range *range,
                      const char *held, struct lease *out, struct err *err)
{
    char me[PG_NUMBER], from[PG_NUMBER], to[PG_NUMBER], end[PG_NUMBER];
    const char *values[] = {
        pg_number(p->crew->id, me), pg_number(range->from, from),
        pg_number(range->to, to), pg_number(range->end, end), held};
    PGresult *r;
    int found;

    if (pg_query(p,
                 "UPDATE leases SET worker = $1 WHERE EXISTS (SELECT 1 FROM "
                 "workers WHERE id = $1 AND state = 'working' FOR SHARE) AND "
                 "first = ("
                 "SELECT first FROM leases WHERE (worker IS NULL OR "
                 "worker = $1) AND last >= $2 AND first < $3 AND last < $4 "
                 "AND first <> ALL ($5::bigint[]) ORDER BY first LIMIT 1 "
                 "FOR UPDATE SKIP LOCKED) RETURNING first, last",
                 5, values, &r, err) != 0)
        return -1;
    found = PQntuples(r) == 1;
    if (found)
        *out = (struct lease){pg_uint(r, 0, 0), pg_uint(r, 0, 1)};
    PQclear(r);
    return found;
}

/* 1 when it made some, 0, -1. */
static int make_leases(struct pg *p, const struct share_range *range,
                       struct err *err)
{
    uint64_t size = range->size, first = (range->from - 1) / size * size + 1;
    char from[PG_NUMBER], to[PG_NUMBER], step[PG_NUMBER];
    const char *values[] = {pg_number(first, from), pg_number(range->end, to),
                            pg_number(size, step)};
    PGresult *r;

    if (range->end <= p->crew->made_to)
        return 0;
    if (pg_query(p,
                 "INSERT INTO leases (first, last) SELECT g, "
                 "g + $3::bigint - 1 "
                 "FROM generate_series($1::bigint, $2::bigint, $3::bigint) g "
                 "ON CONFLICT (first) DO NOTHING",
                 3, values, &r, err) != 0)
        return -1;
    PQclear(r);
    p->crew->made_to = range->end;
    return 1;
}

int share_take(struct store *s, const struct share_range *range,
               const struct lease *held, size_t nheld, struct lease *out,
               struct err *err)
{
    struct pg *p = of(s);
    struct str text;
    int got, made;

    str_init(&text, 1 << 20);
    add_held(held, nheld, &text);
    got = find_lease(p, range, text.s, out, err);
    if (got == 0 && (made = make_leases(p, range, err)) != 0)
        got = made < 0 ? -1 : find_lease(p, range, text.s, out, err);
    str_release(&text);
    return got;
}

/* --- the turn --- */

struct turn {
    uint64_t first, next, rows;
    unsigned tries;
    bool done; /* by an earlier try */
};

/* One row changed, or the turn was not ours. */
enum pg_end pg_change_one(struct pg *p, const char *sql, int n,
                          const char *const *values, struct err *err)
{
    PGresult *r;
    enum pg_end got = pg_run(p, sql, n, values, &r, err);

    if (got != PG_OK)
        return got;
    if (pg_changed(r) != 1)
        got = (enum pg_end)pg_lost(err);
    PQclear(r);
    return got;
}

static enum pg_end was_done(struct pg *p, struct turn *t, struct err *err)
{
    PGresult *r;
    enum pg_end got =
        pg_run(p, "SELECT next_seq FROM turn WHERE id = 1", 0, NULL, &r, err);

    if (got == PG_OK) {
        t->done = pg_uint(r, 0, 0) >= t->next;
        PQclear(r);
    }
    return got;
}

static enum pg_end take_turn(struct pg *p, void *arg, struct err *err)
{
    struct turn *t = arg;
    char me[PG_NUMBER], first[PG_NUMBER], next[PG_NUMBER], rows[PG_NUMBER],
        n[PG_NUMBER];
    const char *worker[] = {pg_number(p->crew->id, me),
                            pg_number(t->next - t->first, n),
                            pg_number(t->rows, rows)};
    const char *turn[] = {me, rows, pg_number(t->first, first),
                          pg_number(t->next, next)};
    enum pg_end got = t->tries++ > 0 ? was_done(p, t, err) : PG_OK;

    if (got != PG_OK || t->done)
        return got;
    got = pg_change_one(p,
                        "UPDATE workers SET decided = decided + $2::bigint, "
                        "accepted = accepted + $3::bigint, beat = beat + 1, "
                        "seen = now() WHERE id = $1 AND state = 'working'",
                        3, worker, err);
    if (got == PG_OK)
        got = pg_change_one(p,
                            "UPDATE turn SET next_seq = $4::bigint, "
                            "accepted = accepted + $2::bigint "
                            "WHERE id = 1 AND next_seq = $3::bigint AND "
                            "NOT EXISTS (SELECT 1 FROM leases WHERE "
                            "last >= $3::bigint AND first < $4::bigint AND "
                            "coalesce(worker, 0) <> $1)",
                            4, turn, err);
    return got == PG_OK ? pg_send_writes(p, err) : got;
}

int share_commit(struct store *s, uint64_t first, uint64_t next, uint64_t rows,
                 struct err *err)
{
    struct pg *p = of(s);
    struct turn t = {.first = first, .next = next, .rows = rows};
    int failed;

    assert(p->crew != NULL && p->gathering);
    failed = pg_transaction(p, take_turn, &t, err);
    p->gathering = false;
    pg_forget_writes(p);
    return failed;
}

/* --- what calls took --- */

int share_paid(struct store *s, struct hash128 key, const struct spent *spent,
               struct err *err)
{
    struct pg *p = of(s);
    struct pg_crew *c = p->crew;
    char text[PG_KEY];

    assert(p->gathering);
    pg_key(key, text);
    if (c->paid.calls == 0) {
        str_clear(&c->paid_keys);
        memcpy(c->paid_key, text, sizeof(text));
    }
    str_addf(&c->paid_keys, "%s\"\\%s\"", c->paid.calls > 0 ? "," : "{", text);
    c->paid.calls += spent->calls;
    c->paid.tokens_in += spent->tokens_in;
    c->paid.tokens_out += spent->tokens_out;
    c->paid.cost += spent->cost;
    return str_failed(&c->paid_keys) ? err_nomem(err) : 0;
}

/* Counted only while the calls stand in `asked`: not again when a transaction
 * is repeated that took place, nor when they were counted as a lost worker's.
 */
int pg_crew_settle(struct pg *p, struct err *err)
{
    struct pg_crew *c = p->crew;
    char me[PG_NUMBER], calls[PG_NUMBER], in[PG_NUMBER], out[PG_NUMBER],
        cost[40];
    const char *sum[6], *gone[2];

    if (c == NULL || c->paid.calls == 0)
        return 0;
    snprintf(cost, sizeof(cost), "%.17g", c->paid.cost);
    str_addc(&c->paid_keys, '}');
    sum[0] = gone[1] = pg_number(c->id, me);
    sum[1] = pg_number(c->paid.calls, calls);
    sum[2] = pg_number(c->paid.tokens_in, in);
    sum[3] = pg_number(c->paid.tokens_out, out);
    sum[4] = cost;
    sum[5] = c->paid_key;
    gone[0] = c->paid_keys.s;
    memset(&c->paid, 0, sizeof(c->paid));
    if (pg_write(p,
                 "UPDATE workers SET calls = calls + $2::bigint, "
                 "tokens_in = tokens_in + $3::bigint, "
                 "tokens_out = tokens_out + $4::bigint, "
                 "cost = cost + $5::double precision WHERE id = $1 AND EXISTS "
                 "(SELECT 1 FROM asked WHERE key = $6 AND worker = $1)",
                 6, sum, err) != 0)
        return -1;
    return pg_write(p,
                    "DELETE FROM asked WHERE key = ANY ($1::bytea[]) AND "
                    "worker = $2",
                    2, gone, err);
}
