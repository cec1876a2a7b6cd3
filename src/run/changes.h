/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_RUN_CHANGES_H
#define PHGEN_RUN_CHANGES_H

#include "base/err.h"
#include "base/json.h"
#include "run/release.h"
#include "store/store.h"

#include <stdint.h>

/*
 * What became of an earlier release: the change report of a refresh, counted
 * from the store.  Fields and definitions: docs/refresh.md.
 *
 *      cJSON *tree = changes_read(store, &from, err);
 *      changes_keep(store, tree, err);        member `release` of the manifest
 *      changes_write(tree, folder, err);      changes.json, CHANGES.md
 */
#define CHANGES_JSON    "changes.json"
#define CHANGES_PAGE    "CHANGES.md"
#define CHANGES_RELEASE "release" /* member of the manifest */

/* All borrowed. */
struct changes_from {
    const char *version;   /* of this release */
    const char *redefined; /* what differs in the definition; NULL: nothing */
    const cJSON *lineage;  /* array, the oldest release first */
    const cJSON *targets;  /* array of names */
    const cJSON *pool;     /* likewise */
    struct release_rule rule;
    uint64_t rows;    /* of the earlier release: the first candidates */
    uint64_t carried; /* candidates that are not this run's own */
    uint64_t wanted;  /* rows */
};

/* The report as a tree (the caller deletes it), or NULL. */
cJSON *changes_read(struct store *s, const struct changes_from *from,
                    struct err *err);
int changes_keep(struct store *s, const cJSON *tree, struct err *err);
int changes_write(const cJSON *tree, const char *folder, struct err *err);

#endif
