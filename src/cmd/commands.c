/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of commands, in the order that help shows them. */
#include "cmd/cmd.h"
#include "base/nearest.h"
#include "base/text.h"

#include <string.h>

const struct command *const CMD_TABLE[] = {
    /* A line a command. */
    // clang-format off
    &cmd_generate,
    &cmd_report,
    &cmd_refresh,
    &cmd_respond,
    &cmd_export,
    &cmd_audit,
    &cmd_explain,
    &cmd_controls,
    &cmd_eval,
    &cmd_diff,
    &cmd_review,
    &cmd_stats,
    &cmd_status,
    &cmd_classify,
    &cmd_judge_eval,
    &cmd_dedup,
    &cmd_models,
    &cmd_ping,
    &cmd_doctor,
    &cmd_graph_build,
    &cmd_graph_merge,
    &cmd_graph_validate,
    &cmd_graph_stats,
    &cmd_graph_sample,
    &cmd_graph_export,
    &cmd_graph_heat,
    &cmd_graph_draw,
    &cmd_serve,
    &cmd_help,
    NULL,
    // clang-format on
};

#define COMMANDS_MAX 64
#define GROUP_BYTES  32 /* a first word and its 0 */

/* How many words of argv the name takes, or 0. */
static int matches(const char *name, int argc, char *const argv[])
{
    const char *second = strchr(name, ' ');
    size_t len = second != NULL ? (size_t)(second - name) : strlen(name);

    if (argc < 1 || strlen(argv[0]) != len || memcmp(argv[0], name, len) != 0)
        return 0;
    if (second == NULL)
        return 1;
    return argc > 1 && strcmp(argv[1], second + 1) == 0 ? 2 : 0;
}

const struct command *cmd_find(int argc, char *const argv[], int *used)
{
    size_t i;

    for (i = 0; CMD_TABLE[i] != NULL; i++) {
        *used = matches(CMD_TABLE[i]->name, argc, argv);
        if (*used > 0)
            return CMD_TABLE[i];
    }
    return NULL;
}

static bool in_group(const struct command *c, const char *word)
{
    size_t len = strlen(word);

    return strncmp(c->name, word, len) == 0 && c->name[len] == ' ';
}

bool cmd_is_group(const char *word)
{
    size_t i;

    for (i = 0; CMD_TABLE[i] != NULL; i++)
        if (in_group(CMD_TABLE[i], word))
            return true;
    return false;
}

static void unknown_in_group(int argc, char *const argv[], struct err *err)
{
    const char *names[COMMANDS_MAX + 1], *near;
    struct str all, word;
    size_t i, n = 0, len = strlen(argv[0]);

    str_init(&all, 500);
    str_init(&word, 200);
    for (i = 0; CMD_TABLE[i] != NULL && n < COMMANDS_MAX; i++) {
        if (!in_group(CMD_TABLE[i], argv[0]))
            continue;
        names[n] = CMD_TABLE[i]->name + len + 1;
        str_addf(&all, "%s%s", n > 0 ? ", " : "", names[n]);
        n++;
    }
    names[n] = NULL;
    near = argc > 1 ? nearest_word(argv[1], names) : NULL;
    if (argc > 1)
        text_printable(argv[1], &word);
    if (near != NULL)
        err_set(err, "there is no command \"%s %s\"; did you mean \"%s %s\"?",
                argv[0], word.s, argv[0], near);
    else
        err_set(err, "\"%s\" needs a second word: %s", argv[0], all.s);
    str_release(&all);
    str_release(&word);
}

void cmd_unknown(int argc, char *const argv[], struct err *err)
{
    const char *names[COMMANDS_MAX + 1], *near;
    char groups[COMMANDS_MAX][GROUP_BYTES];
    struct str word;
    size_t i;

    if (cmd_is_group(argv[0])) {
        unknown_in_group(argc, argv, err);
        return;
    }
    for (i = 0; i < COMMANDS_MAX && CMD_TABLE[i] != NULL; i++) {
        snprintf(groups[i], GROUP_BYTES, "%.*s",
                 (int)strcspn(CMD_TABLE[i]->name, " "), CMD_TABLE[i]->name);
        names[i] = groups[i];
    }
    names[i] = NULL;
    near = nearest_word(argv[0], names);
    str_init(&word, 200);
    text_printable(argv[0], &word);
    if (near != NULL)
        err_set(err, "there is no command \"%s\"; did you mean \"%s\"?", word.s,
                near);
    else
        err_set(err,
                "there is no command \"%s\"; \"phgen help\" lists them all",
                word.s);
    str_release(&word);
}
