/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_STORE_STORE_H
#define PHGEN_STORE_STORE_H

#include "base/call.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * Where a run keeps what it must not lose: its configuration, every paid
 * reply (the ledger), every decided candidate with its evidence.
 *
 * Two engines: one SQLite file in the run's folder, in WAL mode, locked for one
 * process; or a PostgreSQL database that many workers share (store/share.h), a
 * database a run.  A write is durable when its transaction has committed, and
 * what it wrote is read back only from then on:
 *
 *      store_begin(s, err); ... store_commit(s, err);
 *
 * When the connection to PostgreSQL is lost, what was being done is done again
 * as a whole, for a minute, or until the program is to end (base/stop.h) and
 * there is no way to connect; then it fails, and the run can be resumed.
 *
 * Candidates are stored in sequence order without gaps, once decided; what is
 * undecided is not there, and is played again from the ledger.  Evidence that
 * comes after the loop (a response, a person's verdict) is an annex.
 */
#define STORE_SCHEMA 2 /* an older one is brought up to it when opened */

/* What to do about a store that is damaged, behind a semicolon. */
#define STORE_REMEDY                                                           \
    "restore it from a copy, or begin again in another folder"

struct store; /* heap */

/* A file, ":memory:", or an address (store_is_url()), which holds no password:
 * that comes from PGPASSWORD or ~/.pgpass. */
struct store *store_open(const char *where, struct err *err);
void store_close(struct store *s);

bool store_is_url(const char *where); /* postgresql://... */
/* Can nothing be said against it?  The sentence never quotes a password. */
int store_check_url(const char *url, struct err *err);

int store_begin(struct store *s, struct err *err);
int store_commit(struct store *s, struct err *err);

/* 1 with the value appended, 0 when there is none, -1. */
int store_get(struct store *s, const char *key, struct str *value,
              struct err *err);
int store_set(struct store *s, const char *key, const char *value,
              struct err *err);
/* Sets it unless there is one: of several who offer, the first one's stands. */
int store_offer(struct store *s, const char *key, const char *value,
                struct err *err);

/* 1 with `reply` filled, 0, -1. */
int store_ledger_find(struct store *s, struct hash128 key, struct reply *reply,
                      struct err *err);
/* `cost` is in US dollars, by the prices of the day it was paid. */
int store_ledger_add(struct store *s, struct hash128 key,
                     const struct call *call, const struct reply *reply,
                     double cost, struct err *err);

/* What was paid for, all sessions together. */
struct spent {
    uint64_t calls, tokens_in, tokens_out;
    double cost; /* US dollars */
};
int store_ledger_sum(struct store *s, struct spent *out, struct err *err);

/* The same by agent and model, in order of their names.  The array and its
 * strings are the caller's: ledger_lines_free(). */
struct ledger_line {
    char *agent, *model;
    struct spent spent;
};
int store_ledger_lines(struct store *s, struct ledger_line **out, size_t *n,
                       struct err *err);
void ledger_lines_free(struct ledger_line *lines, size_t n);

/* A decided candidate.  Strings are borrowed: from the caller when adding,
 * from the store until the next step when reading. */
struct decided {
    uint64_t seq;
    const char *outcome;  /* outcome_name() */
    const char *reason;   /* drop_name(), or "" */
    const char *path_key; /* hash of the planned path */
    const char *prompt;   /* the last one; "" when there was none */
    const char *category; /* slug */
    uint32_t round;
    const char *record; /* JSON: the dataset row, or the reject's */
    const char *trail;  /* JSON array of earlier rounds, or "" */
    const char *usage;  /* JSON: by agent [calls, tokens in, tokens out] */
};
int store_add(struct store *s, const struct decided *d, struct err *err);

/* Reads all decided candidates in sequence order: 1, 0 at the end, -1. */
struct store_cursor;
struct store_cursor *store_read(struct store *s, struct err *err);
/* Those after `seq`, in brief: what has no use for going on (record, trail, and
 * the prompt of what became no row) may be "". */
struct store_cursor *store_read_after(struct store *s, uint64_t seq,
                                      struct err *err);
int store_next(struct store_cursor *c, struct decided *out, struct err *err);
void store_read_end(struct store_cursor *c);

/*
 * An annex: evidence that a decided candidate got after the loop, as JSON
 * text, one of each kind ("response", "human", "explain").  Putting it again
 * replaces it.
 */
int store_annex_put(struct store *s, const char *kind, uint64_t seq,
                    const char *json, struct err *err);
/* Takes it away, if it is there. */
int store_annex_drop(struct store *s, const char *kind, uint64_t seq,
                     struct err *err);
/* 1 with the JSON appended, 0 when there is none, -1. */
int store_annex_get(struct store *s, const char *kind, uint64_t seq,
                    struct str *json, struct err *err);

/* All that a candidate has, as one JSON object {"KIND": ...} in order of
 * kinds: 1 with it appended, 0 when there is none, -1. */
int store_annexes(struct store *s, uint64_t seq, struct str *json,
                  struct err *err);

#endif
