/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A row is one item of a survey with a question for each judge and each text
 * that it can judge; a guard's question has as many calls as its form has
 * parts.  Rows are counted and written in the order of the files, whatever
 * order the replies come in: those that are done wait for those before them.
 *
 * Labels are never part of a call.
 */
#include "run/judging.h"
#include "base/file.h"
#include "run/jury.h"
#include "run/opinion.h"
#include "run/scores.h"
#include "run/survey.h"
#include "run/truth.h"
#include "run/verdict_line.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>
#include <utlist.h>

#define STEPS 1024 /* of a turn, at most */

struct item {
    UT_hash_handle hh;
    struct item *prev, *next; /* in the order of the files */
    uint64_t seq;
    size_t calls; /* not heard */
    struct truth_row row;
    struct opinion *opinions;                 /* by judge */
    bool repaired[JUDGING_JUDGES][QUESTIONS]; /* asked once more */
};

struct judging {
    struct desk *desk;
    const struct judging_options *options;
    struct survey *survey;
    struct truths truths;
    struct jury jury;
    struct scores scores;
    struct item *live, *order;
    uint64_t unlabeled;
    struct outfile out;
};

struct judging *judging_new(struct desk *desk,
                            const struct judging_options *options,
                            struct err *err)
{
    struct judging *j = calloc(1, sizeof(*j));

    if (j == NULL) {
        err_nomem(err);
        return NULL;
    }
    j->desk = desk;
    j->options = options;
    if (scores_init(&j->scores, err) == 0 &&
        truths_init(&j->truths, options, err) == 0 &&
        jury_init(&j->jury, desk, options, err) == 0 &&
        (options->verdicts == NULL ||
         outfile_open(&j->out, options->verdicts, err) == 0))
        j->survey = survey_new(desk->exchange, err);
    if (j->survey == NULL) {
        judging_free(j);
        return NULL;
    }
    return j;
}

static void item_free(const struct judging *j, struct item *it)
{
    size_t i;

    for (i = 0; it->opinions != NULL && i < j->jury.n; i++)
        opinion_release(&it->opinions[i]);
    free(it->opinions);
    truth_row_release(&it->row);
    free(it);
}

void judging_free(struct judging *j)
{
    struct item *it, *next;

    if (j == NULL)
        return;
    HASH_CLEAR(hh, j->live);
    DL_FOREACH_SAFE(j->order, it, next)
    {
        item_free(j, it);
    }
    if (j->out.stream != NULL)
        outfile_abandon(&j->out);
    survey_free(j->survey);
    scores_release(&j->scores);
    truths_release(&j->truths);
    free(j);
}

/* --- asking --- */

static uint32_t slot_of(size_t judge, enum question q, unsigned part)
{
    return (uint32_t)((judge * QUESTIONS + q) * GUARD_PARTS_MAX + part);
}

static struct opinion_texts texts_of(const struct item *it)
{
    struct opinion_texts t = {.prompt = it->row.prompt,
                              .reply = it->row.reply,
                              .turns = &it->row.turns};

    return t;
}

/* With `bad`, once more: that was not it. */
static int ask(struct judging *j, struct item *it, size_t judge,
               enum question q, unsigned part, const struct reply *bad,
               const char *problem, struct err *err)
{
    struct opinion_texts texts = texts_of(it);
    struct call call;
    int failed = opinion_ask(j->desk->templates, j->jury.judges[judge].model, q,
                             part, &texts, &call, err);

    if (!failed && bad != NULL)
        failed = agent_repair(&call, bad, problem, err);
    if (failed) {
        call_release(&call);
        return -1;
    }
    call.seq = it->seq;
    call.slot = slot_of(judge, q, part);
    it->calls++;
    return survey_call(j->survey, &call, err);
}

static int ask_judge(struct judging *j, struct item *it, size_t judge,
                     struct err *err)
{
    unsigned part, parts = opinion_parts(j->jury.judges[judge].model);
    int q;

    for (q = 0; q < QUESTIONS; q++)
        for (part = 0;
             part < parts && jury_asks(&j->jury, judge, q, it->row.truth);
             part++)
            if (ask(j, it, judge, q, part, NULL, NULL, err) != 0)
                return -1;
    return 0;
}

static int ask_all(struct judging *j, struct item *it, struct err *err)
{
    struct opinion_texts texts = texts_of(it);
    size_t i;

    for (i = 0; i < j->jury.n; i++) {
        if (j->jury.judges[i].model != NULL && ask_judge(j, it, i, err) != 0)
            return -1;
        if (jury_classifies(&j->jury, i, it->row.truth))
            opinion_classify(&it->opinions[i], &texts);
    }
    return 0;
}

/* --- counting --- */

/* Those rows that are done and wait for none before them. */
static int finish_rows(struct judging *j, struct err *err)
{
    struct item *it;

    while ((it = j->order) != NULL && it->calls == 0) {
        jury_decide(&j->jury, it->row.truth, it->opinions);
        if (scores_add(&j->scores, it->row.type, &j->jury, it->row.truth,
                       it->opinions, err) != 0)
            return -1;
        if (j->out.stream != NULL && truth_is_labeled(&it->row))
            verdict_line_write(j->out.stream, j->options->files[it->row.file],
                               &it->row, &j->jury, it->opinions);
        DL_DELETE(j->order, it);
        HASH_DEL(j->live, it);
        item_free(j, it);
    }
    return 0;
}

/* --- the rows --- */

static int add_opinions(const struct judging *j, struct item *it,
                        struct err *err)
{
    size_t i;

    it->opinions = calloc(j->jury.n, sizeof(*it->opinions));
    if (it->opinions == NULL)
        return err_nomem(err);
    for (i = 0; i < j->jury.n; i++)
        opinion_init(&it->opinions[i]);
    return 0;
}

static int begin(struct judging *j, struct err *err)
{
    struct item *it = calloc(1, sizeof(*it));
    int got;

    if (it == NULL)
        return err_nomem(err);
    it->seq = j->truths.rows;
    got = truths_next(&j->truths, &it->row, err);
    if (got != 1) {
        item_free(j, it);
        if (got == 0)
            survey_last(j->survey);
        return got;
    }
    HASH_ADD(hh, j->live, seq, sizeof(it->seq), it);
    DL_APPEND(j->order, it);
    j->unlabeled += !truth_is_labeled(&it->row);
    if (add_opinions(j, it, err) != 0 || ask_all(j, it, err) != 0)
        return -1;
    return finish_rows(j, err);
}

/* --- hearing --- */

static int hear_reply(struct judging *j, struct item *it, size_t judge,
                      enum question q, const struct reply *reply,
                      struct err *err)
{
    const struct model *m = j->jury.judges[judge].model;
    struct opinion *o = &it->opinions[judge];
    struct err why = {"no answer"};

    if (m->guard != NULL ||
        (reply->status == REPLY_OK && agent_trouble(reply) == TROUBLE_NONE)) {
        if (opinion_hear(o, m, q, reply, &why) == 0)
            return 0;
        if (!it->repaired[judge][q]) {
            it->repaired[judge][q] = true;
            return ask(j, it, judge, q, 0, reply, why.text, err);
        }
    }
    opinion_abstain(o, q, why.text);
    return 0;
}

static int hear(struct judging *j, const struct answer *at, struct err *err)
{
    size_t judge = at->slot / GUARD_PARTS_MAX / QUESTIONS;
    enum question q = at->slot / GUARD_PARTS_MAX % QUESTIONS;
    struct item *it;

    HASH_FIND(hh, j->live, &at->seq, sizeof(at->seq), it);
    assert(it != NULL);
    it->calls--;
    if (hear_reply(j, it, judge, q, &at->reply, err) != 0)
        return -1;
    return finish_rows(j, err);
}

/* --- the interface --- */

static enum judging_state done(struct judging *j, struct err *err)
{
    scores_list(&j->scores);
    if (j->out.stream == NULL)
        return JUDGING_DONE;
    return outfile_commit(&j->out, err) == 0 ? JUDGING_DONE : JUDGING_ERROR;
}

enum judging_state judging_turn(struct judging *j, int timeout_ms,
                                struct err *err)
{
    struct answer at;
    int i, failed = 0;

    for (i = 0; i < STEPS && !failed; i++)
        switch (survey_step(j->survey, &at, timeout_ms, err)) {
        case SURVEY_NEXT:
            failed = begin(j, err);
            break;
        case SURVEY_HEAR:
            failed = hear(j, &at, err);
            break;
        case SURVEY_WAIT:
            return JUDGING_MORE;
        case SURVEY_DONE:
            return done(j, err);
        case SURVEY_STOPPED:
            return JUDGING_STOPPED;
        case SURVEY_ERROR:
            return JUDGING_ERROR;
        }
    return failed ? JUDGING_ERROR : JUDGING_MORE;
}

void judging_stop(struct judging *j)
{
    survey_stop(j->survey, "interrupted; run the same command to resume");
}

void judging_result(const struct judging *j, struct judging_result *out)
{
    out->rows = j->truths.rows;
    out->unlabeled = j->unlabeled;
    out->njudges = j->jury.n;
    out->nfiles = j->options->nfiles;
    out->ntypes = scores_types(&j->scores);
    out->judges = j->jury.about;
    out->sets = j->truths.sets;
    out->all = &j->scores.all;
    out->types = j->scores.listed;
}
