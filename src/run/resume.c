/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The store says whether this is a new run or one to go on with: first whether
 * it is this run's at all, then what was decided.
 */
#include "run/files.h"
#include "run/inspect.h"
#include "run/state.h"

#include "base/file.h"
#include "store/peek.h"
#include "store/share.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* --- is it this run's? --- */

static int check_shared(struct run *r, const char *url, struct err *err)
{
    struct str text;
    int got;

    str_init(&text, 1 << 20);
    got = share_read(url, "config", &text, err);
    if (got == 1)
        got = run_is_same(r, text.s, err);
    str_release(&text);
    return got;
}

/* What a look cannot tell, opening it will. */
static int check_file(struct run *r, const char *path, struct err *err)
{
    struct peek p;
    int failed = 0;

    if (!file_exists(path))
        return 0;
    if (peek(path, PEEK_PROGRESS, &p, NULL) == 0) {
        if (p.config == NULL && p.last_seq > 0)
            failed = inspect_missing(&p, err);
        else if (p.config != NULL && p.schema < STORE_SCHEMA)
            failed = run_is_same(r, p.config, err);
    }
    peek_release(&p);
    return failed;
}

/* Opening a store takes an older one to this schema, and then the phgen that
 * made it refuses it: not for a run that we cannot go on with. */
static int check_before(struct run *r, const char *where, struct err *err)
{
    return store_is_url(where) ? check_shared(r, where, err)
                               : check_file(r, where, err);
}

/* Several workers may open it at once: the first one's configuration stands. */
static int claim_store(struct run *r, const char *where, struct err *err)
{
    struct str text;
    int got;

    r->store = store_open(where, err);
    if (r->store == NULL)
        return -1;
    str_init(&text, 1 << 20);
    json_print(r->config, &text);
    got = store_offer(r->store, "config", text.s, err);
    str_clear(&text);
    if (got == 0 && store_get(r->store, "config", &text, err) != 1)
        got = -1;
    if (got == 0)
        got = run_is_same(r, text.s, err);
    str_release(&text);
    return got;
}

/* The folder comes before the store: one that cannot be made is no reason to
 * make a store elsewhere.  One that is new goes again when nothing came into
 * it. */
int run_identify(struct run *r, const char *folder, const char *where,
                 struct err *err)
{
    bool is_new = folder != NULL && !file_exists(folder);

    if (check_before(r, where, err) != 0 ||
        (folder != NULL && file_make_dir(folder, err) != 0))
        return -1;
    if (claim_store(r, where, err) != 0) {
        if (is_new)
            rmdir(folder); /* not with another's files in it */
        return -1;
    }
    return store_is_url(where) ? files_keep_store(folder, where, err) : 0;
}

/* --- what was decided --- */

/* Of an earlier release, a row or no longer one: nothing near it comes again.
 * Screened texts have the id 0, which the gate sees from the first plan on. */
static int carry_one(struct run *r, const struct decided *d, struct err *err)
{
    bool kept = files_is_row(d);

    r->kept += kept;
    r->accepted += kept;
    return dedup_add(r->dedup, 0, d->prompt, strlen(d->prompt), err);
}

static int carry_all(struct run *r, struct err *err)
{
    struct store_cursor *c = store_read(r->store, err);
    struct decided d;
    int got = -1;

    while (c != NULL && (got = store_next(c, &d, err)) == 1 &&
           d.seq <= r->carried)
        if (carry_one(r, &d, err) != 0) {
            got = -1;
            break;
        }
    store_read_end(c);
    return got < 0 ? -1 : 0;
}

static int start_exchange(struct run *r, struct err *err)
{
    struct exchange_options x = run_exchange_options(r);

    r->exchange = exchange_new(r->store, r->builtin, &x, err);
    return r->exchange != NULL ? 0 : -1;
}

int run_resume(struct run *r, struct err *err)
{
    r->next_seq = r->commit_seq = r->carried + 1;
    r->last_accepted_seq = r->carried;
    r->jobs = calloc(r->options.window, sizeof(*r->jobs));
    if (r->jobs == NULL)
        return err_nomem(err);
    if ((r->carried > 0 && carry_all(r, err) != 0) || run_follow(r, err) != 0 ||
        start_exchange(r, err) != 0)
        return -1;
    r->accepted_before = r->accepted;
    return share_is(r->store) ? crew_open(r, err) : 0;
}

int run_attach(struct run *r, const char *folder, const char *where,
               struct err *err)
{
    if (run_identify(r, folder, where, err) != 0)
        return -1;
    return run_resume(r, err);
}
