/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * `phgen diff`: two runs or two evaluations side by side.  What differs is
 * run/diff.h's to say; here it is printed.
 */
#include "base/json.h"
#include "base/text.h"
#include "cmd/cmd.h"
#include "cmd/eval_table.h"
#include "run/diff.h"

#include <string.h>

#define NAME_WIDTH  26
#define VALUE_WIDTH 25
#define LINES_MAX   10 /* of a list; --json has all */

static const struct option_row options[] = {
    {"json", 0, OPTION_FLAG, NULL, 0, 0, NULL,
     "Print JSON, with every row that changed.", 0},
    CMD_ROW_HELP,
    {0},
};

static const char *const details[] = {
    "Compares the folders of two runs or of two evaluations: which rows both "
    "have (by id), what was configured differently, how counts and categories "
    "differ, and what changed on the shared rows.",
    "Of evaluations: refusals by label, of each model and variant that both "
    "have, or of the only one of each; of runs: controversial rows, refusals "
    "and partial refusals by the first target. Rates have Wilson intervals; "
    "changes on shared rows have paired bootstrap intervals and McNemar's "
    "exact test with Holm's correction. docs/eval.md says more.",
    NULL,
};

static const struct example examples[] = {
    {"diff output/eval-old output/eval-new", "What a new model changed."},
    {"diff output/v1 output/v2 --json", "Two versions of a set, for a script."},
    {NULL, NULL},
};

static void print_cut(const char *text, int width)
{
    struct str cell;

    str_init(&cell, 1 << 20);
    text_printable(text != NULL ? text : "", &cell);
    str_cut(&cell, text_cut(cell.s, cell.len, (size_t)width));
    printf("%-*s", width, cell.s);
    str_release(&cell);
}

static bool is_counts(const cJSON *object)
{
    const cJSON *n;

    cJSON_ArrayForEach(n, object)
    {
        if (!cJSON_IsNumber(n))
            return false;
    }
    return cJSON_IsObject(object);
}

/* The counts of a category: "18 harmless, 5 controversial". */
static void add_counts(const cJSON *object, struct str *out)
{
    const cJSON *n;

    cJSON_ArrayForEach(n, object)
    {
        str_addf(out, "%s%.0f %s", n != object->child ? ", " : "",
                 n->valuedouble, n->string);
    }
}

/* A string as it is, another value as JSON, nothing as "-". */
static void print_value(const cJSON *v)
{
    struct str text;

    str_init(&text, 1 << 20);
    if (v == NULL || cJSON_IsNull(v))
        str_addc(&text, '-');
    else if (cJSON_IsString(v))
        str_adds(&text, v->valuestring);
    else if (is_counts(v))
        add_counts(v, &text);
    else
        json_print(v, &text);
    print_cut(text.s, VALUE_WIDTH);
    str_release(&text);
}

static void print_head(const cJSON *d)
{
    static const char *const sides[] = {"a", "b"};
    const cJSON *rows = json_object(d, "rows"), *side;
    size_t i;

    for (i = 0; i < 2; i++) {
        side = json_object(d, sides[i]);
        printf("%s  ", i == 0 ? "A" : "B");
        cmd_print_text(json_string(side, "folder"), stdout);
        printf(": %s, %.0f rows\n", json_string(d, "kind"),
               json_number(side, "rows", 0));
    }
    printf("%.0f rows are in both, %.0f in A only, %.0f in B only\n",
           json_number(rows, "shared", 0), json_number(rows, "only_a", 0),
           json_number(rows, "only_b", 0));
}

static void print_list(const cJSON *d, const char *member, const char *title)
{
    const cJSON *list = json_array(d, member), *o;
    int n = cJSON_GetArraySize(list), shown = 0;

    if (n == 0)
        return;
    printf("\n%-*s %-*s B\n", NAME_WIDTH, title, VALUE_WIDTH, "A");
    cJSON_ArrayForEach(o, list)
    {
        if (shown++ == LINES_MAX)
            break;
        print_cut(json_string(o, "name"), NAME_WIDTH);
        fputc(' ', stdout);
        print_value(cJSON_GetObjectItemCaseSensitive(o, "a"));
        fputc(' ', stdout);
        print_value(cJSON_GetObjectItemCaseSensitive(o, "b"));
        fputc('\n', stdout);
    }
    if (n > LINES_MAX)
        printf("and %d more\n", n - LINES_MAX);
}

static void print_change(const cJSON *shared)
{
    if (shared == NULL) {
        printf("  %s\n", "no shared rows");
        return;
    }
    printf("  %+.1f (%+.1f to %+.1f) of %.0f, p %.2g%s\n",
           100 * json_number(shared, "change", 0),
           100 * json_number(shared, "low", 0),
           100 * json_number(shared, "high", 0), json_number(shared, "rows", 0),
           json_number(shared, "p_holm", 1),
           json_number(shared, "p_holm", 1) < 0.05 ? " !" : "");
}

static void print_measure(const cJSON *m, const char *last)
{
    const cJSON *a = json_object(m, "a"), *b = json_object(m, "b");
    const char *name = json_string(a, "name"), *other = json_string(b, "name");
    char text[EVAL_SHARE];

    if (last == NULL || strcmp(last, name) != 0) {
        cmd_print_text(name, stdout);
        if (strcmp(name, other) != 0) {
            fputs(" -> ", stdout);
            cmd_print_text(other, stdout);
        }
        fputc('\n', stdout);
    }
    fputs("  ", stdout);
    print_cut(json_string(m, "label"), 13);
    eval_table_share(a, "rate", "wilson_low", "wilson_high", text);
    printf(" %16s", text);
    eval_table_share(b, "rate", "wilson_low", "wilson_high", text);
    printf(" %16s\n%15s", text, "");
    print_change(json_object(m, "shared"));
}

static void print_measures(const cJSON *d)
{
    const cJSON *list = json_array(d, "measures"), *m;
    const char *last = NULL;

    if (cJSON_GetArraySize(list) == 0) {
        puts("\nNo model and variant is in both.");
        return;
    }
    printf("\nIn percent of rows%15s%17s\n", "A", "B");
    puts("and below it the change on shared rows, with p by Holm");
    cJSON_ArrayForEach(m, list)
    {
        print_measure(m, last);
        last = json_string(json_object(m, "a"), "name");
    }
    puts("! p below 0.05");
}

static void print_changed(const cJSON *d)
{
    const cJSON *list = json_array(d, "changed"), *o;
    int n = cJSON_GetArraySize(list), shown = 0;
    const char *last = "";

    if (n == 0)
        return;
    printf("\n%d changed on shared rows\n", n);
    cJSON_ArrayForEach(o, list)
    {
        if (shown++ == LINES_MAX)
            break;
        if (strcmp(last, json_string(o, "measure")) != 0) {
            last = json_string(o, "measure");
            cmd_print_text(last, stdout);
            fputc('\n', stdout);
        }
        fputs("  ", stdout);
        print_cut(json_string(o, "a"), 8);
        fputs(" -> ", stdout);
        print_cut(json_string(o, "b"), 8);
        fputc(' ', stdout);
        print_cut(json_string(o, "prompt"), 55);
        fputc('\n', stdout);
    }
    if (n > LINES_MAX)
        printf("  and %d more (--json)\n", n - LINES_MAX);
}

static enum cmd_exit run(struct options *o, struct err *err)
{
    cJSON *d = diff_make(options_operand(o, 0), options_operand(o, 1), err);

    if (d == NULL)
        return CMD_FAILED;
    if (options_flag(o, "json"))
        return cmd_print_json(d, err) == 0 ? CMD_OK : CMD_FAILED;
    print_head(d);
    print_list(d, "config", "Configured differently");
    print_list(d, "counts", "Counts");
    print_list(d, "categories", "Categories");
    print_measures(d);
    print_changed(d);
    cJSON_Delete(d);
    return CMD_OK;
}

const struct command cmd_diff = {
    .name = "diff",
    .about = "compare two runs or two evaluations",
    .operands = "A B",
    .min_operands = 2,
    .max_operands = 2,
    .options = options,
    .run = run,
    .details = details,
    .examples = examples,
};
