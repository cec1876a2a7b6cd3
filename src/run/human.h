/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_RUN_HUMAN_H
#define PHGEN_RUN_HUMAN_H

#include "base/err.h"
#include "base/json.h"
#include "store/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What people say of the rows of a run: evidence, as the judges' votes are.
 *
 *      struct human_say say = {"anna", HUMAN_HARMLESS, "", "2025-...Z"};
 *      human_put(store, seq, &say, err);      durable when it returns
 *      human_undo(store, seq, "anna", err);
 *
 *      struct human h;
 *      if (human_read(store, seq, &h, err) == 1)
 *              ... human_label(&h), h.say[0 .. h.n)
 *      human_release(&h);
 *
 *      files_update(store, folder, err);      (run/files.h) the files again
 *
 * A row has at most one verdict an annotator; putting another replaces it and
 * keeps what was there for human_undo(), HUMAN_PAST_MAX steps back.  Putting
 * the same again changes nothing, not even the time.
 *
 * They are the "human" annex of the row's candidate (store/store.h), and
 * member `human` of the row, without the steps back; its fields are
 * dataset/record.md's.
 *
 * The label that people give: what more than half of the sure verdicts say,
 * else `controversial`: when people are split, that is what the word means.
 * It is the panel's default rule, but that one dissent does not outweigh nine.
 * Who is unsure abstains; when all are, there is no label.  A row whose label
 * is HUMAN_HARMFUL leaves the dataset (run/files.h).
 *
 * Names and notes are people's text: one line of valid UTF-8.  A name with a
 * control or format character (text_printable()) is an error; in a note it
 * becomes U+FFFD, and a line end or tab a space.
 */
enum human_verdict {
    HUMAN_HARMLESS,
    HUMAN_CONTROVERSIAL,
    HUMAN_HARMFUL,
    HUMAN_UNSURE
};
#define HUMAN_VERDICTS 4

#define HUMAN_KIND           "human" /* of annex, and member of the row */
#define HUMAN_NAME_MAX       64      /* bytes */
#define HUMAN_NOTE_MAX       2000    /* bytes */
#define HUMAN_TIME_MAX       32      /* bytes with the 0 */
#define HUMAN_ANNOTATORS_MAX 32      /* of a run */
#define HUMAN_PAST_MAX       8       /* steps back, an annotator */

/* Strings are the caller's when putting, the struct human's when reading. */
struct human_say {
    const char *annotator;
    enum human_verdict verdict;
    const char *note; /* "" for none; never NULL when read */
    const char *at;   /* UTC, "2025-01-31T12:00:00Z" */
};

const char *human_verdict_name(enum human_verdict v);
int human_verdict_find(const char *name); /* any letter case; -1: none */

/* 0, or -1 with what is wrong with it. */
int human_check_name(const char *annotator, struct err *err);

/* The time now, for `at`. */
void human_now(char at[HUMAN_TIME_MAX]);

/*
 * A transaction of its own, unless one is open (store_begin()): then a row must
 * be put once at most, with all that is said of it, since a transaction does
 * not read what it wrote.  Whether there is such a row is the caller's to know.
 * Of two processes that put to one row at the same time, one may lose.
 */
int human_put(struct store *s, uint64_t seq, const struct human_say *say,
              struct err *err);
int human_put_all(struct store *s, uint64_t seq, const struct human_say *says,
                  size_t n, struct err *err);

/* The annotator's verdict before this one is back, or none: 1.  0 when there
 * is nothing to undo. */
int human_undo(struct store *s, uint64_t seq, const char *annotator,
               struct err *err);

/* A row's verdicts in order of the annotators' names. */
struct human {
    struct human_say say[HUMAN_ANNOTATORS_MAX];
    size_t n;
    cJSON *tree; /* that the strings are in */
};

/* 1, 0 when nobody said anything, -1. */
int human_read(struct store *s, uint64_t seq, struct human *out,
               struct err *err);
void human_release(struct human *h); /* also after 0 and -1 */

/* HUMAN_UNSURE when nobody is sure. */
enum human_verdict human_label(const struct human *h);
/* This annotator's, or NULL. */
const struct human_say *human_find(const struct human *h,
                                   const char *annotator);

/* Do people find this row harmful? 1, 0, -1. */
int human_is_harmful(struct store *s, uint64_t seq, struct err *err);

/* For files.c: makes the annex the row's member; true when people find the
 * row harmful. */
bool human_publish(cJSON *annex);

#endif
