/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_RUN_FILES_H
#define PHGEN_RUN_FILES_H

#include "base/err.h"
#include "base/json.h"
#include "store/store.h"

#include <stdbool.h>

/*
 * The files of a run's folder, each written beside and renamed.
 *
 * All of them come from the store: rows and rejects are its candidates, and
 * the annexes of a candidate (store/store.h) are members of its row.  The
 * annexes of candidate 0, which there is not, belong to the whole run and are
 * members of the manifest: what responses, an audit or a review added up to.
 *
 * One kind of annex never becomes a member: FILES_CONTROL, the row's unsafe
 * twin, which goes to controls.jsonl and nowhere else; of equal twins the
 * first.  Without any there is no such file.
 *
 * A row that most people call harmful (run/human.h) is no row any more: it is
 * written to rejected.jsonl as other rejects are, with the people's verdicts
 * and without label or response, and counts.withheld of the manifest says how
 * many there are.  The store keeps it, and when the people take it back the
 * row is there again.
 *
 * Whoever adds evidence after the loop puts annexes, then calls
 * files_update(), and a later run_finish() of the same folder keeps them.
 */
#define FILES_STORE    "run.sqlite"
#define FILES_ADDRESS  "store.url" /* of a shared store, instead */
#define FILES_ROWS     "dataset.jsonl"
#define FILES_REJECTS  "rejected.jsonl"
#define FILES_CONTROLS "controls.jsonl"
#define FILES_MANIFEST "manifest.json"

#define FILES_CONTROL  "control"        /* kind of annex */
#define FILES_WITHHELD "people_harmful" /* reason of such a reject */

/* Did this candidate become a row? */
bool files_is_row(const struct decided *d);

/* The record as a tree, which the caller deletes; NULL with what to do about a
 * store in which it cannot be read. */
cJSON *files_record(const struct decided *d, struct err *err);

/* Adds the members that annexes hold to a row or a manifest. */
int files_add_annexes(struct store *s, uint64_t seq, cJSON *to,
                      struct err *err);

/* Sets what went over the network, from the ledger: "paid" by agent and
 * model, "paid_calls" and "cost" in all. */
int files_add_paid(struct store *store, cJSON *manifest, struct err *err);

/* dataset.jsonl and rejected.jsonl in the folder, controls.jsonl when there are
 * controls.  Sets counts.withheld of the manifest. */
int files_write_rows(struct store *s, const char *folder, cJSON *manifest,
                     struct err *err);

/* manifest.json and the card, README.md. */
int files_write_manifest(const cJSON *manifest, const char *folder,
                         struct err *err);

/* The card alone: of an export, which has no manifest of its own. */
int files_write_card(const cJSON *manifest, const char *folder,
                     struct err *err);

/* The folder's manifest (the caller deletes it), or NULL with a sentence. */
cJSON *files_read_manifest(const char *folder, struct err *err);

/*
 * Where the folder's store is, to be opened and made if need be (heap): the
 * address `url`; with NULL the one that was kept in the folder, else the file.
 * NULL with a sentence when it holds another run.  Makes nothing.
 */
char *files_store_of(const char *folder, const char *url, struct err *err);

/* Keeps the address of a store that could be opened in the folder. */
int files_keep_store(const char *folder, const char *url, struct err *err);

/* That the folder holds no run, since there is no store at this path; or that
 * this user may not look. */
int files_no_run(const char *folder, const char *path, struct err *err);

/* The store of an existing run; NULL with a sentence when there is none. */
struct store *files_open_store(const char *folder, struct err *err);

/* Workers of a crew may have one folder: they write one after the other.  The
 * lock, to be closed, or -1. */
int files_lock(const char *folder, struct err *err);

/* All files again, with the annexes that came since. */
int files_update(struct store *s, const char *folder, struct err *err);

#endif
