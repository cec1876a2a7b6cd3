/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A row's way: WRITE (the responder is asked), JUDGE (the judge is asked),
 * and back to WRITE with the problem, or out.  A reply that cannot be read is
 * a problem like any other and costs a round.
 *
 * Only rows on their way are in memory.  What is ended waits in `ended` and
 * goes to the store some hundreds at a time, in one durable transaction.
 */
#include "run/respond.h"
#include "base/json.h"
#include "base/rng.h"
#include "run/files.h"
#include "run/survey.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>
#include <utlist.h>

#define FLUSH_AT 256
#define STEPS    1024 /* of a turn, at most */

struct item {
    UT_hash_handle hh; /* while on its way */
    struct item *next; /* once ended */
    uint64_t seq;
    cJSON *row;
    struct response_task task; /* into the row */
    struct response response;
    unsigned round; /* from 1 */
    bool judging;
    const char *problem; /* once ended; NULL: the answer is good */
};

struct respond {
    struct desk *desk;
    struct respond_options options;
    const struct model *responder, *judge;
    struct survey *survey;
    struct store_cursor *rows;
    struct item *live, *ended;
    size_t nended;
    struct respond_counts counts;
};

struct respond *respond_new(struct desk *desk,
                            const struct respond_options *options,
                            struct err *err)
{
    struct respond *r = calloc(1, sizeof(*r));
    const struct respond_options *o = options;

    if (r == NULL) {
        err_nomem(err);
        return NULL;
    }
    r->desk = desk;
    r->options = *options;
    r->responder = desk_model(
        desk, o->responder != NULL ? o->responder : "builtin:responder", err);
    r->judge =
        r->responder == NULL
            ? NULL
            : desk_model(desk,
                         o->judge != NULL ? o->judge : "builtin:response-judge",
                         err);
    if (r->judge != NULL)
        r->survey = survey_new(desk->exchange, err);
    if (r->survey != NULL)
        r->rows = store_read(desk->store, err);
    if (r->rows == NULL) {
        respond_free(r);
        return NULL;
    }
    return r;
}

static void item_free(struct item *it)
{
    cJSON_Delete(it->row);
    response_release(&it->response);
    free(it);
}

void respond_free(struct respond *r)
{
    struct item *it, *next;

    if (r == NULL)
        return;
    HASH_ITER(hh, r->live, it, next)
    {
        HASH_DEL(r->live, it);
        item_free(it);
    }
    LL_FOREACH_SAFE(r->ended, it, next)
    {
        item_free(it);
    }
    store_read_end(r->rows);
    survey_free(r->survey);
    free(r);
}

/* --- asking --- */

static uint64_t seed_of(const struct respond *r, const struct item *it)
{
    char purpose[64];
    struct rng rng;

    snprintf(purpose, sizeof(purpose), "%s/%s/%u",
             it->judging ? "response-judge" : "responder",
             response_form_name(r->options.form), it->round);
    rng = rng_for(r->options.seed, it->seq, purpose);
    return rng_u64(&rng) >> 11;
}

static int ask(struct respond *r, struct item *it, struct err *err)
{
    enum agent agent = it->judging ? AGENT_RESPONSE_JUDGE : AGENT_RESPONDER;
    const struct template *t = &r->desk->templates[agent];
    struct call call;
    int failed;

    call_init(&call, agent, it->judging ? r->judge : r->responder);
    call.seq = it->seq;
    failed = it->judging
                 ? response_judge_ask(t, &it->task, &it->response, &call, err)
                 : responder_ask(t, &it->task, &it->response, &call, err);
    if (failed) {
        call_release(&call);
        return -1;
    }
    call.seed = seed_of(r, it);
    return survey_call(r->survey, &call, err);
}

static int read_task(struct item *it, const char *record,
                     const struct respond_options *o, struct err *err)
{
    struct response_task *t = &it->task;

    it->row = json_parse(record, strlen(record), err);
    if (it->row == NULL)
        return -1;
    t->messages = json_array(it->row, "messages");
    t->prompt = json_string(it->row, "prompt");
    t->benign_reading = json_string(it->row, "benign_reading");
    t->controversial = json_bool(it->row, "controversial", false);
    t->form = o->form;
    if (t->messages == NULL || t->prompt == NULL)
        return err_set(err, "the record of candidate %llu has no messages",
                       (unsigned long long)it->seq);
    if (t->benign_reading == NULL)
        t->benign_reading = "";
    return 0;
}

/* The next accepted row: 1, 0 at the end, -1. */
static int next_row(struct respond *r, struct decided *d, struct err *err)
{
    int got;

    do
        got = store_next(r->rows, d, err);
    while (got == 1 && !files_is_row(d));
    return got;
}

static int begin(struct respond *r, struct err *err)
{
    struct decided d;
    struct item *it;
    int got = next_row(r, &d, err);

    if (got < 0)
        return -1;
    if (got == 0) {
        survey_last(r->survey);
        return 0;
    }
    it = calloc(1, sizeof(*it));
    if (it == NULL)
        return err_nomem(err);
    it->seq = d.seq;
    it->round = 1;
    HASH_ADD(hh, r->live, seq, sizeof(it->seq), it);
    r->counts.rows++;
    if (read_task(it, d.record, &r->options, err) != 0)
        return -1;
    return ask(r, it, err);
}

/* --- hearing --- */

static void end(struct respond *r, struct item *it, const char *problem)
{
    it->problem = problem;
    HASH_DEL(r->live, it);
    LL_PREPEND(r->ended, it);
    r->nended++;
    if (problem == NULL)
        r->counts.good++;
    else
        r->counts.failed++;
}

/* Reads the reply; what is wrong with it, or NULL. */
static const char *read_reply(struct item *it, const struct reply *reply)
{
    struct err why;

    if (reply->status != REPLY_OK)
        return "the model gave no answer";
    switch (agent_trouble(reply)) {
    case TROUBLE_REFUSED:
        return "the model refused";
    case TROUBLE_CUT:
        return "the answer was cut by its length limit";
    case TROUBLE_EMPTY:
        return "the answer was empty";
    default:
        break;
    }
    if (it->judging ? response_judge_hear(reply, &it->response, &why)
                    : responder_hear(&it->task, reply, &it->response, &why))
        return it->judging ? "the verdict could not be read"
                           : "the answer was not the JSON object asked for";
    return NULL;
}

static int hear(struct respond *r, const struct answer *at, struct err *err)
{
    const char *problem;
    struct item *it;

    HASH_FIND(hh, r->live, &at->seq, sizeof(at->seq), it);
    assert(it != NULL);
    problem = read_reply(it, &at->reply);
    if (problem == NULL)
        problem = response_problem(&it->task, &it->response);
    if (problem == NULL && it->judging) {
        end(r, it, NULL);
        return 0;
    }
    if (problem == NULL) {
        it->judging = true;
        return ask(r, it, err);
    }
    if (it->round >= r->options.rounds) {
        end(r, it, problem);
        return 0;
    }
    it->round++;
    it->judging = false;
    if (response_again(&it->response, problem, err) != 0)
        return -1;
    return ask(r, it, err);
}

/* --- storing --- */

static int put_json(struct respond *r, const char *kind, uint64_t seq,
                    const cJSON *value, struct err *err)
{
    struct str text;
    int failed;

    str_init(&text, 1 << 20);
    json_print(value, &text);
    failed = store_annex_put(r->desk->store, kind, seq, text.s, err);
    str_release(&text);
    return failed;
}

/* NULL takes the annex away: an earlier pass may have left one. */
static int put_text(struct respond *r, const char *kind, uint64_t seq,
                    const char *value, struct err *err)
{
    struct str text;
    int failed;

    if (value == NULL)
        return store_annex_drop(r->desk->store, kind, seq, err);
    str_init(&text, 1 << 20);
    json_quote(value, strlen(value), &text);
    failed = store_annex_put(r->desk->store, kind, seq, text.s, err);
    str_release(&text);
    return failed;
}

static int store_item(struct respond *r, const struct item *it, struct err *err)
{
    const struct response *p = &it->response;
    cJSON *o = cJSON_CreateObject();
    bool good = it->problem == NULL;
    int failed;

    cJSON_AddStringToObject(o, "model",
                            p->model != NULL ? p->model : r->responder->name);
    cJSON_AddStringToObject(o, "judge",
                            p->judge != NULL ? p->judge : r->judge->name);
    cJSON_AddStringToObject(o, "form", response_form_name(r->options.form));
    cJSON_AddNumberToObject(o, "rounds", it->round);
    cJSON_AddStringToObject(o, "verdict", good ? "good" : it->problem);
    failed =
        put_json(r, "responder", it->seq, o, err) != 0 ||
        put_text(r, "response", it->seq, good ? p->text : NULL, err) != 0 ||
        put_text(r, "reasoning", it->seq, good ? p->reasoning : NULL, err) != 0;
    cJSON_Delete(o);
    return failed ? -1 : 0;
}

static int flush(struct respond *r, struct err *err)
{
    struct item *it, *next;

    if (r->ended == NULL)
        return 0;
    if (store_begin(r->desk->store, err) != 0)
        return -1;
    LL_FOREACH(r->ended, it)
    {
        if (store_item(r, it, err) != 0)
            return -1;
    }
    if (store_commit(r->desk->store, err) != 0)
        return -1;
    LL_FOREACH_SAFE(r->ended, it, next)
    {
        item_free(it);
    }
    r->ended = NULL;
    r->nended = 0;
    return 0;
}

/* --- the interface --- */

enum respond_state respond_turn(struct respond *r, int timeout_ms,
                                struct err *err)
{
    struct answer at;
    int i, failed = 0;

    for (i = 0; i < STEPS && !failed; i++) {
        if (r->nended >= FLUSH_AT && flush(r, err) != 0)
            return RESPOND_ERROR;
        switch (survey_step(r->survey, &at, timeout_ms, err)) {
        case SURVEY_NEXT:
            failed = begin(r, err);
            break;
        case SURVEY_HEAR:
            failed = hear(r, &at, err);
            break;
        case SURVEY_WAIT:
            return RESPOND_MORE;
        case SURVEY_DONE:
            return flush(r, err) == 0 ? RESPOND_DONE : RESPOND_ERROR;
        case SURVEY_STOPPED:
            return flush(r, NULL) == 0 ? RESPOND_STOPPED : RESPOND_ERROR;
        case SURVEY_ERROR:
            return RESPOND_ERROR;
        }
    }
    return failed ? RESPOND_ERROR : RESPOND_MORE;
}

void respond_stop(struct respond *r)
{
    survey_stop(r->survey, "interrupted; run the same command to resume");
}

struct respond_counts respond_counts(const struct respond *r)
{
    return r->counts;
}

int respond_finish(struct respond *r, bool complete, struct err *err)
{
    cJSON *o = cJSON_CreateObject();
    int failed;

    cJSON_AddStringToObject(o, "responder", r->responder->spec);
    cJSON_AddStringToObject(o, "judge", r->judge->spec);
    cJSON_AddStringToObject(o, "form", response_form_name(r->options.form));
    cJSON_AddBoolToObject(o, "complete", complete);
    cJSON_AddNumberToObject(o, "rows", (double)r->counts.rows);
    cJSON_AddNumberToObject(o, "good", (double)r->counts.good);
    cJSON_AddNumberToObject(o, "failed", (double)r->counts.failed);
    failed = put_json(r, "responses", 0, o, err);
    cJSON_Delete(o);
    return failed;
}
