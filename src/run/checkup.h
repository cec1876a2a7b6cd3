/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_RUN_CHECKUP_H
#define PHGEN_RUN_CHECKUP_H

#include "base/err.h"
#include "base/json.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * Findings of `phgen doctor`, in the order that they were made, and those of a
 * run's folder: its store (schema, integrity, sequence, evidence without a
 * candidate), its files (whole, and as many rows as the store has) and what a
 * session that was killed left behind.  Everything is only read, also beside
 * a phgen that is working in the folder.
 *
 *      struct checkup c = {0};
 *      checkup_add(&c, CHECKUP_OK, "locale", "UTF-8");
 *      checkup_run(&c, "output/demo");
 *      checkup_release(&c);
 */
enum checkup_state {
    CHECKUP_OK,
    CHECKUP_NOTE, /* nothing is wrong; worth knowing */
    CHECKUP_WRONG
};

struct finding {
    enum checkup_state state;
    const char *about; /* one word, static */
    char *says;        /* a sentence */
};

struct checkup {
    struct finding *list;
    size_t n;
    bool wrong; /* at least one is, or memory ran out */
};

void checkup_add(struct checkup *c, enum checkup_state state, const char *about,
                 const char *fmt, ...) __attribute__((format(printf, 4, 5)));
void checkup_release(struct checkup *c);

void checkup_run(struct checkup *c, const char *folder);

const char *checkup_state_name(enum checkup_state s); /* "ok", "note", ... */

#endif
