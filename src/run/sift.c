/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Five stages, each a few hundred rows a step: the against files, the rows,
 * the second look, what was decided, the pairs.
 *
 * Reading and looking up happen here, on the caller's thread; a second one
 * shingles (dedup/batch.h).  Verdicts come back in order of rows, so the
 * output is written front to back and nothing has to be sorted.
 */
#include "run/sift.h"
#include "dataset/reader.h"
#include "dataset/shelf.h"
#include "dataset/writer.h"
#include "run/look.h"
#include "run/sift_line.h"

#include <stdlib.h>
#include <string.h>

#define STEP    500 /* rows */
#define WAIT_MS 100

enum stage {
    STAGE_AGAINST,
    STAGE_ROWS,
    STAGE_SECOND_LOOK,
    STAGE_VERDICTS,
    STAGE_PAIRS,
    STAGE_DONE
};

struct sift {
    struct sift_options o;
    struct sift_counts counts;
    enum stage stage;
    struct batch *batch;
    struct reader *reader;
    size_t file; /* the one that is read, of the stage's */
    bool begun;  /* the writer is */
    struct writer writer;
    struct str header;
    struct shelf rows, known; /* `known` only for pairs and a second look */
    bool *shared;             /* of each row's cluster: has two rows */
    size_t shared_cap;
    struct str line;  /* of a report */
    struct look look; /* with a desk */
};

int sift_guess(const struct sift_options *o, uint64_t *rows, uint64_t *bytes,
               bool *sure, struct err *err)
{
    uint64_t r, b;
    size_t i;

    *rows = *bytes = 0;
    *sure = true;
    for (i = 0; i < o->nfiles + o->nagainst; i++) {
        bool row = i < o->nfiles;

        if (reader_guess(row ? o->files[i] : o->against[i - o->nfiles],
                         row ? o->field : o->against_field, &r, &b, err) != 0)
            return -1;
        *sure = *sure && r > 0;
        *rows += r;
        *bytes += b;
    }
    return 0;
}

struct sift *sift_open(const struct sift_options *options, struct err *err)
{
    struct sift *s = calloc(1, sizeof(*s));
    bool late = options->batch.clusters || options->batch.keep == BATCH_LONGEST;

    if (s == NULL) {
        err_nomem(err);
        return NULL;
    }
    s->o = *options;
    s->o.batch.pairs = s->o.pairs != NULL;
    shelf_init(&s->rows, late || s->o.pairs != NULL || s->o.desk != NULL);
    shelf_init(&s->known, true);
    str_init(&s->line, 64u << 20);
    str_init(&s->header, 4u << 20);
    s->batch = batch_new(&s->o.batch, err);
    if (s->batch == NULL ||
        (s->o.desk != NULL && look_open(&s->look, s->o.desk, s->o.embeddings,
                                        s->o.cosine, err) != 0)) {
        sift_close(s);
        return NULL;
    }
    return s;
}

void sift_close(struct sift *s)
{
    if (s == NULL)
        return;
    batch_free(s->batch);
    look_close(&s->look);
    reader_close(s->reader);
    shelf_release(&s->rows);
    shelf_release(&s->known);
    str_release(&s->line);
    str_release(&s->header);
    free(s->shared);
    free(s);
}

const struct sift_counts *sift_counts(const struct sift *s)
{
    return &s->counts;
}

static int check_memory(struct sift *s, struct err *err)
{
    s->counts.bytes = batch_bytes(s->batch) + shelf_bytes(&s->rows) +
                      shelf_bytes(&s->known) + s->shared_cap;
    if (s->o.desk != NULL)
        s->counts.bytes += look_bytes(&s->look);
    if (s->o.batch.memory_max == 0 || s->counts.bytes <= s->o.batch.memory_max)
        return 0;
    return err_set(err,
                   "more than the %llu MB of memory allowed are needed after "
                   "%llu rows; allow more with --memory-max, or split the "
                   "input and use --against",
                   (unsigned long long)(s->o.batch.memory_max / 1000000),
                   (unsigned long long)(s->counts.against + s->counts.rows));
}

/* --- reading --- */

static const char *format_name(enum reader_format f)
{
    static const char *const names[] = {
        [READER_LINES] = "JSON Lines", [READER_ARRAY] = "a JSON array",
        [READER_CSV] = "CSV",          [READER_TSV] = "TSV",
        [READER_TEXT] = "plain text",
    };

    return names[f];
}

/* The first file says how the output looks; the others must be like it. */
static int match_format(struct sift *s, const char *path, struct err *err)
{
    enum reader_format format = reader_format(s->reader);
    size_t len;
    const char *header = reader_header(s->reader, &len);

    if (!s->begun) {
        str_add(&s->header, header, len);
        writer_init(&s->writer, s->o.out, format, header, len);
        s->begun = true;
        return 0;
    }
    if (format != s->writer.format)
        return err_set(err,
                       "%s is %s and %s is %s; the rows that are kept go into "
                       "one file, so give files of one format",
                       s->o.files[0], format_name(s->writer.format), path,
                       format_name(format));
    if (len != s->header.len || memcmp(header, s->header.s, len) != 0)
        return err_set(err,
                       "%s:1: the header is another than that of %s; the rows "
                       "that are kept go into one file, so give files with "
                       "the same columns",
                       path, s->o.files[0]);
    return 0;
}

/* Opens the stage's next file: 1, 0 when there is none, -1. */
static int next_file(struct sift *s, struct err *err)
{
    bool rows = s->stage == STAGE_ROWS;
    const char *const *files = rows ? s->o.files : s->o.against;

    if (s->reader != NULL)
        return 1;
    if (s->file == (rows ? s->o.nfiles : s->o.nagainst))
        return 0;
    s->reader = reader_open(files[s->file],
                            rows ? s->o.field : s->o.against_field, err);
    if (s->reader == NULL ||
        (rows && match_format(s, files[s->file], err) != 0))
        return -1;
    s->file++;
    return 1;
}

static int take_row(struct sift *s, const struct reader_row *row,
                    struct err *err)
{
    uint32_t file = (uint32_t)s->file - 1;

    if (s->stage == STAGE_AGAINST) {
        if ((s->o.pairs != NULL || s->o.desk != NULL) &&
            shelf_put(&s->known, file, row, err) != 0)
            return -1;
        s->counts.against++;
        return batch_against(s->batch, row->prompt, row->len, err);
    }
    if (shelf_put(&s->rows, file, row, err) != 0)
        return -1;
    s->counts.rows++;
    return batch_add(s->batch, row->prompt, row->len, err);
}

/* One file's next rows: 1, or 0 when the stage has no more, or -1. */
static int read_some(struct sift *s, struct err *err)
{
    struct reader_row row;
    int rc = next_file(s, err), n;

    if (rc != 1)
        return rc;
    for (n = 0; n < STEP; n++) {
        rc = reader_next(s->reader, &row, err);
        if (rc < 0)
            return -1;
        if (rc == 0) {
            s->counts.empty +=
                s->stage == STAGE_ROWS ? reader_skipped(s->reader) : 0;
            reader_close(s->reader);
            s->reader = NULL;
            break;
        }
        if (take_row(s, &row, err) != 0)
            return -1;
    }
    return check_memory(s, err) == 0 ? 1 : -1;
}

/* --- writing --- */

static int put_line(struct sift *s, FILE *out, struct err *err)
{
    str_addc(&s->line, '\n');
    if (str_failed(&s->line))
        return err_nomem(err);
    fwrite(s->line.s, 1, s->line.len, out);
    return 0;
}

static int report(struct sift *s, const struct ruling *d,
                  const struct shelf_item *at, struct err *err)
{
    str_clear(&s->line);
    sift_line_row(&s->line, &s->o, d, at);
    return put_line(s, s->o.report, err);
}

/* Clusters count once, when their second row is met. */
static int count_cluster(struct sift *s, const struct batch_verdict *v,
                         struct err *err)
{
    size_t cap = (size_t)s->counts.rows;

    if (!s->o.batch.clusters || v->cluster == v->row)
        return 0;
    if (s->shared == NULL) {
        s->shared = calloc(cap, sizeof(*s->shared));
        if (s->shared == NULL)
            return err_nomem(err);
        s->shared_cap = cap;
    }
    s->counts.clusters += !s->shared[v->cluster];
    s->shared[v->cluster] = true;
    return 0;
}

static int conclude(struct sift *s, const struct ruling *d, struct err *err)
{
    const struct batch_verdict *v = &d->v;
    struct shelf_item item;

    if (shelf_get(&s->rows, v->row, &item, err) != 0)
        return -1;
    s->counts.decided++;
    s->counts.kept += v->keep;
    s->counts.meant += d->meant;
    s->counts.known += v->against && !d->meant;
    s->counts.alike += !v->keep && !v->against && !d->meant;
    if (v->keep)
        writer_row(&s->writer, item.raw, item.raw_len, item.end);
    if (s->o.report != NULL && report(s, d, &item, err) != 0)
        return -1;
    return count_cluster(s, v, err);
}

/* From the batch, or as the second look left it. */
static bool next_verdict(struct sift *s, struct ruling *d)
{
    if (s->o.desk != NULL)
        return look_next(&s->look, d);
    d->meant = false;
    return batch_next(s->batch, &d->v);
}

/* Up to `most` verdicts: 1 when there may be more, 0, or -1. */
static int conclude_some(struct sift *s, size_t most, struct err *err)
{
    struct ruling d;
    size_t n;

    for (n = 0; n < most; n++) {
        if (!next_verdict(s, &d))
            return 0;
        if (conclude(s, &d, err) != 0)
            return -1;
    }
    return 1;
}

static int write_pair(struct sift *s, const struct batch_pair *p, bool meant,
                      struct err *err)
{
    str_clear(&s->line);
    if (sift_line_pair(&s->line, &s->o, p, meant, &s->rows, &s->known, err) !=
        0)
        return -1;
    s->counts.pairs++;
    return put_line(s, s->o.pairs, err);
}

/* The pairs of the batch, then those of the second look. */
static bool next_pair(struct sift *s, struct batch_pair *p, bool *meant)
{
    *meant = !batch_next_pair(s->batch, p);
    return !*meant || (s->o.desk != NULL && look_next_pair(&s->look, p));
}

static int write_pairs(struct sift *s, struct err *err)
{
    struct batch_pair p;
    bool meant;
    size_t n;

    for (n = 0; n < STEP; n++) {
        if (s->o.pairs == NULL || !next_pair(s, &p, &meant))
            return 0;
        if (write_pair(s, &p, meant, err) != 0)
            return -1;
    }
    return 1;
}

/* --- the stages --- */

static int look_again(struct sift *s, struct err *err)
{
    struct look_rows of = {.batch = s->batch,
                           .rows = &s->rows,
                           .known = &s->known,
                           .nrows = s->counts.rows,
                           .nknown = s->counts.against,
                           .longest = s->o.batch.keep == BATCH_LONGEST};
    struct semantic_counts c;
    int rc;

    if (s->o.desk == NULL)
        return 0;
    rc = look_step(&s->look, &of, WAIT_MS, err);
    if (rc != 1)
        return rc;
    c = semantic_counts(s->look.semantic);
    s->counts.embed = s->look.embed;
    s->counts.embedded = c.texts;
    s->counts.compared = c.compared;
    return check_memory(s, err) == 0 ? 1 : -1;
}

static int end_of_rows(struct sift *s, struct err *err)
{
    if (s->counts.rows > 0 && batch_end(s->batch, err) != 0)
        return -1;
    return check_memory(s, err);
}

/* One step of the stage: 1 when it goes on, 0 when it is over, or -1. */
static int step_stage(struct sift *s, struct err *err)
{
    int rc;

    switch (s->stage) {
    case STAGE_AGAINST:
        return read_some(s, err);
    case STAGE_ROWS:
        rc = read_some(s, err);
        if (rc == 1)
            return s->o.desk != NULL || conclude_some(s, SIZE_MAX, err) == 0
                       ? 1
                       : -1;
        return rc == 0 ? end_of_rows(s, err) : -1;
    case STAGE_SECOND_LOOK:
        return look_again(s, err);
    case STAGE_VERDICTS:
        return conclude_some(s, STEP, err);
    case STAGE_PAIRS:
        return write_pairs(s, err);
    case STAGE_DONE:
        break;
    }
    return 0;
}

enum sift_state sift_step(struct sift *s, struct err *err)
{
    int rc;

    if (s->stage == STAGE_DONE)
        return SIFT_DONE;
    rc = step_stage(s, err);
    if (rc < 0)
        return SIFT_ERROR;
    if (rc == 0) {
        s->stage++;
        s->file = 0;
    }
    if (s->stage == STAGE_DONE)
        writer_end(&s->writer);
    return s->stage == STAGE_DONE ? SIFT_DONE : SIFT_MORE;
}
