/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A row's way: WRITE (the responder is asked), JUDGE (the judge is asked),
 * and back to WRITE with the problem, or out.  A reply that cannot be read is
 * a problem like any other and costs a round.
 *
 * Only rows on their way are in memory.
 */
#include "run/respond.h"
#include "base/json.h"
#include "base/rng.h"
#include "run/files.h"
#include "run/human.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

struct item {
    UT_hash_handle hh;
    uint64_t seq;
    cJSON *row;
    struct response_task task; /* into the row */
    struct response response;
    unsigned round; /* from 1 */
    bool judging;
};

struct respond {
    struct desk *desk;
    struct respond_options options;
    const struct model *responder, *judge;
    struct pass *pass;
    struct item *live; /* by sequence number */
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
        r->pass = pass_new(desk, err);
    if (r->pass == NULL) {
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
    pass_free(r->pass);
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
    return pass_call(r->pass, &call, err);
}

static int read_task(struct item *it, const struct decided *d,
                     const struct respond_options *o, struct err *err)
{
    struct response_task *t = &it->task;

    it->row = files_record(d, err);
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

static int begin(struct respond *r, struct err *err)
{
    const struct decided *d = pass_row(r->pass);
    struct item *it;
    int harmful;

    if (!files_is_row(d))
        return 0;
    harmful = human_is_harmful(r->desk->store, d->seq, err);
    if (harmful != 0) /* nobody is asked to help with it */
        return harmful < 0 ? -1 : 0;
    it = calloc(1, sizeof(*it));
    if (it == NULL)
        return err_nomem(err);
    it->seq = d->seq;
    it->round = 1;
    HASH_ADD(hh, r->live, seq, sizeof(it->seq), it);
    r->counts.rows++;
    if (read_task(it, d, &r->options, err) != 0)
        return -1;
    return ask(r, it, err);
}

/* --- ending --- */

static int note_text(struct respond *r, const char *kind, const struct item *it,
                     const char *text, struct err *err)
{
    return pass_note(r->pass, kind, it->seq,
                     text != NULL ? cJSON_CreateString(text) : NULL, err);
}

/* Without a problem the answer is good. */
static int note(struct respond *r, const struct item *it, const char *problem,
                struct err *err)
{
    const struct response *p = &it->response;
    cJSON *o = cJSON_CreateObject();
    bool good = problem == NULL;

    cJSON_AddStringToObject(o, "model",
                            p->model != NULL ? p->model : r->responder->name);
    cJSON_AddStringToObject(o, "judge",
                            p->judge != NULL ? p->judge : r->judge->name);
    cJSON_AddStringToObject(o, "form", response_form_name(r->options.form));
    cJSON_AddNumberToObject(o, "rounds", it->round);
    cJSON_AddStringToObject(o, "verdict", good ? "good" : problem);
    if (pass_note(r->pass, "responder", it->seq, o, err) != 0 ||
        note_text(r, "response", it, good ? p->text : NULL, err) != 0)
        return -1;
    return note_text(r, "reasoning", it, good ? p->reasoning : NULL, err);
}

static int end(struct respond *r, struct item *it, const char *problem,
               struct err *err)
{
    int failed = note(r, it, problem, err);

    if (problem == NULL)
        r->counts.good++;
    else
        r->counts.failed++;
    HASH_DEL(r->live, it);
    item_free(it);
    return failed;
}

/* --- hearing --- */

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

static int hear(struct respond *r, struct err *err)
{
    const struct answer *at = pass_answer(r->pass);
    const char *problem;
    struct item *it;

    HASH_FIND(hh, r->live, &at->seq, sizeof(at->seq), it);
    assert(it != NULL);
    problem = read_reply(it, &at->reply);
    if (problem == NULL)
        problem = response_problem(&it->task, &it->response);
    if (problem == NULL && it->judging)
        return end(r, it, NULL, err);
    if (problem == NULL) {
        it->judging = true;
        return ask(r, it, err);
    }
    if (it->round >= r->options.rounds)
        return end(r, it, problem, err);
    it->round++;
    it->judging = false;
    if (response_again(&it->response, problem, err) != 0)
        return -1;
    return ask(r, it, err);
}

/* --- the interface --- */

enum pass_step respond_turn(struct respond *r, int timeout_ms, struct err *err)
{
    enum pass_step step;
    int failed;

    for (;;) {
        step = pass_step(r->pass, timeout_ms, err);
        if (step == PASS_ROW)
            failed = begin(r, err);
        else if (step == PASS_HEAR)
            failed = hear(r, err);
        else
            return step;
        if (failed)
            return PASS_ERROR;
    }
}

void respond_stop(struct respond *r)
{
    pass_stop(r->pass);
}

struct respond_counts respond_counts(const struct respond *r)
{
    return r->counts;
}

int respond_finish(struct respond *r, bool complete, struct err *err)
{
    cJSON *o = cJSON_CreateObject();

    cJSON_AddStringToObject(o, "responder", r->responder->spec);
    cJSON_AddStringToObject(o, "judge", r->judge->spec);
    cJSON_AddStringToObject(o, "form", response_form_name(r->options.form));
    cJSON_AddBoolToObject(o, "complete", complete);
    cJSON_AddNumberToObject(o, "rows", (double)r->counts.rows);
    cJSON_AddNumberToObject(o, "good", (double)r->counts.good);
    cJSON_AddNumberToObject(o, "failed", (double)r->counts.failed);
    return pass_sum_up(r->pass, "responses", o, err);
}
