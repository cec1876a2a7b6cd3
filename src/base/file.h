/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_BASE_FILE_H
#define PHGEN_BASE_FILE_H

#include "base/err.h"
#include "base/str.h"

#include <stdbool.h>
#include <stdio.h>

/*
 * Files, never half-written.
 *
 * A `struct outfile` writes beside the final name ("NAME.part"), and
 * outfile_commit() flushes, syncs and renames it, so a reader sees the old
 * file or the whole new one:
 *
 *      struct outfile f;
 *      if (outfile_open(&f, path, err) != 0) ...
 *      fputs(line, f.stream);
 *      if (outfile_commit(&f, err) != 0) ...     (also frees)
 *
 * Write errors are sticky in the stream and reported by the commit.
 */
struct outfile {
    FILE *stream;
    char *path, *part;
};

int outfile_open(struct outfile *f, const char *path, struct err *err);
int outfile_open_in(struct outfile *f, const char *folder, const char *name,
                    struct err *err);
int outfile_commit(struct outfile *f, struct err *err);
void outfile_abandon(struct outfile *f); /* removes the part; NULL stream ok */

/* Appends a whole file; fails when it is longer than out->max. */
int file_read(const char *path, struct str *out, struct err *err);

/* Makes a folder and its parents; an existing one is fine. */
int file_make_dir(const char *path, struct err *err);

bool file_exists(const char *path);

/* Of a file that does not exist: is it only that this user may not look into
 * its folder?  Then it says so. */
bool file_is_hidden(const char *path, struct err *err);

/* Waits until this process alone has the lock of an existing file: a
 * descriptor, which the caller closes to let go of it, or -1. */
int file_lock(const char *path, struct err *err);

/* A heap string "DIR/NAME". */
char *file_join(const char *dir, const char *name);

#endif
