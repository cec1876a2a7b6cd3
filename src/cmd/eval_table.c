/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One function a table.  Names of models and categories come from files of
 * others, and are made printable.
 */
#include "cmd/eval_table.h"
#include "base/str.h"
#include "base/text.h"
#include "cmd/cmd.h"

#include <stdlib.h>
#include <string.h>

#define NAME_WIDTH 26
#define PAIRS_MAX  60 /* lines of comparisons; the file has all */
#define PLAIN      "plain"
#define WORST_MAX  3 /* categories of a model */

static const char *const labels[] = {"harmless", "controversial", "harmful"};

static void name(const char *text, int width, FILE *out)
{
    struct str s;

    str_init(&s, 4096);
    text_printable(text != NULL ? text : "", &s);
    str_cut(&s, text_cut(s.s, s.len, (size_t)width));
    fprintf(out, "%-*s", width, s.s);
    str_release(&s);
}

/* The model, or below it "  + variant"; what is too long, as the address of a
 * server is, gets a line of its own. */
static void subject(const cJSON *r, int width, FILE *out)
{
    const char *variant = json_string(r, "variant"),
               *model = json_string(r, "model");
    bool first = variant == NULL || strcmp(variant, PLAIN) == 0;
    struct str s;

    str_init(&s, 1 << 16);
    str_adds(&s, first ? "" : "  + ");
    text_printable(first ? model != NULL ? model : "" : variant, &s);
    fprintf(out, "%-*s", width, s.s);
    if (s.len > (size_t)width)
        fprintf(out, "\n%-*s", width, "");
    str_release(&s);
}

/* Whole where it is whole, so that a column stays narrow. */
static const char *percents(double share, char text[16])
{
    if (share >= 1)
        snprintf(text, 16, "100");
    else
        snprintf(text, 16, "%.1f", 100 * share);
    return text;
}

void eval_table_share(const cJSON *figures, const char *rate, const char *low,
                      const char *high, char text[EVAL_SHARE])
{
    double r = json_number(figures, rate, -1);
    char a[16], b[16], c[16];

    if (r < 0)
        snprintf(text, EVAL_SHARE, "-");
    else
        snprintf(text, EVAL_SHARE, "%s (%s-%s)", percents(r, a),
                 percents(json_number(figures, low, 0), b),
                 percents(json_number(figures, high, 1), c));
}

static void print_head(const cJSON *summary, FILE *out)
{
    const cJSON *config = json_object(summary, "config"), *set;
    const char *kind;

    fprintf(out, "%.0f rows, %.0f answer%s each\n",
            json_number(summary, "rows", 0), json_number(config, "samples", 0),
            json_number(config, "samples", 0) > 1 ? "s" : "");
    cJSON_ArrayForEach(set, json_array(config, "data"))
    {
        kind = json_string(set, "kind");
        fputs("  ", out);
        name(json_string(set, "set"), 32, out);
        fprintf(out, " %6.0f rows", json_number(set, "rows", 0));
        if (json_number(set, "duplicates", 0) > 0)
            fprintf(out, ", %.0f more that were there before",
                    json_number(set, "duplicates", 0));
        fprintf(out, "; %s\n", kind != NULL ? kind : "");
    }
}

static void print_rate_row(const cJSON *r, bool *starred, FILE *out)
{
    bool front = json_bool(json_object(r, "tradeoff"), "front", false);
    const cJSON *by = json_object(r, "by_label");
    char text[EVAL_SHARE];
    size_t i;

    subject(r, NAME_WIDTH, out);
    for (i = 0; i < 3; i++) {
        eval_table_share(json_object(by, labels[i]), "rate", "wilson_low",
                         "wilson_high", text);
        fprintf(out, " %16s", text);
    }
    fputs(front ? " *\n" : "\n", out);
    *starred |= front;
}

static void print_rates(const cJSON *results, FILE *out)
{
    bool starred = false;
    const cJSON *r;
    size_t i;

    fprintf(out,
            "\nRows refused, in percent, with 95 %% Wilson intervals over "
            "rows\n%-*s",
            NAME_WIDTH, "");
    for (i = 0; i < 3; i++)
        fprintf(out, " %16s", labels[i]);
    fputc('\n', out);
    cJSON_ArrayForEach(r, results)
    {
        print_rate_row(r, &starred, out);
    }
    if (starred)
        fputs("* no other refuses fewer harmless and more harmful rows\n", out);
}

/* Of harmless and controversial rows, which nobody should refuse outright. */
static double of_benign(const cJSON *result, const char *list,
                        const char *member)
{
    const cJSON *by = json_object(result, "by_label"), *o;
    double sum = 0;
    size_t i;

    for (i = 0; i < 2; i++) {
        o = json_object(by, labels[i]);
        sum += json_number(list != NULL ? json_object(o, list) : o, member, 0);
    }
    return sum;
}

static double percent(const cJSON *o, const char *member)
{
    return 100 * json_number(o, member, 0);
}

/* A share without its interval; "-" when there are no rows. */
static void print_share(const cJSON *o, const char *member, int width,
                        FILE *out)
{
    double share = json_number(o, member, -1);

    if (share < 0)
        fprintf(out, " %*s", width, "-");
    else
        fprintf(out, " %*.1f", width, 100 * share);
}

static void print_kinds(const cJSON *results, FILE *out)
{
    const cJSON *r, *by, *useful;
    size_t i;

    fprintf(out,
            "\nPartial refusals, and useful safety (docs/eval.md), in "
            "percent of rows\n%-*s %9s %9s %9s %10s %10s\n",
            NAME_WIDTH, "", "partial,", "contro-", "harmful", "useful,",
            "useful,");
    fprintf(out, "%-*s %9s %9s %9s %10s %10s\n", NAME_WIDTH, "", "harmless",
            "versial", "", "harmless", "harmful");
    cJSON_ArrayForEach(r, results)
    {
        by = json_object(r, "by_label");
        useful = json_object(r, "useful_safety");
        subject(r, NAME_WIDTH, out);
        for (i = 0; i < 3; i++)
            print_share(json_object(by, labels[i]), "partial_rate", 9, out);
        print_share(json_object(useful, "harmless"), "rate", 10, out);
        print_share(json_object(useful, "harmful"), "rate", 10, out);
        fputc('\n', out);
    }
}

static void print_reasons(const cJSON *results, FILE *out)
{
    static const char *const reasons[] = {"ethical", "provider-filter",
                                          "capability", "missing-info"};
    const cJSON *r;
    size_t i;

    fprintf(out,
            "\nWhy answers to harmless and controversial rows refuse; the "
            "last two are no\nfalse refusals\n%-*s",
            NAME_WIDTH, "");
    for (i = 0; i < 4; i++)
        fprintf(out, " %*s", i == 1 ? 15 : 11, reasons[i]);
    fputc('\n', out);
    cJSON_ArrayForEach(r, results)
    {
        subject(r, NAME_WIDTH, out);
        for (i = 0; i < 4; i++)
            fprintf(out, " %*.0f", i == 1 ? 15 : 11,
                    of_benign(r, "reasons", reasons[i]));
        fputc('\n', out);
    }
}

/* --- categories --- */

static int by_rate(const void *a, const void *b)
{
    const cJSON *x = *(const cJSON *const *)a, *y = *(const cJSON *const *)b;
    double p = json_number(x, "wilson_low", 0),
           q = json_number(y, "wilson_low", 0);

    if (p > q || p < q)
        return p > q ? -1 : 1;
    return strcmp(json_string(x, "category"), json_string(y, "category"));
}

/* `*begun` says that the title stands. */
static void print_worst_of(const cJSON *result, bool *begun, FILE *out)
{
    const cJSON *list = json_array(result, "by_category"), *c;
    const cJSON **all =
        calloc((size_t)cJSON_GetArraySize(list) + 1, sizeof(*all));
    size_t n = 0, i;
    char text[EVAL_SHARE];

    if (all == NULL)
        return;
    cJSON_ArrayForEach(c, list)
    {
        const char *label = json_string(c, "label");

        if (label != NULL && strcmp(label, "harmless") == 0 &&
            json_string(c, "category") != NULL &&
            json_number(c, "refused", 0) > 0)
            all[n++] = c;
    }
    qsort(all, n, sizeof(*all), by_rate);
    if (n > 0 && !*begun)
        fputs("\nHarmless categories that are refused most, by the lower "
              "end\n",
              out);
    *begun |= n > 0;
    for (i = 0; i < n && i < WORST_MAX; i++) {
        if (i == 0)
            subject(result, NAME_WIDTH, out);
        else
            fprintf(out, "%-*s", NAME_WIDTH, "");
        fputs("  ", out);
        name(json_string(all[i], "category"), 32, out);
        eval_table_share(all[i], "rate", "wilson_low", "wilson_high", text);
        fprintf(out, " %18s\n", text);
    }
    free(all);
}

static void print_worst(const cJSON *results, FILE *out)
{
    const cJSON *r;
    bool begun = false;

    cJSON_ArrayForEach(r, results)
    {
        print_worst_of(r, &begun, out);
    }
}

/* --- comparisons --- */

static void whole_name(const cJSON *side, FILE *out)
{
    const char *variant = json_string(side, "variant");

    cmd_print_text(json_string(side, "model"), out);
    if (variant != NULL && strcmp(variant, PLAIN) != 0) {
        fputs(" + ", out);
        cmd_print_text(variant, out);
    }
}

static void print_pair(const cJSON *p, FILE *out)
{
    char text[64];

    fputs("  ", out);
    name(json_string(p, "label"), 14, out);
    snprintf(text, sizeof(text), "%+.1f (%+.1f to %+.1f)",
             percent(p, "difference"), percent(p, "low"), percent(p, "high"));
    fprintf(out, "%28s %6.0f rows  p %.2g%s\n", text, json_number(p, "rows", 0),
            json_number(p, "p_holm", 1),
            json_number(p, "p_holm", 1) < 0.05 ? " !" : "");
}

static bool same_pair(const cJSON *p, const cJSON *q)
{
    return q != NULL &&
           cJSON_Compare(json_object(p, "a"), json_object(q, "a"), true) &&
           cJSON_Compare(json_object(p, "b"), json_object(q, "b"), true);
}

void eval_table_print_pairs(const cJSON *comparisons, FILE *out)
{
    const cJSON *list = json_array(comparisons, "pairs"), *p, *last = NULL;
    int n = cJSON_GetArraySize(list), shown = 0;

    if (n == 0)
        return;
    fprintf(out,
            "\nDifferences in refusal, in percent points of the shared rows, "
            "with paired\nbootstrap intervals; p of McNemar's exact test by "
            "Holm over all %d tests\n",
            n);
    cJSON_ArrayForEach(p, list)
    {
        if (shown++ == PAIRS_MAX)
            break;
        if (!same_pair(p, last)) {
            whole_name(json_object(p, "a"), out);
            fputs(" less ", out);
            whole_name(json_object(p, "b"), out);
            fputc('\n', out);
        }
        print_pair(p, out);
        last = p;
    }
    if (n > PAIRS_MAX)
        fprintf(out, "and %d more\n", n - PAIRS_MAX);
    fputs("! p below 0.05\n", out);
}

void eval_table_print(const cJSON *summary, FILE *out)
{
    const cJSON *results = json_array(summary, "results");

    print_head(summary, out);
    print_rates(results, out);
    print_kinds(results, out);
    print_reasons(results, out);
    print_worst(results, out);
    eval_table_print_pairs(json_object(summary, "comparisons"), out);
}
