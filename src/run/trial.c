/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A subject's samples are all on their way at once, slot by slot, and are
 * read when the last is in, in slot order: which refusal is quoted must not
 * depend on which came first.  Where the request is to be worded anew, that
 * call goes before them, in a slot of its own.
 *
 * What is complete waits for those added before it.  That is bounded by what
 * the exchange has in flight and the time that one call may take.
 */
#include "run/trial.h"
#include "agent/agent.h"
#include "agent/rephraser.h"
#include "base/hash.h"
#include "base/rng.h"
#include "run/survey.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#define REPHRASE_SLOT TRIAL_SAMPLES_MAX
#define SYSTEM_BYTES  ((size_t)8 << 20)

struct item {
    UT_hash_handle hh;
    uint64_t number;
    const struct model *model;
    char *id, *prompt;
    cJSON *chat;           /* what the model is sent */
    struct reply *replies; /* a slot each, until all are in */
    uint32_t heard;
    struct target_result target;
    char *error, *sent;
};

struct trial {
    struct desk *desk;
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
    t->desk = desk;
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
    cJSON_Delete(it->chat);
    free(it->id);
    free(it->prompt);
    free(it->error);
    free(it->sent);
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

static int ask_samples(struct trial *t, const struct item *it, struct err *err)
{
    struct call call;
    uint32_t i;

    for (i = 0; i < t->options.samples; i++) {
        call_init(&call, AGENT_TARGET, it->model);
        call.seq = it->number;
        call.slot = i;
        call.temperature = t->options.temperature;
        if (target_ask_chat(it->chat, &call, err) != 0) {
            call_release(&call);
            return -1;
        }
        call.seed = seed_of(t, it->id, i);
        if (survey_call(t->survey, &call, err) != 0)
            return -1;
    }
    return 0;
}

static int ask_rephraser(struct trial *t, const struct trial_subject *s,
                         struct item *it, struct err *err)
{
    struct call call;

    call_init(&call, AGENT_REPHRASER, s->rephraser);
    call.seq = it->number;
    call.slot = REPHRASE_SLOT;
    if (rephraser_ask(&t->desk->templates[AGENT_REPHRASER], it->prompt,
                      s->focus, &call, err) != 0) {
        call_release(&call);
        return -1;
    }
    call.seed = seed_of(t, it->id, REPHRASE_SLOT);
    return survey_call(t->survey, &call, err);
}

static cJSON *message(const char *role, const char *text)
{
    cJSON *m = cJSON_CreateObject();

    cJSON_AddStringToObject(m, "role", role);
    cJSON_AddStringToObject(m, "content", text);
    return m;
}

/* Before a system message that is there, in one: many servers take just one,
 * and only in the first place. */
static void add_system(cJSON *chat, const char *text)
{
    cJSON *first = cJSON_GetArrayItem(chat, 0);
    const char *role = json_string(first, "role"),
               *there = json_string(first, "content");
    struct str both;

    if (role == NULL || there == NULL ||
        strcmp(role, role_name(ROLE_SYSTEM)) != 0) {
        cJSON_InsertItemInArray(chat, 0, message(role_name(ROLE_SYSTEM), text));
        return;
    }
    str_init(&both, SYSTEM_BYTES);
    str_addf(&both, "%s\n\n%s", text, there);
    cJSON_ReplaceItemInObjectCaseSensitive(first, "content",
                                           cJSON_CreateString(both.s));
    str_release(&both);
}

static cJSON *chat_of(const struct trial_subject *s)
{
    cJSON *chat = s->messages != NULL ? cJSON_Duplicate(s->messages, true)
                                      : cJSON_CreateArray();

    if (s->messages == NULL)
        cJSON_AddItemToArray(chat, message(role_name(ROLE_USER), s->prompt));
    if (s->system != NULL)
        add_system(chat, s->system);
    return chat;
}

static struct item *item_new(const struct trial *t,
                             const struct trial_subject *s)
{
    struct item *it = calloc(1, sizeof(*it));

    if (it == NULL)
        return NULL;
    it->model = s->model;
    it->target.first_look = -1;
    it->id = strdup(s->id);
    it->prompt = strdup(s->prompt);
    it->chat = chat_of(s);
    it->replies = calloc(t->options.samples, sizeof(*it->replies));
    if (it->id == NULL || it->prompt == NULL || it->chat == NULL ||
        it->replies == NULL) {
        item_free(it, 0);
        return NULL;
    }
    return it;
}

int trial_add(struct trial *t, const struct trial_subject *subject,
              struct err *err)
{
    struct item *it = item_new(t, subject);

    if (it == NULL)
        return err_nomem(err);
    it->number = t->added++;
    HASH_ADD(hh, t->items, number, sizeof(it->number), it);
    return subject->rephraser != NULL ? ask_rephraser(t, subject, it, err)
                                      : ask_samples(t, it, err);
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
    const char *asked = it->sent != NULL ? it->sent : it->prompt;
    const struct reply *r;
    uint32_t i;

    for (i = 0; i < t->options.samples; i++) {
        r = &it->replies[i];
        it->target.asked++;
        if (r->status == REPLY_OK) {
            if (target_note(&it->target, asked, r, err) != 0)
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

static int hear_rephraser(struct trial *t, struct item *it,
                          const struct reply *reply, struct err *err)
{
    cJSON *last =
        cJSON_GetArrayItem(it->chat, cJSON_GetArraySize(it->chat) - 1);
    struct err why = {""};
    struct str said;

    if (rephraser_hear(reply, &it->sent, &why) == 0) {
        cJSON_ReplaceItemInObjectCaseSensitive(last, "content",
                                               cJSON_CreateString(it->sent));
    } else {
        str_init(&said, 4096);
        str_addf(&said, "sent as it is, no other words: %s", why.text);
        it->error = str_detach(&said);
    }
    return ask_samples(t, it, err);
}

static int hear(struct trial *t, const struct answer *at, struct err *err)
{
    struct item *it;

    HASH_FIND(hh, t->items, &at->seq, sizeof(at->seq), it);
    assert(it != NULL);
    if (at->slot == REPHRASE_SLOT)
        return hear_rephraser(t, it, &at->reply, err);
    assert(at->slot < t->options.samples);
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
    out->sent = it->sent;
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
