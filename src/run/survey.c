/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Three places hold a call: `waiting`, not sent yet; the exchange, as sent,
 * with a copy in `out` in case it has to be asked again; `ready`, answered at
 * once by an embedded model or the ledger.
 *
 * A copy is needed because the exchange releases what it sent; it is found
 * again by (seq, slot), which the caller keeps distinct among what is in
 * flight.
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
    UT_hash_handle hh; /* in `out` */
    struct errand *next;
    struct place at;
    struct call call;
    struct hash128 key;
    struct reply reply; /* in `ready` */
};

struct survey {
    struct exchange *x;
    struct errand *waiting, *ready, *out;
    struct reply heard; /* handed out, released by the next step */
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
    call_release(&e->call);
    reply_release(&e->reply);
    free(e);
}

void survey_free(struct survey *s)
{
    struct errand *e, *next;

    if (s == NULL)
        return;
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

int survey_call(struct survey *s, struct call *call, struct err *err)
{
    struct errand *e = calloc(1, sizeof(*e));
    int got;

    if (e == NULL) {
        call_release(call);
        return err_nomem(err);
    }
    e->at.seq = call->seq;
    e->at.slot = call->slot;
    e->call = *call;
    got = exchange_recall(s->x, &e->call, &e->key, &e->reply, err);
    if (got < 0) {
        errand_free(e);
        return -1;
    }
    if (got == 1)
        LL_APPEND(s->ready, e);
    else
        LL_APPEND(s->waiting, e);
    return 0;
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

/* True when something was heard. */
static bool take(struct survey *s, struct answer *at)
{
    struct errand *e = s->ready;
    struct answer got;
    struct place place;

    if (e != NULL) {
        LL_DELETE(s->ready, e);
        hand_out(s, e, &e->reply, at);
        return true;
    }
    while (exchange_take(s->x, &got)) {
        place = (struct place){got.seq, got.slot};
        HASH_FIND(hh, s->out, &place, sizeof(place), e);
        assert(e != NULL);
        HASH_DEL(s->out, e);
        if (!got.again) {
            hand_out(s, e, &got.reply, at);
            return true;
        }
        reply_release(&got.reply);
        LL_APPEND(s->waiting, e);
    }
    return false;
}

enum survey_step survey_step(struct survey *s, struct answer *at,
                             int timeout_ms, struct err *err)
{
    reply_release(&s->heard);
    if (take(s, at))
        return SURVEY_HEAR;
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
    return take(s, at) ? SURVEY_HEAR : SURVEY_WAIT;
}

void survey_keep(struct survey *s, struct reply *reply)
{
    *reply = s->heard;
    reply_init(&s->heard);
}
