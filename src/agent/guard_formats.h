/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_AGENT_GUARD_FORMATS_H
#define PHGEN_AGENT_GUARD_FORMATS_H

#include "agent/guard.h"

/*
 * For the files that speak a guard's format; see guard.h.
 */
int wildguard_ask(unsigned, const char *, const char *, struct call *,
                  struct err *);
int wildguard_hear(const struct guard *, const struct reply *, bool,
                   struct guard_verdict *, struct err *);
int llamaguard_ask(unsigned, const char *, const char *, struct call *,
                   struct err *);
int llamaguard_hear(const struct guard *, const struct reply *, bool,
                    struct guard_verdict *, struct err *);
int qwenguard_ask(unsigned, const char *, const char *, struct call *,
                  struct err *);
int qwenguard_hear(const struct guard *, const struct reply *, bool,
                   struct guard_verdict *, struct err *);
#define SHIELDGEMMA_PARTS 4
int shieldgemma_ask(unsigned, const char *, const char *, struct call *,
                    struct err *);
int shieldgemma_hear(const struct guard *, const struct reply *, bool,
                     struct guard_verdict *, struct err *);
int granite_ask(unsigned, const char *, const char *, struct call *,
                struct err *);
int granite_hear(const struct guard *, const struct reply *, bool,
                 struct guard_verdict *, struct err *);
int moderation_ask(unsigned, const char *, const char *, struct call *,
                   struct err *);
int moderation_hear(const struct guard *, const struct reply *, bool,
                    struct guard_verdict *, struct err *);

/* [user] or [user, assistant] for a server that applies the template. */
int guard_chat(const char *prompt, const char *answer, uint32_t max_tokens,
               uint32_t top_logprobs, struct call *call, struct err *err);

/*
 * The probability of `yes` against `no` at the first token that begins one of
 * the two words, from the reply's logprobs: P(yes) / (P(yes) + P(no)), case
 * and blanks aside.  Negative when the server sent none.
 */
double guard_odds(const struct reply *reply, const char *yes, const char *no);

/* The word as a verdict, unless a score says more precisely. */
enum verdict guard_grade(const struct guard *g, bool harm, double score);

/* The next line that is not blank, without blanks around it; false at the
 * end.  `*at` moves on. */
bool guard_line(const char **at, const char **line, size_t *len);

/* Is this line exactly that word, case aside? */
bool guard_word(const char *line, size_t len, const char *word);

#endif
