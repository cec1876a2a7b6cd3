/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_DATASET_SHEET_H
#define PHGEN_DATASET_SHEET_H

#include "base/err.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * A sheet of rows for a person to rate, out and in again.
 *
 *      sheet_head(open, &out);                       CSV: its first line
 *      sheet_csv(&row, open, &out);                  one row, or
 *      sheet_jsonl(&row, open, &out);                as a JSON object
 *
 *      struct sheet *s = sheet_open("anna.csv", err);
 *      while ((got = sheet_next(s, &row, err)) == 1) ...
 *      sheet_close(s);
 *
 * CSV is RFC 4180 with a byte order mark, all cells quoted, for Excel and
 * LibreOffice (which asks: UTF-8, commas).  A cell that they would take for a
 * formula (it begins with = + - @, a tab or a carriage return; OWASP, "CSV
 * Injection"), or for a number or a date, which they would rewrite, gets an
 * apostrophe in front, and so does one that begins with apostrophes before
 * such a thing: taking one away again gives every cell back unchanged.
 *
 * What comes back may have other columns, or these in another order and
 * letter case, semicolons or tabs for commas, no empty cells at the ends of
 * rows, and rows missing.  It needs a column "id" and one "verdict".
 * Spreadsheets' own files are turned down with a sentence.
 */
struct sheet_row {
    const char *id, *before, *prompt, *verdict, *note, *annotator;
    /* Of an open sheet, one that is not blind. */
    const char *category, *label, *reading, *judges;
    size_t line; /* when read, where the row begins; from 1 */
};

void sheet_head(bool open, struct str *out);
void sheet_csv(const struct sheet_row *row, bool open, struct str *out);
void sheet_jsonl(const struct sheet_row *row, bool open, struct str *out);

/* Appends a cell as it is written, without the quotes around it; and the cell
 * that was written so. */
void sheet_guard(const char *cell, struct str *out);
const char *sheet_unguard(const char *cell);

struct sheet; /* heap */

struct sheet *sheet_open(const char *path, struct err *err);

/*
 * 1 and a row (id, prompt, verdict, note, annotator and line; the strings are
 * trimmed, never NULL, and borrowed until the next call), 0 at the end, -1.
 */
int sheet_next(struct sheet *s, struct sheet_row *row, struct err *err);
void sheet_close(struct sheet *s); /* accepts NULL */

#endif
