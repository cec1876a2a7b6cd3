/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_BASE_NAMES_H
#define PHGEN_BASE_NAMES_H

#include "base/err.h"

#include <uthash.h>

/*
 * A number for each of many texts: a hash table, in the order in which the
 * texts came.
 *
 *      struct name *all = NULL, *x;
 *
 *      x = names_add(&all, "malware", (int)HASH_COUNT(all), err);
 *      x = names_find(all, "malware");
 *      for (x = all; x != NULL; x = x->hh.next) ...
 *      names_free(&all);
 *
 * The empty table is NULL.  It owns its names, whose addresses stay; the
 * number may be written to.
 */
struct name {
    UT_hash_handle hh;
    int number;
    char text[];
};

struct name *names_find(const struct name *all, const char *text); /* or NULL */

/* The name of that text, with the number when it is new.  NULL: out of
 * memory. */
struct name *names_add(struct name **all, const char *text, int number,
                       struct err *err);

void names_free(struct name **all);

#endif
