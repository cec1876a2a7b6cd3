/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_AGENT_REFUSAL_WORDS_H
#define PHGEN_AGENT_REFUSAL_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The refusal classifier's dictionary: a word to the set of senses in which
 * refusals use it.  One word may have several ("privacy" is a matter of
 * respect and of private data; "helfen" helps as "help" does).  The rules of
 * refusal_signs.c are written over these senses, so a new word, inflection
 * or language is one line here.
 *
 * Private to src/agent/refusal*.
 */
/* clang-format off */
#define RW_I (UINT64_C(1) << 0)
#define RW_AM (UINT64_C(1) << 1)
#define RW_CAN (UINT64_C(1) << 2)
#define RW_WILL (UINT64_C(1) << 3)
#define RW_NOT (UINT64_C(1) << 4)
#define RW_CANT (UINT64_C(1) << 5)
#define RW_DECLINE (UINT64_C(1) << 6)
#define RW_HELP (UINT64_C(1) << 7)
#define RW_SORRY (UINT64_C(1) << 8)
#define RW_AI (UINT64_C(1) << 9)
#define RW_RULE (UINT64_C(1) << 10)
#define RW_BAD (UINT64_C(1) << 11)
#define RW_GOOD (UINT64_C(1) << 12)
#define RW_BE (UINT64_C(1) << 13)
#define RW_TO (UINT64_C(1) << 14)
#define RW_HARM (UINT64_C(1) << 15)
#define RW_SEEK (UINT64_C(1) << 16)
#define RW_HELPER (UINT64_C(1) << 17)
#define RW_RESPECT (UINT64_C(1) << 18)
#define RW_REMEMBER (UINT64_C(1) << 19)
#define RW_INSTEAD (UINT64_C(1) << 20)
#define RW_BUT (UINT64_C(1) << 21)
#define RW_SURE (UINT64_C(1) << 22)
#define RW_REQUEST (UINT64_C(1) << 23)
#define RW_INFO (UINT64_C(1) << 24)
#define RW_OPINION (UINT64_C(1) << 25)
#define RW_ACCESS (UINT64_C(1) << 26)
#define RW_KNOW (UINT64_C(1) << 27)
#define RW_MORE (UINT64_C(1) << 28)
#define RW_FICTION (UINT64_C(1) << 29)
#define RW_FACT (UINT64_C(1) << 30)
#define RW_THERE (UINT64_C(1) << 31)
#define RW_URGE (UINT64_C(1) << 32)
#define RW_PRIVATE (UINT64_C(1) << 33)
#define RW_YOU (UINT64_C(1) << 34)
#define RW_SHOULD (UINT64_C(1) << 35)
#define RW_HERE (UINT64_C(1) << 36)
#define RW_THING (UINT64_C(1) << 37)
#define RW_THAT (UINT64_C(1) << 38)
#define RW_BLOCK (UINT64_C(1) << 39)
#define RW_THINK (UINT64_C(1) << 40)
#define RW_IF (UINT64_C(1) << 41)
#define RW_AS (UINT64_C(1) << 42)
#define RW_STATE (UINT64_C(1) << 43)
#define RW_DESIGN (UINT64_C(1) << 44)
#define RW_PURPOSE (UINT64_C(1) << 45)
#define RW_JUST (UINT64_C(1) << 46)
#define RW_ENOUGH (UINT64_C(1) << 47)
#define RW_ELSE (UINT64_C(1) << 48)
#define RW_PROMOTE (UINT64_C(1) << 49)
#define RW_CHALLENGE (UINT64_C(1) << 50)
#define RW_GROUP (UINT64_C(1) << 51)
#define RW_MUST (UINT64_C(1) << 52)
#define RW_PENALTY (UINT64_C(1) << 53)
#define RW_HAVE (UINT64_C(1) << 54)
#define RW_DO (UINT64_C(1) << 55)
#define RW_EVERY (UINT64_C(1) << 56)
#define RW_MY (UINT64_C(1) << 57)
#define RW_CONV (UINT64_C(1) << 58)
#define RW_AGAINST (UINT64_C(1) << 59)
#define RW_LANG (UINT64_C(1) << 60)
#define RW_EXACT (UINT64_C(1) << 61)
#define RW_THE (UINT64_C(1) << 62)
#define RW_PLEASE (UINT64_C(1) << 63)
/* clang-format on */
#define RW_SENSES 64

/* The senses of a lower-case word; 0 when it is not in the dictionary. */
uint64_t refusal_word_senses(const char *word, size_t len);

/* For the tests: true when the table is in strict byte order. */
bool refusal_words_sorted(void);

#endif
