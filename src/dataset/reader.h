/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_DATASET_READER_H
#define PHGEN_DATASET_READER_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Prompts out of other people's files, one at a time: what `--against`
 * screens by, what statistics and evaluation read.
 *
 *      struct reader *r = reader_open("xstest.csv", NULL, err);
 *      struct reader_row row;
 *      while ((n = reader_next(r, &row, err)) == 1)
 *              use(row.prompt, row.len);
 *      reader_close(r);               (n is 0, or -1 with a sentence)
 *
 * Formats, told by the name's ending and, where that says nothing, by the
 * content; each may be gzip- or Zstandard-compressed, and may be a pipe; "-" is
 * standard input:
 *
 *   .jsonl .ndjson  JSON Lines: an object or a string a line
 *   .json           the same, or one array of objects or strings
 *   .csv .tsv       RFC 4180 with a header line; quoted fields may hold
 *                   newlines; .tsv has tabs for commas
 *   .txt            plain text: a prompt a line, blank lines skipped
 *
 * Where the prompt is: the member or column `column`, else the first of
 * READER_COLUMNS that is there (CSV headers in any letter case).  Such a
 * value is a string or a chat (a list of {"role", "content"}), of which the
 * last user message is taken.
 *
 * Bounds: a line or row of at most 1 MiB; valid UTF-8 without NUL.
 *
 * Errors are "FILE:LINE: what; what to do".  After one, only close it.  Rows
 * whose prompt is empty are skipped and counted.
 */
struct reader; /* heap */

enum reader_format {
    READER_LINES, /* JSON Lines */
    READER_ARRAY, /* one JSON array */
    READER_CSV,
    READER_TSV,
    READER_TEXT
};

/* All strings are borrowed until the next call on the reader. */
struct reader_row {
    const char *prompt; /* trimmed; prompt[len] is 0 */
    size_t len;
    size_t line;          /* where the row begins, from 1 */
    const char *id;       /* member or column "id"; NULL when none */
    const char *label;    /* "label"; NULL when none */
    const char *category; /* "category", else "type"; NULL when none */
    const char *shape;    /* "shape"; NULL when none */
    /* The row as it stands in the file: of a JSON array the value, else with
     * the line ends inside it and without the last one. */
    const char *raw;
    size_t raw_len;
    const char *end; /* that last one: "\n", "\r\n" or "" */
};

extern const char *const READER_COLUMNS[]; /* ends with NULL */

struct reader *reader_open(const char *path, const char *column,
                           struct err *err);

/*
 * For files in which another text than the prompt is what matters (a reply, an
 * annotator's cell): the same rows, with `row.prompt` being that text.
 */
struct reader_wants {
    const char *what;         /* "reply", for sentences */
    const char *column;       /* NULL: the first of `known` that is there */
    const char *const *known; /* two or more; ends with NULL */
    const char *role;         /* whose last message of a chat */
    bool whole; /* as it stands: neither trimmed nor, when empty, skipped */
    /* CSV as spreadsheets write it: semicolons or tabs when there is no comma
     * in the header, and fields may be missing at a row's end: empty ones. */
    bool spreadsheet;
};
struct reader *reader_open_for(const char *path,
                               const struct reader_wants *wants,
                               struct err *err);

/* 1 and a row, 0 at the end, -1 with a sentence. */
int reader_next(struct reader *r, struct reader_row *row, struct err *err);

enum reader_format reader_format(const struct reader *r);

/* The header of CSV and TSV as it stands in the file, with its line end; ""
 * for the other formats.  The reader's. */
const char *reader_header(const struct reader *r, size_t *len);

/* Any other column or member of the row that was read last, as text: a string,
 * number or boolean, or a chat's last user message.  NULL when there is
 * none.  Borrowed until the next call. */
const char *reader_value(const struct reader *r, const char *name);

/*
 * About how many rows a file has, and bytes of prompts: from its first rows
 * and its size.  0 of both for a pipe, or "-", which are not read from.
 */
int reader_guess(const char *path, const char *column, uint64_t *rows,
                 uint64_t *bytes, struct err *err);

size_t reader_skipped(const struct reader *r); /* rows with no prompt text */

void reader_close(struct reader *r); /* accepts NULL */

#endif
