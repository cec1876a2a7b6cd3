/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_RUN_SIFT_H
#define PHGEN_RUN_SIFT_H

#include "base/err.h"
#include "dedup/batch.h"
#include "run/desk.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/*
 * Files in, the rows that are no near-duplicates out: what `phgen dedup`
 * does.  Pulled, so that the caller can show how it gets on and stop it:
 *
 *      struct sift *s = sift_open(&options, err);
 *      while ((rc = sift_step(s, err)) == SIFT_MORE)
 *              show(sift_counts(s));
 *      sift_close(s);              rc is SIFT_DONE or SIFT_ERROR
 *
 * Kept rows go to `out` byte for byte, in the order of the input, in the
 * input's format.  All files must have one format, tables the same header.
 * Rows without a prompt are left out and counted.
 *
 * `pairs` gets a JSON object a line for every pair that was found, with both
 * prompts; `report` one for every row with its verdict.  What is written
 * does not depend on the number of threads.
 *
 * With a desk, the rows that are kept get a second look by an embedding model
 * (run/semantic.h): those whose cosine to an earlier kept row, or to one of
 * the against set, reaches the limit are dropped, too.
 *
 * Where verdicts come only after the last row (BATCH_LONGEST, clusters, a
 * second look), or where prompts are wanted again (pairs), rows wait in a
 * temporary file.
 */
struct sift_options {
    const char *const *files; /* "-": standard input */
    size_t nfiles;
    const char *field; /* NULL: guess, file by file */
    const char *const *against;
    size_t nagainst;
    const char *against_field;
    struct batch_options batch; /* memory_max is of all that is held */
    struct desk *desk;          /* borrowed; NULL: no second look */
    const char *embeddings;     /* the model */
    double cosine;
    FILE *out, *pairs, *report; /* borrowed; the last two or NULL */
};

struct sift_counts {
    uint64_t guessed; /* rows that the files have, about; 0: cannot say */
    uint64_t against, rows, empty;
    uint64_t decided, kept, known, alike; /* known: like the against set */
    uint64_t meant;                       /* dropped by the second look */
    uint64_t embed, embedded, compared;   /* texts of the second look */
    uint64_t clusters;                    /* of two rows or more */
    uint64_t pairs;
    uint64_t bytes; /* of memory now */
};

struct sift; /* heap */

/*
 * About how many rows and bytes of prompts regular files have, `against`
 * included; false when a file is none, so that nobody can say.
 */
int sift_guess(const struct sift_options *options, uint64_t *rows,
               uint64_t *bytes, bool *sure, struct err *err);

struct sift *sift_open(const struct sift_options *options, struct err *err);
void sift_close(struct sift *s);

enum sift_state { SIFT_MORE, SIFT_DONE, SIFT_ERROR };
/* Waits at most a tenth of a second. */
enum sift_state sift_step(struct sift *s, struct err *err);

const struct sift_counts *sift_counts(const struct sift *s);

#endif
