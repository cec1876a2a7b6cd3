/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Verdicts are only in the store; what is kept here of them is which rows an
 * annotator is done with, to find the next one.  Whether a row was looked at
 * with the models' evidence is not kept: who must not see it gets a blind
 * session.
 */
#include "run/labeling.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/rng.h"
#include "run/files.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>
#include <utlist.h>

struct row {
    uint64_t seq;
    char id[HASH_HEX];
    char *record;
};

struct annotator {
    struct annotator *next;
    char name[HUMAN_NAME_MAX + 1];
    size_t *order; /* indices of rows */
    bool *done;    /* by position */
    size_t n, ndone;
};

struct wanted {
    UT_hash_handle hh;
    char id[HASH_HEX];
};

struct labeling {
    struct labeling_options options;
    struct wanted *wanted;
    struct row *rows;
    size_t nrows, room;
    struct annotator *annotators;
};

/* --- rows --- */

static int want_ids(struct labeling *l, struct err *err)
{
    const struct labeling_options *o = &l->options;
    struct wanted *w;
    size_t i;

    for (i = 0; i < o->nids; i++) {
        if (strlen(o->ids[i]) >= HASH_HEX)
            return err_set(err, "\"%.60s\" is no id of a row", o->ids[i]);
        HASH_FIND_STR(l->wanted, o->ids[i], w);
        if (w != NULL)
            continue;
        w = calloc(1, sizeof(*w));
        if (w == NULL)
            return err_nomem(err);
        memcpy(w->id, o->ids[i], strlen(o->ids[i]));
        HASH_ADD_STR(l->wanted, id, w);
    }
    return 0;
}

static void forget_wanted(struct labeling *l)
{
    struct wanted *w, *next;

    HASH_ITER(hh, l->wanted, w, next)
    {
        HASH_DEL(l->wanted, w);
        free(w);
    }
}

/* Do those who are sure say different things? */
static bool is_split(const struct human *h)
{
    int first = -1;
    size_t i;

    for (i = 0; i < h->n; i++) {
        if (h->say[i].verdict == HUMAN_UNSURE)
            continue;
        if (first >= 0 && (int)h->say[i].verdict != first)
            return true;
        first = (int)h->say[i].verdict;
    }
    return false;
}

/* 1, 0, -1 */
static int passes(struct labeling *l, uint64_t seq, const char *id,
                  struct err *err)
{
    struct wanted *w = NULL;
    struct human h;
    int got;

    HASH_FIND_STR(l->wanted, id, w);
    if (l->options.ids != NULL && w == NULL)
        return 0;
    if (l->options.only != LABELING_DISAGREEMENTS)
        return 1;
    got = human_read(l->options.store, seq, &h, err);
    if (got == 1)
        got = is_split(&h);
    human_release(&h);
    return got;
}

static int keep(struct labeling *l, const struct decided *d, const char *id,
                struct err *err)
{
    struct row *all, *r;

    if (l->nrows == l->room) {
        l->room = l->room > 0 ? 2 * l->room : 256;
        all = realloc(l->rows, l->room * sizeof(*all));
        if (all == NULL)
            return err_nomem(err);
        l->rows = all;
    }
    r = &l->rows[l->nrows];
    memset(r, 0, sizeof(*r));
    r->seq = d->seq;
    memcpy(r->id, id, strlen(id));
    r->record = strdup(d->record);
    if (r->record == NULL)
        return err_nomem(err);
    l->nrows++;
    return 0;
}

static int take(struct labeling *l, const struct decided *d, struct err *err)
{
    cJSON *record = files_record(d, err);
    const char *id = json_string(record, "id");
    int got = -1;

    if (record != NULL && (id == NULL || strlen(id) >= HASH_HEX))
        err_set(err, "the record of candidate %llu has no id",
                (unsigned long long)d->seq);
    else if (record != NULL)
        got = passes(l, d->seq, id, err);
    if (got == 1)
        got = keep(l, d, id, err);
    cJSON_Delete(record);
    return got < 0 ? -1 : 0;
}

static int load(struct labeling *l, struct err *err)
{
    struct store_cursor *c = store_read(l->options.store, err);
    struct decided d;
    int got = -1;

    while (c != NULL && (got = store_next(c, &d, err)) == 1)
        if (files_is_row(&d) && take(l, &d, err) != 0) {
            got = -1;
            break;
        }
    store_read_end(c);
    return got;
}

struct labeling *labeling_open(const struct labeling_options *options,
                               struct err *err)
{
    struct labeling *l = calloc(1, sizeof(*l));
    int failed;

    if (l == NULL) {
        err_nomem(err);
        return NULL;
    }
    l->options = *options;
    failed = want_ids(l, err) != 0 || load(l, err) != 0;
    forget_wanted(l);
    if (!failed && l->nrows == 0)
        failed = err_set(err, "%s",
                         options->only == LABELING_DISAGREEMENTS
                             ? "people do not disagree on any row"
                         : options->ids != NULL
                             ? "none of the sample's ids is a row's"
                             : "there are no rows");
    if (failed) {
        labeling_close(l);
        return NULL;
    }
    return l;
}

void labeling_close(struct labeling *l)
{
    struct annotator *a, *next;
    size_t i;

    if (l == NULL)
        return;
    LL_FOREACH_SAFE(l->annotators, a, next)
    {
        free(a->order);
        free(a->done);
        free(a);
    }
    for (i = 0; i < l->nrows; i++)
        free(l->rows[i].record);
    free(l->rows);
    forget_wanted(l);
    free(l);
}

uint64_t labeling_rows(const struct labeling *l)
{
    return l->nrows;
}

/* --- orders --- */

static void shuffle(const struct labeling *l, struct annotator *a)
{
    char purpose[HUMAN_NAME_MAX + 16];
    struct rng rng;
    size_t i, k, was;

    snprintf(purpose, sizeof(purpose), "labeling/%s", a->name);
    rng = rng_for(l->options.seed, 0, purpose);
    for (i = a->n; i > 1; i--) {
        k = (size_t)rng_below(&rng, i);
        was = a->order[i - 1];
        a->order[i - 1] = a->order[k];
        a->order[k] = was;
    }
}

/* Has the annotator a verdict on the row: 1, 0, -1. */
static int has_said(struct labeling *l, const struct annotator *a,
                    const struct row *r, struct err *err)
{
    struct human h;
    int got = human_read(l->options.store, r->seq, &h, err);

    if (got == 1)
        got = human_find(&h, a->name) != NULL;
    human_release(&h);
    return got;
}

/* The order of all rows, less those that are not asked for. */
static int fill(struct labeling *l, struct annotator *a, struct err *err)
{
    size_t i, n = 0;
    int said;

    a->n = l->nrows;
    for (i = 0; i < a->n; i++)
        a->order[i] = i;
    shuffle(l, a);
    for (i = 0; i < l->nrows; i++) {
        said = has_said(l, a, &l->rows[a->order[i]], err);
        if (said < 0)
            return -1;
        if (said && l->options.only == LABELING_UNLABELED)
            continue;
        a->order[n] = a->order[i];
        a->done[n] = said != 0;
        a->ndone += said != 0;
        n++;
    }
    a->n = n;
    return 0;
}

static struct annotator *annotator_of(struct labeling *l, const char *name,
                                      struct err *err)
{
    struct annotator *a;

    if (human_check_name(name, err) != 0)
        return NULL;
    LL_FOREACH(l->annotators, a)
    {
        if (strcmp(a->name, name) == 0)
            return a;
    }
    a = calloc(1, sizeof(*a));
    if (a == NULL) {
        err_nomem(err);
        return NULL;
    }
    memcpy(a->name, name, strlen(name));
    a->order = calloc(l->nrows, sizeof(*a->order));
    a->done = calloc(l->nrows, sizeof(*a->done));
    if (a->order == NULL || a->done == NULL)
        err_nomem(err);
    else if (fill(l, a, err) == 0) {
        LL_PREPEND(l->annotators, a);
        return a;
    }
    free(a->order);
    free(a->done);
    free(a);
    return NULL;
}

/* The next without a verdict from `from` on, around the end. */
static struct labeling_progress progress(const struct annotator *a,
                                         uint64_t from)
{
    struct labeling_progress p = {a->n, a->ndone, a->n};
    size_t i, at;

    for (i = 0; i < a->n && p.at == a->n; i++) {
        at = (size_t)(from % a->n + i) % a->n;
        if (!a->done[at])
            p.at = at;
    }
    return p;
}

int labeling_next(struct labeling *l, const char *annotator, uint64_t from,
                  struct labeling_progress *out, struct err *err)
{
    struct annotator *a = annotator_of(l, annotator, err);

    if (a == NULL)
        return -1;
    *out = progress(a, from);
    return 0;
}

/* --- rows and verdicts --- */

static void state_of(const struct human_say *say, char out[LABELING_STATE])
{
    char hex[HASH_HEX];
    struct hasher *h;

    snprintf(out, LABELING_STATE, "none");
    if (say == NULL || (h = hasher_new()) == NULL)
        return;
    hash_number(h, say->verdict);
    hash_string(h, say->note);
    hash_hex(hasher_end(h), hex);
    memcpy(out, hex, LABELING_STATE - 1);
    out[LABELING_STATE - 1] = '\0';
}

static int look_at(struct labeling *l, const struct annotator *a, uint64_t at,
                   struct labeling_look *out, struct err *err)
{
    const struct row *r;

    memset(out, 0, sizeof(*out));
    if (at >= a->n)
        return 0;
    r = &l->rows[a->order[at]];
    if (human_read(l->options.store, r->seq, &out->human, err) < 0)
        return -1;
    out->record = r->record;
    out->mine = human_find(&out->human, a->name);
    state_of(out->mine, out->state);
    return 1;
}

int labeling_look(struct labeling *l, const char *annotator, uint64_t at,
                  struct labeling_look *out, struct err *err)
{
    struct annotator *a = annotator_of(l, annotator, err);

    memset(out, 0, sizeof(*out));
    return a != NULL ? look_at(l, a, at, out, err) : -1;
}

void labeling_look_end(struct labeling_look *look)
{
    human_release(&look->human);
}

/* As the annotator saw it? */
static enum labeling_result check(struct labeling *l, const struct annotator *a,
                                  const struct labeling_change *c,
                                  struct err *err)
{
    struct labeling_look look;
    enum labeling_result out = LABELING_DONE;
    int got = look_at(l, a, c->at, &look, err);

    if (got < 0)
        out = LABELING_ERROR;
    else if (got == 0 || strcmp(l->rows[a->order[c->at]].id, c->id) != 0)
        out = LABELING_NOWHERE;
    else if (strcmp(look.state, c->state) != 0)
        out = LABELING_STALE;
    labeling_look_end(&look);
    return out;
}

static enum labeling_result write(struct labeling *l, const struct annotator *a,
                                  const struct labeling_change *c,
                                  struct err *err)
{
    uint64_t seq = l->rows[a->order[c->at]].seq;
    char now[HUMAN_TIME_MAX];
    struct human_say say = {a->name, c->verdict, c->note, now};
    int got;

    if (c->undo) {
        got = human_undo(l->options.store, seq, a->name, err);
        return got == 1   ? LABELING_DONE
               : got == 0 ? LABELING_NOWHERE
                          : LABELING_ERROR;
    }
    human_now(now);
    return human_put(l->options.store, seq, &say, err) == 0 ? LABELING_DONE
                                                            : LABELING_ERROR;
}

enum labeling_result labeling_put(struct labeling *l,
                                  const struct labeling_change *c,
                                  struct labeling_progress *out,
                                  struct err *err)
{
    struct annotator *a = annotator_of(l, c->annotator, err);
    enum labeling_result result;
    int said;

    if (a == NULL)
        return LABELING_ERROR;
    result = check(l, a, c, err);
    if (result == LABELING_DONE)
        result = write(l, a, c, err);
    if (result != LABELING_DONE)
        return result;
    said = has_said(l, a, &l->rows[a->order[c->at]], err);
    if (said < 0)
        return LABELING_ERROR;
    a->ndone += (size_t)said - (size_t)a->done[c->at];
    a->done[c->at] = said != 0;
    *out = progress(a, c->at + 1);
    if (c->undo)
        out->at = c->at;
    return LABELING_DONE;
}
