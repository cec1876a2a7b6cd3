/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_RUN_FORMER_H
#define PHGEN_RUN_FORMER_H

#include "base/err.h"
#include "base/hash.h"
#include "base/json.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * An earlier release, read from the files in its folder: its rows in their
 * order, then what had been a row in a release before and left.
 *
 *      struct former f;
 *      if (former_read("output/demo", &f, err) == 0)
 *              f.rows[0 .. f.n), and to f.all those of the past
 *      former_release(&f);             also after a failure
 *
 * Its files and not its store, since a release is what was published; an
 * archive without the store will do.  Errors are "FILE:LINE: what".
 */

/* Reasons of rejects that were rows once; a withheld one keeps
 * FILES_WITHHELD. */
#define FORMER_RETIRED  "retired"
#define FORMER_UNTESTED "untested"
#define FORMER_BEFORE   "left_before" /* in an earlier release */

struct former_row {
    cJSON *tree;
    bool past;
    bool canary; /* of a first release: drawn here (run/release.h) */
};

struct former {
    cJSON *manifest;
    char dataset[HASH_HEX]; /* XXH3-128 of the bytes of dataset.jsonl */
    const char *version;    /* of the manifest, else RELEASE_FIRST */
    bool first;             /* it refreshed nothing itself */
    struct former_row *rows;
    size_t n, all, cap;
};

int former_read(const char *folder, struct former *out, struct err *err);
void former_release(struct former *f);

/* How a lineage names it: {"version", "run", "dataset", "rows", "targets"}.
 * The caller deletes it. */
cJSON *former_ancestor(const struct former *f);

#endif
