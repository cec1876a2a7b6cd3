/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The sample.  One pass over the store keeps 24 bytes a row; sorting by
 * stratum and random number puts those that are drawn first.  Nothing here
 * depends on anything but the rows, the plan and the seed.
 */
#include "run/audit.h"
#include "base/rng.h"
#include "run/files.h"

#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#define KEY        "audit" /* in the store */
#define SAMPLE_MAX (8u << 20)

const char *const AUDIT_BY[] = {"domain", "category", NULL};

/* --- the rows that there are --- */

struct group {
    UT_hash_handle hh;
    uint64_t rows;
    uint32_t index;
    char *label, *name; /* into key */
    char key[];         /* label, 0, name, 0 */
};

struct pick {
    uint64_t seq, draw;
    struct group *group;
};

struct frame {
    const struct audit_plan *plan;
    struct group *groups;
    struct pick *pick;
    size_t n, room;
};

static void frame_release(struct frame *f)
{
    struct group *g, *next;

    HASH_ITER(hh, f->groups, g, next)
    {
        HASH_DEL(f->groups, g);
        free(g);
    }
    free(f->pick);
}

static struct group *group_of(struct frame *f, const char *label,
                              const char *name, struct err *err)
{
    size_t a = strlen(label) + 1, b = strlen(name) + 1;
    struct group *g = calloc(1, sizeof(*g) + a + b), *old;

    if (g == NULL) {
        err_nomem(err);
        return NULL;
    }
    g->label = memcpy(g->key, label, a);
    g->name = memcpy(g->key + a, name, b);
    HASH_FIND(hh, f->groups, g->key, a + b, old);
    if (old != NULL) {
        free(g);
        return old;
    }
    HASH_ADD_KEYPTR(hh, f->groups, g->key, a + b, g);
    return g;
}

static int add_pick(struct frame *f, uint64_t seq, struct group *g,
                    struct err *err)
{
    struct rng r = rng_for(f->plan->seed, seq, "audit");
    size_t room = f->room > 0 ? 2 * f->room : 1024;
    struct pick *more;

    if (f->n == f->room) {
        more = realloc(f->pick, room * sizeof(*more));
        if (more == NULL)
            return err_nomem(err);
        f->pick = more;
        f->room = room;
    }
    f->pick[f->n++] = (struct pick){seq, rng_u64(&r), g};
    g->rows++;
    return 0;
}

static int add_row(struct frame *f, const struct decided *d, struct err *err)
{
    const char *name = d->category;
    cJSON *record = NULL;
    struct group *g;
    int failed = -1;

    if (f->plan->by == AUDIT_BY_DOMAIN) {
        record = files_record(d, err);
        name = json_string(record, "domain");
        if (record != NULL && name == NULL)
            err_set(err, "candidate %llu has no domain",
                    (unsigned long long)d->seq);
    }
    g = name != NULL ? group_of(f, d->outcome, name, err) : NULL;
    if (g != NULL)
        failed = add_pick(f, d->seq, g, err);
    cJSON_Delete(record);
    return failed;
}

static int read_frame(struct store *s, struct frame *f, struct err *err)
{
    struct store_cursor *c = store_read(s, err);
    struct decided d;
    int got = -1;

    while (c != NULL && (got = store_next(c, &d, err)) == 1)
        if (files_is_row(&d) && add_row(f, &d, err) != 0) {
            got = -1;
            break;
        }
    store_read_end(c);
    return got;
}

/* --- drawing --- */

/* Harmless first. */
static int by_name(const struct group *a, const struct group *b)
{
    int order = strcmp(b->label, a->label);

    return order != 0 ? order : strcmp(a->name, b->name);
}

static int by_draw(const void *a, const void *b)
{
    const struct pick *x = a, *y = b;

    if (x->group != y->group)
        return x->group->index < y->group->index ? -1 : 1;
    if (x->draw != y->draw)
        return x->draw < y->draw ? -1 : 1;
    return x->seq < y->seq ? -1 : x->seq > y->seq;
}

static int make_strata(struct frame *f, struct audit_sample *out,
                       struct err *err)
{
    struct stratum *n;
    struct group *g;
    size_t i = 0;
    int failed;

    HASH_SORT(f->groups, by_name);
    out->nstrata = HASH_COUNT(f->groups);
    out->strata = calloc(out->nstrata + 1, sizeof(*out->strata));
    n = calloc(out->nstrata + 1, sizeof(*n));
    if (out->strata == NULL || n == NULL) {
        free(n);
        return err_nomem(err);
    }
    for (g = f->groups; g != NULL; g = g->hh.next) {
        g->index = (uint32_t)i;
        n[i].rows = g->rows;
        out->strata[i].label = strdup(g->label);
        out->strata[i++].name = strdup(g->name);
    }
    failed = strata_allocate(n, out->nstrata, f->plan->n, f->plan->least, err);
    for (i = 0; i < out->nstrata; i++) {
        out->strata[i].n = n[i];
        out->nrows += n[i].drawn;
        if (out->strata[i].label == NULL || out->strata[i].name == NULL)
            failed = err_nomem(err);
    }
    free(n);
    return failed;
}

struct placed {
    uint64_t draw;
    struct audit_row row;
};

static int by_place(const void *a, const void *b)
{
    const struct placed *x = a, *y = b;

    if (x->draw != y->draw)
        return x->draw < y->draw ? -1 : 1;
    return x->row.seq < y->row.seq ? -1 : x->row.seq > y->row.seq;
}

/* The first so many of each stratum, in an order of their own. */
static int take(struct frame *f, struct audit_sample *out, struct err *err)
{
    struct placed *p = calloc(out->nrows + 1, sizeof(*p));
    size_t i, taken = 0, rank = 0;
    struct rng r;

    out->rows = calloc(out->nrows + 1, sizeof(*out->rows));
    if (p == NULL || out->rows == NULL) {
        free(p);
        return err_nomem(err);
    }
    if (f->n > 0)
        qsort(f->pick, f->n, sizeof(*f->pick), by_draw);
    for (i = 0; i < f->n; i++) {
        uint32_t stratum = f->pick[i].group->index;

        rank = i > 0 && f->pick[i - 1].group == f->pick[i].group ? rank + 1 : 0;
        if (rank >= out->strata[stratum].n.drawn)
            continue;
        r = rng_for(f->plan->seed, f->pick[i].seq, "audit/order");
        p[taken++] = (struct placed){rng_u64(&r), {f->pick[i].seq, stratum}};
    }
    qsort(p, taken, sizeof(*p), by_place);
    for (i = 0; i < taken; i++)
        out->rows[i] = p[i].row;
    free(p);
    return 0;
}

int audit_draw(struct store *s, const struct audit_plan *plan,
               struct audit_sample *out, struct err *err)
{
    struct frame f = {.plan = plan};
    int failed;

    memset(out, 0, sizeof(*out));
    out->plan = *plan;
    human_now(out->at);
    failed = read_frame(s, &f, err);
    if (!failed && f.n == 0)
        failed = err_set(err, "the run has no rows to draw from");
    if (!failed)
        failed = make_strata(&f, out, err) != 0 || take(&f, out, err) != 0;
    out->of = f.n;
    frame_release(&f);
    return failed ? -1 : 0;
}

void audit_sample_release(struct audit_sample *sample)
{
    size_t i;

    for (i = 0; sample->strata != NULL && i < sample->nstrata; i++) {
        free(sample->strata[i].label);
        free(sample->strata[i].name);
    }
    free(sample->strata);
    free(sample->rows);
    memset(sample, 0, sizeof(*sample));
}

/* --- remembering --- */

static cJSON *to_json(const struct audit_sample *sample)
{
    cJSON *o = cJSON_CreateObject(), *list, *v;
    size_t i;

    cJSON_AddNumberToObject(o, "n", (double)sample->plan.n);
    cJSON_AddNumberToObject(o, "least", (double)sample->plan.least);
    cJSON_AddStringToObject(o, "by", AUDIT_BY[sample->plan.by]);
    cJSON_AddNumberToObject(o, "seed", (double)sample->plan.seed);
    cJSON_AddBoolToObject(o, "open", sample->plan.open);
    cJSON_AddStringToObject(o, "at", sample->at);
    cJSON_AddNumberToObject(o, "of", (double)sample->of);
    list = cJSON_AddArrayToObject(o, "strata");
    for (i = 0; i < sample->nstrata; i++) {
        v = cJSON_CreateObject();
        cJSON_AddStringToObject(v, "label", sample->strata[i].label);
        cJSON_AddStringToObject(v, "name", sample->strata[i].name);
        cJSON_AddNumberToObject(v, "rows", (double)sample->strata[i].n.rows);
        cJSON_AddNumberToObject(v, "drawn", (double)sample->strata[i].n.drawn);
        cJSON_AddItemToArray(list, v);
    }
    list = cJSON_AddArrayToObject(o, "rows"); /* [sequence, stratum] each */
    for (i = 0; i < sample->nrows; i++) {
        v = cJSON_CreateArray();
        cJSON_AddItemToArray(v,
                             cJSON_CreateNumber((double)sample->rows[i].seq));
        cJSON_AddItemToArray(v, cJSON_CreateNumber(sample->rows[i].stratum));
        cJSON_AddItemToArray(list, v);
    }
    return o;
}

int audit_keep(struct store *s, const struct audit_sample *sample,
               struct err *err)
{
    cJSON *o = to_json(sample);
    struct str json;
    int failed;

    str_init(&json, SAMPLE_MAX);
    json_print(o, &json);
    failed = str_failed(&json) ? err_set(err, "the sample is too large")
                               : store_set(s, KEY, json.s, err);
    str_release(&json);
    cJSON_Delete(o);
    return failed;
}

static int read_strata(const cJSON *list, struct audit_sample *out)
{
    const cJSON *v;
    const char *label, *name;

    out->strata =
        calloc((size_t)cJSON_GetArraySize(list) + 1, sizeof(*out->strata));
    if (out->strata == NULL)
        return -1;
    cJSON_ArrayForEach(v, list)
    {
        struct audit_stratum *to = &out->strata[out->nstrata];

        label = json_string(v, "label");
        name = json_string(v, "name");
        if (label == NULL || name == NULL)
            return -1;
        out->nstrata++;
        to->label = strdup(label);
        to->name = strdup(name);
        to->n.rows = (uint64_t)json_number(v, "rows", 0);
        to->n.drawn = (uint64_t)json_number(v, "drawn", 0);
        if (to->label == NULL || to->name == NULL)
            return -1;
    }
    return 0;
}

static int read_rows(const cJSON *list, struct audit_sample *out)
{
    const cJSON *v;

    out->rows =
        calloc((size_t)cJSON_GetArraySize(list) + 1, sizeof(*out->rows));
    if (out->rows == NULL)
        return -1;
    cJSON_ArrayForEach(v, list)
    {
        double seq = cJSON_GetNumberValue(cJSON_GetArrayItem(v, 0)),
               stratum = cJSON_GetNumberValue(cJSON_GetArrayItem(v, 1));

        if (!(seq >= 0 && stratum >= 0 && stratum < (double)out->nstrata))
            return -1;
        out->rows[out->nrows++] =
            (struct audit_row){(uint64_t)seq, (uint32_t)stratum};
    }
    return 0;
}

static int from_json(const cJSON *o, struct audit_sample *out)
{
    const char *by = json_string(o, "by"), *at = json_string(o, "at");

    out->plan.n = (uint64_t)json_number(o, "n", 0);
    out->plan.least = (uint64_t)json_number(o, "least", 0);
    out->plan.seed = (uint64_t)json_number(o, "seed", 0);
    out->plan.open = json_bool(o, "open", false);
    out->plan.by = by != NULL && strcmp(by, AUDIT_BY[AUDIT_BY_CATEGORY]) == 0
                       ? AUDIT_BY_CATEGORY
                       : AUDIT_BY_DOMAIN;
    out->of = (uint64_t)json_number(o, "of", 0);
    if (at != NULL && strlen(at) < sizeof(out->at))
        memcpy(out->at, at, strlen(at) + 1);
    return read_strata(json_array(o, "strata"), out) != 0 ||
                   read_rows(json_array(o, "rows"), out) != 0
               ? -1
               : 0;
}

int audit_recall(struct store *s, struct audit_sample *out, struct err *err)
{
    struct str json;
    cJSON *o = NULL;
    int got;

    memset(out, 0, sizeof(*out));
    str_init(&json, SAMPLE_MAX);
    got = store_get(s, KEY, &json, err);
    if (got == 1 && ((o = json_parse(json.s, json.len, err)) == NULL ||
                     from_json(o, out) != 0))
        got = err_set(err, "the sample in the run's store cannot be read; "
                           "draw it again");
    cJSON_Delete(o);
    str_release(&json);
    return got;
}
