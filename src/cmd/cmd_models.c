/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * `phgen models`: what can stand where a model is wanted.  It says whether a
 * key is set, and never what it is.
 */
#include "builtin/builtin.h"
#include "cmd/cmd.h"
#include "cmd/settings.h"
#include "net/dialect.h"
#include "net/key.h"
#include "net/preset.h"
#include "run/models.h"

#include <stdlib.h>
#include <string.h>

static const struct option_row options[] = {
    CMD_ROW_CONFIG,
    CMD_ROW_HELP,
    {0},
};

static const char *const details[] = {
    "Lists the embedded models, the services known by name with the "
    "environment variables that they read, whether each is set, and the "
    "aliases of the configuration file. Nothing is asked over the network; "
    "\"phgen ping\" does that.",
    "A model is written builtin:NAME, SERVICE:NAME, URL#NAME or as an alias. "
    "Before SERVICE or URL may stand DIALECT+, for example "
    "completion+vllm:NAME for a guard model with its own template, "
    "embedding+openai:NAME, or moderation+openai:NAME.",
    "A key is read from the variable shown, or from the file that the "
    "variable with _FILE behind it names (OPENAI_API_KEY_FILE), and is sent "
    "to that service only.",
    "An alias is a line of the configuration file under \"models:\", \"NAME: "
    "MODEL\", or a block with the keys model (or name, url and dialect), url "
    "(one or a list that shares the load), key (the variable's name), "
    "concurrency, requests-per-minute, tokens-per-minute, price-in and "
    "price-out (US dollars a million tokens), api-version, headers. See "
    "docs/models.md.",
    NULL,
};

static const struct example examples[] = {
    {"models", "What can be given as --target-model."},
    {NULL, NULL},
};

static bool is_set(const char *variable)
{
    const char *value = getenv(variable);

    return value != NULL && *value != '\0';
}

/* An address may carry a login or a key: that stays unseen. */
static void print_address(const char *url)
{
    char *shown = model_url_shown(url);

    cmd_print_text(shown != NULL ? shown : "", stdout);
    free(shown);
}

static void list_builtin(void)
{
    const struct builtin_model *m;

    puts("Embedded models: no key, no network");
    for (m = BUILTIN_MODELS; m->name != NULL; m++)
        printf("  %-26s %s: %s\n", m->name, m->role, m->about);
}

static void print_key(const char *variable)
{
    printf("  %-14s key: %s (%s)\n", "", variable,
           key_is_set(variable) ? "set" : "not set");
}

static void list_preset(const struct preset *p)
{
    printf("  %-14s %s\n", p->name, p->about);
    print_key(p->key_env);
    if (is_set(p->url_env)) {
        printf("  %-14s address: ", "");
        print_address(getenv(p->url_env));
        printf(" (%s)\n", p->url_env);
    } else if (p->base_url != NULL) {
        printf("  %-14s address: %s\n", "", p->base_url);
    } else {
        printf("  %-14s address: %s (not set)\n", "", p->url_env);
    }
}

static void list_presets(void)
{
    const struct preset *p;

    puts("\nServices: written SERVICE:NAME, for example ollama:llama3.2");
    for (p = PRESETS; p->name != NULL; p++)
        list_preset(p);
    puts("\nAny OpenAI-compatible server: http://HOST:PORT/v1#NAME");
    print_key("PHGEN_API_KEY");
    printf("A bare NAME is asked for at OPENAI_BASE_URL (%s)\n",
           is_set("OPENAI_BASE_URL") ? "set" : "not set");
}

static void list_dialects(void)
{
    int d;

    puts("\nDialects: written before the rest, as in "
         "completion+vllm:NAME or anthropic+https://HOST/v1#NAME");
    for (d = DIALECT_OPENAI; d <= DIALECT_MODERATION; d++) {
        const struct dialect_ops *ops = dialect_of((enum dialect)d);

        printf("  %-14s POST BASE%s\n", ops->name, ops->path);
    }
}

static void print_limit(const char *what, double n)
{
    if (n > 0)
        printf("  %-14s %s: %.15g\n", "", what, n);
}

static void print_model(const struct model *m)
{
    size_t i;

    for (i = 0; i < m->nurls; i++) {
        printf("  %-14s address: ", "");
        print_address(m->urls[i]);
        putchar('\n');
    }
    if (m->key_env != NULL)
        print_key(m->key_env);
    print_limit("concurrency", m->concurrency);
    print_limit("requests per minute", m->requests_per_minute);
    print_limit("tokens per minute", m->tokens_per_minute);
    if (m->price_in > 0 || m->price_out > 0)
        printf("  %-14s price: $%g a million tokens in, $%g out\n", "",
               m->price_in, m->price_out);
}

static void list_alias(const struct alias *a)
{
    struct aliases alone = {a, 1};
    struct model m;
    struct err why = {""};

    fputs("  ", stdout);
    cmd_print_text(a->name, stdout);
    fputs(" = ", stdout);
    if (a->model != NULL && strstr(a->model, "://") != NULL)
        print_address(a->model);
    else
        cmd_print_text(a->model != NULL ? a->model : a->wire_name, stdout);
    putchar('\n');
    if (models_resolve(a->name, &alone, &m, &why) == 0) {
        print_model(&m);
    } else {
        printf("  %-14s not usable: ", "");
        cmd_print_text(why.text, stdout);
        putchar('\n');
    }
    model_release(&m);
}

static void list_aliases(const struct config *c)
{
    struct aliases all = config_aliases(c);
    size_t i;

    if (all.n > 0)
        puts("\nAliases of the configuration file");
    for (i = 0; i < all.n; i++)
        list_alias(&all.list[i]);
}

static enum cmd_exit run(struct options *o, struct err *err)
{
    struct config *c = NULL;

    if (settings_check_config(options_string(o, "config"), &c, err) != 0)
        return CMD_FAILED;
    list_builtin();
    list_presets();
    list_dialects();
    list_aliases(c);
    config_close(c);
    return CMD_OK;
}

const struct command cmd_models = {
    .name = "models",
    .about = "list the models and services that can be named",
    .operands = "",
    .options = options,
    .run = run,
    .details = details,
    .examples = examples,
};
