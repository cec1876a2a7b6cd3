/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Read back from the store's records, like everything that is reported: the
 * final votes from `judges`, those of earlier rounds from the trail.
 */
#include "run/evidence.h"
#include "base/wilson.h"
#include "dataset/ratings.h"
#include "run/files.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SAYS 3 /* harmless, controversial, harmful */

struct evidence {
    const struct dialogue_plan *plan;
    struct ratings *ratings;
    uint64_t verdicts[JUDGES_MAX][VERDICTS];
    struct {
        uint64_t looked, unread, answered, checked, agreed, kept, refused;
    } look;
    struct {
        uint64_t answers, judged, changed, unread;
    } second;
};

struct evidence *evidence_new(const struct dialogue_plan *plan, struct err *err)
{
    struct evidence *e = calloc(1, sizeof(*e));

    if (e != NULL) {
        e->plan = plan;
        e->ratings = ratings_new(plan->njudges, SAYS);
    }
    if (e == NULL || e->ratings == NULL) {
        evidence_free(e);
        err_nomem(err);
        return NULL;
    }
    return e;
}

void evidence_free(struct evidence *e)
{
    if (e == NULL)
        return;
    ratings_free(e->ratings);
    free(e);
}

/* --- counting --- */

/* One wording: a list of verdicts, or of objects that have one, by judge. */
static int add_item(struct evidence *e, const cJSON *list, struct err *err)
{
    uint8_t said[JUDGES_MAX * SAYS] = {0};
    const cJSON *v;
    const char *name;
    size_t judge = 0;
    int verdict;

    cJSON_ArrayForEach(v, list)
    {
        name = cJSON_IsObject(v) ? json_string(v, "verdict")
                                 : cJSON_GetStringValue(v);
        verdict = name != NULL ? verdict_find(name) : -1;
        if (verdict < 0 || judge == e->plan->njudges)
            break;
        e->verdicts[judge][verdict]++;
        if (verdict != VERDICT_ABSTAIN)
            said[judge * SAYS + (size_t)verdict - VERDICT_HARMLESS] = 1;
        judge++;
    }
    return ratings_add(e->ratings, said, err);
}

static void add_target(struct evidence *e, const cJSON *target)
{
    double most = json_number(target, "first_look", -1);
    bool sampled = json_number(target, "samples", 0) > 0;
    bool refused = json_number(target, "refusals", 0) >= e->plan->min_refusals;

    e->look.looked++;
    e->look.unread += most < 0;
    if (most >= 0 && most < e->plan->first_look) {
        e->look.answered++;
        e->look.checked += sampled;
        e->look.agreed += sampled && !refused;
    } else if (most >= 0 && sampled) {
        e->look.kept++;
        e->look.refused += refused;
    }
}

static void add_second(struct evidence *e, const cJSON *target)
{
    e->second.answers += (uint64_t)json_number(target, "samples", 0);
    e->second.judged += (uint64_t)json_number(target, "judged", 0);
    e->second.changed += (uint64_t)json_number(target, "changed", 0);
    e->second.unread += (uint64_t)json_number(target, "unread", 0);
}

static void add_targets(struct evidence *e, const cJSON *list)
{
    const cJSON *t;

    cJSON_ArrayForEach(t, list)
    {
        add_second(e, t);
        if (e->plan->first_look > 0)
            add_target(e, t);
    }
}

int evidence_add(struct evidence *e, const struct decided *d, struct err *err)
{
    cJSON *record = files_record(d, err);
    cJSON *trail = NULL;
    const cJSON *round;
    int failed;

    if (record == NULL)
        return -1;
    failed = add_item(e, json_array(record, "judges"), err);
    add_targets(e, json_array(record, "targets"));
    if (*d->trail != '\0')
        trail = json_parse(d->trail, strlen(d->trail), NULL);
    cJSON_ArrayForEach(round, trail)
    {
        if (!failed)
            failed = add_item(e, json_array(round, "verdicts"), err);
        add_targets(e, json_array(round, "targets"));
    }
    cJSON_Delete(trail);
    cJSON_Delete(record);
    return failed;
}

/* --- telling --- */

static void add_shares(cJSON *o, const char *name, const double share[SAYS])
{
    cJSON *v = cJSON_AddObjectToObject(o, name);
    int c;

    for (c = 0; c < SAYS; c++)
        cJSON_AddNumberToObject(
            v, verdict_name((enum verdict)(c + VERDICT_HARMLESS)),
            json_round4(share[c]));
}

static void add_judge(cJSON *list, const struct evidence *e,
                      const struct rating_model *m, size_t j)
{
    const struct model *judge = e->plan->judges[j];
    cJSON *o = cJSON_CreateObject(), *counts;
    double recognises[SAYS];
    int v;

    for (v = 0; v < SAYS; v++)
        recognises[v] = m->said[j][v][v];
    cJSON_AddStringToObject(o, "model", judge->name);
    cJSON_AddStringToObject(
        o, "form", judge->guard != NULL ? judge->guard->name : "rubric");
    counts = cJSON_AddObjectToObject(o, "verdicts");
    for (v = 0; v < VERDICTS; v++)
        cJSON_AddNumberToObject(counts, verdict_name((enum verdict)v),
                                (double)e->verdicts[j][v]);
    cJSON_AddNumberToObject(o, "reliability", json_round4(m->accuracy[j]));
    add_shares(o, "recognises", recognises);
    cJSON_AddItemToArray(list, o);
}

static void report_look(const struct evidence *e, cJSON *manifest)
{
    const struct {
        const char *name;
        uint64_t n;
    } counts[] = {
        {"looked", e->look.looked},     {"unread", e->look.unread},
        {"answered", e->look.answered}, {"checked", e->look.checked},
        {"agreed", e->look.agreed},     {"kept", e->look.kept},
        {"refused", e->look.refused},
    };
    struct interval w = wilson(e->look.agreed, e->look.checked);
    cJSON *o;
    size_t i;

    if (e->plan->first_look <= 0)
        return;
    o = cJSON_AddObjectToObject(manifest, "first_look");
    cJSON_AddNumberToObject(o, "threshold", e->plan->first_look);
    for (i = 0; i < sizeof(counts) / sizeof(*counts); i++)
        cJSON_AddNumberToObject(o, counts[i].name, (double)counts[i].n);
    if (e->look.checked > 0)
        cJSON_AddNumberToObject(
            o, "agreement",
            json_round4((double)e->look.agreed / (double)e->look.checked));
    else
        cJSON_AddNullToObject(o, "agreement");
    cJSON_AddNumberToObject(o, "wilson_low", json_round4(w.low));
    cJSON_AddNumberToObject(o, "wilson_high", json_round4(w.high));
}

static void report_second(const struct evidence *e, cJSON *manifest)
{
    const struct model *judge = e->plan->refusal_judge;
    cJSON *o;

    if (judge == NULL)
        return;
    o = cJSON_AddObjectToObject(manifest, "refusal_judge");
    cJSON_AddStringToObject(o, "model", judge->name);
    cJSON_AddStringToObject(
        o, "form", judge->guard != NULL ? judge->guard->name : "rubric");
    cJSON_AddNumberToObject(o, "unsure", e->plan->refusal_unsure);
    cJSON_AddNumberToObject(o, "answers", (double)e->second.answers);
    cJSON_AddNumberToObject(o, "asked",
                            (double)(e->second.judged + e->second.unread));
    cJSON_AddNumberToObject(o, "judged", (double)e->second.judged);
    cJSON_AddNumberToObject(o, "changed", (double)e->second.changed);
    cJSON_AddNumberToObject(o, "unread", (double)e->second.unread);
}

int evidence_report(const struct evidence *e, cJSON *manifest, struct err *err)
{
    cJSON *o = cJSON_AddObjectToObject(manifest, "panel"), *list;
    double alpha = ratings_alpha(e->ratings);
    struct rating_model m;
    size_t j;

    if (ratings_dawid_skene(e->ratings, &m, err) != 0)
        return -1;
    cJSON_AddNumberToObject(o, "items", (double)ratings_items(e->ratings));
    if (isnan(alpha))
        cJSON_AddNullToObject(o, "alpha");
    else
        cJSON_AddNumberToObject(o, "alpha", json_round4(alpha));
    add_shares(o, "prevalence", m.prior);
    list = cJSON_AddArrayToObject(o, "judges");
    for (j = 0; j < e->plan->njudges; j++)
        add_judge(list, e, &m, j);
    report_look(e, manifest);
    report_second(e, manifest);
    return 0;
}
