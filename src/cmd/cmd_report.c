/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * `phgen report`: runs and evaluations as a page for a browser.  What it shows
 * is run/overview.h's and run/exhibit.h's, how is view/report.h's.
 */
#include "base/file.h"
#include "base/log.h"
#include "cmd/cmd.h"
#include "run/exhibit.h"
#include "run/overview.h"
#include "view/report.h"

#include <stdlib.h>
#include <string.h>

#define SOURCES_MAX 64

static const struct option_row options[] = {
    {"html", 'o', OPTION_STRING, "FILE", 0, 0, NULL,
     "Where the page goes. Default: report.html in the first folder.",
     OPTION_FILE},
    {"title", 0, OPTION_STRING, "TEXT", 0, 0, NULL,
     "Its title. Default: the folders' names.", 0},
    {"rows", 0, OPTION_UINT, "COUNT", 0, 1000000, "100000",
     "At most so many rows of each folder, the first ones; 0 for the figures "
     "alone.",
     0},
    {"json", 0, OPTION_FLAG, NULL, 0, 0, NULL,
     "Print the figures as JSON on standard output, and write no page.", 0},
    CMD_ROW_HELP,
    {0},
};

static const char *const details[] = {
    "Writes one HTML file that needs nothing else and asks the network for "
    "nothing: rates with intervals, over-refusal by category, the trade-off of "
    "over-refusal and safety, judges' agreement, yield, calls and cost, where "
    "the target over-refuses by concept, people's audit, and a table of the "
    "rows with their evidence.",
    "RUN and EVAL are the --out folders of \"phgen generate\" and \"phgen "
    "eval\". Several go on one page, with their rows in one table.",
    "Prompts and replies stay text whatever they hold. A page of 10,000 rows "
    "is about 25 MB and opens in a second or two; for more, --rows.",
    NULL,
};

static const struct example examples[] = {
    {"report output/demo --html demo.html", "A page to look at, or to send."},
    {"report output/before output/after --title \"Before and after\"",
     "Two runs on one page."},
    {NULL, NULL},
};

struct job {
    const struct options *options;
    size_t n;
    cJSON *figures; /* of the page */
    uint64_t rows;  /* written */
};

static int read_figures(struct job *j, struct err *err)
{
    cJSON *list, *source;
    const char *title = options_string(j->options, "title");
    struct str names;
    size_t i;

    j->figures = cJSON_CreateObject();
    cJSON_AddStringToObject(j->figures, "phgen", PHGEN_VERSION);
    list = cJSON_AddArrayToObject(j->figures, "sources");
    str_init(&names, 1 << 16);
    for (i = 0; i < j->n; i++) {
        source = overview_read(options_operand(j->options, i), err);
        if (source == NULL)
            break;
        cJSON_AddItemToArray(list, source);
        str_addf(&names, "%s%s", i > 0 ? ", " : "",
                 json_string(source, "name"));
    }
    cJSON_AddStringToObject(j->figures, "title",
                            title != NULL ? title : names.s);
    str_release(&names);
    return i == j->n ? 0 : -1;
}

static int write_source(struct job *j, size_t i, struct report *r,
                        struct err *err)
{
    uint64_t most = options_uint(j->options, "rows"), n = 0;
    const char *folder = options_operand(j->options, i);
    struct exhibit *x = exhibit_open(folder, i, err);
    struct exhibit_row row;
    int got = -1;

    while (x != NULL &&
           (got = n < most ? exhibit_next(x, &row, err) : 0) == 1) {
        got = report_add(r, row.cells, row.evidence, err);
        exhibit_row_release(&row);
        if (got != 0)
            break;
        n++;
    }
    exhibit_close(x);
    j->rows += n;
    return got < 0 ? err_prefix(err, "%s", folder) : 0;
}

static int write_page(struct job *j, FILE *out, struct err *err)
{
    struct report *r =
        report_new(out, json_string(j->figures, "title"), j->figures, err);
    int failed = r == NULL;
    size_t i;

    for (i = 0; !failed && i < j->n && options_uint(j->options, "rows") > 0;
         i++)
        failed = write_source(j, i, r, err) != 0;
    failed = failed || report_finish(r, err) != 0;
    report_free(r);
    return failed ? -1 : 0;
}

static int make_page(struct job *j, struct err *err)
{
    const char *html = options_string(j->options, "html");
    char *path = html != NULL
                     ? strdup(html)
                     : file_join(options_operand(j->options, 0), "report.html");
    struct outfile f;
    int failed = -1;

    if (path == NULL)
        return err_nomem(err);
    if (outfile_open(&f, path, err) == 0) {
        failed =
            write_page(j, f.stream, err) != 0 || outfile_commit(&f, err) != 0;
        outfile_abandon(&f);
    }
    if (!failed)
        log_line(LOG_INFO, "%s: %llu rows; open it in a browser", path,
                 (unsigned long long)j->rows);
    free(path);
    return failed ? -1 : 0;
}

static int print_figures(const struct job *j, struct err *err)
{
    char *text = cJSON_Print(j->figures);

    if (text == NULL)
        return err_nomem(err);
    puts(text);
    cJSON_free(text);
    return 0;
}

static enum cmd_exit run(struct options *o, struct err *err)
{
    struct job j = {.options = o, .n = options_operands(o)};
    int failed;

    failed = read_figures(&j, err);
    if (!failed)
        failed = options_flag(o, "json") ? print_figures(&j, err)
                                         : make_page(&j, err);
    cJSON_Delete(j.figures);
    return failed ? CMD_FAILED : CMD_OK;
}

const struct command cmd_report = {
    .name = "report",
    .about = "show runs and evaluations as a page for a browser",
    .operands = "RUN|EVAL...",
    .min_operands = 1,
    .max_operands = SOURCES_MAX,
    .options = options,
    .run = run,
    .details = details,
    .examples = examples,
};
