/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which candidates are this worker's, and when to look what the others did.
 *
 * Blocks are small beside the window, a sixteenth of it at most, so that the
 * workers' work lies side by side and none waits long for its turn.  A block is
 * taken only when it lies within the window as this worker sees it, which only
 * grows: an old view is a careful one.
 *
 * Whoever can begin with the next candidate must be able to: a worker takes a
 * free block below its own before it waits, and has room for all blocks of a
 * window.  Else the last worker could wait for a lost one's block for ever.
 *
 * A block that was a lost worker's may begin below what is decided by now, and
 * may hold candidates that were planned here long ago.
 */
#include "run/crew.h"
#include "base/now.h"
#include "run/state.h"
#include "store/share.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define BLOCKS     16    /* in a window */
#define BLOCK_MAX  16    /* candidates */
#define LOOK       0.02  /* seconds between looks at what others did */
#define LOOK_SOON  0.005 /* likewise when the turn may come any moment */
#define TAKE_AGAIN 0.05  /* seconds after which a lease is asked for again */

struct held {
    struct lease lease;
    uint64_t next; /* to begin with */
};

struct crew {
    struct held *held;
    struct lease *leases; /* room for those of `held` */
    size_t nheld, cap;    /* as many as can lie in a window */
    uint64_t size;        /* of a block */
    double looked;        /* when */
    double nothing;       /* when there was nothing to take */
    uint64_t nothing_at;  /* and what was to be decided then */
};

int crew_open(struct run *r, struct err *err)
{
    uint64_t size = r->options.window / BLOCKS;
    struct crew *c = r->crew = calloc(1, sizeof(*r->crew));

    if (c == NULL)
        return err_nomem(err);
    c->size = size < 1 ? 1 : size > BLOCK_MAX ? BLOCK_MAX : size;
    c->cap = (size_t)(r->options.window / c->size) + 2;
    c->held = calloc(c->cap, sizeof(*c->held));
    c->leases = calloc(c->cap, sizeof(*c->leases));
    return c->held != NULL && c->leases != NULL ? 0 : err_nomem(err);
}

void crew_close(struct crew *c)
{
    if (c == NULL)
        return;
    free(c->held);
    free(c->leases);
    free(c);
}

void crew_leave(struct run *r)
{
    if (r->crew != NULL)
        share_leave(r->store);
}

/* --- what others did --- */

/* Something of ours waits until the others have decided what comes before. */
static bool waits_for_turn(const struct run *r)
{
    const struct crew *c = r->crew;
    const struct job *j;
    size_t i;

    for (i = 0; i < c->nheld; i++) {
        if (c->held[i].next == c->held[i].lease.first)
            continue;
        j = &r->jobs[c->held[i].lease.first % r->options.window];
        if (j->state == JOB_ENDED && c->held[i].lease.first > r->commit_seq)
            return true;
    }
    return false;
}

static bool has_turn(const struct run *r)
{
    const struct crew *c = r->crew;
    size_t i;

    for (i = 0; i < c->nheld; i++)
        if (c->held[i].lease.first <= r->commit_seq &&
            c->held[i].lease.last >= r->commit_seq)
            return true;
    return false;
}

/* Blocks that are decided are nobody's any more. */
static void drop_done(struct run *r)
{
    struct crew *c = r->crew;
    size_t i, kept = 0;

    for (i = 0; i < c->nheld; i++)
        if (c->held[i].lease.last >= r->commit_seq)
            c->held[kept++] = c->held[i];
    c->nheld = kept;
}

int crew_turn(struct run *r, struct err *err)
{
    struct crew *c = r->crew;
    double now = now_seconds();

    drop_done(r);
    /* With the turn, nobody else can have decided anything. */
    if (has_turn(r) || now - c->looked < (waits_for_turn(r) ? LOOK_SOON : LOOK))
        return 0;
    c->looked = now;
    if (run_follow(r, err) != 0)
        return -1;
    drop_done(r);
    return 0;
}

int crew_patience(struct run *r, bool moved, int timeout_ms)
{
    double wait = waits_for_turn(r) ? LOOK_SOON : LOOK;
    struct timespec t = {0, (long)(wait * 1e9)};

    if (moved)
        return 0;
    if (exchange_in_flight(r->exchange) == 0 && !has_turn(r) && timeout_ms > 0)
        nanosleep(&t, NULL);
    return timeout_ms < wait * 1e3 ? timeout_ms : (int)(wait * 1e3);
}

/* --- leases --- */

static int take(struct run *r, struct err *err)
{
    struct crew *c = r->crew;
    struct lease got;
    struct share_range range = {.from = r->commit_seq, .size = c->size};
    size_t i;
    int found;

    if (c->nheld == c->cap ||
        (c->nothing_at == r->commit_seq && now_seconds() - c->nothing < TAKE_AGAIN))
        return 0;
    for (i = 0; i < c->nheld; i++)
        c->leases[i] = c->held[i].lease;
    range.to = r->commit_seq + run_demand(r);
    range.end = r->commit_seq + r->options.window;
    found = share_take(r->store, &range, c->leases, c->nheld, &got, err);
    if (found == 1) {
        c->held[c->nheld++] = (struct held){got, got.first};
        /* Whoever had it before may have decided some of it. */
        return run_follow(r, err) == 0 ? 1 : -1;
    }
    c->nothing = now_seconds();
    c->nothing_at = r->commit_seq;
    return found;
}

/* The held block to go on with, or NULL: the lowest that is not all begun. */
static struct held *unfinished(struct crew *c)
{
    struct held *best = NULL;
    size_t i;

    for (i = 0; i < c->nheld; i++)
        if (c->held[i].next <= c->held[i].lease.last &&
            (best == NULL || c->held[i].next < best->next))
            best = &c->held[i];
    return best;
}

int crew_next(struct run *r, struct job **out, uint64_t *seq, struct err *err)
{
    struct held *h;
    int got;

    for (;;) {
        h = unfinished(r->crew);
        /* What is not likely to be wanted is not begun, though it is held; a
         * block before it may still be free. */
        if (h == NULL || h->next >= r->commit_seq + run_demand(r)) {
            got = take(r, err);
            if (got <= 0)
                return got;
            continue;
        }
        *seq = h->next++;
        if (*seq < r->commit_seq)
            continue;
        while (r->next_seq <= *seq)
            run_plan_next(r);
        *out = &r->jobs[*seq % r->options.window];
        return 1;
    }
}

int crew_commit(struct run *r, uint64_t first, uint64_t rows, struct err *err)
{
    return share_commit(r->store, first, r->commit_seq, rows, err);
}
