/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_DATASET_OBJECTS_H
#define PHGEN_DATASET_OBJECTS_H

#include "dataset/reader.h"
#include "dataset/source.h"

#include <stdbool.h>

/*
 * Rows of a JSON file: JSON Lines (a value a line) or one array of values.
 * Only reader.c uses this.
 *
 * Source and wants are borrowed and outlive the struct.  An array is read value
 * by value, so its size does not matter, only each value's.  objects_next()
 * gives rows as reader_next() does, the prompt not yet trimmed.
 */
struct objects; /* heap */

struct objects *objects_open(struct source *source, bool array,
                             const struct reader_wants *wants, struct err *err);
int objects_next(struct objects *o, struct reader_row *row, struct err *err);
/* A member of the value that was read last, until the next call. */
const char *objects_value(struct objects *o, const char *name);
void objects_close(struct objects *o);

#endif
