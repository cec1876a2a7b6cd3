/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A configuration file of any content: options, models, rules of the panel;
 * and a line of arguments. */
#include "agent/panel.h"
#include "base/config.h"
#include "base/shape.h"
#include "cmd/cmd.h"
#include "fuzz.h"
#include "run/export.h"
#include "run/models.h"
#include "scratch.h"
#include "serve/faults.h"

#include <stdlib.h>
#include <string.h>

static void resolve(const char *spec, const struct aliases *aliases)
{
    struct model m = {0};

    models_resolve(spec, aliases, &m, NULL);
    model_release(&m);
    models_resolve_judge(spec, aliases, &m, NULL);
    model_release(&m);
}

static void use(const struct config *c)
{
    struct options *o = options_new(cmd_generate.options);
    struct aliases aliases = config_aliases(c);
    struct panel_rules rules;
    const struct yaml *doc;
    yaml_node node;
    size_t i;

    config_apply_known(c, o, NULL);
    config_apply(c, o, NULL);
    options_free(o);
    for (i = 0; i < aliases.n; i++)
        resolve(aliases.list[i].name, &aliases);
    node = config_section(c, "panel", &doc);
    if (node != 0)
        panel_read(doc, node, &rules, NULL);
}

#define WORDS_MAX 64

/* The lines as arguments. */
static void parse_words(char *text)
{
    struct options *o = options_new(cmd_generate.options);
    char name[] = "generate", *argv[WORDS_MAX + 1] = {name}, *p = text;
    int argc = 1;

    while (p != NULL && argc < WORDS_MAX) {
        argv[argc++] = p;
        p = strchr(p, '\n');
        if (p != NULL)
            *p++ = '\0';
    }
    argv[argc] = NULL;
    options_parse(o, argc, argv, NULL);
    options_free(o);
}

static void parse_lists(const char *text)
{
    static const struct aliases none;
    struct serve_faults faults;
    struct export_job job = {0};
    struct panel_rule rule;
    struct shape_mix mix;

    serve_faults_parse(text, &faults, NULL);
    shape_mix_parse(text, &mix, NULL);
    panel_parse(text, &rule, NULL);
    export_parse_splits(text, &job, NULL);
    resolve(text, &none);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct config *c = config_load(scratch_file("x.yaml", data, size), NULL);
    char *text = str_dup((const char *)data, size);

    if (c != NULL)
        use(c);
    config_close(c);
    if (text == NULL)
        return 0;
    parse_lists(text);
    parse_words(text);
    free(text);
    return 0;
}
