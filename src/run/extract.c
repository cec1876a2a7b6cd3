/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Two surveys, one after the other: prompts before the extractor, texts before
 * the judges.  Replies come in any order; what a prompt gave waits until all
 * prompts before it have been taken, which is never more than what is in
 * flight.
 *
 * The seed of every call is the same: a prompt that is asked about again, in
 * another order or in a longer file, is found in the ledger.
 */
#include "run/extract.h"
#include "agent/extractor.h"
#include "dataset/reader.h"
#include "run/survey.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#define CALL_SEED   1
#define REPAIR      1 /* slot of the second try */
#define JUDGES_SEAT 8 /* judges at most */

struct item {
    UT_hash_handle hh;
    uint64_t seq;
    /* A prompt. */
    char *prompt;
    size_t file;
    struct extract found;
    bool done;
    /* A text; `seq` is its number and one. */
    size_t heard, readable, harmless, harmful;
};

struct extraction {
    struct extraction_options o;
    const struct model *extractor, *judge[JUDGES_SEAT];
    size_t njudges;
    struct found *found;
    struct survey *survey;
    struct reader *reader;
    size_t file;
    uint64_t next, taken; /* sequence numbers: last given out, last taken */
    bool judging;
    struct item *items; /* by seq: on their way */
    char *source[FOUND_FILES];
    struct extraction_counts counts;
};

/* --- opening and closing --- */

static int find_models(struct extraction *x, struct err *err)
{
    static const char *const embedded[] = {"builtin:judge-strict",
                                           "builtin:judge-moderate",
                                           "builtin:judge-permissive"};
    const char *const *judges = x->o.njudges > 0 ? x->o.judges : embedded;
    size_t i, n = x->o.njudges > 0 ? x->o.njudges : 3;

    if (n > JUDGES_SEAT)
        return err_set(err, "at most %d judges can be asked", JUDGES_SEAT);
    x->extractor = desk_model(x->o.desk, x->o.extractor, err);
    if (x->extractor == NULL)
        return -1;
    for (i = 0; i < n; i++) {
        x->judge[i] = desk_model(x->o.desk, judges[i], err);
        if (x->judge[i] == NULL)
            return -1;
        if (x->judge[i]->guard != NULL)
            return err_set(err,
                           "%s is a guard model; concepts are judged by models "
                           "that follow instructions",
                           judges[i]);
    }
    x->njudges = n;
    return 0;
}

/* "seeds.csv (openai:gpt-x)": the file's name without its folders. */
static int name_sources(struct extraction *x, struct err *err)
{
    const char *name;
    struct str s;
    size_t i;

    for (i = 0; i < x->o.nfiles; i++) {
        name = strrchr(x->o.files[i], '/');
        str_init(&s, 1 << 10);
        str_addf(&s, "%.200s (%.200s)", name != NULL ? name + 1 : x->o.files[i],
                 x->extractor->name);
        x->source[i] = str_detach(&s);
        if (x->source[i] == NULL)
            return err_nomem(err);
    }
    return 0;
}

struct extraction *extraction_open(const struct extraction_options *options,
                                   struct err *err)
{
    struct extraction *x = calloc(1, sizeof(*x));

    if (x == NULL) {
        err_nomem(err);
        return NULL;
    }
    x->o = *options;
    assert(x->o.nfiles > 0 && x->o.nfiles <= FOUND_FILES);
    if (find_models(x, err) != 0 || name_sources(x, err) != 0 ||
        (x->found = found_new(x->o.base, x->o.categories, x->o.ncategories,
                              err)) == NULL ||
        (x->survey = survey_new(x->o.desk->exchange, err)) == NULL) {
        extraction_close(x);
        return NULL;
    }
    return x;
}

static void drop_item(struct extraction *x, struct item *it)
{
    HASH_DEL(x->items, it);
    free(it->prompt);
    extract_release(&it->found);
    free(it);
}

void extraction_close(struct extraction *x)
{
    struct item *it, *next;
    size_t i;

    if (x == NULL)
        return;
    HASH_ITER(hh, x->items, it, next)
    drop_item(x, it);
    survey_free(x->survey);
    found_free(x->found);
    reader_close(x->reader);
    for (i = 0; i < x->o.nfiles; i++)
        free(x->source[i]);
    free(x);
}

const struct extraction_counts *extraction_counts(const struct extraction *x)
{
    return &x->counts;
}

void extraction_stop(struct extraction *x, const char *why)
{
    survey_stop(x->survey, why);
}

static struct item *new_item(struct extraction *x, uint64_t seq,
                             struct err *err)
{
    struct item *it = calloc(1, sizeof(*it));

    if (it == NULL) {
        err_nomem(err);
        return NULL;
    }
    it->seq = seq;
    HASH_ADD(hh, x->items, seq, sizeof(it->seq), it);
    return it;
}

static struct item *find_item(struct extraction *x, uint64_t seq)
{
    struct item *it;

    HASH_FIND(hh, x->items, &seq, sizeof(seq), it);
    assert(it != NULL);
    return it;
}

/* --- prompts --- */

/* The next prompt of the files: 1, 0 at the end, -1. */
static int next_prompt(struct extraction *x, struct reader_row *row,
                       struct err *err)
{
    int got;

    while (x->file < x->o.nfiles) {
        if (x->reader == NULL)
            x->reader = reader_open(x->o.files[x->file], x->o.column, err);
        if (x->reader == NULL)
            return -1;
        got = reader_next(x->reader, row, err);
        if (got != 0)
            return got;
        x->counts.skipped += reader_skipped(x->reader);
        reader_close(x->reader);
        x->reader = NULL;
        x->file++;
    }
    return 0;
}

static void begin_call(struct call *call, enum agent agent,
                       const struct model *m, uint64_t seq, uint32_t slot)
{
    call_init(call, agent, m);
    call->seq = seq;
    call->slot = slot;
    call->seed = CALL_SEED;
}

static int write_extractor(const struct extraction *x, const struct item *it,
                           struct call *call, struct err *err)
{
    return extractor_ask(&x->o.desk->templates[AGENT_EXTRACTOR],
                         x->o.categories, x->o.ncategories, it->prompt, call,
                         err);
}

/* Takes the call over. */
static int send(struct extraction *x, struct call *call, int failed,
                struct err *err)
{
    if (!failed)
        return survey_call(x->survey, call, err);
    call_release(call);
    return -1;
}

static int ask_prompt(struct extraction *x, struct err *err)
{
    struct reader_row row;
    struct item *it;
    struct call call;
    int got = next_prompt(x, &row, err);

    if (got < 0)
        return -1;
    if (got == 0) {
        survey_last(x->survey);
        return 0;
    }
    it = new_item(x, x->next + 1, err);
    if (it == NULL)
        return -1;
    x->next++;
    x->counts.prompts++;
    it->file = x->file;
    it->prompt = str_dup(row.prompt, row.len);
    if (it->prompt == NULL)
        return err_nomem(err);
    begin_call(&call, AGENT_EXTRACTOR, x->extractor, it->seq, 0);
    return send(x, &call, write_extractor(x, it, &call, err), err);
}

/* What came of the prompts whose turn it is. */
static int take_done(struct extraction *x, struct err *err)
{
    struct item *it;
    uint64_t seq;
    int failed = 0;

    for (;;) {
        seq = x->taken + 1;
        HASH_FIND(hh, x->items, &seq, sizeof(seq), it);
        if (it == NULL || !it->done || failed)
            return failed;
        x->counts.left_out += it->found.left_out;
        x->counts.harmless_words +=
            it->found.trigger != NULL && *it->found.trigger == '\0';
        failed = found_take(x->found, it->prompt, it->file,
                            it->found.trigger != NULL ? &it->found : NULL, err);
        drop_item(x, it);
        x->taken++;
    }
}

static int repair(struct extraction *x, const struct item *it,
                  const struct reply *reply, const char *problem,
                  struct err *err)
{
    struct call call;
    int failed;

    begin_call(&call, AGENT_EXTRACTOR, x->extractor, it->seq, REPAIR);
    failed = write_extractor(x, it, &call, err) != 0 ||
             agent_repair(&call, reply, problem, err) != 0;
    return send(x, &call, failed, err);
}

static int hear_extractor(struct extraction *x, const struct answer *at,
                          struct err *err)
{
    struct item *it = find_item(x, at->seq);
    enum trouble trouble;
    struct err why;

    it->done = true;
    if (at->reply.status != REPLY_OK) {
        x->counts.unreadable++;
        return take_done(x, err);
    }
    trouble = agent_trouble(&at->reply);
    if (trouble != TROUBLE_NONE) {
        if (trouble == TROUBLE_REFUSED)
            x->counts.refused++;
        else
            x->counts.unreadable++;
        return take_done(x, err);
    }
    if (extractor_hear(it->prompt, &at->reply, &it->found, &why) == 0)
        return take_done(x, err);
    extract_release(&it->found);
    if (at->slot != REPAIR) {
        it->done = false;
        return repair(x, it, &at->reply, why.text, err);
    }
    x->counts.unreadable++;
    return take_done(x, err);
}

/* --- judging --- */

static int ask_judge(struct extraction *x, const struct item *it, size_t judge,
                     struct err *err)
{
    static const struct path nowhere;
    struct candidate c;
    struct str text;
    struct call call;
    int failed;

    str_init(&text, 1 << 16);
    found_text(x->found, (size_t)it->seq - 1, &text);
    candidate_init(&c, it->seq, &nowhere);
    c.prompt = str_detach(&text);
    begin_call(&call, AGENT_JUDGE, x->judge[judge], it->seq, (uint32_t)judge);
    failed = c.prompt == NULL ? err_nomem(err)
                              : judge_ask(&x->o.desk->templates[AGENT_JUDGE],
                                          &c, &call, err);
    candidate_release(&c);
    return send(x, &call, failed, err);
}

static int ask_text(struct extraction *x, struct err *err)
{
    struct item *it;
    size_t i;

    if (x->next == found_texts(x->found)) {
        survey_last(x->survey);
        return 0;
    }
    it = new_item(x, x->next + 1, err);
    if (it == NULL)
        return -1;
    x->next++;
    x->counts.judged++;
    for (i = 0; i < x->njudges; i++)
        if (ask_judge(x, it, i, err) != 0)
            return -1;
    return 0;
}

static void hear_judge(struct extraction *x, const struct answer *at)
{
    static const struct path nowhere;
    struct item *it = find_item(x, at->seq);
    struct candidate c;

    candidate_init(&c, at->seq, &nowhere);
    c.nvotes = 1;
    if (at->reply.status == REPLY_OK &&
        agent_trouble(&at->reply) == TROUBLE_NONE &&
        judge_hear(&c, 0, &at->reply, NULL) == 0) {
        it->readable++;
        it->harmless += c.votes[0].verdict == VERDICT_HARMLESS;
        it->harmful += c.votes[0].verdict == VERDICT_HARMFUL;
    }
    candidate_release(&c);
    if (++it->heard < x->njudges)
        return;
    found_judge(x->found, (size_t)it->seq - 1,
                it->harmful == 0 && 2 * it->harmless > it->readable &&
                    2 * it->readable >= x->njudges);
    drop_item(x, it);
}

/* --- turns --- */

static enum extraction_state done(struct extraction *x, struct err *err)
{
    if (x->judging) {
        found_prune(x->found, x->o.min_support, &x->counts.found);
        return EXTRACTION_DONE;
    }
    survey_free(x->survey);
    x->survey = survey_new(x->o.desk->exchange, err);
    x->judging = true;
    x->next = 0;
    return x->survey != NULL ? EXTRACTION_MORE : EXTRACTION_ERROR;
}

static int hear(struct extraction *x, const struct answer *at, struct err *err)
{
    if (!x->judging)
        return hear_extractor(x, at, err);
    hear_judge(x, at);
    return 0;
}

enum extraction_state extraction_turn(struct extraction *x, int timeout_ms,
                                      struct err *err)
{
    struct answer at;
    int failed = 0;

    switch (survey_step(x->survey, &at, timeout_ms, err)) {
    case SURVEY_NEXT:
        failed = x->judging ? ask_text(x, err) : ask_prompt(x, err);
        break;
    case SURVEY_HEAR:
        failed = hear(x, &at, err);
        break;
    case SURVEY_WAIT:
        break;
    case SURVEY_DONE:
        return done(x, err);
    case SURVEY_STOPPED:
        return EXTRACTION_STOPPED;
    default:
        return EXTRACTION_ERROR;
    }
    return failed ? EXTRACTION_ERROR : EXTRACTION_MORE;
}

struct concepts *extraction_graph(struct extraction *x, struct err *err)
{
    struct builder *b;

    if (x->counts.found.senses == 0) {
        err_set(err,
                "nothing was found that a graph could use: of %zu prompts, "
                "%zu hold no word that looks dangerous",
                x->counts.prompts, x->counts.harmless_words);
        return NULL;
    }
    b = builder_new(err);
    if (b == NULL ||
        (x->o.base != NULL && builder_graph(b, x->o.base, err) != 0) ||
        found_build(x->found, b, (const char *const *)x->source, err) != 0) {
        builder_free(b);
        return NULL;
    }
    return builder_finish(b, err);
}
