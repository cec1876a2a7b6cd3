/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A row's way: BASE (the wording as it is, once), then all the rest at once:
 * more samples of it where they are needed, and each wording that lacks a
 * word.  Slot w * EXPLAIN_SAMPLES_MAX + s is sample s of wording w, wording 0
 * being the whole one.
 *
 * A probe that says nothing (no answer, an empty one) is left out of the mean;
 * a wording of which nothing was heard has no drop and no place in the list.
 */
#include "run/explain.h"
#include "agent/occlusion.h"
#include "base/rng.h"
#include "run/files.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#define WORDINGS (OCCLUSION_WORDS_MAX + 1)

struct score {
    double sum;
    unsigned heard;
};

struct item {
    UT_hash_handle hh; /* while on its way */
    uint64_t seq;
    cJSON *row;
    const char *prompt; /* into the row */
    struct occlusion_word words[OCCLUSION_WORDS_MAX];
    size_t nwords;
    struct score score[WORDINGS];
    unsigned samples, out; /* of each wording; probes not heard */
    bool begun;            /* past BASE */
    bool graded;
    char *model; /* as the server named it */
};

struct explain {
    struct desk *desk;
    struct explain_options options;
    const struct model *model;
    struct pass *pass;
    struct item *live; /* by sequence number */
    struct explain_counts counts;
};

struct explain *explain_new(struct desk *desk,
                            const struct explain_options *options,
                            struct err *err)
{
    struct explain *e = calloc(1, sizeof(*e));

    if (e == NULL) {
        err_nomem(err);
        return NULL;
    }
    assert(options->words > 0 && options->words <= OCCLUSION_WORDS_MAX);
    assert(options->samples > 0 && options->samples <= EXPLAIN_SAMPLES_MAX);
    e->desk = desk;
    e->options = *options;
    e->model = desk_model(desk, options->model, err);
    if (e->model != NULL)
        e->pass = pass_new(desk, err);
    if (e->pass == NULL) {
        explain_free(e);
        return NULL;
    }
    return e;
}

static void item_free(struct item *it)
{
    cJSON_Delete(it->row);
    free(it->model);
    free(it);
}

void explain_free(struct explain *e)
{
    struct item *it, *next;

    if (e == NULL)
        return;
    HASH_ITER(hh, e->live, it, next)
    {
        HASH_DEL(e->live, it);
        item_free(it);
    }
    pass_free(e->pass);
    free(e);
}

/* --- asking --- */

/* The same for every wording: only the words differ. */
static uint64_t seed_of(const struct explain *e, uint64_t seq, unsigned sample)
{
    char purpose[32];
    struct rng r;

    snprintf(purpose, sizeof(purpose), "explain/%u", sample);
    r = rng_for(e->options.seed, seq, purpose);
    return rng_u64(&r) >> 11;
}

static int probe(struct explain *e, struct item *it, size_t wording,
                 unsigned sample, struct err *err)
{
    struct call call;
    int failed;

    call_init(&call, AGENT_TARGET, e->model);
    call.seq = it->seq;
    call.slot = (uint32_t)(wording * EXPLAIN_SAMPLES_MAX + sample);
    failed =
        occlusion_ask(json_array(it->row, "messages"), it->prompt,
                      wording > 0 ? &it->words[wording - 1] : NULL, &call, err);
    call.seed = seed_of(e, it->seq, sample);
    if (failed) {
        call_release(&call);
        return -1;
    }
    it->out++;
    return pass_call(e->pass, &call, err);
}

static int ask_rest(struct explain *e, struct item *it, struct err *err)
{
    size_t w;
    unsigned s;

    it->begun = true;
    it->samples = it->graded ? 1 : e->options.samples;
    for (w = 0; w <= it->nwords; w++)
        for (s = w == 0; s < it->samples; s++)
            if (probe(e, it, w, s, err) != 0)
                return -1;
    return 0;
}

static int begin(struct explain *e, struct err *err)
{
    const struct decided *d = pass_row(e->pass);
    struct item *it;

    if (!files_is_row(d))
        return 0;
    it = calloc(1, sizeof(*it));
    if (it == NULL)
        return err_nomem(err);
    it->seq = d->seq;
    HASH_ADD(hh, e->live, seq, sizeof(it->seq), it);
    e->counts.rows++;
    it->row = files_record(d, err);
    if (it->row == NULL)
        return -1;
    it->prompt = json_string(it->row, "prompt");
    if (it->prompt == NULL)
        return err_set(err, "the record of candidate %llu has no prompt",
                       (unsigned long long)d->seq);
    it->nwords = occlusion_words(it->prompt, json_array(it->row, "focus"),
                                 it->words, e->options.words);
    return probe(e, it, 0, 0, err);
}

/* --- what was measured --- */

static double mean(const struct score *s)
{
    return s->heard > 0 ? s->sum / s->heard : -1;
}

/* Words of which something was heard, the rest taken out. */
static void weigh(struct item *it)
{
    double base = mean(&it->score[0]), without;
    size_t i, n = 0;

    for (i = 0; i < it->nwords; i++) {
        without = mean(&it->score[i + 1]);
        if (base < 0 || without < 0)
            continue;
        it->words[n] = it->words[i];
        it->words[n].drop = base - without;
        it->words[n++].flips = base >= 0.5 && without < 0.5;
    }
    it->nwords = n;
}

static void add_word(cJSON *list, const struct item *it, size_t i)
{
    const struct occlusion_word *w = &it->words[i];
    char *text = str_dup(it->prompt + w->start, w->len);
    cJSON *o = cJSON_CreateObject();

    cJSON_AddStringToObject(o, "word", text != NULL ? text : "");
    cJSON_AddNumberToObject(o, "drop", json_round4(w->drop));
    cJSON_AddBoolToObject(o, "flips", w->flips);
    cJSON_AddItemToArray(list, o);
    free(text);
}

/* Is the word one of those, or in one of those, that the generator named? */
static bool was_named(const struct item *it, size_t i)
{
    const cJSON *item;
    char *word = str_dup(it->prompt + it->words[i].start, it->words[i].len);
    bool found = false;

    cJSON_ArrayForEach(item, json_array(it->row, "focus"))
    {
        if (word != NULL && cJSON_IsString(item) &&
            strcasestr(item->valuestring, word) != NULL)
            found = true;
    }
    free(word);
    return found;
}

static cJSON *measured(struct explain *e, struct item *it)
{
    cJSON *o = cJSON_CreateObject(), *focus, *words, *word;
    bool found = false, agreed = false;
    size_t i;

    cJSON_AddStringToObject(o, "model", it->model != NULL ? it->model : "");
    cJSON_AddStringToObject(o, "method", it->graded ? "logprobs" : "samples");
    cJSON_AddNumberToObject(o, "samples", it->samples);
    cJSON_AddNumberToObject(o, "refusal",
                            json_round4(fmax(mean(&it->score[0]), 0)));
    focus = cJSON_AddArrayToObject(o, "focus");
    words = cJSON_AddArrayToObject(o, "words");
    for (i = 0; i < it->nwords; i++) {
        add_word(words, it, i);
        if (!occlusion_is_focus(it->words, it->nwords, i, it->graded))
            continue;
        word = cJSON_GetArrayItem(words, (int)i);
        cJSON_AddItemToArray(focus,
                             cJSON_CreateString(json_string(word, "word")));
        found = true;
        agreed |= was_named(it, i);
    }
    e->counts.found += found;
    e->counts.agreed += agreed;
    return o;
}

static int end(struct explain *e, struct item *it, struct err *err)
{
    int failed;

    weigh(it);
    failed =
        pass_note(e->pass, "focus_measured", it->seq, measured(e, it), err);
    e->counts.done++;
    HASH_DEL(e->live, it);
    item_free(it);
    return failed;
}

static int hear(struct explain *e, struct err *err)
{
    const struct answer *at = pass_answer(e->pass);
    size_t wording = at->slot / EXPLAIN_SAMPLES_MAX;
    struct item *it;
    bool graded;
    double score;

    HASH_FIND(hh, e->live, &at->seq, sizeof(at->seq), it);
    assert(it != NULL && wording <= it->nwords);
    score = occlusion_hear(it->prompt, &at->reply, &graded);
    it->out--;
    if (!it->begun)
        it->graded = graded;
    if (score >= 0 && graded == it->graded) {
        it->score[wording].sum += score;
        it->score[wording].heard++;
    }
    if (it->model == NULL && at->reply.model != NULL)
        it->model = strdup(at->reply.model);
    if (!it->begun && ask_rest(e, it, err) != 0)
        return -1;
    return it->out == 0 ? end(e, it, err) : 0;
}

/* --- the interface --- */

enum pass_step explain_turn(struct explain *e, int timeout_ms, struct err *err)
{
    enum pass_step step;
    int failed;

    for (;;) {
        step = pass_step(e->pass, timeout_ms, err);
        if (step == PASS_ROW)
            failed = begin(e, err);
        else if (step == PASS_HEAR)
            failed = hear(e, err);
        else
            return step;
        if (failed)
            return PASS_ERROR;
    }
}

void explain_stop(struct explain *e)
{
    pass_stop(e->pass);
}

struct explain_counts explain_counts(const struct explain *e)
{
    return e->counts;
}

int explain_finish(struct explain *e, bool complete, struct err *err)
{
    cJSON *o = cJSON_CreateObject();

    cJSON_AddStringToObject(o, "model", e->model->spec);
    cJSON_AddBoolToObject(o, "complete", complete);
    cJSON_AddNumberToObject(o, "rows", (double)e->counts.done);
    cJSON_AddNumberToObject(o, "with_focus", (double)e->counts.found);
    cJSON_AddNumberToObject(o, "agreeing", (double)e->counts.agreed);
    return pass_sum_up(e->pass, "explained", o, err);
}
