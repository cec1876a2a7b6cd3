/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Subjects go row by row, in each the models, of each the variants, so that
 * all models' servers work at once, and a line can be written as soon as the
 * lines before it are.
 */
#include "run/eval.h"
#include "base/file.h"
#include "dataset/evaluation.h"
#include "run/files.h"
#include "run/trial.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define STEPS      1024 /* of a turn, at most */
#define LINE_BYTES (16u << 20)
#define CONFIG_KEY "evaluation"

_Static_assert(REFUSAL_REASONS == RESULT_REASONS + 1,
               "a result has every reason but \"none\"");

struct eval {
    struct desk *desk;
    const struct evalset *set;
    struct eval_options options;
    const struct model *models[DESK_MODELS_MAX];
    const struct model *rephraser; /* NULL: no variant needs one */
    cJSON *config;
    struct trial *trial;
    struct evaluation *evaluation;
    struct outfile results;
    uint64_t asked; /* subjects, in their order */
    struct eval_counts counts;
};

/* --- the configuration --- */

static void add_text_hash(cJSON *o, const char *text)
{
    char hex[HASH_HEX];

    if (text == NULL)
        return;
    hash_hex(hash_bytes(text, strlen(text)), hex);
    cJSON_AddStringToObject(o, "text_hash", hex);
}

static bool needs_rephraser(const struct eval_options *o)
{
    size_t i;

    for (i = 0; i < o->nvariants; i++)
        if (o->variants[i]->kind == DEFENSE_REPHRASE)
            return true;
    return false;
}

cJSON *eval_config(const struct evalset *set,
                   const struct eval_options *options)
{
    cJSON *o = cJSON_CreateObject(), *list, *v;
    char hex[HASH_HEX];
    size_t i;

    hash_hex(evalset_hash(set), hex);
    cJSON_AddItemToObject(o, "data", evalset_describe(set));
    cJSON_AddStringToObject(o, "rows_hash", hex);
    list = cJSON_AddArrayToObject(o, "models");
    for (i = 0; i < options->nmodels; i++)
        cJSON_AddItemToArray(list, cJSON_CreateString(options->models[i]));
    list = cJSON_AddArrayToObject(o, "variants");
    for (i = 0; i < options->nvariants; i++) {
        v = cJSON_CreateObject();
        cJSON_AddStringToObject(v, "name", options->variants[i]->name);
        cJSON_AddStringToObject(v, "about", options->variants[i]->about);
        add_text_hash(v, options->variants[i]->text);
        cJSON_AddItemToArray(list, v);
    }
    if (needs_rephraser(options))
        cJSON_AddStringToObject(o, "rephrase_model", options->rephraser);
    cJSON_AddNumberToObject(o, "samples", options->samples);
    cJSON_AddNumberToObject(o, "temperature", options->temperature);
    cJSON_AddNumberToObject(o, "seed", (double)options->seed);
    return o;
}

/* The name of the first member that differs, or NULL. */
static const char *difference(const cJSON *mine, const cJSON *theirs)
{
    const cJSON *m, *other;

    cJSON_ArrayForEach(m, mine)
    {
        other = cJSON_GetObjectItemCaseSensitive(theirs, m->string);
        if (other == NULL || !cJSON_Compare(m, other, true))
            return m->string;
    }
    return NULL;
}

static int check_config(const struct eval *e, const char *stored,
                        struct err *err)
{
    cJSON *theirs = json_parse(stored, strlen(stored), err);
    const char *differs;
    int failed = 0;

    if (theirs == NULL)
        return err_prefix(err, "%s/" EVAL_STORE, e->options.folder);
    differs = difference(e->config, theirs);
    if (differs != NULL)
        failed = err_set(err,
                         "%s holds an evaluation with other \"%s\"; give the "
                         "options it was begun with, or another --out",
                         e->options.folder, differs);
    cJSON_Delete(theirs);
    return failed;
}

static int claim_folder(struct eval *e, struct err *err)
{
    struct str text;
    int got;

    str_init(&text, LINE_BYTES);
    got = store_get(e->desk->store, CONFIG_KEY, &text, err);
    if (got == 1)
        got = check_config(e, text.s, err);
    else if (got == 0) {
        json_print(e->config, &text);
        got = store_set(e->desk->store, CONFIG_KEY, text.s, err);
    }
    str_release(&text);
    return got;
}

/* --- beginning and end --- */

static int open_evaluation(struct eval *e, struct err *err)
{
    const struct eval_options *o = &e->options;
    size_t n = o->nmodels * o->nvariants, i;
    struct evaluation_subject *s = calloc(n, sizeof(*s));

    if (s == NULL)
        return err_nomem(err);
    for (i = 0; i < n; i++) {
        s[i].model = o->models[i / o->nvariants];
        s[i].variant = o->variants[i % o->nvariants]->name;
    }
    e->evaluation = evaluation_new(s, n, err);
    free(s);
    return e->evaluation != NULL ? 0 : -1;
}

static int open_all(struct eval *e, struct err *err)
{
    const struct eval_options *o = &e->options;
    struct trial_options t = {
        .samples = o->samples, .temperature = o->temperature, .seed = o->seed};
    char *path = file_join(o->folder, EVAL_RESULTS);
    int failed = -1;
    size_t i;

    for (i = 0; i < o->nmodels; i++) {
        e->models[i] = desk_model(e->desk, o->models[i], err);
        if (e->models[i] == NULL)
            goto out;
    }
    if (needs_rephraser(o)) {
        e->rephraser = desk_model(e->desk, o->rephraser, err);
        if (e->rephraser == NULL)
            goto out;
    }
    if (path == NULL) {
        err_nomem(err);
        goto out;
    }
    if (claim_folder(e, err) != 0 || open_evaluation(e, err) != 0)
        goto out;
    e->trial = trial_new(e->desk, &t, err);
    if (e->trial != NULL)
        failed = outfile_open(&e->results, path, err);
out:
    free(path);
    return failed;
}

struct eval *eval_new(struct desk *desk, const struct evalset *set,
                      const struct eval_options *options, struct err *err)
{
    struct eval *e = calloc(1, sizeof(*e));

    if (e == NULL) {
        err_nomem(err);
        return NULL;
    }
    assert(options->nmodels > 0 && options->nmodels <= DESK_MODELS_MAX);
    assert(options->nvariants > 0 && options->nvariants <= EVAL_VARIANTS_MAX);
    e->desk = desk;
    e->set = set;
    e->options = *options;
    e->config = eval_config(set, options);
    e->counts.all =
        evalset_size(set) * (uint64_t)(options->nmodels * options->nvariants);
    if (open_all(e, err) != 0) {
        eval_free(e);
        return NULL;
    }
    return e;
}

void eval_free(struct eval *e)
{
    if (e == NULL)
        return;
    outfile_abandon(&e->results);
    trial_free(e->trial);
    evaluation_free(e->evaluation);
    cJSON_Delete(e->config);
    free(e);
}

/* --- a subject --- */

struct place {
    const struct evalset_row *row;
    size_t model;
    const struct defense *variant;
};

static struct place place_of(const struct eval *e, uint64_t number)
{
    const struct eval_options *o = &e->options;
    size_t row = number / (o->nmodels * o->nvariants),
           rest = number % (o->nmodels * o->nvariants);

    return (struct place){.row = evalset_at(e->set, row),
                          .model = rest / o->nvariants,
                          .variant = o->variants[rest % o->nvariants]};
}

static int ask(struct eval *e, struct err *err)
{
    struct trial_subject s = {0};
    struct place at;
    struct str system;
    int failed;

    if (e->asked == e->counts.all) {
        trial_last(e->trial);
        return 0;
    }
    at = place_of(e, e->asked++);
    str_init(&system, 1 << 20);
    s.id = at.row->id;
    s.model = e->models[at.model];
    s.prompt = at.row->prompt;
    s.messages = at.row->messages;
    if (defense_system(at.variant, at.row->focus, &system))
        s.system = system.s;
    if (at.variant->kind == DEFENSE_REPHRASE) {
        s.rephraser = e->rephraser;
        s.focus = at.row->focus;
    }
    failed =
        str_failed(&system) ? err_nomem(err) : trial_add(e->trial, &s, err);
    str_release(&system);
    return failed;
}

static struct result result_of(const struct eval *e,
                               const struct trial_result *t)
{
    struct place at = place_of(e, t->number);
    const struct target_result *x = &t->target;
    struct result r = {.id = at.row->id,
                       .set = at.row->set,
                       .line = at.row->line,
                       .prompt = at.row->prompt,
                       .group = at.row->group,
                       .category = at.row->category,
                       .domain = at.row->domain,
                       .model = e->options.models[at.model],
                       .variant = at.variant->name,
                       .served = x->model,
                       .sent = t->sent,
                       .full = x->refusals - x->partial,
                       .partial = x->partial,
                       .other = x->other,
                       .compliance = trial_compliances(x),
                       .empty = x->empty,
                       .failed = x->failed,
                       .reason = refusal_reason_name(x->reason),
                       .excerpt = x->excerpt,
                       .error = t->error};
    size_t i;

    for (i = 0; i < RESULT_REASONS; i++)
        r.reasons[i] = x->reasons[i + 1];
    return r;
}

static int hear(struct eval *e, const struct trial_result *t, struct err *err)
{
    struct result r = result_of(e, t);
    enum result_verdict v = result_verdict(&r);
    struct str line;

    str_init(&line, LINE_BYTES);
    result_print(&r, &line);
    str_addc(&line, '\n');
    if (!str_failed(&line))
        fwrite(line.s, 1, line.len, e->results.stream);
    str_release(&line);
    e->counts.done++;
    e->counts.refused += v == RESULT_FULL || v == RESULT_PARTIAL;
    return evaluation_add(e->evaluation, &r, err);
}

enum eval_state eval_turn(struct eval *e, int timeout_ms, struct err *err)
{
    struct trial_result t;
    int i, failed = 0;

    for (i = 0; i < STEPS && !failed; i++)
        switch (trial_step(e->trial, &t, timeout_ms, err)) {
        case TRIAL_NEXT:
            failed = ask(e, err);
            break;
        case TRIAL_RESULT:
            failed = hear(e, &t, err);
            break;
        case TRIAL_WAIT:
            return EVAL_MORE;
        case TRIAL_DONE:
            return EVAL_DONE;
        case TRIAL_STOPPED:
            return EVAL_STOPPED;
        case TRIAL_ERROR:
            return EVAL_ERROR;
        }
    return failed ? EVAL_ERROR : EVAL_MORE;
}

void eval_stop(struct eval *e)
{
    trial_stop(e->trial);
}

struct eval_counts eval_counts(const struct eval *e)
{
    return e->counts;
}

/* --- the summary --- */

cJSON *eval_finish(struct eval *e, struct err *err)
{
    cJSON *o = cJSON_CreateObject();

    assert(e->counts.done == e->counts.all);
    cJSON_AddNumberToObject(o, "version", EVAL_VERSION);
    cJSON_AddStringToObject(o, "phgen", PHGEN_VERSION);
    cJSON_AddNumberToObject(o, "rows", (double)evalset_size(e->set));
    cJSON_AddItemToObject(o, "config", cJSON_Duplicate(e->config, true));
    if (evaluation_summary(e->evaluation, e->options.seed, o, err) != 0 ||
        files_add_paid(e->desk->store, o, err) != 0 ||
        outfile_commit(&e->results, err) != 0 ||
        json_write(o, e->options.folder, EVAL_SUMMARY, err) != 0) {
        cJSON_Delete(o);
        return NULL;
    }
    return o;
}
