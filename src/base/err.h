/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_BASE_ERR_H
#define PHGEN_BASE_ERR_H

#include <stdarg.h>

/*
 * Errors are sentences.
 *
 * A function that can fail returns 0 or -1 (or a pointer or NULL) and takes a
 * `struct err *` last.  The struct is untouched on success.  The lowest layer
 * says what failed; a caller that knows more adds context in front; only
 * cmd/ prints.
 *
 *      if (file_read(path, &buf, err) != 0)
 *              return err_prefix(err, "cannot load the graph");
 *
 * The caller owns the struct, usually on its stack.  Every function here
 * accepts NULL and then does nothing but return -1.
 */

#define ERR_TEXT_MAX 2048

struct err {
    char text[ERR_TEXT_MAX]; /* one sentence of valid UTF-8, no newline at its
                                end */
};

/* Sets the text (longer ones are cut).  Always returns -1. */
int err_set(struct err *err, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Puts "CONTEXT: " before the text that is there.  Always returns -1. */
int err_prefix(struct err *err, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* The sentence for an allocation that failed.  Always returns -1. */
int err_nomem(struct err *err);

#endif
