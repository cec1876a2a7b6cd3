/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_BASE_TEXT_H
#define PHGEN_BASE_TEXT_H

#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Unicode text, by utf8proc.
 *
 * Lengths are bytes.  Input may be anything: invalid UTF-8 is replaced or
 * reported, as each function says, never trusted.
 */

/* True when the bytes are valid UTF-8 without NUL (RFC 3629). */
bool text_valid(const char *bytes, size_t len);

/* Appends `bytes` with every invalid sequence and NUL made U+FFFD. */
void text_repair(const char *bytes, size_t len, struct str *out);

/*
 * Appends the normalised form that ids and shingles are taken from: NFKC,
 * full case folding, default-ignorable characters dropped, and every run of
 * white space, control and punctuation characters made one space, none at
 * either end (Unicode Standard Annex #15).  "Don't" becomes "don t".  Invalid
 * UTF-8 is repaired first.
 */
void text_normalise(const char *bytes, size_t len, struct str *out);

/* The same with something left as it is: "Don't" stays so with both. */
enum { TEXT_KEEP_CASE = 1, TEXT_KEEP_PUNCTUATION = 2 };
void text_normalise_but(const char *bytes, size_t len, unsigned keep,
                        struct str *out);

/*
 * The next word of a text: a maximal run of letters, digits, marks and
 * inner apostrophes or hyphens ("don't", "half-life").  Returns false at the
 * end.  `*pos` starts at 0; the word is text[*start .. *start + *wlen).
 */
bool text_word(const char *text, size_t len, size_t *pos, size_t *start,
               size_t *wlen);

size_t text_count_words(const char *text, size_t len);

/*
 * Appends a C string so that a terminal can show it: C0 and C1 controls,
 * DEL and Unicode format characters (bidirectional overrides, for one)
 * become U+FFFD, newlines and tabs a space.
 */
void text_printable(const char *text, struct str *out);

/* Appends white space trimmed from both ends and each inner run as one space.*/
void text_squeeze(const char *bytes, size_t len, struct str *out);

/*
 * The same for text whose lines matter: line ends become LF, blanks before
 * them go, of several empty lines one stays, none at either end; tabs and
 * leading blanks stay.
 */
void text_tidy(const char *bytes, size_t len, struct str *out);

/* The most of a text that fits `max` bytes without cutting a character. */
size_t text_cut(const char *text, size_t len, size_t max);

/*
 * Is it plausibly English prose?  Valid UTF-8, no control characters but
 * line feeds and tabs, and letters that are nearly all Latin: at least 9 of
 * 10.  A cheap gate against garbage and other scripts, no language
 * identification.
 */
bool text_is_english(const char *bytes, size_t len);

/* ASCII only: lower-case a letter; leaves all else. */
char text_lower(char c);

#endif
