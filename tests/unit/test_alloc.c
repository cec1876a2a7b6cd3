/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Memory runs out in the middle of a parser: at the k-th allocation, for every
 * k, once and for good.  Nothing crashes, nothing leaks, and what fails says
 * so.
 *
 * The linker puts the functions below in the place of malloc() and its kin
 * (ld --wrap) for all of phgen's own code; cJSON is given them by its hooks.
 * libyaml, igraph and libc allocate as ever.
 */
#include "base/call.h"
#include "base/config.h"
#include "base/json.h"
#include "base/yaml.h"
#include "cmd/cmd.h"
#include "dataset/reader.h"
#include "graph/inside.h"
#include "net/dialect.h"
#include "serve/chat.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

void *__real_malloc(size_t n);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t n);
void __real_free(void *p);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t n);
void __wrap_free(void *p);
char *__wrap_strdup(const char *s);

#define LIVE_MAX 4096 /* blocks at once */
#define MOST     2000 /* allocations that are failed, one by one */

static void *live[LIVE_MAX];
static size_t nlive, count, fail_at;
static bool stays, watching;
static size_t tried; /* allocations that were failed, all in all */

static bool fails(void)
{
    if (!watching)
        return false;
    count++;
    return fail_at != 0 && (count == fail_at || (stays && count > fail_at));
}

static void *keep(void *p)
{
    if (watching && p != NULL) {
        assert_true(nlive < LIVE_MAX);
        live[nlive++] = p;
    }
    return p;
}

static void forget(const void *p)
{
    size_t i;

    for (i = nlive; p != NULL && i > 0; i--)
        if (live[i - 1] == p) {
            live[i - 1] = live[--nlive];
            return;
        }
}

void *__wrap_malloc(size_t n)
{
    return fails() ? NULL : keep(__real_malloc(n));
}

void *__wrap_calloc(size_t n, size_t size)
{
    return fails() ? NULL : keep(__real_calloc(n, size));
}

void *__wrap_realloc(void *p, size_t n)
{
    if (fails())
        return NULL;
    forget(p);
    return keep(__real_realloc(p, n));
}

void __wrap_free(void *p)
{
    forget(p);
    __real_free(p);
}

char *__wrap_strdup(const char *s)
{
    size_t n = strlen(s) + 1;
    char *p = __wrap_malloc(n);

    return p != NULL ? memcpy(p, s, n) : NULL;
}

/* --- what is tried: 0, or -1 with a sentence --- */

static char path[4096]; /* of the text at hand */

static const char json[] =
    "{\"finish\":\"stop\",\"text\":\"hi\",\"model\":\"m\",\"list\":[1,"
    "{\"a\":\"\\u00e9\"},[true,null]],\"tokens_in\":7}";

static int try_json(struct err *err)
{
    cJSON *o = json_parse(json, strlen(json), err);
    int failed = o == NULL ? -1 : 0;

    cJSON_Delete(o);
    return failed;
}

static int try_find(struct err *err)
{
    static const char text[] = "<think>x</think>Here:\n```json\n{\"prompt\": "
                               "\"a\", \"b\": [1]}\n```\n";
    cJSON *o = json_find_object(text, strlen(text), "prompt", err);
    int failed = o == NULL ? -1 : 0;

    cJSON_Delete(o);
    return failed;
}

static int try_stored_reply(struct err *err)
{
    struct reply r;
    int failed;

    reply_init(&r);
    failed = reply_from_json(json, strlen(json), &r, err);
    reply_release(&r);
    return failed;
}

static int try_yaml(struct err *err)
{
    static const char text[] = "a: [1, {b: c}]\nlonger: |\n  text\n";
    struct yaml *y = yaml_parse_text("x.yaml", text, strlen(text), err);
    int failed = y == NULL ? -1 : 0;

    yaml_close(y);
    return failed;
}

static int try_reader(struct err *err)
{
    struct reader *r = reader_open(path, NULL, err);
    struct reader_row row;
    int got = -1;

    while (r != NULL && (got = reader_next(r, &row, err)) == 1)
        reader_value(r, "label");
    reader_close(r);
    return got;
}

static int try_config(struct err *err)
{
    struct config *c = config_load(path, err);
    struct options *o = c != NULL ? options_new(cmd_generate.options) : NULL;
    int failed = -1;

    if (c != NULL && o == NULL)
        failed = err_nomem(err);
    else if (o != NULL)
        failed = config_apply(c, o, err);
    options_free(o);
    config_close(c);
    return failed;
}

static int try_arguments(struct err *err)
{
    char *argv[] = {(char[]){"generate"},
                    (char[]){"-n"},
                    (char[]){"5"},
                    (char[]){"--against=x"},
                    (char[]){"--against=y"},
                    (char[]){"-t"},
                    (char[]){"builtin:cautious"},
                    NULL};
    struct options *o = options_new(cmd_generate.options);
    int failed;

    if (o == NULL)
        return err_nomem(err);
    failed = options_parse(o, 7, argv, err);
    options_free(o);
    return failed;
}

static int try_graph(struct err *err)
{
    FILE *f = fopen(path, "rb");
    struct concepts *c = f != NULL ? concepts_read(f, "x", true, err) : NULL;
    int failed = c == NULL ? -1 : 0;

    concepts_free(c);
    if (f != NULL)
        fclose(f);
    return failed;
}

static enum dialect dialect;

static const char *const replies[] = {
    [DIALECT_OPENAI] =
        "{\"model\":\"m\",\"choices\":[{\"finish_reason\":\"stop\",\"message\":"
        "{\"content\":\"<think>a</think>b\",\"refusal\":null},\"logprobs\":"
        "{\"content\":[{\"token\":\"a\",\"logprob\":-1,\"top_logprobs\":[]}]}}]"
        ",\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":4}}",
    [DIALECT_AZURE] =
        "{\"choices\":[{\"finish_reason\":\"content_filter\",\"message\":"
        "{\"content\":\"b\"}}]}",
    [DIALECT_ANTHROPIC] =
        "{\"model\":\"m\",\"stop_reason\":\"end_turn\",\"content\":[{\"type\":"
        "\"thinking\",\"thinking\":\"t\"},{\"type\":\"text\",\"text\":\"b\"}],"
        "\"usage\":{\"input_tokens\":3,\"output_tokens\":4}}",
    [DIALECT_OLLAMA] =
        "{\"model\":\"m\",\"done\":true,\"done_reason\":\"stop\",\"message\":"
        "{\"role\":\"assistant\",\"content\":\"b\",\"thinking\":\"t\"}}",
    [DIALECT_COMPLETION] =
        "{\"choices\":[{\"text\":\"b\",\"finish_reason\":\"stop\",\"logprobs\":"
        "{\"tokens\":[\"b\"],\"token_logprobs\":[-1],\"top_logprobs\":"
        "[{\"b\":-1}]}}]}",
    [DIALECT_EMBEDDING] = "{\"data\":[{\"index\":0,\"embedding\":[0.5,1]}]}",
    [DIALECT_MODERATION] =
        "{\"results\":[{\"flagged\":true,\"categories\":{\"hate\":true},"
        "\"category_scores\":{\"hate\":0.9}}]}",
};

static int try_dialect(struct err *err)
{
    const char *body = replies[dialect];
    struct reply r;
    int failed;

    reply_init(&r);
    failed = dialect_decode(dialect_of(dialect), body, strlen(body), &r, err);
    reply_release(&r);
    return failed;
}

/* --- the sweep --- */

typedef int attempt(struct err *err);

static int once(attempt *what, size_t at, bool for_good, struct err *err)
{
    int failed;

    count = nlive = 0;
    fail_at = at;
    stays = for_good;
    err->text[0] = '\0';
    watching = true;
    failed = what(err);
    watching = false;
    if (nlive != 0)
        fail_msg("%zu blocks are lost, allocation %zu failed%s: %s", nlive, at,
                 for_good ? " for good" : "", err->text);
    return failed;
}

/* Returns how many allocations there are. */
static size_t sweep(attempt *what)
{
    cJSON_Hooks hooks = {__wrap_malloc, __wrap_free};
    struct err err = {""};
    size_t all, k;
    int for_good;

    cJSON_InitHooks(&hooks);
    if (once(what, 0, false, &err) != 0)
        fail_msg("%s: %s", path, err.text);
    all = count;
    for (k = 1; k <= all && k <= MOST; k++)
        for (for_good = 0; for_good < 2; for_good++) {
            tried++;
            if (once(what, k, for_good, &err) != 0)
                assert_true(err.text[0] != '\0');
        }
    cJSON_InitHooks(NULL);
    assert_true(all > 0);
    return all;
}

/* With this text in a file of this ending. */
static void sweep_file(attempt *what, const char *ending, const char *text)
{
    FILE *f;
    int fd;

    snprintf(path, sizeof(path), "/tmp/phgen-alloc-XXXXXX%s", ending);
    fd = mkstemps(path, (int)strlen(ending));
    assert_true(fd >= 0);
    f = fdopen(fd, "wb");
    fputs(text, f);
    fclose(f);
    sweep(what);
    unlink(path);
}

static void test_texts(void **state)
{
    (void)state;
    sweep(try_json);
    sweep(try_find);
    sweep(try_stored_reply);
    sweep(try_yaml);
    sweep(try_arguments);
}

static void test_dialects(void **state)
{
    (void)state;
    for (dialect = DIALECT_OPENAI; dialect <= DIALECT_MODERATION; dialect++)
        sweep(try_dialect);
}

static void test_files(void **state)
{
    (void)state;
    sweep_file(try_reader, ".csv",
               "id,prompt,label\n1,\"a \"\"b\"\"\nc\",x\n2,d,y\n");
    sweep_file(try_reader, ".tsv", "prompt\tlabel\na b\tx\n");
    sweep_file(try_reader, ".jsonl",
               "{\"prompt\":\"a\",\"label\":\"x\"}\n{\"messages\":[{\"role\":"
               "\"user\",\"content\":\"b\"}]}\n\"c\"\n");
    sweep_file(try_reader, ".json", "[{\"prompt\":\"a\"}, \"b\"]");
    sweep_file(try_reader, ".txt", "a\n\nb\n");
    sweep_file(try_config, ".yml",
               "n: 20\njudge-model: [a, b]\nmodels:\n  a: ollama:x\n  b:\n    "
               "model: http://h/v1#m\n    price-in: 1\n    price-out: 2\n");
}

static void test_graph(void **state)
{
    const char *src = getenv("PHGEN_SRC");

    (void)state;
    concepts_init();
    snprintf(path, sizeof(path), "%s/tests/fuzz/corpus/graphml/directed",
             src != NULL ? src : ".");
    sweep(try_graph);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_texts),
        cmocka_unit_test(test_dialects),
        cmocka_unit_test(test_files),
        cmocka_unit_test(test_graph),
    };

    int failed = cmocka_run_group_tests(tests, NULL, NULL);

    print_message("# %zu allocations failed, without a crash or a leak.\n",
                  tried);
    return failed;
}
