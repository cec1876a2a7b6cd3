/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "run/errand.h"

#include <assert.h>
#include <stdlib.h>
#include <utlist.h>

struct errand *errand_new(struct call *call, struct err *err)
{
    struct errand *e = calloc(1, sizeof(*e));

    if (e == NULL) {
        call_release(call);
        err_nomem(err);
        return NULL;
    }
    e->at = (struct place){call->seq, call->slot};
    e->call = *call;
    return e;
}

void errand_free(struct errand *e)
{
    struct errand *twin, *next;

    LL_FOREACH_SAFE(e->twins, twin, next)
    errand_free(twin);
    call_release(&e->call);
    reply_release(&e->reply);
    free(e);
}

bool errands_open(struct errands *all, struct errand *e)
{
    struct errand *first;

    HASH_FIND(by_key, all->open, &e->key, sizeof(e->key), first);
    if (first != NULL)
        LL_APPEND(first->twins, e);
    else
        HASH_ADD(by_key, all->open, key, sizeof(e->key), e);
    return first == NULL;
}

struct errand *errands_close(struct errands *all, struct errand *e)
{
    struct errand *twins = e->twins;

    HASH_DELETE(by_key, all->open, e);
    e->twins = NULL;
    return twins;
}

void errands_sent(struct errands *all, struct errand *e)
{
    HASH_ADD(by_place, all->out, at, sizeof(e->at), e);
}

struct errand *errands_back(struct errands *all, uint64_t seq, uint64_t slot)
{
    struct place at = {seq, slot};
    struct errand *e;

    HASH_FIND(by_place, all->out, &at, sizeof(at), e);
    assert(e != NULL);
    HASH_DELETE(by_place, all->out, e);
    return e;
}

void errands_release(struct errands *all)
{
    struct errand *e, *next;

    HASH_CLEAR(by_key, all->open);
    HASH_ITER(by_place, all->out, e, next)
    {
        HASH_DELETE(by_place, all->out, e);
        errand_free(e);
    }
}
