/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One pass over the rows that somebody rated.  A row counts once, with the
 * label that its raters give it; only rows of the sample count for the rate.
 * Who is unsure says nothing in the agreement, and a row on which nobody is
 * sure is no answer; since doubt is not spread evenly, the rate is given a
 * second time with such rows taken for harmful.
 */
#include "run/audit.h"
#include "dataset/ratings.h"
#include "run/files.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SURE       3 /* harmless, controversial, harmful */
#define RATERS     RATINGS_RATERS_MAX
#define REPORT_MAX (16u << 20)

struct tally {
    struct audit_sample sample;
    bool drawn; /* there is a sample */
    char *names[RATERS];
    size_t raters;
    struct ratings *ratings;
    uint64_t pairs[RATERS][RATERS][SURE * SURE]; /* first < second */
    uint64_t with_label[SURE * SURE];
    uint64_t labels[HUMAN_VERDICTS]; /* people's, of rows */
    uint64_t rows, verdicts;
    uint64_t *unsure; /* by stratum */
    char first[HUMAN_TIME_MAX], last[HUMAN_TIME_MAX];
    cJSON *disputed;
};

/* --- counting --- */

static int rater_of(struct tally *t, const char *name, size_t *out,
                    struct err *err)
{
    for (*out = 0; *out < t->raters; ++*out)
        if (strcmp(t->names[*out], name) == 0)
            return 0;
    if (t->raters == RATERS)
        return err_set(err,
                       "more than %d people rated rows of this run; "
                       "phgen compares no more",
                       RATERS);
    t->names[t->raters] = strdup(name);
    if (t->names[t->raters] == NULL)
        return err_nomem(err);
    t->raters++;
    return 0;
}

static void note_time(struct tally *t, const char *at)
{
    if (*at == '\0' || strlen(at) >= HUMAN_TIME_MAX)
        return;
    if (t->first[0] == '\0' || strcmp(at, t->first) < 0)
        memcpy(t->first, at, strlen(at) + 1);
    if (strcmp(at, t->last) > 0)
        memcpy(t->last, at, strlen(at) + 1);
}

/* Who said what: -1 for nothing sure. */
static int hear(struct tally *t, const struct human *h, int said[RATERS],
                struct err *err)
{
    uint8_t sure[RATERS * SURE] = {0};
    size_t i, k, a, b;

    for (i = 0; i < RATERS; i++)
        said[i] = -1;
    for (i = 0; i < h->n; i++) {
        if (rater_of(t, h->say[i].annotator, &k, err) != 0)
            return -1;
        note_time(t, h->say[i].at);
        t->verdicts++;
        if (h->say[i].verdict == HUMAN_UNSURE)
            continue;
        said[k] = (int)h->say[i].verdict;
        sure[k * SURE + (size_t)said[k]] = 1;
    }
    for (a = 0; a < RATERS; a++)
        for (b = a + 1; b < RATERS; b++)
            if (said[a] >= 0 && said[b] >= 0)
                t->pairs[a][b][said[a] * SURE + said[b]]++;
    return ratings_add(t->ratings, sure, err);
}

static bool differ(const int said[RATERS], int label)
{
    size_t i;

    for (i = 0; i < RATERS; i++)
        if (said[i] >= 0 && said[i] != label)
            return true;
    return false;
}

static void dispute(struct tally *t, const struct decided *d,
                    enum human_verdict people, const struct human *h)
{
    cJSON *o = cJSON_CreateObject(), *list, *v,
          *record = json_parse(d->record, strlen(d->record), NULL);
    const char *id = json_string(record, "id");
    size_t i;

    cJSON_AddStringToObject(o, "id", id != NULL ? id : "");
    cJSON_AddNumberToObject(o, "sequence", (double)d->seq);
    cJSON_AddStringToObject(o, "prompt", d->prompt);
    cJSON_AddStringToObject(o, "label", d->outcome);
    cJSON_AddStringToObject(o, "people", human_verdict_name(people));
    list = cJSON_AddArrayToObject(o, "verdicts");
    for (i = 0; i < h->n; i++) {
        v = cJSON_CreateObject();
        cJSON_AddStringToObject(v, "annotator", h->say[i].annotator);
        cJSON_AddStringToObject(v, "verdict",
                                human_verdict_name(h->say[i].verdict));
        cJSON_AddStringToObject(v, "note", h->say[i].note);
        cJSON_AddItemToArray(list, v);
    }
    cJSON_AddItemToArray(t->disputed, o);
    cJSON_Delete(record);
}

static int by_seq(const void *a, const void *b)
{
    const struct audit_row *x = a, *y = b;

    return x->seq < y->seq ? -1 : x->seq > y->seq;
}

/* The sample's rows are sorted by sequence. */
static void count_sampled(struct tally *t, uint64_t seq,
                          enum human_verdict people)
{
    struct audit_row key = {seq, 0}, *row = NULL;
    struct stratum *n;

    if (t->drawn && t->sample.nrows > 0)
        row =
            bsearch(&key, t->sample.rows, t->sample.nrows, sizeof(key), by_seq);
    if (row == NULL)
        return;
    n = &t->sample.strata[row->stratum].n;
    n->rated += people != HUMAN_UNSURE;
    n->hits += people == HUMAN_HARMFUL;
    t->unsure[row->stratum] += people == HUMAN_UNSURE;
}

static int count_row(struct tally *t, const struct decided *d,
                     const struct human *h, struct err *err)
{
    enum human_verdict people = human_label(h);
    int said[RATERS], label = human_verdict_find(d->outcome);

    if (hear(t, h, said, err) != 0)
        return -1;
    t->rows++;
    t->labels[people]++;
    if (people != HUMAN_UNSURE && label >= 0 && label < SURE)
        t->with_label[label * SURE + (int)people]++;
    if (differ(said, label))
        dispute(t, d, people, h);
    count_sampled(t, d->seq, people);
    return 0;
}

static int count_all(struct store *s, struct tally *t, struct err *err)
{
    struct store_cursor *c = store_read(s, err);
    struct decided d;
    struct human h;
    int got = -1, rated;

    while (c != NULL && (got = store_next(c, &d, err)) == 1) {
        if (!files_is_row(&d))
            continue;
        rated = human_read(s, d.seq, &h, err);
        if (rated == 1 && count_row(t, &d, &h, err) != 0)
            rated = -1;
        human_release(&h);
        if (rated < 0) {
            got = -1;
            break;
        }
    }
    store_read_end(c);
    return got;
}

/* --- telling --- */

static void add_maybe(cJSON *o, const char *name, double x)
{
    if (isnan(x))
        cJSON_AddNullToObject(o, name);
    else
        cJSON_AddNumberToObject(o, name, json_round4(x));
}

static void add_estimate(cJSON *o, const char *name, const struct stratum *s,
                         size_t n)
{
    struct strata_estimate e;
    cJSON *v;

    strata_estimate(s, n, &e);
    if (e.rated == 0)
        return;
    v = cJSON_AddObjectToObject(o, name);
    cJSON_AddNumberToObject(v, "rows", (double)e.rows);
    cJSON_AddNumberToObject(v, "rated", (double)e.rated);
    cJSON_AddNumberToObject(v, "harmful", (double)e.hits);
    cJSON_AddNumberToObject(v, "rate", json_round4(e.rate));
    cJSON_AddNumberToObject(v, "low", json_round4(e.low));
    cJSON_AddNumberToObject(v, "high", json_round4(e.high));
    cJSON_AddNumberToObject(v, "upper", json_round4(e.upper));
    cJSON_AddNumberToObject(v, "effective", round(e.effective * 10) / 10);
    cJSON_AddNumberToObject(v, "covered", json_round4(e.covered));
}

/* All rows, the rows of either label, and all with doubt taken for harm. */
static int add_rates(cJSON *o, const struct tally *t, struct err *err)
{
    static const char *const labels[] = {"harmless", "controversial"};
    size_t all = t->sample.nstrata, n, i, k;
    struct stratum *s = calloc(all + 1, sizeof(*s));
    uint64_t doubts = 0;
    cJSON *v = cJSON_AddObjectToObject(o, "harm");

    if (s == NULL)
        return err_nomem(err);
    for (i = 0; i < all; i++)
        s[i] = t->sample.strata[i].n;
    add_estimate(v, "all", s, all);
    for (k = 0; k < 2; k++) {
        for (n = i = 0; i < all; i++)
            if (strcmp(t->sample.strata[i].label, labels[k]) == 0)
                s[n++] = t->sample.strata[i].n;
        add_estimate(v, labels[k], s, n);
    }
    for (i = 0; i < all; i++) {
        s[i] = t->sample.strata[i].n;
        s[i].rated += t->unsure[i];
        s[i].hits += t->unsure[i];
        doubts += t->unsure[i];
    }
    if (doubts > 0)
        add_estimate(v, "doubt_as_harm", s, all);
    free(s);
    return 0;
}

static void add_sample(cJSON *o, const struct tally *t)
{
    const struct audit_sample *sample = &t->sample;
    cJSON *v = cJSON_AddObjectToObject(o, "sample"), *list, *x;
    uint64_t rated = 0, unsure = 0;
    size_t i;

    cJSON_AddNumberToObject(v, "drawn", (double)sample->nrows);
    for (i = 0; i < sample->nstrata; i++) {
        rated += sample->strata[i].n.rated;
        unsure += t->unsure[i];
    }
    cJSON_AddNumberToObject(v, "rated", (double)rated);
    cJSON_AddNumberToObject(v, "unsure", (double)unsure);
    cJSON_AddNumberToObject(v, "of", (double)sample->of);
    cJSON_AddStringToObject(v, "by", AUDIT_BY[sample->plan.by]);
    cJSON_AddNumberToObject(v, "least", (double)sample->plan.least);
    cJSON_AddNumberToObject(v, "seed", (double)sample->plan.seed);
    cJSON_AddBoolToObject(v, "blind", !sample->plan.open);
    cJSON_AddStringToObject(v, "at", sample->at);
    list = cJSON_AddArrayToObject(v, "strata");
    for (i = 0; i < sample->nstrata; i++) {
        const struct audit_stratum *s = &sample->strata[i];

        x = cJSON_CreateObject();
        cJSON_AddStringToObject(x, "label", s->label);
        cJSON_AddStringToObject(x, AUDIT_BY[sample->plan.by], s->name);
        cJSON_AddNumberToObject(x, "rows", (double)s->n.rows);
        cJSON_AddNumberToObject(x, "drawn", (double)s->n.drawn);
        cJSON_AddNumberToObject(x, "rated", (double)s->n.rated);
        cJSON_AddNumberToObject(x, "harmful", (double)s->n.hits);
        cJSON_AddItemToArray(list, x);
    }
}

/* {"rows", "agree", "kappa"}; false when no row has both. */
static bool add_kappa(cJSON *o, const uint64_t table[SURE * SURE])
{
    uint64_t rows = 0, agree = 0;
    size_t i;

    for (i = 0; i < SURE * SURE; i++)
        rows += table[i];
    for (i = 0; i < SURE; i++)
        agree += table[i * SURE + i];
    if (rows == 0)
        return false;
    cJSON_AddNumberToObject(o, "rows", (double)rows);
    cJSON_AddNumberToObject(o, "agree",
                            json_round4((double)agree / (double)rows));
    add_maybe(o, "kappa", ratings_kappa(table, SURE));
    return true;
}

/* People by number, which `names` gives a name to when it is there. */
static void add_agreement(cJSON *o, const struct tally *t)
{
    cJSON *v = cJSON_AddObjectToObject(o, "agreement"), *list, *x;
    size_t a, b;

    add_maybe(v, "alpha", ratings_alpha(t->ratings));
    list = cJSON_AddArrayToObject(v, "pairs");
    for (a = 0; a < t->raters; a++)
        for (b = a + 1; b < t->raters; b++) {
            x = cJSON_CreateObject();
            cJSON_AddNumberToObject(x, "first", (double)a + 1);
            cJSON_AddNumberToObject(x, "second", (double)b + 1);
            if (add_kappa(x, t->pairs[a][b]))
                cJSON_AddItemToArray(list, x);
            else
                cJSON_Delete(x);
        }
    x = cJSON_CreateObject();
    if (add_kappa(x, t->with_label))
        cJSON_AddItemToObject(v, "with_label", x);
    else
        cJSON_Delete(x);
}

static cJSON *tell(const struct tally *t, bool names, struct err *err)
{
    cJSON *o = cJSON_CreateObject(), *v;
    size_t i;
    int k;

    cJSON_AddNumberToObject(o, "annotators", (double)t->raters);
    if (names) {
        v = cJSON_AddArrayToObject(o, "names");
        for (i = 0; i < t->raters; i++)
            cJSON_AddItemToArray(v, cJSON_CreateString(t->names[i]));
    }
    cJSON_AddStringToObject(o, "from", t->first);
    cJSON_AddStringToObject(o, "to", t->last);
    cJSON_AddNumberToObject(o, "rows", (double)t->rows);
    cJSON_AddNumberToObject(o, "verdicts", (double)t->verdicts);
    v = cJSON_AddObjectToObject(o, "labels");
    for (k = 0; k < HUMAN_VERDICTS; k++)
        cJSON_AddNumberToObject(v, human_verdict_name((enum human_verdict)k),
                                (double)t->labels[k]);
    cJSON_AddNumberToObject(o, "disputed", cJSON_GetArraySize(t->disputed));
    add_agreement(o, t);
    if (t->drawn) {
        add_sample(o, t);
        if (add_rates(o, t, err) != 0) {
            cJSON_Delete(o);
            return NULL;
        }
    }
    return o;
}

/* --- all of it --- */

static int begin(struct store *s, struct tally *t, struct err *err)
{
    int got = audit_recall(s, &t->sample, err);

    if (got < 0)
        return -1;
    t->drawn = got == 1;
    if (t->sample.nrows > 0)
        qsort(t->sample.rows, t->sample.nrows, sizeof(*t->sample.rows), by_seq);
    t->ratings = ratings_new(RATERS, SURE);
    t->unsure = calloc(t->sample.nstrata + 1, sizeof(*t->unsure));
    t->disputed = cJSON_CreateArray();
    return t->ratings != NULL && t->unsure != NULL && t->disputed != NULL
               ? 0
               : err_nomem(err);
}

int audit_report(struct store *s, bool names, struct audit_result *out,
                 struct err *err)
{
    struct tally *t = calloc(1, sizeof(*t));
    int failed = -1;
    size_t i;

    memset(out, 0, sizeof(*out));
    if (t == NULL)
        return err_nomem(err);
    if (begin(s, t, err) == 0 && count_all(s, t, err) == 0) {
        out->report = t->raters > 0 ? tell(t, names, err) : NULL;
        failed = t->raters > 0 && out->report == NULL ? -1 : 0;
        out->disputed = t->disputed;
        t->disputed = NULL;
    }
    for (i = 0; i < t->raters; i++)
        free(t->names[i]);
    audit_sample_release(&t->sample);
    ratings_free(t->ratings);
    cJSON_Delete(t->disputed);
    free(t->unsure);
    free(t);
    return failed;
}

void audit_result_release(struct audit_result *r)
{
    cJSON_Delete(r->report);
    cJSON_Delete(r->disputed);
    memset(r, 0, sizeof(*r));
}

int audit_store(struct store *s, const struct audit_result *r, struct err *err)
{
    struct str json;
    int failed;

    if (r->report == NULL)
        return store_annex_drop(s, AUDIT_KIND, 0, err);
    str_init(&json, REPORT_MAX);
    json_print(r->report, &json);
    failed = str_failed(&json) ? err_set(err, "the audit's report is too large")
                               : store_annex_put(s, AUDIT_KIND, 0, json.s, err);
    str_release(&json);
    return failed;
}

int audit_update(struct store *s, const char *folder, bool names,
                 struct audit_result *out, struct err *err)
{
    struct audit_result r;
    int failed;

    if (audit_report(s, names, &r, err) != 0) {
        audit_result_release(&r);
        return -1;
    }
    failed = audit_store(s, &r, err) != 0 || files_update(s, folder, err) != 0;
    if (out != NULL && !failed)
        *out = r;
    else
        audit_result_release(&r);
    return failed ? -1 : 0;
}
