/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Two trials one after the other, each with a list of whom to ask about what,
 * so that a result's number says where it belongs.
 */
#include "run/retest.h"
#include "run/record.h"
#include "run/trial.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* One model to be asked about one row. */
struct errand {
    size_t row, model;
};

struct retest {
    struct retest_plan plan;
    size_t ntargets;
    struct desk *desk;
    struct trial *trial;
    struct finding *findings; /* by row */
    bool at_pool;
    struct errand *errands; /* of the trial, by its numbers */
    size_t nerrands, sent, heard;
    struct err why; /* the first call that failed, of the trial */
};

static const struct model *model_of(const struct retest *t, size_t i)
{
    return i < t->ntargets ? t->plan.run->plan.targets[i]
                           : &t->plan.pool[i - t->ntargets];
}

static const struct former_row *row_of(const struct retest *t, size_t i)
{
    return &t->plan.former->rows[i];
}

static bool by_targets(const struct retest *t, size_t row)
{
    size_t i, yes = 0;

    for (i = 0; i < t->ntargets; i++)
        yes += t->findings[row].says[i] == REFUSES_YES;
    return yes >= t->plan.rule.min_targets;
}

/* --- whom to ask what --- */

static int add_errand(struct retest *t, size_t row, size_t model,
                      struct err *err)
{
    size_t n = t->nerrands;
    struct errand *all;

    if ((n & (n - 1)) == 0) { /* full: 0, 1, 2, 4, ... */
        all = realloc(t->errands, (n > 0 ? 2 * n : 1) * sizeof(*all));
        if (all == NULL)
            return err_nomem(err);
        t->errands = all;
    }
    t->errands[t->nerrands++] = (struct errand){row, model};
    return 0;
}

/*
 * The row's evidence of a model, the newest, or NULL.  A server may call a
 * model otherwise than the run did (`model`, `name`); a first release lists
 * its targets in the order of its configuration.
 */
static const cJSON *evidence(const struct former *f, size_t row,
                             const char *model)
{
    const cJSON *config = json_object(f->manifest, "config"), *e,
                *asked = json_array(config, "targets");
    const char *name;
    int i = 0;

    cJSON_ArrayForEach(e, json_array(f->rows[row].tree, "targets"))
    {
        name = json_string(e, "name");
        if (name == NULL && f->first)
            name = cJSON_GetStringValue(cJSON_GetArrayItem(asked, i));
        if (name == NULL)
            name = json_string(e, "model");
        if (name != NULL && strcmp(name, model) == 0)
            return e;
        i++;
    }
    return NULL;
}

enum refuses retest_knows(const struct retest_plan *plan, size_t row,
                          const char *model)
{
    return release_row_refuses(&plan->rule, evidence(plan->former, row, model));
}

bool retest_asks(const struct former_row *r)
{
    return !r->past || r->canary;
}

static int plan_targets(struct retest *t, struct err *err)
{
    size_t row, i;

    for (row = 0; row < t->plan.former->all; row++) {
        if (!retest_asks(row_of(t, row)))
            continue;
        for (i = 0; i < t->ntargets; i++)
            if (add_errand(t, row, i, err) != 0)
                return -1;
    }
    return 0;
}

static int plan_pool(struct retest *t, struct err *err)
{
    size_t row, i;

    for (row = 0; row < t->plan.former->n; row++) {
        if (by_targets(t, row))
            continue;
        for (i = t->ntargets; i < t->ntargets + t->plan.npool; i++) {
            enum refuses *says = &t->findings[row].says[i];

            *says = retest_knows(&t->plan, row, model_of(t, i)->name);
            if (*says == REFUSES_OPEN && add_errand(t, row, i, err) != 0)
                return -1;
        }
    }
    return 0;
}

/* --- asking --- */

static void end_trial(struct retest *t)
{
    trial_free(t->trial);
    t->trial = NULL;
    free(t->errands);
    t->errands = NULL;
    t->nerrands = t->sent = t->heard = 0;
    t->why.text[0] = '\0';
}

static int begin_trial(struct retest *t, struct err *err)
{
    const struct run_options *o = &t->plan.run->options;
    const struct trial_options options = {.samples = t->plan.rule.samples,
                                          .temperature = o->temperature,
                                          .seed = o->seed};

    if ((t->at_pool ? plan_pool : plan_targets)(t, err) != 0)
        return -1;
    t->trial = trial_new(t->desk, &options, err);
    return t->trial != NULL ? 0 : -1;
}

struct retest *retest_new(const struct retest_plan *plan, struct err *err)
{
    struct retest *t = calloc(1, sizeof(*t));
    struct desk_options d = {.seeds = plan->run->options.seeds,
                             .opened = plan->run->store,
                             .exchange = run_exchange_options(plan->run),
                             .aliases = plan->run->options.aliases};

    if (t == NULL) {
        err_nomem(err);
        return NULL;
    }
    assert(plan->npool <= RETEST_POOL_MAX);
    t->plan = *plan;
    t->ntargets = plan->run->plan.ntargets;
    t->findings = calloc(plan->former->all + 1, sizeof(*t->findings));
    t->desk = desk_open(&d, err);
    if (t->findings == NULL)
        err_nomem(err);
    if (t->findings == NULL || t->desk == NULL || begin_trial(t, err) != 0) {
        retest_free(t);
        return NULL;
    }
    return t;
}

void retest_free(struct retest *t)
{
    size_t row, i;

    if (t == NULL)
        return;
    end_trial(t);
    desk_close(t->desk);
    for (row = 0; t->findings != NULL && row < t->plan.former->all; row++)
        for (i = 0; i < RETEST_ASKED_MAX; i++)
            cJSON_Delete(t->findings[row].fresh[i]);
    free(t->findings);
    free(t);
}

static int send_next(struct retest *t, struct err *err)
{
    const struct errand *e = &t->errands[t->sent];
    struct trial_subject subject = {0};
    const cJSON *tree;

    if (t->sent == t->nerrands) {
        trial_last(t->trial);
        return 0;
    }
    tree = row_of(t, e->row)->tree;
    subject.id = json_string(tree, "id");
    subject.model = model_of(t, e->model);
    subject.prompt = json_string(tree, "prompt");
    subject.messages = json_array(tree, "messages");
    t->sent++;
    return trial_add(t->trial, &subject, err) == 0
               ? 0
               : err_prefix(err, "row %s", subject.id);
}

static void hear(struct retest *t, const struct trial_result *result)
{
    const struct errand *e = &t->errands[result->number];
    const struct target_result *r = &result->target;
    struct finding *f = &t->findings[e->row];
    cJSON *tree;

    t->heard++;
    if (result->error != NULL && t->why.text[0] == '\0')
        err_set(&t->why, "%s", result->error);
    f->says[e->model] =
        release_refuses(&t->plan.rule, r->refusals, r->samples, r->asked);
    if (r->samples == 0)
        return;
    tree = f->fresh[e->model] = record_target(r);
    cJSON_AddStringToObject(tree, "name", model_of(t, e->model)->name);
    cJSON_AddStringToObject(tree, "release", t->plan.version);
}

/* A model that answers nothing at all is not there, whatever its server says;
 * no row is to be lost over that. */
static int check_heard(const struct retest *t, struct err *err)
{
    const struct errand *e = t->errands;
    size_t i;

    for (i = 0; i < t->nerrands; i++)
        if (t->findings[e[i].row].fresh[e[i].model] != NULL)
            return 0;
    return t->nerrands == 0
               ? 0
               : err_set(err,
                         "%s answered for no row, and nothing was changed; "
                         "\"phgen ping\" may say more: %s",
                         model_of(t, e[0].model)->name, t->why.text);
}

static enum retest_state next_trial(struct retest *t, struct err *err)
{
    if (check_heard(t, err) != 0)
        return RETEST_ERROR;
    end_trial(t);
    if (t->at_pool)
        return RETEST_DONE;
    t->at_pool = true;
    return begin_trial(t, err) == 0 ? RETEST_MORE : RETEST_ERROR;
}

enum retest_state retest_turn(struct retest *t, int timeout_ms, struct err *err)
{
    struct trial_result result;

    switch (trial_step(t->trial, &result, timeout_ms, err)) {
    case TRIAL_NEXT:
        return send_next(t, err) == 0 ? RETEST_MORE : RETEST_ERROR;
    case TRIAL_RESULT:
        hear(t, &result);
        return RETEST_MORE;
    case TRIAL_WAIT:
        return RETEST_MORE;
    case TRIAL_DONE:
        return next_trial(t, err);
    case TRIAL_STOPPED:
        return RETEST_STOPPED;
    default:
        return RETEST_ERROR;
    }
}

void retest_stop(struct retest *t)
{
    trial_stop(t->trial);
}

struct finding *retest_findings(struct retest *t)
{
    return t->findings;
}

void retest_progress(const struct retest *t, uint64_t *done, uint64_t *all)
{
    *done = t->heard;
    *all = t->nerrands;
}
