/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The fingerprint is all that can change a row: options, model names, hashes
 * of graph, seeds and screens.  Where a model is reached is not part of it,
 * nor is concurrency.  A folder whose fingerprint differs is refused with the
 * name of what differs.
 *
 * The run's id is the hash of its text, so members keep their order, and one
 * that is new is left out where it says what always was.
 */
#include "run/inspect.h"
#include "run/state.h"

#include "base/file.h"

#include <stdlib.h>
#include <string.h>

static void add_names(cJSON *o, const char *name,
                      const struct model *const models[], size_t n)
{
    cJSON *list = cJSON_AddArrayToObject(o, name);
    size_t i;

    for (i = 0; i < n; i++)
        cJSON_AddItemToArray(list, cJSON_CreateString(models[i]->name));
}

static const char *form_of(const struct model *judge)
{
    return judge->guard != NULL ? judge->guard->name : "rubric";
}

/* How judges are asked: by our rubric, or in a guard's own form. */
static void add_forms(cJSON *o, const struct dialogue_plan *p)
{
    cJSON *list = cJSON_AddArrayToObject(o, "judge_forms");
    size_t i;

    for (i = 0; i < p->njudges; i++)
        cJSON_AddItemToArray(list, cJSON_CreateString(form_of(p->judges[i])));
    cJSON_AddStringToObject(o, "answer_judge_form", form_of(p->answer_judge));
}

/* A run without one is the run that it always was. */
static void add_refusal_judge_name(cJSON *o, const struct dialogue_plan *p,
                                   double unsure)
{
    if (p->refusal_judge == NULL)
        return;
    cJSON_AddStringToObject(o, "refusal_judge", p->refusal_judge->name);
    cJSON_AddStringToObject(o, "refusal_judge_form", form_of(p->refusal_judge));
    cJSON_AddNumberToObject(o, "refusal_unsure", unsure);
}

static void add_rules(cJSON *o, const struct panel_rules *rules)
{
    cJSON *list = cJSON_AddArrayToObject(o, "panel");
    struct str text;
    size_t i;

    str_init(&text, 1024);
    for (i = 0; i < rules->n; i++) {
        str_clear(&text);
        panel_print(&rules->rule[i], &text);
        cJSON_AddItemToArray(list, cJSON_CreateString(text.s));
    }
    str_release(&text);
}

/* As they were given, so that what is told is what was asked for. */
static void add_shapes(cJSON *o, const struct shape_mix *mix)
{
    cJSON *shapes = cJSON_AddObjectToObject(o, "shapes");
    int i;

    for (i = 0; i < SHAPES; i++)
        if (mix->share[i] > 0)
            cJSON_AddNumberToObject(shapes, shape_name((enum shape)i),
                                    mix->share[i]);
}

static int add_file_hash(cJSON *o, const char *name, const char *dir,
                         const char *file, struct err *err)
{
    char *path = file_join(dir, file), hex[HASH_HEX];
    struct str text;
    int failed;

    str_init(&text, 16u << 20);
    failed = path == NULL ? err_nomem(err) : file_read(path, &text, err);
    if (!failed) {
        hash_hex(hash_bytes(text.s, text.len), hex);
        cJSON_AddStringToObject(o, name, hex);
    }
    str_release(&text);
    free(path);
    return failed;
}

static void hash_templates(struct run *r)
{
    struct hasher *h = hasher_new();
    int a;

    for (a = 0; a < AGENT_LOOP; a++) {
        hash_number(h, r->templates[a].hash.high);
        hash_number(h, r->templates[a].hash.low);
    }
    hash_hex(hasher_end(h), r->templates_hash);
}

static void add_options(cJSON *c, const struct run_options *o,
                        const struct dialogue_plan *p)
{
    cJSON_AddStringToObject(c, "version", PHGEN_VERSION);
    cJSON_AddNumberToObject(c, "n", (double)o->n);
    cJSON_AddNumberToObject(c, "seed", (double)o->seed);
    cJSON_AddNumberToObject(c, "window", o->window);
    cJSON_AddNumberToObject(c, "rounds", o->rounds);
    cJSON_AddNumberToObject(c, "samples", o->samples);
    cJSON_AddNumberToObject(c, "min_refusals", o->min_refusals);
    cJSON_AddNumberToObject(c, "min_targets", o->min_targets);
    cJSON_AddNumberToObject(c, "temperature", o->temperature);
    cJSON_AddNumberToObject(c, "first_look", o->first_look);
    cJSON_AddNumberToObject(c, "witness_tries", o->witness_tries);
    cJSON_AddNumberToObject(c, "votes", o->votes);
    cJSON_AddNumberToObject(c, "min_words", o->min_words);
    cJSON_AddNumberToObject(c, "max_words", o->max_words);
    add_shapes(c, &p->shapes);
    cJSON_AddNumberToObject(c, "long_words", o->long_words);
    cJSON_AddNumberToObject(c, "threshold", o->threshold);
    cJSON_AddStringToObject(c, "categories",
                            o->categories != NULL ? o->categories : "all");
    cJSON_AddStringToObject(c, "sampling", o->uniform ? "uniform" : "adaptive");
    cJSON_AddNumberToObject(c, "explore", o->explore);
}

static void add_agents(cJSON *c, const struct run_options *o,
                       const struct dialogue_plan *p)
{
    cJSON_AddStringToObject(c, "generator", p->generator->name);
    add_names(c, "judges", p->judges, p->njudges);
    add_forms(c, p);
    add_rules(c, o->panel != NULL ? o->panel : &PANEL_DEFAULT);
    add_names(c, "targets", p->targets, p->ntargets);
    cJSON_AddStringToObject(c, "witness", p->witness->name);
    cJSON_AddStringToObject(c, "answer_judge", p->answer_judge->name);
    cJSON_AddStringToObject(c, "orchestrator", p->orchestrator->name);
    add_refusal_judge_name(c, p, o->refusal_unsure);
}

/* Of the files in the seeds folder that the embedded models are made from. */
static int add_seeds(cJSON *c, const char *dir, struct err *err)
{
    static const char *const files[][2] = {{"grammar", "grammar.yaml"},
                                           {"shape_frames", "shapes.yaml"},
                                           {"lexicon", "lexicon.yaml"},
                                           {"skewed", "skewed.yaml"}};
    size_t i;

    for (i = 0; i < sizeof(files) / sizeof(files[0]); i++)
        if (add_file_hash(c, files[i][0], dir, files[i][1], err) != 0)
            return -1;
    return 0;
}

int run_fingerprint(struct run *r, cJSON *screens, struct err *err)
{
    const struct run_options *o = &r->options;
    cJSON *c = r->config = cJSON_CreateObject();
    struct str text;

    hash_templates(r);
    add_options(c, o, &r->plan);
    cJSON_AddStringToObject(c, "prior", r->prior_hash);
    cJSON_AddBoolToObject(c, "witness_required", !o->no_witness);
    add_agents(c, o, &r->plan);
    cJSON_AddStringToObject(c, "graph", r->graph_hash);
    cJSON_AddStringToObject(c, "templates", r->templates_hash);
    cJSON_AddItemToObject(c, "against", screens);
    if (o->refreshes != NULL)
        cJSON_AddItemToObject(c, "refreshes",
                              cJSON_Duplicate(o->refreshes, true));
    if (add_seeds(c, o->seeds, err) != 0)
        return -1;
    str_init(&text, 1 << 20);
    json_print(c, &text);
    hash_hex(hash_bytes(text.s, text.len), r->id);
    str_release(&text);
    return 0;
}

int run_is_same(struct run *r, const char *stored, struct err *err)
{
    cJSON *old = inspect_config(stored, err), *a, *b;
    struct str was, is;
    int failed = 0;

    if (old == NULL)
        return err_prefix(err, "%s", r->options.out);
    cJSON_ArrayForEach(a, r->config)
    {
        b = cJSON_GetObjectItemCaseSensitive(old, a->string);
        if (b != NULL && cJSON_Compare(a, b, true))
            continue;
        str_init(&was, 400);
        str_init(&is, 400);
        if (b != NULL)
            json_print(b, &was);
        json_print(a, &is);
        failed = err_set(err,
                         "%s holds another run: its %s is %s, not %s; choose "
                         "another --out, or the same options to resume",
                         r->options.out, a->string, was.s, is.s);
        str_release(&was);
        str_release(&is);
        break;
    }
    cJSON_Delete(old);
    return failed;
}
