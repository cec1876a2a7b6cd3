/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One function a table.  A member that is missing or of another type leaves
 * its row or column out: absent is not zero.
 */
#include "dataset/figures.h"
#include "base/json.h"
#include "dataset/markdown.h"

#include <stdbool.h>

static const struct {
    const char *member, *title;
} roles[] = {
    {"generator", "Generator"},
    {"judges", "Judges"},
    {"targets", "Targets"},
    {"witness", "Witness"},
    {"answer_judge", "Answer judge"},
    {"orchestrator", "Orchestrator"},
    {"refusal_judge", "Refusal judge"},
};

static const struct {
    const char *member, *title;
} call_columns[] = {
    {"calls", "Calls"},           {"replayed", "Replayed"},
    {"failed", "Failed"},         {"tokens_in", "Tokens in"},
    {"tokens_out", "Tokens out"},
};

static const struct {
    const char *member, *title;
} stages[] = {
    {"candidates", "Candidates begun"},
    {"accepted", "Accepted"},
    {"harmless", "- of them harmless"},
    {"controversial", "- of them controversial"},
    {"withheld", "- of them withheld: people find them harmful"},
    {"rejected", "Rejected"},
};

static void models(const cJSON *manifest, FILE *out)
{
    const cJSON *m = json_object(manifest, "models");
    size_t i;

    if (m == NULL)
        return;
    fputs("### Models\n\n| Agent | Model |\n|---|---|\n", out);
    for (i = 0; i < sizeof(roles) / sizeof(*roles); i++) {
        const cJSON *v = cJSON_GetObjectItemCaseSensitive(m, roles[i].member);

        if (v == NULL)
            continue;
        fprintf(out, "| %s | ", roles[i].title);
        markdown_value(v, out);
        fputs(" |\n", out);
    }
    fputc('\n', out);
}

/* A table of an object's members, as they come. */
static void pairs(const cJSON *object, const char *title, const char *left,
                  const char *right, FILE *out)
{
    const cJSON *v;

    if (object == NULL || object->child == NULL)
        return;
    fprintf(out, "### %s\n\n| %s | %s |\n|---|---|\n", title, left, right);
    cJSON_ArrayForEach(v, object)
    {
        fputs("| ", out);
        markdown_code(v->string, out);
        fputs(" | ", out);
        markdown_value(v, out);
        fputs(" |\n", out);
    }
    fputc('\n', out);
}

/* The same for an object of counts. */
static void tallies(const cJSON *object, const char *title, const char *left,
                    const char *right, FILE *out)
{
    const cJSON *v;

    if (object == NULL || object->child == NULL)
        return;
    fprintf(out, "### %s\n\n| %s | %s |\n|---|---:|\n", title, left, right);
    cJSON_ArrayForEach(v, object)
    {
        if (!cJSON_IsNumber(v))
            continue;
        fputs("| ", out);
        markdown_code(v->string, out);
        fputs(" | ", out);
        markdown_count(json_number(object, v->string, 0), out);
        fputs(" |\n", out);
    }
    fputc('\n', out);
}

static void counts(const cJSON *manifest, FILE *out)
{
    const cJSON *c = json_object(manifest, "counts");
    size_t i;

    if (c == NULL)
        return;
    fputs("### Counts\n\n| Stage | Candidates |\n|---|---:|\n", out);
    for (i = 0; i < sizeof(stages) / sizeof(*stages); i++) {
        double n = json_number(c, stages[i].member, -1);

        if (n < 0)
            continue;
        fprintf(out, "| %s | ", stages[i].title);
        markdown_count(n, out);
        fputs(" |\n", out);
    }
    fputc('\n', out);
    tallies(json_object(c, "dropped_by_reason"), "Dropped, by reason", "Reason",
            "Candidates", out);
    tallies(json_object(c, "by_shape"), "Accepted, by shape", "Shape", "Rows",
            out);
    tallies(json_object(c, "rounds"), "Accepted, by round", "Round", "Rows",
            out);
}

static void categories(const cJSON *manifest, FILE *out)
{
    const cJSON *all =
        json_object(json_object(manifest, "counts"), "by_category");
    const cJSON *c;

    if (all == NULL || all->child == NULL)
        return;
    fputs("### Categories\n\nThe taxonomy is that of SORRY-Bench and "
          "FalseReject. A category names what a\nprompt looks like, not "
          "what it asks for.\n\n"
          "| Category | Harmless | Controversial |\n|---|---:|---:|\n",
          out);
    cJSON_ArrayForEach(c, all)
    {
        fputs("| ", out);
        markdown_code(c->string, out);
        fputs(" | ", out);
        markdown_count(json_number(c, "harmless", 0), out);
        fputs(" | ", out);
        markdown_count(json_number(c, "controversial", 0), out);
        fputs(" |\n", out);
    }
    fputc('\n', out);
}

static void verdict_row(const cJSON *judge, FILE *out)
{
    static const char *const verdicts[] = {"harmless", "controversial",
                                           "harmful", "abstain"};
    const cJSON *n = json_object(judge, "verdicts");
    const cJSON *r = json_object(judge, "recognises");
    size_t i;

    fputs("| ", out);
    markdown_code(json_string(judge, "model"), out);
    fputs(" | ", out);
    markdown_code(json_string(judge, "form"), out);
    for (i = 0; i < 4; i++) {
        fputs(" | ", out);
        markdown_count(json_number(n, verdicts[i], 0), out);
    }
    fprintf(out, " | %.3f | %.2f, %.2f, %.2f |\n",
            json_number(judge, "reliability", 0), json_number(r, "harmless", 0),
            json_number(r, "controversial", 0), json_number(r, "harmful", 0));
}

static void panel(const cJSON *manifest, FILE *out)
{
    const cJSON *p = json_object(manifest, "panel"), *judge;

    if (p == NULL || json_number(p, "items", 0) < 1)
        return;
    fputs("### Judges\n\n", out);
    markdown_count(json_number(p, "items", 0), out);
    fputs(" wordings were judged, those of rejected candidates and earlier "
          "rounds too.\nKrippendorff's alpha (nominal) of the panel: ",
          out);
    if (cJSON_IsNumber(cJSON_GetObjectItemCaseSensitive(p, "alpha")))
        fprintf(out, "%.3f", json_number(p, "alpha", 0));
    else
        fputs("not defined", out);
    fputs(" (1 is perfect,\n0 what chance would give).\n\n"
          "| Judge | Form | Harmless | Controversial | Harmful | Abstain | "
          "Reliability | Recognises |\n"
          "|---|---|---:|---:|---:|---:|---:|---|\n",
          out);
    cJSON_ArrayForEach(judge, json_array(p, "judges")) verdict_row(judge, out);
    fputs("\nReliability is the probability that a verdict is the right one, "
          "by the model of\nDawid and Skene (1979), from the votes alone; "
          "\"recognises\" is the same for what\nis truly harmless, "
          "controversial and harmful. No person's judgement is in it:\njudges "
          "that share a blind spot look better than they are.\n\n",
          out);
}

static void first_look(const cJSON *manifest, FILE *out)
{
    const cJSON *l = json_object(manifest, "first_look");

    if (l == NULL)
        return;
    fputs("### First look\n\nTargets whose answer opens with a refusal with "
          "a probability of less than\n",
          out);
    fprintf(out, "%g by its first tokens were passed over: ",
            json_number(l, "threshold", 0));
    markdown_count(json_number(l, "answered", 0), out);
    fputs(" of ", out);
    markdown_count(json_number(l, "looked", 0), out);
    fputs(". Of these,\n", out);
    markdown_count(json_number(l, "checked", 0), out);
    fputs(" were sampled all the same, and ", out);
    markdown_count(json_number(l, "agreed", 0), out);
    fprintf(out,
            " did answer (95 %% Wilson interval of\nthat share: %.3f to "
            "%.3f).\n\n",
            json_number(l, "wilson_low", 0), json_number(l, "wilson_high", 0));
}

static void refusal_judge(const cJSON *manifest, FILE *out)
{
    const cJSON *j = json_object(manifest, "refusal_judge");

    if (j == NULL)
        return;
    fputs("### Refusal judge\n\nWhere the embedded classifier of refusals was "
          "less sure than ",
          out);
    fprintf(out, "%g, the refusal\njudge was asked: about ",
            json_number(j, "unsure", 0));
    markdown_count(json_number(j, "asked", 0), out);
    fputs(" of ", out);
    markdown_count(json_number(j, "answers", 0), out);
    fputs(" answers. Its verdict was another\nthan the classifier's for ", out);
    markdown_count(json_number(j, "changed", 0), out);
    fputs(" and could not be read for ", out);
    markdown_count(json_number(j, "unread", 0), out);
    fputs(", where the\nclassifier's stands.\n\n", out);
}

/* Columns that no agent has are left out: absent is not zero. */
static bool has_column(const cJSON *calls, const char *member)
{
    const cJSON *c;

    cJSON_ArrayForEach(c, calls) if (cJSON_GetObjectItemCaseSensitive(
                                         c, member) != NULL) return true;
    return false;
}

static void call_row(const cJSON *calls, const cJSON *c, FILE *out)
{
    size_t i;

    if (c != NULL)
        markdown_code(c->string, out);
    else
        fputs("Agent", out);
    for (i = 0; i < sizeof(call_columns) / sizeof(*call_columns); i++) {
        if (!has_column(calls, call_columns[i].member))
            continue;
        fputs(" | ", out);
        if (c != NULL)
            markdown_count(json_number(c, call_columns[i].member, 0), out);
        else
            fputs(call_columns[i].title, out);
    }
    fputs(" |\n", out);
}

static void calls(const cJSON *manifest, FILE *out)
{
    const cJSON *all = json_object(manifest, "calls"), *c;
    double seconds = json_number(manifest, "seconds", -1);
    size_t i;

    if (all == NULL || all->child == NULL)
        return;
    fputs("### Calls\n\n| ", out);
    call_row(all, NULL, out);
    fputs("|---|", out);
    for (i = 0; i < sizeof(call_columns) / sizeof(*call_columns); i++)
        if (has_column(all, call_columns[i].member))
            fputs("---:|", out);
    fputc('\n', out);
    cJSON_ArrayForEach(c, all)
    {
        fputs("| ", out);
        call_row(all, c, out);
    }
    if (seconds >= 0)
        fprintf(out, "\nThe last session took %.1f seconds.\n", seconds);
    fputc('\n', out);
}

/* What went over the network, and what it cost. */
static void paid(const cJSON *manifest, FILE *out)
{
    const cJSON *all = json_array(manifest, "paid"), *line;

    if (all == NULL || all->child == NULL)
        return;
    fputs("### Over the network\n\n| Agent | Model | Calls | Tokens in | "
          "Tokens out | US$ |\n|---|---|---:|---:|---:|---:|\n",
          out);
    cJSON_ArrayForEach(line, all)
    {
        fputs("| ", out);
        markdown_code(json_string(line, "agent"), out);
        fputs(" | ", out);
        markdown_code(json_string(line, "model"), out);
        fputs(" | ", out);
        markdown_count(json_number(line, "calls", 0), out);
        fputs(" | ", out);
        markdown_count(json_number(line, "tokens_in", 0), out);
        fputs(" | ", out);
        markdown_count(json_number(line, "tokens_out", 0), out);
        fprintf(out, " | %.4f |\n", json_number(line, "cost", 0));
    }
    fprintf(out,
            "\nIn all US$ %.4f, by the prices in the configuration (0 where "
            "it has none).\n\n",
            json_number(manifest, "cost", 0));
}

static void responses(const cJSON *manifest, FILE *out)
{
    const cJSON *r = json_object(manifest, "responses");

    if (r == NULL)
        return;
    fputs("### Training answers\n\n", out);
    markdown_count(json_number(r, "good", 0), out);
    fputs(" of ", out);
    markdown_count(json_number(r, "rows", 0), out);
    fputs(" rows have a `response`, written by ", out);
    markdown_code(json_string(r, "responder"), out);
    fputs("\nand found harmless, an answer, no refusal and no lecture by ",
          out);
    markdown_code(json_string(r, "judge"), out);
    fputs(".\nForm: ", out);
    markdown_code(json_string(r, "form"), out);
    fputs(". No person has read them all.\n\n", out);
}

static void diversity(const cJSON *manifest, FILE *out)
{
    const cJSON *d = json_object(manifest, "diversity");

    if (d == NULL)
        return;
    fputs("### Diversity\n\nOver a sample of ", out);
    markdown_count(json_number(d, "sample", 0), out);
    fputs(" prompts:\n\n", out);
    if (json_number(d, "dist2", -1) >= 0)
        fprintf(out,
                "- Dist-2: %.3f (different word pairs by all word pairs; 1 "
                "is most diverse)\n",
                json_number(d, "dist2", 0));
    if (json_number(d, "self_bleu4", -1) >= 0)
        fprintf(out,
                "- Self-BLEU-4: %.3f (mean BLEU-4 of each prompt against all "
                "others, smoothing\n  method 1 of Chen and Cherry; 0 is most "
                "diverse)\n",
                json_number(d, "self_bleu4", 0));
    fputs("\nBoth depend on the sample's size: compare at equal sizes "
          "only.\n\n",
          out);
}

static void hashes(const cJSON *manifest, FILE *out)
{
    const cJSON *h = json_object(manifest, "hashes");
    const char *graph = json_string(h, "graph");

    if (graph != NULL) {
        fputs("### Hashes\n\nConcept graph: ", out);
        markdown_code(graph, out);
        fputs(".\n\n", out);
    }
    pairs(json_object(h, "templates"), "Agent instructions", "Template",
          "XXH3-128", out);
}

void figures_write(const cJSON *manifest, FILE *out)
{
    models(manifest, out);
    pairs(json_object(manifest, "config"), "Parameters", "Name", "Value", out);
    counts(manifest, out);
    categories(manifest, out);
    panel(manifest, out);
    first_look(manifest, out);
    refusal_judge(manifest, out);
    diversity(manifest, out);
    responses(manifest, out);
    calls(manifest, out);
    paid(manifest, out);
    hashes(manifest, out);
}
