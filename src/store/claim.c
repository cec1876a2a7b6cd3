/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Claims: which calls may be sent.  All that a worker wants to send in one turn
 * of its loop are claimed at once, so that the store sees a transaction a turn
 * and not one a call.
 *
 * The keys are put into `asked` before the ledger is read: a reply that comes
 * in between is seen, and a key that is put there by two workers at once is
 * one worker's only.
 */
#include "store/pg.h"
#include "store/share.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct claims {
    struct claim *all;
    size_t n;
    const struct share_limits *limits;
    uint64_t others; /* calls in flight that are not among these */
    size_t granted;
};

static bool limited(const struct share_limits *l)
{
    return l->calls > 0 || l->tokens > 0 || l->cost > 0;
}

/* --- arrays as text --- */

static void add_keys(const struct claims *c, bool granted, struct str *out)
{
    const char *comma = "";
    char key[PG_KEY];
    size_t i;

    str_addc(out, '{');
    for (i = 0; i < c->n; i++) {
        if (granted && c->all[i].state != CLAIM_GRANTED)
            continue;
        str_addf(out, "%s\"\\%s\"", comma, pg_key(c->all[i].key, key));
        comma = ",";
    }
    str_addc(out, '}');
}

enum amount { TOKENS_IN, TOKENS_OUT, COST };

static void add_amounts(const struct claims *c, enum amount what,
                        struct str *out)
{
    const char *comma = "";
    const struct spent *m;
    size_t i;

    str_addc(out, '{');
    for (i = 0; i < c->n; i++) {
        if (c->all[i].state != CLAIM_GRANTED)
            continue;
        m = &c->all[i].most;
        if (what == COST)
            str_addf(out, "%s%.17g", comma, m->cost);
        else
            str_addf(out, "%s%llu", comma,
                     (unsigned long long)(what == TOKENS_IN ? m->tokens_in
                                                            : m->tokens_out));
        comma = ",";
    }
    str_addc(out, '}');
}

#define ARRAY_MAX (4u << 20)

/* --- the steps --- */

static struct claim *find(struct claims *c, const char *hex)
{
    struct hash128 key = {0, 0};
    char high[17];
    size_t i;

    if (strlen(hex) != HASH_HEX - 1)
        return NULL;
    memcpy(high, hex, 16);
    high[16] = '\0';
    key.high = strtoull(high, NULL, 16);
    key.low = strtoull(hex + 16, NULL, 16);
    for (i = 0; i < c->n; i++)
        if (c->all[i].key.high == key.high && c->all[i].key.low == key.low)
            return &c->all[i];
    return NULL;
}

/* Replies that are there already. */
static enum pg_end look_up(struct pg *p, struct claims *c, struct err *err)
{
    enum pg_end got;
    struct claim *one;
    struct str keys;
    const char *value;
    PGresult *r;
    int i;

    str_init(&keys, ARRAY_MAX);
    add_keys(c, true, &keys);
    value = keys.s;
    got = pg_run(p,
                 "SELECT encode(key, 'hex'), reply FROM ledger "
                 "WHERE key = ANY ($1::bytea[])",
                 1, &value, &r, err);
    str_release(&keys);
    if (got != PG_OK)
        return got;
    for (i = 0; got == PG_OK && i < PQntuples(r); i++) {
        one = find(c, PQgetvalue(r, i, 0));
        if (one == NULL)
            continue;
        reply_release(&one->reply);
        if (reply_from_json(PQgetvalue(r, i, 1), (size_t)PQgetlength(r, i, 1),
                            &one->reply, err) != 0)
            got = PG_FAILED;
        one->state = CLAIM_KNOWN;
    }
    PQclear(r);
    return got;
}

static enum claim_state over(const struct share_limits *l,
                             const struct spent *all)
{
    if (l->calls > 0 && all->calls > l->calls)
        return CLAIM_CALLS;
    if (l->tokens > 0 && all->tokens_in + all->tokens_out > l->tokens)
        return CLAIM_TOKENS;
    if (l->cost > 0 && all->cost > l->cost)
        return CLAIM_COST;
    return CLAIM_GRANTED;
}

static void apply_limits(struct claims *c, struct spent sum)
{
    struct spent with;
    size_t i;

    for (i = 0; i < c->n; i++) {
        struct claim *one = &c->all[i];

        if (one->state != CLAIM_GRANTED)
            continue;
        with = sum;
        with.calls += one->most.calls;
        with.tokens_in += one->most.tokens_in;
        with.tokens_out += one->most.tokens_out;
        with.cost += one->most.cost;
        one->state = over(c->limits, &with);
        if (one->state == CLAIM_GRANTED)
            sum = with;
    }
}

/* With the purse locked nobody else sets anything aside, and what others
 * settle at this moment is seen before or after, never halfway. */
static enum pg_end check_limits(struct pg *p, struct claims *c, struct err *err)
{
    struct str keys;
    struct spent sum;
    const char *value;
    enum pg_end got;
    PGresult *r;

    got = pg_run(p, "SELECT id FROM purse WHERE id = 1 FOR UPDATE", 0, NULL,
                 NULL, err);
    if (got != PG_OK)
        return got;
    str_init(&keys, ARRAY_MAX);
    add_keys(c, false, &keys);
    value = keys.s;
    got = pg_run(
        p,
        "SELECT w.calls + a.calls, w.tokens_in + a.tokens_in, "
        "w.tokens_out + a.tokens_out, w.cost + a.cost, a.calls FROM "
        "(SELECT coalesce(sum(calls), 0) calls, coalesce(sum(tokens_in), 0) "
        "tokens_in, coalesce(sum(tokens_out), 0) tokens_out, "
        "coalesce(sum(cost), 0) cost FROM workers) w, "
        "(SELECT count(*) calls, coalesce(sum(tokens_in), 0) tokens_in, "
        "coalesce(sum(tokens_out), 0) tokens_out, coalesce(sum(cost), 0) cost "
        "FROM asked WHERE key <> ALL ($1::bytea[])) a",
        1, &value, &r, err);
    str_release(&keys);
    if (got != PG_OK)
        return got;
    sum = (struct spent){pg_uint(r, 0, 0), pg_uint(r, 0, 1), pg_uint(r, 0, 2),
                         pg_real(r, 0, 3)};
    c->others = pg_uint(r, 0, 4);
    PQclear(r);
    got = look_up(p, c, err);
    if (got == PG_OK)
        apply_limits(c, sum);
    return got;
}

/* Whose key is another worker's is taken.  To a worker that was taken for lost
 * nothing is given, nobody would clear that away: share_beat() tells it. */
static enum pg_end put_down(struct pg *p, struct claims *c, struct err *err)
{
    struct str array[4];
    char me[PG_NUMBER];
    const char *values[5];
    enum pg_end got;
    struct claim *one;
    PGresult *r;
    size_t i;
    int k;

    for (k = 0; k < 4; k++)
        str_init(&array[k], ARRAY_MAX);
    add_keys(c, true, &array[0]);
    add_amounts(c, TOKENS_IN, &array[1]);
    add_amounts(c, TOKENS_OUT, &array[2]);
    add_amounts(c, COST, &array[3]);
    for (k = 0; k < 4; k++)
        values[k] = array[k].s;
    values[4] = pg_number(share_number(&p->base), me);
    got = pg_run(p,
                 "INSERT INTO asked (key, worker, tokens_in, tokens_out, cost) "
                 "SELECT k, $5::bigint, i, o, c FROM unnest($1::bytea[], "
                 "$2::bigint[], $3::bigint[], $4::double precision[]) "
                 "AS u(k, i, o, c), (SELECT 1 FROM workers WHERE id = $5 AND "
                 "state = 'working' FOR SHARE) AS w "
                 "ORDER BY k ON CONFLICT (key) DO UPDATE SET "
                 "worker = excluded.worker WHERE asked.worker = "
                 "excluded.worker RETURNING encode(key, 'hex')",
                 5, values, &r, err);
    for (k = 0; k < 4; k++)
        str_release(&array[k]);
    if (got != PG_OK)
        return got;
    for (i = 0; i < c->n; i++)
        if (c->all[i].state == CLAIM_GRANTED)
            c->all[i].state = CLAIM_TAKEN;
    for (k = 0; k < PQntuples(r); k++)
        if ((one = find(c, PQgetvalue(r, k, 0))) != NULL)
            one->state = CLAIM_GRANTED;
    PQclear(r);
    return PG_OK;
}

/* Those that turned out to be known are not asked. */
static enum pg_end take_back(struct pg *p, const struct claims *c,
                             struct err *err)
{
    char me[PG_NUMBER];
    const char *values[2];
    enum pg_end got;
    struct str keys;
    size_t i, known = 0;

    for (i = 0; i < c->n; i++)
        known += c->all[i].state == CLAIM_KNOWN;
    if (known == 0)
        return PG_OK;
    str_init(&keys, ARRAY_MAX);
    add_keys(c, false, &keys);
    values[0] = keys.s;
    values[1] = pg_number(share_number(&p->base), me);
    got = pg_run(p,
                 "DELETE FROM asked WHERE key = ANY ($1::bytea[]) AND "
                 "worker = $2 AND key IN (SELECT key FROM ledger)",
                 2, values, NULL, err);
    str_release(&keys);
    return got;
}

static enum pg_end claim_all(struct pg *p, void *arg, struct err *err)
{
    struct claims *c = arg;
    enum pg_end got = PG_OK;
    size_t i;

    for (i = 0; i < c->n; i++)
        c->all[i].state = CLAIM_GRANTED;
    if (limited(c->limits))
        got = check_limits(p, c, err);
    if (got == PG_OK)
        got = put_down(p, c, err);
    if (got == PG_OK)
        got = look_up(p, c, err);
    return got == PG_OK ? take_back(p, c, err) : got;
}

int share_claim(struct store *s, struct claim *claims, size_t n,
                const struct share_limits *limits, bool *final, struct err *err)
{
    struct claims c = {.all = claims, .n = n, .limits = limits};
    size_t i;

    assert(share_is(s) && share_number(s) != 0);
    for (i = 0; i < n; i++)
        reply_init(&claims[i].reply);
    if (pg_transaction((struct pg *)s, claim_all, &c, err) != 0) {
        for (i = 0; i < n; i++)
            reply_release(&claims[i].reply);
        return -1;
    }
    for (i = 0; i < n; i++)
        c.granted += claims[i].state == CLAIM_GRANTED;
    *final = c.others == 0 && c.granted == 0;
    return 0;
}
