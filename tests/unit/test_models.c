/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From what the user wrote to a model: specs, presets, aliases with lines. */
#include "base/config.h"
#include "net/dialect.h"
#include "net/preset.h"
#include "run/models.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

static void no_variables(void)
{
    const struct preset *p;
    char file[100];

    for (p = PRESETS; p->name != NULL; p++) {
        snprintf(file, sizeof(file), "%s_FILE", p->key_env);
        unsetenv(p->key_env);
        unsetenv(file);
        unsetenv(p->url_env);
    }
    unsetenv("PHGEN_API_KEY");
    unsetenv("OPENAI_API_VERSION");
}

static void assert_url(const struct model *m, size_t i, const char *want)
{
    struct str url;

    assert_true(i < m->nurls);
    str_init(&url, 4096);
    dialect_url(dialect_of(m->dialect), m->urls[i], m->name, &url);
    assert_string_equal(url.s, want);
    str_release(&url);
}

/* Every service resolves, to an address of its own and its own key. */
static void test_presets(void **state)
{
    const struct preset *p, *q;
    struct err err = {""};
    struct model m;
    char spec[100], own[200];

    (void)state;
    no_variables();
    for (p = PRESETS; p->name != NULL; p++) {
        snprintf(spec, sizeof(spec), "%s:some/name:tag", p->name);
        if (p->base_url == NULL) {
            assert_int_equal(preset_resolve(spec, NULL, &m, &err), -1);
            assert_non_null(strstr(err.text, p->url_env));
        } else if (preset_resolve(spec, NULL, &m, &err) != 0) {
            fail_msg("%s", err.text);
        } else {
            assert_string_equal(m.urls[0], p->base_url);
            assert_true(strncmp(m.urls[0], "https://", 8) == 0 ||
                        p->key_optional);
            assert_true((m.key_env == NULL) == p->key_optional);
            model_release(&m);
        }
        /* Pointed elsewhere, with a key. */
        setenv(p->url_env, "http://127.0.0.1:1/v1", 1);
        setenv(p->key_env, "k", 1);
        assert_int_equal(preset_resolve(spec, NULL, &m, &err), 0);
        assert_string_equal(m.name, "some/name:tag");
        assert_string_equal(m.spec, spec);
        assert_string_equal(m.key_env, p->key_env);
        assert_int_equal(m.dialect, p->dialect);
        assert_int_equal(m.kind, MODEL_HTTP);
        snprintf(own, sizeof(own), "http://127.0.0.1:1/v1%s",
                 p->dialect == DIALECT_AZURE ? "?api-version=2024-10-21" : "");
        assert_string_equal(m.urls[0], own);
        model_release(&m);
        /* ... and without: a local server may want none. */
        unsetenv(p->key_env);
        assert_int_equal(preset_resolve(spec, NULL, &m, &err), 0);
        assert_true((m.key_env != NULL) == (p->base_url == NULL));
        model_release(&m);
        unsetenv(p->url_env);
        for (q = PRESETS; q < p; q++) {
            assert_string_not_equal(q->name, p->name);
            assert_string_not_equal(q->key_env, p->key_env);
        }
        assert_ptr_equal(preset_find(p->name, strlen(p->name)), p);
    }
}

static void test_specs(void **state)
{
    static const struct {
        const char *spec, *name, *url; /* the URL that is posted to */
    } good[] = {
        {"openai:gpt-x", "gpt-x", "https://api.openai.com/v1/chat/completions"},
        {"anthropic:claude-x", "claude-x",
         "https://api.anthropic.com/v1/messages"},
        {"ollama:llama3.2:3b", "llama3.2:3b",
         "http://localhost:11434/api/chat"},
        {"openai+openai:x", "x", "https://api.openai.com/v1/chat/completions"},
        {"completion+vllm:a/b", "a/b", "http://localhost:8000/v1/completions"},
        {"embedding+openai:e", "e", "https://api.openai.com/v1/embeddings"},
        {"moderation+openai:m", "m", "https://api.openai.com/v1/moderations"},
        {"http://h:1/v1#n", "n", "http://h:1/v1/chat/completions"},
        {"https://h/v1/#a+b", "a+b", "https://h/v1/chat/completions"},
        {"completion+http://h:1/v1#n", "n", "http://h:1/v1/completions"},
        {"anthropic+http://h:1/v1#n", "n", "http://h:1/v1/messages"},
        {"anthropic+http://h:1#n", "n", "http://h:1/v1/messages"},
        {"anthropic+http://h:1/gate/#n", "n", "http://h:1/gate/v1/messages"},
        {"anthropic+http://h:1/v1/messages#n", "n", "http://h:1/v1/messages"},
        {"http://h:1/v1/chat/completions/#n", "n",
         "http://h:1/v1/chat/completions"},
        {"embedding+http://h:1/v1/embeddings#n", "n",
         "http://h:1/v1/embeddings"},
        {"http://[::1]:8000/v1#n", "n",
         "http://[::1]:8000/v1/chat/completions"},
        {"ollama+http://h:1#n:8b", "n:8b", "http://h:1/api/chat"},
        {"azure+https://r.openai.azure.com/#my dep", "my dep",
         "https://r.openai.azure.com/openai/deployments/my%20dep/chat/"
         "completions?api-version=2024-10-21"},
        {"azure+https://r.openai.azure.com?api-version=1#d", "d",
         "https://r.openai.azure.com/openai/deployments/d/chat/completions"
         "?api-version=1"},
        {"azure+https://r.openai.azure.com/openai/v1/#d", "d",
         "https://r.openai.azure.com/openai/v1/chat/completions"},
        {"azure+https://r.openai.azure.com/openai/v1/chat/completions#d", "d",
         "https://r.openai.azure.com/openai/v1/chat/completions"},
        {"azure+https://r.openai.azure.com/openai/deployments/x/chat/"
         "completions?api-version=1#d",
         "d",
         "https://r.openai.azure.com/openai/deployments/d/chat/completions"
         "?api-version=1"},
    };
    static const struct {
        const char *spec, *says;
    } bad[] = {
        {"nosuch:x", "no service \"nosuch\""},
        {"nosuch+openai:x", "no service \"nosuch+openai\""},
        {"openai:", "names no model"},
        {"completion+anthropic:x", "does not speak"},
        {"anthropic+openai:x", "does not speak"},
        {"http://h/v1", "names no model"},
        {"http://h/v1#", "names no model"},
        {"http://u:p@h/v1#n", "no password"},
        {"http://h/v1?key=secret#n", "no query"},
        {"azure+http://h/openai/deployments/d?api-version=1&key=s#n",
         "no query"},
        {"http:///v1#n", "a host"},
        {"builtin:nobody", "builtin:cautious"},
        {"bare", "OPENAI_BASE_URL"},
        {":x", "is no model"},
        {"127.0.0.1:8000/v1#n", "begins with http://"},
        {"HTTP://h/v1#n", "begins with http://"},
    };
    struct err err;
    struct model m;
    size_t i;

    (void)state;
    no_variables();
    for (i = 0; i < sizeof(good) / sizeof(*good); i++) {
        if (models_resolve(good[i].spec, NULL, &m, &err) != 0)
            fail_msg("%s", err.text);
        assert_string_equal(m.name, good[i].name);
        assert_url(&m, 0, good[i].url);
        model_release(&m);
    }
    for (i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        assert_int_equal(models_resolve(bad[i].spec, NULL, &m, &err), -1);
        if (strstr(err.text, bad[i].says) == NULL)
            fail_msg("%s: %s", bad[i].spec, err.text);
        model_release(&m);
    }
}

/* A key must not go out in the clear because nobody wrote https://. */
static void test_address_without_scheme(void **state)
{
    static const char *const rows[][2] = {
        {"localhost:1/v1", "http://localhost:1/v1/chat/completions"},
        {"127.0.0.1:1/v1", "http://127.0.0.1:1/v1/chat/completions"},
        {"[::1]:1/v1", "http://[::1]:1/v1/chat/completions"},
        {"api.example/v1", "api.example/v1/chat/completions"},
    };
    struct err err;
    struct model m;
    size_t i;

    (void)state;
    no_variables();
    for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        setenv("OPENAI_BASE_URL", rows[i][0], 1);
        if (models_resolve("openai:x", NULL, &m, &err) != 0)
            fail_msg("%s", err.text);
        assert_url(&m, 0, rows[i][1]);
        model_release(&m);
    }
    unsetenv("OPENAI_BASE_URL");
}

/* As Ollama itself reads it. */
static void test_ollama_host(void **state)
{
    static const char *const rows[][2] = {
        {"0.0.0.0", "http://127.0.0.1:11434/api/chat"},
        {"0.0.0.0:1", "http://127.0.0.1:1/api/chat"},
        {":1", "http://127.0.0.1:1/api/chat"},
        {"box", "http://box:11434/api/chat"},
        {"box:1", "http://box:1/api/chat"},
        {"[::1]", "http://[::1]:11434/api/chat"},
        {"[::1]:1", "http://[::1]:1/api/chat"},
        {"::1", "http://[::1]:11434/api/chat"},
        {"0.0.0.0:1", "http://127.0.0.1:1/api/chat"},
        {"0.0.0.0.evil:1", "http://0.0.0.0.evil:1/api/chat"},
        {"https://box/", "https://box/api/chat"},
    };
    struct err err;
    struct model m;
    size_t i;

    (void)state;
    no_variables();
    for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        setenv("OLLAMA_HOST", rows[i][0], 1);
        if (models_resolve("ollama:x", NULL, &m, &err) != 0)
            fail_msg("%s", err.text);
        assert_url(&m, 0, rows[i][1]);
        model_release(&m);
    }
    unsetenv("OLLAMA_HOST");
}

/* --- aliases --- */

static struct config *load(const char *text, struct err *err)
{
    char path[] = "/tmp/phgen-models-XXXXXX";
    int fd = mkstemp(path);
    struct config *c;

    assert_int_equal(write(fd, text, strlen(text)), (int)strlen(text));
    close(fd);
    c = config_load(path, err);
    unlink(path);
    return c;
}

static const char config[] =
    "models:\n"
    "  small: ollama:llama3.2\n"
    "  big:\n"
    "    model: openai:gpt-x\n"
    "    concurrency: 7\n"
    "    requests-per-minute: 500\n"
    "    tokens-per-minute: 2e5\n"
    "    price-in: 2.5\n"
    "    price-out: 10\n"
    "  farm:\n"
    "    name: org/my-model:8b\n"
    "    url: [http://gpu1:8000/v1, http://gpu2:8000/v1/]\n"
    "    dialect: completion\n"
    "    key: FARM_KEY\n"
    "    headers: {X-Team: eval, anthropic-beta: 'a, b'}\n"
    "  work:\n"
    "    model: azure:dep\n"
    "    url: https://w.openai.azure.com\n"
    "    api-version: 2025-01-01-preview\n"
    "  elsewhere:\n"
    "    model: openai:gpt-x\n"
    "    url: http://127.0.0.1:9/v1\n"
    "  free:\n"
    "    model: builtin:cautious\n"
    "    price-in: 0\n"
    "    price-out: 0\n";

static void resolve(const struct config *c, const char *name, struct model *m)
{
    struct aliases aliases = config_aliases(c);
    struct err err;

    if (models_resolve(name, &aliases, m, &err) != 0)
        fail_msg("%s", err.text);
}

static void test_aliases(void **state)
{
    struct err err = {""};
    struct config *c = load(config, &err);
    struct model m;

    (void)state;
    no_variables();
    if (c == NULL)
        fail_msg("%s", err.text);
    resolve(c, "small", &m);
    assert_string_equal(m.name, "llama3.2");
    assert_int_equal(m.dialect, DIALECT_OLLAMA);
    model_release(&m);

    resolve(c, "big", &m);
    assert_string_equal(m.key_env, "OPENAI_API_KEY");
    assert_int_equal(m.concurrency, 7);
    assert_true(m.requests_per_minute == 500 && m.tokens_per_minute == 2e5);
    assert_true(m.price_in == 2.5 && m.price_out == 10);
    model_release(&m);

    resolve(c, "farm", &m);
    assert_string_equal(m.name, "org/my-model:8b");
    assert_int_equal(m.nurls, 2);
    assert_url(&m, 0, "http://gpu1:8000/v1/completions");
    assert_url(&m, 1, "http://gpu2:8000/v1/completions");
    assert_string_equal(m.key_env, "FARM_KEY");
    assert_int_equal(m.nheaders, 2);
    assert_string_equal(m.headers[0], "X-Team: eval");
    assert_string_equal(m.headers[1], "anthropic-beta: a, b");
    model_release(&m);

    resolve(c, "work", &m);
    assert_url(&m, 0,
               "https://w.openai.azure.com/openai/deployments/dep/chat/"
               "completions?api-version=2025-01-01-preview");
    assert_string_equal(m.key_env, "AZURE_OPENAI_API_KEY");
    model_release(&m);

    resolve(c, "elsewhere", &m); /* a key there only when there is one */
    assert_string_equal(m.urls[0], "http://127.0.0.1:9/v1");
    assert_null(m.key_env);
    model_release(&m);

    resolve(c, "free", &m);
    assert_int_equal(m.kind, MODEL_BUILTIN);
    model_release(&m);
    config_close(c);
}

/* What the reader of the file refuses, and in which line. */
static void test_aliases_refused(void **state)
{
    static const struct {
        const char *text, *says;
    } rows[] = {
        {"a: {model: x:y, prize-in: 1}", ":2: unknown key \"prize-in\"; did"},
        {"a: {xyzzy: 1}", "a model has the keys model, name,"},
        {"a:\n    model: x:y\n    model: x:z", ":4: \"model\" stands here"},
        {"a:\n    model: x:y\n    name: z", ":3: the alias \"a\" needs either"},
        {"a: {concurrency: 3}", "needs either \"model\""},
        {"a: {name: x}", "needs the \"url\""},
        {"a: {model: x:y, dialect: openai}", "goes with \"name\""},
        {"a: {model: x:y, concurrency: 0}", "whole number from 1 to 4096"},
        {"a: {model: x:y, concurrency: 1.5}", "whole number"},
        {"a: {model: x:y, price-in: -1}", "from 0 to"},
        {"a: {model: x:y, price-in: nan}", "from 0 to"},
        {"a: {model: x:y, price-in: 1}", "both \"price-in\" and"},
        {"a: {model: x:y, price-in: 1 , price-out: 2$}", "takes a number"},
        {"a: {model: x:y, requests-per-minute: [1]}", "takes a number"},
        {"a: {model: x:y, key: sk-very-secret}", "must not stand here"},
        {"a: {model: x:y, key: 9secret}", "must not stand here"},
        {"a: {model: x:y, api-version: '1&secret'}", "is a date"},
        {"a: {name: x, url: ftp://h}", "begins with http://"},
        {"a: {name: x, url: [http://h, {}]}", "begins with http://"},
        {"a: {name: x, url: 'http://u:secret@h/v1'}", "no password"},
        {"a: {name: x, url: 'http://h/v1?key=secret'}", "no query"},
        {"a: {name: x, url: 'http://h/v1#y'}", "has no #"},
        {"a: {name: x, url: 'http:///v1'}", "names a host"},
        {"a: {model: x:y, headers: {Authorization: secret}}", "phgen's to"},
        {"a: {model: x:y, headers: {X-Api-Key: secret}}", "phgen's to set"},
        {"a: {model: x:y, headers: {content-length: 3}}", "phgen's to set"},
        {"a: {model: x:y, headers: {\"a:b\": c}}", "plain word"},
        {"a: {model: x:y, headers: {a: \"b\\r\\nsecret: 1\"}}", "one line"},
        {"a: {model: x:y, headers: x}", "NAME: VALUE"},
        {"a: {model: {}}", "takes one word"},
        {"a: {[x]: y}", "plain word"},
    };
    struct err err;
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        char text[300];

        snprintf(text, sizeof(text), "models:\n  %s\n", rows[i].text);
        assert_null(load(text, &err));
        if (strstr(err.text, rows[i].says) == NULL ||
            strstr(err.text, "phgen-models-") == NULL)
            fail_msg("%s: %s", rows[i].text, err.text);
        assert_null(strstr(err.text, "secret"));
    }
}

/* What only the services' own room knows; the line is in the sentence too. */
static void test_aliases_unusable(void **state)
{
    static const struct {
        const char *text, *says;
    } rows[] = {
        {"a: {model: nosuch:y}", ":2: the alias \"a\": \"nosuch:y\""},
        {"a: b\n  b: openai:x", "\"b\" is not a model that can be reached"},
        {"a: {name: x, url: http://h, dialect: klingon}",
         "no dialect \"klingon\""},
        {"a: {model: openai:x, api-version: 1}", "only Azure"},
        {"a: {model: builtin:cautious, concurrency: 2}", "embedded"},
        {"a: {model: gpt-x, url: http://h/v1}", "no model to be found"},
        {"a: {model: 'http://h/v1#x', url: http://h/v1}",
         "no model to be found"},
    };
    struct aliases aliases;
    struct err err;
    struct model m;
    size_t i;

    (void)state;
    no_variables();
    for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct config *c;
        char text[300];

        snprintf(text, sizeof(text), "models:\n  %s\n", rows[i].text);
        c = load(text, &err);
        if (c == NULL)
            fail_msg("%s", err.text);
        aliases = config_aliases(c);
        assert_int_equal(models_resolve("a", &aliases, &m, &err), -1);
        if (strstr(err.text, rows[i].says) == NULL)
            fail_msg("%s: %s", rows[i].text, err.text);
        model_release(&m);
        config_close(c);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_presets),
        cmocka_unit_test(test_specs),
        cmocka_unit_test(test_address_without_scheme),
        cmocka_unit_test(test_ollama_host),
        cmocka_unit_test(test_aliases),
        cmocka_unit_test(test_aliases_refused),
        cmocka_unit_test(test_aliases_unusable),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
