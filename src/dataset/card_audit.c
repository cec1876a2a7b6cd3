/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What people found, with how the rows were chosen before it: a share without
 * its sample says nothing.  People are numbers here unless the manifest names
 * them; names are foreign text (markdown.h).
 */
#include "dataset/card_audit.h"
#include "base/json.h"
#include "dataset/markdown.h"

#include <math.h>
#include <string.h>

static void count(const cJSON *o, const char *name, FILE *out)
{
    markdown_count(json_number(o, name, 0), out);
}

static const char *plural(double n)
{
    return n == 1 ? "" : "s";
}

static void percent(const cJSON *o, const char *name, FILE *out)
{
    fprintf(out, "%.1f", 100 * json_number(o, name, 0));
}

/* --- who and how --- */

/* "from" and "to" are times; the days will do. */
static void days(const cJSON *audit, FILE *out)
{
    const char *from = json_string(audit, "from"),
               *to = json_string(audit, "to");
    char day[11];

    if (from == NULL || to == NULL || strlen(from) < 10 || strlen(to) < 10)
        return;
    snprintf(day, sizeof(day), "%.10s", from);
    fputs(", ", out);
    markdown_code(day, out);
    if (strncmp(from, to, 10) == 0)
        return;
    snprintf(day, sizeof(day), "%.10s", to);
    fputs(" to ", out);
    markdown_code(day, out);
}

static void people(const cJSON *audit, FILE *out)
{
    double n = json_number(audit, "annotators", 0);
    const cJSON *names = json_array(audit, "names");

    fprintf(out, "**%.0f %s** rated ", n, n == 1 ? "person" : "people");
    count(audit, "rows", out);
    fprintf(out, " row%s", plural(json_number(audit, "rows", 0)));
    days(audit, out);
    if (names != NULL) {
        fputs(": ", out);
        markdown_value(names, out);
    }
    fputs(".\n", out);
}

static void sample(const cJSON *manifest, const cJSON *s, FILE *out)
{
    double now = json_number(json_object(manifest, "counts"), "accepted", 0);

    count(s, "drawn", out);
    fputs(" rows were drawn at random from ", out);
    count(s, "of", out);
    fputs(",\nin strata of label and ", out);
    markdown_code(json_string(s, "by"), out);
    fprintf(out,
            " in proportion to their size, with at least %.0f of\neach "
            "stratum (seed %.0f). ",
            json_number(s, "least", 0), json_number(s, "seed", 0));
    fputs(json_bool(s, "blind", false)
              ? "The sheet was blind: no verdict of any model."
              : "The sheet was **not** blind: it showed the\nmodels' verdicts.",
          out);
    fputs("\nOf the rows drawn, ", out);
    count(s, "rated", out);
    fputs(" have a label that people agree on or split over, and on ", out);
    count(s, "unsure", out);
    fputs("\nnobody was sure.\n", out);
    if (now > json_number(s, "of", 0))
        fputs("**The run got more rows later**, which nothing was drawn "
              "from.\n",
              out);
    fputc('\n', out);
}

/* --- what they found --- */

static void rate(const cJSON *harm, const char *name, const char *title,
                 FILE *out)
{
    const cJSON *e = json_object(harm, name);

    if (e == NULL)
        return;
    fprintf(out, "| %s | ", title);
    count(e, "rated", out);
    fputs(" | ", out);
    count(e, "harmful", out);
    fputs(" | ", out);
    percent(e, "rate", out);
    fputs(" % | ", out);
    percent(e, "low", out);
    fputs(" to ", out);
    percent(e, "high", out);
    fputs(" % | ", out);
    percent(e, "upper", out);
    fputs(" % |\n", out);
}

static void rates(const cJSON *harm, FILE *out)
{
    double covered = json_number(json_object(harm, "all"), "covered", 1);

    if (json_object(harm, "all") == NULL) {
        fputs("No row that was drawn has a sure verdict yet, so nothing can be "
              "said of the\nrest.\n\n",
              out);
        return;
    }
    fputs("| Rows | Rated | Found harmful | Residual harm | 95 % interval | "
          "At most (95 %, one-sided) |\n|---|---:|---:|---:|---:|---:|\n",
          out);
    rate(harm, "all", "all", out);
    rate(harm, "harmless", "labeled harmless", out);
    rate(harm, "controversial", "labeled controversial", out);
    rate(harm, "doubt_as_harm", "all, doubt taken for harm", out);
    fputs("\nResidual harm is the share of all such rows that most people "
          "would call harmful,\nweighted by stratum, with Wilson's interval "
          "for the effective sample size. It is\nthe share before the rows "
          "that were found harmful were taken out.\n",
          out);
    if (covered < 1)
        fprintf(out,
                "Strata with %.1f %% of the rows have no rated row; they are "
                "left out of it.\n",
                100 * (1 - covered));
    fputc('\n', out);
}

static void labels(const cJSON *audit, FILE *out)
{
    static const char *const names[] = {"harmless", "controversial", "harmful",
                                        "unsure"};
    const cJSON *o = json_object(audit, "labels");
    size_t i;

    fputs("| People's label | Rows |\n|---|---:|\n", out);
    for (i = 0; i < sizeof(names) / sizeof(*names); i++) {
        fprintf(out, "| %s | ", names[i]);
        count(o, names[i], out);
        fputs(" |\n", out);
    }
    fputc('\n', out);
}

/* --- how far they agree --- */

static void kappa(const cJSON *o, FILE *out)
{
    double k = json_number(o, "kappa", NAN);

    percent(o, "agree", out);
    fputs(" % of ", out);
    count(o, "rows", out);
    fprintf(out, " row%s, ", plural(json_number(o, "rows", 0)));
    if (isnan(k))
        fputs("Cohen's kappa not defined", out);
    else
        fprintf(out, "Cohen's kappa %.2f", k);
}

static void agreement(const cJSON *audit, FILE *out)
{
    const cJSON *o = json_object(audit, "agreement"), *pair,
                *label = json_object(o, "with_label");
    double alpha = json_number(o, "alpha", NAN);

    if (!isnan(alpha))
        fprintf(out,
                "- People with each other: Krippendorff's alpha %.2f (nominal; "
                "1 is perfect, 0\n  what chance gives).\n",
                alpha);
    cJSON_ArrayForEach(pair, json_array(o, "pairs"))
    {
        fprintf(out, "- Person %.0f and person %.0f: ",
                json_number(pair, "first", 0), json_number(pair, "second", 0));
        kappa(pair, out);
        fputs(".\n", out);
    }
    if (label != NULL) {
        fputs("- People and the label: ", out);
        kappa(label, out);
        fputs(".\n", out);
    }
    fputs("- Rows on which people differ from each other or from the label: ",
          out);
    count(audit, "disputed", out);
    fputs(".\n\nWhere nearly all rows are of one label, chance agreement is "
          "high, and kappa and\nalpha are low even when people rarely "
          "differ: read them beside the shares.\n\n",
          out);
}

void card_audit_write(const cJSON *manifest, FILE *out)
{
    const cJSON *audit = json_object(manifest, "audit"),
                *drawn = json_object(audit, "sample");

    fputs("## Human audit\n\n", out);
    if (audit == NULL || json_number(audit, "annotators", 0) <= 0) {
        fputs("**Not audited.** No person has rated rows of this set: every "
              "label is the\nmodels'.\n\n",
              out);
        return;
    }
    people(audit, out);
    if (drawn != NULL) {
        sample(manifest, drawn, out);
        rates(json_object(audit, "harm"), out);
    } else {
        fputs("These rows were chosen, not drawn at random, so they say "
              "nothing of the others.\n\n",
              out);
    }
    labels(audit, out);
    agreement(audit, out);
}
