/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The files may have come from anywhere: nothing is taken for granted that
 * somebody's editor could have changed.
 */
#include "run/former.h"
#include "agent/candidate.h"
#include "base/file.h"
#include "dataset/reader.h"
#include "run/changes.h"
#include "run/files.h"
#include "run/release.h"

#include <stdlib.h>
#include <string.h>

#define ROWS_BYTES (4ul << 30)

/* --- rows --- */

static int grow(struct former *f, struct err *err)
{
    size_t cap = f->cap > 0 ? 2 * f->cap : 1024;
    struct former_row *rows;

    if (f->all < f->cap)
        return 0;
    rows = realloc(f->rows, cap * sizeof(*rows));
    if (rows == NULL)
        return err_nomem(err);
    f->rows = rows;
    f->cap = cap;
    return 0;
}

/* What a row must have to be tested and told from others. */
static int check_row(const cJSON *tree, bool past, struct err *err)
{
    static const char *const members[] = {"id", "prompt", "category"};
    const char *label = json_string(tree, "label"), *text;
    size_t i;

    for (i = 0; i < sizeof(members) / sizeof(*members); i++) {
        text = json_string(tree, members[i]);
        if (text == NULL || *text == '\0')
            return err_set(err, "the row has no \"%s\"", members[i]);
    }
    if (strlen(json_string(tree, "id")) >= HASH_HEX)
        return err_set(err, "its \"id\" is none of phgen's");
    if (past)
        return json_string(tree, "reason") != NULL
                   ? 0
                   : err_set(err, "its \"reason\" is no text");
    if (label == NULL ||
        (strcmp(label, outcome_name(OUTCOME_HARMLESS)) != 0 &&
         strcmp(label, outcome_name(OUTCOME_CONTROVERSIAL)) != 0))
        return err_set(err, "its \"label\" is neither \"harmless\" nor "
                            "\"controversial\"");
    return json_array(tree, "targets") != NULL
               ? 0
               : err_set(err, "the row has no \"targets\"");
}

static int add_row(struct former *f, const struct reader_row *row, bool past,
                   const char *path, struct err *err)
{
    cJSON *tree = json_parse(row->raw, row->raw_len, err);
    struct former_row *r;

    if (tree == NULL || check_row(tree, past, err) != 0 || grow(f, err) != 0) {
        cJSON_Delete(tree);
        return err_prefix(err, "%s:%zu", path, row->line);
    }
    r = &f->rows[f->all++];
    memset(r, 0, sizeof(*r));
    r->tree = tree;
    r->past = past;
    r->canary = json_array(tree, "canary") != NULL;
    f->n += !past;
    return 0;
}

static int read_rows(struct former *f, const char *folder, struct err *err)
{
    char *path = file_join(folder, FILES_ROWS);
    struct reader *in = NULL;
    struct reader_row row;
    struct str text;
    int got = -1;

    str_init(&text, ROWS_BYTES);
    if (path == NULL)
        err_nomem(err);
    else if (file_read(path, &text, err) == 0)
        in = reader_open(path, "prompt", err);
    hash_hex(hash_bytes(text.s, text.len), f->dataset);
    str_release(&text);
    while (in != NULL && (got = reader_next(in, &row, err)) == 1)
        if (add_row(f, &row, false, path, err) != 0) {
            got = -1;
            break;
        }
    reader_close(in);
    if (got == 0 && f->n == 0)
        got = err_set(err, "%s has no rows: there is nothing to refresh", path);
    free(path);
    return got;
}

/* Had it been a row once? */
static bool was_row(const char *reason)
{
    static const char *const reasons[] = {FORMER_RETIRED, FORMER_UNTESTED,
                                          FORMER_BEFORE, FILES_WITHHELD};
    size_t i;

    for (i = 0; i < sizeof(reasons) / sizeof(*reasons); i++)
        if (strcmp(reason, reasons[i]) == 0)
            return true;
    return false;
}

static int read_past(struct former *f, const char *folder, struct err *err)
{
    static const char *const known[] = {"reason", "outcome", NULL};
    const struct reader_wants wants = {.what = "reason",
                                       .column = "reason",
                                       .known = known,
                                       .role = "user",
                                       .whole = true};
    char *path = file_join(folder, FILES_REJECTS);
    struct reader *in = NULL;
    struct reader_row row;
    int got = -1;

    if (path == NULL)
        err_nomem(err);
    else if (!file_exists(path))
        got = 0;
    else
        in = reader_open_for(path, &wants, err);
    while (in != NULL && (got = reader_next(in, &row, err)) == 1)
        if (was_row(row.prompt) && add_row(f, &row, true, path, err) != 0) {
            got = -1;
            break;
        }
    reader_close(in);
    free(path);
    return got;
}

static int draw_canaries(struct former *f, struct err *err)
{
    const char **ids = calloc(f->n + 1, sizeof(*ids));
    bool *canary = calloc(f->n + 1, sizeof(*canary));
    int failed = ids == NULL || canary == NULL ? err_nomem(err) : 0;
    size_t i;

    for (i = 0; !failed && i < f->n; i++)
        ids[i] = json_string(f->rows[i].tree, "id");
    if (!failed)
        failed = release_draw(ids, f->n, canary, err);
    for (i = 0; !failed && i < f->n; i++)
        f->rows[i].canary = canary[i];
    free(ids);
    free(canary);
    return failed;
}

/* --- all of it --- */

static int read_manifest(struct former *f, const char *folder, struct err *err)
{
    const cJSON *release;

    f->manifest = files_read_manifest(folder, err);
    if (f->manifest == NULL)
        return err_prefix(err, "%s is no run that can be refreshed", folder);
    if (json_string(f->manifest, "run") == NULL ||
        json_object(f->manifest, "config") == NULL)
        return err_set(err,
                       "%s/" FILES_MANIFEST " is no run's: it has no \"run\" "
                       "or no \"config\"",
                       folder);
    release = json_object(f->manifest, CHANGES_RELEASE);
    f->first = release == NULL;
    f->version = json_string(release, "version");
    if (f->version == NULL)
        f->version = RELEASE_FIRST;
    return 0;
}

int former_read(const char *folder, struct former *out, struct err *err)
{
    memset(out, 0, sizeof(*out));
    if (read_manifest(out, folder, err) != 0 ||
        read_rows(out, folder, err) != 0 || read_past(out, folder, err) != 0)
        return -1;
    return out->first ? draw_canaries(out, err) : 0;
}

void former_release(struct former *f)
{
    size_t i;

    for (i = 0; i < f->all; i++)
        cJSON_Delete(f->rows[i].tree);
    free(f->rows);
    cJSON_Delete(f->manifest);
    memset(f, 0, sizeof(*f));
}

cJSON *former_ancestor(const struct former *f)
{
    const cJSON *config = json_object(f->manifest, "config");
    cJSON *o = cJSON_CreateObject();

    cJSON_AddStringToObject(o, "version", f->version);
    cJSON_AddStringToObject(o, "run", json_string(f->manifest, "run"));
    cJSON_AddStringToObject(o, "dataset", f->dataset);
    cJSON_AddNumberToObject(o, "rows", (double)f->n);
    cJSON_AddItemToObject(o, "targets",
                          cJSON_Duplicate(json_array(config, "targets"), true));
    return o;
}
