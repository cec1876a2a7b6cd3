/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One buffer of packed bytes, one of unpacked ones, and a refill between
 * them.  zlib's gzopen() would be shorter, but it needs a file that can be
 * rewound once its first bytes were looked at, and `--against <(...)` is a
 * pipe.
 *
 * A line inside the buffer is handed out in place; only one that straddles a
 * refill is copied.  Nothing here keeps more than SOURCE_LINE_MAX and the two
 * buffers, whatever a small packed file claims to unpack to.
 */
#include "dataset/source.h"
#include "base/str.h"
#include "base/text.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

#define RAW_SIZE (64u << 10)
#define OUT_SIZE (128u << 10)

enum packing { PLAIN, GZIP, ZSTD };

struct source {
    char *path;
    FILE *file;
    enum packing packing;
    z_stream gzip;
    ZSTD_DStream *zstd;
    bool inside; /* in a packed frame whose end was not seen */
    bool raw_end, ended;
    size_t raw_pos, raw_len;
    uint64_t taken;
    size_t pos, len; /* unread part of `out` */
    const char *line_end;
    size_t lineno;
    bool bol; /* the next byte begins a line */
    struct str line;
    unsigned char raw[RAW_SIZE];
    char out[OUT_SIZE + 1];
};

/* Files that are often given and cannot be read, and what to do. */
static const struct {
    const char *magic, *what, *advice;
    size_t len;
} foreign[] = {
    {"\xFD"
     "7zXZ",
     "xz-compressed", "unpack it with xz -d first", 6},
    {"BZh", "bzip2-compressed", "unpack it with bunzip2 first", 3},
    {"PK\x03\x04", "a ZIP archive", "unpack it first", 4},
    {"PAR1", "a Parquet file",
     "export it as JSON Lines first (datasets: ds.to_json(\"x.jsonl\"))", 4},
    {"\xFF\xFE", "UTF-16 text", "convert it with iconv -t UTF-8 first", 2},
    {"\xFE\xFF", "UTF-16 text", "convert it with iconv -t UTF-8 first", 2},
};

static int file_error(const struct source *s, struct err *err, const char *what)
{
    return err_set(err, "%s: %s", s->path, what);
}

/* Reads packed bytes when there are none. */
static int more_raw(struct source *s, struct err *err)
{
    if (s->raw_pos < s->raw_len || s->raw_end)
        return 0;
    s->raw_pos = 0;
    s->raw_len = fread(s->raw, 1, RAW_SIZE, s->file);
    if (ferror(s->file))
        return err_set(err, "cannot read %s: %s", s->path, strerror(errno));
    s->taken += s->raw_len;
    s->raw_end = s->raw_len < RAW_SIZE;
    return 0;
}

static int unpack_plain(struct source *s, size_t *made)
{
    *made = s->raw_len - s->raw_pos;
    memcpy(s->out + s->len, s->raw + s->raw_pos, *made);
    s->raw_pos = s->raw_len;
    return 0;
}

static int unpack_gzip(struct source *s, size_t room, size_t *made,
                       struct err *err)
{
    int rc;

    /* gzip files may be several members one after the other. */
    if (!s->inside && inflateReset(&s->gzip) != Z_OK)
        return err_nomem(err);
    s->inside = true;
    s->gzip.next_in = s->raw + s->raw_pos;
    s->gzip.avail_in = (uInt)(s->raw_len - s->raw_pos);
    s->gzip.next_out = (unsigned char *)s->out + s->len;
    s->gzip.avail_out = (uInt)room;
    rc = inflate(&s->gzip, Z_NO_FLUSH);
    if (rc != Z_OK && rc != Z_STREAM_END && rc != Z_BUF_ERROR)
        return file_error(s, err,
                          "the gzip data is damaged; get the file again");
    s->inside = rc != Z_STREAM_END;
    s->raw_pos = s->raw_len - s->gzip.avail_in;
    *made = room - s->gzip.avail_out;
    return 0;
}

static int unpack_zstd(struct source *s, size_t room, size_t *made,
                       struct err *err)
{
    ZSTD_inBuffer in = {s->raw, s->raw_len, s->raw_pos};
    ZSTD_outBuffer out = {s->out + s->len, room, 0};
    size_t rc = ZSTD_decompressStream(s->zstd, &out, &in);

    if (ZSTD_isError(rc))
        return err_set(err,
                       "%s: the Zstandard data is damaged (%s); get the file "
                       "again",
                       s->path, ZSTD_getErrorName(rc));
    s->inside = rc != 0;
    s->raw_pos = in.pos;
    *made = out.pos;
    return 0;
}

/* Adds unpacked bytes behind those that are there, or sets `ended`. */
static int refill(struct source *s, struct err *err)
{
    size_t room, made = 0;
    int rc = 0;

    if (s->pos > 0) {
        memmove(s->out, s->out + s->pos, s->len - s->pos);
        s->len -= s->pos;
        s->pos = 0;
    }
    room = OUT_SIZE - s->len;
    while (rc == 0 && made == 0 && !s->ended) {
        size_t before;

        if (more_raw(s, err) != 0)
            return -1;
        before = s->raw_pos;
        if (before == s->raw_len && (s->packing == PLAIN || !s->inside)) {
            s->ended = true;
            break;
        }
        if (s->packing == PLAIN)
            rc = unpack_plain(s, &made);
        else if (s->packing == GZIP)
            rc = unpack_gzip(s, room, &made, err);
        else
            rc = unpack_zstd(s, room, &made, err);
        if (rc == 0 && made == 0 && s->raw_pos == before && s->raw_end &&
            s->inside)
            return file_error(s, err,
                              "the compressed data ends early; get the file "
                              "again");
    }
    s->len += made;
    return rc;
}

static int choose_packing(struct source *s, struct err *err)
{
    size_t i;

    if (more_raw(s, err) != 0)
        return -1;
    for (i = 0; i < sizeof(foreign) / sizeof(*foreign); i++)
        if (s->raw_len >= foreign[i].len &&
            memcmp(s->raw, foreign[i].magic, foreign[i].len) == 0)
            return err_set(err, "%s is %s; %s", s->path, foreign[i].what,
                           foreign[i].advice);
    if (s->raw_len >= 2 && memcmp(s->raw, "\x1F\x8B", 2) == 0) {
        s->packing = GZIP;
        if (inflateInit2(&s->gzip, 16 + MAX_WBITS) != Z_OK)
            return err_nomem(err);
    } else if (s->raw_len >= 4 && memcmp(s->raw, "\x28\xB5\x2F\xFD", 4) == 0) {
        s->packing = ZSTD;
        s->zstd = ZSTD_createDStream();
        if (s->zstd == NULL)
            return err_nomem(err);
    }
    return 0;
}

static int skip_mark(struct source *s, struct err *err)
{
    while (s->len < 3 && !s->ended)
        if (refill(s, err) != 0)
            return -1;
    if (s->len >= 3 && memcmp(s->out, "\xEF\xBB\xBF", 3) == 0)
        s->pos = 3;
    return 0;
}

struct source *source_open(const char *path, struct err *err)
{
    struct source *s = calloc(1, sizeof(*s));
    bool input = strcmp(path, "-") == 0;

    if (s == NULL ||
        (s->path = strdup(input ? "standard input" : path)) == NULL) {
        err_nomem(err);
        source_close(s);
        return NULL;
    }
    str_init(&s->line, SOURCE_LINE_MAX + 2);
    s->bol = true;
    s->line_end = "";
    s->file = input ? stdin : fopen(path, "rb");
    if (s->file == NULL) {
        err_set(err, "cannot open %s: %s", path, strerror(errno));
        source_close(s);
        return NULL;
    }
    if (choose_packing(s, err) != 0 || skip_mark(s, err) != 0) {
        source_close(s);
        return NULL;
    }
    return s;
}

void source_close(struct source *s)
{
    if (s == NULL)
        return;
    if (s->packing == GZIP)
        inflateEnd(&s->gzip);
    ZSTD_freeDStream(s->zstd);
    if (s->file != NULL && s->file != stdin)
        fclose(s->file);
    str_release(&s->line);
    free(s->path);
    free(s);
}

int source_error(const struct source *s, size_t line, struct err *err,
                 const char *fmt, ...)
{
    char text[ERR_TEXT_MAX];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    return err_set(err, "%s:%zu: %s", s->path, line, text);
}

int source_check(const struct source *s, size_t line, const char *bytes,
                 size_t len, struct err *err)
{
    if (text_valid(bytes, len))
        return 0;
    if (memchr(bytes, '\0', len) != NULL)
        return source_error(s, line, err,
                            "there is a NUL byte, so this is no text file; "
                            "give JSON Lines, CSV or plain text in UTF-8");
    return source_error(s, line, err,
                        "not valid UTF-8; convert the file first, for "
                        "example with: iconv -f WINDOWS-1252 -t UTF-8");
}

static int too_long(const struct source *s, struct err *err)
{
    return source_error(s, s->lineno, err,
                        "the line is longer than %u MiB; give a file with one "
                        "prompt a line or row",
                        SOURCE_LINE_MAX >> 20);
}

/* Collects a line until its LF or the end: 1, 0 (nothing left) or -1. */
static int gather(struct source *s, struct err *err)
{
    bool any = false;

    str_clear(&s->line);
    for (;;) {
        const char *from = s->out + s->pos;
        const char *lf = memchr(from, '\n', s->len - s->pos);
        size_t n = lf != NULL ? (size_t)(lf - from) : s->len - s->pos;

        str_add(&s->line, from, n);
        any = any || n > 0 || lf != NULL;
        s->pos += n + (lf != NULL);
        if (str_failed(&s->line))
            return too_long(s, err);
        if (lf != NULL)
            return 1;
        if (refill(s, err) != 0)
            return -1;
        if (s->ended && s->pos == s->len) {
            s->line_end = "";
            return any;
        }
    }
}

int source_line(struct source *s, char **line, size_t *len, struct err *err)
{
    char *from = s->out + s->pos;
    char *lf = memchr(from, '\n', s->len - s->pos);
    int rc;

    s->lineno++;
    s->line_end = "\n";
    if (lf != NULL) {
        *line = from;
        *len = (size_t)(lf - from);
        s->pos += *len + 1;
    } else {
        rc = gather(s, err);
        if (rc <= 0)
            return rc;
        if (s->line.len == 0) { /* so that there is a byte to own */
            str_addc(&s->line, '\0');
            str_cut(&s->line, 0);
        }
        *line = s->line.s;
        *len = s->line.len;
    }
    if (*len > 0 && (*line)[*len - 1] == '\r') {
        (*len)--;
        if (s->line_end[0] != '\0')
            s->line_end = "\r\n";
    }
    (*line)[*len] = '\0';
    if (*len > SOURCE_LINE_MAX)
        return too_long(s, err);
    return source_check(s, s->lineno, *line, *len, err) == 0 ? 1 : -1;
}

int source_byte(struct source *s, struct err *err)
{
    unsigned char c;

    while (s->pos == s->len && !s->ended)
        if (refill(s, err) != 0)
            return SOURCE_FAILED;
    if (s->pos == s->len)
        return SOURCE_END;
    c = (unsigned char)s->out[s->pos++];
    if (s->bol)
        s->lineno++;
    s->bol = c == '\n';
    return c;
}

int source_peek(struct source *s, const char **bytes, size_t *len,
                struct err *err)
{
    while (s->len - s->pos < 4096 && !s->ended)
        if (refill(s, err) != 0)
            return -1;
    *bytes = s->out + s->pos;
    *len = s->len - s->pos;
    return 0;
}

const char *source_line_end(const struct source *s)
{
    return s->line_end;
}

uint64_t source_taken(const struct source *s)
{
    return s->taken;
}

const char *source_path(const struct source *s)
{
    return s->path;
}

size_t source_lineno(const struct source *s)
{
    return s->lineno > 0 ? s->lineno : 1;
}
