/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Chooses the format, trims, skips what is empty; table.c and objects.c know
 * the formats.  A name that ends in a known way is believed: guessing by
 * content would read a text file that begins with "[" as JSON.
 */
#include "dataset/reader.h"
#include "base/str.h"
#include "dataset/objects.h"
#include "dataset/source.h"
#include "dataset/table.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

const char *const READER_COLUMNS[] = {
    "prompt", "text", "question", "instruction", "messages", "Request", NULL};

#define GUESS_ROWS 5000

enum format { UNKNOWN, LINES, JSON, CSV, TSV, TEXT };

static const enum reader_format shown[] = {
    [UNKNOWN] = READER_TEXT, [LINES] = READER_LINES, [JSON] = READER_ARRAY,
    [CSV] = READER_CSV,      [TSV] = READER_TSV,     [TEXT] = READER_TEXT,
};

static const struct {
    const char *ending;
    enum format format;
} endings[] = {
    {".jsonl", LINES}, {".ndjson", LINES}, {".json", JSON}, {".csv", CSV},
    {".tsv", TSV},     {".tab", TSV},      {".txt", TEXT},
};

static const char *const packed[] = {".gz", ".zst", ".zstd"};

struct reader {
    struct reader_wants wants; /* its column is a copy */
    char *column;
    struct source *source;
    struct table *table;     /* one of these two, */
    struct objects *objects; /* or neither: plain text */
    enum reader_format format;
    struct str text; /* a line of plain text, to be trimmed */
    size_t skipped;
};

static bool ends_with(const char *name, size_t len, const char *ending)
{
    size_t n = strlen(ending);

    return len > n && strncasecmp(name + len - n, ending, n) == 0;
}

static enum format by_name(const char *path)
{
    size_t len = strlen(path), i;

    for (i = 0; i < sizeof(packed) / sizeof(*packed); i++)
        if (ends_with(path, len, packed[i])) {
            len -= strlen(packed[i]);
            break;
        }
    for (i = 0; i < sizeof(endings) / sizeof(*endings); i++)
        if (ends_with(path, len, endings[i].ending))
            return endings[i].format;
    return UNKNOWN;
}

/* True when a first line is a CSV header with one of the known columns. */
static bool is_header(const char *bytes, size_t len, const char *const *known)
{
    const char *end = memchr(bytes, '\n', len), *field = bytes, *p;
    size_t n, i;

    end = end != NULL ? end : bytes + len;
    if (end > bytes && end[-1] == '\r')
        end--;
    for (p = bytes; p <= end; p++) {
        if (p < end && *p != ',')
            continue;
        n = (size_t)(p - field);
        if (n >= 2 && field[0] == '"' && field[n - 1] == '"') {
            field++;
            n -= 2;
        }
        for (i = 0; known[i] != NULL; i++)
            if (n == strlen(known[i]) && strncasecmp(field, known[i], n) == 0)
                return true;
        field = p + 1;
    }
    return false;
}

static int choose_format(struct source *s, const struct reader_wants *w,
                         enum format *format, struct err *err)
{
    size_t len, i = 0;
    const char *bytes;

    *format = by_name(source_path(s));
    if (source_peek(s, &bytes, &len, err) != 0)
        return -1;
    while (i < len && strchr(" \t\r\n", bytes[i]) != NULL && bytes[i] != '\0')
        i++;
    if (*format == LINES || *format == JSON)
        *format = i < len && bytes[i] == '[' ? JSON : LINES;
    if (*format != UNKNOWN)
        return 0;
    if (i < len && bytes[i] == '{')
        *format = LINES;
    else if (i + 1 < len && bytes[i] == '[' && strchr("{\"\r\n", bytes[i + 1]))
        *format = JSON;
    else if (w->column != NULL || is_header(bytes + i, len - i, w->known))
        *format = CSV;
    else
        *format = TEXT;
    return 0;
}

/* Where numbers have a decimal comma, spreadsheets write semicolons. */
static int choose_delimiter(struct source *s, char *delimiter, struct err *err)
{
    bool quoted = false, semicolon = false, tab = false;
    size_t len, i;
    const char *p;

    if (source_peek(s, &p, &len, err) != 0)
        return -1;
    for (i = 0; i < len && (quoted || p[i] != '\n'); i++) {
        quoted = quoted != (p[i] == '"');
        if (!quoted && p[i] == ',')
            return 0;
        semicolon = semicolon || (!quoted && p[i] == ';');
        tab = tab || (!quoted && p[i] == '\t');
    }
    if (semicolon || tab)
        *delimiter = semicolon ? ';' : '\t';
    return 0;
}

static int open_format(struct reader *r, struct err *err)
{
    const struct reader_wants *w = &r->wants;
    char delimiter = '\t';
    enum format format;

    if (choose_format(r->source, w, &format, err) != 0)
        return -1;
    r->format = shown[format];
    switch (format) {
    case LINES:
    case JSON:
        r->objects = objects_open(r->source, format == JSON, w, err);
        return r->objects != NULL ? 0 : -1;
    case CSV:
    case TSV:
        if (format == CSV)
            delimiter = ',';
        if (format == CSV && w->spreadsheet &&
            choose_delimiter(r->source, &delimiter, err) != 0)
            return -1;
        r->table = table_open(r->source, delimiter, w, err);
        return r->table != NULL ? 0 : -1;
    case UNKNOWN:
    case TEXT:
        break;
    }
    if (w->column != NULL)
        return err_set(err,
                       "%s is plain text, a prompt a line, and has no column "
                       "\"%s\"",
                       source_path(r->source), w->column);
    if (w->whole)
        return err_set(err,
                       "%s is plain text; give JSON Lines, or CSV with a "
                       "header line that has a column \"%s\"",
                       source_path(r->source), w->known[0]);
    return 0;
}

struct reader *reader_open_for(const char *path,
                               const struct reader_wants *wants,
                               struct err *err)
{
    struct reader *r = calloc(1, sizeof(*r));

    if (r == NULL) {
        err_nomem(err);
        return NULL;
    }
    str_init(&r->text, SOURCE_LINE_MAX + 1);
    r->wants = *wants;
    if (wants->column != NULL)
        r->wants.column = r->column = strdup(wants->column);
    if (wants->column != NULL && r->column == NULL)
        err_nomem(err);
    else
        r->source = source_open(path, err);
    if (r->source == NULL || open_format(r, err) != 0) {
        reader_close(r);
        return NULL;
    }
    return r;
}

struct reader *reader_open(const char *path, const char *column,
                           struct err *err)
{
    struct reader_wants prompts = {.what = "prompt",
                                   .column = column,
                                   .known = READER_COLUMNS,
                                   .role = "user"};

    return reader_open_for(path, &prompts, err);
}

void reader_close(struct reader *r)
{
    if (r == NULL)
        return;
    table_close(r->table);
    objects_close(r->objects);
    source_close(r->source);
    str_release(&r->text);
    free(r->column);
    free(r);
}

static int text_next(struct reader *r, struct reader_row *row, struct err *err)
{
    char *line;
    int rc = source_line(r->source, &line, &row->len, err);

    if (rc != 1)
        return rc;
    str_clear(&r->text);
    str_add(&r->text, line, row->len);
    str_addc(&r->text, '\0'); /* heap memory also for an empty line */
    if (str_failed(&r->text))
        return err_nomem(err);
    row->prompt = r->text.s;
    row->raw = line;
    row->raw_len = row->len;
    row->end = source_line_end(r->source);
    row->line = source_lineno(r->source);
    return 1;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* The rows' bytes are the reader's own, whichever part holds them; but a field
 * that is missing is a constant. */
static void trim(struct reader_row *row)
{
    char *p = (char *)(size_t)row->prompt;

    while (row->len > 0 && is_space(p[row->len - 1]))
        p[--row->len] = '\0';
    while (row->len > 0 && is_space(*p)) {
        p++;
        row->len--;
    }
    row->prompt = p;
}

int reader_next(struct reader *r, struct reader_row *row, struct err *err)
{
    int rc;

    for (;;) {
        memset(row, 0, sizeof(*row));
        if (r->table != NULL)
            rc = table_next(r->table, row, err);
        else if (r->objects != NULL)
            rc = objects_next(r->objects, row, err);
        else
            rc = text_next(r, row, err);
        if (rc != 1 || r->wants.whole)
            return rc;
        trim(row);
        if (row->len > 0)
            return 1;
        r->skipped += r->table != NULL || r->objects != NULL;
    }
}

enum reader_format reader_format(const struct reader *r)
{
    return r->format;
}

const char *reader_header(const struct reader *r, size_t *len)
{
    if (r->table != NULL)
        return table_header(r->table, len);
    *len = 0;
    return "";
}

const char *reader_value(const struct reader *r, const char *name)
{
    if (r->table != NULL)
        return table_value(r->table, name);
    return r->objects != NULL ? objects_value(r->objects, name) : NULL;
}

int reader_guess(const char *path, const char *column, uint64_t *rows,
                 uint64_t *bytes, struct err *err)
{
    struct reader_row row;
    struct reader *r;
    struct stat st;
    double scale;
    int rc = 1;

    *rows = *bytes = 0;
    if (stat(path, &st) != 0 || !S_ISREG(st.st_mode))
        return 0; /* reading it will say what is wrong */
    r = reader_open(path, column, err);
    if (r == NULL)
        return -1;
    while (*rows < GUESS_ROWS && (rc = reader_next(r, &row, err)) == 1) {
        (*rows)++;
        *bytes += row.len;
    }
    if (rc == 1) { /* there are more */
        scale = (double)st.st_size / (double)(source_taken(r->source) + 1);
        scale = scale < 1 ? 1 : scale;
        *rows = (uint64_t)((double)*rows * scale);
        *bytes = (uint64_t)((double)*bytes * scale);
    }
    reader_close(r);
    return rc < 0 ? -1 : 0;
}

size_t reader_skipped(const struct reader *r)
{
    return r->skipped;
}
