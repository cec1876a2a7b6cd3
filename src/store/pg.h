/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_STORE_PG_H
#define PHGEN_STORE_PG_H

#include "store/engine.h"

#include <libpq-fe.h>

/*
 * A PostgreSQL connection that outlives restarts of the server.  For the files
 * of this room only.
 *
 * Writes are gathered and sent as one transaction, so that a transaction is a
 * value: when the connection breaks, or the server aborts it for the sake of
 * another one, it is done again from its beginning.
 */
#define PG_VALUES_MAX 12

struct pg_write {
    const char *sql; /* static */
    int n;
    char *value[PG_VALUES_MAX];
};

extern const struct engine postgres_engine;

struct pg_crew; /* share.c's */

struct pg {
    struct store base;
    PGconn *conn;
    unsigned schema; /* its version, once it was looked at */
    bool broken;     /* it is to be made anew, whatever libpq says of it */
    bool starting;   /* what the server said when it refused the last one */
    char *url;
    unsigned connections; /* how often it was connected */
    struct pg_write *writes;
    size_t nwrites, cap;
    bool gathering; /* between begin and commit */
    double pause;   /* seconds; pg_set_pause() */
    struct pg_crew *crew;
};

enum pg_end {
    PG_OK = 0,
    PG_AGAIN = 1, /* the connection broke, or another transaction was in the
                     way: the whole transaction can be tried again */
    PG_FAILED = -1
};

/*
 * Runs one statement, within a transaction or alone.  With `result`, which
 * the caller clears, when it is PG_OK.
 */
enum pg_end pg_run(struct pg *p, const char *sql, int n,
                   const char *const *values, PGresult **result,
                   struct err *err);

/* Several statements without values, within a transaction. */
enum pg_end pg_script(struct pg *p, const char *sql, struct err *err);

/* Runs `body` between BEGIN and COMMIT, as often as it takes; 0 or -1. */
typedef enum pg_end pg_body(struct pg *p, void *arg, struct err *err);
int pg_transaction(struct pg *p, pg_body *body, void *arg, struct err *err);

/* The server ends a connection of ours that does nothing for so long in the
 * middle of a transaction, and thus its locks: the process may be frozen or cut
 * off.  Also when it is connected anew. */
int pg_set_pause(struct pg *p, double seconds, struct err *err);

/* One statement alone, as often as it takes. */
int pg_query(struct pg *p, const char *sql, int n, const char *const *values,
             PGresult **result, struct err *err);

/* Adds a write to the transaction that is gathered; alone it is sent at once.
 * The values are copied. */
int pg_write(struct pg *p, const char *sql, int n, const char *const *values,
             struct err *err);
/* Sends what was gathered; for a body. */
enum pg_end pg_send_writes(struct pg *p, struct err *err);
void pg_forget_writes(struct pg *p);

uint64_t pg_uint(const PGresult *r, int row, int column);
double pg_real(const PGresult *r, int row, int column);
/* How many rows the statement changed. */
uint64_t pg_changed(PGresult *r);

#define PG_NUMBER 24 /* bytes of a number as text */
const char *pg_number(uint64_t n, char text[PG_NUMBER]);
#define PG_KEY 35 /* bytes of a key as text */
const char *pg_key(struct hash128 key, char text[PG_KEY]);

/* What to do about an error with this SQLSTATE; NULL when it is not known. */
const char *pg_advice(const char *state);
#define PG_STATE 6 /* bytes of a state as text */
/* The state in what libpq says of a connection that was refused, when it was
 * asked to be verbose: the only place where that is told.  Without one it is
 * left as it is. */
void pg_state_in(const char *message, char state[PG_STATE]);

/* What tables there are, in p->schema: 1, 0 when there are none, -1 when they
 * are not ours or too new. */
int pg_schema_look(struct pg *p, struct err *err);
/* Those of SHARE_SCHEMA: made, or taken forward. */
int pg_schema_make(struct pg *p, struct err *err);

/* The process at the place that a worker gave is one of this machine's, and
 * is no more. */
bool pg_is_gone(const char *place);

/* The sentence for a worker that was taken for lost; -1. */
int pg_lost(struct err *err);
/* For a body: a statement that changes one row, unless this worker was taken
 * for lost or it is not its turn. */
enum pg_end pg_change_one(struct pg *p, const char *sql, int n,
                          const char *const *values, struct err *err);

/* What share_paid() added up, as a write more. */
int pg_crew_settle(struct pg *p, struct err *err);
void pg_crew_free(struct pg_crew *crew);

#endif
