/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What several commands need and no other room does: where the data is, and
 * numbers in the form that people read.
 */
#include "base/file.h"
#include "base/log.h"
#include "base/text.h"
#include "cmd/cmd.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#ifndef PHGEN_DATADIR
#define PHGEN_DATADIR "/usr/local/share/phgen"
#endif

#define PATH_BYTES     4096
#define LINE_MAX_BYTES ((size_t)256 << 20) /* of JSON */

static bool holds_seeds(const char *dir)
{
    char *path = file_join(dir, "seeds/categories.yaml");
    bool yes = path != NULL && file_exists(path);

    free(path);
    return yes;
}

/* So that a build tree works on its own data, not on what is installed. */
static bool program_dir(char *out, size_t size)
{
    ssize_t n = readlink("/proc/self/exe", out, size - 1);
    char *slash;

    if (n <= 0 || (size_t)n >= size - 1)
        return false;
    out[n] = '\0';
    slash = strrchr(out, '/');
    if (slash == NULL || slash == out)
        return false;
    *slash = '\0';
    return true;
}

char *cmd_data_dir(const struct options *o, struct err *err)
{
    const char *dir = options_string(o, "data-dir");
    char beside[PATH_BYTES], *copy;

    if (dir != NULL) {
        if (!holds_seeds(dir)) {
            err_set(err,
                    "--data-dir %s has no seeds/categories.yaml in it; give "
                    "the folder that holds seeds/ and graphs/",
                    dir);
            return NULL;
        }
    } else if (program_dir(beside, sizeof(beside)) && holds_seeds(beside)) {
        dir = beside;
    } else if (holds_seeds(PHGEN_DATADIR)) {
        dir = PHGEN_DATADIR;
    } else if (holds_seeds(".")) {
        dir = ".";
    } else {
        err_set(err,
                "no seeds/categories.yaml beside the program, in " PHGEN_DATADIR
                " or here; give the folder that holds seeds/ and graphs/ as "
                "--data-dir");
        return NULL;
    }
    copy = strdup(dir);
    if (copy == NULL)
        err_nomem(err);
    return copy;
}

char *cmd_data_path(const struct options *o, const char *name, struct err *err)
{
    char *dir = cmd_data_dir(o, err), *path;

    if (dir == NULL)
        return NULL;
    path = file_join(dir, name);
    if (path == NULL)
        err_nomem(err);
    free(dir);
    return path;
}

char *cmd_graph_path(const struct options *o, struct err *err)
{
    const char *given = options_operand(o, 0);
    char *path;

    if (given == NULL)
        return cmd_data_path(o, "graphs/concepts.graphml", err);
    path = strdup(given);
    if (path == NULL)
        err_nomem(err);
    return path;
}

void cmd_set_log(const struct options *o)
{
    log_set_json(options_flag(o, "log-json"));
    if (options_flag(o, "verbose") || options_flag(o, "log-json"))
        log_set_level(LOG_DEBUG);
}

void cmd_add_duration(struct str *out, double seconds)
{
    double whole = floor(seconds + 0.5);

    if (!(seconds >= 0) || seconds > 1e9)
        str_adds(out, "?");
    else if (seconds < 9.95)
        str_addf(out, "%.1f s", seconds);
    else if (whole < 60)
        str_addf(out, "%.0f s", whole);
    else if (whole < 3600)
        str_addf(out, "%.0f min %02.0f s", floor(whole / 60), fmod(whole, 60));
    else
        str_addf(out, "%.0f h %02.0f min", floor(whole / 3600),
                 floor(fmod(whole, 3600) / 60));
}

void cmd_add_count(struct str *out, double n)
{
    char digits[40];
    size_t len, i;

    if (!isfinite(n) || fabs(n) > 1e18) {
        str_adds(out, "?");
        return;
    }
    snprintf(digits, sizeof(digits), "%.0f", fabs(n));
    len = strlen(digits);
    if (n <= -0.5)
        str_addc(out, '-');
    for (i = 0; i < len; i++) {
        if (i > 0 && (len - i) % 3 == 0)
            str_addc(out, ',');
        str_addc(out, digits[i]);
    }
}

void cmd_print_text(const char *text, FILE *out)
{
    struct str s;

    str_init(&s, 1 << 20);
    text_printable(text, &s);
    fwrite(s.s, 1, s.len, out);
    str_release(&s);
}

int cmd_print_json(cJSON *tree, struct err *err)
{
    struct str text;
    int failed = 0;

    str_init(&text, LINE_MAX_BYTES);
    json_print(tree, &text);
    cJSON_Delete(tree);
    if (str_failed(&text))
        failed = err_set(err, "it is too much for one line of JSON");
    else
        puts(text.s);
    str_release(&text);
    return failed;
}

int cmd_columns(FILE *stream)
{
    struct winsize size;

    if (!isatty(fileno(stream)) ||
        ioctl(fileno(stream), TIOCGWINSZ, &size) != 0 || size.ws_col < 20)
        return 80;
    return size.ws_col;
}
