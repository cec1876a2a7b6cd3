/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Opening a run: everything is loaded and checked before the folder is
 * touched, so that a mistake costs nothing.  What the run is then called is
 * fingerprint.c's, and going on with it resume.c's.
 */
#include "run/categories.h"
#include "run/files.h"
#include "run/heat.h"
#include "run/state.h"
#include "run/templates.h"

#include "base/now.h"
#include "dataset/reader.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define EXACT_MOST 100000 /* rows */

const struct run_options RUN_DEFAULTS = {
    .n = 100,
    .seed = 1,
    .concurrency = 64,
    .window = 256,
    .rounds = 4,
    .samples = 3,
    .min_refusals = 2,
    .min_targets = 1,
    .temperature = 0.7,
    .witness_tries = 1,
    .votes = 1,
    .min_words = 3,
    .max_words = 120,
    .long_words = 120,
    .threshold = 0.7,
    .patience = 5000,
    .explore = PLANNER_EXPLORE,
    .lease = LEASE_SECONDS,
};

/* --- screens --- */

/* Adds an --against file to the index with id 0; its hash to the config. */
static int add_screen(struct run *r, const char *path, cJSON *hashes,
                      struct err *err)
{
    struct reader *in = reader_open(path, NULL, err);
    struct hasher *h = hasher_new();
    struct reader_row row;
    char hex[HASH_HEX];
    int got = -1;

    while (in != NULL && (got = reader_next(in, &row, err)) == 1) {
        hash_field(h, row.prompt, row.len);
        if (dedup_add(r->dedup, 0, row.prompt, row.len, err) != 0) {
            got = -1;
            break;
        }
    }
    reader_close(in);
    hash_hex(hasher_end(h), hex);
    cJSON_AddItemToArray(hashes, cJSON_CreateString(hex));
    return got;
}

/* --- loading --- */

static int check_options(const struct run_options *o, struct err *err)
{
    if (o->window <= o->concurrency)
        return err_set(err,
                       "the window (%u) must be larger than the concurrency "
                       "(%u); raise --window or lower --concurrency",
                       o->window, o->concurrency);
    if (o->min_refusals > o->samples)
        return err_set(err,
                       "--min-refusals %u can never be reached with "
                       "--samples %u",
                       o->min_refusals, o->samples);
    if (o->min_targets < 1 ||
        o->min_targets > (o->ntargets > 0 ? o->ntargets : 1))
        return err_set(err,
                       "--min-targets %u is not between 1 and the number of "
                       "targets, %zu",
                       o->min_targets, o->ntargets > 0 ? o->ntargets : 1);
    if (o->votes == 0 ||
        o->votes * (o->njudges > 0 ? o->njudges : 3) > VOTES_MAX)
        return err_set(err,
                       "--votes times the number of judges must be 1 to %d",
                       VOTES_MAX);
    if (o->samples > SAMPLES_MAX)
        return err_set(err, "--samples is at most %d", SAMPLES_MAX);
    return 0;
}

static int load_prior(struct run *r, struct err *err)
{
    struct hash128 hash;
    cJSON *tree;
    int failed;

    snprintf(r->prior_hash, HASH_HEX, "none");
    if (r->options.prior == NULL)
        return 0;
    tree = heat_load(r->options.prior, &hash, err);
    failed = tree == NULL || heat_believe(tree, r->graph, r->planner, err) != 0;
    cJSON_Delete(tree);
    hash_hex(hash, r->prior_hash);
    return failed ? -1 : 0;
}

static int load(struct run *r, struct err *err)
{
    struct run_options *o = &r->options;
    struct dedup_options like = DEDUP_DEFAULTS;
    struct planner_options plan = {.seed = o->seed,
                                   .n = o->n,
                                   .uniform = o->uniform,
                                   .explore = o->explore};

    like.threshold = o->threshold;
    /* Exact, so that nothing near slips through, while the index stays small
     * enough for its cost not to show; beyond, banded MinHash. */
    like.index = o->n <= EXACT_MOST ? DEDUP_EXACT : DEDUP_LSH;
    concepts_init();
    r->graph = concepts_load(o->graph, err);
    if (r->graph == NULL)
        return -1;
    hash_hex(concepts_hash(r->graph), r->graph_hash);
    r->wanted = categories_choose(r->graph, o->categories, err);
    if (r->wanted == NULL || run_cast(r, err) != 0 ||
        templates_load(o->seeds, r->templates, err) != 0)
        return -1;
    plan.category = r->wanted;
    r->planner = planner_new(r->graph, &plan, err);
    if (r->planner == NULL || load_prior(r, err) != 0)
        return -1;
    r->dedup = dedup_new(&like, err);
    r->builtin = builtin_open(o->seeds, err);
    return r->dedup != NULL && r->builtin != NULL ? 0 : -1;
}

static void fill_plan(struct run *r)
{
    const struct run_options *o = &r->options;

    r->plan.templates = r->templates;
    r->plan.seed = o->seed;
    r->plan.rounds = o->rounds;
    r->plan.samples = o->samples;
    r->plan.min_refusals = o->min_refusals;
    r->plan.min_targets = o->min_targets;
    r->plan.temperature = o->temperature;
    r->plan.first_look = o->first_look;
    r->plan.refusal_unsure = o->refusal_unsure;
    r->plan.witness_tries = o->witness_tries;
    r->plan.votes = o->votes;
    r->plan.panel = o->panel != NULL ? o->panel : &PANEL_DEFAULT;
    r->plan.no_witness = o->no_witness;
    r->provenance.run = r->id;
    r->provenance.templates = r->templates_hash;
    r->provenance.graph = r->graph_hash;
    r->provenance.seed = o->seed;
}

struct exchange_options run_exchange_options(const struct run *r)
{
    struct exchange_options x = {.net = NET_DEFAULTS,
                                 .concurrency = r->options.concurrency,
                                 .budget = r->options.budget};

    if (r->options.timeout > 0)
        net_set_timeout(&x.net, r->options.timeout);
    x.net.ca_file = r->options.ca_file;
    x.net.seed = r->options.seed;
    x.lease = r->options.lease;
    return x;
}

struct run *run_load(const struct run_options *options, struct err *err)
{
    struct run *r = calloc(1, sizeof(*r));
    cJSON *screens = cJSON_CreateArray();
    size_t i;

    if (r == NULL || screens == NULL) {
        free(r);
        cJSON_Delete(screens);
        err_nomem(err);
        return NULL;
    }
    r->options = *options;
    r->started = now_seconds();
    r->began = time(NULL);
    if (check_options(options, err) != 0 ||
        shape_mix_parse(options->shapes != NULL ? options->shapes
                                                : SHAPE_MIX_DEFAULT,
                        &r->plan.shapes, err) != 0 ||
        load(r, err) != 0)
        goto fail;
    for (i = 0; i < options->nagainst; i++)
        if (add_screen(r, options->against[i], screens, err) != 0)
            goto fail;
    fill_plan(r);
    if (run_fingerprint(r, screens, err) == 0)
        return r;
    screens = NULL; /* the config has it */
fail:
    cJSON_Delete(screens);
    run_close(r);
    return NULL;
}

struct run *run_open(const struct run_options *options, struct err *err)
{
    struct run *r = run_load(options, err);
    char *path = NULL;

    if (r == NULL ||
        (path = files_store_of(options->out, options->store, err)) == NULL ||
        run_attach(r, options->out, path, err) != 0) {
        run_close(r);
        r = NULL;
    }
    free(path);
    return r;
}

void run_close(struct run *r)
{
    uint64_t i;

    if (r == NULL)
        return;
    run_drop_jobs(r);
    exchange_free(r->exchange);
    crew_close(r->crew);
    store_close(r->store);
    builtin_close(r->builtin);
    dedup_free(r->dedup);
    planner_free(r->planner);
    concepts_free(r->graph);
    templates_release(r->templates);
    for (i = 0; i < r->nmodels; i++)
        model_release(&r->models[i]);
    free(r->wanted);
    cJSON_Delete(r->config);
    free(r);
}
