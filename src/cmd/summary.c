/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One function a table.  Names come from graphs and configurations of others
 * and are made printable before they are shown.
 */
#include "cmd/summary.h"
#include "base/json.h"
#include "base/text.h"
#include "cmd/cmd.h"

#include <stdlib.h>
#include <string.h>

#define NAME_WIDTH 30 /* of a cell; two cells fit 80 columns */

static const char *count(double n, char text[40])
{
    struct str s;

    str_init(&s, 39);
    cmd_add_count(&s, n);
    memcpy(text, s.s, s.len + 1);
    str_release(&s);
    return text;
}

/* "name      123"; a name that is cut to the width of a cell ends in "..". */
static void cell(const char *name, double n, FILE *out)
{
    char digits[40];
    struct str s;

    str_init(&s, 4096);
    text_printable(name, &s);
    if (s.len > NAME_WIDTH)
        fprintf(out, "  %.*s.. %6s", NAME_WIDTH - 2, s.s, count(n, digits));
    else
        fprintf(out, "  %-*s %6s", NAME_WIDTH, s.s, count(n, digits));
    str_release(&s);
}

/* A number, or the sum of an object's numbers. */
static double total(const cJSON *v)
{
    const cJSON *item;
    double sum = 0;

    if (cJSON_IsNumber(v))
        return v->valuedouble;
    cJSON_ArrayForEach(item, v) sum +=
        cJSON_IsNumber(item) ? item->valuedouble : 0;
    return sum;
}

static int by_name(const void *a, const void *b)
{
    const cJSON *const *x = a, *const *y = b;

    return strcmp((*x)->string, (*y)->string);
}

/* All members of an object by name, in two columns read downwards. */
static void two_columns(const cJSON *object, FILE *out)
{
    size_t n = (size_t)cJSON_GetArraySize(object), half = (n + 1) / 2, i = 0;
    const cJSON **all = calloc(n + 1, sizeof(*all)), *v;

    if (all == NULL)
        return;
    cJSON_ArrayForEach(v, object) all[i++] = v;
    qsort(all, n, sizeof(*all), by_name);
    for (i = 0; i < half; i++) {
        cell(all[i]->string, total(all[i]), out);
        if (i + half < n)
            cell(all[i + half]->string, total(all[i + half]), out);
        fputc('\n', out);
    }
    free(all);
}

static void by_reason(const cJSON *counts, FILE *out)
{
    static const char *const outcomes[] = {"rejected", "dropped"};
    const cJSON *reasons = json_object(counts, "dropped_by_reason");
    double n = 0;
    size_t i;

    for (i = 0; i < sizeof(outcomes) / sizeof(*outcomes); i++)
        n += json_number(counts, outcomes[i], 0);
    if (n <= 0 || reasons == NULL)
        return;
    fputs("\nNot accepted, by reason\n", out);
    two_columns(reasons, out);
}

static void labels(const cJSON *counts, FILE *out)
{
    static const char *const names[] = {"harmless", "controversial"};
    double accepted = json_number(counts, "accepted", 0),
           all = json_number(counts, "candidates", 0);
    size_t i;

    fputs("Accepted\n", out);
    for (i = 0; i < sizeof(names) / sizeof(*names); i++) {
        cell(names[i], json_number(counts, names[i], 0), out);
        fputc('\n', out);
    }
    cell("rows", accepted, out);
    if (all > 0)
        fprintf(out, "  (%.1f %% of %.0f candidates)", 100 * accepted / all,
                all);
    fputc('\n', out);
}

static void shapes(const cJSON *counts, FILE *out)
{
    const cJSON *all = json_object(counts, "by_shape");

    if (all == NULL || cJSON_GetArraySize(all) < 2)
        return;
    fputs("\nBy shape\n", out);
    two_columns(all, out);
}

static void categories(const cJSON *counts, FILE *out)
{
    const cJSON *all = json_object(counts, "by_category");

    if (all == NULL || all->child == NULL)
        return;
    fprintf(out, "\nBy category (%d)\n", cJSON_GetArraySize(all));
    two_columns(all, out);
}

static void panel(const cJSON *manifest, FILE *out)
{
    const cJSON *p = json_object(manifest, "panel"), *judge, *n;
    const cJSON *alpha = cJSON_GetObjectItemCaseSensitive(p, "alpha");
    char a[40], b[40];
    struct str name;

    if (json_number(p, "items", 0) < 1)
        return;
    fprintf(out, "\n%-32s %12s %12s %12s\n", "Judges", "verdicts", "abstained",
            "reliability");
    cJSON_ArrayForEach(judge, json_array(p, "judges"))
    {
        n = json_object(judge, "verdicts");
        str_init(&name, 4096);
        text_printable(json_string(judge, "model"), &name);
        fprintf(out, "  %-*.*s %12s %12s %12.3f\n", NAME_WIDTH, NAME_WIDTH,
                name.s, count(total(n) - json_number(n, "abstain", 0), a),
                count(json_number(n, "abstain", 0), b),
                json_number(judge, "reliability", 0));
        str_release(&name);
    }
    if (cJSON_IsNumber(alpha))
        fprintf(out,
                "  They agree with Krippendorff's alpha %.3f over %s "
                "wordings.\n",
                alpha->valuedouble, count(json_number(p, "items", 0), a));
}

static void first_look(const cJSON *manifest, FILE *out)
{
    const cJSON *l = json_object(manifest, "first_look");
    double checked = json_number(l, "checked", 0);
    char a[40], b[40];

    if (l == NULL)
        return;
    fprintf(out, "\nFirst look: %s of %s targets passed over as answering",
            count(json_number(l, "answered", 0) - checked, a),
            count(json_number(l, "looked", 0), b));
    if (checked > 0)
        fprintf(out,
                ";\n  of %s checked, %s did (%.1f %%, 95 %% interval from "
                "%.1f)",
                count(checked, a), count(json_number(l, "agreed", 0), b),
                100 * json_number(l, "agreement", 0),
                100 * json_number(l, "wilson_low", 0));
    if (json_number(l, "unread", 0) > 0)
        fprintf(out, ";\n  %s sent no logprobs",
                count(json_number(l, "unread", 0), a));
    fputs(".\n", out);
}

static void refusal_judge(const cJSON *manifest, FILE *out)
{
    const cJSON *j = json_object(manifest, "refusal_judge");
    char a[40], b[40], c[40], d[40];

    if (j == NULL)
        return;
    fprintf(out,
            "\nRefusal judge: asked about %s of %s answers; it decided %s "
            "otherwise than the\n  classifier, and could not be read for "
            "%s.\n",
            count(json_number(j, "asked", 0), a),
            count(json_number(j, "answers", 0), b),
            count(json_number(j, "changed", 0), c),
            count(json_number(j, "unread", 0), d));
}

static void calls(const cJSON *manifest, FILE *out)
{
    const cJSON *all = json_object(manifest, "calls"), *agent;
    double n = 0, in = 0, back = 0;
    char a[40], b[40], c[40];

    if (all == NULL || all->child == NULL)
        return;
    fprintf(out, "\n%-20s %12s %14s %14s\n", "Calls by agent", "calls",
            "tokens in", "tokens out");
    cJSON_ArrayForEach(agent, all)
    {
        double calls_n = json_number(agent, "calls", 0),
               tokens_in = json_number(agent, "tokens_in", 0),
               tokens_out = json_number(agent, "tokens_out", 0);

        fprintf(out, "  %-18.18s %12s %14s %14s\n", agent->string,
                count(calls_n, a), count(tokens_in, b), count(tokens_out, c));
        n += calls_n;
        in += tokens_in;
        back += tokens_out;
    }
    fprintf(out, "  %-18s %12s %14s %14s\n", "all", count(n, a), count(in, b),
            count(back, c));
}

/* What went over the network, earlier sessions included. */
static void paid(const cJSON *manifest, FILE *out)
{
    const cJSON *all = json_array(manifest, "paid"), *line;
    double cost = json_number(manifest, "cost", 0);
    char a[40], b[40], c[40];
    struct str s;

    if (all == NULL || all->child == NULL)
        return;
    fprintf(out, "\n%-33s %9s %12s %12s %9s\n", "Over the network", "calls",
            "tokens in", "tokens out", "US$");
    cJSON_ArrayForEach(line, all)
    {
        str_init(&s, 4096);
        text_printable(json_string(line, "model"), &s);
        fprintf(out, "  %-13.13s %-17.17s %9s %12s %12s %9.4f\n",
                json_string(line, "agent"), s.s,
                count(json_number(line, "calls", 0), a),
                count(json_number(line, "tokens_in", 0), b),
                count(json_number(line, "tokens_out", 0), c),
                json_number(line, "cost", 0));
        str_release(&s);
    }
    fprintf(out, "  %-31s %9s %12s %12s %9.4f\n", "all",
            count(json_number(manifest, "paid_calls", 0), a), "", "", cost);
}

static void diversity(const cJSON *manifest, FILE *out)
{
    const cJSON *d = json_object(manifest, "diversity");

    if (d == NULL || json_number(d, "sample", 0) < 2)
        return;
    fprintf(out,
            "\nDiversity of %.0f rows: Dist-2 %.3f, Self-BLEU-4 %.3f (see "
            "\"phgen help stats\")\n",
            json_number(d, "sample", 0), json_number(d, "dist2", 0),
            json_number(d, "self_bleu4", 0));
}

/* "12.3 s" or "250 ms", to see at a glance. */
static const char *duration(double ms, char text[24])
{
    if (ms >= 10000)
        snprintf(text, 24, "%.1f s", ms / 1000);
    else
        snprintf(text, 24, ms < 10 ? "%.1f ms" : "%.0f ms", ms);
    return text;
}

/* What the servers did in this session, a row a base URL. */
static void servers(const struct net *net, FILE *out)
{
    char calls[40], attempts[40], retries[40], p50[24], p90[24], p99[24],
        waited[24];
    struct net_stats st;
    struct str s;
    size_t i;

    for (i = 0; net_stats(net, i, &st); i++) {
        if (i == 0)
            fprintf(out, "\n%-12s %8s %9s %8s %8s %8s %8s %9s\n", "Servers",
                    "calls", "attempts", "retries", "p50", "p90", "p99",
                    "waited");
        str_init(&s, 4096);
        text_printable(st.model, &s);
        if (strncmp(st.model, st.url, strlen(st.url)) != 0) {
            str_adds(&s, " at ");
            text_printable(st.url, &s);
        }
        fprintf(out, "  %.77s\n", s.s);
        str_release(&s);
        fprintf(out, "  %-10s %8s %9s %8s %8s %8s %8s %9s\n", "",
                count((double)st.calls, calls),
                count((double)st.attempts, attempts),
                count((double)st.retries, retries), duration(st.ms_p50, p50),
                duration(st.ms_p90, p90), duration(st.ms_p99, p99),
                duration(st.waited_ms, waited));
    }
}

void summary_print(const cJSON *manifest, const struct net *net,
                   const char *folder, FILE *out)
{
    const cJSON *counts = json_object(manifest, "counts");
    double seconds = json_number(manifest, "seconds", -1);
    struct str s;

    labels(counts, out);
    shapes(counts, out);
    categories(counts, out);
    by_reason(counts, out);
    panel(manifest, out);
    first_look(manifest, out);
    refusal_judge(manifest, out);
    calls(manifest, out);
    paid(manifest, out);
    servers(net, out);
    diversity(manifest, out);
    str_init(&s, 1 << 16);
    if (seconds >= 0) {
        str_adds(&s, "Time ");
        cmd_add_duration(&s, seconds);
        str_adds(&s, ". ");
    }
    str_addf(&s,
             "Files in %s: dataset.jsonl, rejected.jsonl, manifest.json, "
             "README.md",
             folder);
    cmd_print_text(s.s, out);
    fputc('\n', out);
    str_release(&s);
}
