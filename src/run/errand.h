/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_RUN_ERRAND_H
#define PHGEN_RUN_ERRAND_H

#include "base/call.h"

#include <stdbool.h>
#include <stdint.h>
#include <uthash.h>

/*
 * Calls on their way, for the survey: found again by where they belong when
 * the answer comes, and by what they ask when another one asks the same.
 */
struct errand {
    struct errand *next;  /* in whichever list holds it */
    struct errand *twins; /* equal calls, which wait for its answer */
    struct call call;
    struct hash128 key; /* of what it asks */
    struct reply reply; /* when it is known */
    struct place {
        uint64_t seq, slot;
    } at; /* no gap: it is a key */
    UT_hash_handle by_place, by_key;
};

/* Takes the call over, also when it fails.  On the heap. */
struct errand *errand_new(struct call *call, struct err *err);
/* With its twins. */
void errand_free(struct errand *e);

/* Zeros: none. */
struct errands {
    struct errand *out;  /* by place: sent, and not answered */
    struct errand *open; /* by key: not answered, whether sent or not */
};

/* True: the first of its kind, which is to be sent.  False: it became the twin
 * of another one, which owns it. */
bool errands_open(struct errands *all, struct errand *e);
/* No longer open; its twins, a list that is the caller's. */
struct errand *errands_close(struct errands *all, struct errand *e);

void errands_sent(struct errands *all, struct errand *e);
/* The one that was sent from there, now the caller's; there must be one. */
struct errand *errands_back(struct errands *all, uint64_t seq, uint64_t slot);

/* Forgets what is open, and frees what was sent. */
void errands_release(struct errands *all);

#endif
