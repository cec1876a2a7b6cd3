/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_CMD_CMD_H
#define PHGEN_CMD_CMD_H

#include "base/err.h"
#include "base/json.h"
#include "base/options.h"
#include "base/str.h"

#include <stdbool.h>
#include <stdio.h>

/*
 * The commands of phgen: one file each, one row of CMD_TABLE each.
 *
 * main.c finds the command, reads its options and calls `run`.  A command
 * prints data on stdout and lines for people on stderr; when it fails it
 * leaves the sentence in `err`, which main.c prints.
 *
 * To add a command:
 *   1. write src/cmd/cmd_NAME.c with its option table and a
 *      `const struct command cmd_NAME`;
 *   2. name it below, in CMD_TABLE (commands.c) and in room.mk;
 *   3. add tests/cli/NAME.sh to tests/cli/cli.mk.
 * Its help, manual page and completion come from the tables.
 */
enum cmd_exit {
    CMD_OK = 0,
    CMD_FAILED = 1, /* it was asked rightly and did not work out */
    CMD_USAGE = 2   /* it was asked wrongly; nothing was done */
};

struct example {
    const char *line; /* what is typed after "phgen " */
    const char *what;
};

struct command {
    const char *name;     /* "stats", "graph build" */
    const char *about;    /* one line, no full stop */
    const char *operands; /* "FILE", "[FILE]"; "" for none */
    size_t min_operands, max_operands;
    const struct option_row *options;
    enum cmd_exit (*run)(struct options *o, struct err *err);
    const char *const *details;     /* paragraphs; ends with NULL */
    const struct example *examples; /* ends with a NULL line */
};

extern const struct command cmd_audit;
extern const struct command cmd_classify;
extern const struct command cmd_controls;
extern const struct command cmd_dedup;
extern const struct command cmd_diff;
extern const struct command cmd_doctor;
extern const struct command cmd_eval;
extern const struct command cmd_export;
extern const struct command cmd_explain;
extern const struct command cmd_generate;
extern const struct command cmd_graph_build;
extern const struct command cmd_graph_draw;
extern const struct command cmd_graph_export, cmd_graph_heat;
extern const struct command cmd_graph_merge;
extern const struct command cmd_graph_sample;
extern const struct command cmd_graph_stats;
extern const struct command cmd_graph_validate;
extern const struct command cmd_help;
extern const struct command cmd_judge_eval;
extern const struct command cmd_models;
extern const struct command cmd_ping;
extern const struct command cmd_report;
extern const struct command cmd_refresh;
extern const struct command cmd_respond;
extern const struct command cmd_review;
extern const struct command cmd_serve;
extern const struct command cmd_stats;
extern const struct command cmd_status;

extern const struct command *const CMD_TABLE[]; /* ends with NULL */

/* Rows that several commands share. */
#define CMD_ROW_HELP                                                           \
    {                                                                          \
        "help", 'h', OPTION_FLAG, NULL, 0, 0, NULL,                            \
            "Show what this command does, and its options.", 0                 \
    }
#define CMD_ROW_DATA_DIR                                                       \
    {                                                                          \
        "data-dir", 0, OPTION_STRING, "DIR", 0, 0, NULL,                       \
            "Where the folders seeds/ and graphs/ are. Without it: beside "    \
            "the program, else where phgen was installed, else here.",         \
            OPTION_CONFIG | OPTION_DIR                                         \
    }
#define CMD_ROW_CONFIG                                                         \
    {                                                                          \
        "config", 0, OPTION_STRING, "FILE", 0, 0, NULL,                        \
            "Read options from this YAML file. Without it: ./phgen.yaml, "     \
            "else phgen/config.yaml in $XDG_CONFIG_HOME or ~/.config.",        \
            OPTION_FILE                                                        \
    }
/* cmd_set_log() heeds them. */
#define CMD_ROW_VERBOSE                                                        \
    {                                                                          \
        "verbose", 'v', OPTION_FLAG, NULL, 0, 0, NULL,                         \
            "Say more about what happens, with a line for each attempt at a "  \
            "call over the network.",                                          \
            OPTION_CONFIG                                                      \
    }
#define CMD_ROW_LOG_JSON                                                       \
    {                                                                          \
        "log-json", 0, OPTION_FLAG, NULL, 0, 0, NULL,                          \
            "Likewise, but as JSON objects, one a line, on standard error; "   \
            "no progress.",                                                    \
            OPTION_CONFIG                                                      \
    }
#define CMD_SEED_MAX 9007199254740991.0 /* 2^53 - 1, exact in JSON */

/* --- looking commands up (commands.c) --- */

/*
 * The command that the words name: one ("stats") or two ("graph", "build").
 * `*used` is how many words that took.  NULL when there is none.
 */
const struct command *cmd_find(int argc, char *const argv[], int *used);
/* Is it the first word of two-word commands ("graph")? */
bool cmd_is_group(const char *word);
/* Sets the sentence for words that name no command, with the nearest. */
void cmd_unknown(int argc, char *const argv[], struct err *err);

/* --- documents from the tables --- */

void cmd_print_overview(FILE *out);
void cmd_print_group(const char *word, FILE *out);
void cmd_print_help(const struct command *c, FILE *out);
void cmd_print_man(FILE *out);        /* roff, man macros */
void cmd_print_completion(FILE *out); /* for bash */
/* A row's sentences with its range and default. */
void cmd_add_row_text(const struct option_row *row, struct str *out);

/* --- what commands share (shared.c) --- */

/*
 * The data folder: --data-dir, else the program's own folder when that holds
 * seeds/categories.yaml, else the installed one, else ".".  A heap string, or
 * NULL with a sentence.
 */
char *cmd_data_dir(const struct options *o, struct err *err);
/* "DATA/graphs/concepts.graphml" and the like; heap, or NULL. */
char *cmd_data_path(const struct options *o, const char *name, struct err *err);

/* The concept graph that operand 0 names, else the shipped one; likewise. */
char *cmd_graph_path(const struct options *o, struct err *err);

/* Level and form of the log, from --verbose and --log-json. */
void cmd_set_log(const struct options *o);

/* Seconds for people: "4.2 s", "3 min 07 s", "2 h 05 min". */
void cmd_add_duration(struct str *out, double seconds);
/* 1,234,567 */
void cmd_add_count(struct str *out, double n);
/* Prints text in lines of at most 79 columns, all but the first `indent`
 * wide; `at` is the column where the first begins. */
void cmd_wrap(const char *text, size_t indent, size_t at, FILE *out);
/* Prints a value as a model or a file gave it, fit for a terminal. */
void cmd_print_text(const char *text, FILE *out);
/* Prints a tree as one line of JSON on standard output, and deletes it. */
int cmd_print_json(cJSON *tree, struct err *err);
/* Columns of a terminal, 80 when the stream is none. */
int cmd_columns(FILE *stream);

#endif
