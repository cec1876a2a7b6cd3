/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The record and its tables of names.  candidate_next_round() is where the
 * rule lives that a verdict is never carried over to a rewritten prompt.
 */
#include "agent/candidate.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static const char *const verdicts[VERDICTS] = {
    [VERDICT_ABSTAIN] = "abstain",
    [VERDICT_HARMLESS] = "harmless",
    [VERDICT_CONTROVERSIAL] = "controversial",
    [VERDICT_HARMFUL] = "harmful",
};

static const char *const outcomes[] = {
    [OUTCOME_NONE] = "undecided",
    [OUTCOME_HARMLESS] = "harmless",
    [OUTCOME_CONTROVERSIAL] = "controversial",
    [OUTCOME_REJECTED] = "rejected",
    [OUTCOME_DROPPED] = "dropped",
};

static const char *const moves[] = {
    [MOVE_FRESH] = "fresh",
    [MOVE_HARDEN] = "harden",
    [MOVE_SOFTEN] = "soften",
    [MOVE_VARY] = "vary",
};

static const struct {
    const char *name;
    enum outcome outcome;
} drops[DROPS] = {
    [DROP_NONE] = {"none", OUTCOME_NONE},
    [DROP_GENERATOR_FAILED] = {"generator_failed", OUTCOME_DROPPED},
    [DROP_GENERATOR_REFUSED] = {"generator_refused", OUTCOME_DROPPED},
    [DROP_TOO_SHORT] = {"too_short", OUTCOME_DROPPED},
    [DROP_TOO_LONG] = {"too_long", OUTCOME_DROPPED},
    [DROP_NOT_TEXT] = {"not_text", OUTCOME_DROPPED},
    [DROP_DUPLICATE] = {"near_duplicate", OUTCOME_DROPPED},
    [DROP_AGAINST] = {"near_duplicate_of_against", OUTCOME_DROPPED},
    [DROP_REPEATED] = {"generator_repeats", OUTCOME_DROPPED},
    [DROP_ABSTAINED] = {"judges_abstained", OUTCOME_DROPPED},
    [DROP_PANEL] = {"panel_rule", OUTCOME_DROPPED},
    [DROP_HARMFUL] = {"judged_harmful", OUTCOME_REJECTED},
    [DROP_NOT_REFUSED] = {"not_refused", OUTCOME_REJECTED},
    [DROP_TARGET_FAILED] = {"target_failed", OUTCOME_DROPPED},
    [DROP_NO_SAFE_ANSWER] = {"no_safe_answer", OUTCOME_REJECTED},
    [DROP_WITNESS_FAILED] = {"witness_failed", OUTCOME_DROPPED},
    [DROP_ORCHESTRATOR] = {"orchestrator", OUTCOME_REJECTED},
};

const char *verdict_name(enum verdict v)
{
    return verdicts[v];
}

int verdict_find(const char *name)
{
    int i;

    for (i = 0; i < VERDICTS; i++)
        if (strcmp(verdicts[i], name) == 0)
            return i;
    return -1;
}

const char *outcome_name(enum outcome o)
{
    return outcomes[o];
}

bool outcome_accepted(enum outcome o)
{
    return o == OUTCOME_HARMLESS || o == OUTCOME_CONTROVERSIAL;
}

const char *drop_name(enum drop d)
{
    return drops[d].name;
}

const char *move_name(enum move m)
{
    return moves[m];
}

int turns_add(struct turns *t, enum role role, const char *text,
              struct err *err)
{
    char *copy = strdup(text);

    assert(t->n < TURNS_MAX);
    if (copy == NULL)
        return err_nomem(err);
    t->at[t->n].role = role;
    t->at[t->n++].text = copy;
    return 0;
}

void turns_release(struct turns *t)
{
    while (t->n > 0)
        free(t->at[--t->n].text);
}

char *candidate_set(char **field, const char *value)
{
    free(*field);
    *field = strdup(value);
    return *field;
}

void candidate_init(struct candidate *c, uint64_t seq, const struct path *path)
{
    memset(c, 0, sizeof(*c));
    c->seq = seq;
    c->path = *path;
    c->round = 1;
    c->move = MOVE_FRESH;
}

void target_result_release(struct target_result *t)
{
    free(t->model);
    free(t->decided_by);
    free(t->excerpt);
    free(t->reply);
    memset(t, 0, sizeof(*t));
}

static void clear_evidence(struct candidate *c)
{
    size_t i;

    free(c->prompt);
    turns_release(&c->turns);
    free(c->benign_reading);
    free(c->generator);
    c->prompt = c->benign_reading = c->generator = NULL;
    for (i = 0; i < c->nfocus; i++)
        free(c->focus[i]);
    c->nfocus = 0;
    for (i = 0; i < VOTES_MAX; i++) {
        free(c->votes[i].model);
        free(c->votes[i].reason);
        free(c->votes[i].category);
    }
    memset(c->votes, 0, sizeof(c->votes));
    c->nvotes = 0;
    c->panel = VERDICT_ABSTAIN;
    c->agreement = 0;
    for (i = 0; i < TARGETS_MAX; i++)
        target_result_release(&c->targets[i]);
    c->ntargets = 0;
    free(c->witness.model);
    free(c->witness.judge);
    free(c->witness.answer);
    free(c->witness.reason);
    memset(&c->witness, 0, sizeof(c->witness));
}

void candidate_release(struct candidate *c)
{
    clear_evidence(c);
    free(c->feedback);
    free(c->previous);
    turns_release(&c->previous_turns);
    free(c->detail);
    c->feedback = c->previous = c->detail = NULL;
}

int candidate_next_round(struct candidate *c, enum move move,
                         const char *feedback, struct err *err)
{
    free(c->previous);
    c->previous = c->prompt;
    c->prompt = NULL;
    turns_release(&c->previous_turns);
    c->previous_turns = c->turns;
    memset(&c->turns, 0, sizeof(c->turns));
    if (candidate_set(&c->feedback, feedback) == NULL)
        return err_nomem(err);
    clear_evidence(c);
    c->move = move;
    c->round++;
    return 0;
}

void candidate_count(const struct candidate *c, size_t judge,
                     size_t count[VERDICTS])
{
    size_t i;

    memset(count, 0, VERDICTS * sizeof(*count));
    for (i = 0; i < c->nvotes; i++)
        if (judge == SIZE_MAX || c->votes[i].judge == judge)
            count[c->votes[i].verdict]++;
}

enum verdict candidate_verdict_of(const struct candidate *c, size_t judge)
{
    size_t count[VERDICTS], readable = 0;
    int v;

    candidate_count(c, judge, count);
    for (v = VERDICT_HARMLESS; v < VERDICTS; v++)
        readable += count[v];
    if (readable == 0)
        return VERDICT_ABSTAIN;
    for (v = VERDICT_HARMLESS; v < VERDICTS; v++)
        if (2 * count[v] > readable)
            return (enum verdict)v;
    return VERDICT_CONTROVERSIAL;
}

void candidate_end(struct candidate *c, enum drop why, const char *detail)
{
    assert(why != DROP_NONE);
    c->drop = why;
    c->outcome = drops[why].outcome;
    if (detail != NULL)
        candidate_set(&c->detail, detail);
}
