/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Connecting, and trying again.
 *
 * Whether a transaction can be tried again is for the server to say: class 40
 * (serialization failure, deadlock) and class 08 and 57P (the connection, a
 * shutdown) pass, everything else is our mistake or the administrator's and is
 * reported at once, with what to do about it (pg_errors.c).  A connection that
 * cannot be made when the store is opened is reported at once, too, unless the
 * server says that it is starting; one that is lost later is tried again for a
 * minute with growing pauses, unless this role is refused for good (is_final())
 * or the program is to end: then the server gets one more chance.
 *
 * A transaction goes over in a pipeline (libpq, "Pipeline Mode"), because a
 * turn of the loop that writes sixty rows must not wait for sixty answers.
 *
 * What must never happen: a password in a sentence, in the log or in a file.
 * Addresses that hold one are refused, so there is none to show.
 */
#include "store/pg.h"

#include "base/log.h"
#include "base/now.h"
#include "base/stop.h"
#include "store/share.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define PATIENCE   60.0 /* seconds without a connection */
#define PAUSE_MIN  0.02 /* seconds */
#define PAUSE_MAX  1.0
#define PAUSE      15.0 /* likewise: within a transaction */
#define PIPELINE   64   /* statements sent before answers are read */
#define WRITES_MAX 1000000

#define LONG_CONNECT 5.0 /* seconds */

/* --- sentences --- */

/* libpq's messages end with a newline and may have several lines; its own
 * advice is a line that begins with a tab, and is left out where we have
 * some. */
static void one_line(const char *message, bool hints, struct str *out)
{
    bool skip = false;
    const char *c;

    for (c = message; *c != '\0'; c++) {
        if (*c == '\n')
            skip = !hints && c[1] == '\t';
        if (!skip)
            str_addc(out, *c == '\n' || *c == '\t' ? ' ' : *c);
    }
    while (out->len > 0 && out->s[out->len - 1] == ' ')
        str_cut(out, out->len - 1);
}

/* With what to do about it, when the server gave a state that is known. */
static int say_state(const struct pg *p, const char *message, const char *state,
                     struct err *err)
{
    const char *advice = pg_advice(state);
    struct str line;

    str_init(&line, 1000);
    one_line(message, advice == NULL, &line);
    if (advice != NULL && line.len > 0 && line.s[line.len - 1] == '.')
        str_cut(&line, line.len - 1);
    err_set(err, "the store at %s: %s%s%s", p->url, line.s,
            advice != NULL ? "; " : "", advice != NULL ? advice : "");
    str_release(&line);
    return -1;
}

static int say(const struct pg *p, const char *message, struct err *err)
{
    return say_state(p, message, NULL, err);
}

/* An error of a statement.  The server's own advice and the place in our SQL
 * are of use only where we have no advice. */
static const char *say_result(const struct pg *p, const PGresult *r,
                              struct err *err)
{
    const char *state = PQresultErrorField(r, PG_DIAG_SQLSTATE),
               *words = PQresultErrorField(r, PG_DIAG_MESSAGE_PRIMARY);

    if (words == NULL || pg_advice(state) == NULL)
        words = r != NULL ? PQresultErrorMessage(r) : PQerrorMessage(p->conn);
    say_state(p, words, state, err);
    return state;
}

/* --- the address --- */

static bool has_password(const PQconninfoOption *o)
{
    for (; o->keyword != NULL; o++)
        if (o->val != NULL && (strcmp(o->keyword, "password") == 0 ||
                               strcmp(o->keyword, "sslpassword") == 0))
            return true;
    return false;
}

int store_check_url(const char *url, struct err *err)
{
    PQconninfoOption *options = PQconninfoParse(url, NULL);
    bool secret;

    /* libpq's own sentence would quote the address. */
    if (options == NULL)
        return err_set(err, "this is no address of a PostgreSQL database; "
                            "write postgresql://USER@HOST:PORT/DATABASE");
    secret = has_password(options);
    PQconninfoFree(options);
    if (secret)
        return err_set(err, "the address of the store has a password in it, "
                            "which others could read there; leave it out and "
                            "set PGPASSWORD, or write it into ~/.pgpass");
    return 0;
}

/* --- states --- */

static bool is_one_of(const char *state, const char *const *beginnings)
{
    for (; *beginnings != NULL; beginnings++)
        if (strncmp(state, *beginnings, strlen(*beginnings)) == 0)
            return true;
    return false;
}

static bool passes(const char *state)
{
    static const char *const states[] = {"08",    "40001", "40P01", "53300",
                                         "57P01", "57P02", "57P03", NULL};

    return is_one_of(state, states);
}

/* Of a connection: who may not come in, or to what is not there.  A server that
 * comes back from a crash or lacks something refuses for other reasons. */
static bool is_final(const char *state)
{
    static const char *const classes[] = {"28", "3D", "42", NULL};

    return is_one_of(state, classes);
}

/* --- connecting --- */

/* Notices say nothing that the next error does not, and are the server's text:
 * never straight to a terminal. */
static void hush(void *arg, const PGresult *notice)
{
    (void)arg;
    (void)notice;
}

#define PAUSE_SQL 80

static const char *pause_sql(const struct pg *p, char sql[PAUSE_SQL])
{
    snprintf(sql, PAUSE_SQL, "SET idle_in_transaction_session_timeout = %.0f",
             (p->pause > 0 ? p->pause : PAUSE) * 1e3);
    return sql;
}

/* Who stands still in a transaction holds locks, and others wait for them. */
static enum pg_end limit_pauses(struct pg *p, struct err *err)
{
    char sql[PAUSE_SQL];

    return pg_run(p, pause_sql(p, sql), 0, NULL, NULL, err);
}

/*
 * libpq gives the state of a refusal only in its words, and those only to who
 * asks before the attempt: so there is another one, which may succeed.  Where
 * nothing answered for long there is no state, and no use in waiting again.
 */
static enum pg_end refused(struct pg *p, double took, struct err *err)
{
    char state[PG_STATE] = "08001"; /* nobody answered */
    bool came_up = false;
    struct str words;

    str_init(&words, 4096);
    str_adds(&words, PQerrorMessage(p->conn));
    if (PQconnectionNeedsPassword(p->conn)) {
        snprintf(state, sizeof(state), "28P01");
    } else if (took < LONG_CONNECT) {
        PQsetErrorVerbosity(p->conn, PQERRORS_VERBOSE);
        PQreset(p->conn);
        PQsetErrorVerbosity(p->conn, PQERRORS_DEFAULT);
        came_up = PQstatus(p->conn) == CONNECTION_OK;
        if (!came_up)
            pg_state_in(PQerrorMessage(p->conn), state);
    }
    if (!came_up)
        say_state(p, words.s, state, err);
    str_release(&words);
    p->starting = strcmp(state, "57P03") == 0;
    if (came_up)
        return PG_OK;
    return is_final(state) ? PG_FAILED : PG_AGAIN;
}

/* Failures of peers must not go unnoticed for the hours that TCP allows.  What
 * stands before dbname, the address can say otherwise. */
static enum pg_end connect_once(struct pg *p, struct err *err)
{
    static const char *const names[] = {
        "connect_timeout",  "keepalives_idle",           "keepalives_interval",
        "keepalives_count", "tcp_user_timeout",          "dbname",
        "client_encoding",  "fallback_application_name", NULL};
    const char *values[] = {"10",   "10",   "5",     "3", "20000",
                            p->url, "UTF8", "phgen", NULL};
    double since = now_seconds();
    enum pg_end got;

    PQfinish(p->conn);
    p->conn = PQconnectdbParams(names, values, 1);
    if (p->conn == NULL)
        return err_nomem(err);
    if (PQstatus(p->conn) != CONNECTION_OK &&
        (got = refused(p, now_seconds() - since, err)) != PG_OK)
        return got;
    PQsetNoticeReceiver(p->conn, hush, NULL);
    p->connections++;
    p->broken = false;
    return limit_pauses(p, err);
}

int pg_set_pause(struct pg *p, double seconds, struct err *err)
{
    char sql[PAUSE_SQL];
    PGresult *r;

    p->pause = seconds;
    if (pg_query(p, pause_sql(p, sql), 0, NULL, &r, err) != 0)
        return -1;
    PQclear(r);
    return 0;
}

/* Another transaction in the way is no reason: that passes.  Nor is a
 * connection that was lost, before it was tried to make another. */
static bool in_vain(const struct pg *p, unsigned tries)
{
    return stop_wanted() && tries > 0 && PQstatus(p->conn) != CONNECTION_OK;
}

/* Grows from try to try; -1 when there was enough of it. */
static int pause_before(struct pg *p, unsigned tries, double since,
                        struct err *err)
{
    double s = PAUSE_MIN * (double)(1u << (tries < 10 ? tries : 10));
    struct timespec t;

    if (in_vain(p, tries))
        return err_prefix(err, "interrupted while the store was out of reach; "
                               "run the same command again to resume");
    if (now_seconds() - since > PATIENCE)
        return err_prefix(err, "for a minute there was no way to go on; run "
                               "the same command again to resume");
    if (tries == 3)
        log_line(LOG_WARN, "%s; trying again",
                 err != NULL ? err->text : p->url);
    s = s > PAUSE_MAX ? PAUSE_MAX : s;
    t.tv_sec = (time_t)s;
    t.tv_nsec = (long)((s - (double)t.tv_sec) * 1e9);
    nanosleep(&t, NULL);
    return 0;
}

static enum pg_end connected(struct pg *p, struct err *err)
{
    return PQstatus(p->conn) == CONNECTION_OK && !p->broken
               ? PG_OK
               : connect_once(p, err);
}

/* --- statements --- */

static enum pg_end judge(struct pg *p, const PGresult *r, struct err *err)
{
    const char *state;

    switch (PQresultStatus(r)) {
    case PGRES_COMMAND_OK:
    case PGRES_TUPLES_OK:
    case PGRES_PIPELINE_SYNC:
        return PG_OK;
    default:
        break;
    }
    /* What the server says has a state; what libpq says of a connection that
     * broke has none, and libpq may still take it for whole. */
    state = say_result(p, r, err);
    p->broken = state == NULL || PQstatus(p->conn) != CONNECTION_OK;
    return p->broken || passes(state) ? PG_AGAIN : PG_FAILED;
}

enum pg_end pg_script(struct pg *p, const char *sql, struct err *err)
{
    PGresult *r = PQexec(p->conn, sql);
    enum pg_end got = judge(p, r, err);

    PQclear(r);
    return got;
}

enum pg_end pg_run(struct pg *p, const char *sql, int n,
                   const char *const *values, PGresult **result,
                   struct err *err)
{
    PGresult *r = PQexecParams(p->conn, sql, n, NULL, values, NULL, NULL, 0);
    enum pg_end got = judge(p, r, err);

    if (got == PG_OK && result != NULL)
        *result = r;
    else
        PQclear(r);
    return got;
}

static void roll_back(struct pg *p)
{
    if (PQpipelineStatus(p->conn) != PQ_PIPELINE_OFF)
        p->broken = true; /* there is no way out of such a pipeline */
    else if (PQtransactionStatus(p->conn) != PQTRANS_IDLE)
        PQclear(PQexec(p->conn, "ROLLBACK"));
}

int pg_transaction(struct pg *p, pg_body *body, void *arg, struct err *err)
{
    double since = now_seconds();
    enum pg_end got;
    unsigned tries;

    for (tries = 0;; tries++) {
        struct err why = {""};

        got = connected(p, &why);
        if (got == PG_OK)
            got = pg_run(p, "BEGIN", 0, NULL, NULL, &why);
        if (got == PG_OK)
            got = body(p, arg, &why);
        if (got == PG_OK)
            got = pg_run(p, "COMMIT", 0, NULL, NULL, &why);
        if (got == PG_OK)
            return 0;
        roll_back(p);
        if (got == PG_FAILED || pause_before(p, tries, since, &why) != 0)
            return err_set(err, "%s", why.text);
    }
}

int pg_query(struct pg *p, const char *sql, int n, const char *const *values,
             PGresult **result, struct err *err)
{
    double since = now_seconds();
    enum pg_end got;
    unsigned tries;

    for (tries = 0;; tries++) {
        struct err why = {""};

        got = connected(p, &why);
        if (got == PG_OK)
            got = pg_run(p, sql, n, values, result, &why);
        if (got == PG_OK)
            return 0;
        if (got == PG_FAILED || pause_before(p, tries, since, &why) != 0)
            return err_set(err, "%s", why.text);
    }
}

/* --- writes --- */

void pg_forget_writes(struct pg *p)
{
    size_t i;
    int k;

    for (i = 0; i < p->nwrites; i++)
        for (k = 0; k < p->writes[i].n; k++)
            free(p->writes[i].value[k]);
    p->nwrites = 0;
}

static struct pg_write *new_write(struct pg *p)
{
    size_t cap = p->cap > 0 ? 2 * p->cap : 64;
    struct pg_write *all;

    if (p->nwrites == p->cap) {
        all = cap <= WRITES_MAX ? realloc(p->writes, cap * sizeof(*all)) : NULL;
        if (all == NULL)
            return NULL;
        p->writes = all;
        p->cap = cap;
    }
    return &p->writes[p->nwrites++];
}

static enum pg_end send_body(struct pg *p, void *arg, struct err *err)
{
    (void)arg;
    return pg_send_writes(p, err);
}

int pg_write(struct pg *p, const char *sql, int n, const char *const *values,
             struct err *err)
{
    struct pg_write *w = new_write(p);
    bool whole = w != NULL;
    int i, failed;

    if (w == NULL)
        return err_nomem(err);
    w->sql = sql;
    w->n = n;
    for (i = 0; i < n; i++) {
        w->value[i] = values[i] != NULL ? strdup(values[i]) : NULL;
        whole = whole && (w->value[i] != NULL || values[i] == NULL);
    }
    if (!whole)
        return err_nomem(err);
    if (p->gathering)
        return 0;
    failed = pg_transaction(p, send_body, NULL, err);
    pg_forget_writes(p);
    return failed;
}

/* Reads the answers to `n` statements: each one's result, the NULL behind it,
 * and its sync. */
static enum pg_end hear(struct pg *p, size_t n, struct err *err)
{
    enum pg_end worst = PG_OK, got;
    PGresult *r;
    size_t i;

    for (i = 0; i < 3 * n; i++) {
        r = PQgetResult(p->conn);
        if (r == NULL && i % 3 == 1)
            continue;
        if (r == NULL) {
            say(p, PQerrorMessage(p->conn), worst == PG_OK ? err : NULL);
            p->broken = true;
            return PG_AGAIN;
        }
        /* Those behind one that failed fail, too. */
        got = judge(p, r, worst == PG_OK ? err : NULL);
        if (worst == PG_OK)
            worst = got;
        PQclear(r);
        if (p->broken)
            return PG_AGAIN;
    }
    return worst;
}

/* A sync behind each statement: between them the server waits as it does within
 * a transaction (pg_set_pause()), and not for the rest of a command, for which
 * it would wait for ever. */
static enum pg_end send_some(struct pg *p, size_t from, size_t to,
                             struct err *err)
{
    size_t i;

    for (i = from; i < to; i++)
        if (PQsendQueryParams(p->conn, p->writes[i].sql, p->writes[i].n, NULL,
                              (const char *const *)p->writes[i].value, NULL,
                              NULL, 0) != 1 ||
            PQpipelineSync(p->conn) != 1) {
            say(p, PQerrorMessage(p->conn), err);
            return PG_AGAIN;
        }
    return hear(p, to - from, err);
}

enum pg_end pg_send_writes(struct pg *p, struct err *err)
{
    enum pg_end got = PG_OK;
    size_t from, to;

    if (p->nwrites == 0)
        return PG_OK;
    if (PQenterPipelineMode(p->conn) != 1) {
        say(p, PQerrorMessage(p->conn), err);
        return PG_AGAIN;
    }
    for (from = 0; got == PG_OK && from < p->nwrites; from = to) {
        to = from + PIPELINE < p->nwrites ? from + PIPELINE : p->nwrites;
        got = send_some(p, from, to, err);
    }
    if (!p->broken && PQexitPipelineMode(p->conn) != 1 && got == PG_OK) {
        say(p, PQerrorMessage(p->conn), err);
        got = PG_AGAIN;
    }
    return got;
}

/* --- values --- */

uint64_t pg_uint(const PGresult *r, int row, int column)
{
    return strtoull(PQgetvalue(r, row, column), NULL, 10);
}

double pg_real(const PGresult *r, int row, int column)
{
    return strtod(PQgetvalue(r, row, column), NULL);
}

uint64_t pg_changed(PGresult *r)
{
    return strtoull(PQcmdTuples(r), NULL, 10);
}

const char *pg_number(uint64_t n, char text[PG_NUMBER])
{
    snprintf(text, PG_NUMBER, "%llu", (unsigned long long)n);
    return text;
}

const char *pg_key(struct hash128 key, char text[PG_KEY])
{
    text[0] = '\\';
    text[1] = 'x';
    hash_hex(key, text + 2);
    return text;
}

/* --- opening --- */

/* A server that is just starting says so, and is worth waiting for. */
static enum pg_end connect_first(struct pg *p, struct err *err)
{
    double since = now_seconds();
    enum pg_end got;
    unsigned tries;

    for (tries = 0;; tries++) {
        got = connect_once(p, err);
        if (got == PG_OK || !p->starting ||
            pause_before(p, tries, since, err) != 0)
            return got;
    }
}

/* A connection, and nothing asked yet. */
static struct pg *connect_to(const char *url, struct err *err)
{
    struct pg *p;

    if (store_check_url(url, err) != 0)
        return NULL;
    p = calloc(1, sizeof(*p));
    if (p == NULL || (p->url = strdup(url)) == NULL) {
        free(p);
        err_nomem(err);
        return NULL;
    }
    p->base.engine = &postgres_engine;
    if (connect_first(p, err) == PG_OK)
        return p;
    store_close(&p->base);
    return NULL;
}

struct store *postgres_store_open(const char *url, struct err *err)
{
    struct pg *p = connect_to(url, err);

    if (p == NULL || pg_schema_make(p, err) == 0)
        return p != NULL ? &p->base : NULL;
    store_close(&p->base);
    return NULL;
}

struct store *share_open(const char *url, struct err *err)
{
    struct pg *p = connect_to(url, err);
    int got = p != NULL ? pg_schema_look(p, err) : -1;

    if (got == 1)
        return &p->base;
    if (got == 0)
        err_set(err, "the database at %s holds no run", url);
    if (p != NULL)
        store_close(&p->base);
    return NULL;
}

int share_read(const char *url, const char *key, struct str *value,
               struct err *err)
{
    struct pg *p = connect_to(url, err);
    int got = p != NULL ? pg_schema_look(p, err) : -1;

    if (got == 1)
        got = store_get(&p->base, key, value, err);
    if (p != NULL)
        store_close(&p->base);
    return got;
}
