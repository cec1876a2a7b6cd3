/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Sheets out.  The rows come from the store in sequence order and go out in
 * the sample's, so they are held; AUDIT_ROWS_MAX bounds that.
 */
#include "run/sheets.h"
#include "base/file.h"
#include "base/hash.h"
#include "dataset/sheet.h"
#include "run/files.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_MAX (1u << 20)  /* of a cell */
#define LINE_MAX (16u << 20) /* of a row */
#define PAGE_MAX (1u << 20)
#define MARK     "{{verdicts}}"

/* What a row's sheet says; strings are heap, NULL for empty ones. */
struct shown {
    uint64_t seq;
    size_t place; /* in the sheet */
    char *id, *before, *prompt, *category, *label, *reading, *judges;
};

static void shown_free(struct shown *all, size_t n)
{
    size_t i;

    for (i = 0; all != NULL && i < n; i++) {
        free(all[i].id);
        free(all[i].before);
        free(all[i].prompt);
        free(all[i].category);
        free(all[i].label);
        free(all[i].reading);
        free(all[i].judges);
    }
    free(all);
}

/* --- the rows --- */

static char *copy(const cJSON *record, const char *name)
{
    const char *text = json_string(record, name);

    return text != NULL ? strdup(text) : NULL;
}

/* "user: ...", a message a paragraph, without the last one. */
static char *said_before(const cJSON *record)
{
    const cJSON *m;
    const char *role, *content;
    struct str out;

    str_init(&out, TEXT_MAX);
    cJSON_ArrayForEach(m, json_array(record, "messages"))
    {
        role = json_string(m, "role");
        content = json_string(m, "content");
        if (m->next != NULL && role != NULL && content != NULL)
            str_addf(&out, "%s%s: %s", out.len > 0 ? "\n\n" : "", role,
                     content);
    }
    return out.len > 0 ? str_detach(&out) : NULL;
}

static char *judges_of(const cJSON *record)
{
    const cJSON *j;
    const char *model, *verdict, *reason;
    struct str out;

    str_init(&out, TEXT_MAX);
    cJSON_ArrayForEach(j, json_array(record, "judges"))
    {
        model = json_string(j, "model");
        verdict = json_string(j, "verdict");
        reason = json_string(j, "reason");
        if (model != NULL && verdict != NULL)
            str_addf(&out, "%s%s: %s%s%s", out.len > 0 ? "\n" : "", model,
                     verdict, reason != NULL && *reason != '\0' ? ", " : "",
                     reason != NULL ? reason : "");
    }
    return out.len > 0 ? str_detach(&out) : NULL;
}

static int show(const struct decided *d, struct shown *to, struct err *err)
{
    cJSON *record = files_record(d, err);

    if (record == NULL)
        return err_prefix(err, "candidate %llu", (unsigned long long)d->seq);
    to->id = copy(record, "id");
    to->before = said_before(record);
    to->prompt = copy(record, "prompt");
    to->category = copy(record, "category");
    to->label = copy(record, "label");
    to->reading = copy(record, "benign_reading");
    to->judges = judges_of(record);
    cJSON_Delete(record);
    return to->id != NULL && to->prompt != NULL
               ? 0
               : err_set(err, "candidate %llu has no id or no prompt",
                         (unsigned long long)d->seq);
}

static int by_seq(const void *a, const void *b)
{
    const struct shown *x = a, *y = b;

    return x->seq < y->seq ? -1 : x->seq > y->seq;
}

static int by_place(const void *a, const void *b)
{
    const struct shown *x = a, *y = b;

    return x->place < y->place ? -1 : x->place > y->place;
}

static int fill(struct store *s, struct shown *all, size_t n, struct err *err)
{
    struct store_cursor *c = store_read(s, err);
    struct decided d;
    size_t next = 0;
    int got = -1;

    while (c != NULL && next < n && (got = store_next(c, &d, err)) == 1) {
        if (d.seq == all[next].seq && show(&d, &all[next++], err) != 0) {
            got = -1;
            break;
        }
    }
    store_read_end(c);
    if (got == 0 && next < n)
        got = err_set(err, "a row of the sample is not in the store");
    return got < 0 ? -1 : 0;
}

/* The sample's rows in the order of the sheet; NULL with a sentence. */
static struct shown *rows_of(struct store *s, const struct audit_sample *sample,
                             struct err *err)
{
    struct shown *all = calloc(sample->nrows + 1, sizeof(*all));
    size_t i;

    if (all == NULL) {
        err_nomem(err);
        return NULL;
    }
    for (i = 0; i < sample->nrows; i++) {
        all[i].seq = sample->rows[i].seq;
        all[i].place = i;
    }
    qsort(all, sample->nrows, sizeof(*all), by_seq);
    if (fill(s, all, sample->nrows, err) != 0) {
        shown_free(all, sample->nrows);
        return NULL;
    }
    qsort(all, sample->nrows, sizeof(*all), by_place);
    return all;
}

/* --- the files --- */

/*
 * The file of an annotator.  What a file's name cannot hold becomes "-", and
 * then some digits tell two such names apart.
 */
static char *sheet_path(const char *folder, const char *annotator,
                        const char *ending)
{
    char hex[HASH_HEX], name[HUMAN_NAME_MAX + 16], *path;
    struct str whole;
    bool plain = annotator[0] != '.';
    size_t i;

    for (i = 0; annotator[i] != '\0'; i++) {
        bool ok = isalnum((unsigned char)annotator[i]) ||
                  strchr("._-", annotator[i]) != NULL;

        name[i] = ok && (i > 0 || plain) ? annotator[i] : '-';
        plain = plain && ok;
    }
    name[i] = '\0';
    hash_hex(hash_bytes(annotator, i), hex);
    str_init(&whole, 1000);
    str_addf(&whole, "%s%s%.*s.%s", name, plain ? "" : "-", plain ? 0 : 6, hex,
             ending);
    path = str_failed(&whole) ? NULL : file_join(folder, whole.s);
    str_release(&whole);
    return path;
}

static int write_sheet(FILE *to, const struct shown *all, size_t n, bool csv,
                       bool open, const char *annotator, struct err *err)
{
    struct sheet_row row = {.annotator = annotator};
    struct str line;
    int failed = 0;
    size_t i;

    str_init(&line, LINE_MAX);
    if (csv)
        sheet_head(open, &line);
    fwrite(line.s, 1, line.len, to);
    for (i = 0; i < n && !failed; i++) {
        row.id = all[i].id;
        row.before = all[i].before;
        row.prompt = all[i].prompt;
        row.category = all[i].category;
        row.label = all[i].label;
        row.reading = all[i].reading;
        row.judges = all[i].judges;
        str_clear(&line);
        if (csv)
            sheet_csv(&row, open, &line);
        else
            sheet_jsonl(&row, open, &line);
        if (str_failed(&line))
            failed = err_set(err, "row %s is too large for a sheet", row.id);
        fwrite(line.s, 1, line.len, to);
    }
    str_release(&line);
    return failed;
}

/* 1: the same bytes, 0: others, -1: cannot tell. */
static int same_bytes(const char *a, const char *b)
{
    FILE *x = fopen(a, "rb"), *y = fopen(b, "rb");
    int c = 0, d = 0, got = -1;

    if (x != NULL && y != NULL) {
        do {
            c = getc(x);
            d = getc(y);
        } while (c == d && c != EOF);
        got = ferror(x) || ferror(y) ? -1 : c == d;
    }
    if (x != NULL)
        fclose(x);
    if (y != NULL)
        fclose(y);
    return got;
}

/* Work that somebody did is not written over. */
static int check_place(const struct outfile *f, struct err *err)
{
    fflush(f->stream);
    if (!file_exists(f->path) || same_bytes(f->path, f->part) == 1)
        return 0;
    return err_set(err,
                   "%s is there already, and is another sheet or has verdicts "
                   "in it; read it with --read, or name another folder with "
                   "--out",
                   f->path);
}

/* --- the guidelines --- */

/* The lines of the judges' rubric that define a verdict. */
static int add_definitions(const char *seeds, struct str *out, struct err *err)
{
    char *path = file_join(seeds, "agents/judge.md"), *line, *rest;
    struct str text;
    int failed;

    str_init(&text, PAGE_MAX);
    failed = path == NULL ? err_nomem(err) : file_read(path, &text, err);
    for (line = failed ? NULL : text.s; line != NULL; line = rest) {
        rest = strchr(line, '\n');
        if (rest != NULL)
            *rest++ = '\0';
        if (strncmp(line, "- `", 3) == 0)
            str_addf(out, "%s%s", out->len > 0 ? "\n" : "", line);
    }
    str_release(&text);
    free(path);
    return failed;
}

static int write_guidelines(const struct sheets_job *job, FILE *to,
                            struct err *err)
{
    char *path = file_join(job->seeds, "audit/guidelines.md"), *mark;
    struct str text, verdicts;
    int failed;

    str_init(&text, PAGE_MAX);
    str_init(&verdicts, PAGE_MAX);
    failed = path == NULL ? err_nomem(err) : file_read(path, &text, err);
    if (!failed)
        failed = add_definitions(job->seeds, &verdicts, err);
    mark = failed ? NULL : strstr(text.s, MARK);
    if (mark != NULL)
        fprintf(to, "%.*s%s%s", (int)(mark - text.s), text.s, verdicts.s,
                mark + strlen(MARK));
    else if (!failed)
        failed = err_set(err, "%s has no " MARK, path);
    str_release(&text);
    str_release(&verdicts);
    free(path);
    return failed;
}

/* --- all of them --- */

static int open_sheet(const struct sheets_job *job, const char *annotator,
                      bool csv, struct outfile *f, struct err *err)
{
    char *path = sheet_path(job->folder, annotator, csv ? "csv" : "jsonl");
    int failed = path == NULL ? err_nomem(err) : outfile_open(f, path, err);

    free(path);
    return failed;
}

static int open_guidelines(const struct sheets_job *job, struct outfile *f,
                           struct err *err)
{
    char *path = file_join(job->folder, "guidelines.md");
    int failed = 0;

    if (path == NULL)
        failed = err_nomem(err);
    else if (!file_exists(path)) /* somebody's own stays */
        failed = outfile_open(f, path, err) != 0 ||
                 write_guidelines(job, f->stream, err) != 0;
    free(path);
    return failed ? -1 : 0;
}

static int write_all(const struct audit_sample *sample, const struct shown *all,
                     const struct sheets_job *job, struct outfile *files,
                     cJSON *names, struct err *err)
{
    size_t people = job->nannotators > 0 ? job->nannotators : 1, i;

    for (i = 0; i < 2 * people; i++) {
        const char *who = job->nannotators > 0 ? job->annotators[i / 2] : NULL;
        bool csv = i % 2 == 0;

        if (open_sheet(job, who != NULL ? who : "sheet", csv, &files[i], err) !=
                0 ||
            write_sheet(files[i].stream, all, sample->nrows, csv,
                        sample->plan.open, who, err) != 0 ||
            check_place(&files[i], err) != 0)
            return -1;
        if (csv)
            cJSON_AddItemToArray(names, cJSON_CreateString(files[i].path));
    }
    if (open_guidelines(job, &files[i], err) != 0)
        return -1;
    for (i = 0; i <= 2 * people; i++)
        if (files[i].stream != NULL && outfile_commit(&files[i], err) != 0)
            return -1;
    return 0;
}

int sheets_write(struct store *s, const struct audit_sample *sample,
                 const struct sheets_job *job, cJSON *names, struct err *err)
{
    size_t n = 2 * (job->nannotators > 0 ? job->nannotators : 1) + 1, i;
    struct outfile *files = calloc(n, sizeof(*files));
    struct shown *all = rows_of(s, sample, err);
    int failed = -1;

    if (files == NULL)
        err_nomem(err);
    else if (all != NULL && file_make_dir(job->folder, err) == 0)
        failed = write_all(sample, all, job, files, names, err);
    for (i = 0; files != NULL && i < n; i++)
        outfile_abandon(&files[i]);
    free(files);
    shown_free(all, sample->nrows);
    return failed;
}
