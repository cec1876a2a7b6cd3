/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_VIEW_ASK_H
#define PHGEN_VIEW_ASK_H

#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

/*
 * What the review page asks for: a request's method, path and body as a value.
 *
 *      ASK_PAGE      GET  /, /NAME      a file of the page
 *      ASK_SESSION   GET  /api/session  the second secret, names, verdicts
 *      ASK_BEGIN     POST /api/begin    {annotator}: how far they are
 *      ASK_NEXT      POST /api/next     {annotator, at}: the next row from
 *                                        there without their verdict
 *      ASK_ROW       POST /api/row      {annotator, at}: a row to look at
 *      ASK_EVIDENCE  POST /api/evidence {annotator, at}: what models said
 *      ASK_LABEL     POST /api/label    {annotator, at, id, was, verdict,
 *                                        note}: a verdict
 *      ASK_UNDO      POST /api/undo     {annotator, at, id, was}: the verdict
 *                                        before it comes back
 *
 * ask_read() is pure and takes any bytes.  Texts in it are valid UTF-8 on one
 * line, without control characters.
 *
 * To add a question: a kind, a row in `routes` (ask.c), its answer in
 * cmd/cmd_review.c.
 */
#define ASK_BODY_MAX 16384 /* bytes of a request */
#define ASK_NOTE_MAX 2000  /* bytes */
#define ASK_NAME_MAX 64    /* bytes of an annotator's name */
#define ASK_WORD_MAX 40    /* of a verdict, an id, a state */

enum ask_what {
    ASK_PAGE,
    ASK_SESSION,
    ASK_BEGIN,
    ASK_NEXT,
    ASK_ROW,
    ASK_EVIDENCE,
    ASK_LABEL,
    ASK_UNDO
};

struct ask {
    enum ask_what what;
    char annotator[ASK_NAME_MAX + 1];
    uint64_t at;               /* position in the annotator's order */
    char id[ASK_WORD_MAX + 1]; /* of the row that was seen there */
    char verdict[ASK_WORD_MAX + 1];
    char was[ASK_WORD_MAX + 1]; /* state of the verdict that was seen */
    char note[ASK_NOTE_MAX + 1];
};

/* 0 with `*out` filled, else the status of HTTP (400, 404, 405, 413) with a
 * sentence. */
unsigned ask_read(const char *method, const char *path, const char *body,
                  size_t len, struct ask *out, struct err *err);

#endif
