/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_STORE_PEEK_H
#define PHGEN_STORE_PEEK_H

#include "base/err.h"
#include "base/str.h"
#include "store/store.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

/*
 * A look at a SQLite store, also while another phgen holds it: reads only,
 * locks nothing, changes nothing, brings no schema up to date.
 *
 *      struct peek p;
 *      if (peek("run/run.sqlite", PEEK_COUNTS, &p, err) == 0)
 *              ... p.candidates ...
 *      peek_release(&p);
 *
 * What is read is one state of the store: when the other one moved pages
 * meanwhile, it is read again, PEEK_TRIES times at most.
 */
enum peek_what {
    PEEK_PROGRESS = 0,  /* of a store of any size in no time */
    PEEK_COUNTS = 1,    /* reads every candidate */
    PEEK_INTEGRITY = 2, /* reads every page */
};

#define PEEK_TRIES 20

struct peek_count {
    char *outcome, *reason;
    uint64_t n;
};

struct peek {
    int schema;
    pid_t holder;      /* of the lock; 0: nobody */
    time_t written;    /* last change of the files */
    uint64_t bytes;    /* of the files */
    uint64_t last_seq; /* the highest, 0 when there is none */
    char *config;      /* the run's fingerprint, JSON; NULL: no run */
    char *progress;    /* what store_set("progress") said, JSON; NULL */
    struct spent paid; /* by the ledger */
    /* PEEK_COUNTS */
    uint64_t candidates;
    struct peek_count *counts; /* by outcome and reason, in their order */
    size_t ncounts;
    uint64_t annexes;
    uint64_t orphans; /* annexes of a candidate that there is not */
    /* PEEK_INTEGRITY */
    char *damage;        /* NULL: none */
    uint64_t unreadable; /* candidates whose record is no JSON */
};

int peek(const char *path, unsigned what, struct peek *out, struct err *err);
void peek_release(struct peek *p);

/* The sentence about a store of a newer phgen; -1. */
int peek_too_new(const char *path, int schema, struct err *err);

/* The versions of what the store is made with, "3.40.1". */
const char *peek_sqlite_version(void);

#endif
