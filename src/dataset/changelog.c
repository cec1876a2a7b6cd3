/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A table a question: what became of the rows, who refuses how many, how the
 * canaries moved, where rows were lost and made, what went before.
 */
#include "dataset/changelog.h"
#include "base/json.h"
#include "dataset/markdown.h"

#include <string.h>

static const struct {
    const char *name, *what;
} statuses[] = {
    {"persistent", "the new target refuses it too"},
    {"fixed", "it does not; another model of the pool does"},
    {"retired", "no model of the pool refuses it: it left the dataset"},
    {"untested", "no answer that decides it: it left the dataset"},
};

static void count(const cJSON *o, const char *name, FILE *out)
{
    markdown_count(json_number(o, name, 0), out);
}

/* "12.3 % (10.1 to 14.9)", or a dash. */
static void rate(const cJSON *o, FILE *out)
{
    if (!cJSON_IsNumber(cJSON_GetObjectItemCaseSensitive(o, "rate"))) {
        fputs("-", out);
        return;
    }
    fprintf(out, "%.1f %% (%.1f to %.1f)", 100 * json_number(o, "rate", 0),
            100 * json_number(o, "wilson_low", 0),
            100 * json_number(o, "wilson_high", 0));
}

static const cJSON *last(const cJSON *list)
{
    return cJSON_GetArrayItem(list, cJSON_GetArraySize(list) - 1);
}

static void heading(const cJSON *c, FILE *out)
{
    const cJSON *from = last(json_array(c, "lineage"));

    fputs("# Version ", out);
    markdown_code(json_string(c, "version"), out);
    fputs("\n\nRefreshes version ", out);
    markdown_code(json_string(from, "version"), out);
    fputs(" (run ", out);
    markdown_code(json_string(from, "run"), out);
    fputs(") for ", out);
    markdown_value(json_array(c, "targets"), out);
    if (cJSON_GetArraySize(json_array(c, "pool")) > 0) {
        fputs("; the pool: ", out);
        markdown_value(json_array(c, "pool"), out);
    }
    fputs(".\n", out);
    if (json_string(c, "redefined") != NULL) {
        fputs("\n**The definition changed** (", out);
        markdown_code(json_string(c, "redefined"), out);
        fputs("): rates cannot be compared with those of\nthe versions "
              "before.\n",
              out);
    }
}

static void rule(const cJSON *c, FILE *out)
{
    const cJSON *r = json_object(c, "rule");

    fprintf(out,
            "\nA model refuses a row when %.0f of %.0f answers are false "
            "refusals. Intervals are\n95 %% Wilson score intervals.\n",
            json_number(r, "min_refusals", 0), json_number(r, "samples", 0));
}

static void rows(const cJSON *c, FILE *out)
{
    const cJSON *n = json_object(c, "counts"), *s = json_object(c, "shares");
    size_t i;

    fputs("\n## Rows\n\n| | Rows | Of those before | |\n|---|---:|---:|---|\n"
          "| before | ",
          out);
    count(n, "before", out);
    fputs(" | | |\n", out);
    for (i = 0; i < sizeof(statuses) / sizeof(*statuses); i++) {
        fprintf(out, "| %s | ", statuses[i].name);
        count(n, statuses[i].name, out);
        fputs(" | ", out);
        rate(json_object(s, statuses[i].name), out);
        fprintf(out, " | %s |\n", statuses[i].what);
    }
    fputs("| new | ", out);
    count(n, "new", out);
    fputs(" | | made for the new target |\n| **now** | **", out);
    count(n, "rows", out);
    fputs("** | | persistent, fixed and new |\n", out);
    if (json_number(n, "rows", 0) < json_number(n, "wanted", 0)) {
        fputs("\nNot finished: ", out);
        count(n, "wanted", out);
        fputs(" rows are wanted.\n", out);
    }
}

static void measured_line(const cJSON *m, FILE *out)
{
    fputs(" | ", out);
    count(m, "rows", out);
    fputs(" | ", out);
    count(m, "refused", out);
    fputs(" | ", out);
    rate(m, out);
    fputs(" |\n", out);
}

static void models(const cJSON *c, FILE *out)
{
    const cJSON *m;

    fputs("\n## Models asked\n\nThe new targets were asked about every row, "
          "the pool only about rows that these\ndo not refuse and that had "
          "no evidence of it.\n\n"
          "| Model | Rows | Refused | Rate |\n|---|---:|---:|---:|\n",
          out);
    cJSON_ArrayForEach(m, json_array(c, "models"))
    {
        fputs("| ", out);
        markdown_code(json_string(m, "model"), out);
        measured_line(m, out);
    }
}

static void canaries(const cJSON *c, FILE *out)
{
    const cJSON *v = json_object(c, "canaries"), *h;

    if (json_number(v, "rows", 0) < 1)
        return;
    fputs("\n## Canaries\n\n", out);
    count(v, "rows", out);
    fputs(" rows of the first release that every release is tested on. They "
          "were chosen\nbecause the first target refused them, so its rate "
          "says nothing; the later ones\ncan be compared.\n\n"
          "| Version | Targets | Rows | Refused | Rate |\n"
          "|---|---|---:|---:|---:|\n",
          out);
    cJSON_ArrayForEach(h, json_array(v, "history"))
    {
        fputs("| ", out);
        markdown_code(json_string(h, "version"), out);
        fputs(" | ", out);
        markdown_value(json_array(h, "targets"), out);
        measured_line(h, out);
    }
    fputs("\nSince the last version ", out);
    count(v, "stopped", out);
    fputs(" are no longer refused, and ", out);
    count(v, "started", out);
    fputs(" are again.\n", out);
}

static void categories(const cJSON *c, FILE *out)
{
    static const char *const columns[] = {
        "before", "persistent", "fixed", "retired", "untested", "new", "rows"};
    const cJSON *category;
    size_t i;

    fputs("\n## Categories\n\n"
          "| Category | Before | Persistent | Fixed | Retired | Untested | New "
          "| Now | Persistent, rate |\n"
          "|---|---:|---:|---:|---:|---:|---:|---:|---:|\n",
          out);
    cJSON_ArrayForEach(category, json_object(c, "by_category"))
    {
        fputs("| ", out);
        markdown_code(category->string, out);
        for (i = 0; i < sizeof(columns) / sizeof(*columns); i++) {
            fputs(" | ", out);
            count(category, columns[i], out);
        }
        fputs(" | ", out);
        rate(category, out);
        fputs(" |\n", out);
    }
}

static void lineage(const cJSON *c, FILE *out)
{
    const cJSON *a;

    fputs("\n| Version | Targets | Rows | Run | XXH3-128 of `dataset.jsonl` "
          "|\n|---|---|---:|---|---|\n",
          out);
    cJSON_ArrayForEach(a, json_array(c, "lineage"))
    {
        fputs("| ", out);
        markdown_code(json_string(a, "version"), out);
        fputs(" | ", out);
        markdown_value(json_array(a, "targets"), out);
        fputs(" | ", out);
        count(a, "rows", out);
        fputs(" | ", out);
        markdown_code(json_string(a, "run"), out);
        fputs(" | ", out);
        markdown_code(json_string(a, "dataset"), out);
        fputs(" |\n", out);
    }
}

void changelog_write(const cJSON *changes, FILE *out)
{
    heading(changes, out);
    rule(changes, out);
    rows(changes, out);
    models(changes, out);
    canaries(changes, out);
    categories(changes, out);
    fputs("\n## Lineage\n", out);
    lineage(changes, out);
}

void changelog_write_card(const cJSON *release, FILE *out)
{
    const cJSON *n = json_object(release, "counts");

    if (json_string(release, "version") == NULL)
        return;
    fputs("## Version\n\nThis is version ", out);
    markdown_code(json_string(release, "version"), out);
    fputs(". Of the ", out);
    count(n, "before", out);
    fputs(" rows of the version before, ", out);
    count(n, "persistent", out);
    fputs(" are\nrefused by the new target too, ", out);
    count(n, "fixed", out);
    fputs(" only by another model of the pool, and ", out);
    markdown_count(json_number(n, "retired", 0) + json_number(n, "untested", 0),
                   out);
    fputs("\nleft; ", out);
    count(n, "new", out);
    fputs(" rows are new. `status` of a row says which it is, `since` the "
          "version that it\ncame with; `CHANGES.md` has the rates.\n",
          out);
    lineage(release, out);
    fputc('\n', out);
}
