/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Sinks, one a file, and templates in which the data's name stands as @DATA@.
 */
#include "run/export_files.h"
#include "base/file.h"
#include "dataset/sink.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROW_MAX (8u << 20) /* of what is written for a row */

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

int export_files_open(struct export_files *f, struct err *err)
{
    const char *head = f->job->format->head;
    char name[80], *path;
    size_t i;

    for (i = 0; i < nfiles(f->job); i++) {
        file_name(f->job, i, name, sizeof(name));
        path = file_join(f->job->out, name);
        if (path == NULL)
            return err_nomem(err);
        f->sinks[i] = sink_open(path, f->job->zstd, err);
        free(path);
        if (f->sinks[i] == NULL ||
            (head != NULL &&
             sink_add(f->sinks[i], head, strlen(head), err) != 0))
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

int export_files_add(struct export_files *f, const struct export_row *row,
                     size_t split, struct err *err)
{
    const struct export_job *job = f->job;
    struct str out;
    int failed;

    str_init(&out, ROW_MAX);
    job->format->write(row, &job->options, &out);
    failed = str_failed(&out) ? err_set(err, "the row %s is too large", row->id)
                              : sink_add(f->sinks[split], out.s, out.len, err);
    f->records[split] += records_in(job, &out);
    str_release(&out);
    f->rows[split]++;
    return failed;
}

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

int export_files_commit(struct export_files *f, struct err *err)
{
    size_t i;
    int failed;

    for (i = 0; i < nfiles(f->job); i++) {
        failed = sink_commit(f->sinks[i], err);
        f->sinks[i] = NULL;
        if (failed)
            return -1;
    }
    return write_extras(f->job, err);
}

void export_files_abandon(struct export_files *f)
{
    size_t i;

    for (i = 0; i < EXPORT_SPLITS_MAX; i++) {
        sink_abandon(f->sinks[i]);
        f->sinks[i] = NULL;
    }
}

uint64_t export_files_rows(const struct export_files *f)
{
    uint64_t sum = 0;
    size_t i;

    for (i = 0; i < nfiles(f->job); i++)
        sum += f->rows[i];
    return sum;
}

cJSON *export_files_report(const struct export_files *f)
{
    cJSON *list = cJSON_CreateArray(), *o;
    char name[80];
    size_t i;

    for (i = 0; i < nfiles(f->job); i++) {
        o = cJSON_CreateObject();
        file_name(f->job, i, name, sizeof(name));
        cJSON_AddStringToObject(o, "name", name);
        if (f->job->nsplits > 0)
            cJSON_AddStringToObject(o, "split", f->job->splits[i].name);
        cJSON_AddNumberToObject(o, "rows", (double)f->rows[i]);
        cJSON_AddNumberToObject(o, "records", (double)f->records[i]);
        cJSON_AddItemToArray(list, o);
    }
    return list;
}
