/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Finds the command, reads its options, runs it, prints its error.  A first
 * word that is an option belongs to `generate`, the main job.
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

static int dispatch(int argc, char *argv[])
{
    const struct command *c;
    struct err err = {""};
    int used;

    if (argc < 2) {
        cmd_print_overview(stderr);
        return CMD_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        cmd_print_overview(stdout);
        return CMD_OK;
    }
    if (strcmp(argv[1], "--version") == 0) {
        printf("phgen %s\n", PHGEN_VERSION);
        return CMD_OK;
    }
    if (argv[1][0] == '-')
        return run_command(&cmd_generate, argc, argv);
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

int main(int argc, char *argv[])
{
    /* A reader that went away is a write error, not our death. */
    signal(SIGPIPE, SIG_IGN);
    return close_stdout(dispatch(argc, argv));
}
