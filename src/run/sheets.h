/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_RUN_SHEETS_H
#define PHGEN_RUN_SHEETS_H

#include "base/err.h"
#include "base/json.h"
#include "run/audit.h"
#include "store/store.h"

#include <stddef.h>
#include <stdint.h>

/*
 * An audit's sample as sheets for people (dataset/sheet.h), and their verdicts
 * from sheets into the store.
 *
 *      sheets_write(store, &sample, &job, files, err);
 *      sheets_read(store, paths, n, NULL, &found, err);
 *
 * Written are, into the folder, for each annotator NAME.csv and NAME.jsonl
 * (the same rows), "sheet" when nobody is named, and guidelines.md, with the
 * verdicts' definitions of seeds/agents/judge.md.  A sheet that is there and
 * is another one stays, and is an error: it may hold somebody's work.  All are
 * written beside first, so an error leaves none.
 */
#define SHEETS_MAX      64 /* read or written at a time */
#define SHEETS_VERDICTS 1000000

struct sheets_job {
    const char *folder; /* made when it is not there */
    const char *seeds;  /* folder */
    const char *const *annotators;
    size_t nannotators;
};

/* Adds the paths of the CSV sheets to `files`, an array. */
int sheets_write(struct store *s, const struct audit_sample *sample,
                 const struct sheets_job *job, cJSON *files, struct err *err);

/*
 * Reads sheets and stores what is in them.  All or nothing: with a single
 * problem (a sentence each, "FILE:LINE: ...") nothing is stored.  The caller
 * has a transaction open, and commits it.
 *
 * `annotator` is whose verdicts they are where the sheet does not say; NULL:
 * it must.
 */
struct sheets_found {
    uint64_t rows, verdicts, empty; /* empty: rows without a verdict */
    cJSON *problems; /* array of strings; the caller deletes it */
};
int sheets_read(struct store *s, const char *const paths[], size_t n,
                const char *annotator, struct sheets_found *out,
                struct err *err);

#endif
