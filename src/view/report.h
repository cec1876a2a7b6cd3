/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_VIEW_REPORT_H
#define PHGEN_VIEW_REPORT_H

#include "base/err.h"
#include "base/json.h"

#include <stdint.h>
#include <stdio.h>

/*
 * The report page: one HTML file that holds all it needs.
 *
 *      struct report *r = report_new(out, "demo", figures, err);
 *      report_add(r, cells, evidence, err);         once a row
 *      report_finish(r, err);
 *      report_free(r);
 *
 * The page is src/view/report/ as it was when phgen was built: page.html with
 * its style and script put in, and the charts of D3.  The figures' document
 * is {"phgen": VERSION, "title": TEXT, "sources": [run/overview.h's objects]};
 * cells and evidence are run/exhibit.h's.
 *
 * Data are JSON in <script type="application/json"> blocks, which no browser
 * executes: one of figures, then for each REPORT_BLOCK rows one of cells and
 * one of evidence, which is parsed only when somebody opens a row.  In them
 * "<", ">", "&", U+2028 and U+2029 stand as \u escapes, so that no text can
 * end the block.  The script puts texts in by textContent alone, and the
 * Content-Security-Policy lets nothing run but that script, by its hash, and
 * nothing be loaded.
 *
 * Memory is that of one block of rows.  Errors of writing are the stream's
 * (base/file.h).
 */
#define REPORT_BLOCK 250 /* rows */

struct report; /* heap; borrows the stream */

struct report *report_new(FILE *out, const char *title, const cJSON *figures,
                          struct err *err);
void report_free(struct report *r); /* accepts NULL */

int report_add(struct report *r, const cJSON *cells, const cJSON *evidence,
               struct err *err);
int report_finish(struct report *r, struct err *err);

/* Appends JSON text so that it can stand in a script element. */
void report_escape(const char *json, size_t len, struct str *out);

#endif
