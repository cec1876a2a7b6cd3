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
 * One SQLite file in the run's folder, in WAL mode, locked for one process.
 * A write is durable when its transaction has committed:
 *
 *      store_begin(s, err); ... store_commit(s, err);
 *
 * Candidates are stored in sequence order without gaps, once decided; what is
 * undecided is not there, and is played again from the ledger.
 */
#define STORE_SCHEMA 1

struct store; /* heap */

struct store *store_open(const char *path, struct err *err);
void store_close(struct store *s);

int store_begin(struct store *s, struct err *err);
int store_commit(struct store *s, struct err *err);

/* 1 with the value appended, 0 when there is none, -1. */
int store_get(struct store *s, const char *key, struct str *value,
              struct err *err);
int store_set(struct store *s, const char *key, const char *value,
              struct err *err);

/* 1 with `reply` filled, 0, -1. */
int store_ledger_find(struct store *s, struct hash128 key, struct reply *reply,
                      struct err *err);
int store_ledger_add(struct store *s, struct hash128 key,
                     const struct call *call, const struct reply *reply,
                     struct err *err);

/* Paid calls and tokens of the whole run, all sessions. */
struct ledger_sum {
    uint64_t calls, tokens_in, tokens_out;
};
int store_ledger_sum(struct store *s, struct ledger_sum *out, struct err *err);

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
int store_next(struct store_cursor *c, struct decided *out, struct err *err);
void store_read_end(struct store_cursor *c);

#endif
