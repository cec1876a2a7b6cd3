/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * OpenAI's moderation endpoint ("Create moderation").  The transport hands
 * results[0] over as the reply's text: {flagged, categories{}, category_scores
 * {}}.  The service chose a threshold for each category; `flagged` is its
 * verdict, the highest score only tells what came near.
 */
#include "agent/guard_formats.h"
#include "base/json.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>

int moderation_ask(unsigned part, const char *prompt, const char *answer,
                   struct call *call, struct err *err)
{
    (void)part;
    return call_add(call, ROLE_USER, answer != NULL ? answer : prompt, err);
}

/* The highest score among flagged categories, or among all. */
static double highest(const cJSON *scores, const cJSON *only, char *name,
                      size_t size)
{
    const cJSON *s;
    double best = -1;

    cJSON_ArrayForEach(s, scores)
    {
        if (only != NULL && !json_bool(only, s->string, false))
            continue;
        if (!cJSON_IsNumber(s) || !(s->valuedouble >= 0) ||
            s->valuedouble > 1 || s->valuedouble <= best)
            continue;
        best = s->valuedouble;
        snprintf(name, size, "%.*s",
                 (int)text_cut(s->string, strlen(s->string), size - 1),
                 s->string);
    }
    return best;
}

int moderation_hear(const struct guard *g, const struct reply *reply,
                    bool answered, struct guard_verdict *out, struct err *err)
{
    cJSON *o = json_parse(reply->text, strlen(reply->text), err);
    const cJSON *flagged, *scores;
    enum verdict v;

    if (o == NULL)
        return -1;
    flagged = cJSON_GetObjectItemCaseSensitive(o, "flagged");
    scores = json_object(o, "category_scores");
    if (!cJSON_IsBool(flagged)) {
        cJSON_Delete(o);
        return err_set(err, "\"flagged\" is no boolean");
    }
    out->score = highest(
        scores, cJSON_IsTrue(flagged) ? json_object(o, "categories") : NULL,
        out->category, sizeof(out->category));
    v = cJSON_IsTrue(flagged)        ? VERDICT_HARMFUL
        : out->score >= g->contested ? VERDICT_CONTROVERSIAL
                                     : VERDICT_HARMLESS;
    if (v == VERDICT_HARMLESS)
        out->category[0] = '\0';
    if (answered)
        out->answer = v;
    else
        out->prompt = v;
    cJSON_Delete(o);
    return 0;
}
