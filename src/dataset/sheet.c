/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One table says which columns there are, for both forms.  The empty ones,
 * which a person fills in, stand right behind the prompt.
 */
#include "dataset/sheet.h"
#include "base/json.h"
#include "dataset/reader.h"

#include <csv.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define CELL_MAX (2u << 20)

static const struct column {
    const char *name;
    size_t at; /* in struct sheet_row */
    bool open; /* only in a sheet that is not blind */
} columns[] = {
    {"id", offsetof(struct sheet_row, id), false},
    {"before", offsetof(struct sheet_row, before), false},
    {"prompt", offsetof(struct sheet_row, prompt), false},
    {"verdict", offsetof(struct sheet_row, verdict), false},
    {"note", offsetof(struct sheet_row, note), false},
    {"annotator", offsetof(struct sheet_row, annotator), false},
    {"category", offsetof(struct sheet_row, category), true},
    {"label", offsetof(struct sheet_row, label), true},
    {"reading", offsetof(struct sheet_row, reading), true},
    {"judges", offsetof(struct sheet_row, judges), true},
};
#define COLUMNS (sizeof(columns) / sizeof(*columns))

/* --- cells --- */

/* Behind any apostrophes, is it what a spreadsheet would not leave alone? */
static bool is_taken(const char *cell)
{
    static const char digits[] = "0123456789.,:/%eE+- "; /* dates, too */

    cell += strspn(cell, "'");
    return *cell != '\0' && (strchr("=+-@\t\r", *cell) != NULL ||
                             cell[strspn(cell, digits)] == '\0');
}

void sheet_guard(const char *cell, struct str *out)
{
    if (is_taken(cell))
        str_addc(out, '\'');
    str_adds(out, cell);
}

const char *sheet_unguard(const char *cell)
{
    return cell[0] == '\'' && is_taken(cell) ? cell + 1 : cell;
}

static void add_cell(const char *text, struct str *out)
{
    struct str cell;
    size_t need;
    char *quoted;

    str_init(&cell, CELL_MAX);
    sheet_guard(text, &cell);
    need = 2 * cell.len + 3;
    quoted = str_failed(&cell) ? NULL : malloc(need);
    if (quoted != NULL)
        str_add(out, quoted, csv_write(quoted, need, cell.s, cell.len));
    else
        out->bad = true;
    free(quoted);
    str_release(&cell);
}

/* --- out --- */

static const char *value(const struct sheet_row *row, const struct column *c)
{
    const char *text;

    memcpy(&text, (const char *)row + c->at, sizeof(text));
    return text != NULL ? text : "";
}

void sheet_head(bool open, struct str *out)
{
    size_t i;

    str_adds(out, "\xEF\xBB\xBF");
    for (i = 0; i < COLUMNS; i++)
        if (open || !columns[i].open)
            str_addf(out, "%s\"%s\"", i > 0 ? "," : "", columns[i].name);
    str_adds(out, "\r\n");
}

void sheet_csv(const struct sheet_row *row, bool open, struct str *out)
{
    size_t i;

    for (i = 0; i < COLUMNS; i++) {
        if (columns[i].open && !open)
            continue;
        if (i > 0)
            str_addc(out, ',');
        add_cell(value(row, &columns[i]), out);
    }
    str_adds(out, "\r\n");
}

void sheet_jsonl(const struct sheet_row *row, bool open, struct str *out)
{
    const char *text;
    size_t i;

    for (i = 0; i < COLUMNS; i++) {
        if (columns[i].open && !open)
            continue;
        text = value(row, &columns[i]);
        str_addf(out, "%s\"%s\":", i > 0 ? "," : "{", columns[i].name);
        json_quote(text, strlen(text), out);
    }
    str_adds(out, "}\n");
}

/* --- in --- */

struct sheet {
    struct reader *reader;
    char *path;
    bool guarded;              /* CSV */
    struct str cells[COLUMNS]; /* of the row that was read last */
};

static int turn_down(const char *path, struct err *err)
{
    static const char *const endings[] = {".xlsx", ".xls", ".ods", ".numbers"};
    size_t len = strlen(path), n, i;

    for (i = 0; i < sizeof(endings) / sizeof(*endings); i++) {
        n = strlen(endings[i]);
        if (len > n && strcasecmp(path + len - n, endings[i]) == 0)
            return err_set(err,
                           "%s is a spreadsheet's own file; save the sheet as "
                           "CSV, in UTF-8, and give that",
                           path);
    }
    return 0;
}

struct sheet *sheet_open(const char *path, struct err *err)
{
    static const char *const known[] = {"verdict", "verdicts", NULL};
    static const struct reader_wants wants = {.what = "verdict",
                                              .known = known,
                                              .role = "user",
                                              .whole = true,
                                              .spreadsheet = true};
    struct sheet *s;
    size_t i;

    if (turn_down(path, err) != 0)
        return NULL;
    s = calloc(1, sizeof(*s));
    if (s == NULL) {
        err_nomem(err);
        return NULL;
    }
    for (i = 0; i < COLUMNS; i++)
        str_init(&s->cells[i], CELL_MAX);
    s->path = strdup(path);
    if (s->path == NULL)
        err_nomem(err);
    else
        s->reader = reader_open_for(path, &wants, err);
    if (s->reader == NULL) {
        sheet_close(s);
        return NULL;
    }
    s->guarded = reader_format(s->reader) == READER_CSV ||
                 reader_format(s->reader) == READER_TSV;
    return s;
}

void sheet_close(struct sheet *s)
{
    size_t i;

    if (s == NULL)
        return;
    reader_close(s->reader);
    free(s->path);
    for (i = 0; i < COLUMNS; i++)
        str_release(&s->cells[i]);
    free(s);
}

/* Without blanks at the ends, no-break spaces included: a person cannot see
 * them. */
static void trim(const char *text, struct str *out)
{
    static const char nbsp[] = "\xC2\xA0";
    size_t len = strlen(text);

    for (;;) {
        if (len > 0 && strchr(" \t\r\n", text[0]) != NULL)
            text++, len--;
        else if (len > 1 && memcmp(text, nbsp, 2) == 0)
            text += 2, len -= 2;
        else if (len > 0 && strchr(" \t\r\n", text[len - 1]) != NULL)
            len--;
        else if (len > 1 && memcmp(text + len - 2, nbsp, 2) == 0)
            len -= 2;
        else
            break;
    }
    str_add(out, text, len);
}

/* As it is when a mark in UTF-8 was read as three characters of another
 * encoding: the first column then has an odd name. */
static int no_id(const struct sheet *s, size_t line, struct err *err)
{
    return err_set(err,
                   "%s:%zu: there is no column \"id\"; if the first column "
                   "has an odd name, the sheet was not opened as UTF-8: open "
                   "the one that phgen wrote again, and choose UTF-8",
                   s->path, line);
}

int sheet_next(struct sheet *s, struct sheet_row *row, struct err *err)
{
    struct reader_row in;
    const char *text;
    int got = reader_next(s->reader, &in, err);
    size_t i;

    if (got != 1)
        return got;
    if (s->guarded && reader_value(s->reader, "id") == NULL)
        return no_id(s, in.line, err);
    memset(row, 0, sizeof(*row));
    for (i = 0; i < COLUMNS; i++) {
        const struct column *c = &columns[i];

        text = c->at == offsetof(struct sheet_row, verdict)
                   ? in.prompt
                   : reader_value(s->reader, c->name);
        str_clear(&s->cells[i]);
        if (text != NULL && !c->open)
            trim(s->guarded ? sheet_unguard(text) : text, &s->cells[i]);
        if (str_failed(&s->cells[i]))
            return err_nomem(err);
        text = s->cells[i].s;
        memcpy((char *)row + c->at, &text, sizeof(text));
    }
    row->line = in.line;
    return 1;
}
