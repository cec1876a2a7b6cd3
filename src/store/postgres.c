/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The engine's rows.  Plain SQL, so that what speaks PostgreSQL's protocol can
 * stand behind it; names sort by their bytes, as they do in SQLite.
 *
 * Candidates are read a page at a time, from the last one seen: nothing is
 * held on the server between pages, so a lost connection costs nothing, and a
 * million rows are never in memory.
 */
#include "store/pg.h"

#include "store/share.h"

#include <stdlib.h>
#include <string.h>

static struct pg *of(struct store *s)
{
    return (struct pg *)s;
}

static void close_store(struct store *s)
{
    struct pg *p = of(s);

    share_leave(s);
    pg_forget_writes(p);
    PQfinish(p->conn);
    pg_crew_free(p->crew);
    free(p->writes);
    free(p->url);
    free(p);
}

/* --- transactions --- */

static int begin(struct store *s, struct err *err)
{
    (void)err;
    of(s)->gathering = true;
    return 0;
}

static enum pg_end send(struct pg *p, void *arg, struct err *err)
{
    (void)arg;
    return pg_send_writes(p, err);
}

static int commit(struct store *s, struct err *err)
{
    struct pg *p = of(s);
    int failed = pg_crew_settle(p, err);

    if (!failed && p->nwrites > 0)
        failed = pg_transaction(p, send, NULL, err);

    p->gathering = false;
    pg_forget_writes(p);
    return failed;
}

/* --- meta --- */

/* The one value of a query that has one or none. */
static int get_value(struct pg *p, const char *sql, int n,
                     const char *const *values, struct str *out,
                     struct err *err)
{
    PGresult *r;
    int found;

    if (pg_query(p, sql, n, values, &r, err) != 0)
        return -1;
    found = PQntuples(r) > 0;
    if (found)
        str_adds(out, PQgetvalue(r, 0, 0));
    PQclear(r);
    return found;
}

static int get(struct store *s, const char *key, struct str *value,
               struct err *err)
{
    return get_value(of(s), "SELECT value FROM meta WHERE key = $1", 1, &key,
                     value, err);
}

static int set(struct store *s, const char *key, const char *value,
               struct err *err)
{
    const char *values[] = {key, value};

    return pg_write(of(s),
                    "INSERT INTO meta (key, value) VALUES ($1, $2) "
                    "ON CONFLICT (key) DO UPDATE SET value = excluded.value",
                    2, values, err);
}

static int offer(struct store *s, const char *key, const char *value,
                 struct err *err)
{
    const char *values[] = {key, value};

    return pg_write(of(s),
                    "INSERT INTO meta (key, value) VALUES ($1, $2) "
                    "ON CONFLICT (key) DO NOTHING",
                    2, values, err);
}

/* --- the ledger --- */

static int ledger_find(struct store *s, struct hash128 key, struct reply *reply,
                       struct err *err)
{
    char text[PG_KEY];
    const char *value = pg_key(key, text);
    PGresult *r;
    int got;

    if (pg_query(of(s), "SELECT reply FROM ledger WHERE key = $1", 1, &value,
                 &r, err) != 0)
        return -1;
    got = PQntuples(r) > 0;
    if (got && reply_from_json(PQgetvalue(r, 0, 0),
                               (size_t)PQgetlength(r, 0, 0), reply, err) != 0)
        got = -1;
    PQclear(r);
    return got;
}

static int ledger_add(struct store *s, struct hash128 key,
                      const struct call *call, const struct reply *reply,
                      double cost, struct err *err)
{
    char text[PG_KEY], seq[PG_NUMBER], in[PG_NUMBER], out[PG_NUMBER], price[40],
        worker[PG_NUMBER], *json = reply_to_json(reply);
    const char *values[] = {pg_key(key, text),
                            pg_number(call->seq, seq),
                            agent_name(call->agent),
                            call->model->name,
                            pg_number(reply->tokens_in, in),
                            pg_number(reply->tokens_out, out),
                            json,
                            price,
                            pg_number(share_number(s), worker)};
    int failed;

    if (json == NULL)
        return err_nomem(err);
    snprintf(price, sizeof(price), "%.17g", cost);
    /* The same worker's comes again only when a transaction is repeated. */
    failed = pg_write(of(s),
                      "INSERT INTO ledger (key, seq, agent, model, tokens_in, "
                      "tokens_out, reply, cost, worker) VALUES ($1, $2, $3, "
                      "$4, $5, $6, $7, $8, $9) ON CONFLICT (key) DO UPDATE "
                      "SET paid = ledger.paid + 1 "
                      "WHERE ledger.worker <> excluded.worker",
                      9, values, err);
    free(json);
    return failed;
}

static struct spent spent_of(const PGresult *r, int row)
{
    struct spent s;

    s.calls = pg_uint(r, row, 0);
    s.tokens_in = pg_uint(r, row, 1);
    s.tokens_out = pg_uint(r, row, 2);
    s.cost = pg_real(r, row, 3);
    return s;
}

#define SUMS                                                                   \
    "count(*), coalesce(sum(tokens_in), 0), coalesce(sum(tokens_out), 0), "    \
    "coalesce(sum(cost), 0)"

static int ledger_sum(struct store *s, struct spent *out, struct err *err)
{
    PGresult *r;

    if (pg_query(of(s), "SELECT " SUMS " FROM ledger", 0, NULL, &r, err) != 0)
        return -1;
    *out = spent_of(r, 0);
    PQclear(r);
    return 0;
}

static int ledger_lines(struct store *s, struct ledger_line **out, size_t *n,
                        struct err *err)
{
    struct spent spent;
    PGresult *r;
    int i, failed = 0;

    if (pg_query(of(s),
                 "SELECT " SUMS ", agent, model FROM ledger "
                 "GROUP BY agent, model "
                 "ORDER BY agent COLLATE \"C\", model COLLATE \"C\"",
                 0, NULL, &r, err) != 0)
        return -1;
    for (i = 0; !failed && i < PQntuples(r); i++) {
        spent = spent_of(r, i);
        failed = ledger_line_add(out, n, &spent, PQgetvalue(r, i, 4),
                                 PQgetvalue(r, i, 5), err);
    }
    PQclear(r);
    return failed;
}

/* --- candidates --- */

static int add(struct store *s, const struct decided *d, struct err *err)
{
    char seq[PG_NUMBER], round[PG_NUMBER];
    const char *values[] = {pg_number(d->seq, seq),
                            d->outcome,
                            d->reason,
                            d->path_key,
                            d->prompt,
                            d->category,
                            pg_number(d->round, round),
                            d->record,
                            d->trail,
                            d->usage};

    return pg_write(of(s),
                    "INSERT INTO candidates (seq, outcome, reason, path_key, "
                    "prompt, category, round, record, trail, usage) VALUES "
                    "($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
                    10, values, err);
}

#define PAGE       500
#define TEXT(n)    TEXT_OF(n)
#define TEXT_OF(n) #n

struct cursor {
    struct store_cursor base;
    const char *sql;
    PGresult *page;
    int row;
    uint64_t after;
};

#define COLUMNS(prompt, record, trail)                                         \
    "SELECT seq, outcome, reason, path_key, " prompt                           \
    ", category, round, " record ", " trail                                    \
    ", usage FROM candidates WHERE seq > $1 "                                  \
    "ORDER BY seq LIMIT " TEXT(PAGE)

static struct store_cursor *start_reading(struct store *s, uint64_t after,
                                          bool brief, struct err *err)
{
    struct cursor *c = calloc(1, sizeof(*c));

    if (c == NULL) {
        err_nomem(err);
        return NULL;
    }
    c->base.store = s;
    c->after = after;
    c->sql = brief ? COLUMNS("CASE WHEN reason = '' THEN prompt ELSE '' END",
                             "''", "''")
                   : COLUMNS("prompt", "record", "trail");
    return &c->base;
}

static int turn_page(struct cursor *c, struct err *err)
{
    char text[PG_NUMBER];
    const char *value = pg_number(c->after, text);

    if (c->page != NULL && PQntuples(c->page) < PAGE)
        return 0;
    PQclear(c->page);
    c->page = NULL;
    c->row = 0;
    if (pg_query(of(c->base.store), c->sql, 1, &value, &c->page, err) != 0)
        return -1;
    return PQntuples(c->page) > 0;
}

static int next(struct store_cursor *base, struct decided *out, struct err *err)
{
    struct cursor *c = (struct cursor *)base;
    int got = 1, i;

    if (c->page == NULL || c->row == PQntuples(c->page))
        got = turn_page(c, err);
    if (got != 1)
        return got;
    i = c->row++;
    out->seq = c->after = pg_uint(c->page, i, 0);
    out->outcome = PQgetvalue(c->page, i, 1);
    out->reason = PQgetvalue(c->page, i, 2);
    out->path_key = PQgetvalue(c->page, i, 3);
    out->prompt = PQgetvalue(c->page, i, 4);
    out->category = PQgetvalue(c->page, i, 5);
    out->round = (uint32_t)pg_uint(c->page, i, 6);
    out->record = PQgetvalue(c->page, i, 7);
    out->trail = PQgetvalue(c->page, i, 8);
    out->usage = PQgetvalue(c->page, i, 9);
    return 1;
}

static void read_end(struct store_cursor *base)
{
    struct cursor *c = (struct cursor *)base;

    PQclear(c->page);
    free(c);
}

/* --- annexes --- */

static int annex_put(struct store *s, const char *kind, uint64_t seq,
                     const char *json, struct err *err)
{
    char number[PG_NUMBER];
    const char *values[] = {pg_number(seq, number), kind, json};

    return pg_write(of(s),
                    "INSERT INTO annexes (seq, kind, json) VALUES ($1, $2, $3) "
                    "ON CONFLICT (seq, kind) DO UPDATE "
                    "SET json = excluded.json",
                    3, values, err);
}

static int annex_drop(struct store *s, const char *kind, uint64_t seq,
                      struct err *err)
{
    char number[PG_NUMBER];
    const char *values[] = {pg_number(seq, number), kind};

    return pg_write(of(s), "DELETE FROM annexes WHERE seq = $1 AND kind = $2",
                    2, values, err);
}

static int annex_get(struct store *s, const char *kind, uint64_t seq,
                     struct str *json, struct err *err)
{
    char number[PG_NUMBER];
    const char *values[] = {pg_number(seq, number), kind};

    return get_value(of(s),
                     "SELECT json FROM annexes WHERE seq = $1 AND kind = $2", 2,
                     values, json, err);
}

static int annexes(struct store *s, uint64_t seq, struct str *json,
                   struct err *err)
{
    char number[PG_NUMBER];
    const char *value = pg_number(seq, number);
    PGresult *r;
    int i, n;

    if (pg_query(of(s),
                 "SELECT kind, json FROM annexes WHERE seq = $1 "
                 "ORDER BY kind COLLATE \"C\"",
                 1, &value, &r, err) != 0)
        return -1;
    n = PQntuples(r);
    for (i = 0; i < n; i++)
        str_addf(json, "%s\"%s\":%s", i > 0 ? "," : "{", PQgetvalue(r, i, 0),
                 PQgetvalue(r, i, 1));
    if (n > 0)
        str_addc(json, '}');
    PQclear(r);
    return n > 0;
}

const struct engine postgres_engine = {
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
