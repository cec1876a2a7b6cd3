/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The judges that were named come first, in their order; then the panel, when
 * they make one, and the classifier.  Those two have no model: they are never
 * asked.
 */
#include "run/jury.h"
#include "agent/panel.h"

#include <assert.h>
#include <string.h>

#define CLASSIFIER "refusal-classifier"
#define PANEL      "panel"

/* What an embedded judge can do, by its role; guards are told apart before. */
static bool role_can(const char *role, enum known_task task)
{
    static const char *const roles[KNOWN_TASKS] = {
        [KNOWN_HARM] = "judge",
        [KNOWN_REPLY_HARM] = "answer-judge",
        [KNOWN_REFUSAL] = "refusal-judge",
    };

    return strcmp(role, roles[task]) == 0 ||
           (task == KNOWN_HARM && strcmp(role, "planted") == 0);
}

static bool can(const struct model *m, enum known_task task)
{
    if (m->guard != NULL)
        return task == KNOWN_HARM ||
               (task == KNOWN_REPLY_HARM ? m->guard->answers
                                         : m->guard->refusals);
    return m->kind != MODEL_BUILTIN ||
           role_can(builtin_find(m->name)->role, task);
}

/* `tasks`: those that are wanted. */
static int add_judge(struct jury *y, struct desk *desk, const char *spec,
                     const bool *tasks, struct err *err)
{
    struct judging_judge *a = &y->about[y->n];
    struct juror *judge = &y->judges[y->n++];
    bool any = false;
    int t;

    judge->model = desk_judge(desk, spec, err);
    if (judge->model == NULL)
        return -1;
    a->name = spec;
    a->form =
        judge->model->guard != NULL ? judge->model->guard->name : "rubric";
    a->two[KNOWN_REFUSAL] = judge->model->guard != NULL;
    for (t = 0; t < KNOWN_TASKS; t++) {
        any = any || can(judge->model, t);
        a->can[t] = tasks[t] && can(judge->model, t);
    }
    if (!any)
        return err_set(err,
                       "%s is no judge; \"phgen models\" lists the "
                       "embedded ones",
                       spec);
    judge->asked[ON_PROMPT] = a->can[KNOWN_HARM];
    judge->asked[ON_REPLY] = a->can[KNOWN_REPLY_HARM] ||
                             (a->two[KNOWN_REFUSAL] && a->can[KNOWN_REFUSAL]);
    judge->asked[ON_REFUSAL] = a->can[KNOWN_REFUSAL] && !a->two[KNOWN_REFUSAL];
    return 0;
}

static void add_seat(struct jury *y, const char *name, const char *form,
                     enum known_task task)
{
    struct judging_judge *a = &y->about[y->n++];

    a->name = name;
    a->form = form;
    a->can[task] = true;
}

static size_t able(const struct jury *y, enum known_task task)
{
    size_t i, n = 0;

    for (i = 0; i < y->n; i++)
        n += y->about[i].can[task];
    return n;
}

int jury_init(struct jury *y, struct desk *desk,
              const struct judging_options *options, struct err *err)
{
    size_t i;

    assert(options->njudges <= JUDGING_JUDGES);
    memset(y, 0, sizeof(*y));
    for (i = 0; i < options->njudges; i++)
        if (add_judge(y, desk, options->judges[i], options->tasks, err) != 0)
            return -1;
    if (able(y, KNOWN_HARM) > 1)
        add_seat(y, PANEL, "rules", KNOWN_HARM);
    if (options->tasks[KNOWN_REFUSAL])
        add_seat(y, CLASSIFIER, "embedded", KNOWN_REFUSAL);
    return 0;
}

bool jury_asks(const struct jury *y, size_t judge, enum question q,
               const int *truth)
{
    const struct judging_judge *a = &y->about[judge];
    bool harm = a->can[KNOWN_REPLY_HARM] && truth[KNOWN_REPLY_HARM] >= 0;
    bool refusal = a->can[KNOWN_REFUSAL] && truth[KNOWN_REFUSAL] >= 0;

    if (!y->judges[judge].asked[q])
        return false;
    if (q == ON_PROMPT)
        return truth[KNOWN_HARM] >= 0;
    return q == ON_REFUSAL ? refusal
                           : harm || (refusal && a->two[KNOWN_REFUSAL]);
}

bool jury_classifies(const struct jury *y, size_t judge, const int *truth)
{
    return y->judges[judge].model == NULL &&
           y->about[judge].can[KNOWN_REFUSAL] && truth[KNOWN_REFUSAL] >= 0;
}

void jury_decide(const struct jury *y, const int *truth,
                 struct opinion *opinions)
{
    static const size_t ends[] = {
        [PANEL_DROP] = KNOWN_HARM_CLASSES,
        [PANEL_HARMLESS] = KNOWN_HARMLESS,
        [PANEL_CONTROVERSIAL] = KNOWN_CONTROVERSIAL,
        [PANEL_HARMFUL] = KNOWN_HARMFUL,
    };
    size_t count[VERDICTS] = {0}, panel = SIZE_MAX, i, said, rule;

    for (i = 0; i < y->n; i++) {
        said = opinions[i].said[KNOWN_HARM];
        if (y->judges[i].model == NULL && y->about[i].can[KNOWN_HARM])
            panel = i;
        else if (y->about[i].can[KNOWN_HARM])
            count[said == KNOWN_HARM_CLASSES ? (size_t)VERDICT_ABSTAIN
                                             : said + VERDICT_HARMLESS]++;
    }
    if (panel != SIZE_MAX && truth[KNOWN_HARM] >= 0)
        opinions[panel].said[KNOWN_HARM] =
            ends[panel_decide(&PANEL_DEFAULT, count, &rule)];
}
