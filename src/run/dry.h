/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_RUN_DRY_H
#define PHGEN_RUN_DRY_H

#include "base/err.h"
#include "base/json.h"
#include "base/model.h"
#include "run/run.h"

#include <stdbool.h>

/*
 * What rows that were made say about rows that are not made yet: what the dry
 * runs of this room have in common (run_dry() of run/run.h, refresh_dry() of
 * run/refresh.h).
 *
 *      struct dry_base b;
 *      if (dry_begun(folder, &b) || dry_pilot(r, &b, err) == 0)
 *              sum = dry_rows(r, &b, 500, tree);      tree gets its members
 *      dry_base_release(&b);
 *
 * Nothing here calls anybody over the network or writes a file.
 */

/* Whatever calls take, in the members that a plan gives it everywhere. */
struct dry_cost {
    double calls, tokens_in, tokens_out;
    double paid_calls; /* of them, over the network */
    double cost;       /* US dollars */
};

/* So many calls of a model, with so many tokens each. */
struct dry_cost dry_calls(const struct model *m, double calls, double in_each,
                          double out_each);
void dry_add(struct dry_cost *sum, const struct dry_cost *more, double times);
/* Member `name` of `o`: {calls, tokens_in, tokens_out, paid_calls, cost}. */
void dry_put(cJSON *o, const char *name, const struct dry_cost *c);

/* A token is about four bytes of English. */
double dry_tokens(size_t bytes);

/* Rows that were made: how many, from what, at what expense. */
struct dry_base {
    enum dry_from {
        DRY_BEGUN,   /* this run, before it was stopped */
        DRY_EARLIER, /* another one */
        DRY_PILOT    /* just now, in memory */
    } from;
    bool stand_ins;  /* embedded models, for others over the network */
    cJSON *manifest; /* owned */
};

/* True with the folder's manifest when enough rows were made there. */
bool dry_begun(const char *folder, struct dry_base *out);
/* The same of another run's manifest, which is copied. */
bool dry_earlier(const cJSON *manifest, struct dry_base *out);
/* Rows made in memory with the options of `r`, embedded models in the place of
 * those over the network; 0 or -1. */
int dry_pilot(const struct run *r, struct dry_base *out, struct err *err);
void dry_base_release(struct dry_base *b);

/*
 * What n rows would take in the run `r`, returned as a sum.  `o` gets
 * "expected_calls" by agent, their sum "expected", and "estimate": on what it
 * is based.
 */
struct dry_cost dry_rows(const struct run *r, const struct dry_base *b,
                         double n, cJSON *o);

/* Is any agent of the run reached over the network? */
bool dry_needs_network(const struct run *r);

#endif
