/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_DATASET_TABLE_H
#define PHGEN_DATASET_TABLE_H

#include "dataset/reader.h"
#include "dataset/source.h"

/*
 * Rows of a CSV file (RFC 4180), by libcsv.  Only reader.c uses this.
 *
 * The source is borrowed and outlives the table.  table_open() reads the
 * header line and fails when the column is not in it.  A row whose number of
 * fields is not the header's, or with a quote out of place, is an error: a
 * file read wrongly would screen out nothing.
 *
 * table_next() gives rows as reader_next() does, the prompt not yet trimmed.
 */
struct table; /* heap */

struct table *table_open(struct source *source, char delimiter,
                         const struct reader_wants *wants, struct err *err);
int table_next(struct table *t, struct reader_row *row, struct err *err);
/* The header line as it stands in the file, with its end. */
const char *table_header(const struct table *t, size_t *len);
/* A field of the row that was read last; NULL when there is no such column. */
const char *table_value(const struct table *t, const char *name);
void table_close(struct table *t);

#endif
