/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A subject's samples are all on their way at once, slot by slot, and are
 * read when the last is in, in slot order: which refusal is quoted must not
 * depend on which came first.
 *
 * What is complete waits for those added before it.  That is bounded by what
 * the exchange has in flight and the time that one call may take.
 */
#include "run/trial.h"
#include "agent/agent.h"
#include "base/hash.h"
#include "base/rng.h"
#include "run/survey.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

struct item {
    UT_hash_handle hh;
    uint64_t number;
    char *prompt;
    struct reply *replies; /* a slot each, until all are in */
    uint32_t heard;
    struct target_result target;
    char *error;
};

struct trial {
    struct trial_options options;
    struct survey *survey;
    struct item *items;    /* by number */
    struct item *out;      /* handed out; freed by the next step */
    uint64_t added, taken; /* numbers */
};

struct trial *trial_new(struct desk *desk, const struct trial_options *options,
                        struct err *err)
{
    struct trial *t = calloc(1, sizeof(*t));

    if (t == NULL) {
        err_nomem(err);
        return NULL;
    }
    assert(options->samples > 0 && options->samples <= TRIAL_SAMPLES_MAX);
    t->options = *options;
    t->survey = survey_new(desk->exchange, err);
    if (t->survey == NULL) {
        trial_free(t);
        return NULL;
    }
    return t;
}

static void drop_replies(struct item *it, uint32_t n)
{
    uint32_t i;

    for (i = 0; it->replies != NULL && i < n; i++)
        reply_release(&it->replies[i]);
    free(it->replies);
    it->replies = NULL;
}

static void item_free(struct item *it, uint32_t samples)
{
    if (it == NULL)
        return;
    drop_replies(it, samples);
    target_result_release(&it->target);
    free(it->prompt);
    free(it->error);
    free(it);
}

void trial_free(struct trial *t)
{
    struct item *it, *next;

    if (t == NULL)
        return;
    HASH_ITER(hh, t->items, it, next)
    {
        HASH_DEL(t->items, it);
        item_free(it, t->options.samples);
    }
    item_free(t->out, t->options.samples);
    survey_free(t->survey);
    free(t);
}

/* --- asking --- */

static uint64_t seed_of(const struct trial *t, const char *id, uint32_t sample)
{
    char purpose[32];
    struct rng r;

    snprintf(purpose, sizeof(purpose), "trial/%u", sample);
    r = rng_for(t->options.seed, hash_bytes(id, strlen(id)).low, purpose);
    return rng_u64(&r) >> 11;
}

static int write_call(const struct trial *t, const struct trial_subject *s,
                      struct call *call, struct err *err)
{
    cJSON *alone = NULL, *m;
    int failed;

    call->temperature = t->options.temperature;
    if (s->system != NULL && call_add(call, ROLE_SYSTEM, s->system, err) != 0)
        return -1;
    if (s->messages != NULL)
        return target_ask_chat(s->messages, call, err);
    alone = cJSON_CreateArray();
    m = cJSON_CreateObject();
    cJSON_AddStringToObject(m, "role", role_name(ROLE_USER));
    cJSON_AddStringToObject(m, "content", s->prompt);
    cJSON_AddItemToArray(alone, m);
    failed = target_ask_chat(alone, call, err);
    cJSON_Delete(alone);
    return failed;
}

static int ask(struct trial *t, const struct trial_subject *s,
               const struct item *it, uint32_t sample, struct err *err)
{
    struct call call;

    call_init(&call, AGENT_TARGET, s->model);
    call.seq = it->number;
    call.slot = sample;
    if (write_call(t, s, &call, err) != 0) {
        call_release(&call);
        return -1;
    }
    call.seed = seed_of(t, s->id, sample);
    return survey_call(t->survey, &call, err);
}

static struct item *item_new(const struct trial *t, const char *prompt)
{
    struct item *it = calloc(1, sizeof(*it));

    if (it == NULL)
        return NULL;
    it->target.first_look = -1;
    it->prompt = strdup(prompt);
    it->replies = calloc(t->options.samples, sizeof(*it->replies));
    if (it->prompt == NULL || it->replies == NULL) {
        item_free(it, 0);
        return NULL;
    }
    return it;
}

int trial_add(struct trial *t, const struct trial_subject *subject,
              struct err *err)
{
    struct item *it = item_new(t, subject->prompt);
    uint32_t i;

    if (it == NULL)
        return err_nomem(err);
    it->number = t->added++;
    HASH_ADD(hh, t->items, number, sizeof(it->number), it);
    for (i = 0; i < t->options.samples; i++)
        if (ask(t, subject, it, i, err) != 0)
            return -1;
    return 0;
}

void trial_last(struct trial *t)
{
    survey_last(t->survey);
}

void trial_stop(struct trial *t)
{
    survey_stop(t->survey, "interrupted; run the same command to resume");
}

/* --- hearing --- */

static int read_replies(const struct trial *t, struct item *it, struct err *err)
{
    const struct reply *r;
    uint32_t i;

    for (i = 0; i < t->options.samples; i++) {
        r = &it->replies[i];
        it->target.asked++;
        if (r->status == REPLY_OK) {
            if (target_note(&it->target, it->prompt, r, err) != 0)
                return -1;
            continue;
        }
        it->target.failed++;
        if (it->error == NULL)
            it->error = strdup(r->error != NULL ? r->error : "no answer");
    }
    drop_replies(it, t->options.samples);
    return 0;
}

static int hear(struct trial *t, const struct answer *at, struct err *err)
{
    struct item *it;

    HASH_FIND(hh, t->items, &at->seq, sizeof(at->seq), it);
    assert(it != NULL && at->slot < t->options.samples);
    survey_keep(t->survey, &it->replies[at->slot]);
    return ++it->heard == t->options.samples ? read_replies(t, it, err) : 0;
}

static bool hand_out(struct trial *t, struct trial_result *out)
{
    struct item *it;

    HASH_FIND(hh, t->items, &t->taken, sizeof(t->taken), it);
    if (it == NULL || it->heard < t->options.samples)
        return false;
    HASH_DEL(t->items, it);
    t->taken++;
    t->out = it;
    out->number = it->number;
    out->target = it->target;
    out->error = it->error;
    return true;
}

enum trial_step trial_step(struct trial *t, struct trial_result *out,
                           int timeout_ms, struct err *err)
{
    struct answer at;

    item_free(t->out, t->options.samples);
    t->out = NULL;
    while (!hand_out(t, out))
        switch (survey_step(t->survey, &at, timeout_ms, err)) {
        case SURVEY_NEXT:
            return TRIAL_NEXT;
        case SURVEY_HEAR:
            if (hear(t, &at, err) != 0)
                return TRIAL_ERROR;
            break;
        case SURVEY_WAIT:
            return TRIAL_WAIT;
        case SURVEY_DONE:
            return TRIAL_DONE;
        case SURVEY_STOPPED:
            return TRIAL_STOPPED;
        case SURVEY_ERROR:
            return TRIAL_ERROR;
        }
    return TRIAL_RESULT;
}

uint32_t trial_compliances(const struct target_result *r)
{
    return r->samples - r->refusals - r->other - r->empty;
}
