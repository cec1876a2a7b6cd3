/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Two readings: of any file, by its prompts; of our own rows, by what else
 * they say.  The second needs the whole row and so reads the file again.
 */
#include "cmd/census.h"
#include "base/json.h"
#include "base/text.h"
#include "dataset/reader.h"
#include "dataset/source.h"
#include "dedup/dedup.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAMES_MAX 100000 /* different ones that are counted */

static int count_name(struct name_count **all, const char *name,
                      struct err *err)
{
    struct name_count *c;
    size_t len;

    if (name == NULL)
        return 0;
    HASH_FIND_STR(*all, name, c);
    if (c == NULL && HASH_COUNT(*all) == NAMES_MAX) {
        name = "(others)";
        HASH_FIND_STR(*all, name, c);
    }
    if (c == NULL) {
        len = strlen(name);
        c = calloc(1, sizeof(*c) + len + 1);
        if (c == NULL)
            return err_nomem(err);
        memcpy(c->name, name, len + 1);
        HASH_ADD_STR(*all, name, c);
    }
    c->n++;
    return 0;
}

static void free_names(struct name_count **all)
{
    struct name_count *c, *next;

    HASH_ITER(hh, *all, c, next)
    {
        HASH_DEL(*all, c);
        free(c);
    }
}

static int by_count(struct name_count *a, struct name_count *b)
{
    if (a->n != b->n)
        return a->n > b->n ? -1 : 1;
    return strcmp(a->name, b->name);
}

static int count_row(struct census *c, const struct reader_row *row,
                     struct err *err)
{
    size_t words = text_count_words(row->prompt, row->len);

    c->rows++;
    c->all_words += words;
    c->words[words < CENSUS_LENGTHS ? words : CENSUS_LENGTHS]++;
    if (count_name(&c->labels, row->label, err) != 0 ||
        count_name(&c->shapes, row->shape, err) != 0 ||
        count_name(&c->categories, row->category, err) != 0)
        return -1;
    return metrics_add(c->metrics, row->prompt, row->len, err);
}

int census_file(struct census *c, const char *path, const char *column,
                struct err *err)
{
    struct reader *r = reader_open(path, column, err);
    struct reader_row row;
    int got = -1;

    while (r != NULL && (got = reader_next(r, &row, err)) == 1)
        if (count_row(c, &row, err) != 0) {
            got = -1;
            break;
        }
    if (r != NULL)
        c->skipped = reader_skipped(r);
    reader_close(r);
    if (got != 0)
        return -1;
    HASH_SORT(c->labels, by_count);
    HASH_SORT(c->shapes, by_count);
    HASH_SORT(c->categories, by_count);
    return metrics_compute(c->metrics, &c->result, err);
}

size_t census_quantile(const struct census *c, double share)
{
    uint64_t seen = 0;
    size_t i;

    for (i = 0; i < CENSUS_LENGTHS; i++) {
        seen += c->words[i];
        if (seen > 0 && (double)seen >= share * (double)c->rows)
            return i;
    }
    return CENSUS_LENGTHS;
}

double census_mean(const struct census *c)
{
    return c->rows > 0 ? (double)c->all_words / (double)c->rows : 0;
}

/* --- our own rows --- */

static int count_trait(struct name_count **all, const cJSON *object,
                       const char *member, struct err *err)
{
    const cJSON *v = cJSON_GetObjectItemCaseSensitive(object, member);
    char number[24];

    if (!cJSON_IsNumber(v))
        return count_name(all, cJSON_GetStringValue(v), err);
    snprintf(number, sizeof(number), "%.0f", v->valuedouble);
    return count_name(all, number, err);
}

static int count_traits(struct census *c, const cJSON *row, struct err *err)
{
    const cJSON *path = json_object(row, "path");

    c->answered += json_string(row, "response") != NULL;
    return count_trait(&c->triggers, path, "trigger", err) != 0 ||
                   count_trait(&c->senses, path, "sense", err) != 0 ||
                   count_trait(&c->rounds, row, "round", err) != 0
               ? -1
               : 0;
}

int census_rows(struct census *c, const char *path, struct err *err)
{
    struct source *s = source_open(path, err);
    cJSON *row;
    size_t len;
    char *line;
    int got = -1;

    while (s != NULL && (got = source_line(s, &line, &len, err)) == 1) {
        row = json_parse(line, len, err);
        got = row == NULL ? -1 : count_traits(c, row, err);
        cJSON_Delete(row);
        if (got != 0)
            break;
    }
    source_close(s);
    if (got == 0)
        HASH_SORT(c->rounds, by_count);
    return got;
}

double census_evenness(const struct name_count *all)
{
    double sum = 0, h = 0, p;
    const struct name_count *n;

    for (n = all; n != NULL; n = n->hh.next)
        sum += (double)n->n;
    for (n = all; n != NULL; n = n->hh.next) {
        p = (double)n->n / sum;
        h -= p * log(p);
    }
    return HASH_COUNT(all) > 1 ? h / log(HASH_COUNT(all)) : 1;
}

/* --- known sets --- */

static int learn(struct dedup *d, const char *path, struct err *err)
{
    struct reader *r = reader_open(path, NULL, err);
    struct reader_row row;
    int got = -1;

    while (r != NULL && (got = reader_next(r, &row, err)) == 1)
        if (dedup_add(d, 0, row.prompt, row.len, err) != 0) {
            got = -1;
            break;
        }
    reader_close(r);
    return got;
}

int census_against(const char *path, const char *column, const char *known,
                   double threshold, uint64_t *near, struct err *err)
{
    struct dedup_options like = DEDUP_DEFAULTS;
    struct reader *r = NULL;
    struct reader_row row;
    struct dedup_hit hit;
    struct dedup *d;
    int got = -1;

    like.threshold = threshold;
    like.index = DEDUP_EXACT;
    *near = 0;
    d = dedup_new(&like, err);
    if (d != NULL && learn(d, known, err) == 0)
        r = reader_open(path, column, err);
    while (r != NULL && (got = reader_next(r, &row, err)) == 1)
        *near += dedup_find(d, row.prompt, row.len, UINT64_MAX, &hit);
    reader_close(r);
    dedup_free(d);
    return got;
}

struct census *census_new(uint64_t sample, uint64_t seed, struct err *err)
{
    struct census *c = calloc(1, sizeof(*c));

    if (c != NULL)
        c->metrics = metrics_new(sample, seed);
    if (c == NULL || c->metrics == NULL) {
        census_free(c);
        err_nomem(err);
        return NULL;
    }
    return c;
}

void census_free(struct census *c)
{
    if (c == NULL)
        return;
    free_names(&c->labels);
    free_names(&c->shapes);
    free_names(&c->categories);
    free_names(&c->triggers);
    free_names(&c->senses);
    free_names(&c->rounds);
    metrics_free(c->metrics);
    free(c);
}
