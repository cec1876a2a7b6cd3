/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How far the workers have come: one snapshot of a few small tables. */
#include "store/pg.h"
#include "store/share.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Whose leases and calls a worker has now. */
#define WORKERS                                                                \
    "SELECT w.id, w.name, w.state, "                                           \
    "extract(epoch FROM now() - w.started), "                                  \
    "extract(epoch FROM now() - w.seen), "                                     \
    "(SELECT count(*) FROM leases l, turn t WHERE l.worker = w.id AND "        \
    "l.last >= t.next_seq), "                                                  \
    "(SELECT coalesce(min(l.first), 0) FROM leases l, turn t WHERE "           \
    "l.worker = w.id AND l.last >= t.next_seq), "                              \
    "(SELECT count(*) FROM asked a WHERE a.worker = w.id), "                   \
    "w.decided, w.accepted, w.calls, w.tokens_in, w.tokens_out, w.cost "       \
    "FROM workers w ORDER BY w.id"

static void add_worker(struct share_status *s, const PGresult *r, int i)
{
    struct share_worker *w = &s->worker[s->nworkers++];

    w->id = pg_uint(r, i, 0);
    snprintf(w->name, sizeof(w->name), "%s", PQgetvalue(r, i, 1));
    snprintf(w->state, sizeof(w->state), "%s", PQgetvalue(r, i, 2));
    w->started = pg_real(r, i, 3);
    w->seen = pg_real(r, i, 4);
    w->leases = pg_uint(r, i, 5);
    w->first = pg_uint(r, i, 6);
    w->in_flight = pg_uint(r, i, 7);
    w->decided = pg_uint(r, i, 8);
    w->rows = pg_uint(r, i, 9);
    w->spent = (struct spent){pg_uint(r, i, 10), pg_uint(r, i, 11),
                              pg_uint(r, i, 12), pg_real(r, i, 13)};
    s->in_flight += w->in_flight;
    s->spent.calls += w->spent.calls;
    s->spent.tokens_in += w->spent.tokens_in;
    s->spent.tokens_out += w->spent.tokens_out;
    s->spent.cost += w->spent.cost;
}

/* An earlier schema has none. */
static enum pg_end read_passes(struct pg *p, struct share_status *s,
                               struct err *err)
{
    enum pg_end got;
    PGresult *r;
    int i;

    if (p->schema < 3)
        return PG_OK;
    got = pg_run(p,
                 "SELECT kind, coalesce(worker, 0), made FROM passes "
                 "ORDER BY kind COLLATE \"C\"",
                 0, NULL, &r, err);
    if (got != PG_OK)
        return got;
    for (i = 0; i < PQntuples(r) && i < SHARE_PASSES_MAX; i++) {
        struct share_made *m = &s->pass[s->npasses++];

        snprintf(m->kind, sizeof(m->kind), "%s", PQgetvalue(r, i, 0));
        m->worker = pg_uint(r, i, 1);
        m->times = pg_uint(r, i, 2);
    }
    PQclear(r);
    return PG_OK;
}

static enum pg_end read_all(struct pg *p, void *arg, struct err *err)
{
    struct share_status *s = arg;
    enum pg_end got;
    PGresult *r;
    int i;

    share_status_release(s);
    got = pg_run(p,
                 "SELECT next_seq - 1, accepted, (SELECT coalesce(sum(paid - "
                 "1), 0) FROM ledger WHERE paid > 1) FROM turn WHERE id = 1",
                 0, NULL, &r, err);
    if (got != PG_OK)
        return got;
    s->schema = p->schema;
    s->decided = pg_uint(r, 0, 0);
    s->rows = pg_uint(r, 0, 1);
    s->twice = pg_uint(r, 0, 2);
    PQclear(r);
    got = pg_run(p, WORKERS, 0, NULL, &r, err);
    if (got != PG_OK)
        return got;
    s->worker = calloc((size_t)PQntuples(r) + 1, sizeof(*s->worker));
    if (s->worker == NULL)
        got = (enum pg_end)err_nomem(err);
    for (i = 0; got == PG_OK && i < PQntuples(r); i++)
        add_worker(s, r, i);
    PQclear(r);
    return got == PG_OK ? read_passes(p, s, err) : got;
}

int share_status(struct store *s, struct share_status *out, struct err *err)
{
    memset(out, 0, sizeof(*out));
    if (pg_transaction((struct pg *)s, read_all, out, err) == 0)
        return 0;
    share_status_release(out);
    return -1;
}

void share_status_release(struct share_status *s)
{
    free(s->worker);
    memset(s, 0, sizeof(*s));
}
