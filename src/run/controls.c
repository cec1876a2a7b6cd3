/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A row's way: WRITE (the contrast agent is asked, once more when what came
 * back cannot be used), JUDGE (all judges at once), out.  The twin is judged
 * as a candidate of its own, so the panel sees the question and nothing else.
 *
 * A row that has no twin loses the one that an earlier pass gave it.
 */
#include "run/controls.h"
#include "agent/contrast.h"
#include "agent/guard.h"
#include "agent/panel.h"
#include "base/rng.h"
#include "base/text.h"
#include "run/files.h"
#include "run/record.h"

#include <assert.h>
#include <stdio.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#define ROUNDS      2
#define SLOT_PARTS  64 /* slot: 0 to write, else 1 + judge * it + part */
#define CONTROL_MAX (1u << 20)

struct item {
    UT_hash_handle hh;
    uint64_t seq;
    cJSON *row;
    struct contrast_of of;    /* into the row */
    struct category category; /* likewise */
    struct candidate twin;    /* its prompt and votes */
    struct guard_verdict guards[JUDGES_MAX];
    bool unread[JUDGES_MAX]; /* a part of a guard's verdict */
    unsigned round, out;     /* votes not heard */
};

/* The twins there are, by their normalised text. */
struct known {
    UT_hash_handle hh;
    struct hash128 hash;
};

struct controls {
    struct desk *desk;
    struct controls_options options;
    const struct model *contrast, *judges[JUDGES_MAX];
    struct pass *pass;
    struct item *live; /* by sequence number */
    struct known *known;
    struct controls_counts counts;
};

static int find_models(struct controls *c, struct err *err)
{
    const struct controls_options *o = &c->options;
    size_t i;

    c->contrast = desk_model(
        c->desk, o->contrast != NULL ? o->contrast : "builtin:contrast", err);
    if (c->contrast == NULL)
        return -1;
    for (i = 0; i < o->njudges; i++) {
        c->judges[i] = desk_judge(c->desk, o->judges[i], err);
        if (c->judges[i] == NULL)
            return -1;
    }
    return 0;
}

struct controls *controls_new(struct desk *desk,
                              const struct controls_options *options,
                              struct err *err)
{
    struct controls *c = calloc(1, sizeof(*c));

    if (c == NULL) {
        err_nomem(err);
        return NULL;
    }
    assert(options->njudges > 0 && options->njudges <= JUDGES_MAX);
    c->desk = desk;
    c->options = *options;
    if (find_models(c, err) == 0)
        c->pass = pass_new(desk, err);
    if (c->pass == NULL) {
        controls_free(c);
        return NULL;
    }
    return c;
}

static void item_free(struct item *it)
{
    cJSON_Delete(it->row);
    candidate_release(&it->twin);
    free(it);
}

void controls_free(struct controls *c)
{
    struct item *it, *next;
    struct known *k, *after;

    if (c == NULL)
        return;
    HASH_ITER(hh, c->live, it, next)
    {
        HASH_DEL(c->live, it);
        item_free(it);
    }
    HASH_ITER(hh, c->known, k, after)
    {
        HASH_DEL(c->known, k);
        free(k);
    }
    pass_free(c->pass);
    free(c);
}

/* --- asking --- */

static uint64_t seed_of(const struct controls *c, const struct item *it,
                        uint32_t slot)
{
    char purpose[48];
    struct rng r;

    snprintf(purpose, sizeof(purpose), "control/%u/%u", it->round, slot);
    r = rng_for(c->options.seed, it->seq, purpose);
    return rng_u64(&r) >> 11;
}

/* Takes the call over, also when it was not written rightly. */
static int send(struct controls *c, struct item *it, struct call *call,
                uint32_t slot, int failed, struct err *err)
{
    if (failed) {
        call_release(call);
        return -1;
    }
    call->seq = it->seq;
    call->slot = slot;
    call->seed = seed_of(c, it, slot);
    return pass_call(c->pass, call, err);
}

static int ask_contrast(struct controls *c, struct item *it, struct err *err)
{
    struct call call;
    int failed;

    it->round++;
    call_init(&call, AGENT_CONTRAST, c->contrast);
    failed =
        contrast_ask(&c->desk->templates[AGENT_CONTRAST], &it->of, &call, err);
    return send(c, it, &call, 0, failed, err);
}

static int ask_judge(struct controls *c, struct item *it, size_t judge,
                     unsigned part, struct err *err)
{
    const struct model *m = c->judges[judge];
    struct call call;
    int failed;

    call_init(&call, AGENT_JUDGE, m);
    failed = m->guard != NULL
                 ? guard_ask(m, part, it->twin.prompt, NULL, &call, err)
                 : judge_ask(&c->desk->templates[AGENT_JUDGE], &it->twin, &call,
                             err);
    it->out++;
    return send(c, it, &call, (uint32_t)(1 + judge * SLOT_PARTS + part), failed,
                err);
}

static int ask_judges(struct controls *c, struct item *it, struct err *err)
{
    unsigned part, parts;
    size_t j;

    it->twin.nvotes = c->options.njudges;
    for (j = 0; j < c->options.njudges; j++) {
        it->twin.votes[j].judge = (uint32_t)j;
        it->twin.votes[j].score = -1;
        guard_verdict_init(&it->guards[j]);
    }
    for (j = 0; j < c->options.njudges; j++) {
        parts = c->judges[j]->guard != NULL ? c->judges[j]->guard->parts : 1;
        assert(parts <= SLOT_PARTS);
        for (part = 0; part < parts; part++)
            if (ask_judge(c, it, j, part, err) != 0)
                return -1;
    }
    return 0;
}

/* --- beginning --- */

static const char *or_empty(const char *text)
{
    return text != NULL ? text : "";
}

static int read_row(struct item *it, const struct decided *d, struct err *err)
{
    struct path path = {.category = &it->category, .setting = NULL};

    it->row = files_record(d, err);
    if (it->row == NULL)
        return -1;
    it->category.id = (unsigned)json_count(it->row, "category_id", UINT_MAX, 0);
    it->category.slug = or_empty(json_string(it->row, "category"));
    it->category.name = it->category.slug;
    it->category.domain = or_empty(json_string(it->row, "domain"));
    path.trigger =
        or_empty(json_string(json_object(it->row, "path"), "trigger"));
    path.forms = path.sense = path.task = "";
    candidate_init(&it->twin, it->seq, &path);
    it->of = (struct contrast_of){.category = it->category.slug,
                                  .trigger = path.trigger,
                                  .prompt =
                                      or_empty(json_string(it->row, "prompt"))};
    return 0;
}

static int begin(struct controls *c, struct err *err)
{
    const struct decided *d = pass_row(c->pass);
    struct item *it;

    if (strcmp(d->outcome, outcome_name(OUTCOME_HARMLESS)) != 0)
        return 0;
    it = calloc(1, sizeof(*it));
    if (it == NULL)
        return err_nomem(err);
    it->seq = d->seq;
    HASH_ADD(hh, c->live, seq, sizeof(it->seq), it);
    c->counts.rows++;
    if (read_row(it, d, err) != 0)
        return -1;
    return ask_contrast(c, it, err);
}

/* --- hearing --- */

/* Without a control, `json` is NULL. */
static int end(struct controls *c, struct item *it, uint64_t *count, char *json,
               struct err *err)
{
    int failed = pass_note_json(c->pass, FILES_CONTROL, it->seq, json, err);

    ++*count;
    HASH_DEL(c->live, it);
    item_free(it);
    return failed;
}

/* Counts different twins; in whatever order they come, they are as many. */
static int note(struct controls *c, const char *question, struct err *err)
{
    struct known *k = calloc(1, sizeof(*k)), *old;
    struct str normal;

    if (k == NULL)
        return err_nomem(err);
    str_init(&normal, 4096);
    text_normalise(question, strlen(question), &normal);
    k->hash = hash_bytes(normal.s, normal.len);
    str_release(&normal);
    HASH_FIND(hh, c->known, &k->hash, sizeof(k->hash), old);
    if (old != NULL) {
        free(k);
        return 0;
    }
    HASH_ADD(hh, c->known, hash, sizeof(k->hash), k);
    c->counts.distinct++;
    return 0;
}

static int hear_contrast(struct controls *c, struct item *it,
                         const struct reply *reply, struct err *err)
{
    struct err why;
    char *question = NULL;
    size_t start[FOCUS_MAX], len[FOCUS_MAX], i, n;
    int got = -1;

    if (reply->status == REPLY_OK && agent_trouble(reply) == TROUBLE_NONE)
        got = contrast_hear(&it->of, reply, &question, &why);
    if (got == 0)
        return end(c, it, &c->counts.none, NULL, err);
    if (got < 0 && it->round < ROUNDS)
        return ask_contrast(c, it, err);
    if (got < 0)
        return end(c, it, &c->counts.unusable, NULL, err);
    it->twin.prompt = question;
    candidate_set(&it->twin.generator, or_empty(reply->model));
    n = concept_focus(it->of.trigger, "", question, start, len, FOCUS_MAX);
    for (i = 0; i < n; i++) {
        it->twin.focus[i] = str_dup(question + start[i], len[i]);
        if (it->twin.focus[i] == NULL)
            return err_nomem(err);
        it->twin.nfocus++;
    }
    return ask_judges(c, it, err);
}

/* A part that cannot be read may hide harm: then only harm is a verdict. */
static int hear_guard(struct item *it, size_t judge, const struct model *m,
                      const struct reply *reply, struct err *why)
{
    struct guard_verdict one, *all = &it->guards[judge];

    if (reply->status == REPLY_OK &&
        guard_hear(m->guard, reply, false, &one, why) == 0)
        guard_merge(all, &one);
    else
        it->unread[judge] = true;
    if (it->unread[judge] && all->prompt != VERDICT_HARMFUL) {
        it->twin.votes[judge].verdict = VERDICT_ABSTAIN;
        return -1;
    }
    return judge_hear_guard(&it->twin, judge, all, or_empty(reply->model), why);
}

/* A vote that cannot be read abstains, with why. */
static int hear_vote(struct controls *c, struct item *it, size_t judge,
                     const struct reply *reply, struct err *err)
{
    const struct model *m = c->judges[judge];
    struct vote *v = &it->twin.votes[judge];
    struct err why = {"no answer"};
    int failed = -1;

    if (m->guard != NULL) {
        failed = hear_guard(it, judge, m, reply, &why);
    } else if (reply->status == REPLY_OK &&
               agent_trouble(reply) == TROUBLE_NONE) {
        failed = judge_hear(&it->twin, judge, reply, &why);
    }
    if (failed && v->reason == NULL) {
        candidate_set(&v->model, m->name);
        candidate_set(&v->reason, why.text);
    }
    return v->model != NULL && v->reason != NULL ? 0 : err_nomem(err);
}

static int tally(struct controls *c, struct item *it, struct err *err)
{
    struct provenance p = {.run = c->options.run, .seed = c->options.seed};
    char hex[HASH_HEX], *control;
    struct str why, json;

    str_init(&why, 4096);
    judge_tally(&it->twin, &PANEL_DEFAULT, &why);
    str_release(&why);
    if (it->twin.panel != VERDICT_HARMFUL)
        return end(c, it, &c->counts.milder, NULL, err);
    hash_hex(c->desk->templates[AGENT_CONTRAST].hash, hex);
    p.templates = hex;
    str_init(&json, CONTROL_MAX);
    record_control(&it->twin, or_empty(json_string(it->row, "id")), &p, &json);
    control = str_detach(&json);
    if (control == NULL)
        return err_set(err, "the control of candidate %llu is too large",
                       (unsigned long long)it->seq);
    if (note(c, it->twin.prompt, err) != 0) {
        free(control);
        return -1;
    }
    return end(c, it, &c->counts.kept, control, err);
}

static int hear(struct controls *c, struct err *err)
{
    const struct answer *at = pass_answer(c->pass);
    struct item *it;

    HASH_FIND(hh, c->live, &at->seq, sizeof(at->seq), it);
    assert(it != NULL);
    if (at->slot == 0)
        return hear_contrast(c, it, &at->reply, err);
    if (hear_vote(c, it, (at->slot - 1) / SLOT_PARTS, &at->reply, err) != 0)
        return -1;
    return --it->out == 0 ? tally(c, it, err) : 0;
}

/* --- the interface --- */

enum pass_step controls_turn(struct controls *c, int timeout_ms,
                             struct err *err)
{
    enum pass_step step;
    int failed;

    for (;;) {
        step = pass_step(c->pass, timeout_ms, err);
        if (step == PASS_ROW)
            failed = begin(c, err);
        else if (step == PASS_HEAR)
            failed = hear(c, err);
        else
            return step;
        if (failed)
            return PASS_ERROR;
    }
}

void controls_stop(struct controls *c)
{
    pass_stop(c->pass);
}

struct controls_counts controls_counts(const struct controls *c)
{
    return c->counts;
}

int controls_finish(struct controls *c, bool complete, struct err *err)
{
    const struct controls_counts *n = &c->counts;
    cJSON *o = cJSON_CreateObject();

    cJSON_AddStringToObject(o, "model", c->contrast->spec);
    cJSON_AddBoolToObject(o, "complete", complete);
    cJSON_AddNumberToObject(o, "rows", (double)n->rows);
    cJSON_AddNumberToObject(o, "written", (double)n->distinct);
    cJSON_AddNumberToObject(o, "repeated", (double)(n->kept - n->distinct));
    cJSON_AddNumberToObject(o, "without_twin", (double)n->none);
    cJSON_AddNumberToObject(o, "unusable", (double)n->unusable);
    cJSON_AddNumberToObject(o, "not_judged_harmful", (double)n->milder);
    return pass_sum_up(c->pass, "controls", o, err);
}
