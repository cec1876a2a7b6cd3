/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * `phgen dedup`: files in, the rows that are no near-duplicates out.  The
 * work is run/sift.c's; here is what a person says and sees.
 *
 * Files appear whole or not at all: what fails or is stopped leaves every
 * output as it was.  On standard output rows come as they are decided.
 */
#include "base/file.h"
#include "base/json.h"
#include "base/log.h"
#include "base/now.h"
#include "base/text.h"
#include "cmd/asking.h"
#include "cmd/cmd.h"
#include "cmd/progress.h"
#include "cmd/stop.h"
#include "run/sift.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define MB 1000000u

static const struct option_row options[] = {
    {"output", 'o', OPTION_STRING, "FILE", 0, 0, NULL,
     "Where the kept rows go, in the format of the input. Default: standard "
     "output.",
     OPTION_FILE},
    {"field", 0, OPTION_STRING, "NAME", 0, 0, NULL,
     "The column or member that holds the text. Default: the first known one "
     "(prompt, text, question, ...).",
     0},
    {"against", 0, OPTION_LIST, "FILE", 0, 0, NULL,
     "Drop what is like a row of this file, too.", OPTION_FILE},
    {"against-field", 0, OPTION_STRING, "NAME", 0, 0, NULL,
     "The same as --field for the files of --against.", 0},
    {"threshold", 0, OPTION_REAL, "SIMILARITY", 0.01, 1, "0.7",
     "Similarity from which two rows are near-duplicates.", 0},
    {"shingle", 0, OPTION_STRING, "KIND:N", 0, 0, "char:5",
     "What is compared: sets of N characters in a row (char:5) or of N words "
     "(word:3).",
     0},
    {"keep-case", 0, OPTION_FLAG, NULL, 0, 0, NULL,
     "Tell capital letters from small ones. Without it \"Kill\" is \"kill\".",
     0},
    {"keep-punctuation", 0, OPTION_FLAG, NULL, 0, 0, NULL,
     "Compare punctuation, too, as in code. Without it \"kill -9!\" is "
     "\"kill 9\".",
     0},
    {"containment", 0, OPTION_FLAG, NULL, 0, 0, NULL,
     "Compare by how much of a row's shingles the other row has, so that a "
     "part of a longer text is a duplicate of it.",
     0},
    {"exact", 0, OPTION_FLAG, NULL, 0, 0, NULL,
     "Miss no pair. Without it the index finds 99 in 100 of the pairs at the "
     "threshold and nearly all of more similar ones.",
     0},
    {"keep", 0, OPTION_STRING, "WHICH", 0, 0, NULL,
     "Which row of several to keep: first or longest. Default: first; with "
     "--containment: longest.",
     0},
    {"clusters", 0, OPTION_FLAG, NULL, 0, 0, NULL,
     "Keep one row of all that are alike directly or through others. Without "
     "it a row is dropped only when it is like one that is kept.",
     0},
    {"pairs", 0, OPTION_STRING, "FILE", 0, 0, NULL,
     "Write the pairs that were found, with their similarity and both texts, "
     "as JSON Lines.",
     OPTION_FILE},
    {"report", 0, OPTION_STRING, "FILE", 0, 0, NULL,
     "Write a verdict for every row as JSON Lines.", OPTION_FILE},
    {"embeddings", 0, OPTION_STRING, "MODEL", 0, 0, NULL,
     "Have a second look at the rows that are kept, by the cosine of their "
     "vectors: for paraphrases that share few shingles. At most 100,000 rows "
     "with those of --against.",
     OPTION_MODEL},
    {"cosine", 0, OPTION_REAL, "SIMILARITY", 0.1, 1, "0.9",
     "Cosine from which two rows are duplicates for --embeddings.", 0},
    {"cache", 0, OPTION_STRING, "FILE", 0, 0, NULL,
     "Where vectors that were paid for are kept. Default: OUTPUT.sqlite; "
     "nowhere when the output is standard output.",
     OPTION_FILE},
    {"memory-max", 0, OPTION_UINT, "MEGABYTES", 1, 1e9, NULL,
     "Fail rather than hold more. Default: three quarters of the machine's "
     "memory.",
     0},
    {"threads", 0, OPTION_UINT, "COUNT", 1, 2, "2",
     "With 2, one thread prepares what the other looks up. The output is the "
     "same.",
     0},
    {"json", 0, OPTION_FLAG, NULL, 0, 0, NULL,
     "Print the summary as JSON on standard output; needs --output.", 0},
    {"quiet", 'q', OPTION_FLAG, NULL, 0, 0, NULL,
     "No progress and no summary, only what goes wrong.", 0},
    CMD_ROWS_ASKING,
    CMD_ROW_HELP,
    {0},
};

static const char *const details[] = {
    "Reads rows from files (JSONL, JSON, CSV, TSV or plain text, also gzip- "
    "or Zstandard-compressed; - is standard input) and writes those that are "
    "no near-duplicates, each byte for byte as it was.",
    "Two rows are near-duplicates when the Jaccard similarity of their "
    "shingles is at least the threshold. Texts are compared without regard "
    "to white space and Unicode compatibility forms, letter case and "
    "punctuation (--keep-case, --keep-punctuation). Every pair is verified, so "
    "no row is dropped wrongly. "
    "docs/dedup.md says how to choose shingle and threshold.",
    NULL,
};

static const struct example examples[] = {
    {"dedup prompts.jsonl -o unique.jsonl", "Keep the first of each."},
    {"dedup new.csv --against released.jsonl.zst --pairs pairs.jsonl",
     "Drop what was released before, and show what was alike."},
    {"dedup - --shingle word:3 --threshold 0.5 <in.jsonl >out.jsonl",
     "As a filter, by words."},
    {"dedup in.jsonl -o out.jsonl --embeddings openai:embed-x",
     "Paraphrases, too."},
    {NULL, NULL},
};

struct job {
    struct sift_options sift;
    const char *output; /* NULL: standard output */
    struct outfile out, pairs, report;
    bool json, quiet;
    double started;
};

/* --- what is asked for --- */

static int read_shingle(const char *text, struct dedup_options *d,
                        struct err *err)
{
    const char *colon = strchr(text, ':');
    size_t kind = colon != NULL ? (size_t)(colon - text) : 0;
    char *end = NULL;
    unsigned long n = colon != NULL ? strtoul(colon + 1, &end, 10) : 0;

    if (kind == 4 && memcmp(text, "char", 4) == 0)
        d->kind = SHINGLE_CHAR;
    else if (kind == 4 && memcmp(text, "word", 4) == 0)
        d->kind = SHINGLE_WORD;
    else
        kind = 0;
    if (kind == 0 || *end != '\0' || n < 1 || n > 16)
        return err_set(err,
                       "--shingle is char:N or word:N with N from 1 to 16, "
                       "such as char:5; \"%s\" is neither",
                       text);
    d->n = (unsigned)n;
    return 0;
}

static int read_keep(const struct options *o, struct batch_options *b,
                     struct err *err)
{
    const char *keep = options_string(o, "keep");

    if (keep == NULL)
        b->keep = options_flag(o, "containment") ? BATCH_LONGEST : BATCH_FIRST;
    else if (strcmp(keep, "first") == 0)
        b->keep = BATCH_FIRST;
    else if (strcmp(keep, "longest") == 0)
        b->keep = BATCH_LONGEST;
    else
        return err_set(err, "--keep is first or longest, not \"%s\"", keep);
    return 0;
}

static uint64_t memory_default(void)
{
    long pages = sysconf(_SC_PHYS_PAGES), size = sysconf(_SC_PAGESIZE);

    return pages > 0 && size > 0 ? (uint64_t)pages / 4 * 3 * (uint64_t)size : 0;
}

static int read_options(struct job *j, const struct options *o, struct err *err)
{
    struct batch_options *b = &j->sift.batch;

    *b = BATCH_DEFAULTS;
    j->output = options_string(o, "output");
    j->json = options_flag(o, "json");
    j->quiet = options_flag(o, "quiet");
    j->sift.field = options_string(o, "field");
    j->sift.against = options_list(o, "against", &j->sift.nagainst);
    j->sift.embeddings = options_string(o, "embeddings");
    j->sift.cosine = options_real(o, "cosine");
    j->sift.against_field = options_string(o, "against-field");
    b->dedup.threshold = options_real(o, "threshold");
    b->dedup.index = options_flag(o, "exact") ? DEDUP_EXACT : DEDUP_LSH;
    b->dedup.measure =
        options_flag(o, "containment") ? DEDUP_CONTAINMENT : DEDUP_JACCARD;
    b->dedup.keep =
        (options_flag(o, "keep-case") ? TEXT_KEEP_CASE : 0) |
        (options_flag(o, "keep-punctuation") ? TEXT_KEEP_PUNCTUATION : 0);
    b->clusters = options_flag(o, "clusters");
    b->threads = (unsigned)options_uint(o, "threads");
    b->memory_max = options_given(o, "memory-max")
                        ? options_uint(o, "memory-max") * MB
                        : memory_default();
    if (j->json && j->output == NULL)
        return err_set(err, "--json prints the summary on standard output, "
                            "where the rows go; send these to a file with "
                            "--output");
    if (read_shingle(options_string(o, "shingle"), &b->dedup, err) != 0)
        return -1;
    return read_keep(o, b, err);
}

/* --- files --- */

static int open_one(struct outfile *f, const char *path, FILE **stream,
                    struct err *err)
{
    if (path == NULL)
        return 0;
    if (outfile_open(f, path, err) != 0)
        return -1;
    *stream = f->stream;
    return 0;
}

static int open_files(struct job *j, const struct options *o, struct err *err)
{
    j->sift.out = stdout;
    if (open_one(&j->out, j->output, &j->sift.out, err) != 0 ||
        open_one(&j->pairs, options_string(o, "pairs"), &j->sift.pairs, err) !=
            0)
        return -1;
    return open_one(&j->report, options_string(o, "report"), &j->sift.report,
                    err);
}

static int commit_one(struct outfile *f, struct err *err)
{
    return f->stream != NULL ? outfile_commit(f, err) : 0;
}

static int commit_files(struct job *j, struct err *err)
{
    errno = 0;
    if (j->output == NULL && (fflush(stdout) != 0 || ferror(stdout)))
        return err_set(err, "cannot write to standard output: %s",
                       errno != 0 ? strerror(errno) : "write error");
    if (commit_one(&j->pairs, err) != 0 || commit_one(&j->report, err) != 0)
        return -1;
    return commit_one(&j->out, err);
}

static void abandon_files(struct job *j)
{
    outfile_abandon(&j->out);
    outfile_abandon(&j->pairs);
    outfile_abandon(&j->report);
}

/* --- what a person sees --- */

static void add_megabytes(struct str *out, uint64_t bytes)
{
    cmd_add_count(out, (double)(bytes / MB + (bytes % MB > 0)));
    str_adds(out, " MB");
}

/* The memory that it will take, before it does. */
static int announce(struct job *j, uint64_t *guessed, struct err *err)
{
    const struct batch_options *b = &j->sift.batch;
    uint64_t bytes, need;
    struct str line;
    bool sure;

    if (sift_guess(&j->sift, guessed, &bytes, &sure, err) != 0)
        return -1;
    str_init(&line, 1000);
    need = batch_estimate(b, *guessed, bytes);
    if (sure) {
        str_adds(&line, "about ");
        cmd_add_count(&line, (double)*guessed);
        str_adds(&line, " rows to read, at most about ");
        add_megabytes(&line, need);
        str_adds(&line, " of memory");
    } else {
        *guessed = 0;
        str_adds(&line, "the input's size is not known");
    }
    if (b->memory_max > 0) {
        str_adds(&line, "; the limit is ");
        add_megabytes(&line, b->memory_max);
    }
    log_line(sure && b->memory_max > 0 && need > b->memory_max ? LOG_WARN
                                                               : LOG_INFO,
             "%s", line.s);
    str_release(&line);
    return 0;
}

static void show_progress(struct progress *p, const struct sift_counts *c,
                          uint64_t guessed)
{
    struct str line;
    uint64_t read = c->against + c->rows;

    str_init(&line, 1000);
    cmd_add_count(&line, (double)read);
    if (guessed >= read) {
        str_adds(&line, " of about ");
        cmd_add_count(&line, (double)guessed);
    }
    str_adds(&line, " rows read, ");
    if (c->embed > 0) {
        cmd_add_count(&line, (double)c->embedded);
        str_adds(&line, " embedded and ");
        cmd_add_count(&line, (double)c->compared);
        str_adds(&line, " compared of ");
        cmd_add_count(&line, (double)c->embed);
        str_adds(&line, ", ");
    }
    cmd_add_count(&line, (double)c->kept);
    str_adds(&line, " kept, ");
    cmd_add_count(&line, (double)(c->known + c->alike));
    str_adds(&line, " dropped, ");
    add_megabytes(&line, c->bytes);
    progress_text(p, "%s", line.s);
    str_release(&line);
}

static void print_count(const char *what, uint64_t n)
{
    struct str s;

    str_init(&s, 100);
    cmd_add_count(&s, (double)n);
    fprintf(stderr, "  %-24s %14s\n", what, s.s);
    str_release(&s);
}

static void print_table(const struct job *j, const struct sift_counts *c)
{
    double seconds = now_seconds() - j->started;
    struct rusage use;
    struct str took;

    print_count("rows", c->rows);
    if (c->empty > 0)
        print_count("without text, left out", c->empty);
    if (c->against > 0)
        print_count("rows against", c->against);
    print_count("kept", c->kept);
    if (c->against > 0)
        print_count("dropped, known", c->known);
    print_count("dropped, alike", c->alike);
    if (j->sift.embeddings != NULL)
        print_count("dropped, same meaning", c->meant);
    if (j->sift.batch.clusters)
        print_count("clusters", c->clusters);
    if (j->sift.pairs != NULL)
        print_count("pairs", c->pairs);
    getrusage(RUSAGE_SELF, &use);
    str_init(&took, 100);
    cmd_add_duration(&took, seconds);
    fprintf(stderr, "  %-24s %14s\n", "time", took.s);
    str_release(&took);
    fprintf(stderr, "  %-24s %11ld MB\n", "memory at most",
            use.ru_maxrss * 1024 / (long)MB);
}

static int print_json(const struct job *j, const struct sift_counts *c,
                      struct err *err)
{
    cJSON *o = cJSON_CreateObject();

    cJSON_AddNumberToObject(o, "rows", (double)c->rows);
    cJSON_AddNumberToObject(o, "empty", (double)c->empty);
    cJSON_AddNumberToObject(o, "against", (double)c->against);
    cJSON_AddNumberToObject(o, "kept", (double)c->kept);
    cJSON_AddNumberToObject(o, "dropped_known", (double)c->known);
    cJSON_AddNumberToObject(o, "dropped_alike", (double)c->alike);
    if (j->sift.embeddings != NULL)
        cJSON_AddNumberToObject(o, "dropped_meaning", (double)c->meant);
    if (j->sift.batch.clusters)
        cJSON_AddNumberToObject(o, "clusters", (double)c->clusters);
    if (j->sift.pairs != NULL)
        cJSON_AddNumberToObject(o, "pairs", (double)c->pairs);
    return cmd_print_json(o, err);
}

/* --- the work --- */

static int drive(struct job *j, struct sift *s, uint64_t guessed,
                 struct err *err)
{
    enum sift_state state;
    struct progress line;
    int failed = 0;

    progress_init(&line, j->quiet);
    do {
        state = sift_step(s, err);
        if (progress_due(&line))
            show_progress(&line, sift_counts(s), guessed);
        if (state == SIFT_MORE && stop_wanted())
            failed = err_set(err, "stopped; no file was written");
        if (state == SIFT_MORE && ferror(j->sift.out))
            failed =
                err_set(err, "cannot write the kept rows: %s", strerror(errno));
    } while (state == SIFT_MORE && !failed);
    progress_end(&line);
    return failed || state == SIFT_ERROR ? -1 : 0;
}

static int work(struct job *j, uint64_t guessed, struct err *err)
{
    struct sift *s = sift_open(&j->sift, err);
    int failed = s == NULL || drive(j, s, guessed, err) != 0 ||
                 commit_files(j, err) != 0;

    if (!failed && j->json)
        failed = print_json(j, sift_counts(s), err) != 0;
    else if (!failed && !j->quiet)
        print_table(j, sift_counts(s));
    sift_close(s);
    return failed ? -1 : 0;
}

/* The store of the ledger: what needs none gets one that leaves no file. */
static char *cache_path(const struct job *j, const struct options *o)
{
    const char *given = options_string(o, "cache");
    struct str path;

    if (given != NULL)
        return strdup(given);
    if (j->output == NULL || strncmp(j->sift.embeddings, "builtin:", 8) == 0)
        return strdup(":memory:");
    str_init(&path, 1 << 16);
    str_addf(&path, "%s.sqlite", j->output);
    return str_detach(&path);
}

static enum cmd_exit work_asking(struct job *j, struct options *o,
                                 uint64_t guessed, struct err *err)
{
    char *cache = cache_path(j, o);
    enum cmd_exit code;
    struct asking a;

    if (cache == NULL) {
        err_nomem(err);
        return CMD_FAILED;
    }
    code = asking_open(&a, o, cache, NULL, err);
    j->sift.desk = a.desk;
    if (code == CMD_OK && work(j, guessed, err) != 0)
        code = CMD_FAILED;
    asking_close(&a);
    free(cache);
    return code;
}

static enum cmd_exit run(struct options *o, struct err *err)
{
    size_t n = options_operands(o), i;
    const char **files = calloc(n, sizeof(*files));
    struct job j = {.started = now_seconds()};
    uint64_t guessed = 0;
    enum cmd_exit code = CMD_FAILED;

    if (files == NULL) {
        err_nomem(err);
        return CMD_FAILED;
    }
    for (i = 0; i < n; i++)
        files[i] = options_operand(o, i);
    j.sift.files = files;
    j.sift.nfiles = n;
    stop_on_signals();
    if (read_options(&j, o, err) != 0) {
        code = CMD_USAGE;
    } else {
        if (j.quiet)
            log_set_level(LOG_ERROR);
        if (announce(&j, &guessed, err) == 0 && open_files(&j, o, err) == 0)
            code = j.sift.embeddings != NULL ? work_asking(&j, o, guessed, err)
                   : work(&j, guessed, err) == 0 ? CMD_OK
                                                 : CMD_FAILED;
    }
    abandon_files(&j);
    free(files);
    return code;
}

const struct command cmd_dedup = {
    .name = "dedup",
    .about = "drop near-duplicates from files of prompts",
    .operands = "FILE...",
    .min_operands = 1,
    .max_operands = 1000,
    .options = options,
    .run = run,
    .details = details,
    .examples = examples,
};
