/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One function a group of options.  run/ checks its options again: it must
 * not rely on a caller; here they are checked so that a mistake in the
 * command line is told from one in a file, before anything is loaded.
 */
#include "cmd/settings.h"
#include "base/file.h"
#include "base/model.h"
#include "base/nearest.h"
#include "base/shape.h"
#include "base/text.h"
#include "cmd/asking.h"
#include "run/models.h"
#include "store/store.h"

#include <stdlib.h>
#include <string.h>

#define SLUG_MAX 80

/* --- the configuration file --- */

static int open_config(const char *path, struct config **out, struct err *err)
{
    char *found = path != NULL ? strdup(path) : config_default_path();

    *out = NULL;
    if (found == NULL)
        return path != NULL ? err_nomem(err) : 0;
    *out = config_load(found, err);
    free(found);
    return *out != NULL ? 0 : -1;
}

int settings_check_config(const char *path, struct config **out,
                          struct err *err)
{
    struct options *o;
    int failed;

    if (open_config(path, out, err) != 0)
        return -1;
    if (*out == NULL)
        return 0;
    o = options_new(cmd_generate.options);
    failed = o == NULL ? err_nomem(err) : config_apply(*out, o, err);
    options_free(o);
    if (failed) {
        config_close(*out);
        *out = NULL;
    }
    return failed;
}

/* --- models --- */

static int check_model(const struct run_options *r, const char *option,
                       const char *spec, struct err *err)
{
    struct model m = {0};
    int failed;

    if (spec == NULL)
        return 0;
    failed = strstr(option, "judge") != NULL
                 ? models_resolve_judge(spec, &r->aliases, &m, err)
                 : models_resolve(spec, &r->aliases, &m, err);
    if (!failed && strcmp(option, "refusal-judge") == 0)
        failed = models_check_refusal_judge(&m, err);
    model_release(&m);
    return failed ? err_prefix(err, "--%s", option) : 0;
}

static int take_models(struct run_options *r, const struct options *o,
                       const char *option, size_t max, const char **to,
                       size_t *n, struct err *err)
{
    const char *const *list = options_list(o, option, n);
    size_t i;

    if (*n > max)
        return err_set(err, "--%s can be given at most %zu times", option, max);
    for (i = 0; i < *n; i++) {
        if (check_model(r, option, list[i], err) != 0)
            return -1;
        to[i] = list[i];
    }
    return 0;
}

static int take_agents(struct run_options *r, const struct options *o,
                       struct err *err)
{
    const struct {
        const char *option;
        const char **to;
    } agents[] = {{"generator-model", &r->generator},
                  {"witness-model", &r->witness},
                  {"answer-judge-model", &r->answer_judge},
                  {"refusal-judge", &r->refusal_judge},
                  {"orchestrator-model", &r->orchestrator}};
    size_t i;

    for (i = 0; i < sizeof(agents) / sizeof(*agents); i++) {
        *agents[i].to = options_string(o, agents[i].option);
        if (check_model(r, agents[i].option, *agents[i].to, err) != 0)
            return -1;
    }
    if (take_models(r, o, "judge-model", JUDGES_MAX, r->judges, &r->njudges,
                    err) != 0 ||
        take_models(r, o, "target-model", TARGETS_MAX, r->targets, &r->ntargets,
                    err) != 0)
        return -1;
    if (r->ntargets > 0 && r->min_targets > r->ntargets)
        return err_set(err,
                       "--min-targets %u cannot be reached with %zu "
                       "--target-model: give more, or ask for fewer",
                       r->min_targets, r->ntargets);
    if (r->ntargets == 0)
        return err_set(err, "which model is to be tested?  Give "
                            "--target-model; builtin:cautious needs no key "
                            "and no network (see \"phgen models\")");
    return 0;
}

/* --- numbers --- */

static int take_numbers(struct run_options *r, const struct options *o,
                        struct err *err)
{
    struct shape_mix mix;

    r->n = options_uint(o, "n");
    r->seed = options_uint(o, "seed");
    r->concurrency = (uint32_t)options_uint(o, "concurrency");
    r->window = (uint32_t)options_uint(o, "window");
    r->rounds = (uint32_t)options_uint(o, "rounds");
    r->samples = (uint32_t)options_uint(o, "samples");
    r->min_refusals = (uint32_t)options_uint(o, "min-refusals");
    r->min_targets = (uint32_t)options_uint(o, "min-targets");
    r->temperature = options_real(o, "temperature");
    r->first_look = options_real(o, "first-look");
    r->refusal_unsure = options_real(o, "refusal-unsure");
    r->witness_tries = (uint32_t)options_uint(o, "witness-tries");
    r->votes = (uint32_t)options_uint(o, "votes");
    r->threshold = options_real(o, "threshold");
    r->budget = asking_budget(o);
    r->patience = options_uint(o, "patience");
    r->explore = options_real(o, "explore");
    r->timeout = options_real(o, "timeout");
    r->no_witness = options_flag(o, "no-witness");
    r->shapes = options_string(o, "shapes");
    if (shape_mix_parse(r->shapes, &mix, err) != 0)
        return err_prefix(err, "--shapes");
    if (r->window <= r->concurrency)
        return err_set(err,
                       "--window %u must be larger than --concurrency %u: "
                       "raise one or lower the other",
                       r->window, r->concurrency);
    if (r->min_refusals > r->samples)
        return err_set(err,
                       "--min-refusals %u cannot be reached with --samples "
                       "%u: it must not be larger",
                       r->min_refusals, r->samples);
    return 0;
}

/* --- words --- */

static int take_sampling(struct run_options *r, const struct options *o,
                         struct err *err)
{
    static const char *const ways[] = {"adaptive", "uniform", NULL};
    const char *way = options_string(o, "sampling"), *near;

    r->uniform = strcmp(way, "uniform") == 0;
    if (r->uniform || strcmp(way, "adaptive") == 0)
        return 0;
    near = nearest_word(way, ways);
    return err_set(err, "--sampling is \"adaptive\" or \"uniform\"%s%s%s",
                   near != NULL ? "; did you mean \"" : "",
                   near != NULL ? near : "", near != NULL ? "\"?" : "");
}

/* --- the store --- */

static int take_store(struct run_options *r, const struct options *o,
                      struct err *err)
{
    if (options_find(options_table(o), "store") == NULL)
        return 0;
    r->store = options_string(o, "store");
    r->lease = options_real(o, "lease");
    if (r->store == NULL)
        return 0;
    if (!store_is_url(r->store))
        return err_set(err, "--store takes the address of a PostgreSQL "
                            "database, postgresql://USER@HOST:PORT/DATABASE; "
                            "without it the store is in the --out folder");
    return store_check_url(r->store, err) == 0 ? 0 : err_prefix(err, "--store");
}

/* --- files --- */

void settings_add_slug(struct str *out, const char *text)
{
    size_t start = out->len;
    char c;

    for (; *text != '\0' && out->len - start < SLUG_MAX; text++) {
        c = text_lower(*text);
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
            (c == '.' && out->len > start))
            str_addc(out, c);
        else if (out->len > start && out->s[out->len - 1] != '-')
            str_addc(out, '-');
    }
    while (out->len > start && out->s[out->len - 1] == '-')
        str_cut(out, out->len - 1);
}

static char *default_out(const struct run_options *r)
{
    struct str s;
    size_t i;

    str_init(&s, 1 << 14);
    str_adds(&s, "output/");
    for (i = 0; i < r->ntargets; i++) {
        if (i > 0)
            str_addc(&s, '+');
        settings_add_slug(&s, r->targets[i]);
    }
    str_addf(&s, "-n%llu-s%llu", (unsigned long long)r->n,
             (unsigned long long)r->seed);
    return str_detach(&s);
}

/* Not every command that has settings has these. */
static const char *string_if_known(const struct options *o, const char *name)
{
    return options_find(options_table(o), name) != NULL
               ? options_string(o, name)
               : NULL;
}

static enum cmd_exit take_files(struct settings *s, const struct options *o,
                                struct err *err)
{
    struct run_options *r = &s->run;
    const char *out = options_string(o, "out"),
               *graph = options_string(o, "graph");

    s->seeds = cmd_data_path(o, "seeds", err);
    if (s->seeds == NULL)
        return CMD_USAGE;
    s->out = out != NULL ? strdup(out) : default_out(r);
    s->graph = graph != NULL ? strdup(graph)
                             : cmd_data_path(o, "graphs/concepts.graphml", err);
    if (s->out == NULL || s->graph == NULL) {
        err_nomem(err);
        return CMD_FAILED;
    }
    r->out = s->out;
    r->graph = s->graph;
    r->seeds = s->seeds;
    r->against = options_list(o, "against", &r->nagainst);
    r->categories = string_if_known(o, "categories");
    r->prior = string_if_known(o, "prior");
    r->ca_file = options_string(o, "ca-file");
    return CMD_OK;
}

/* --- categories --- */

static int unknown_category(const struct category *c, size_t n,
                            const char *word, struct err *err)
{
    const char **names = calloc(n + 1, sizeof(*names)), *near;
    size_t i;

    if (names == NULL)
        return err_nomem(err);
    for (i = 0; i < n; i++)
        names[i] = c[i].slug;
    near = nearest_word(word, names);
    if (near != NULL)
        err_set(err, "there is no category \"%.100s\"; did you mean \"%s\"?",
                word, near);
    else
        err_set(err,
                "there is no category \"%.100s\"; name them by slug or by "
                "number, 1 to %zu (\"phgen graph stats\" lists them)",
                word, n);
    free(names);
    return -1;
}

static int want_category(const struct category *c, size_t n, const char *word,
                         bool *wanted, struct err *err)
{
    char number[16];
    size_t i;

    for (i = 0; i < n; i++) {
        snprintf(number, sizeof(number), "%u", c[i].id);
        if (strcmp(c[i].slug, word) == 0 || strcmp(number, word) == 0) {
            wanted[i] = true;
            return 0;
        }
    }
    return unknown_category(c, n, word, err);
}

int settings_categories(const struct concepts *graph, const char *list,
                        bool *wanted, struct err *err)
{
    const struct category *c;
    size_t n = concepts_categories(graph, &c), len, found = 0;
    char *word;
    int failed;

    for (list += strspn(list, ", "); *list != '\0';
         list += strspn(list, ", ")) {
        len = strcspn(list, ", ");
        word = str_dup(list, len);
        failed = word == NULL ? err_nomem(err)
                              : want_category(c, n, word, wanted, err);
        free(word);
        if (failed)
            return -1;
        list += len;
        found++;
    }
    return found > 0 ? 0 : err_set(err, "--categories names no category");
}

/* The graph says which there are; loading it twice is the price of telling a
 * wrong word from a wrong file. */
static enum cmd_exit check_categories(const struct run_options *r,
                                      struct err *err)
{
    const struct category *unused;
    struct concepts *graph;
    bool *wanted;
    int failed;

    if (r->categories == NULL)
        return CMD_OK;
    concepts_init();
    graph = concepts_load(r->graph, err);
    if (graph == NULL)
        return CMD_FAILED;
    wanted = calloc(concepts_categories(graph, &unused) + 1, sizeof(*wanted));
    failed = wanted == NULL
                 ? err_nomem(err)
                 : settings_categories(graph, r->categories, wanted, err);
    free(wanted);
    concepts_free(graph);
    return failed ? CMD_USAGE : CMD_OK;
}

/* --- the panel's rules --- */

static int take_panel(struct settings *s, struct err *err)
{
    const struct yaml *y;
    yaml_node list = config_section(s->config, "panel", &y);

    if (list == 0)
        return 0;
    s->run.panel = &s->panel;
    return panel_read(y, list, &s->panel, err);
}

/* --- all of it --- */

enum cmd_exit settings_read_config(struct settings *s, struct options *o,
                                   struct err *err)
{
    memset(s, 0, sizeof(*s));
    s->run = RUN_DEFAULTS;
    if (settings_check_config(options_string(o, "config"), &s->config, err) !=
        0)
        return CMD_FAILED;
    if (s->config == NULL)
        return CMD_OK;
    s->run.aliases = config_aliases(s->config);
    return config_apply_known(s->config, o, err) != 0 || take_panel(s, err) != 0
               ? CMD_FAILED
               : CMD_OK;
}

enum cmd_exit settings_take(struct settings *s, const struct options *o,
                            struct err *err)
{
    enum cmd_exit code;

    if (take_numbers(&s->run, o, err) != 0 ||
        take_sampling(&s->run, o, err) != 0 ||
        take_store(&s->run, o, err) != 0 || take_agents(&s->run, o, err) != 0)
        return CMD_USAGE;
    code = take_files(s, o, err);
    return code == CMD_OK ? check_categories(&s->run, err) : code;
}

enum cmd_exit settings_load(struct settings *s, struct options *o,
                            struct err *err)
{
    enum cmd_exit code = settings_read_config(s, o, err);

    return code == CMD_OK ? settings_take(s, o, err) : code;
}

void settings_release(struct settings *s)
{
    config_close(s->config);
    free(s->out);
    free(s->graph);
    free(s->seeds);
    memset(s, 0, sizeof(*s));
}

int settings_one_category(const struct concepts *graph, const char *name,
                          long *out, struct err *err)
{
    const struct category *c;
    size_t n = concepts_categories(graph, &c), i, found = 0;
    bool *wanted = calloc(n + 1, sizeof(*wanted));
    int failed = wanted == NULL ? err_nomem(err)
                                : settings_categories(graph, name, wanted, err);

    for (i = 0; !failed && i < n; i++)
        if (wanted[i]) {
            *out = (long)i;
            found++;
        }
    free(wanted);
    if (!failed && found != 1)
        failed = err_set(err, "--category takes one category, not %zu", found);
    return failed;
}
