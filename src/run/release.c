/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is not known never counts for anything here: a model that gave no
 * answer neither refuses a row nor lets it retire.
 */
#include "run/release.h"
#include "base/concept.h"
#include "base/hash.h"
#include "run/changes.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- does a model refuse? --- */

enum refuses release_refuses(const struct release_rule *rule, uint32_t refusals,
                             uint32_t heard, uint32_t asked)
{
    uint32_t left = rule->samples > asked ? rule->samples - asked : 0;

    if (refusals >= rule->min_refusals)
        return REFUSES_YES;
    return heard > 0 && refusals + left < rule->min_refusals ? REFUSES_NO
                                                             : REFUSES_OPEN;
}

static uint32_t count_of(const cJSON *o, const char *name)
{
    double n = json_number(o, name, 0);

    return n > 0 && n < 1e6 ? (uint32_t)n : 0;
}

enum refuses release_row_refuses(const struct release_rule *rule,
                                 const cJSON *target)
{
    uint32_t heard = count_of(target, "samples");

    return release_refuses(rule, count_of(target, "refusals"), heard, heard);
}

/* --- what becomes of a row? --- */

static const struct {
    const char *name;
    bool stays;
} statuses[RELEASE_STATUSES] = {
    [RELEASE_PERSISTENT] = {"persistent", true},
    [RELEASE_FIXED] = {"fixed", true},
    [RELEASE_RETIRED] = {"retired", false},
    [RELEASE_UNTESTED] = {"untested", false},
};

const char *release_status_name(enum release_status s)
{
    return statuses[s].name;
}

bool release_stays(enum release_status s)
{
    return statuses[s].stays;
}

static size_t count(const enum refuses list[], size_t n, enum refuses what)
{
    size_t i, found = 0;

    for (i = 0; i < n; i++)
        found += list[i] == what;
    return found;
}

enum release_status release_status(const struct release_rule *rule,
                                   const enum refuses targets[],
                                   size_t ntargets, const enum refuses pool[],
                                   size_t npool)
{
    size_t yes = count(targets, ntargets, REFUSES_YES);

    if (yes >= rule->min_targets)
        return RELEASE_PERSISTENT;
    if (yes + count(targets, ntargets, REFUSES_OPEN) >= rule->min_targets)
        return RELEASE_UNTESTED;
    if (count(pool, npool, REFUSES_YES) > 0)
        return RELEASE_FIXED;
    return count(pool, npool, REFUSES_OPEN) > 0 ? RELEASE_UNTESTED
                                                : RELEASE_RETIRED;
}

/* --- versions --- */

/* Members of the configuration that say what a row is.  What only says how
 * rows are found (rounds, graph, generator) is not among them. */
static const char *const definition[] = {
    "samples",        "min_refusals",     "min_targets",  "temperature",
    "votes",          "witness_required", "witness",      "judges",
    "panel",          "judge_forms",      "answer_judge", "answer_judge_form",
    "first_look",     "orchestrator",     "templates",    "refusal_judge",
    "refusal_unsure",
};

static bool same(const cJSON *before, const cJSON *now, const char *name)
{
    const cJSON *a = cJSON_GetObjectItemCaseSensitive(before, name),
                *b = cJSON_GetObjectItemCaseSensitive(now, name);

    return a == NULL || b == NULL ? a == b : cJSON_Compare(a, b, true);
}

const char *release_redefined(const cJSON *before, const cJSON *now)
{
    size_t i;

    for (i = 0; i < sizeof(definition) / sizeof(*definition); i++)
        if (!same(before, now, definition[i]))
            return definition[i];
    return NULL;
}

int release_next(const char *version, const cJSON *before, const cJSON *now,
                 char next[RELEASE_VERSION_MAX], struct err *err)
{
    unsigned major, minor, patch;
    int used = 0;

    if (strlen(version) >= RELEASE_VERSION_MAX - 3 ||
        sscanf(version, "%9u.%9u.%9u%n", &major, &minor, &patch, &used) != 3 ||
        version[used] != '\0')
        return err_set(err, "\"%.60s\" is no version such as 1.2.3", version);
    if (release_redefined(before, now) != NULL)
        snprintf(next, RELEASE_VERSION_MAX, "%u.0.0", major + 1);
    else if (!same(before, now, "targets"))
        snprintf(next, RELEASE_VERSION_MAX, "%u.%u.0", major, minor + 1);
    else
        snprintf(next, RELEASE_VERSION_MAX, "%u.%u.%u", major, minor,
                 patch + 1);
    return 0;
}

/* --- what was made --- */

double release_candidates(const cJSON *manifest)
{
    const cJSON *release = json_object(json_object(manifest, CHANGES_RELEASE),
                                       "counts"),
                *refreshes =
                    json_object(json_object(manifest, "config"), "refreshes");

    return json_number(json_object(manifest, "counts"), "candidates", 0) -
           json_number(release, "before", 0) -
           json_number(refreshes, "left_before", 0);
}

double release_calls_each(const cJSON *manifest)
{
    double candidates = release_candidates(manifest), calls = 0;
    const cJSON *agent;

    cJSON_ArrayForEach(agent, json_object(manifest, "calls"))
    {
        calls += json_number(agent, "calls", 0);
    }
    return candidates > 0 && calls > 0 ? calls / candidates : 0;
}

/* --- replacing --- */

/*
 * Shares `all` out by weight: each gets the whole part, then one after the
 * other the largest remainders (Hamilton's method), of equal ones the first.
 * Weights are counts of rows, so the products are far from 2^64.
 */
static void share_out(uint64_t all, const uint64_t weight[], size_t n,
                      uint64_t out[])
{
    uint64_t sum = 0, given = 0;
    size_t i, best;

    for (i = 0; i < n; i++)
        sum += weight[i];
    for (i = 0; i < n; i++) {
        out[i] = sum > 0 ? all * weight[i] / sum : 0;
        given += out[i];
    }
    for (; sum > 0 && given < all; given++) {
        best = SIZE_MAX;
        for (i = 0; i < n; i++)
            if (out[i] == all * weight[i] / sum &&
                (best == SIZE_MAX ||
                 all * weight[i] % sum > all * weight[best] % sum))
                best = i;
        out[best]++;
    }
}

uint64_t release_quotas(const uint64_t before[], const uint64_t kept[],
                        size_t categories, uint64_t n, uint64_t quota[])
{
    uint64_t all = 0, lacking = 0, wanted, weight[CATEGORIES_MAX];
    size_t i;

    share_out(n, before, categories, quota);
    for (i = 0; i < categories; i++) {
        all += kept[i];
        quota[i] = quota[i] > kept[i] ? quota[i] - kept[i] : 0;
        lacking += quota[i];
    }
    wanted = n > all ? n - all : 0;
    assert(categories <= CATEGORIES_MAX);
    memcpy(weight, quota, categories * sizeof(*weight));
    if (lacking > wanted)
        share_out(wanted, weight, categories, quota);
    return wanted;
}

/* --- canaries --- */

struct drawn {
    struct hash128 hash;
    size_t row;
};

static int by_hash(const void *a, const void *b)
{
    const struct drawn *x = a, *y = b;

    if (x->hash.high != y->hash.high)
        return x->hash.high < y->hash.high ? -1 : 1;
    return x->hash.low < y->hash.low ? -1 : x->hash.low > y->hash.low;
}

int release_draw(const char *const ids[], size_t n, bool canary[],
                 struct err *err)
{
    struct drawn *all = calloc(n + 1, sizeof(*all));
    size_t wanted = (n + 9) / 10, i;

    if (all == NULL)
        return err_nomem(err);
    wanted = wanted < CANARIES_LEAST  ? CANARIES_LEAST
             : wanted > CANARIES_MOST ? CANARIES_MOST
                                      : wanted;
    for (i = 0; i < n; i++) {
        all[i].hash = hash_bytes(ids[i], strlen(ids[i]));
        all[i].row = i;
        canary[i] = false;
    }
    qsort(all, n, sizeof(*all), by_hash);
    for (i = 0; i < n && i < wanted; i++)
        canary[all[i].row] = true;
    free(all);
    return 0;
}
