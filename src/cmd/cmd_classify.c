/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * `phgen classify`: replies in, the same rows out with what the refusal
 * classifier says of each.  A row is kept as it stands in the file and four
 * members or cells are put behind; nothing is kept of it afterwards but a
 * count, so files may be of any length.
 *
 * Where rows have labels the counts are compared at the end.  Labels are
 * never shown to the classifier.
 */
#include "agent/refusal.h"
#include "base/json.h"
#include "cmd/cmd.h"
#include "cmd/stop.h"
#include "dataset/confusion.h"
#include "dataset/known.h"
#include "dataset/reader.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const struct option_row options[] = {
    {"field", 0, OPTION_STRING, "NAME", 0, 0, NULL,
     "The column or member that holds the reply. Default: the first known "
     "one (response, completion, reply, output, answer, ..., or the last "
     "assistant message of messages).",
     0},
    {"prompt-field", 0, OPTION_STRING, "NAME", 0, 0, NULL,
     "The one that holds what was asked, which helps a little. Default: the "
     "first known one (prompt, question, instruction, ...), if any.",
     0},
    {"label-field", 0, OPTION_STRING, "NAME", 0, 0, NULL,
     "The one that holds a person's label, to measure against. Default: the "
     "first of label, final_label, gold_label, response_refusal_label and "
     "annotation with a label of refusal in it, if any.",
     0},
    {"seed", 's', OPTION_UINT, "NUMBER", 0, CMD_SEED_MAX, "1",
     "Seed of the bootstrap intervals.", 0},
    {"json", 0, OPTION_FLAG, NULL, 0, 0, NULL,
     "The summary as one line of JSON, on standard error as well: standard "
     "output has the rows.",
     0},
    {"quiet", 'q', OPTION_FLAG, NULL, 0, 0, NULL,
     "No summary, only what goes wrong.", 0},
    CMD_ROW_HELP,
    {0},
};

static const char *const details[] = {
    "Reads replies of any model (JSONL, JSON, CSV or TSV, also gzip- or "
    "Zstandard-compressed; without a file, or with -, standard input) and "
    "writes every row with four more fields: refusal_class (compliance, "
    "partial_refusal, full_refusal or empty), refusal_reason (none, ethical, "
    "capability, missing-info or provider-filter), refusal_confidence (how "
    "sure refused-or-not is, 0.5 to 1) and refusal_sentence (the sentence "
    "that decided). JSON comes out as JSON Lines, CSV as CSV.",
    "A finish_reason of content_filter or refusal is believed. No model is "
    "asked and nothing is sent anywhere.",
    "When rows have labels (XSTest's 1_full_compliance, 2_full_refusal and "
    "3_partial_refusal; compliance and refusal; none, partial and full), "
    "accuracy, F1 and the confusion table go to standard error, with 95 % "
    "bootstrap intervals. docs/measuring.md says what is counted.",
    NULL,
};

static const struct example examples[] = {
    {"classify replies.jsonl >classified.jsonl", "Classify a file."},
    {"classify xstest_completions.csv --label-field final_label >out.csv",
     "And measure against people's labels."},
    {NULL, NULL},
};

static const char *const prompt_names[] = {
    "prompt", "question", "instruction", "query", "input", "messages", NULL};
static const char *const label_names[] = {
    "label",      "final_label", "gold_label", "response_refusal_label",
    "annotation", NULL};
static const char *const added[] = {"refusal_class", "refusal_reason",
                                    "refusal_confidence", "refusal_sentence"};
#define ADDED (sizeof(added) / sizeof(*added))

#define ROW_MAX (8u << 20)
#define REFUSED (1U << REFUSAL_PARTIAL | 1U << REFUSAL_FULL)

struct job {
    const char *file;
    const char *prompt_field, *label_field; /* NULL: guess */
    struct reader *reader;
    struct str prompt, reply, out;
    uint64_t rows, of[REFUSAL_CLASSES];
    struct confusion confusion; /* by class; empty is a class said only */
    uint64_t mute;              /* labels that say nothing about refusal */
    bool three;                 /* labels tell partial from full */
};

/* --- a row --- */

static const char *first_value(const struct job *j, const char *given,
                               const char *const *names)
{
    const char *value = NULL;
    size_t i;

    if (given != NULL)
        return reader_value(j->reader, given);
    for (i = 0; value == NULL && names[i] != NULL; i++)
        value = reader_value(j->reader, names[i]);
    return value;
}

static enum finish finish_of(const struct job *j)
{
    const char *text = reader_value(j->reader, "finish_reason");

    if (text == NULL)
        return FINISH_STOP;
    return strcmp(text, "content_filter") == 0 ? FINISH_FILTER
           : strcmp(text, "refusal") == 0      ? FINISH_REFUSAL
                                               : FINISH_STOP;
}

/* Both texts are copied: a chat's share the reader's memory. */
static void classify(struct job *j, const struct reader_row *row,
                     struct refusal *out)
{
    const char *prompt;
    struct reply r;

    str_clear(&j->reply);
    str_add(&j->reply, row->prompt, row->len);
    prompt = first_value(j, j->prompt_field, prompt_names);
    str_clear(&j->prompt);
    if (prompt != NULL)
        str_adds(&j->prompt, prompt);
    reply_init(&r);
    r.status = REPLY_OK;
    r.text = j->reply.s;
    r.finish = finish_of(j);
    refusal_classify(prompt != NULL ? j->prompt.s : NULL, &r, out);
}

static int take_label(struct job *j, const struct reader_row *row,
                      enum refusal_class said, struct err *err)
{
    const char *label = NULL;
    int truth = -1;
    size_t i;

    if (j->label_field != NULL)
        label = reader_value(j->reader, j->label_field);
    else
        for (i = 0; truth < 0 && label_names[i] != NULL; i++) {
            label = reader_value(j->reader, label_names[i]);
            truth = label != NULL ? refusal_label_find(label) : -1;
        }
    if (label == NULL && truth < 0)
        return j->label_field == NULL
                   ? 0
                   : err_set(err, "%s:%zu: no \"%s\" in this row", j->file,
                             row->line, j->label_field);
    truth = refusal_label_find(label);
    if (truth < 0 || truth == REFUSAL_EMPTY) {
        j->mute++;
        return 0;
    }
    j->three = j->three || truth == REFUSAL_PARTIAL ||
               strcasecmp(label, "refusal") != 0;
    confusion_add(&j->confusion, (size_t)truth, said);
    return 0;
}

static bool has_ours(const char *json, size_t len)
{
    return memmem(json, len, "\"refusal_", 9) != NULL;
}

/* The row without what an earlier classify put in. */
static int add_clean(const char *json, size_t len, struct str *out,
                     struct err *err)
{
    cJSON *o = json_parse(json, len, err);
    size_t i;

    if (o == NULL)
        return -1;
    for (i = 0; i < ADDED; i++)
        cJSON_DeleteItemFromObjectCaseSensitive(o, added[i]);
    json_print(o, out);
    cJSON_Delete(o);
    return 0;
}

static void add_members(struct str *out, const struct refusal *r)
{
    bool bare = out->len > 0 && out->s[out->len - 1] == '{';

    str_addf(out,
             "%s\"refusal_class\":\"%s\",\"refusal_reason\":\"%s\","
             "\"refusal_confidence\":%.4f,\"refusal_sentence\":",
             bare ? "" : ",", refusal_label(r->cls),
             refusal_reason_name(r->reason), r->confidence);
    json_quote(r->excerpt, strlen(r->excerpt), out);
    str_adds(out, "}\n");
}

/* In JSON, line ends stand only between values: those of an array's rows. */
static void one_line(struct str *out)
{
    size_t i;

    for (i = 0; i < out->len; i++)
        if (out->s[i] == '\n' || out->s[i] == '\r')
            out->s[i] = ' ';
}

/* A string alone becomes an object; an object gets members behind its own. */
static int add_json(struct job *j, const struct reader_row *row,
                    const struct refusal *r, struct err *err)
{
    const char *p = row->raw;
    size_t len = row->raw_len;

    while (len > 0 && strchr(" \t\r\n", *p) != NULL) {
        p++;
        len--;
    }
    if (len > 0 && *p != '{') {
        str_adds(&j->out, "{\"response\":");
        str_add(&j->out, p, len);
    } else if (has_ours(p, len)) {
        if (add_clean(p, len, &j->out, err) != 0)
            return -1;
        str_cut(&j->out, j->out.len - 1);
    } else {
        while (len > 0 && p[len - 1] != '}')
            len--;
        for (len--; len > 1 && strchr(" \t\r\n", p[len - 1]) != NULL;)
            len--;
        str_add(&j->out, p, len);
    }
    one_line(&j->out);
    add_members(&j->out, r);
    return 0;
}

static void add_cell(struct str *out, const char *text)
{
    str_addc(out, '"');
    for (; *text != '\0'; text++) {
        if (*text == '"')
            str_addc(out, '"');
        str_addc(out, *text);
    }
    str_addc(out, '"');
}

static void add_cells(struct job *j, const struct reader_row *row,
                      const struct refusal *r)
{
    char tab = reader_format(j->reader) == READER_TSV ? '\t' : ',';

    str_add(&j->out, row->raw, row->raw_len);
    str_addf(&j->out, "%c%s%c%s%c%.4f%c", tab, refusal_label(r->cls), tab,
             refusal_reason_name(r->reason), tab, r->confidence, tab);
    add_cell(&j->out, r->excerpt);
    str_adds(&j->out, row->end[0] != '\0' ? row->end : "\n");
}

static int put(struct job *j, struct err *err)
{
    if (str_failed(&j->out))
        return err_set(err, "a row is too long with its verdict");
    if (fwrite(j->out.s, 1, j->out.len, stdout) != j->out.len)
        return err_set(err, "cannot write standard output: %s",
                       strerror(errno));
    return 0;
}

static bool is_table(const struct job *j)
{
    return reader_format(j->reader) == READER_CSV ||
           reader_format(j->reader) == READER_TSV;
}

/* The header with the new names; a table that has them already is refused,
 * since a second column of a name would hide the first. */
static int put_header(struct job *j, struct err *err)
{
    size_t len, end, i;
    const char *header = reader_header(j->reader, &len);
    char tab = reader_format(j->reader) == READER_TSV ? '\t' : ',';

    if (memmem(header, len, added[0], strlen(added[0])) != NULL)
        return err_set(err,
                       "%s has a column %s already; give the file that it "
                       "was made from",
                       j->file, added[0]);
    for (end = len; end > 0 && strchr("\r\n", header[end - 1]) != NULL;)
        end--;
    str_clear(&j->out);
    str_add(&j->out, header, end);
    for (i = 0; i < ADDED; i++)
        str_addf(&j->out, "%c%s", tab, added[i]);
    str_add(&j->out, header + end, len - end);
    return put(j, err);
}

/* A label that is not there shows before anything is written. */
static int take_row(struct job *j, const struct reader_row *row,
                    struct err *err)
{
    struct refusal r;

    classify(j, row, &r);
    if (take_label(j, row, r.cls, err) != 0)
        return -1;
    if (j->rows == 0 && is_table(j) && put_header(j, err) != 0)
        return -1;
    j->rows++;
    j->of[r.cls]++;
    str_clear(&j->out);
    if (is_table(j))
        add_cells(j, row, &r);
    else if (add_json(j, row, &r, err) != 0)
        return err_prefix(err, "%s:%zu", j->file, row->line);
    return put(j, err);
}

static int classify_all(struct job *j, struct err *err)
{
    struct reader_row row;
    int got;

    while ((got = reader_next(j->reader, &row, err)) == 1) {
        if (take_row(j, &row, err) != 0)
            return -1;
        if (stop_wanted())
            return err_set(err, "stopped after %llu rows",
                           (unsigned long long)j->rows);
    }
    if (got == 0 && j->rows == 0 && is_table(j))
        got = put_header(j, err);
    if (got == 0 && fflush(stdout) != 0)
        got = err_set(err, "cannot write standard output: %s", strerror(errno));
    return got;
}

/* --- the summary --- */

static void print_measure(const char *name, const struct measure *m)
{
    if (isnan(m->value))
        fprintf(stderr, "%-22s -\n", name);
    else
        fprintf(stderr, "%-22s %.4f  (%.4f to %.4f)\n", name, m->value,
                m->range.low, m->range.high);
}

static void print_confusion(const struct job *j)
{
    static const enum refusal_class rows[] = {REFUSAL_NONE, REFUSAL_PARTIAL,
                                              REFUSAL_FULL};
    size_t i, k;

    fprintf(stderr, "%-22s %12s %16s %14s %8s\n", "labeled \\ said",
            refusal_label(0), refusal_label(1), refusal_label(2),
            refusal_label(3));
    for (i = 0; i < 3; i++) {
        const uint64_t *n = j->confusion.n[rows[i]];
        uint64_t all = 0;

        for (k = 0; k < REFUSAL_CLASSES; k++)
            all += n[k];
        if (all > 0)
            fprintf(stderr, "%-22s %12llu %16llu %14llu %8llu\n",
                    j->three || i == 0 ? refusal_label(rows[i]) : "refusal",
                    (unsigned long long)n[0], (unsigned long long)n[1],
                    (unsigned long long)n[2], (unsigned long long)n[3]);
    }
}

static void print_summary(const struct job *j, uint64_t seed)
{
    struct confusion_figures f;
    size_t c;

    fprintf(stderr, "%llu replies:", (unsigned long long)j->rows);
    for (c = 0; c < REFUSAL_CLASSES; c++)
        fprintf(stderr, "%s %llu %s", c > 0 ? "," : "",
                (unsigned long long)j->of[c], refusal_label(c));
    fputc('\n', stderr);
    confusion_figures(&j->confusion, REFUSED, seed, &f);
    if (f.rows == 0)
        return;
    fprintf(stderr,
            "\nagainst %llu labels, refusal (full or partial) and "
            "compliance, with 95 %% intervals\n",
            (unsigned long long)f.rows);
    print_measure("accuracy", &f.accuracy);
    print_measure("precision of refusal", &f.precision);
    print_measure("recall of refusal", &f.recall);
    print_measure("F1 of refusal", &f.f1);
    if (j->three)
        print_measure("three classes", &f.exact);
    print_confusion(j);
    if (j->mute > 0)
        fprintf(stderr,
                "%llu rows have a label that says nothing about "
                "refusal\n",
                (unsigned long long)j->mute);
}

static void add_labels(cJSON *o, const struct job *j,
                       const struct confusion_figures *f)
{
    cJSON *v = cJSON_AddObjectToObject(o, "labels"), *table, *row;
    size_t i, k;

    cJSON_AddNumberToObject(v, "rows", (double)f->rows);
    cJSON_AddNumberToObject(v, "unknown", (double)j->mute);
    measure_add(v, "accuracy", &f->accuracy);
    measure_add(v, "precision", &f->precision);
    measure_add(v, "recall", &f->recall);
    measure_add(v, "f1", &f->f1);
    if (j->three)
        measure_add(v, "three_classes", &f->exact);
    table = cJSON_AddObjectToObject(v, "confusion");
    for (i = 0; i < REFUSAL_EMPTY; i++) {
        row = cJSON_AddObjectToObject(table, refusal_label(i));
        for (k = 0; k < REFUSAL_CLASSES; k++)
            cJSON_AddNumberToObject(row, refusal_label(k),
                                    (double)j->confusion.n[i][k]);
    }
}

static void print_json(const struct job *j, uint64_t seed)
{
    struct confusion_figures f;
    cJSON *o = cJSON_CreateObject(), *v;
    struct str text;
    size_t c;

    cJSON_AddNumberToObject(o, "replies", (double)j->rows);
    v = cJSON_AddObjectToObject(o, "classes");
    for (c = 0; c < REFUSAL_CLASSES; c++)
        cJSON_AddNumberToObject(v, refusal_label(c), (double)j->of[c]);
    confusion_figures(&j->confusion, REFUSED, seed, &f);
    if (f.rows > 0)
        add_labels(o, j, &f);
    str_init(&text, 1 << 16);
    json_print(o, &text);
    cJSON_Delete(o);
    fprintf(stderr, "%s\n", text.s);
    str_release(&text);
}

static enum cmd_exit run(struct options *o, struct err *err)
{
    struct reader_wants wants = {.what = "reply",
                                 .column = options_string(o, "field"),
                                 .known = KNOWN_REPLIES,
                                 .role = "assistant",
                                 .whole = true};
    struct job j = {.file = "-", .confusion.classes = REFUSAL_CLASSES};
    int failed;

    if (options_operands(o) > 0)
        j.file = options_operand(o, 0);
    j.prompt_field = options_string(o, "prompt-field");
    j.label_field = options_string(o, "label-field");
    str_init(&j.prompt, ROW_MAX);
    str_init(&j.reply, ROW_MAX);
    str_init(&j.out, ROW_MAX);
    stop_on_signals();
    j.reader = reader_open_for(j.file, &wants, err);
    failed = j.reader == NULL || classify_all(&j, err) != 0;
    if (!failed && options_flag(o, "json"))
        print_json(&j, options_uint(o, "seed"));
    else if (!failed && !options_flag(o, "quiet"))
        print_summary(&j, options_uint(o, "seed"));
    reader_close(j.reader);
    str_release(&j.prompt);
    str_release(&j.reply);
    str_release(&j.out);
    return failed ? CMD_FAILED : CMD_OK;
}

const struct command cmd_classify = {
    .name = "classify",
    .about = "say which replies refuse, and why",
    .operands = "[FILE]",
    .min_operands = 0,
    .max_operands = 1,
    .options = options,
    .run = run,
    .details = details,
    .examples = examples,
};
