/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_BUILTIN_LEXICON_H
#define PHGEN_BUILTIN_LEXICON_H

#include "base/err.h"

#include <stddef.h>

/*
 * What the embedded judges and targets see in a prompt: alarming words and
 * phrases with weights, dangerous objects of verbs, and the contexts that
 * make them innocent; from `lexicon.yaml` in the seeds folder, which people
 * edit.  Purely lexical; read-only after loading.
 */
struct lexicon; /* heap */

struct lexicon *lexicon_load(const char *path, struct err *err);
void lexicon_free(struct lexicon *lex);

/* What was found; see lexicon.c for how the scores are made. */
struct lexicon_reading {
    double surface; /* how alarming the words look, 0 to 1 */
    double harm;    /* signs of harmful intent, sense considered, 0 to 1 */
    double benign;  /* innocent context found, 0 to 1 */
    char focus[64]; /* the most alarming word; "" when none */
    char why[160];  /* what decided `harm`, for a judge's reason */
};

void lexicon_read(const struct lexicon *lex, const char *text, size_t len,
                  struct lexicon_reading *out);

/*
 * A request and what was said before it, by whomever.  Read three ways: the
 * request alone, each turn alone, all together; the most alarming surface and
 * harm count, and of innocent context the request's own.  So what goes before
 * can add to a suspicion and never takes one away: no judge is talked round by
 * a harmless beginning.
 */
#define TALK_TURNS_MAX 32

struct talk {
    const char *turns[TALK_TURNS_MAX];
    size_t n;
    const char *request;
};

void lexicon_read_talk(const struct lexicon *lex, const struct talk *talk,
                       struct lexicon_reading *out);

/* An alarming word of a text, as the lexicon has it. */
struct lexicon_term {
    const char *about, *category; /* category NULL: none */
    char word[48];                /* "kill" for "killing" */
    size_t start, len;            /* bytes of the text */
    double surface;
};

/* The alarming words in order, of the text's first 190 words; returns how
 * many, at most `max`. */
size_t lexicon_terms(const struct lexicon *lex, const char *text, size_t len,
                     struct lexicon_term *out, size_t max);

#endif
