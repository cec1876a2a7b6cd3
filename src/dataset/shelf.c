/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One record a row: a head of fixed size, the row as it stands in the file,
 * the prompt.  The file is only ever appended to and has no name, so nothing
 * is left behind, whatever happens to the process.
 */
#include "dataset/shelf.h"
#include "dataset/source.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MEMORY_MAX ((size_t)1 << 30)
#define COMPACT_AT ((size_t)4 << 20)

struct head {
    uint64_t line;
    uint32_t file, raw_len, len, end;
};

static const char *const ends[] = {"", "\n", "\r\n"};

void shelf_init(struct shelf *s, bool keeps)
{
    memset(s, 0, sizeof(*s));
    s->keeps = keeps;
    str_init(&s->mem, MEMORY_MAX);
    str_init(&s->scratch, 4 * SOURCE_LINE_MAX);
}

void shelf_release(struct shelf *s)
{
    if (s->file != NULL)
        fclose(s->file);
    free(s->at);
    str_release(&s->mem);
    str_release(&s->scratch);
    memset(s, 0, sizeof(*s));
}

size_t shelf_bytes(const struct shelf *s)
{
    return s->cap * sizeof(*s->at) + s->mem.cap + s->scratch.cap;
}

static int file_failed(struct err *err)
{
    return err_set(err,
                   "cannot keep rows in a temporary file: %s; set TMPDIR to "
                   "a folder with room for a copy of the input",
                   strerror(errno));
}

static int open_file(struct shelf *s, struct err *err)
{
    const char *dir = getenv("TMPDIR");
    struct str name;
    int fd = -1;

    if (dir == NULL || dir[0] == '\0')
        dir = "/tmp";
    str_init(&name, 4096);
    str_addf(&name, "%s/phgen-XXXXXX", dir);
    if (!str_failed(&name))
        fd = mkstemp(name.s);
    if (fd >= 0)
        unlink(name.s);
    str_release(&name);
    s->file = fd >= 0 ? fdopen(fd, "w+b") : NULL;
    return s->file != NULL ? 0 : file_failed(err);
}

static int keep(struct shelf *s, const struct head *h,
                const struct reader_row *row, struct err *err)
{
    size_t cap = s->cap + s->cap / 2 + 4096;
    uint64_t *p;

    if (s->file == NULL && open_file(s, err) != 0)
        return -1;
    if (s->rows == s->cap) {
        p = realloc(s->at, cap * sizeof(*p));
        if (p == NULL)
            return err_nomem(err);
        s->at = p;
        s->cap = cap;
    }
    errno = 0;
    if (fwrite(h, sizeof(*h), 1, s->file) != 1 ||
        fwrite(row->raw, 1, h->raw_len, s->file) != h->raw_len ||
        fwrite(row->prompt, 1, h->len, s->file) != h->len)
        return file_failed(err);
    s->at[s->rows] = s->size;
    s->size += sizeof(*h) + h->raw_len + h->len;
    s->unwritten = true;
    return 0;
}

int shelf_put(struct shelf *s, uint32_t file, const struct reader_row *row,
              struct err *err)
{
    struct head h = {row->line, file, (uint32_t)row->raw_len,
                     (uint32_t)row->len, (uint32_t)strlen(row->end)};

    if (s->keeps) {
        if (keep(s, &h, row, err) != 0)
            return -1;
    } else {
        str_add(&s->mem, &h, sizeof(h));
        str_add(&s->mem, row->raw, h.raw_len);
        str_add(&s->mem, row->prompt, h.len);
        if (str_failed(&s->mem))
            return err_nomem(err);
    }
    s->rows++;
    return 0;
}

/* All of a record's bytes at an offset of the file. */
static int read_at(struct shelf *s, uint64_t at, size_t len, struct err *err)
{
    size_t done = 0;
    ssize_t n = 1;

    str_clear(&s->scratch);
    while (s->scratch.cap < len + 1) {
        static const char zeros[4096];

        str_add(&s->scratch, zeros, sizeof(zeros));
        if (str_failed(&s->scratch))
            return err_nomem(err);
    }
    errno = 0;
    while (done < len && n > 0) {
        n = pread(fileno(s->file), s->scratch.s + done, len - done,
                  (off_t)(at + done));
        done += n > 0 ? (size_t)n : 0;
    }
    return done == len ? 0 : file_failed(err);
}

static int load(struct shelf *s, uint64_t row, const char **record,
                struct err *err)
{
    uint64_t at = s->at[row];
    uint64_t end = row + 1 < s->rows ? s->at[row + 1] : s->size;

    if (s->unwritten && fflush(s->file) != 0)
        return file_failed(err);
    s->unwritten = false;
    if (read_at(s, at, (size_t)(end - at), err) != 0)
        return -1;
    *record = s->scratch.s;
    return 0;
}

/* Makes room again once the rows given back are many. */
static void compact(struct shelf *s)
{
    if (s->head < COMPACT_AT || s->head < s->mem.len / 2)
        return;
    memmove(s->mem.s, s->mem.s + s->head, s->mem.len - s->head);
    str_cut(&s->mem, s->mem.len - s->head);
    s->head = 0;
}

int shelf_get(struct shelf *s, uint64_t row, struct shelf_item *item,
              struct err *err)
{
    const char *record = NULL;
    struct head h;

    if (row >= s->rows || (!s->keeps && row != s->next))
        return err_set(err, "row %llu is not on the shelf",
                       (unsigned long long)row);
    if (s->keeps) {
        if (load(s, row, &record, err) != 0)
            return -1;
    } else {
        compact(s);
        record = s->mem.s + s->head;
    }
    memcpy(&h, record, sizeof(h));
    item->file = h.file;
    item->line = h.line;
    item->raw = record + sizeof(h);
    item->raw_len = h.raw_len;
    item->prompt = item->raw + h.raw_len;
    item->len = h.len;
    item->end = ends[h.end];
    s->next = row + 1;
    if (!s->keeps)
        s->head += sizeof(h) + h.raw_len + h.len;
    return 0;
}
