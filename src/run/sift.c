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
#include "base/json.h"
#include "dataset/reader.h"
#include "dataset/shelf.h"
#include "dataset/writer.h"
#include "run/semantic.h"

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

/* A row's verdict; `meant`: of the second look. */
struct ruling {
    struct batch_verdict v;
    bool meant;
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
    struct shelf rows, known; /* `known` only when pairs are wanted */
    bool *shared;             /* of each row's cluster: has two rows */
    size_t shared_cap;
    struct str line; /* of a report */
    /* Of the second look. */
    struct semantic *semantic;
    struct ruling *decided; /* of all rows, before anything is written */
    uint64_t *kept;         /* rows in the order in which they are looked at */
    uint64_t nkept, given;  /* texts given to it, the against set first */
    uint64_t told, paired;  /* read back for verdicts, and for pairs */
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
    if (s->batch != NULL && s->o.desk != NULL)
        s->semantic =
            semantic_new(s->o.desk, s->o.embeddings, s->o.cosine, err);
    if (s->batch == NULL || (s->o.desk != NULL && s->semantic == NULL)) {
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
    semantic_free(s->semantic);
    free(s->decided);
    free(s->kept);
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
    if (s->semantic != NULL)
        s->counts.bytes += semantic_counts(s->semantic).bytes;
    if (s->decided != NULL)
        s->counts.bytes +=
            s->counts.rows * (sizeof(*s->decided) + sizeof(*s->kept));
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
        if ((s->o.pairs != NULL || s->semantic != NULL) &&
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

static void add_place(struct str *out, const char *prefix, const char *path,
                      uint64_t line)
{
    if (strcmp(path, "-") == 0)
        path = "standard input";
    str_addf(out, "\"%sfile\":", prefix);
    json_quote(path, strlen(path), out);
    str_addf(out, ",\"%sline\":%llu", prefix, (unsigned long long)line);
}

static int put_line(struct sift *s, FILE *out, struct err *err)
{
    str_addc(&s->line, '\n');
    if (str_failed(&s->line))
        return err_nomem(err);
    fwrite(s->line.s, 1, s->line.len, out);
    return 0;
}

static const char *measure_name(const struct sift *s, bool meant)
{
    if (meant)
        return "cosine";
    return s->o.batch.dedup.measure == DEDUP_CONTAINMENT ? "containment"
                                                         : "jaccard";
}

static int report(struct sift *s, const struct ruling *d,
                  const struct shelf_item *at, struct err *err)
{
    const struct batch_verdict *v = &d->v;

    str_clear(&s->line);
    str_addf(&s->line, "{\"row\":%llu,", (unsigned long long)v->row);
    add_place(&s->line, "", s->o.files[at->file], at->line);
    str_addf(&s->line, ",\"keep\":%s", v->keep ? "true" : "false");
    if (s->o.batch.clusters)
        str_addf(&s->line, ",\"cluster\":%llu", (unsigned long long)v->cluster);
    if (!v->keep)
        str_addf(&s->line,
                 ",\"against\":%s,\"of\":%llu,\"similarity\":%.6g,"
                 "\"measure\":\"%s\"",
                 v->against ? "true" : "false", (unsigned long long)v->of,
                 v->similarity, measure_name(s, d->meant));
    str_addc(&s->line, '}');
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
    if (s->semantic == NULL) {
        d->meant = false;
        return batch_next(s->batch, &d->v);
    }
    if (s->told == s->counts.rows)
        return false;
    *d = s->decided[s->told++];
    return true;
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

static int add_item(struct sift *s, const char *prefix, bool against,
                    uint64_t row, struct err *err)
{
    struct shelf_item item;

    if (shelf_get(against ? &s->known : &s->rows, row, &item, err) != 0)
        return -1;
    str_addc(&s->line, ',');
    add_place(&s->line, prefix,
              against ? s->o.against[item.file] : s->o.files[item.file],
              item.line);
    str_addf(&s->line, ",\"%sprompt\":", prefix);
    json_quote(item.prompt, item.len, &s->line);
    return 0;
}

static int write_pair(struct sift *s, const struct batch_pair *p, bool meant,
                      struct err *err)
{
    str_clear(&s->line);
    str_addf(&s->line, "{\"similarity\":%.6g,\"measure\":\"%s\"", p->similarity,
             measure_name(s, meant));
    if (add_item(s, "", false, p->row, err) != 0)
        return -1;
    str_addf(&s->line, ",\"against\":%s", p->against ? "true" : "false");
    if (add_item(s, "other_", p->against, p->other, err) != 0)
        return -1;
    str_addc(&s->line, '}');
    s->counts.pairs++;
    return put_line(s, s->o.pairs, err);
}

/* The pairs of the batch, then those of the second look. */
static bool next_pair(struct sift *s, struct batch_pair *p, bool *meant)
{
    const struct ruling *d;

    *meant = false;
    if (batch_next_pair(s->batch, p))
        return true;
    while (s->semantic != NULL && s->paired < s->counts.rows) {
        d = &s->decided[s->paired++];
        if (!d->meant)
            continue;
        *p = (struct batch_pair){d->v.row, d->v.of, d->v.against,
                                 d->v.similarity};
        *meant = true;
        return true;
    }
    return false;
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

/* --- the second look --- */

struct by_length {
    uint64_t row;
    size_t len;
};

static int longest_first(const void *a, const void *b)
{
    const struct by_length *x = a, *y = b;

    if (x->len != y->len)
        return x->len > y->len ? -1 : 1;
    return (x->row > y->row) - (x->row < y->row);
}

static int order_by_length(struct sift *s, struct err *err)
{
    struct by_length *all = malloc((size_t)(s->nkept + 1) * sizeof(*all));
    struct shelf_item item;
    uint64_t i;
    int failed = 0;

    if (all == NULL)
        return err_nomem(err);
    for (i = 0; i < s->nkept && !failed; i++) {
        failed = shelf_get(&s->rows, s->kept[i], &item, err);
        all[i] = (struct by_length){s->kept[i], failed ? 0 : item.len};
    }
    if (!failed) {
        qsort(all, (size_t)s->nkept, sizeof(*all), longest_first);
        for (i = 0; i < s->nkept; i++)
            s->kept[i] = all[i].row;
    }
    free(all);
    return failed;
}

/* All verdicts of the first look, and what it kept in order. */
static int take_verdicts(struct sift *s, struct err *err)
{
    struct batch_verdict v;

    s->decided = calloc((size_t)s->counts.rows + 1, sizeof(*s->decided));
    s->kept = calloc((size_t)s->counts.rows + 1, sizeof(*s->kept));
    if (s->decided == NULL || s->kept == NULL)
        return err_nomem(err);
    while (batch_next(s->batch, &v)) {
        s->decided[v.row].v = v;
        if (v.keep)
            s->kept[s->nkept++] = v.row;
    }
    s->counts.embed = s->counts.against + s->nkept;
    if (s->counts.embed > SEMANTIC_MAX)
        return err_set(err,
                       "%llu rows are left for the second look, which "
                       "compares every pair of at most %u; split the input, or "
                       "leave --embeddings out",
                       (unsigned long long)s->counts.embed, SEMANTIC_MAX);
    if (s->o.batch.keep == BATCH_LONGEST && order_by_length(s, err) != 0)
        return -1;
    return check_memory(s, err);
}

static int give_text(struct sift *s, struct err *err)
{
    uint64_t i = s->given++;
    bool known = i < s->counts.against;
    struct shelf_item item;

    if (i == s->counts.embed) {
        semantic_last(s->semantic);
        return 0;
    }
    if (shelf_get(known ? &s->known : &s->rows,
                  known ? i : s->kept[i - s->counts.against], &item, err) != 0)
        return -1;
    return semantic_add(s->semantic, item.prompt, item.len, known, err);
}

static void apply(struct sift *s)
{
    uint64_t against = s->counts.against, i;

    for (i = 0; i < s->nkept; i++) {
        struct nearby n = semantic_near(s->semantic, (size_t)(against + i));
        struct ruling *d = &s->decided[s->kept[i]];

        if (n.of == against + i)
            continue;
        d->meant = true;
        d->v.keep = false;
        d->v.against = n.of < against;
        d->v.of = d->v.against ? n.of : s->kept[n.of - against];
        d->v.similarity = n.cosine;
    }
}

static int look_again(struct sift *s, struct err *err)
{
    struct semantic_counts c;

    if (s->semantic == NULL)
        return 0;
    if (s->decided == NULL && take_verdicts(s, err) != 0)
        return -1;
    switch (semantic_step(s->semantic, WAIT_MS, err)) {
    case SEMANTIC_TEXT:
        return give_text(s, err) == 0 ? 1 : -1;
    case SEMANTIC_MORE:
        c = semantic_counts(s->semantic);
        s->counts.embedded = c.texts;
        s->counts.compared = c.compared;
        return check_memory(s, err) == 0 ? 1 : -1;
    case SEMANTIC_DONE:
        apply(s);
        return 0;
    case SEMANTIC_ERROR:
        break;
    }
    return -1;
}

/* --- the stages --- */

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
            return s->semantic != NULL || conclude_some(s, SIZE_MAX, err) == 0
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
