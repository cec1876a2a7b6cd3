/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_NET_KEY_H
#define PHGEN_NET_KEY_H

#include "base/err.h"

#include <stddef.h>

/*
 * Keys: from the environment variable NAME, or from the file that NAME_FILE
 * names (its first line).  Nowhere else, and never into a sentence.
 */

/*
 * The key on the heap, or NULL with a sentence that says which variable to
 * set.  A key with control characters or blanks inside is refused: it would
 * end a header line.  Free it with key_free(), which wipes it.
 */
char *key_read(const char *name, struct err *err);
void key_free(char *key);

/* Whether key_read() would find something: for `phgen models`. */
int key_is_set(const char *name);

/* Overwrites the key in what a server sent, in place; NULLs are passed over. */
void key_redact(const char *key, char *bytes, size_t len);

#endif
