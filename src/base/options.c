/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * getopt_long does the scanning; the table is turned into what it wants.  Its
 * own messages are switched off, because they know neither ranges nor near
 * misses.  Values are checked and copied as they come, so a bad one is
 * reported before anything else happens, and an option read later can no
 * longer be wrong: asking for a name that is not in the table is our bug.
 */
#include "base/options.h"
#include "base/nearest.h"
#include "base/str.h"
#include "base/text.h"

#include <assert.h>
#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define ROWS_MAX  64
#define LONG_CODE 1000 /* getopt's `val` of row i is LONG_CODE + i */
#define VALUE_MAX 65536

enum origin { FROM_FALLBACK, FROM_FILE, FROM_COMMAND_LINE };

struct value {
    enum origin origin;
    uint64_t number;
    double real;
    char **list; /* one string, or the items of a list */
    size_t n;
};

struct options {
    const struct option_row *table;
    size_t nrows;
    struct value *values; /* by row */
    char **operands;
    size_t noperands;
};

/* --- values --- */

static int parse_uint(const struct option_row *row, const char *text,
                      uint64_t *out)
{
    unsigned long long n;
    char *end;

    if (*text < '0' || *text > '9')
        return -1;
    errno = 0;
    n = strtoull(text, &end, 10);
    if (errno != 0 || *end != '\0' || (double)n < row->min ||
        (double)n > row->max)
        return -1;
    *out = n;
    return 0;
}

static int parse_real(const struct option_row *row, const char *text,
                      double *out)
{
    double x;
    char *end;

    if (strspn(text, "0123456789.eE+-") != strlen(text) || *text == '\0')
        return -1;
    x = strtod(text, &end);
    if (*end != '\0' || !isfinite(x) || x < row->min || x > row->max)
        return -1;
    *out = x;
    return 0;
}

static int wrong_number(const struct option_row *row, const char *text,
                        struct err *err)
{
    struct str shown;

    str_init(&shown, 200);
    text_printable(text, &shown);
    if (row->type == OPTION_UINT)
        err_set(err,
                "--%s %s is not possible: it takes a whole number from %.0f to "
                "%.0f",
                row->name, shown.s, row->min, row->max);
    else
        err_set(err, "--%s %s is not possible: it takes a number from %g to %g",
                row->name, shown.s, row->min, row->max);
    str_release(&shown);
    return -1;
}

static void forget(struct value *v)
{
    while (v->n > 0)
        free(v->list[--v->n]);
    free(v->list);
    v->list = NULL;
}

static int add_string(const struct option_row *row, struct value *v,
                      const char *text, struct err *err)
{
    char **list;

    if (*text == '\0')
        return err_set(err, "--%s must not be empty", row->name);
    if (strlen(text) > VALUE_MAX)
        return err_set(err, "the value of --%s is longer than %d bytes",
                       row->name, VALUE_MAX);
    if (!text_valid(text, strlen(text)))
        return err_set(err, "the value of --%s is not valid UTF-8", row->name);
    if (v->n == OPTION_LIST_MAX)
        return err_set(err, "--%s can be given at most %d times", row->name,
                       OPTION_LIST_MAX);
    list = realloc(v->list, (v->n + 2) * sizeof(*list));
    if (list == NULL)
        return err_nomem(err);
    v->list = list;
    v->list[v->n] = strdup(text);
    if (v->list[v->n] == NULL)
        return err_nomem(err);
    v->list[++v->n] = NULL;
    return 0;
}

/* Takes a value; `origin` is never weaker than the value's own. */
static int take(const struct option_row *row, struct value *v, const char *text,
                enum origin origin, struct err *err)
{
    switch (row->type) {
    case OPTION_FLAG:
        v->number = strcmp(text, "true") == 0;
        if (!v->number && strcmp(text, "false") != 0)
            return err_set(err, "%s is either true or false", row->name);
        break;
    case OPTION_UINT:
        if (parse_uint(row, text, &v->number) != 0)
            return wrong_number(row, text, err);
        break;
    case OPTION_REAL:
        if (parse_real(row, text, &v->real) != 0)
            return wrong_number(row, text, err);
        break;
    case OPTION_STRING:
        forget(v);
        if (add_string(row, v, text, err) != 0)
            return -1;
        break;
    case OPTION_LIST:
        if (origin != v->origin)
            forget(v);
        if (add_string(row, v, text, err) != 0)
            return -1;
        break;
    }
    v->origin = origin;
    return 0;
}

/* --- making and freeing --- */

struct options *options_new(const struct option_row *table)
{
    struct options *o = calloc(1, sizeof(*o));
    struct err err;
    size_t i;

    if (o == NULL)
        return NULL;
    o->table = table;
    while (table[o->nrows].name != NULL)
        o->nrows++;
    assert(o->nrows <= ROWS_MAX);
    o->values = calloc(o->nrows + 1, sizeof(*o->values));
    for (i = 0; o->values != NULL && i < o->nrows; i++)
        if (table[i].fallback != NULL &&
            take(&table[i], &o->values[i], table[i].fallback, FROM_FALLBACK,
                 &err) != 0)
            break;
    if (o->values == NULL || i < o->nrows) {
        options_free(o);
        return NULL;
    }
    return o;
}

void options_free(struct options *o)
{
    size_t i;

    if (o == NULL)
        return;
    for (i = 0; o->values != NULL && i < o->nrows; i++)
        forget(&o->values[i]);
    free(o->values);
    while (o->noperands > 0)
        free(o->operands[--o->noperands]);
    free(o->operands);
    free(o);
}

/* --- the command line --- */

struct scanner {
    struct option longs[ROWS_MAX + 1];
    char shorts[2 * ROWS_MAX + 3];
};

/* `whole`: options behind operands, too. */
static void scanner_init(struct scanner *s, const struct options *o, bool whole)
{
    char *p = s->shorts;
    size_t i;

    memset(s, 0, sizeof(*s));
    if (!whole)
        *p++ = '+';
    *p++ = ':'; /* tell a missing argument from an unknown option */
    for (i = 0; i < o->nrows; i++) {
        const struct option_row *row = &o->table[i];
        bool flag = row->type == OPTION_FLAG;

        s->longs[i].name = row->name;
        s->longs[i].has_arg = flag ? no_argument : required_argument;
        s->longs[i].val = LONG_CODE + (int)i;
        if (row->letter == 0)
            continue;
        *p++ = row->letter;
        if (!flag)
            *p++ = ':';
    }
}

static const struct option_row *row_of(const struct options *o, int code)
{
    size_t i;

    if (code >= LONG_CODE && code < LONG_CODE + (int)o->nrows)
        return &o->table[code - LONG_CODE];
    for (i = 0; i < o->nrows; i++)
        if (o->table[i].letter != 0 && o->table[i].letter == code)
            return &o->table[i];
    return NULL;
}

static int unknown_letter(int letter, struct err *err)
{
    if (letter > 32 && letter < 127)
        return err_set(err, "unknown option -%c", letter);
    return err_set(err, "unknown option (a byte 0x%02x after \"-\")",
                   (unsigned)letter & 0xff);
}

/* "--targt=x": which did they mean? */
static int unknown_name(const struct options *o, const char *arg,
                        struct err *err)
{
    const char *names[ROWS_MAX + 1], *near;
    struct str word, some;
    size_t len = strcspn(arg + 2, "="), i, n = 0;

    str_init(&word, 200);
    str_init(&some, 400);
    str_add(&word, arg + 2, len);
    for (i = 0; i < o->nrows; i++) {
        names[i] = o->table[i].name;
        if (strncmp(names[i], word.s, word.len) == 0)
            str_addf(&some, "%s--%s", n++ > 0 ? ", " : "", names[i]);
    }
    names[i] = NULL;
    near = nearest_word(word.s, names);
    str_clear(&word);
    text_printable(arg, &word);
    if (n > 1 && len > 0)
        err_set(err, "%s can mean: %s", word.s, some.s);
    else if (near != NULL)
        err_set(err, "unknown option %s; did you mean --%s?", word.s, near);
    else
        err_set(err, "unknown option %s", word.s);
    str_release(&word);
    str_release(&some);
    return -1;
}

/* getopt returned '?' or ':'; `arg` is the word it stumbled over. */
static int complain(const struct options *o, int code, const char *arg,
                    struct err *err)
{
    const struct option_row *row = row_of(o, optopt);

    if (code == ':')
        return err_set(err, "--%s needs an argument: %s", row->name, row->arg);
    if (optopt >= LONG_CODE)
        return err_set(err, "--%s takes no argument", row->name);
    if (optopt != 0)
        return unknown_letter(optopt, err);
    return unknown_name(o, arg, err);
}

static int take_operands(struct options *o, int argc, char *const argv[],
                         struct err *err)
{
    o->operands = calloc((size_t)(argc - optind) + 1, sizeof(*o->operands));
    if (o->operands == NULL)
        return err_nomem(err);
    for (; optind < argc; optind++) {
        if (!text_valid(argv[optind], strlen(argv[optind])))
            return err_set(err, "argument %d is not valid UTF-8", optind);
        o->operands[o->noperands] = strdup(argv[optind]);
        if (o->operands[o->noperands] == NULL)
            return err_nomem(err);
        o->noperands++;
    }
    return 0;
}

int options_parse(struct options *o, int argc, char *const argv[],
                  struct err *err)
{
    const struct option_row *row;
    struct scanner s;
    int code;

    scanner_init(&s, o, true);
    optind = 0; /* glibc: start afresh */
    opterr = 0;
    for (;;) {
        code = getopt_long(argc, argv, s.shorts, s.longs, NULL);
        if (code == -1)
            break;
        if (code == '?' || code == ':')
            return complain(o, code, argv[optind - 1], err);
        row = row_of(o, code);
        if (take(row, &o->values[row - o->table],
                 row->type == OPTION_FLAG ? "true" : optarg, FROM_COMMAND_LINE,
                 err) != 0)
            return -1;
    }
    return take_operands(o, argc, argv, err);
}

int options_before(const struct options *o, int argc, char *const argv[])
{
    struct scanner s;
    int code;

    scanner_init(&s, o, false);
    optind = 0; /* glibc: start afresh */
    opterr = 0;
    do
        code = getopt_long(argc, argv, s.shorts, s.longs, NULL);
    while (code != -1 && code != '?' && code != ':');
    if (code != -1)
        return -1;
    return strcmp(argv[optind - 1], "--") == 0 ? argc : optind;
}

/* --- the configuration file --- */

const struct option_row *options_find(const struct option_row *table,
                                      const char *name)
{
    for (; table->name != NULL; table++)
        if (strcmp(table->name, name) == 0)
            return table;
    return NULL;
}

int options_set(struct options *o, const char *name, const char *text,
                struct err *err)
{
    const struct option_row *row = options_find(o->table, name);
    struct value *v;

    if (row == NULL)
        return err_set(err, "there is no option \"%s\"", name);
    v = &o->values[row - o->table];
    if (v->origin == FROM_COMMAND_LINE) {
        /* Check it all the same: a file is right or wrong on its own. */
        struct value unused = {.origin = FROM_FILE};
        int failed = take(row, &unused, text, FROM_FILE, err);

        forget(&unused);
        return failed;
    }
    return take(row, v, text, FROM_FILE, err);
}

/* --- asking --- */

const struct option_row *options_table(const struct options *o)
{
    return o->table;
}

static const struct value *value(const struct options *o, const char *name)
{
    const struct option_row *row = options_find(o->table, name);

    assert(row != NULL);
    return &o->values[row - o->table];
}

bool options_given(const struct options *o, const char *name)
{
    return value(o, name)->origin != FROM_FALLBACK;
}

bool options_flag(const struct options *o, const char *name)
{
    return value(o, name)->number != 0;
}

uint64_t options_uint(const struct options *o, const char *name)
{
    return value(o, name)->number;
}

double options_real(const struct options *o, const char *name)
{
    return value(o, name)->real;
}

const char *options_string(const struct options *o, const char *name)
{
    const struct value *v = value(o, name);

    return v->n > 0 ? v->list[0] : NULL;
}

const char *const *options_list(const struct options *o, const char *name,
                                size_t *n)
{
    const struct value *v = value(o, name);

    *n = v->n;
    return (const char *const *)v->list;
}

size_t options_operands(const struct options *o)
{
    return o->noperands;
}

const char *options_operand(const struct options *o, size_t i)
{
    return i < o->noperands ? o->operands[i] : NULL;
}
