/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Three places hold a call: `waiting`, not sent yet; the exchange, as sent,
 * with a copy among the errands in case it has to be asked again; `ready`,
 * answered at once by an embedded model or the ledger.
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
#include "run/errand.h"

#include <stdlib.h>
#include <utlist.h>

/* The exchange gets a turn every so many items, even when they are answered
 * without it. */
#define TURN_EVERY 16

struct survey {
    struct exchange *x;
    struct errand *waiting, *ready;
    struct errands errands; /* out: sent; open: sent or waiting */
    struct reply heard;     /* handed out, released by the next step */
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

void survey_free(struct survey *s)
{
    struct errand *e, *next;

    if (s == NULL)
        return;
    errands_release(&s->errands);
    LL_FOREACH_SAFE(s->waiting, e, next)
    errand_free(e);
    LL_FOREACH_SAFE(s->ready, e, next)
    errand_free(e);
    reply_release(&s->heard);
    free(s);
}

/* Takes the errand over: what is answered already is ready, what is on its way
 * for another is waited for, the rest waits to be sent. */
static int admit(struct survey *s, struct errand *e, struct err *err)
{
    int got = exchange_recall(s->x, &e->call, &e->key, &e->reply, err);

    if (got < 0) {
        errand_free(e);
        return -1;
    }
    if (got == 1) {
        LL_APPEND(s->ready, e);
        return 0;
    }
    if (errands_open(&s->errands, e))
        LL_APPEND(s->waiting, e);
    return 0;
}

int survey_call(struct survey *s, struct call *call, struct err *err)
{
    struct errand *e = errand_new(call, err);

    return e == NULL ? -1 : admit(s, e, err);
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
        errands_sent(&s->errands, e);
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
    struct errand *twin, *next, *twins = errands_close(&s->errands, e);
    int failed = 0;

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

    if (e != NULL) {
        LL_DELETE(s->ready, e);
        hand_out(s, e, &e->reply, at);
        return 1;
    }
    while (exchange_take(s->x, &got)) {
        e = errands_back(&s->errands, got.seq, got.slot);
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
