/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Finds the command, reads its options, runs it, prints its error.  Where there
 * is none it is `generate`, the main job.  Options may stand before the command
 * as well; which of these words are their arguments is read from the table of
 * `generate`, so it must have them, too.
 */
#include "base/log.h"
#include "cmd/cmd.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int usage_error(const char *command, const struct err *err)
{
    log_line(LOG_ERROR, "%s", err->text);
    if (command != NULL)
        log_line(LOG_ERROR, "\"phgen help %s\" lists its options", command);
    return CMD_USAGE;
}

static int check_operands(const struct command *c, const struct options *o,
                          struct err *err)
{
    size_t n = options_operands(o);

    if (n < c->min_operands)
        return err_set(err, "\"%s\" needs %s", c->name, c->operands);
    if (n > c->max_operands)
        return err_set(err, "\"%s\" does not know what to do with \"%s\"",
                       c->name, options_operand(o, c->max_operands));
    return 0;
}

/* argv[0] stands for the command's name. */
static int run_command(const struct command *c, int argc, char *argv[])
{
    struct options *o = options_new(c->options);
    struct err err = {""};
    int code;

    if (o == NULL) {
        log_line(LOG_ERROR, "out of memory");
        return CMD_FAILED;
    }
    if (options_parse(o, argc, argv, &err) != 0) {
        code = usage_error(c->name, &err);
    } else if (options_flag(o, "help")) {
        cmd_print_help(c, stdout);
        code = CMD_OK;
    } else if (check_operands(c, o, &err) != 0) {
        code = usage_error(c->name, &err);
    } else {
        code = c->run(o, &err);
        if (code != CMD_OK && err.text[0] != '\0')
            log_line(LOG_ERROR, "%s", err.text);
    }
    options_free(o);
    return code;
}

/* As after `phgen stats RUN | head`. */
static bool reader_left(void)
{
    struct pollfd p = {.fd = STDOUT_FILENO, .events = POLLOUT};

    return poll(&p, 1, 0) == 1 && (p.revents & POLLERR) != 0;
}

/* What a script got on stdout is whole, or we did not succeed; to a reader
 * that went away there is nothing to say. */
static int close_stdout(int code)
{
    int why = 0;

    if (fflush(stdout) != 0)
        why = errno;
    else if (!ferror(stdout))
        return code;
    if (!reader_left())
        log_line(LOG_ERROR, "cannot write to standard output%s%s",
                 why != 0 ? ": " : "", why != 0 ? strerror(why) : "");
    return code == CMD_OK ? CMD_FAILED : code;
}

/* Is a word a command, or the first of two? */
static bool begins_command(int argc, char *argv[], int at)
{
    int used;

    return cmd_is_group(argv[at]) ||
           cmd_find(argc - at, argv + at, &used) != NULL;
}

/* The first one from `at` on, or NULL. */
static const char *find_word(int argc, char *argv[], int at)
{
    while (at < argc && !begins_command(argc, argv, at))
        at++;
    return at < argc ? argv[at] : NULL;
}

/* Where a command is to stand behind options; 0 when there is none, -1 when
 * these cannot be read.  `generate` takes no operands. */
static int behind_options(int argc, char *argv[])
{
    struct options *o = options_new(cmd_generate.options);
    int at = o != NULL ? options_before(o, argc, argv) : argc;

    options_free(o);
    return at < argc ? at : 0;
}

static int dispatch_command(int argc, char *argv[])
{
    const struct command *c;
    struct err err = {""};
    int used;

    c = cmd_find(argc - 1, argv + 1, &used);
    if (c != NULL)
        return run_command(c, argc - used, argv + used);
    if (argc == 3 && cmd_is_group(argv[1]) &&
        (strcmp(argv[2], "--help") == 0 || strcmp(argv[2], "-h") == 0)) {
        cmd_print_group(argv[1], stdout);
        return CMD_OK;
    }
    cmd_unknown(argc - 1, argv + 1, &err);
    return usage_error(NULL, &err);
}

/* The words of the command at `at` come first, then the options. */
static void put_first(int argc, char *argv[], int at)
{
    int used, i;
    char *word;

    if (cmd_find(argc - at, argv + at, &used) == NULL)
        used = cmd_is_group(argv[at]) && at + 1 < argc ? 2 : 1; /* wrong ones */
    for (i = 1; i <= used; i++) {
        word = argv[at + i - 1];
        memmove(argv + i + 1, argv + i, (size_t)(at - 1) * sizeof(*argv));
        argv[i] = word;
    }
}

static int dispatch_options(int argc, char *argv[])
{
    int at = behind_options(argc, argv), code;
    const char *word;

    if (at > 0) {
        put_first(argc, argv, at);
        return dispatch_command(argc, argv);
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        cmd_print_overview(stdout);
        return CMD_OK;
    }
    if (strcmp(argv[1], "--version") == 0) {
        printf("phgen %s\n", PHGEN_VERSION);
        return CMD_OK;
    }
    word = at < 0 ? find_word(argc, argv, 2) : NULL;
    code = run_command(&cmd_generate, argc, argv);
    if (code == CMD_USAGE && word != NULL)
        log_line(LOG_ERROR,
                 "if \"%s\" is the command that is meant, write it first: "
                 "\"phgen %s [OPTION]...\"",
                 word, word);
    return code;
}

static int dispatch(int argc, char *argv[])
{
    if (argc < 2) {
        cmd_print_overview(stderr);
        return CMD_USAGE;
    }
    return argv[1][0] == '-' ? dispatch_options(argc, argv)
                             : dispatch_command(argc, argv);
}

int main(int argc, char *argv[])
{
    /* A reader that went away is a write error, not our death. */
    signal(SIGPIPE, SIG_IGN);
    return close_stdout(dispatch(argc, argv));
}
