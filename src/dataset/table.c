/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * libcsv pushes fields at callbacks; phgen pulls rows.  Feeding it one line
 * at a time turns the one into the other, because a line completes at most
 * one row: only LF ends one here (libcsv would take a lone CR too, and then
 * two rows could arrive at once).
 *
 * Line ends inside quotes are kept as LF.  As libcsv does it, spaces around
 * an unquoted field are dropped.
 */
#include "dataset/table.h"
#include "base/str.h"

#include <csv.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define FIELDS_MAX 1024
#define ABSENT     SIZE_MAX

struct table {
    struct source *source;
    struct csv_parser parser;
    bool parsing;    /* the parser was initialised */
    size_t line;     /* where the row begins */
    size_t size;     /* its bytes so far */
    const char *end; /* of the last line read */
    struct str raw;  /* as it stands in the file */
    struct str header;
    struct str text;       /* its fields, a 0 behind each */
    size_t at[FIELDS_MAX]; /* where each field begins in `text` */
    size_t nfields;
    bool done;        /* the row is complete */
    struct str names; /* the header's, as `text` is */
    size_t name_at[FIELDS_MAX];
    size_t width; /* fields of the header */
    size_t prompt, id, label, category, shape;
    bool spreadsheet;
};

static int ends_row(unsigned char c)
{
    return c == '\n';
}

static void on_field(void *bytes, size_t len, void *data)
{
    struct table *t = data;

    if (t->nfields < FIELDS_MAX)
        t->at[t->nfields] = t->text.len;
    t->nfields++;
    str_add(&t->text, bytes, len);
    str_addc(&t->text, '\0');
}

static void on_row(int end, void *data)
{
    struct table *t = data;

    (void)end;
    t->done = true;
}

static bool blank(const char *line, size_t len)
{
    return strspn(line, " \t") >= len;
}

static int feed(struct table *t, const char *line, size_t len, struct err *err)
{
    if (csv_parse(&t->parser, line, len, on_field, on_row, t) == len &&
        csv_parse(&t->parser, "\n", 1, on_field, on_row, t) == 1)
        return 0;
    if (csv_error(&t->parser) != CSV_EPARSE)
        return err_nomem(err);
    return source_error(t->source, source_lineno(t->source), err,
                        "a quote is out of place; put the whole field in "
                        "quotes and double the quotes inside it (\"\")");
}

/* Reads one row's fields: 1, 0 at the end, -1. */
static int read_row(struct table *t, struct err *err)
{
    bool begun = false;
    size_t len;
    char *line;
    int rc;

    t->nfields = t->size = 0;
    t->done = false;
    str_clear(&t->text);
    str_clear(&t->raw);
    while (!t->done) {
        rc = source_line(t->source, &line, &len, err);
        if (rc == 0 && begun)
            return source_error(t->source, t->line, err,
                                "the row that begins here has a quote that "
                                "is never closed");
        if (rc <= 0)
            return rc;
        if (!begun && blank(line, len))
            continue;
        if (!begun)
            t->line = source_lineno(t->source);
        else
            str_adds(&t->raw, t->end);
        begun = true;
        str_add(&t->raw, line, len);
        t->end = source_line_end(t->source);
        t->size += len + 1;
        if (t->size > SOURCE_LINE_MAX)
            return source_error(t->source, t->line, err,
                                "the row that begins here is longer than %u "
                                "MiB; is a quote never closed?",
                                SOURCE_LINE_MAX >> 20);
        if (feed(t, line, len, err) != 0)
            return -1;
    }
    if (t->nfields > FIELDS_MAX)
        return source_error(t->source, t->line, err,
                            "more than %d fields in a row", FIELDS_MAX);
    return str_failed(&t->text) || str_failed(&t->raw) ? err_nomem(err) : 1;
}

static const char *field(const struct table *t, size_t i)
{
    if (i >= t->nfields)
        return i < t->width ? "" : NULL;
    return t->text.s + t->at[i];
}

static const char *name_of(const struct table *t, size_t i)
{
    return t->names.s + t->name_at[i];
}

static size_t find(const struct table *t, const char *name)
{
    size_t i;

    for (i = 0; i < t->width; i++)
        if (strcasecmp(name_of(t, i), name) == 0)
            return i;
    return ABSENT;
}

static int no_column(const struct table *t, const struct reader_wants *w,
                     struct err *err)
{
    struct str have;
    size_t i;

    str_init(&have, 1000);
    for (i = 0; i < t->width; i++)
        str_addf(&have, "%s%s", i > 0 ? ", " : "", name_of(t, i));
    if (w->column != NULL)
        source_error(t->source, t->line, err,
                     "no column \"%s\"; the header has: %s", w->column, have.s);
    else
        source_error(t->source, t->line, err,
                     "which column is the %s? None is called \"%s\", \"%s\" "
                     "or the like; name one of: %s",
                     w->what, w->known[0], w->known[1], have.s);
    str_release(&have);
    return -1;
}

static int keep_header(struct table *t, struct err *err)
{
    str_add(&t->header, t->raw.s, t->raw.len);
    str_adds(&t->header, t->end[0] != '\0' ? t->end : "\n");
    str_add(&t->names, t->text.s, t->text.len);
    memcpy(t->name_at, t->at, t->nfields * sizeof(*t->at));
    t->width = t->nfields;
    return str_failed(&t->names) ? err_nomem(err) : 0;
}

static int read_header(struct table *t, const struct reader_wants *w,
                       struct err *err)
{
    int rc = read_row(t, err);
    size_t i;

    if (rc == 0)
        return err_set(err, "%s is empty; a CSV file begins with a header line",
                       source_path(t->source));
    if (rc < 0 || keep_header(t, err) != 0)
        return -1;
    t->prompt = w->column != NULL ? find(t, w->column) : ABSENT;
    for (i = 0; w->column == NULL && w->known[i] != NULL; i++)
        if (t->prompt == ABSENT)
            t->prompt = find(t, w->known[i]);
    if (t->prompt == ABSENT)
        return no_column(t, w, err);
    t->id = find(t, "id");
    t->label = find(t, "label");
    t->category = find(t, "category");
    if (t->category == ABSENT)
        t->category = find(t, "type");
    t->shape = find(t, "shape");
    return 0;
}

struct table *table_open(struct source *source, char delimiter,
                         const struct reader_wants *wants, struct err *err)
{
    struct table *t = calloc(1, sizeof(*t));

    if (t == NULL) {
        err_nomem(err);
        return NULL;
    }
    t->source = source;
    t->spreadsheet = wants->spreadsheet;
    str_init(&t->names, SOURCE_LINE_MAX + 2 * FIELDS_MAX);
    str_init(&t->text, SOURCE_LINE_MAX + 2 * FIELDS_MAX);
    str_init(&t->raw, 2 * SOURCE_LINE_MAX);
    str_init(&t->header, 2 * SOURCE_LINE_MAX);
    if (csv_init(&t->parser, CSV_STRICT) != 0) {
        err_nomem(err);
        table_close(t);
        return NULL;
    }
    t->parsing = true;
    csv_set_delim(&t->parser, (unsigned char)delimiter);
    csv_set_term_func(&t->parser, ends_row);
    csv_set_blk_size(&t->parser, 4096);
    if (read_header(t, wants, err) != 0) {
        table_close(t);
        return NULL;
    }
    return t;
}

int table_next(struct table *t, struct reader_row *row, struct err *err)
{
    int rc = read_row(t, err);

    if (rc <= 0)
        return rc;
    if (t->nfields > t->width || (t->nfields < t->width && !t->spreadsheet))
        return source_error(t->source, t->line, err,
                            "%zu fields where the header has %zu; fields with "
                            "a comma, a quote or a newline must be in quotes",
                            t->nfields, t->width);
    row->prompt = field(t, t->prompt);
    row->len = strlen(row->prompt);
    row->line = t->line;
    row->id = field(t, t->id);
    row->label = field(t, t->label);
    row->category = field(t, t->category);
    row->shape = field(t, t->shape);
    row->raw = t->raw.s;
    row->raw_len = t->raw.len;
    row->end = t->end;
    return 1;
}

const char *table_value(const struct table *t, const char *name)
{
    return field(t, find(t, name));
}

const char *table_header(const struct table *t, size_t *len)
{
    *len = t->header.len;
    return t->header.s;
}

void table_close(struct table *t)
{
    if (t == NULL)
        return;
    if (t->parsing)
        csv_free(&t->parser);
    str_release(&t->names);
    str_release(&t->text);
    str_release(&t->raw);
    str_release(&t->header);
    free(t);
}
