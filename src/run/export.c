/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Two passes over the same lines: survey() keeps a `pick` a usable row,
 * choose() marks where each goes, and each_pick() reads the lines again for
 * writing what was marked, in the order of the file.  Nothing here depends on
 * anything but the lines, the options and the seed.
 */
#include "run/export.h"
#include "base/file.h"
#include "base/rng.h"
#include "dataset/sink.h"
#include "dataset/source.h"
#include "dedup/dedup.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#define ROW_MAX (8u << 20) /* of what is written for a row */
#define NEAR    0.5        /* what counts as a leak in the report */
#define NOWHERE 255

struct pick {
    uint64_t line;  /* of both files, counted together, from 0 */
    uint64_t draw;  /* seeded by the id */
    uint32_t group; /* union-find: a pick, itself when it is the root */
    uint16_t category;
    uint8_t split; /* or NOWHERE */
    bool control;
};

struct name {
    UT_hash_handle hh;
    uint32_t value;
    uint32_t splits; /* of a trigger: a bit a split that has it */
    char text[];
};

struct leak {
    uint64_t near, shared;
    double highest;
};

struct work {
    const struct export_job *job;
    struct pick *pick;
    uint32_t n, cap;
    struct name *categories, *triggers;
    struct dedup *near; /* ids are picks + 1 */
    cJSON *report, *left_out;
    struct sink *sinks[EXPORT_SPLITS_MAX];
    uint64_t written[EXPORT_SPLITS_MAX], rows, controls; /* rows: read */
    uint64_t records[EXPORT_SPLITS_MAX]; /* kto makes two of a row */
    uint32_t groups, largest;
    struct dedup *first; /* the first split, for the report */
    struct leak leaks[EXPORT_SPLITS_MAX];
};

/* --- the splits --- */

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

/* --- reading both files --- */

struct lines {
    struct source *source;
    const char *second;
    bool control; /* the line is of the second file */
};

static int lines_open(struct lines *l, const struct export_job *job,
                      struct err *err)
{
    memset(l, 0, sizeof(*l));
    l->second = job->mix > 0 ? job->controls : NULL;
    l->source = source_open(job->rows, err);
    return l->source != NULL ? 0 : -1;
}

/* 1, 0 at the end of the last file, -1. */
static int lines_next(struct lines *l, char **line, size_t *len,
                      struct err *err)
{
    int got = source_line(l->source, line, len, err);

    if (got != 0 || l->second == NULL || l->control)
        return got;
    source_close(l->source);
    l->source = source_open(l->second, err);
    l->control = true;
    return l->source != NULL ? source_line(l->source, line, len, err) : -1;
}

/* The row of a line; the caller deletes the tree.  NULL with a sentence. */
static cJSON *read_row(const struct lines *l, const char *line, size_t len,
                       struct export_row *row, struct err *err)
{
    struct err why = {""};
    cJSON *json = json_parse(line, len, &why);

    if (json != NULL && export_row_read(json, row, &why) == 0 &&
        row->control == l->control)
        return json;
    if (json != NULL && why.text[0] == '\0')
        err_set(&why, row->control ? "a harmful row has no place here"
                                   : "this is no control");
    cJSON_Delete(json);
    source_error(l->source, source_lineno(l->source), err, "%s", why.text);
    return NULL;
}

/* --- the first pass --- */

static struct name *name_of(struct name **names, const char *text,
                            struct err *err)
{
    size_t len = strlen(text);
    struct name *x;

    HASH_FIND(hh, *names, text, len, x);
    if (x != NULL)
        return x;
    x = calloc(1, sizeof(*x) + len + 1);
    if (x == NULL) {
        err_nomem(err);
        return NULL;
    }
    memcpy(x->text, text, len + 1);
    x->value = UINT32_MAX;
    HASH_ADD_KEYPTR(hh, *names, x->text, len, x);
    return x;
}

static void names_free(struct name **names)
{
    struct name *x, *next;

    HASH_ITER(hh, *names, x, next)
    {
        HASH_DEL(*names, x);
        free(x);
    }
}

static uint32_t root(struct pick *p, uint32_t i)
{
    while (p[i].group != i) {
        p[i].group = p[p[i].group].group;
        i = p[i].group;
    }
    return i;
}

/* The lower number is the root, so the order of joining does not matter. */
static void join(struct pick *p, uint32_t a, uint32_t b)
{
    a = root(p, a);
    b = root(p, b);
    if (a < b)
        p[b].group = a;
    else
        p[a].group = b;
}

static int join_near(struct work *w, uint32_t i, const char *text,
                     struct err *err)
{
    size_t len = strlen(text), n, k;
    struct dedup_hit *hits;

    if (dedup_find_all(w->near, text, len, UINT64_MAX, &hits, &n, err) != 0)
        return -1;
    for (k = 0; k < n; k++)
        join(w->pick, i, (uint32_t)(hits[k].id - 1));
    free(hits);
    return dedup_add(w->near, i + 1, text, len, err);
}

static int group_row(struct work *w, uint32_t i, const struct export_row *row,
                     struct err *err)
{
    struct name *t;

    if (row->trigger != NULL) {
        t = name_of(&w->triggers, row->trigger, err);
        if (t == NULL)
            return -1;
        if (t->value == UINT32_MAX)
            t->value = i;
        join(w->pick, i, t->value);
    }
    return join_near(w, i, row->prompt, err);
}

static struct pick *add_pick(struct work *w, struct err *err)
{
    struct pick *more;
    uint32_t cap = w->cap > 0 ? w->cap * 2 : 1024;

    if (w->n == UINT32_MAX / 2) {
        err_set(err, "more rows than can be split at once");
        return NULL;
    }
    if (w->n == w->cap) {
        more = realloc(w->pick, cap * sizeof(*more));
        if (more == NULL) {
            err_nomem(err);
            return NULL;
        }
        w->pick = more;
        w->cap = cap;
    }
    return &w->pick[w->n++];
}

static int survey_row(struct work *w, uint64_t line,
                      const struct export_row *row, struct err *err)
{
    struct name *c = name_of(&w->categories, row->category, err);
    struct rng r = rng_for(w->job->seed, 0, row->id);
    struct pick *p;

    if (c == NULL)
        return -1;
    if (c->value == UINT32_MAX)
        c->value = HASH_COUNT(w->categories) - 1;
    p = add_pick(w, err);
    if (p == NULL)
        return -1;
    *p = (struct pick){.line = line,
                       .draw = rng_u64(&r),
                       .group = w->n - 1,
                       .category = (uint16_t)c->value,
                       .control = row->control};
    return w->job->nsplits > 0 ? group_row(w, w->n - 1, row, err) : 0;
}

static void count_left_out(struct work *w, const char *why)
{
    cJSON *v = cJSON_GetObjectItemCaseSensitive(w->left_out, why);

    if (v != NULL)
        cJSON_SetNumberValue(v, v->valuedouble + 1);
    else
        cJSON_AddNumberToObject(w->left_out, why, 1);
}

static int survey(struct work *w, struct err *err)
{
    const struct export_job *job = w->job;
    struct lines l;
    struct export_row row;
    const char *why;
    uint64_t line = 0;
    size_t len;
    cJSON *json;
    char *text;
    int got = lines_open(&l, job, err);

    while (got == 0 && (got = lines_next(&l, &text, &len, err)) == 1) {
        json = read_row(&l, text, len, &row, err);
        got = json == NULL ? -1 : 0;
        why = got == 0 ? export_lacks(job->format, &row, &job->options) : NULL;
        if (why != NULL)
            count_left_out(w, why);
        else if (got == 0)
            got = survey_row(w, line, &row, err);
        w->rows += got == 0 && !l.control;
        cJSON_Delete(json);
        line++;
    }
    source_close(l.source);
    return got;
}

/* --- choosing --- */

static int by_draw(const void *a, const void *b)
{
    const struct pick *const *x = a, *const *y = b;

    return (*x)->draw != (*y)->draw  ? ((*x)->draw < (*y)->draw ? -1 : 1)
           : (*x)->line < (*y)->line ? -1
                                     : (*x)->line > (*y)->line;
}

/* The picks of one kind in the order of their draw; the caller frees. */
static struct pick **drawn(struct work *w, bool control, uint32_t *n)
{
    struct pick **all = calloc(w->n + 1, sizeof(*all));
    uint32_t i;

    *n = 0;
    for (i = 0; all != NULL && i < w->n; i++)
        if (w->pick[i].control == control && w->pick[i].split != NOWHERE)
            all[(*n)++] = &w->pick[i];
    if (all != NULL)
        qsort(all, *n, sizeof(*all), by_draw);
    return all;
}

/* Of each category as many as the smallest has. */
static int balance(struct work *w, struct err *err)
{
    uint32_t ncat = HASH_COUNT(w->categories), n, i, least = UINT32_MAX;
    uint32_t *count = calloc(ncat + 1, sizeof(*count));
    struct pick **all = drawn(w, false, &n);

    if (count == NULL || all == NULL) {
        free(count);
        free(all);
        return err_nomem(err);
    }
    for (i = 0; i < n; i++)
        count[all[i]->category]++;
    for (i = 0; i < ncat; i++)
        least = count[i] > 0 && count[i] < least ? count[i] : least;
    memset(count, 0, ncat * sizeof(*count));
    for (i = 0; i < n; i++)
        if (count[all[i]->category]++ >= least) {
            all[i]->split = NOWHERE;
            count_left_out(w, "balance");
        }
    free(count);
    free(all);
    return 0;
}

/* So many controls that they are the share `mix` of all. */
static int mix(struct work *w, struct err *err)
{
    uint32_t rows, n, want, i;
    struct pick **all = drawn(w, false, &rows);

    free(all);
    all = drawn(w, true, &n);
    if (all == NULL)
        return err_nomem(err);
    want = (uint32_t)(rows * w->job->mix / (1 - w->job->mix) + 0.5);
    for (i = want; i < n; i++)
        all[i]->split = NOWHERE;
    free(all);
    if (n < want)
        return err_set(err,
                       "--mix wants %u controls for %u rows, and there are "
                       "only %u: make more, or give controls=%.3f at most",
                       want, rows, n, floor(1e3 * n / (rows + n)) / 1e3);
    w->controls = want;
    return 0;
}

struct group {
    uint32_t root, size;
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

static void place_groups(struct work *w, struct group *g, uint32_t n,
                         uint64_t all)
{
    uint64_t has[EXPORT_SPLITS_MAX] = {0};
    uint32_t i;
    uint8_t s;

    qsort(g, n, sizeof(*g), by_size);
    for (i = 0; i < n; i++) {
        s = neediest(w->job, has, all);
        has[s] += g[i].size;
        w->pick[g[i].root].split = s;
    }
    w->groups = n;
    w->largest = n > 0 ? g[0].size : 0;
}

/* A root may be left out itself, so splits are set by way of a copy. */
static int split(struct work *w, struct err *err)
{
    struct group *g = calloc(w->n + 1, sizeof(*g));
    uint32_t *at = calloc(w->n + 1, sizeof(*at)), n = 0, i, r;
    bool *out = calloc(w->n + 1, sizeof(*out));
    uint64_t all = 0;

    if (g == NULL || at == NULL || out == NULL) {
        free(g);
        free(at);
        free(out);
        return err_nomem(err);
    }
    for (i = 0; i < w->n; i++) {
        out[i] = w->pick[i].split == NOWHERE;
        if (out[i])
            continue;
        r = root(w->pick, i);
        if (at[r] == 0) {
            g[n] = (struct group){.root = r, .draw = w->pick[r].draw};
            at[r] = ++n;
        }
        g[at[r] - 1].size++;
        all++;
    }
    place_groups(w, g, n, all);
    for (i = 0; i < w->n; i++)
        if (!out[i])
            w->pick[i].split = w->pick[root(w->pick, i)].split;
    for (i = 0; i < w->n; i++)
        if (out[i])
            w->pick[i].split = NOWHERE;
    free(g);
    free(at);
    free(out);
    return 0;
}

static int choose(struct work *w, struct err *err)
{
    if (w->job->balance && balance(w, err) != 0)
        return -1;
    if (w->job->mix > 0 && mix(w, err) != 0)
        return -1;
    return w->job->nsplits > 0 ? split(w, err) : 0;
}

/* --- the second pass --- */

static size_t nfiles(const struct export_job *job)
{
    return job->nsplits > 0 ? job->nsplits : 1;
}

static void file_name(const struct export_job *job, size_t i, char *out,
                      size_t size)
{
    snprintf(out, size, "%s.%s%s",
             job->nsplits > 0 ? job->splits[i].name : "data",
             job->format->ending, job->zstd ? ".zst" : "");
}

static int open_sinks(struct work *w, struct err *err)
{
    const char *head = w->job->format->head;
    char name[80], *path;
    size_t i;

    for (i = 0; i < nfiles(w->job); i++) {
        file_name(w->job, i, name, sizeof(name));
        path = file_join(w->job->out, name);
        if (path == NULL)
            return err_nomem(err);
        w->sinks[i] = sink_open(path, w->job->zstd, err);
        free(path);
        if (w->sinks[i] == NULL ||
            (head != NULL &&
             sink_add(w->sinks[i], head, strlen(head), err) != 0))
            return -1;
    }
    return 0;
}

static int commit_sinks(struct work *w, struct err *err)
{
    size_t i;
    int failed;

    for (i = 0; i < nfiles(w->job); i++) {
        failed = sink_commit(w->sinks[i], err);
        w->sinks[i] = NULL;
        if (failed)
            return -1;
    }
    return 0;
}

/* JSON has one a line; a CSV cell may hold line ends. */
static uint64_t records_in(const struct export_job *job, const struct str *out)
{
    uint64_t n = 0;
    size_t i;

    if (strcmp(job->format->ending, "csv") == 0)
        return 1;
    for (i = 0; i < out->len; i++)
        n += out->s[i] == '\n';
    return n;
}

static int write_row(struct work *w, const struct export_row *row,
                     uint8_t split, struct err *err)
{
    const struct export_job *job = w->job;
    struct str out;
    int failed;

    str_init(&out, ROW_MAX);
    job->format->write(row, &job->options, &out);
    failed = str_failed(&out) ? err_set(err, "the row %s is too large", row->id)
                              : sink_add(w->sinks[split], out.s, out.len, err);
    w->records[split] += records_in(job, &out);
    str_release(&out);
    w->written[split]++;
    return failed;
}

/* Nothing was chosen: every row that the format can hold goes out. */
static int write_straight(struct work *w, struct err *err)
{
    struct export_row row;
    struct lines l;
    const char *why;
    size_t len;
    cJSON *json;
    char *text;
    int got = lines_open(&l, w->job, err);

    while (got == 0 && (got = lines_next(&l, &text, &len, err)) == 1) {
        json = read_row(&l, text, len, &row, err);
        got = json == NULL ? -1 : 0;
        w->rows++;
        why = got == 0 ? export_lacks(w->job->format, &row, &w->job->options)
                       : NULL;
        if (why != NULL)
            count_left_out(w, why);
        else if (got == 0)
            got = write_row(w, &row, 0, err);
        cJSON_Delete(json);
    }
    source_close(l.source);
    return got;
}

/* Calls `use` with every row that was picked, in the order of the lines. */
static int each_pick(struct work *w,
                     int (*use)(struct work *, const struct export_row *,
                                const struct pick *, struct err *),
                     struct err *err)
{
    struct export_row row;
    const struct pick *p;
    struct lines l;
    uint64_t line;
    uint32_t at = 0;
    size_t len;
    cJSON *json;
    char *text;
    int got = lines_open(&l, w->job, err);

    for (line = 0; got == 0 && (got = lines_next(&l, &text, &len, err)) == 1;
         line++) {
        got = 0;
        if (at == w->n || w->pick[at].line != line)
            continue;
        p = &w->pick[at++];
        if (p->split == NOWHERE)
            continue;
        json = read_row(&l, text, len, &row, err);
        got = json == NULL ? -1 : use(w, &row, p, err);
        cJSON_Delete(json);
    }
    source_close(l.source);
    return got;
}

static int write_pick(struct work *w, const struct export_row *row,
                      const struct pick *p, struct err *err)
{
    return write_row(w, row, p->split, err);
}

/* --- what is left of leaks --- */

static int learn_first(struct work *w, const struct export_row *row,
                       const struct pick *p, struct err *err)
{
    struct name *t = NULL;

    if (row->trigger != NULL)
        HASH_FIND(hh, w->triggers, row->trigger, strlen(row->trigger), t);
    if (t != NULL)
        t->splits |= 1u << p->split;
    if (p->split > 0)
        return 0;
    return dedup_add(w->first, p->line + 1, row->prompt, strlen(row->prompt),
                     err);
}

static int look_up(struct work *w, const struct export_row *row,
                   const struct pick *p, struct err *err)
{
    struct leak *leak = &w->leaks[p->split];
    struct dedup_hit hit;

    (void)err;
    if (p->split == 0 || !dedup_find(w->first, row->prompt, strlen(row->prompt),
                                     UINT64_MAX, &hit))
        return 0;
    leak->near++;
    if (hit.similarity > leak->highest)
        leak->highest = hit.similarity;
    return 0;
}

static void report_leaks(struct work *w)
{
    struct leak *leaks = w->leaks;
    cJSON *list = cJSON_AddArrayToObject(w->report, "leakage"), *o;
    struct name *t;
    size_t s;

    for (t = w->triggers; t != NULL; t = t->hh.next)
        for (s = 1; s < w->job->nsplits; s++)
            leaks[s].shared += (t->splits & 1) && (t->splits >> s & 1);
    for (s = 1; s < w->job->nsplits; s++) {
        o = cJSON_CreateObject();
        cJSON_AddStringToObject(o, "split", w->job->splits[s].name);
        cJSON_AddNumberToObject(o, "near", (double)leaks[s].near);
        cJSON_AddNumberToObject(o, "highest",
                                round(leaks[s].highest * 1e4) / 1e4);
        cJSON_AddNumberToObject(o, "shared_triggers", (double)leaks[s].shared);
        cJSON_AddItemToArray(list, o);
    }
}

static int measure(struct work *w, struct err *err)
{
    struct dedup_options like = DEDUP_DEFAULTS;

    like.threshold = NEAR;
    like.index = DEDUP_EXACT;
    w->first = dedup_new(&like, err);
    if (w->first == NULL || each_pick(w, learn_first, err) != 0 ||
        each_pick(w, look_up, err) != 0)
        return -1;
    report_leaks(w);
    return 0;
}

/* --- what goes with the files --- */

/* The template with each @DATA@ made the name of the (last) file. */
static int write_extra(const struct export_job *job, const char *name,
                       const char *data, struct err *err)
{
    char *from = file_join(job->extras, name), *to;
    const char *base = strrchr(name, '/'), *at, *next;
    struct str text;
    struct outfile f;
    int failed;

    str_init(&text, 1 << 20);
    to = file_join(job->out, base != NULL ? base + 1 : name);
    failed = from == NULL || to == NULL ? err_nomem(err)
                                        : file_read(from, &text, err);
    if (!failed)
        failed = outfile_open(&f, to, err);
    if (!failed) {
        for (at = text.s; (next = strstr(at, "@DATA@")) != NULL; at = next + 6)
            fprintf(f.stream, "%.*s%s", (int)(next - at), at, data);
        fputs(at, f.stream);
        failed = outfile_commit(&f, err);
    }
    str_release(&text);
    free(from);
    free(to);
    return failed;
}

static int write_extras(const struct export_job *job, struct err *err)
{
    const char *const *name = job->format->extras;
    char data[80];

    file_name(job, nfiles(job) - 1, data, sizeof(data));
    for (; name != NULL && *name != NULL; name++)
        if (write_extra(job, *name, data, err) != 0)
            return -1;
    return 0;
}

static void report(struct work *w)
{
    const struct export_job *job = w->job;
    cJSON *o = w->report, *list, *f;
    uint64_t sum = 0;
    char name[80];
    size_t i;

    for (i = 0; i < nfiles(job); i++)
        sum += w->written[i];
    cJSON_AddStringToObject(o, "format", job->format->name);
    cJSON_AddNumberToObject(o, "rows", (double)w->rows);
    cJSON_AddNumberToObject(o, "written", (double)sum);
    cJSON_AddNumberToObject(o, "controls", (double)w->controls);
    cJSON_AddItemToObject(o, "left_out", w->left_out);
    w->left_out = NULL;
    list = cJSON_AddArrayToObject(o, "files");
    for (i = 0; i < nfiles(job); i++) {
        f = cJSON_CreateObject();
        file_name(job, i, name, sizeof(name));
        cJSON_AddStringToObject(f, "name", name);
        if (job->nsplits > 0)
            cJSON_AddStringToObject(f, "split", job->splits[i].name);
        cJSON_AddNumberToObject(f, "rows", (double)w->written[i]);
        cJSON_AddNumberToObject(f, "records", (double)w->records[i]);
        cJSON_AddItemToArray(list, f);
    }
    if (job->nsplits > 0) {
        cJSON_AddNumberToObject(o, "groups", w->groups);
        cJSON_AddNumberToObject(o, "largest_group", w->largest);
    }
}

static int start(struct work *w, struct err *err)
{
    struct dedup_options like = DEDUP_DEFAULTS;

    w->report = cJSON_CreateObject();
    w->left_out = cJSON_CreateObject();
    if (w->report == NULL || w->left_out == NULL)
        return err_nomem(err);
    like.threshold = w->job->near;
    like.index = DEDUP_EXACT;
    if (w->job->nsplits > 0) {
        w->near = dedup_new(&like, err);
        if (w->near == NULL)
            return -1;
    }
    return file_make_dir(w->job->out, err);
}

static bool chooses(const struct export_job *job)
{
    return job->nsplits > 0 || job->balance || job->mix > 0;
}

static int write_files(struct work *w, struct err *err)
{
    if (chooses(w->job) && (survey(w, err) != 0 || choose(w, err) != 0))
        return -1;
    if (open_sinks(w, err) != 0)
        return -1;
    if ((chooses(w->job) ? each_pick(w, write_pick, err)
                         : write_straight(w, err)) != 0)
        return -1;
    return commit_sinks(w, err) != 0 ? -1 : write_extras(w->job, err);
}

cJSON *export_write(const struct export_job *job, struct err *err)
{
    struct work w = {.job = job};
    int failed;
    size_t i;

    failed = start(&w, err) != 0 || write_files(&w, err) != 0;
    if (!failed) {
        report(&w);
        failed = job->nsplits > 1 && measure(&w, err) != 0;
    }
    for (i = 0; i < EXPORT_SPLITS_MAX; i++)
        sink_abandon(w.sinks[i]);
    names_free(&w.categories);
    names_free(&w.triggers);
    dedup_free(w.near);
    dedup_free(w.first);
    free(w.pick);
    cJSON_Delete(w.left_out);
    if (failed) {
        cJSON_Delete(w.report);
        return NULL;
    }
    return w.report;
}
