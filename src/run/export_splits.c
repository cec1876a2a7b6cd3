/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What --split says, and union-find over the picks.  A pick that is left out
 * still joins others: two rows that are both near it stay together.
 */
#include "run/export_splits.h"
#include "dedup/dedup.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* --- what is asked for --- */

static int add_split(const char *text, size_t len, struct export_job *job,
                     struct err *err)
{
    static const char ok[] = "abcdefghijklmnopqrstuvwxyz0123456789_";
    const char *eq = memchr(text, '=', len);
    size_t n = eq != NULL ? (size_t)(eq - text) : 0;
    struct export_split *s = &job->splits[job->nsplits];
    char *end = NULL;

    if (job->nsplits == EXPORT_SPLITS_MAX)
        return err_set(err, "--split takes at most %d parts",
                       EXPORT_SPLITS_MAX);
    if (n == 0 || n >= sizeof(s->name) || strspn(text, ok) < n)
        return err_set(err,
                       "--split takes NAME=SHARE with commas between, such "
                       "as train=0.9,test=0.1, not \"%.*s\"",
                       (int)(len < 60 ? len : 60), text);
    memcpy(s->name, text, n);
    s->name[n] = '\0';
    s->share = strtod(eq + 1, &end);
    if (end != text + len || !(s->share > 0 && s->share <= 1))
        return err_set(err,
                       "the share of \"%s\" in --split must be over 0 "
                       "and at most 1",
                       s->name);
    job->nsplits++;
    return 0;
}

int export_parse_splits(const char *text, struct export_job *job,
                        struct err *err)
{
    double sum = 0;
    size_t len, i, k;

    for (job->nsplits = 0; *text != '\0'; text += len + (text[len] == ',')) {
        len = strcspn(text, ",");
        if (add_split(text, len, job, err) != 0)
            return -1;
    }
    for (i = 0; i < job->nsplits; i++) {
        sum += job->splits[i].share;
        for (k = 0; k < i; k++)
            if (strcmp(job->splits[i].name, job->splits[k].name) == 0)
                return err_set(err, "--split names \"%s\" twice",
                               job->splits[i].name);
    }
    if (job->nsplits == 0 || fabs(sum - 1) > 1e-6)
        return err_set(err, "the shares of --split must add up to 1, not %g",
                       sum);
    return 0;
}

/* --- groups --- */

struct export_groups {
    struct name *triggers; /* the first pick of each */
    struct dedup *near;    /* ids are picks + 1 */
};

struct export_groups *export_groups_new(double near, struct err *err)
{
    struct export_groups *g = calloc(1, sizeof(*g));
    struct dedup_options like = DEDUP_DEFAULTS;

    if (g == NULL) {
        err_nomem(err);
        return NULL;
    }
    like.threshold = near;
    like.index = DEDUP_EXACT;
    g->near = dedup_new(&like, err);
    if (g->near != NULL)
        return g;
    free(g);
    return NULL;
}

void export_groups_free(struct export_groups *g)
{
    if (g == NULL)
        return;
    names_free(&g->triggers);
    dedup_free(g->near);
    free(g);
}

static uint32_t root(struct export_pick *p, uint32_t i)
{
    while (p[i].group != i) {
        p[i].group = p[p[i].group].group;
        i = p[i].group;
    }
    return i;
}

/* The lower number is the root, so the order of joining does not matter. */
static void join(struct export_pick *p, uint32_t a, uint32_t b)
{
    a = root(p, a);
    b = root(p, b);
    if (a < b)
        p[b].group = a;
    else
        p[a].group = b;
}

static int join_near(struct export_groups *g, struct export_pick *p, uint32_t i,
                     const char *text, struct err *err)
{
    size_t len = strlen(text), n, k;
    struct dedup_hit *hits;

    if (dedup_find_all(g->near, text, len, UINT64_MAX, &hits, &n, err) != 0)
        return -1;
    for (k = 0; k < n; k++)
        join(p, i, (uint32_t)(hits[k].id - 1));
    free(hits);
    return dedup_add(g->near, i + 1, text, len, err);
}

int export_groups_join(struct export_groups *g, struct export_picks *p,
                       const struct export_row *row, struct err *err)
{
    uint32_t i = p->n - 1;
    const struct name *t;

    if (row->trigger != NULL) {
        t = names_add(&g->triggers, row->trigger, (int)i, err);
        if (t == NULL)
            return -1;
        join(p->at, i, (uint32_t)t->number);
    }
    return join_near(g, p->at, i, row->prompt, err);
}

/* --- groups into splits --- */

struct group {
    uint32_t root, size; /* size: of what goes out */
    uint64_t draw;
};

static int by_size(const void *a, const void *b)
{
    const struct group *x = a, *y = b;

    if (x->size != y->size)
        return x->size > y->size ? -1 : 1;
    return x->draw != y->draw ? (x->draw < y->draw ? -1 : 1)
                              : (x->root < y->root ? -1 : x->root > y->root);
}

/* The split that lacks most of what it should have. */
static uint8_t neediest(const struct export_job *job, const uint64_t *has,
                        uint64_t all)
{
    double lack, most = -1e300;
    uint8_t best = 0;
    size_t s;

    for (s = 0; s < job->nsplits; s++) {
        lack = job->splits[s].share * (double)all - (double)has[s];
        if (lack > most) {
            most = lack;
            best = (uint8_t)s;
        }
    }
    return best;
}

/* The groups that something goes out of; `at` has a place a pick, and gets
 * the number of each root's group, from 1. */
static uint32_t list_groups(struct export_picks *p, struct group *g,
                            uint32_t *at)
{
    uint32_t n = 0, i, r;

    for (i = 0; i < p->n; i++) {
        if (p->at[i].split == EXPORT_NOWHERE)
            continue;
        r = root(p->at, i);
        if (at[r] == 0) {
            g[n] = (struct group){.root = r, .draw = p->at[r].draw};
            at[r] = ++n;
        }
        g[at[r] - 1].size++;
    }
    return n;
}

/* Now `at` gets the split of each root. */
static void place_groups(const struct export_job *job, struct group *g,
                         uint32_t n, uint32_t *at)
{
    uint64_t has[EXPORT_SPLITS_MAX] = {0}, all = 0;
    uint32_t i;

    for (i = 0; i < n; i++)
        all += g[i].size;
    qsort(g, n, sizeof(*g), by_size);
    for (i = 0; i < n; i++) {
        at[g[i].root] = neediest(job, has, all);
        has[at[g[i].root]] += g[i].size;
    }
}

int export_groups_place(struct export_picks *p, const struct export_job *job,
                        struct export_groups_count *out, struct err *err)
{
    struct group *g = calloc(p->n + 1, sizeof(*g));
    uint32_t *at = calloc(p->n + 1, sizeof(*at)), i;

    if (g == NULL || at == NULL) {
        free(g);
        free(at);
        return err_nomem(err);
    }
    out->groups = list_groups(p, g, at);
    place_groups(job, g, out->groups, at);
    out->largest = out->groups > 0 ? g[0].size : 0;
    for (i = 0; i < p->n; i++)
        if (p->at[i].split != EXPORT_NOWHERE)
            p->at[i].split = (uint8_t)at[root(p->at, i)];
    free(g);
    free(at);
    return 0;
}
