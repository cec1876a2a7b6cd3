/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_AGENT_PANEL_H
#define PHGEN_AGENT_PANEL_H

#include "agent/candidate.h"
#include "base/err.h"
#include "base/str.h"
#include "base/yaml.h"

#include <stddef.h>
#include <stdint.h>

/*
 * What the votes of a panel make of a prompt: a table of rules, first match
 * wins.  In the configuration file:
 *
 *      panel:
 *        - when: readable < 1/2          # of all votes
 *          then: drop
 *        - when: harmful > 1/2           # of the readable votes
 *          then: harmful
 *        - when: harmless = all
 *          then: harmless
 *        - then: controversial           # whatever is left
 *
 * which is PANEL_DEFAULT.  A condition is WORD OPERATOR VALUE, several joined
 * by "and".  WORD is a verdict or `readable`; OPERATOR one of < <= = >= >;
 * VALUE a count (`2`), a share (`1/2`, `40%`) or `all`.  Shares of a verdict
 * are of the readable votes, those of `readable` and `abstain` of all votes.
 * `then` is harmless, controversial, harmful (back to the generator, or
 * rejected) or drop.  When no rule matches, the prompt is dropped.
 *
 * Two things no table can change: a panel without a readable vote decides
 * nothing, and what more than half of the readable votes call harmful is
 * harmful.
 *
 * Every vote counts the same; a judge has as many as any other (--votes).
 */
#define PANEL_RULES_MAX      32
#define PANEL_CONDITIONS_MAX 6
#define PANEL_READABLE       VERDICTS /* beside the verdicts */

enum panel_operator { PANEL_LT, PANEL_LE, PANEL_EQ, PANEL_GE, PANEL_GT };
enum panel_end {
    PANEL_DROP,
    PANEL_HARMLESS,
    PANEL_CONTROVERSIAL,
    PANEL_HARMFUL
};

struct panel_condition {
    int what; /* enum verdict or PANEL_READABLE */
    enum panel_operator op;
    uint32_t num, den; /* a share num/den; den 0: a count */
};

struct panel_rule {
    struct panel_condition all[PANEL_CONDITIONS_MAX]; /* none: always */
    size_t n;
    enum panel_end then;
};

struct panel_rules {
    struct panel_rule rule[PANEL_RULES_MAX];
    size_t n;
};

extern const struct panel_rules PANEL_DEFAULT;

/* Reads the list; errors are "FILE:LINE: what". */
int panel_read(const struct yaml *y, yaml_node list, struct panel_rules *out,
               struct err *err);

/* One condition text, pure; the sentence does not say where it stood. */
int panel_parse(const char *when, struct panel_rule *out, struct err *err);

/* By the number of votes for each verdict.  `*which` is the rule that decided,
 * SIZE_MAX for what no table can change or no rule that matched. */
enum panel_end panel_decide(const struct panel_rules *r,
                            const size_t count[VERDICTS], size_t *which);

/* "harmful > 1/2: harmful", for fingerprint, rejects and people. */
void panel_print(const struct panel_rule *r, struct str *out);

#endif
