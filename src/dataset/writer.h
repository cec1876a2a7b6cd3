/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_DATASET_WRITER_H
#define PHGEN_DATASET_WRITER_H

#include "base/err.h"
#include "dataset/reader.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/*
 * Rows out again, in the format that they came in and byte for byte: the
 * header of a table, the brackets and commas of an array, line ends.
 *
 *      struct writer w;
 *      writer_init(&w, stream, reader_format(r), header, header_len);
 *      writer_row(&w, row.raw, row.raw_len, row.end);
 *      writer_end(&w);
 *
 * Errors are the stream's.  A last line that had no end gets one.
 */
struct writer {
    FILE *stream; /* borrowed */
    enum reader_format format;
    bool any;
};

void writer_init(struct writer *w, FILE *stream, enum reader_format format,
                 const char *header, size_t header_len);
void writer_row(struct writer *w, const char *raw, size_t len, const char *end);
void writer_end(struct writer *w);

#endif
