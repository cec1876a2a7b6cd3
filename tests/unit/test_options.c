/* SPDX-License-Identifier: GPL-3.0-or-later */
/* base/: option tables, near misses, the configuration file. */
#include "base/config.h"
#include "base/nearest.h"
#include "base/options.h"
#include "cmd/cmd.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

static const struct option_row table[] = {
    {"target-model", 't', OPTION_LIST, "MODEL", 0, 0, NULL, "A model.",
     OPTION_CONFIG},
    {"target-file", 0, OPTION_STRING, "FILE", 0, 0, NULL, "A file.", 0},
    {"n", 'n', OPTION_UINT, "ROWS", 1, 10000000, "100", "Rows.", OPTION_CONFIG},
    {"seed", 's', OPTION_UINT, "NUMBER", 0, 9007199254740991.0, "1", "Seed.",
     OPTION_CONFIG},
    {"threshold", 0, OPTION_REAL, "X", 0.2, 1, "0.7", "Similarity.",
     OPTION_CONFIG},
    {"out", 'o', OPTION_STRING, "DIR", 0, 0, NULL, "Folder.", OPTION_CONFIG},
    {"quiet", 'q', OPTION_FLAG, NULL, 0, 0, NULL, "Quiet.", OPTION_CONFIG},
    {"dry-run", 0, OPTION_FLAG, NULL, 0, 0, NULL, "Dry.", 0},
    {0},
};

#define ARGS_MAX 40

/* Parses the words up to NULL; `*got` is what options_parse() returned. */
static struct options *parse_words(const char *const words[], int *got,
                                   struct err *err)
{
    struct options *o = options_new(table);
    char *argv[ARGS_MAX + 1] = {(char *)(size_t) "phgen"};
    int argc = 1;

    for (; words[argc - 1] != NULL && argc < ARGS_MAX; argc++)
        argv[argc] = strdup(words[argc - 1]);
    assert_non_null(o);
    err->text[0] = '\0';
    *got = options_parse(o, argc, argv, err);
    while (argc-- > 1)
        free(argv[argc]); /* so the values must be copies */
    return o;
}

#define PARSE(got, err, ...)                                                   \
    parse_words((const char *const[]){__VA_ARGS__, NULL}, got, err)

static void test_values(void **state)
{
    struct err err;
    const char *const *list;
    struct options *o;
    size_t n;
    int got;

    (void)state;
    o = PARSE(&got, &err, "-n", "7", "first", "--threshold=0.5", "-qt", "a",
              "--target-m", "b", "--seed", "9007199254740991", "--", "-x");
    assert_int_equal(got, 0);
    assert_int_equal(options_uint(o, "n"), 7);
    assert_true(options_uint(o, "seed") == UINT64_C(9007199254740991));
    assert_true(options_real(o, "threshold") == 0.5);
    assert_true(options_flag(o, "quiet"));
    assert_false(options_flag(o, "dry-run"));
    assert_null(options_string(o, "out"));
    list = options_list(o, "target-model", &n);
    assert_int_equal(n, 2);
    assert_string_equal(list[0], "a");
    assert_string_equal(list[1], "b");
    assert_int_equal(options_operands(o), 2);
    assert_string_equal(options_operand(o, 0), "first");
    assert_string_equal(options_operand(o, 1), "-x");
    assert_null(options_operand(o, 2));
    options_free(o);
}

static void test_fallbacks(void **state)
{
    struct err err;
    struct options *o;
    size_t n;
    int got;

    (void)state;
    o = PARSE(&got, &err, "--n", "5", "--n", "6");
    assert_int_equal(got, 0);
    assert_int_equal(options_uint(o, "n"), 6);
    assert_true(options_given(o, "n"));
    assert_false(options_given(o, "seed"));
    assert_int_equal(options_uint(o, "seed"), 1);
    assert_true(options_real(o, "threshold") == 0.7);
    options_list(o, "target-model", &n);
    assert_int_equal(n, 0);
    options_free(o);
}

/* Every one of these is refused with a sentence that has `want` in it. */
static void test_refused(void **state)
{
    static const struct {
        const char *words[4], *want;
    } cases[] = {
        {{"--n", "0"},
         "--n 0 is not possible: it takes a whole number from "
         "1 to 10000000"},
        {{"--n", "1000000000"}, "from 1 to 10000000"},
        {{"--n", "-1"}, "from 1 to 10000000"},
        {{"--n", "+1"}, "from 1"},
        {{"--n", " 1"}, "from 1"},
        {{"--n", "1.5"}, "from 1"},
        {{"--n", "1e3"}, "from 1"},
        {{"--n", "0x10"}, "from 1"},
        {{"--n", "99999999999999999999999"}, "from 1"},
        {{"--n", ""}, "from 1"},
        {{"--n", "\x1b[2J"}, "from 1"},
        {{"--seed", "9007199254740992"}, "to 9007199254740991"},
        {{"--threshold", "nan"}, "from 0.2 to 1"},
        {{"--threshold", "1.01"}, "from 0.2 to 1"},
        {{"--threshold", "inf"}, "from 0.2 to 1"},
        {{"--threshold", "0x1p-1"}, "from 0.2 to 1"},
        {{"--threshold", "0.5x"}, "from 0.2 to 1"},
        {{"--out", ""}, "--out must not be empty"},
        {{"--out", "a\xff"}, "not valid UTF-8"},
        {{"\xff\xfe"}, "argument 1 is not valid UTF-8"},
        {{"--treshold", "1"}, "did you mean --threshold?"},
        {{"--targt"}, "did you mean --target-model?"},
        {{"--zzzz"}, "unknown option --zzzz"},
        {{"--target"}, "can mean: --target-model, --target-file"},
        {{"--target=x"}, "can mean: --target-model, --target-file"},
        {{"--quiet=yes"}, "--quiet takes no argument"},
        {{"--n"}, "--n needs an argument: ROWS"},
        {{"-n"}, "--n needs an argument: ROWS"},
        {{"-z"}, "unknown option -z"},
        {{"-qz"}, "unknown option -z"},
        {{"-\xff"}, "0xff"},
    };
    struct options *o;
    struct err err;
    size_t i;
    int got;

    (void)state;
    for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        o = parse_words(cases[i].words, &got, &err);
        if (got == 0 || strstr(err.text, cases[i].want) == NULL ||
            strchr(err.text, 0x1b) != NULL)
            fail_msg("case %zu: %s", i, err.text);
        options_free(o);
    }
}

static void test_list_limit(void **state)
{
    struct options *o = options_new(table);
    struct err err;
    size_t i;

    (void)state;
    for (i = 0; i < OPTION_LIST_MAX; i++)
        assert_int_equal(options_set(o, "target-model", "f", &err), 0);
    assert_int_equal(options_set(o, "target-model", "f", &err), -1);
    assert_non_null(strstr(err.text, "at most"));
    options_free(o);
}

static void test_nearest(void **state)
{
    static const char *const words[] = {"generate", "graph", "stats", "serve",
                                        NULL};

    (void)state;
    assert_string_equal(nearest_word("generat", words), "generate");
    assert_string_equal(nearest_word("grahp", words), "graph");
    assert_string_equal(nearest_word("stat", words), "stats");
    assert_string_equal(nearest_word("gener", words), "generate");
    assert_null(nearest_word("xyzzy", words));
    assert_null(nearest_word("", words));
    assert_null(nearest_word("an unreasonably long word that goes on and on "
                             "for no reason",
                             words));
}

/* A file with this text, loaded and applied to `o`. */
static int apply(const char *text, struct options *o, struct config **c,
                 struct err *err)
{
    char path[] = "/tmp/phgen-config-XXXXXX";
    int fd = mkstemp(path), got = -1;
    FILE *f = fd >= 0 ? fdopen(fd, "w") : NULL;

    assert_non_null(f);
    fputs(text, f);
    fclose(f);
    *c = config_load(path, err);
    if (*c != NULL)
        got = config_apply(*c, o, err);
    unlink(path);
    return got;
}

static void test_config(void **state)
{
    const char *const *list;
    struct aliases aliases;
    struct options *o;
    struct config *c;
    struct err err;
    size_t n;
    int got;

    (void)state;
    o = PARSE(&got, &err, "--n", "5", "-t", "mine");
    assert_int_equal(apply("n: 9\nseed: 3\nquiet: true\nthreshold: 0.9\n"
                           "target-model: [theirs, too]\nout: over/there\n"
                           "models:\n  small: ollama:llama3.2\n",
                           o, &c, &err),
                     0);
    assert_int_equal(options_uint(o, "n"), 5);
    assert_int_equal(options_uint(o, "seed"), 3);
    assert_true(options_flag(o, "quiet"));
    assert_true(options_real(o, "threshold") == 0.9);
    assert_string_equal(options_string(o, "out"), "over/there");
    list = options_list(o, "target-model", &n);
    assert_int_equal(n, 1);
    assert_string_equal(list[0], "mine");
    assert_int_equal((aliases = config_aliases(c)).n, 1);
    assert_string_equal(aliases.list[0].name, "small");
    assert_string_equal(aliases.list[0].model, "ollama:llama3.2");
    assert_int_equal(aliases.list[0].line, 8);
    config_close(c);
    options_free(o);

    o = options_new(table);
    assert_int_equal(apply("target-model:\n- a\n- b\n", o, &c, &err), 0);
    list = options_list(o, "target-model", &n);
    assert_int_equal(n, 2);
    assert_string_equal(list[1], "b");
    config_close(c);
    options_free(o);
}

static void test_config_refused(void **state)
{
    static const struct {
        const char *text, *line, *want;
    } cases[] = {
        {"seed: 1\nsed: 2\n", ":2: ", "did you mean \"seed\"?"},
        {"seed: 1\nmodel: {}\n", ":2: ", "did you mean \"models\"?"},
        {"# c\n\nxyzzy: 2\n", ":3: ", "unknown key \"xyzzy\""},
        {"n: 0\n", ":1: ", "from 1 to 10000000"},
        {"n: 2\nseed: 1\nn: 3\n", ":3: ", "first is in line 1"},
        {"n: [1, 2]\n", ":1: ", "not a list"},
        {"quiet: maybe\n", ":1: ", "true or false"},
        {"dry-run: true\n", ":1: ", "command line only"},
        {"target-model: [a, [b]]\n", ":1: ", "takes one value"},
        {"out: ''\n", ":1: ", "must not be empty"},
        {"models: x\n", ":1: ", "NAME: MODEL"},
        {"models:\n  a:b: x\n", ":2: ", "without a colon"},
        {"models:\n  a: x\n  a: y\n", ":3: ", "second time"},
        {"models:\n  a:\n", ":2: ", "needs a model"},
        {"models:\n  a: [x]\n", ":2: ", "needs a model"},
        {"- n\n", ":1: ", "OPTION: VALUE"},
        {"[a]: 1\n", ":1: ", "plain word"},
        {"n: 1\n  seed: 2\n", ":2: ", ""},
        {"a: &x 1\n", ":1: ", "anchors"},
        {"n: \"\xff\"\n", "", "UTF-8"},
    };
    struct options *o;
    struct config *c;
    struct err err;
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        o = options_new(table);
        if (apply(cases[i].text, o, &c, &err) == 0 ||
            strstr(err.text, cases[i].line) == NULL ||
            strstr(err.text, cases[i].want) == NULL)
            fail_msg("case %zu: %s", i, err.text);
        config_close(c);
        options_free(o);
    }
}

/* A wrong value is wrong even where the command line overrides it. */
static void test_config_checked_though_unused(void **state)
{
    struct options *o;
    struct config *c;
    struct err err;
    int got;

    (void)state;
    o = PARSE(&got, &err, "--n", "5");
    assert_int_equal(apply("n: none\n", o, &c, &err), -1);
    assert_int_equal(options_uint(o, "n"), 5);
    config_close(c);
    options_free(o);
}

static void test_config_missing(void **state)
{
    struct err err;

    (void)state;
    assert_null(config_load("/nonexistent/phgen.yaml", &err));
    assert_non_null(strstr(err.text, "/nonexistent/phgen.yaml"));
}

static void test_before(void **state)
{
    static const struct {
        const char *argv[6];
        int want;
    } cases[] = {
        {{"phgen", "-q", "stats", "-n", "5"}, 2},
        {{"phgen", "--out", "stats", "export", "-x"}, 3},
        {{"phgen", "--out=stats", "export"}, 2},
        {{"phgen", "-qn", "5", "export"}, 3},
        {{"phgen", "export"}, 1},
        {{"phgen", "-q"}, 2},
        {{"phgen", "-q", "--", "export"}, 4},
        {{"phgen", "--format", "csv", "export"}, -1},
        {{"phgen", "-q", "--out"}, -1},
    };
    struct options *o = options_new(table);
    size_t i;
    int n;

    (void)state;
    for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        for (n = 0; n < 6 && cases[i].argv[n] != NULL; n++)
            ;
        assert_int_equal(
            options_before(o, n, (char *const *)(const void *)cases[i].argv),
            cases[i].want);
        assert_false(options_given(o, "quiet"));
    }
    options_free(o);
}

/* Which words before a command are arguments is read from generate's table. */
static void test_agree(void **state)
{
    const struct option_row *mine, *other;
    size_t i;

    (void)state;
    for (i = 0; CMD_TABLE[i] != NULL; i++)
        for (other = CMD_TABLE[i]->options; other->name != NULL; other++)
            for (mine = cmd_generate.options; mine->name != NULL; mine++)
                if (strcmp(mine->name, other->name) == 0 ||
                    (mine->letter != 0 && mine->letter == other->letter))
                    assert_int_equal(mine->type == OPTION_FLAG,
                                     other->type == OPTION_FLAG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_fallbacks),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_list_limit),
        cmocka_unit_test(test_nearest),
        cmocka_unit_test(test_config),
        cmocka_unit_test(test_config_refused),
        cmocka_unit_test(test_config_checked_though_unused),
        cmocka_unit_test(test_config_missing),
        cmocka_unit_test(test_before),
        cmocka_unit_test(test_agree),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
