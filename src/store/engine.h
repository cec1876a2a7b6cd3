/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_STORE_ENGINE_H
#define PHGEN_STORE_ENGINE_H

#include "store/store.h"

/*
 * What an engine is: the functions of store.h without their prefix.  For the
 * files of this room only.
 *
 * An engine's own store and cursor begin with these, so that a pointer to one
 * is a pointer to the other.
 */
struct engine {
    void (*close)(struct store *s);
    int (*begin)(struct store *s, struct err *err);
    int (*commit)(struct store *s, struct err *err);
    int (*get)(struct store *s, const char *key, struct str *value,
               struct err *err);
    int (*set)(struct store *s, const char *key, const char *value,
               struct err *err);
    int (*offer)(struct store *s, const char *key, const char *value,
                 struct err *err);
    int (*ledger_find)(struct store *s, struct hash128 key, struct reply *reply,
                       struct err *err);
    int (*ledger_add)(struct store *s, struct hash128 key,
                      const struct call *call, const struct reply *reply,
                      double cost, struct err *err);
    int (*ledger_sum)(struct store *s, struct spent *out, struct err *err);
    int (*ledger_lines)(struct store *s, struct ledger_line **out, size_t *n,
                        struct err *err);
    int (*add)(struct store *s, const struct decided *d, struct err *err);
    struct store_cursor *(*read)(struct store *s, uint64_t after, bool brief,
                                 struct err *err);
    int (*next)(struct store_cursor *c, struct decided *out, struct err *err);
    void (*read_end)(struct store_cursor *c);
    int (*annex_put)(struct store *s, const char *kind, uint64_t seq,
                     const char *json, struct err *err);
    int (*annex_drop)(struct store *s, const char *kind, uint64_t seq,
                      struct err *err);
    int (*annex_get)(struct store *s, const char *kind, uint64_t seq,
                     struct str *json, struct err *err);
    int (*annexes)(struct store *s, uint64_t seq, struct str *json,
                   struct err *err);
};

struct store {
    const struct engine *engine;
};

struct store_cursor {
    struct store *store;
};

struct store *sqlite_store_open(const char *path, struct err *err);
struct store *postgres_store_open(const char *url, struct err *err);

/* A line more, with copies of the names; for ledger_lines(). */
int ledger_line_add(struct ledger_line **lines, size_t *n,
                    const struct spent *spent, const char *agent,
                    const char *model, struct err *err);

#endif
