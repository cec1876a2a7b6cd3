/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_DATASET_SOURCE_H
#define PHGEN_DATASET_SOURCE_H

#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

/*
 * A text file as lines or bytes: unpacked, bounded, valid UTF-8.
 *
 * The path "-" is standard input.  Plain, gzip (RFC 1952, by zlib) and
 * Zstandard (RFC 8878, by libzstd) files are told apart by their first bytes,
 * not by their names, and read as a stream, so a pipe will do and memory does
 * not grow with the file.  A leading byte order mark is skipped.
 *
 *      struct source *s = source_open(path, err);
 *      while ((n = source_line(s, &line, &len, err)) == 1)
 *              ...
 *      source_close(s);
 *
 * Ownership: lines are borrowed until the next call on the source, and may be
 * written to; line[len] is 0.  `path` is copied.
 *
 * Errors are "PATH:LINE: what; what to do".  After one, only close it.
 */
#define SOURCE_LINE_MAX (1u << 20) /* bytes */

struct source; /* heap */

struct source *source_open(const char *path, struct err *err);
void source_close(struct source *s); /* accepts NULL */

/*
 * The next line without its LF or CRLF: 1, 0 at the end, -1 on error.  Longer
 * lines than SOURCE_LINE_MAX, NULs and invalid UTF-8 are errors.
 */
int source_line(struct source *s, char **line, size_t *len, struct err *err);

/* What ended the line last given: "\n", "\r\n", or "" at the file's end. */
const char *source_line_end(const struct source *s);

/* The next byte, unchecked; SOURCE_END or SOURCE_FAILED. */
enum { SOURCE_END = -1, SOURCE_FAILED = -2 };
int source_byte(struct source *s, struct err *err);

/*
 * What the next reads will give, up to some kilobytes, without taking it;
 * for guessing a format.  Borrowed until the next call; 0 or -1.
 */
int source_peek(struct source *s, const char **bytes, size_t *len,
                struct err *err);

/* Bytes of the file, packed as it is, that were read so far. */
uint64_t source_taken(const struct source *s);

const char *source_path(const struct source *s); /* "standard input" for "-" */
/* Of the line last given, or of the next byte; from 1. */
size_t source_lineno(const struct source *s);

/* Checks bytes that source_byte() gave: 0, or -1 with a sentence. */
int source_check(const struct source *s, size_t line, const char *bytes,
                 size_t len, struct err *err);

/* Sets "PATH:LINE: TEXT"; returns -1. */
int source_error(const struct source *s, size_t line, struct err *err,
                 const char *fmt, ...) __attribute__((format(printf, 4, 5)));

#endif
