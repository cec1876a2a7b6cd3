/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which engine a store has is decided once, by what names it; everything
 * else is passed on.
 */
#include "store/engine.h"

#include <stdlib.h>
#include <string.h>

bool store_is_url(const char *where)
{
    return strncmp(where, "postgresql://", 13) == 0 ||
           strncmp(where, "postgres://", 11) == 0;
}

struct store *store_open(const char *where, struct err *err)
{
    return store_is_url(where) ? postgres_store_open(where, err)
                               : sqlite_store_open(where, err);
}

void store_close(struct store *s)
{
    if (s != NULL)
        s->engine->close(s);
}

int store_begin(struct store *s, struct err *err)
{
    return s->engine->begin(s, err);
}

int store_commit(struct store *s, struct err *err)
{
    return s->engine->commit(s, err);
}

int store_get(struct store *s, const char *key, struct str *value,
              struct err *err)
{
    return s->engine->get(s, key, value, err);
}

int store_set(struct store *s, const char *key, const char *value,
              struct err *err)
{
    return s->engine->set(s, key, value, err);
}

int store_offer(struct store *s, const char *key, const char *value,
                struct err *err)
{
    return s->engine->offer(s, key, value, err);
}

/* --- the ledger --- */

int store_ledger_find(struct store *s, struct hash128 key, struct reply *reply,
                      struct err *err)
{
    return s->engine->ledger_find(s, key, reply, err);
}

int store_ledger_add(struct store *s, struct hash128 key,
                     const struct call *call, const struct reply *reply,
                     double cost, struct err *err)
{
    return s->engine->ledger_add(s, key, call, reply, cost, err);
}

int store_ledger_sum(struct store *s, struct spent *out, struct err *err)
{
    return s->engine->ledger_sum(s, out, err);
}

int store_ledger_lines(struct store *s, struct ledger_line **out, size_t *n,
                       struct err *err)
{
    int failed = 0;

    *out = NULL;
    *n = 0;
    failed = s->engine->ledger_lines(s, out, n, err);
    if (failed) {
        ledger_lines_free(*out, *n);
        *out = NULL;
        *n = 0;
    }
    return failed;
}

int ledger_line_add(struct ledger_line **lines, size_t *n,
                    const struct spent *spent, const char *agent,
                    const char *model, struct err *err)
{
    struct ledger_line *all = realloc(*lines, (*n + 1) * sizeof(**lines)), *l;

    if (all == NULL)
        return err_nomem(err);
    *lines = all;
    l = &all[(*n)++];
    l->spent = *spent;
    l->agent = strdup(agent);
    l->model = strdup(model);
    return l->agent != NULL && l->model != NULL ? 0 : err_nomem(err);
}

void ledger_lines_free(struct ledger_line *lines, size_t n)
{
    size_t i;

    for (i = 0; i < n; i++) {
        free(lines[i].agent);
        free(lines[i].model);
    }
    free(lines);
}

/* --- candidates --- */

int store_add(struct store *s, const struct decided *d, struct err *err)
{
    return s->engine->add(s, d, err);
}

struct store_cursor *store_read(struct store *s, struct err *err)
{
    return s->engine->read(s, 0, false, err);
}

struct store_cursor *store_read_after(struct store *s, uint64_t seq,
                                      struct err *err)
{
    return s->engine->read(s, seq, true, err);
}

int store_next(struct store_cursor *c, struct decided *out, struct err *err)
{
    return c->store->engine->next(c, out, err);
}

void store_read_end(struct store_cursor *c)
{
    if (c != NULL)
        c->store->engine->read_end(c);
}

/* --- annexes --- */

int store_annex_put(struct store *s, const char *kind, uint64_t seq,
                    const char *json, struct err *err)
{
    return s->engine->annex_put(s, kind, seq, json, err);
}

int store_annex_drop(struct store *s, const char *kind, uint64_t seq,
                     struct err *err)
{
    return s->engine->annex_drop(s, kind, seq, err);
}

int store_annex_get(struct store *s, const char *kind, uint64_t seq,
                    struct str *json, struct err *err)
{
    return s->engine->annex_get(s, kind, seq, json, err);
}

int store_annexes(struct store *s, uint64_t seq, struct str *json,
                  struct err *err)
{
    return s->engine->annexes(s, seq, json, err);
}
