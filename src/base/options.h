/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PHGEN_BASE_OPTIONS_H
#define PHGEN_BASE_OPTIONS_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Options of a command, from ONE table: what is parsed, what --help, the man
 * page and the completion say, and which keys a configuration file may have.
 *
 *      static const struct option_row table[] = {
 *          {"n", 'n', OPTION_UINT, "ROWS", 1, 10000000, "100",
 *           "Rows wanted.", OPTION_CONFIG},
 *          {"against", 0, OPTION_LIST, "FILE", 0, 0, NULL,
 *           "Leave out what is near a prompt of FILE.", OPTION_FILE},
 *          {0}};
 *
 *      struct options *o = options_new(table);
 *      if (options_parse(o, argc, argv, err) != 0) ...
 *      uint64_t n = options_uint(o, "n");
 *      options_free(o);
 *
 * A value from the command line wins over one from the file, that over the
 * row's fallback.  All strings given back belong to `o`.
 *
 * To add an option: one row in its command's table, one place that reads it.
 */
enum option_type {
    OPTION_FLAG,   /* no argument */
    OPTION_UINT,   /* decimal digits, min to max (at most 2^53) */
    OPTION_REAL,   /* decimal number, min to max */
    OPTION_STRING, /* valid UTF-8, not empty */
    OPTION_LIST    /* a string that may be given again */
};

#define OPTION_LIST_MAX 256

enum option_flag {
    OPTION_CONFIG = 1, /* may stand in the configuration file */
    OPTION_FILE = 2,   /* for completion: what the argument names */
    OPTION_DIR = 4,
    OPTION_MODEL = 8
};

struct option_row {
    const char *name; /* the long name, without dashes; NULL ends a table */
    char letter;      /* the short name, or 0 */
    enum option_type type;
    const char *arg;      /* what help calls the argument; NULL for a flag */
    double min, max;      /* of a number, both allowed */
    const char *fallback; /* as a user would write it; NULL: none */
    const char *help;     /* sentences */
    unsigned flags;       /* of enum option_flag */
};

struct options; /* heap; borrows the table */

struct options *options_new(const struct option_row *table); /* or NULL */
void options_free(struct options *o);                        /* NULL ok */

/*
 * Reads the command line (argv[0] is skipped).  Options and operands may be
 * mixed, "--" ends options, long names may be cut as long as they are not
 * ambiguous.  The sentence names the option, the value and what was wanted;
 * for an unknown option the nearest one.
 */
int options_parse(struct options *o, int argc, char *const argv[],
                  struct err *err);

/*
 * Where the first operand stands in argv, when all words before it are options
 * of the table and their arguments; `argc` when there is none, or "--" comes
 * first; -1 when one of them cannot be read.  Takes nothing.
 */
int options_before(const struct options *o, int argc, char *const argv[]);

/*
 * Sets one option from a configuration file.  `text` is a value as on the
 * command line ("true" or "false" for a flag).  Does nothing when the command
 * line gave the option.  The sentence does not say where the value stood.
 */
int options_set(struct options *o, const char *name, const char *text,
                struct err *err);

const struct option_row *options_table(const struct options *o);
const struct option_row *options_find(const struct option_row *table,
                                      const char *name); /* or NULL */

/* Values by long name, which must be in the table with that type. */
bool options_given(const struct options *o, const char *name);
bool options_flag(const struct options *o, const char *name);
uint64_t options_uint(const struct options *o, const char *name);
double options_real(const struct options *o, const char *name);
const char *options_string(const struct options *o, const char *name);
const char *const *options_list(const struct options *o, const char *name,
                                size_t *n);

/* What is not an option. */
size_t options_operands(const struct options *o);
const char *options_operand(const struct options *o, size_t i);

#endif
