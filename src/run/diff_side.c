/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Both kinds become the same table, so that one comparison serves them.  A
 * folder with an eval.json is an evaluation's, one with a manifest a run's.
 */
#include "run/diff_side.h"
#include "base/file.h"
#include "dataset/source.h"
#include "run/eval.h"
#include "run/files.h"

#include <stdlib.h>
#include <string.h>

#define SUMMARY_BYTES ((size_t)256 << 20)

/* What a run's columns say yes to. */
enum run_column { RUN_CONTROVERSIAL, RUN_REFUSED, RUN_PARTIAL, RUN_COLUMNS };

static const char *const run_columns[RUN_COLUMNS] = {
    [RUN_CONTROVERSIAL] = "controversial",
    [RUN_REFUSED] = "refused by its first target",
    [RUN_PARTIAL] = "refused partially",
};

void diff_side_release(struct diff_side *s)
{
    struct diff_row *r, *next;
    size_t i;

    HASH_ITER(hh, s->rows, r, next)
    {
        HASH_DEL(s->rows, r);
        free(r->id);
        free(r->prompt);
        free(r->said);
        free(r);
    }
    for (i = 0; i < s->ncolumns; i++)
        free(s->columns[i]);
    free(s->columns);
    cJSON_Delete(s->about);
}

struct diff_row *diff_side_find(const struct diff_side *s, const char *id)
{
    struct diff_row *r;

    HASH_FIND_STR(s->rows, id, r);
    return r;
}

static int add_column(struct diff_side *s, const char *name, struct err *err)
{
    if (s->ncolumns == DIFF_COLUMNS_MAX)
        return err_set(err, "%s has more than %d models and variants",
                       s->folder, DIFF_COLUMNS_MAX);
    s->columns[s->ncolumns] = strdup(name);
    if (s->columns[s->ncolumns] == NULL)
        return err_nomem(err);
    s->ncolumns++;
    return 0;
}

/* "model", or "model + variant". */
static void column_name(const char *model, const char *variant, struct str *out)
{
    str_clear(out);
    str_adds(out, model);
    if (strcmp(variant, "plain") != 0)
        str_addf(out, " + %s", variant);
}

static int add_eval_columns(struct diff_side *s, struct err *err)
{
    const cJSON *r;
    const char *model, *variant;
    struct str name;
    int failed = 0;

    str_init(&name, 1 << 16);
    cJSON_ArrayForEach(r, json_array(s->about, "results"))
    {
        model = json_string(r, "model");
        variant = json_string(r, "variant");
        if (failed || model == NULL || variant == NULL)
            continue;
        column_name(model, variant, &name);
        failed = add_column(s, name.s, err);
    }
    str_release(&name);
    return failed;
}

/* --- rows --- */

static struct diff_row *row_of(struct diff_side *s, const char *id,
                               const char *prompt, enum result_group group)
{
    struct diff_row *r = diff_side_find(s, id);

    if (r != NULL)
        return r;
    r = calloc(1, sizeof(*r));
    if (r == NULL)
        return NULL;
    r->id = strdup(id);
    r->prompt = strdup(prompt);
    r->group = group;
    r->said = calloc(s->ncolumns + 1, 1);
    if (r->id == NULL || r->prompt == NULL || r->said == NULL) {
        free(r->id);
        free(r->prompt);
        free(r->said);
        free(r);
        return NULL;
    }
    HASH_ADD_KEYPTR(hh, s->rows, r->id, strlen(r->id), r);
    return r;
}

static int take_result(struct diff_side *s, const cJSON *line, struct err *err)
{
    struct diff_row *row;
    struct result r;
    struct str name;
    size_t i;

    if (result_read(line, &r, err) != 0)
        return -1;
    row = row_of(s, r.id, r.prompt, r.group);
    if (row == NULL)
        return err_nomem(err);
    str_init(&name, 1 << 16);
    column_name(r.model, r.variant, &name);
    for (i = 0; i < s->ncolumns; i++)
        if (strcmp(s->columns[i], name.s) == 0)
            row->said[i] = (uint8_t)(result_verdict(&r) + 1);
    str_release(&name);
    return 0;
}

static uint8_t said(bool yes)
{
    return (uint8_t)((yes ? RESULT_FULL : RESULT_COMPLIED) + 1);
}

static int take_record(struct diff_side *s, const cJSON *line, struct err *err)
{
    const char *id = json_string(line, "id"),
               *prompt = json_string(line, "prompt"),
               *label = json_string(line, "label");
    const cJSON *target = cJSON_GetArrayItem(json_array(line, "targets"), 0);
    const char *class = json_string(target, "class");
    double samples = json_number(target, "samples", 0);
    struct diff_row *row;

    if (id == NULL || prompt == NULL || label == NULL)
        return err_set(err, "a row needs an id, a prompt and a label");
    row = row_of(s, id, prompt, result_group_find(label));
    if (row == NULL)
        return err_nomem(err);
    row->said[RUN_CONTROVERSIAL] = said(strcmp(label, "controversial") == 0);
    if (samples <= 0)
        return 0;
    row->said[RUN_REFUSED] =
        said(2 * json_number(target, "refusals", 0) >= samples);
    row->said[RUN_PARTIAL] =
        said(class != NULL && strcmp(class, "partial_refusal") == 0);
    return 0;
}

static int take_line(struct diff_side *s, const char *text, size_t len,
                     struct err *err)
{
    cJSON *line;
    int failed;

    if (len == 0)
        return 0;
    line = json_parse(text, len, err);
    if (line == NULL)
        return -1;
    failed = s->is_eval ? take_result(s, line, err) : take_record(s, line, err);
    cJSON_Delete(line);
    return failed;
}

static int read_rows(struct diff_side *s, struct err *err)
{
    char *path = file_join(s->folder, s->is_eval ? EVAL_RESULTS : FILES_ROWS),
         *text;
    struct source *in;
    size_t len;
    int got = -1;

    if (path == NULL)
        return err_nomem(err);
    in = source_open(path, err);
    while (in != NULL && (got = source_line(in, &text, &len, err)) == 1)
        if (take_line(s, text, len, err) != 0) {
            got = err_prefix(err, "%s:%zu", path, source_lineno(in));
            break;
        }
    source_close(in);
    free(path);
    return got;
}

/* --- a folder --- */

static int read_summary(struct diff_side *s, const char *path, struct err *err)
{
    struct str text;

    str_init(&text, SUMMARY_BYTES);
    if (file_read(path, &text, err) == 0) {
        s->about = json_parse(text.s, text.len, err);
        if (s->about == NULL)
            err_prefix(err, "%s", path);
        else if (json_number(s->about, "version", 0) > EVAL_VERSION) {
            err_set(err, "%s was written by a later phgen; use that one", path);
            cJSON_Delete(s->about);
            s->about = NULL;
        }
    }
    str_release(&text);
    return s->about != NULL ? 0 : -1;
}

static int read_about(struct diff_side *s, struct err *err)
{
    char *summary = file_join(s->folder, EVAL_SUMMARY),
         *store = file_join(s->folder, EVAL_STORE);
    int failed = -1;

    if (summary == NULL || store == NULL) {
        err_nomem(err);
    } else if (file_exists(summary)) {
        s->is_eval = true;
        failed = read_summary(s, summary, err);
    } else if (file_exists(store)) {
        err_set(err,
                "%s holds an evaluation that is not finished; run its command "
                "again",
                s->folder);
    } else {
        s->about = files_read_manifest(s->folder, err);
        failed = s->about != NULL ? 0 : -1;
    }
    free(summary);
    free(store);
    return failed;
}

int diff_side_read(struct diff_side *s, const char *folder, struct err *err)
{
    int failed = 0, i;

    s->folder = folder;
    if (read_about(s, err) != 0)
        return -1;
    s->columns = calloc(DIFF_COLUMNS_MAX, sizeof(*s->columns));
    if (s->columns == NULL)
        return err_nomem(err);
    if (s->is_eval)
        failed = add_eval_columns(s, err);
    for (i = 0; !s->is_eval && !failed && i < RUN_COLUMNS; i++)
        failed = add_column(s, run_columns[i], err);
    return failed ? -1 : read_rows(s, err);
}
