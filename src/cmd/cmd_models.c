/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * `phgen models`: what can stand where a model is wanted.  It says whether a
 * key is set, and never what it is.
 */
#include "builtin/builtin.h"
#include "cmd/cmd.h"
#include "cmd/settings.h"
#include "net/key.h"
#include "net/preset.h"

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
    "aliases of the configuration file. Nothing is asked over the network.",
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

/* An address may carry a login before its host: that stays unseen. */
static void print_address(const char *url)
{
    const char *host = strrchr(url, '@'), *start = strstr(url, "://");
    struct str text;

    str_init(&text, 1 << 16);
    if (host != NULL && start != NULL && start < host) {
        str_add(&text, url, (size_t)(start - url) + 3);
        str_adds(&text, "***");
        url = host;
    }
    str_adds(&text, url);
    cmd_print_text(text.s, stdout);
    str_release(&text);
}

static void list_builtin(void)
{
    const struct builtin_model *m;

    puts("Embedded models: no key, no network");
    for (m = BUILTIN_MODELS; m->name != NULL; m++)
        printf("  %-26s %s: %s\n", m->name, m->role, m->about);
}

static void list_preset(const struct preset *p)
{
    printf("  %-26s %s\n", p->name, p->about);
    if (p->key_env != NULL)
        printf("  %-26s key: %s (%s)\n", "", p->key_env,
               key_is_set(p->key_env) ? "set" : "not set");
    if (p->url_env != NULL && is_set(p->url_env)) {
        printf("  %-26s address: ", "");
        print_address(getenv(p->url_env));
        printf(" (%s)\n", p->url_env);
    } else if (p->base_url != NULL) {
        printf("  %-26s address: %s\n", "", p->base_url);
    } else {
        printf("  %-26s address: %s (not set)\n", "",
               p->url_env != NULL ? p->url_env : "none");
    }
}

static void list_presets(void)
{
    const struct preset *p;

    puts("\nServices: written SERVICE:NAME, for example ollama:llama3.2");
    for (p = PRESETS; p->name != NULL; p++)
        list_preset(p);
    puts("\nAny OpenAI-compatible server: http://HOST:PORT/v1#NAME");
    printf("  %-26s key: PHGEN_API_KEY (%s)\n", "",
           key_is_set("PHGEN_API_KEY") ? "set" : "not set");
    printf("A bare NAME is asked for at OPENAI_BASE_URL (%s)\n",
           is_set("OPENAI_BASE_URL") ? "set" : "not set");
}

static void list_aliases(const struct config *c)
{
    const char *const *name, *const *spec;
    size_t i, n = c != NULL ? config_aliases(c, &name, &spec) : 0;

    if (n > 0)
        puts("\nAliases of the configuration file");
    for (i = 0; i < n; i++) {
        fputs("  ", stdout);
        cmd_print_text(name[i], stdout);
        fputs(" = ", stdout);
        print_address(spec[i]);
        putchar('\n');
    }
}

static enum cmd_exit run(struct options *o, struct err *err)
{
    struct config *c = NULL;

    if (settings_check_config(options_string(o, "config"), &c, err) != 0)
        return CMD_FAILED;
    list_builtin();
    list_presets();
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
