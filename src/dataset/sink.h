/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_DATASET_SINK_H
#define PHGEN_DATASET_SINK_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * A file of lines to be written, plain or as one Zstandard frame (RFC 8878);
 * never half there: it is written beside and renamed by sink_commit().
 *
 *      struct sink *s = sink_open("train.jsonl.zst", true, err);
 *      sink_add(s, line, len, err);
 *      sink_commit(s, err);           frees it, also on failure
 */
struct sink; /* heap */

struct sink *sink_open(const char *path, bool zstd, struct err *err);
int sink_add(struct sink *s, const char *bytes, size_t len, struct err *err);
int sink_commit(struct sink *s, struct err *err);
void sink_abandon(struct sink *s); /* accepts NULL */

#endif
