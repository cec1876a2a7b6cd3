/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Three places hold a call: `waiting`, not sent yet; the exchange, as sent,
 * with a copy in `out` in case it has to be asked again; `ready`, answered at
 * once by an embedded model or the ledger.
 *
 * A copy is needed because the exchange releases what it sent; it is found
 * again by (seq, slot), which the caller keeps distinct among what is in
 * flight.
 *
 * Of equal calls only the first goes out, the others wait behind it and are
 * answered by the ledger: sent together, all would be paid for, and which of
 * the answers a rerun finds there would be chance.
 */
#include "run/survey.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>
#include <utlist.h>

/* The exchange gets a turn every so many items, even when they are answered
 * without it. */
#define TURN_EVERY 16

struct place {
    uint64_t seq, slot;
};

struct errand {
    UT_hash_handle hh;     /* in `out` */
    UT_hash_handle by_key; /* in `open`, while waiting or out */
    struct errand *next;
    struct errand *twins; /* equal calls, which wait for its answer */
    struct place at;
    struct call call;
    struct hash128 key;
    struct reply reply; /* in `ready` */
};

struct survey {
    struct exchange *x;
    struct errand *waiting, *ready, *out;
    struct errand *open; /* by key, what `waiting` and `out` hold */
    struct reply heard;  /* handed out, released by the next step */
    bool last;
    unsigned offered; /* items */
};

struct survey *survey_new(struct exchange *x, struct err *err)
{
    struct survey *s = calloc(1, sizeof(*s));

    if (s == NULL)
        err_nomem(err);
    else
        s->x = x;
    return s;
}

static void errand_free(struct errand *e)
{
    struct errand *twin, *next;

    LL_FOREACH_SAFE(e->twins, twin, next)
    errand_free(twin);
    call_release(&e->call);
    reply_release(&e->reply);
    free(e);
}

void survey_free(struct survey *s)
{
    struct errand *e, *next;

    if (s == NULL)
        return;
    HASH_CLEAR(by_key, s->open);
    LL_FOREACH_SAFE(s->waiting, e, next)
    errand_free(e);
    LL_FOREACH_SAFE(s->ready, e, next)
    errand_free(e);
    HASH_ITER(hh, s->out, e, next)
    {
        HASH_DEL(s->out, e);
        errand_free(e);
    }
    reply_release(&s->heard);
    free(s);
}

/* Takes the errand over: what is answered already is ready, what is on its way
 * for another is waited for, the rest waits to be sent. */
static int admit(struct survey *s, struct errand *e, struct err *err)
{
    struct errand *first;
    int got = exchange_recall(s->x, &e->call, &e->key, &e->reply, err);

    if (got < 0) {
        errand_free(e);
        return -1;
    }
    if (got == 1) {
        LL_APPEND(s->ready, e);
        return 0;
    }
    HASH_FIND(by_key, s->open, &e->key, sizeof(e->key), first);
    if (first != NULL) {
        LL_APPEND(first->twins, e);
        return 0;
    }
    HASH_ADD(by_key, s->open, key, sizeof(e->key), e);
    LL_APPEND(s->waiting, e);
    return 0;
}

int survey_call(struct survey *s, struct call *call, struct err *err)
{
    struct errand *e = calloc(1, sizeof(*e));

    if (e == NULL) {
        call_release(call);
        return err_nomem(err);
    }
    e->at.seq = call->seq;
    e->at.slot = call->slot;
    e->call = *call;
    return admit(s, e, err);
}

void survey_last(struct survey *s)
{
    s->last = true;
}

void survey_stop(struct survey *s, const char *why)
{
    exchange_stop(s->x, why);
}

/* --- sending --- */

static int copy_call(const struct call *from, struct call *to, struct err *err)
{
    size_t i;

    *to = *from;
    to->nmessages = 0;
    for (i = 0; i < from->nmessages; i++)
        if (call_add(to, from->messages[i].role, from->messages[i].text, err))
            return -1;
    return 0;
}

static int send_waiting(struct survey *s, struct err *err)
{
    enum exchange_sent sent = EXCHANGE_SENT;
    struct errand *e;
    struct call copy;

    while ((e = s->waiting) != NULL && exchange_has_room(s->x)) {
        if (copy_call(&e->call, &copy, err) != 0) {
            call_release(&copy);
            return -1;
        }
        sent = exchange_send(s->x, &copy, e->key, err);
        if (sent != EXCHANGE_SENT) {
            call_release(&copy);
            return sent == EXCHANGE_ERROR ? -1 : 0;
        }
        LL_DELETE(s->waiting, e);
        HASH_ADD(hh, s->out, at, sizeof(e->at), e);
    }
    return 0;
}

/* --- hearing --- */

static void hand_out(struct survey *s, struct errand *e, struct reply *reply,
                     struct answer *at)
{
    at->seq = e->at.seq;
    at->slot = (uint32_t)e->at.slot;
    at->again = false;
    s->heard = *reply;
    reply_init(reply);
    at->reply = s->heard;
    errand_free(e);
}

/* Its answer is in the ledger; a failed call's is not, and is asked for again
 * by the next of its kind. */
static int admit_twins(struct survey *s, struct errand *e, struct err *err)
{
    struct errand *twin, *next, *twins = e->twins;
    int failed = 0;

    HASH_DELETE(by_key, s->open, e);
    e->twins = NULL;
    LL_FOREACH_SAFE(twins, twin, next)
    {
        twin->next = NULL;
        if (failed)
            errand_free(twin);
        else
            failed = admit(s, twin, err);
    }
    return failed;
}

/* 1 when something was heard, 0, -1. */
static int take(struct survey *s, struct answer *at, struct err *err)
{
    struct errand *e = s->ready;
    struct answer got;
    struct place place;

    if (e != NULL) {
        LL_DELETE(s->ready, e);
        hand_out(s, e, &e->reply, at);
        return 1;
    }
    while (exchange_take(s->x, &got)) {
        place = (struct place){got.seq, got.slot};
        HASH_FIND(hh, s->out, &place, sizeof(place), e);
        assert(e != NULL);
        HASH_DEL(s->out, e);
        if (!got.again) {
            if (admit_twins(s, e, err) != 0) {
                reply_release(&got.reply);
                errand_free(e);
                return -1;
            }
            hand_out(s, e, &got.reply, at);
            return 1;
        }
        reply_release(&got.reply);
        LL_APPEND(s->waiting, e);
    }
    return 0;
}

enum survey_step survey_step(struct survey *s, struct answer *at,
                             int timeout_ms, struct err *err)
{
    int got;

    reply_release(&s->heard);
    got = take(s, at, err);
    if (got != 0)
        return got > 0 ? SURVEY_HEAR : SURVEY_ERROR;
    if (send_waiting(s, err) != 0)
        return SURVEY_ERROR;
    if (s->last && s->waiting == NULL && exchange_in_flight(s->x) == 0)
        return SURVEY_DONE;
    if (exchange_stopped(s->x) && exchange_in_flight(s->x) == 0) {
        err_set(err, "%s", exchange_why(s->x));
        return SURVEY_STOPPED;
    }
    if (!s->last && s->waiting == NULL && exchange_has_room(s->x) &&
        ++s->offered % TURN_EVERY != 0)
        return SURVEY_NEXT;
    if (s->offered % TURN_EVERY == 0)
        timeout_ms = 0;
    if (exchange_turn(s->x, timeout_ms, err) != 0)
        return SURVEY_ERROR;
    got = take(s, at, err);
    return got > 0 ? SURVEY_HEAR : got == 0 ? SURVEY_WAIT : SURVEY_ERROR;
}

void survey_keep(struct survey *s, struct reply *reply)
{
    *reply = s->heard;
    reply_init(&s->heard);
}
