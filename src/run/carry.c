/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rows are changed as trees and printed again.  Their text came from phgen's
 * own printer, so what is not touched comes out as it was, byte for byte.
 */
#include "run/carry.h"
#include "agent/candidate.h"
#include "run/files.h"
#include "run/human.h"

#include <string.h>

#define RECORD_MAX (16u << 20)

struct carry {
    const struct retest_plan *plan;
    struct finding *findings; /* by row */
};

static enum release_status status_of(const struct carry *t, size_t row)
{
    const enum refuses *says = t->findings[row].says;
    size_t n = t->plan->run->plan.ntargets;

    return release_status(&t->plan->rule, says, n, says + n, t->plan->npool);
}

/* Where it stands, when it is there already. */
static void set_string(cJSON *o, const char *name, const char *value)
{
    if (cJSON_GetObjectItemCaseSensitive(o, name) != NULL)
        cJSON_ReplaceItemInObjectCaseSensitive(o, name,
                                               cJSON_CreateString(value));
    else
        cJSON_AddStringToObject(o, name, value);
}

/* In front, so that the first are this run's targets in their order. */
static void add_evidence(struct carry *t, size_t row, cJSON *tree)
{
    cJSON *targets = cJSON_GetObjectItemCaseSensitive(tree, "targets");
    struct finding *f = &t->findings[row];
    size_t i;

    for (i = t->plan->run->plan.ntargets + t->plan->npool; i-- > 0;) {
        if (f->fresh[i] == NULL)
            continue;
        cJSON_InsertItemInArray(targets, 0, f->fresh[i]);
        f->fresh[i] = NULL;
    }
}

static void add_reading(cJSON *list, const char *version, cJSON *refused)
{
    cJSON *o = cJSON_CreateObject();

    cJSON_AddStringToObject(o, "version", version);
    cJSON_AddItemToObject(o, "refused", refused);
    cJSON_AddItemToArray(list, o);
}

/* A row of a first release was refused, else it were none. */
static void add_canary(const struct carry *t, size_t row, cJSON *tree)
{
    cJSON *list = cJSON_GetObjectItemCaseSensitive(tree, "canary");
    enum release_status s = release_status(
        &t->plan->rule, t->findings[row].says, t->plan->run->plan.ntargets,
        NULL, 0); /* by the targets alone */

    if (list == NULL) {
        list = cJSON_AddArrayToObject(tree, "canary");
        add_reading(list, t->plan->former->version, cJSON_CreateTrue());
    }
    add_reading(list, t->plan->version,
                s == RELEASE_UNTESTED
                    ? cJSON_CreateNull()
                    : cJSON_CreateBool(s == RELEASE_PERSISTENT));
}

/* What was a row becomes a reject: all of it, behind the reason. */
static cJSON *reject(cJSON *tree, uint64_t seq, const char *reason)
{
    cJSON *o = cJSON_CreateObject(), *v;

    cJSON_AddNumberToObject(o, "sequence", (double)seq);
    cJSON_AddStringToObject(o, "outcome", outcome_name(OUTCOME_REJECTED));
    cJSON_AddStringToObject(o, "reason", reason);
    while ((v = tree->child) != NULL) {
        cJSON_DetachItemViaPointer(tree, v);
        if (cJSON_HasObjectItem(o, v->string))
            cJSON_Delete(v); /* of an earlier release's reject */
        else
            cJSON_AddItemToObject(o, v->string, v);
    }
    cJSON_Delete(tree);
    return o;
}

/* "" when it stays. */
static const char *reason_of(const struct carry *t, size_t row)
{
    const struct former_row *r = &t->plan->former->rows[row];
    const char *reason;

    if (r->past) {
        reason = json_string(r->tree, "reason");
        return strcmp(reason, FILES_WITHHELD) == 0 ? FILES_WITHHELD
                                                   : FORMER_BEFORE;
    }
    switch (status_of(t, row)) {
    case RELEASE_RETIRED:
        return FORMER_RETIRED;
    case RELEASE_UNTESTED:
        return FORMER_UNTESTED;
    default:
        return "";
    }
}

/*
 * Members that came after the loop are annexes again, so that people's verdicts
 * can be added to and answers written anew.
 */
static int put_annexes(struct carry *t, cJSON *tree, uint64_t seq,
                       struct err *err)
{
    static const char *const kinds[] = {HUMAN_KIND, "focus_measured",
                                        "response", "reasoning", "responder"};
    int failed = 0;
    struct str json;
    cJSON *v;
    size_t i;

    for (i = 0; !failed && i < sizeof(kinds) / sizeof(*kinds); i++) {
        v = cJSON_DetachItemFromObjectCaseSensitive(tree, kinds[i]);
        if (v == NULL)
            continue;
        str_init(&json, RECORD_MAX);
        json_print(v, &json);
        failed =
            store_annex_put(t->plan->run->store, kinds[i], seq, json.s, err);
        str_release(&json);
        cJSON_Delete(v);
    }
    return failed;
}

static int store_one(struct carry *t, const cJSON *tree, uint64_t seq,
                     const char *reason, struct err *err)
{
    struct decided d = {.seq = seq, .path_key = "", .trail = "", .usage = "{}"};
    struct str record;
    int failed;

    str_init(&record, RECORD_MAX);
    json_print(tree, &record);
    d.reason = reason;
    d.outcome = *reason == '\0' ? json_string(tree, "label")
                                : outcome_name(OUTCOME_REJECTED);
    d.prompt = json_string(tree, "prompt");
    d.category = json_string(tree, "category");
    d.round = (uint32_t)json_number(tree, "round", 1);
    d.record = record.s;
    failed = str_failed(&record) ? err_set(err, "the row is too large")
                                 : store_add(t->plan->run->store, &d, err);
    str_release(&record);
    return failed ? err_prefix(err, "row %s", json_string(tree, "id")) : 0;
}

static int carry_one(struct carry *t, size_t row, struct err *err)
{
    struct former_row *r = &t->plan->former->rows[row];
    const char *reason = reason_of(t, row);

    add_evidence(t, row, r->tree);
    if (!r->past)
        set_string(r->tree, "status", release_status_name(status_of(t, row)));
    if (!r->past && !cJSON_HasObjectItem(r->tree, "since"))
        cJSON_AddStringToObject(r->tree, "since", t->plan->former->version);
    if (r->canary)
        add_canary(t, row, r->tree);
    if (*reason != '\0')
        r->tree = reject(r->tree, row + 1, reason);
    if (*reason == '\0' && put_annexes(t, r->tree, row + 1, err) != 0)
        return -1;
    return store_one(t, r->tree, row + 1, reason, err);
}

int carry_rows(const struct retest_plan *plan, struct finding *findings,
               struct err *err)
{
    struct carry t = {plan, findings};
    size_t row;

    if (store_begin(plan->run->store, err) != 0)
        return -1;
    for (row = 0; row < plan->former->all; row++)
        if (carry_one(&t, row, err) != 0)
            return -1;
    return store_commit(plan->run->store, err);
}
