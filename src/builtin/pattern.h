/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_BUILTIN_PATTERN_H
#define PHGEN_BUILTIN_PATTERN_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Word patterns over a text, as the lexicon writes them.
 *
 * A pattern is a row of elements with one space between:
 *
 *      kill            a word in any regular inflection (kills, killing)
 *      =meth           that form only (not "meths")
 *      steal|rob       any of these
 *      <person>        a member of a class that was declared before
 *      <person>'s      the same, as an owner ("my wife's"); also after a word
 *      <person>!       the same, not as an owner
 *      ~               up to two words of any kind; ~ ~ is up to four
 *      ..              up to five words of any kind
 *      ^why            a sentence begins with it
 *
 *      struct patterns *ps = patterns_new();
 *      patterns_class(ps, "person", "someone", err);
 *      patterns_add(ps, "kill ~ <person>!", 7, err);
 *      patterns_seal(ps, err);
 *      n = patterns_split(ps, text, len, tokens, max);
 *      struct scan s = {0};
 *      while (patterns_next(ps, tokens, n, &s, &hit))
 *              ... hit.rule == 7 ...
 *
 * No pattern reaches over the end of a sentence.  Read-only once sealed.
 */
#define PATTERN_ELEMENTS_MAX 10
#define PATTERN_GAPS_MAX     3
#define PATTERN_WORD_MAX     40 /* longer words match nothing */

struct patterns; /* heap */
struct word;

enum token_flag {
    TOKEN_FIRST = 1,  /* begins a sentence */
    TOKEN_OWNER = 2,  /* "wife's" */
    TOKEN_CAPITAL = 4 /* begins with a capital letter */
};

struct token {
    const struct word *stem;  /* NULL: no pattern knows the word */
    const struct word *exact; /* the same for this very form */
    uint32_t start, len;      /* bytes of the text */
    unsigned flags;
};

struct hit {
    unsigned rule;
    unsigned pattern;   /* which one, in the order of addition, from 0 */
    size_t first, last; /* tokens */
};

struct scan { /* all zero to begin */
    size_t token, start, turn;
};

struct patterns *patterns_new(void);
void patterns_free(struct patterns *ps);

int patterns_class(struct patterns *ps, const char *name, const char *member,
                   struct err *err);
int patterns_add(struct patterns *ps, const char *text, unsigned rule,
                 struct err *err);

/* An irregular form: "stole" is read as "steal". */
int patterns_form(struct patterns *ps, const char *form, const char *base,
                  struct err *err);

/* To be called once, after the last addition. */
int patterns_seal(struct patterns *ps, struct err *err);

/* Fills at most `max` tokens; returns how many.  Any bytes may come in. */
size_t patterns_split(const struct patterns *ps, const char *text, size_t len,
                      struct token *out, size_t max);

/* The next match, or false. */
bool patterns_next(const struct patterns *ps, const struct token *tokens,
                   size_t n, struct scan *scan, struct hit *hit);

/* The stem that inflections of a word share; `word` is lower case.  Writes
 * at most PATTERN_WORD_MAX bytes and the 0. */
void pattern_stem(const char *word, size_t len, char out[PATTERN_WORD_MAX + 1]);

#endif
