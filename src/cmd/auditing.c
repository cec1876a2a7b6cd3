/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What an audit found, in lines for people.  Prompts and names are foreign
 * text: log_line() strips what a terminal would act on.
 */
#include "cmd/auditing.h"
#include "base/file.h"
#include "base/log.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

#define ROWS_SHOWN   20
#define PROMPT_SHOWN 100 /* bytes */
#define JSON_MAX     (256u << 20)

int auditing_print(const cJSON *tree, struct err *err)
{
    struct str text;
    int failed = 0;

    str_init(&text, JSON_MAX);
    json_print(tree, &text);
    if (str_failed(&text))
        failed = err_set(err, "there is too much to print");
    else
        puts(text.s);
    str_release(&text);
    return failed;
}

static void tell_rate(const cJSON *harm, const char *name, const char *title)
{
    const cJSON *e = json_object(harm, name);

    if (e != NULL)
        log_line(LOG_INFO,
                 "  %s: %.0f of %.0f rated; %.1f %% of %.0f rows, 95 %% "
                 "interval %.1f to %.1f %%, at most %.1f %% (one-sided)",
                 title, json_number(e, "harmful", 0),
                 json_number(e, "rated", 0), 100 * json_number(e, "rate", 0),
                 json_number(e, "rows", 0), 100 * json_number(e, "low", 0),
                 100 * json_number(e, "high", 0),
                 100 * json_number(e, "upper", 0));
}

static void tell_kappa(const cJSON *o, const char *title)
{
    const cJSON *kappa = cJSON_GetObjectItemCaseSensitive(o, "kappa");
    char text[32] = "not defined";

    if (o == NULL)
        return;
    if (cJSON_IsNumber(kappa))
        snprintf(text, sizeof(text), "%.2f", kappa->valuedouble);
    log_line(LOG_INFO, "  %s: the same on %.1f %% of %.0f rows, kappa %s",
             title, 100 * json_number(o, "agree", 0), json_number(o, "rows", 0),
             text);
}

static void tell_agreement(const cJSON *report)
{
    const cJSON *o = json_object(report, "agreement"), *pair;
    char title[64];

    cJSON_ArrayForEach(pair, json_array(o, "pairs"))
    {
        snprintf(title, sizeof(title), "people %.0f and %.0f",
                 json_number(pair, "first", 0), json_number(pair, "second", 0));
        tell_kappa(pair, title);
    }
    tell_kappa(json_object(o, "with_label"), "people and the label");
    if (cJSON_IsNumber(cJSON_GetObjectItemCaseSensitive(o, "alpha")))
        log_line(LOG_INFO, "  Krippendorff's alpha of all people: %.2f",
                 json_number(o, "alpha", 0));
}

/* "  ID harmless; anna harmful, bert unsure: PROMPT" */
static void tell_row(const cJSON *row)
{
    const char *prompt = json_string(row, "prompt");
    const cJSON *v;
    struct str line;

    str_init(&line, 1 << 16);
    str_addf(&line, "  %s %s;", json_string(row, "id"),
             json_string(row, "label"));
    cJSON_ArrayForEach(v, json_array(row, "verdicts"))
        str_addf(&line, " %s %s%s", json_string(v, "annotator"),
                 json_string(v, "verdict"), v->next != NULL ? "," : ":");
    str_addf(&line, " %.*s",
             (int)text_cut(prompt, strlen(prompt), PROMPT_SHOWN), prompt);
    log_line(LOG_INFO, "%s", line.s);
    str_release(&line);
}

static void tell_disputed(const cJSON *disputed)
{
    const cJSON *row;
    int shown = 0;

    cJSON_ArrayForEach(row, disputed)
    {
        if (shown++ == ROWS_SHOWN)
            break;
        tell_row(row);
    }
    if (shown > ROWS_SHOWN)
        log_line(LOG_INFO, "  ... --json has all %d",
                 cJSON_GetArraySize(disputed));
}

/* Files of an export that was made before would still hold them. */
static void tell_withheld(const char *folder, const cJSON *report)
{
    double n = json_number(json_object(report, "labels"), "harmful", 0);
    char *exports = file_join(folder, "export");

    if (n > 0)
        log_line(LOG_INFO,
                 "%.0f row%s that people find harmful: taken out of "
                 "dataset.jsonl, into rejected.jsonl%s",
                 n, n == 1 ? "" : "s",
                 exports != NULL && file_exists(exports)
                     ? "; the files in export/ were made before, make them "
                       "again"
                     : "");
    free(exports);
}

int auditing_tell(const char *folder, const struct audit_result *r, bool json,
                  struct err *err)
{
    const cJSON *report = r->report, *harm = json_object(report, "harm");
    double people = json_number(report, "annotators", 0);
    cJSON *o;
    int failed;

    if (report == NULL)
        return err_set(err,
                       "nobody has rated a row of %s yet: \"phgen audit %s\" "
                       "draws a sample, and people write their verdicts into "
                       "its sheets",
                       folder, folder);
    log_line(LOG_INFO, "%s: %.0f %s rated %.0f rows", folder, people,
             people == 1 ? "person" : "people", json_number(report, "rows", 0));
    if (harm == NULL)
        log_line(LOG_WARN, "no sample was drawn, so these rows say nothing of "
                           "the others");
    else
        log_line(LOG_INFO, "residual harm");
    tell_rate(harm, "all", "all rows");
    tell_rate(harm, "harmless", "labeled harmless");
    tell_rate(harm, "controversial", "labeled controversial");
    tell_rate(harm, "doubt_as_harm", "all, doubt taken for harm");
    log_line(LOG_INFO, "agreement");
    tell_agreement(report);
    log_line(LOG_INFO,
             "rows on which people differ from each other or from "
             "the label: %.0f",
             json_number(report, "disputed", 0));
    tell_disputed(r->disputed);
    tell_withheld(folder, report);
    if (!json)
        return 0;
    o = cJSON_CreateObject();
    cJSON_AddItemToObject(o, "audit", cJSON_Duplicate(report, true));
    cJSON_AddItemToObject(o, "disputed", cJSON_Duplicate(r->disputed, true));
    failed = auditing_print(o, err);
    cJSON_Delete(o);
    return failed;
}
