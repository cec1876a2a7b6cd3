/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Samples are noted in the order in which they were asked for, whether a judge
 * was asked or not: what a target showed must not depend on who decided.
 */
#include "run/second.h"

#include <stdlib.h>
#include <string.h>

int second_init(struct seconds *w, uint32_t n, struct err *err)
{
    second_release(w);
    w->at = calloc(n > 0 ? n : 1, sizeof(*w->at));
    if (w->at == NULL)
        return err_nomem(err);
    w->n = n;
    return 0;
}

void second_release(struct seconds *w)
{
    uint32_t i;

    for (i = 0; i < w->n; i++) {
        reply_release(&w->at[i].reply);
        free(w->at[i].judge);
    }
    free(w->at);
    memset(w, 0, sizeof(*w));
}

void second_take(struct seconds *w, uint32_t i, struct reply *reply,
                 const char *prompt, double below)
{
    struct second *s = &w->at[i];

    s->answered = reply != NULL;
    if (reply == NULL)
        return;
    s->reply = *reply;
    reply_init(reply);
    refusal_classify(prompt, &s->reply, &s->first);
    s->unsure = s->first.cls != REFUSAL_EMPTY && s->first.confidence < below;
    w->unsure += s->unsure;
}

static int hear_guard(const struct guard *g, const struct reply *verdict,
                      struct refusal *said, struct err *err)
{
    struct guard_verdict v;

    if (guard_hear(g, verdict, true, &v, err) != 0)
        return -1;
    if (v.refused < 0)
        return err_set(err, "the guard does not say whether it is a refusal");
    if (v.refused == 0) {
        said->cls = REFUSAL_NONE;
        said->reason = REASON_NONE;
    } else if (said->cls == REFUSAL_NONE) {
        said->cls = REFUSAL_FULL;
        said->reason = REASON_ETHICAL;
    }
    return 0;
}

int second_hear(struct second *s, const struct model *judge,
                const struct reply *verdict, struct err *err)
{
    struct refusal said = s->first;

    if ((judge->guard != NULL ? hear_guard(judge->guard, verdict, &said, err)
                              : refusal_judge_hear(verdict, &said, err)) != 0)
        return -1;
    free(s->judge);
    s->judge = strdup(verdict->model != NULL ? verdict->model : judge->name);
    if (s->judge == NULL)
        return err_nomem(err);
    s->said = said;
    return 0;
}

int second_note(struct seconds *w, struct candidate *c, struct err *err)
{
    struct target_result *t;
    struct second *s;
    int failed = 0;
    uint32_t i;

    for (i = 0; i < w->n && !failed; i++) {
        s = &w->at[i];
        t = &c->targets[s->target];
        t->asked++;
        if (!s->answered)
            t->failed++;
        else if (s->unsure)
            failed = target_note_judged(t, &s->first,
                                        s->judge != NULL ? &s->said : NULL,
                                        s->judge, &s->reply, err);
        else
            failed = target_note(t, c->prompt, &s->reply, err);
    }
    return failed;
}
