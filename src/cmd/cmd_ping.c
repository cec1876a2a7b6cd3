/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * `phgen ping`: does this model work, and what does it offer?  Asked before a
 * run is paid for.
 */
#include "base/log.h"
#include "cmd/cmd.h"
#include "cmd/settings.h"
#include "run/models.h"
#include "run/ping.h"

#include <stdlib.h>
#include <string.h>

static const struct option_row options[] = {
    {"json", 0, OPTION_FLAG, NULL, 0, 0, NULL,
     "Print one JSON object on standard output.", 0},
    {"timeout", 0, OPTION_REAL, "SECONDS", 1, 86400, "30",
     "How long a call may take.", 0},
    {"ca-file", 0, OPTION_STRING, "FILE", 0, 0, NULL,
     "Trust the certificate authorities of this PEM file. Default: the "
     "system's.",
     OPTION_CONFIG | OPTION_FILE},
    CMD_ROW_VERBOSE,
    CMD_ROW_LOG_JSON,
    CMD_ROW_DATA_DIR,
    CMD_ROW_CONFIG,
    CMD_ROW_HELP,
    {0},
};

static const char *const details[] = {
    "Makes one tiny call (a second one when the first was cut short or came "
    "without log-probabilities) and says in a sentence each what works: "
    "reachable, authorised, model known, JSON schema honoured, "
    "log-probabilities offered, latency. Each base URL of an alias is asked.",
    "MODEL is written as for --target-model. Exit status: 0 when the model "
    "answers everywhere, 1 when it does not, with a sentence that says why.",
    NULL,
};

static const struct example examples[] = {
    {"ping ollama:llama3.2", "Is the local server up, with this model?"},
    {"ping completion+http://gpu1:8000/v1#allenai/wildguard",
     "A guard model behind the raw completion endpoint."},
    {"ping --json openai:gpt-x", "For a script."},
    {NULL, NULL},
};

static void print_sentences(const struct ping *p, const struct model *m)
{
    struct str text;
    char *line, *rest;

    str_init(&text, 1 << 16);
    ping_sentences(p, m, &text);
    for (line = strtok_r(text.s, "\n", &rest); line != NULL;
         line = strtok_r(NULL, "\n", &rest)) {
        cmd_print_text(line, stdout);
        putchar('\n');
    }
    str_release(&text);
}

static int print_json(const char *spec, const struct model *m, cJSON *list,
                      struct err *err)
{
    cJSON *o = cJSON_CreateObject();

    cJSON_AddStringToObject(o, "spec", spec);
    cJSON_AddStringToObject(o, "model", m->name);
    cJSON_AddItemToObject(o, "endpoints", list);
    return cmd_print_json(o, err);
}

/* Each address; how many did not answer.  `err` has the last reason. */
static size_t ping_all(const struct model *m, const struct builtin *b,
                       const struct net_options *net, cJSON *list,
                       struct err *err)
{
    size_t i, n = m->kind == MODEL_BUILTIN ? 1 : m->nurls, failed = 0;
    struct ping p;

    for (i = 0; i < n; i++) {
        ping_model(m, i, b, net, &p);
        if (list != NULL)
            cJSON_AddItemToArray(list, ping_json(&p, m));
        else
            print_sentences(&p, m);
        if (!p.answered) {
            failed++;
            err_set(err, "%s", p.why.text);
        }
        ping_release(&p);
    }
    return failed;
}

static enum cmd_exit ping(const struct options *o, const struct model *m,
                          struct err *err)
{
    bool json = options_flag(o, "json");
    cJSON *list = json ? cJSON_CreateArray() : NULL;
    char *seeds = cmd_data_path(o, "seeds", err);
    struct builtin *b = NULL;
    struct net_options net = NET_DEFAULTS;
    size_t failed;

    if (seeds != NULL && m->kind == MODEL_BUILTIN)
        b = builtin_open(seeds, err);
    if (seeds == NULL || (m->kind == MODEL_BUILTIN && b == NULL)) {
        free(seeds);
        cJSON_Delete(list);
        return CMD_FAILED;
    }
    net_set_timeout(&net, options_real(o, "timeout"));
    net.ca_file = options_string(o, "ca-file");
    failed = ping_all(m, b, &net, list, err);
    if (json && print_json(options_operand(o, 0), m, list, err) != 0)
        failed++;
    builtin_close(b);
    free(seeds);
    return failed > 0 ? CMD_FAILED : CMD_OK;
}

static enum cmd_exit run(struct options *o, struct err *err)
{
    struct config *c = NULL;
    struct aliases aliases;
    struct model m;
    enum cmd_exit code;

    if (settings_check_config(options_string(o, "config"), &c, err) != 0)
        return CMD_FAILED;
    if (c != NULL && config_apply_known(c, o, err) != 0) {
        config_close(c);
        return CMD_FAILED;
    }
    log_set_level(LOG_ERROR); /* what the engine warns of is said here */
    cmd_set_log(o);
    aliases = config_aliases(c);
    code = models_resolve(options_operand(o, 0), &aliases, &m, err) != 0
               ? CMD_USAGE
               : ping(o, &m, err);
    model_release(&m);
    config_close(c);
    return code;
}

const struct command cmd_ping = {
    .name = "ping",
    .about = "see whether a model answers, and what it offers",
    .operands = "MODEL",
    .min_operands = 1,
    .max_operands = 1,
    .options = options,
    .run = run,
    .details = details,
    .examples = examples,
};
