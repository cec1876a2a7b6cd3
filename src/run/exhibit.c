/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * results.jsonl has a line for each model and variant of a row, one behind the
 * other; the line that begins the next row is kept until that row is asked
 * for.  dataset.jsonl has a line a row.
 */
#include "run/exhibit.h"
#include "base/file.h"
#include "base/text.h"
#include "dataset/reader.h"
#include "run/eval.h"
#include "run/files.h"

#include <stdlib.h>
#include <string.h>

struct exhibit {
    struct reader *reader;
    size_t source;
    enum overview_kind kind;
    cJSON *ahead; /* of an evaluation: the next row's first line */
};

struct exhibit *exhibit_open(const char *folder, size_t source, struct err *err)
{
    struct exhibit *x = calloc(1, sizeof(*x));
    char *path = NULL;

    if (x == NULL) {
        err_nomem(err);
        return NULL;
    }
    x->source = source;
    if (overview_kind(folder, &x->kind, err) != 0)
        goto fail;
    path =
        file_join(folder, x->kind == OVERVIEW_RUN ? FILES_ROWS : EVAL_RESULTS);
    if (path == NULL)
        err_nomem(err);
    else
        x->reader = reader_open(path, "prompt", err);
    free(path);
    if (x->reader != NULL)
        return x;
fail:
    exhibit_close(x);
    return NULL;
}

void exhibit_close(struct exhibit *x)
{
    if (x == NULL)
        return;
    reader_close(x->reader);
    cJSON_Delete(x->ahead);
    free(x);
}

void exhibit_row_release(struct exhibit_row *row)
{
    cJSON_Delete(row->cells);
    cJSON_Delete(row->evidence);
    memset(row, 0, sizeof(*row));
}

/* A line as a tree; its prompt may not be empty (the reader skips those). */
static int next_line(struct exhibit *x, cJSON **out, struct err *err)
{
    struct reader_row row;
    int got = reader_next(x->reader, &row, err);

    if (got != 1)
        return got;
    *out = json_parse(row.raw, row.raw_len, err);
    return *out != NULL ? 1 : err_prefix(err, "line %zu", row.line);
}

static void shorten(cJSON *v)
{
    size_t len, cut;
    struct str s;

    if (v->child != NULL)
        for (v = v->child; v != NULL; v = v->next)
            shorten(v);
    else if (cJSON_IsString(v) &&
             (len = strlen(v->valuestring)) > EXHIBIT_TEXT_MAX) {
        cut = text_cut(v->valuestring, len, EXHIBIT_TEXT_MAX);
        str_init(&s, EXHIBIT_TEXT_MAX + 8);
        str_add(&s, v->valuestring, cut);
        str_adds(&s, " ...");
        if (!str_failed(&s))
            cJSON_SetValuestring(v, s.s);
        str_release(&s);
    }
}

/* --- cells --- */

static void add_number(cJSON *cells, double n)
{
    cJSON_AddItemToArray(cells,
                         n >= 0 ? cJSON_CreateNumber(n) : cJSON_CreateNull());
}

static void add_text(cJSON *cells, const cJSON *o, const char *name)
{
    const char *text = json_string(o, name);

    cJSON_AddItemToArray(cells, text != NULL ? cJSON_CreateString(text)
                                             : cJSON_CreateNull());
}

static cJSON *cells_of(const struct exhibit *x, const cJSON *o, double refused)
{
    cJSON *cells = cJSON_CreateArray();

    add_number(cells, (double)x->source);
    add_text(cells, o, "prompt");
    add_text(cells, o, "category");
    add_text(cells, o, "label");
    add_number(cells, refused);
    add_number(cells, json_number(o, "agreement", -1));
    add_number(cells, json_number(o, "round", -1));
    add_text(cells, o, "shape");
    return cells;
}

/* --- rows --- */

static int next_of_run(struct exhibit *x, struct exhibit_row *row,
                       struct err *err)
{
    cJSON *o = NULL;
    int got = next_line(x, &o, err);

    if (got != 1)
        return got;
    shorten(o);
    row->cells =
        cells_of(x, o,
                 json_number(cJSON_GetArrayItem(json_array(o, "targets"), 0),
                             "rate", -1));
    row->evidence = o;
    return 1;
}

static bool is_same_row(const cJSON *a, const cJSON *b)
{
    const char *x = json_string(a, "id"), *y = json_string(b, "id");

    return x != NULL && y != NULL && strcmp(x, y) == 0;
}

/* What all lines of a row say goes to the row. */
static void begin_row(cJSON *evidence, const cJSON *first)
{
    static const char *const names[] = {"id", "set", "line", "category",
                                        "label"};
    const cJSON *v;
    size_t i;

    for (i = 0; i < sizeof(names) / sizeof(*names); i++) {
        v = cJSON_GetObjectItemCaseSensitive(first, names[i]);
        if (v != NULL)
            cJSON_AddItemToObject(evidence, names[i], cJSON_Duplicate(v, true));
    }
}

static void add_result(cJSON *results, cJSON *line, double *said,
                       double *refused)
{
    static const char *const names[] = {"id",    "set",      "line",  "prompt",
                                        "label", "category", "domain"};
    const char *verdict = json_string(line, "verdict");
    size_t i;

    if (verdict != NULL && strcmp(verdict, "silent") != 0) {
        *said += 1;
        *refused +=
            strcmp(verdict, "full") == 0 || strcmp(verdict, "partial") == 0;
    }
    for (i = 0; i < sizeof(names) / sizeof(*names); i++)
        cJSON_DeleteItemFromObjectCaseSensitive(line, names[i]);
    cJSON_AddItemToArray(results, line);
}

static int next_of_eval(struct exhibit *x, struct exhibit_row *row,
                        struct err *err)
{
    cJSON *first, *line = NULL, *results;
    double said = 0, refused = 0;
    int got = 1, n = 0;

    if (x->ahead == NULL)
        got = next_line(x, &x->ahead, err);
    if (got != 1)
        return got;
    line = x->ahead;
    x->ahead = NULL;
    first = cJSON_Duplicate(line, true);
    row->evidence = cJSON_CreateObject();
    begin_row(row->evidence, first);
    results = cJSON_AddArrayToObject(row->evidence, "results");
    do {
        if (++n > EXHIBIT_SUBJECTS_MAX)
            got = err_set(err, "row %.40s has more than %d results",
                          json_string(first, "id"), EXHIBIT_SUBJECTS_MAX);
        else {
            add_result(results, line, &said, &refused);
            line = NULL;
            got = next_line(x, &line, err);
        }
    } while (got == 1 && is_same_row(first, line));
    x->ahead = line;
    shorten(row->evidence);
    shorten(first);
    row->cells = cells_of(x, first, said > 0 ? refused / said : -1);
    cJSON_Delete(first);
    return got < 0 ? -1 : 1;
}

int exhibit_next(struct exhibit *x, struct exhibit_row *row, struct err *err)
{
    int got;

    memset(row, 0, sizeof(*row));
    got = x->kind == OVERVIEW_RUN ? next_of_run(x, row, err)
                                  : next_of_eval(x, row, err);
    if (got != 1)
        exhibit_row_release(row);
    return got;
}
