/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Passes over the same lines.  When there is something to choose, the first
 * keeps a pick a usable row (run/export_picks.h), and what goes where is
 * decided by these alone; the second writes what was picked, in the order of
 * the file.  Nothing here depends on anything but the lines, the options and
 * the seed.
 */
#include "run/export.h"
#include "base/file.h"
#include "run/export_files.h"
#include "run/export_leaks.h"
#include "run/export_lines.h"
#include "run/export_picks.h"
#include "run/export_splits.h"

struct work {
    const struct export_job *job;
    struct export_picks picks;
    struct export_groups *groups; /* NULL without splits */
    struct export_groups_count count;
    struct export_files files;
    struct export_leaks *leaks;
    uint64_t rows, controls; /* rows: read; controls: mixed in */
    cJSON *left_out, *report;
};

/* --- passes --- */

static int open_lines(struct export_lines *l, const struct work *w,
                      struct err *err)
{
    return export_lines_open(l, w->job->rows,
                             w->job->mix > 0 ? w->job->controls : NULL, err);
}

/* Calls `use` with every row that the format can hold, and counts the rest. */
static int each_usable(struct work *w,
                       int (*use)(struct work *, const struct export_row *,
                                  uint64_t line, struct err *),
                       struct err *err)
{
    struct export_row row;
    struct export_lines l;
    const char *why;
    uint64_t line;
    size_t len;
    cJSON *json;
    char *text;
    int got = open_lines(&l, w, err);

    for (line = 0;
         got == 0 && (got = export_lines_next(&l, &text, &len, err)) == 1;
         line++) {
        json = export_lines_row(&l, text, len, &row, err);
        got = json == NULL ? -1 : 0;
        why = got == 0 ? export_lacks(w->job->format, &row, &w->job->options)
                       : NULL;
        if (why != NULL)
            json_add_to(w->left_out, why, 1);
        else if (got == 0)
            got = use(w, &row, line, err);
        w->rows += !l.control;
        cJSON_Delete(json);
    }
    export_lines_close(&l);
    return got;
}

/* Calls `use` with every row that was picked. */
static int each_pick(struct work *w,
                     int (*use)(struct work *, const struct export_row *,
                                size_t split, struct err *),
                     struct err *err)
{
    struct export_row row;
    const struct export_pick *p;
    struct export_lines l;
    uint64_t line;
    uint32_t at = 0;
    size_t len;
    cJSON *json;
    char *text;
    int got = open_lines(&l, w, err);

    for (line = 0;
         got == 0 && (got = export_lines_next(&l, &text, &len, err)) == 1;
         line++) {
        got = 0;
        if (at == w->picks.n || w->picks.at[at].line != line)
            continue;
        p = &w->picks.at[at++];
        if (p->split == EXPORT_NOWHERE)
            continue;
        json = export_lines_row(&l, text, len, &row, err);
        got = json == NULL ? -1 : use(w, &row, p->split, err);
        cJSON_Delete(json);
    }
    export_lines_close(&l);
    return got;
}

/* --- what is done with a row --- */

static int pick_row(struct work *w, const struct export_row *row, uint64_t line,
                    struct err *err)
{
    if (export_picks_add(&w->picks, line, w->job->seed, row, err) != 0)
        return -1;
    return w->groups != NULL
               ? export_groups_join(w->groups, &w->picks, row, err)
               : 0;
}

static int write_straight(struct work *w, const struct export_row *row,
                          uint64_t line, struct err *err)
{
    (void)line;
    return export_files_add(&w->files, row, 0, err);
}

static int write_pick(struct work *w, const struct export_row *row,
                      size_t split, struct err *err)
{
    return export_files_add(&w->files, row, split, err);
}

static int learn_leaks(struct work *w, const struct export_row *row,
                       size_t split, struct err *err)
{
    return export_leaks_learn(w->leaks, row, split, err);
}

static int look_for_leaks(struct work *w, const struct export_row *row,
                          size_t split, struct err *err)
{
    (void)err;
    export_leaks_look(w->leaks, row, split);
    return 0;
}

/* --- the whole of it --- */

static bool chooses(const struct export_job *job)
{
    return job->nsplits > 0 || job->balance || job->mix > 0;
}

static int choose(struct work *w, struct err *err)
{
    const struct export_job *job = w->job;
    uint32_t dropped = 0;

    if (each_usable(w, pick_row, err) != 0)
        return -1;
    if (job->balance && export_picks_balance(&w->picks, &dropped, err) != 0)
        return -1;
    if (dropped > 0)
        json_add_to(w->left_out, "balance", dropped);
    if (job->mix > 0 &&
        export_picks_mix(&w->picks, job->mix, &w->controls, err) != 0)
        return -1;
    return job->nsplits > 0
               ? export_groups_place(&w->picks, job, &w->count, err)
               : 0;
}

static int start(struct work *w, struct err *err)
{
    w->report = cJSON_CreateObject();
    w->left_out = cJSON_CreateObject();
    if (w->report == NULL || w->left_out == NULL)
        return err_nomem(err);
    if (w->job->nsplits > 0) {
        w->groups = export_groups_new(w->job->near, err);
        if (w->groups == NULL)
            return -1;
    }
    return 0;
}

/* Before anything is made: a run without rows leaves no empty folder. */
static int readable(const struct work *w, struct err *err)
{
    struct export_lines l;
    int failed = open_lines(&l, w, err);

    export_lines_close(&l);
    return failed;
}

static int write_files(struct work *w, struct err *err)
{
    bool picks = chooses(w->job);

    if ((picks ? choose(w, err) : readable(w, err)) != 0)
        return -1;
    if (file_make_dir(w->job->out, err) != 0 ||
        export_files_open(&w->files, err) != 0 ||
        (picks ? each_pick(w, write_pick, err)
               : each_usable(w, write_straight, err)) != 0)
        return -1;
    return export_files_commit(&w->files, err);
}

static void report(struct work *w)
{
    cJSON *o = w->report;

    cJSON_AddStringToObject(o, "format", w->job->format->name);
    cJSON_AddNumberToObject(o, "rows", (double)w->rows);
    cJSON_AddNumberToObject(o, "written", (double)export_files_rows(&w->files));
    cJSON_AddNumberToObject(o, "controls", (double)w->controls);
    cJSON_AddItemToObject(o, "left_out", w->left_out);
    w->left_out = NULL;
    cJSON_AddItemToObject(o, "files", export_files_report(&w->files));
    if (w->job->nsplits > 0) {
        cJSON_AddNumberToObject(o, "groups", w->count.groups);
        cJSON_AddNumberToObject(o, "largest_group", w->count.largest);
    }
}

static int measure(struct work *w, struct err *err)
{
    w->leaks = export_leaks_new(err);
    if (w->leaks == NULL || each_pick(w, learn_leaks, err) != 0 ||
        each_pick(w, look_for_leaks, err) != 0)
        return -1;
    cJSON_AddItemToObject(w->report, "leakage",
                          export_leaks_report(w->leaks, w->job));
    return 0;
}

cJSON *export_write(const struct export_job *job, struct err *err)
{
    struct work w = {.job = job, .files = {.job = job}};
    int failed = start(&w, err) != 0 || write_files(&w, err) != 0;

    if (!failed) {
        report(&w);
        failed = job->nsplits > 1 && measure(&w, err) != 0;
    }
    export_files_abandon(&w.files);
    export_picks_release(&w.picks);
    export_groups_free(w.groups);
    export_leaks_free(w.leaks);
    cJSON_Delete(w.left_out);
    if (failed) {
        cJSON_Delete(w.report);
        return NULL;
    }
    return w.report;
}
