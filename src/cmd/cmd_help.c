/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `phgen help`: help for a command, and the documents that are installed. */
#include "cmd/cmd.h"

#include <string.h>

static const struct option_row options[] = {
    {"man", 0, OPTION_FLAG, NULL, 0, 0, NULL,
     "Print the manual page in roff, as for phgen.1.", 0},
    {"completion", 0, OPTION_FLAG, NULL, 0, 0, NULL,
     "Print the completion script for bash.", 0},
    CMD_ROW_HELP,
    {0},
};

static const char *const details[] = {
    "Prints what a command does and the options it has; without a command, "
    "the list of commands.",
    NULL,
};

static const struct example examples[] = {
    {"help graph build", "Help for one command."},
    {"help --completion > ~/.local/share/bash-completion/completions/phgen",
     "Complete commands, options and models in bash."},
    {NULL, NULL},
};

static enum cmd_exit help_for(const struct options *o, struct err *err)
{
    const char *words[2] = {options_operand(o, 0), options_operand(o, 1)};
    int n = (int)options_operands(o), used;
    const struct command *c;

    c = cmd_find(n, (char *const *)words, &used);
    if (c != NULL && used == n) {
        cmd_print_help(c, stdout);
        return CMD_OK;
    }
    if (n == 1 && cmd_is_group(words[0])) {
        cmd_print_group(words[0], stdout);
        return CMD_OK;
    }
    cmd_unknown(n, (char *const *)words, err);
    return CMD_USAGE;
}

static enum cmd_exit run(struct options *o, struct err *err)
{
    if (options_flag(o, "man"))
        cmd_print_man(stdout);
    if (options_flag(o, "completion"))
        cmd_print_completion(stdout);
    if (options_operands(o) > 0)
        return help_for(o, err);
    if (!options_flag(o, "man") && !options_flag(o, "completion"))
        cmd_print_overview(stdout);
    return CMD_OK;
}

const struct command cmd_help = {
    .name = "help",
    .about = "show help for a command",
    .operands = "[COMMAND]",
    .max_operands = 2,
    .options = options,
    .run = run,
    .details = details,
    .examples = examples,
};
