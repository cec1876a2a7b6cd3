/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Sheets in.  First everything is read and checked by itself, then the rows
 * are looked for in the store in one pass, and only when there is no problem
 * are the verdicts put.  The prompt beside an id is compared, since a column
 * that was sorted alone would put every verdict on another row.
 */
#include "base/hash.h"
#include "base/nearest.h"
#include "base/text.h"
#include "dataset/sheet.h"
#include "run/files.h"
#include "run/sheets.h"

#include <stdlib.h>
#include <string.h>
#include <uthash.h>
#include <utlist.h>

#define TEXT_MAX     (4u << 20)
#define PROBLEMS_MAX 1000

/* A verdict in a sheet. */
struct entry {
    struct entry *next; /* of the same row */
    const char *path;
    size_t line;
    char *annotator, *note;
    enum human_verdict verdict;
    struct hash128 prompt; /* normalised; of "" when the sheet has none */
};

struct wanted {
    UT_hash_handle hh;
    struct entry *entries;
    uint64_t seq;
    bool found;
    char id[];
};

struct reading {
    struct sheets_found *out;
    struct wanted *rows;
    const char *annotator;
};

static void release(struct reading *r)
{
    struct wanted *w, *next;
    struct entry *e;

    HASH_ITER(hh, r->rows, w, next)
    {
        HASH_DEL(r->rows, w);
        while ((e = w->entries) != NULL) {
            w->entries = e->next;
            free(e->annotator);
            free(e->note);
            free(e);
        }
        free(w);
    }
}

static void problem(struct reading *r, const char *path, size_t line,
                    const char *what)
{
    struct str text;

    if (cJSON_GetArraySize(r->out->problems) >= PROBLEMS_MAX)
        return;
    str_init(&text, 8000);
    str_addf(&text, "%s:%zu: %s", path, line, what);
    cJSON_AddItemToArray(r->out->problems, cJSON_CreateString(text.s));
    str_release(&text);
}

static struct hash128 prompt_hash(const char *prompt)
{
    struct str text;
    struct hash128 h;

    str_init(&text, TEXT_MAX);
    text_normalise(prompt, strlen(prompt), &text);
    h = hash_bytes(text.s, text.len);
    str_release(&text);
    return h;
}

/* --- a sheet --- */

static int unknown_verdict(struct reading *r, const char *path,
                           const struct sheet_row *row)
{
    static const char *const words[] = {"harmless", "controversial", "harmful",
                                        "unsure", NULL};
    const char *near = nearest_word(row->verdict, words);
    struct err what;

    if (near != NULL)
        err_set(&what, "\"%.60s\" is no verdict; did you mean \"%s\"?",
                row->verdict, near);
    else
        err_set(&what,
                "\"%.60s\" is no verdict; write harmless, controversial, "
                "harmful or unsure",
                row->verdict);
    problem(r, path, row->line, what.text);
    return 0;
}

static struct wanted *row_of(struct reading *r, const char *id, struct err *err)
{
    size_t len = strlen(id);
    struct wanted *w;

    HASH_FIND(hh, r->rows, id, len, w);
    if (w != NULL)
        return w;
    w = calloc(1, sizeof(*w) + len + 1);
    if (w == NULL) {
        err_nomem(err);
        return NULL;
    }
    memcpy(w->id, id, len + 1);
    HASH_ADD_KEYPTR(hh, r->rows, w->id, len, w);
    return w;
}

/* The same verdict may stand in two sheets, as in a sheet and its copy. */
static int check_twice(struct reading *r, const struct wanted *w,
                       const struct entry *e)
{
    const struct entry *other;
    struct err what;

    for (other = w->entries; other != NULL; other = other->next)
        if (strcmp(other->annotator, e->annotator) == 0 &&
            other->verdict != e->verdict) {
            err_set(&what,
                    "%.80s says %s of this row here, and %s in %.200s:%zu; "
                    "keep one",
                    e->annotator, human_verdict_name(e->verdict),
                    human_verdict_name(other->verdict), other->path,
                    other->line);
            problem(r, e->path, e->line, what.text);
        }
    return 0;
}

static int keep(struct reading *r, const char *path,
                const struct sheet_row *row, const char *who, int verdict,
                struct err *err)
{
    struct wanted *w = row_of(r, row->id, err);
    struct entry *e = calloc(1, sizeof(*e));

    if (w == NULL || e == NULL || (e->annotator = strdup(who)) == NULL ||
        (e->note = strdup(row->note)) == NULL) {
        if (e != NULL)
            free(e->annotator);
        free(e);
        return err_nomem(err);
    }
    e->path = path;
    e->line = row->line;
    e->verdict = (enum human_verdict)verdict;
    e->prompt = prompt_hash(row->prompt);
    check_twice(r, w, e);
    e->next = w->entries;
    w->entries = e;
    r->out->verdicts++;
    return 0;
}

static int read_row(struct reading *r, const char *path,
                    const struct sheet_row *row, struct err *err)
{
    const char *who = *row->annotator != '\0' ? row->annotator : r->annotator;
    int verdict = human_verdict_find(row->verdict);
    struct err what;

    r->out->rows++;
    if (*row->verdict == '\0') {
        r->out->empty++;
        return 0;
    }
    if (verdict < 0)
        return unknown_verdict(r, path, row);
    if (*row->id == '\0') {
        problem(r, path, row->line, "this verdict has no id");
    } else if (who == NULL) {
        problem(r, path, row->line,
                "whose verdict is this? Fill the column \"annotator\", or "
                "give --annotator");
    } else if (human_check_name(who, &what) != 0) {
        problem(r, path, row->line, what.text);
    } else if (strlen(row->note) > HUMAN_NOTE_MAX) {
        err_set(&what, "the note is longer than %d bytes", HUMAN_NOTE_MAX);
        problem(r, path, row->line, what.text);
    } else if (r->out->verdicts >= SHEETS_VERDICTS) {
        return err_set(err,
                       "more than %d verdicts; read fewer sheets at a "
                       "time",
                       SHEETS_VERDICTS);
    } else {
        return keep(r, path, row, who, verdict, err);
    }
    return 0;
}

static int read_sheet(struct reading *r, const char *path, struct err *err)
{
    struct sheet *s = sheet_open(path, err);
    struct sheet_row row;
    int got = -1;

    while (s != NULL && (got = sheet_next(s, &row, err)) == 1)
        if (read_row(r, path, &row, err) != 0) {
            got = -1;
            break;
        }
    sheet_close(s);
    return got;
}

/* --- the store --- */

static void compare(struct reading *r, const struct wanted *w,
                    const char *prompt)
{
    struct hash128 is = prompt_hash(prompt), none = prompt_hash("");
    const struct entry *e;

    for (e = w->entries; e != NULL; e = e->next)
        if ((e->prompt.high != is.high || e->prompt.low != is.low) &&
            (e->prompt.high != none.high || e->prompt.low != none.low))
            problem(r, e->path, e->line,
                    "the prompt is not the one that this id has; was a "
                    "column sorted without the others?");
}

static int match(struct reading *r, struct store *s, struct err *err)
{
    struct store_cursor *c = store_read(s, err);
    struct decided d;
    struct wanted *w;
    const char *id;
    cJSON *record;
    int got = -1;

    while (c != NULL && (got = store_next(c, &d, err)) == 1) {
        if (!files_is_row(&d))
            continue;
        record = files_record(&d, err);
        id = json_string(record, "id");
        w = NULL;
        if (id != NULL)
            HASH_FIND(hh, r->rows, id, strlen(id), w);
        if (w != NULL) {
            w->found = true;
            w->seq = d.seq;
            compare(r, w, d.prompt);
        }
        cJSON_Delete(record);
        if (record == NULL) {
            got = -1;
            break;
        }
    }
    store_read_end(c);
    return got;
}

static void report_unknown(struct reading *r)
{
    const struct wanted *w;
    const struct entry *e;
    struct err what;

    for (w = r->rows; w != NULL; w = w->hh.next)
        for (e = w->found ? NULL : w->entries; e != NULL; e = e->next) {
            err_set(&what, "no row of this run has the id \"%.60s\"", w->id);
            problem(r, e->path, e->line, what.text);
        }
}

/* All that is said of a row at once: see run/human.h. */
static int put_row(const struct wanted *w, struct store *s, const char *at,
                   struct err *err)
{
    const struct entry *e;
    struct human_say *says;
    size_t n = 0;
    int failed;

    LL_COUNT(w->entries, e, n);
    says = calloc(n + 1, sizeof(*says));
    if (says == NULL)
        return err_nomem(err);
    n = 0;
    LL_FOREACH(w->entries, e)
    says[n++] = (struct human_say){e->annotator, e->verdict, e->note, at};
    failed = human_put_all(s, w->seq, says, n, err);
    free(says);
    return failed != 0 ? err_prefix(err, "the row %s", w->id) : 0;
}

static int put_all(struct reading *r, struct store *s, struct err *err)
{
    const struct wanted *w;
    char at[HUMAN_TIME_MAX];

    human_now(at);
    for (w = r->rows; w != NULL; w = w->hh.next)
        if (put_row(w, s, at, err) != 0)
            return -1;
    return 0;
}

int sheets_read(struct store *s, const char *const paths[], size_t n,
                const char *annotator, struct sheets_found *out,
                struct err *err)
{
    struct reading r = {.out = out, .annotator = annotator};
    int failed = 0;
    size_t i;

    memset(out, 0, sizeof(*out));
    out->problems = cJSON_CreateArray();
    for (i = 0; i < n && !failed; i++)
        failed = read_sheet(&r, paths[i], err);
    if (!failed)
        failed = match(&r, s, err);
    if (!failed)
        report_unknown(&r);
    if (!failed && cJSON_GetArraySize(out->problems) == 0)
        failed = put_all(&r, s, err);
    release(&r);
    return failed;
}
