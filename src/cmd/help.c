/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * --help: the tables as text of at most 79 columns.  man.c prints the same
 * rows as a manual page; neither knows an option by name.
 */
#include "cmd/cmd.h"

#include <string.h>

#define COLUMNS     79
#define NAME_INDENT 2
#define HELP_INDENT 6

void cmd_wrap(const char *text, size_t indent, size_t at, FILE *out)
{
    size_t len;

    while (*text != '\0') {
        len = strcspn(text, " ");
        if (at > indent && at + 1 + len > COLUMNS) {
            fputc('\n', out);
            at = 0;
        }
        if (at < indent)
            at += (size_t)fprintf(out, "%*s", (int)(indent - at), "");
        else if (at > indent)
            at += (size_t)fprintf(out, " ");
        fwrite(text, 1, len, out);
        at += len;
        text += len;
        text += strspn(text, " ");
    }
    fputc('\n', out);
}

static void print_row(const struct option_row *row, FILE *out)
{
    struct str text;

    fprintf(out, "%*s", NAME_INDENT, "");
    if (row->letter != 0)
        fprintf(out, "-%c, ", row->letter);
    fprintf(out, "--%s%s%s\n", row->name, row->arg != NULL ? " " : "",
            row->arg != NULL ? row->arg : "");
    str_init(&text, 4096);
    cmd_add_row_text(row, &text);
    cmd_wrap(text.s, HELP_INDENT, 0, out);
    str_release(&text);
}

void cmd_add_row_text(const struct option_row *row, struct str *out)
{
    str_adds(out, row->help);
    if (row->type == OPTION_LIST)
        str_adds(out, " Can be given several times.");
    if (row->type == OPTION_UINT)
        str_addf(out, " From %.0f to %.0f", row->min, row->max);
    if (row->type == OPTION_REAL)
        str_addf(out, " From %g to %g", row->min, row->max);
    if (row->fallback != NULL && row->arg != NULL)
        str_addf(out, "%s %s.",
                 row->type == OPTION_STRING ? " Default:" : "; default:",
                 row->fallback);
    else if (row->type == OPTION_UINT || row->type == OPTION_REAL)
        str_addc(out, '.');
}

void cmd_print_help(const struct command *c, FILE *out)
{
    const struct option_row *row;
    size_t i;

    fprintf(out, "Usage: phgen %s [OPTION]...%s%s\n\n", c->name,
            *c->operands != '\0' ? " " : "", c->operands);
    for (i = 0; c->details[i] != NULL; i++) {
        cmd_wrap(c->details[i], 0, 0, out);
        fputc('\n', out);
    }
    fputs("Options:\n", out);
    for (row = c->options; row->name != NULL; row++)
        print_row(row, out);
    if (c->examples != NULL && c->examples[0].line != NULL)
        fputs("\nExamples:\n", out);
    for (i = 0; c->examples != NULL && c->examples[i].line != NULL; i++) {
        fprintf(out, "  phgen %s\n", c->examples[i].line);
        cmd_wrap(c->examples[i].what, HELP_INDENT, 0, out);
    }
}

static void print_abouts(const char *group, FILE *out)
{
    size_t i, len = group != NULL ? strlen(group) : 0;
    const char *name;

    for (i = 0; CMD_TABLE[i] != NULL; i++) {
        name = CMD_TABLE[i]->name;
        if (group == NULL ||
            (strncmp(name, group, len) == 0 && name[len] == ' '))
            fprintf(out, "  %-15s %s\n", name, CMD_TABLE[i]->about);
    }
}

void cmd_print_group(const char *word, FILE *out)
{
    fprintf(out, "Usage: phgen %s COMMAND [OPTION]...\n\nCommands:\n", word);
    print_abouts(word, out);
    fprintf(out, "\n\"phgen help %s COMMAND\" says more about one.\n", word);
}

void cmd_print_overview(FILE *out)
{
    fputs("phgen makes datasets of pseudo-harmful prompts: harmless requests "
          "that merely\nlook dangerous, and that a given model refuses.\n\n"
          "Usage: phgen --target-model MODEL --n ROWS [OPTION]...\n"
          "       phgen COMMAND [OPTION]...\n\nCommands:\n",
          out);
    print_abouts(NULL, out);
    fputs(
        "\nOptions go behind the command, and before it where generate has "
        "them "
        "too.\nWithout a command phgen generates.  Try it, it needs no key and "
        "no network:\n"
        "  phgen --target-model builtin:cautious --n 1000\n\n"
        "\"phgen help COMMAND\" says more about one; \"man phgen\" has it "
        "all.\n",
        out);
}
