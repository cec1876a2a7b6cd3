/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_STORE_SHARE_H
#define PHGEN_STORE_SHARE_H

#include "store/store.h"

/*
 * What many workers need to make one dataset in one PostgreSQL database.
 *
 *      share_join(s, seconds, err);          a worker of its own number
 *      share_take(s, from, to, size, &l, err)  a block of candidates to work on
 *      share_claim(s, claims, n, &limits, err) before calls are sent
 *      store_begin(s, err); store_ledger_add(...); share_paid(...);
 *      store_commit(s, err);                 when their answers came
 *      store_begin(s, err); store_add(...) ...
 *      share_commit(s, first, next, rows, err);  in turn: next in the sequence
 *      share_beat(s, err);                   all along
 *      share_leave(s);
 *
 * Candidates are decided strictly in sequence: whoever holds the lease of the
 * next one has the turn, and nobody else can decide it.  A worker that does not
 * report (share_beat) for `seconds` is taken for lost: its leases go to others,
 * and the calls it had in flight count as made, since they may be billed.  It
 * is told so when it comes back.  Whether it reports is watched by each of the
 * others on its own clock and only while its own connection stands: a restart
 * of the server is nobody's death.  A process that is seen to be gone, on the
 * same machine, need not be waited for.  One that stands still in the middle of
 * a transaction loses its connection after the same time, and with it the locks
 * that the others wait for.
 *
 * Every function can be repeated: after a lost connection it is not known
 * whether the transaction took place, and it is done again.  Only for stores
 * that are shared; the others assert.
 */
bool share_is(const struct store *s);

/*
 * The version of the tables, counted apart from SQLite's (store/store.h).
 * store_open() takes an older one forward, unless a worker of it is alive.
 */
#define SHARE_SCHEMA 3

/* A worker that was not heard of for so many seconds is taken for gone by those
 * who did not watch it. */
#define SHARE_SILENT 60

/* The worker's number, from 1; 0 before share_join(). */
uint64_t share_number(const struct store *s);

int share_join(struct store *s, double seconds, struct err *err);
/* Gives back what it held.  What was in flight counts as made. */
void share_leave(struct store *s);
/* Cheap: does something only when it is time.  -1 also when this worker was
 * taken for lost. */
int share_beat(struct store *s, struct err *err);

/* Candidates `first` to `last` are this worker's to decide. */
struct lease {
    uint64_t first, last;
};

/*
 * The lowest free lease of `size` candidates that begins before `to`, ends
 * before `end` and holds something from `from` on, the next to be decided.
 * 1, 0 when there is none, -1.  Those that the worker holds already are passed
 * as `held`.
 */
struct share_range {
    uint64_t from, to, end, size;
};
int share_take(struct store *s, const struct share_range *range,
               const struct lease *held, size_t nheld, struct lease *out,
               struct err *err);

/*
 * Instead of store_commit(): what was added are candidates `first` to
 * next - 1, of which `rows` became rows.  -1 when they were not this worker's
 * to decide, and then nothing was stored.
 */
int share_commit(struct store *s, uint64_t first, uint64_t next, uint64_t rows,
                 struct err *err);

/* Limits of all workers together; 0: none. */
struct share_limits {
    uint64_t calls, tokens;
    double cost;
};

enum claim_state {
    CLAIM_GRANTED, /* send it; the most that it takes is set aside */
    CLAIM_KNOWN,   /* the ledger has its reply: the caller's */
    CLAIM_TAKEN,   /* another worker is asking the same */
    CLAIM_CALLS,   /* a limit could be passed: of calls, */
    CLAIM_TOKENS,  /* of tokens, */
    CLAIM_COST     /* of the cost */
};

struct claim {
    struct hash128 key;
    struct spent most;
    enum claim_state state;
    struct reply reply;
};

/* The keys differ.  `*final`: nothing is in flight anywhere that could give
 * back what it set aside. */
int share_claim(struct store *s, struct claim *claims, size_t n,
                const struct share_limits *limits, bool *final,
                struct err *err);

/* Within a transaction: the call came back and took so much. */
int share_paid(struct store *s, struct hash128 key, const struct spent *spent,
               struct err *err);

/*
 * What is made after the rows, by going over all of them, is one worker's at a
 * time, by its kind:
 *
 *      struct share_pass p = {.kind = "responses", .wanted = options};
 *      while ((got = share_hold(s, &p, err)) == HOLD_OTHERS)
 *              share_beat(s, err), wait a little
 *      HOLD_OURS: store_begin(s, err); ... share_commit_alive(s, err);
 *              all along; then share_made(s, &p, err)
 *      HOLD_MADE: another has just made it, with the same wants
 *
 * It is given back by share_made() and by share_leave(), and taken from a
 * worker that is lost.
 */
enum share_hold { HOLD_ERROR = -1, HOLD_OTHERS, HOLD_OURS, HOLD_MADE };

struct share_pass {
    const char *kind, *wanted; /* borrowed */
    bool waited;               /* for others, */
    uint64_t before;           /* since it had been made so often */
};
enum share_hold share_hold(struct store *s, struct share_pass *p,
                           struct err *err);
int share_made(struct store *s, const struct share_pass *p, struct err *err);

/* Instead of store_commit(): -1, and nothing is stored, when this worker was
 * taken for lost, because then another may be at the same. */
int share_commit_alive(struct store *s, struct err *err);

/* --- what others see --- */

/* The store of a run that is there, of this schema or an older one: makes and
 * changes nothing.  For share_status() and store_get(). */
struct store *share_open(const char *url, struct err *err);

/* A value of such a store (store_get()): 1, 0 when there is none or no run at
 * all, -1. */
int share_read(const char *url, const char *key, struct str *value,
               struct err *err);

struct share_worker {
    uint64_t id;
    char name[128];  /* HOST:PROCESS, as it says itself */
    char state[16];  /* "working", "left", "lost" */
    double started;  /* seconds ago */
    double seen;     /* seconds since it reported */
    uint64_t leases; /* blocks that are not decided yet */
    uint64_t first;  /* of the lowest of these; 0: none */
    uint64_t in_flight;
    uint64_t decided, rows;
    struct spent spent;
};

/* What is made after the rows. */
struct share_made {
    char kind[32];
    uint64_t worker; /* who is at it; 0: nobody */
    uint64_t times;  /* that it was made */
};

#define SHARE_PASSES_MAX 16

struct share_status {
    unsigned schema; /* version of its tables */
    uint64_t decided, rows, in_flight;
    uint64_t twice; /* replies that two workers paid for */
    struct spent spent;
    struct share_worker *worker; /* heap */
    size_t nworkers;
    struct share_made pass[SHARE_PASSES_MAX];
    size_t npasses;
};

int share_status(struct store *s, struct share_status *out, struct err *err);
void share_status_release(struct share_status *s);

#endif
