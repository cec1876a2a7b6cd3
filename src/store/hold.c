/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who makes what comes after the rows.  One row a kind says whose it is; it is
 * looked at and taken under its lock, and under a lock of the worker's own row,
 * so that nobody holds a pass who was taken for lost already.
 *
 * Whoever waited for another's pass and finds it made, with the same wants,
 * need not make it again.  Whoever comes later does, for nothing, because the
 * ledger has every reply: people may have changed what is a row since.
 */
#include "store/pg.h"
#include "store/share.h"

#include <assert.h>
#include <string.h>

struct holding {
    struct share_pass *pass;
    enum share_hold state;
};

/* As far as it is this worker's, or free. */
static enum pg_end look(struct pg *p, const char *me, struct holding *h,
                        struct err *err)
{
    struct share_pass *pass = h->pass;
    const char *values[] = {pass->kind};
    uint64_t holder, made;
    enum pg_end got;
    PGresult *r;

    got = pg_run(p,
                 "SELECT coalesce(worker, 0), made, wanted FROM passes "
                 "WHERE kind = $1 FOR UPDATE",
                 1, values, &r, err);
    if (got != PG_OK)
        return got;
    holder = pg_uint(r, 0, 0);
    made = pg_uint(r, 0, 1);
    if (pass->waited && made > pass->before &&
        strcmp(PQgetvalue(r, 0, 2), pass->wanted) == 0)
        h->state = HOLD_MADE;
    else if (holder == 0 || strcmp(PQgetvalue(r, 0, 0), me) == 0)
        h->state = HOLD_OURS;
    else
        h->state = HOLD_OTHERS;
    if (h->state == HOLD_OTHERS && !pass->waited) {
        pass->waited = true;
        pass->before = made;
    }
    PQclear(r);
    return PG_OK;
}

static enum pg_end hold(struct pg *p, void *arg, struct err *err)
{
    struct holding *h = arg;
    char number[PG_NUMBER];
    const char *me = pg_number(share_number(&p->base), number);
    const char *values[] = {h->pass->kind, h->pass->wanted, me};
    enum pg_end got;

    got = pg_change_one(p,
                        "UPDATE workers SET seen = now() WHERE id = $1 AND "
                        "state = 'working'",
                        1, &me, err);
    if (got == PG_OK)
        got = pg_run(p,
                     "INSERT INTO passes (kind, wanted) VALUES ($1, '') "
                     "ON CONFLICT (kind) DO NOTHING",
                     1, values, NULL, err);
    if (got == PG_OK)
        got = look(p, me, h, err);
    if (got == PG_OK && h->state == HOLD_OURS)
        got = pg_run(p,
                     "UPDATE passes SET worker = $3, wanted = $2 "
                     "WHERE kind = $1",
                     3, values, NULL, err);
    return got;
}

enum share_hold share_hold(struct store *s, struct share_pass *pass,
                           struct err *err)
{
    struct holding h = {.pass = pass};

    assert(share_number(s) != 0);
    return pg_transaction((struct pg *)s, hold, &h, err) == 0 ? h.state
                                                              : HOLD_ERROR;
}

/* Nothing changes when it is done again, or when the worker is lost, whose pass
 * is another's by now. */
int share_made(struct store *s, const struct share_pass *pass, struct err *err)
{
    char me[PG_NUMBER];
    const char *values[] = {pass->kind, pg_number(share_number(s), me)};

    return pg_write((struct pg *)s,
                    "UPDATE passes SET worker = NULL, made = made + 1 "
                    "WHERE kind = $1 AND worker = $2",
                    2, values, err);
}

static enum pg_end send_alive(struct pg *p, void *arg, struct err *err)
{
    char number[PG_NUMBER];
    const char *me = pg_number(share_number(&p->base), number);
    enum pg_end got;

    (void)arg;
    got = pg_change_one(p,
                        "UPDATE workers SET beat = beat + 1, seen = now() "
                        "WHERE id = $1 AND state = 'working'",
                        1, &me, err);
    return got == PG_OK ? pg_send_writes(p, err) : got;
}

int share_commit_alive(struct store *s, struct err *err)
{
    struct pg *p = (struct pg *)s;
    int failed;

    assert(share_number(s) != 0 && p->gathering);
    failed = pg_transaction(p, send_alive, NULL, err);
    p->gathering = false;
    pg_forget_writes(p);
    return failed;
}
