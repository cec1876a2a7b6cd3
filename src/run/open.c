/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Opening a run: everything is loaded and checked before the folder is
 * touched, so that a mistake costs nothing; then the store says whether this
 * is a new run or one to go on with.
 *
 * The fingerprint is all that can change a row: options, model names, hashes
 * of graph, seeds and screens.  Where a model is reached is not part of it,
 * nor is concurrency.  A folder whose fingerprint differs is refused with the
 * name of what differs.
 */
#include "run/files.h"
#include "run/heat.h"
#include "run/models.h"
#include "run/state.h"
#include "run/templates.h"

#include "base/file.h"
#include "base/log.h"
#include "dataset/reader.h"
#include "store/peek.h"
#include "store/share.h"

#include <stdlib.h>
#include <string.h>
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

double run_now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* --- models --- */

/* One model, one record: the engine tells endpoints apart by it.  A guard is
 * another model than the same one asked as any other. */
static const struct model *add_model(struct run *r, const char *spec,
                                     bool judge, struct err *err)
{
    const struct run_options *o = &r->options;
    struct model *m = &r->models[r->nmodels];
    size_t i;

    if ((judge ? models_resolve_judge : models_resolve)(spec, &o->aliases, m,
                                                        err) != 0) {
        model_release(m);
        return NULL;
    }
    for (i = 0; i < r->nmodels; i++)
        if (strcmp(r->models[i].spec, spec) == 0 &&
            r->models[i].guard == m->guard) {
            model_release(m);
            return &r->models[i];
        }
    free(m->spec);
    m->spec = strdup(spec);
    r->nmodels++;
    return m;
}

static const struct model *add_agent(struct run *r, const char *spec,
                                     const char *otherwise, struct err *err)
{
    return add_model(r, spec != NULL ? spec : otherwise, false, err);
}

static int add_refusal_judge(struct run *r, struct err *err)
{
    const char *spec = r->options.refusal_judge;
    const struct model **m = &r->plan.refusal_judge;

    if (spec == NULL)
        return 0;
    *m = add_model(r, spec, true, err);
    return *m == NULL ? -1 : models_check_refusal_judge(*m, err);
}

static int add_models(struct run *r, struct err *err)
{
    static const char *const judges[] = {"builtin:judge-strict",
                                         "builtin:judge-moderate",
                                         "builtin:judge-permissive"};
    const struct run_options *o = &r->options;
    struct dialogue_plan *p = &r->plan;
    size_t i;

    p->njudges = o->njudges > 0 ? o->njudges : 3;
    for (i = 0; i < p->njudges; i++) {
        p->judges[i] =
            add_model(r, o->njudges > 0 ? o->judges[i] : judges[i], true, err);
        if (p->judges[i] == NULL)
            return -1;
    }
    p->ntargets = o->ntargets > 0 ? o->ntargets : 1;
    for (i = 0; i < p->ntargets; i++) {
        p->targets[i] = add_agent(r, o->ntargets > 0 ? o->targets[i] : NULL,
                                  "builtin:cautious", err);
        if (p->targets[i] == NULL)
            return -1;
    }
    p->generator = add_agent(r, o->generator, "builtin:generator", err);
    p->witness = add_agent(r, o->witness, "builtin:witness", err);
    p->answer_judge = add_model(
        r, o->answer_judge != NULL ? o->answer_judge : "builtin:answer-judge",
        true, err);
    p->orchestrator =
        add_agent(r, o->orchestrator, "builtin:orchestrator", err);
    if (p->generator == NULL || p->witness == NULL || p->answer_judge == NULL ||
        p->orchestrator == NULL)
        return -1;
    return add_refusal_judge(r, err);
}

/* --- categories --- */

static int want_category(struct run *r, const char *name, size_t len,
                         struct err *err)
{
    const struct category *c;
    size_t i, n = concepts_categories(r->graph, &c);
    char number[16];

    for (i = 0; i < n; i++) {
        snprintf(number, sizeof(number), "%u", c[i].id);
        if ((strlen(c[i].slug) == len && memcmp(c[i].slug, name, len) == 0) ||
            (strlen(number) == len && memcmp(number, name, len) == 0)) {
            r->wanted[i] = true;
            return 0;
        }
    }
    return err_set(err,
                   "unknown category \"%.*s\"; name it by slug or number, "
                   "for example %s or %u (see \"phgen graph stats\")",
                   (int)len, name, c[0].slug, c[0].id);
}

static int choose_categories(struct run *r, struct err *err)
{
    const char *p = r->options.categories;
    const struct category *c;
    size_t n = concepts_categories(r->graph, &c), i, len;

    r->wanted = calloc(n + 1, sizeof(*r->wanted));
    if (r->wanted == NULL)
        return err_nomem(err);
    for (i = 0; p == NULL && i < n; i++)
        r->wanted[i] = true;
    for (; p != NULL && *p != '\0'; p += len) {
        len = strcspn(p, ", ");
        if (len > 0 && want_category(r, p, len, err) != 0)
            return -1;
        len += strspn(p + len, ", ");
    }
    return 0;
}

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

/* --- the fingerprint --- */

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

static int make_fingerprint(struct run *r, cJSON *screens, struct err *err)
{
    const struct run_options *o = &r->options;
    const struct dialogue_plan *p = &r->plan;
    cJSON *c = r->config = cJSON_CreateObject();
    struct str text;

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
    cJSON_AddStringToObject(c, "prior", r->prior_hash);
    cJSON_AddBoolToObject(c, "witness_required", !o->no_witness);
    cJSON_AddStringToObject(c, "generator", p->generator->name);
    add_names(c, "judges", p->judges, p->njudges);
    add_forms(c, p);
    add_rules(c, o->panel != NULL ? o->panel : &PANEL_DEFAULT);
    add_names(c, "targets", p->targets, p->ntargets);
    cJSON_AddStringToObject(c, "witness", p->witness->name);
    cJSON_AddStringToObject(c, "answer_judge", p->answer_judge->name);
    cJSON_AddStringToObject(c, "orchestrator", p->orchestrator->name);
    add_refusal_judge_name(c, p, o->refusal_unsure);
    cJSON_AddStringToObject(c, "graph", r->graph_hash);
    cJSON_AddStringToObject(c, "templates", r->templates_hash);
    cJSON_AddItemToObject(c, "against", screens);
    if (o->refreshes != NULL)
        cJSON_AddItemToObject(c, "refreshes",
                              cJSON_Duplicate(o->refreshes, true));
    if (add_file_hash(c, "grammar", o->seeds, "grammar.yaml", err) != 0 ||
        add_file_hash(c, "shape_frames", o->seeds, "shapes.yaml", err) != 0 ||
        add_file_hash(c, "lexicon", o->seeds, "lexicon.yaml", err) != 0 ||
        add_file_hash(c, "skewed", o->seeds, "skewed.yaml", err) != 0)
        return -1;
    str_init(&text, 1 << 20);
    json_print(c, &text);
    hash_hex(hash_bytes(text.s, text.len), r->id);
    str_release(&text);
    return 0;
}

int run_is_same(struct run *r, const char *stored, struct err *err)
{
    cJSON *old = json_parse(stored, strlen(stored), err), *a, *b;
    struct str was, is;
    int failed = 0;

    if (old == NULL)
        return err_prefix(err, "the store in %s", r->options.out);
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

/* --- resuming --- */

struct job *run_plan_next(struct run *r)
{
    uint64_t seq = r->next_seq++, w = r->options.window;
    struct job *j = &r->jobs[seq % w];

    j->state = JOB_PLANNED;
    if (seq > r->carried + w)
        planner_learn(r->planner, &j->path, &j->outcome);
    planner_plan(r->planner, seq, &j->path);
    return j;
}

void run_committed(struct run *r, uint64_t seq,
                   const struct planner_outcome *outcome)
{
    struct job *j = &r->jobs[seq % r->options.window];

    j->state = JOB_COMMITTED;
    j->outcome = *outcome;
    r->commit_seq = seq + 1;
    if (outcome->accepted) {
        r->accepted++;
        r->last_accepted_seq = seq;
    }
}

/* Of an earlier release, a row or no longer one: nothing near it comes again.
 * Screened texts have the id 0, which the gate sees from the first plan on. */
static int carry_one(struct run *r, const struct decided *d, struct err *err)
{
    bool kept = files_is_row(d);

    r->kept += kept;
    r->accepted += kept;
    return dedup_add(r->dedup, 0, d->prompt, strlen(d->prompt), err);
}

static int carry_all(struct run *r, struct err *err)
{
    struct store_cursor *c = store_read(r->store, err);
    struct decided d;
    int got = -1;

    while (c != NULL && (got = store_next(c, &d, err)) == 1 &&
           d.seq <= r->carried)
        if (carry_one(r, &d, err) != 0) {
            got = -1;
            break;
        }
    store_read_end(c);
    return got < 0 ? -1 : 0;
}

static int check_shared(struct run *r, const char *url, struct err *err)
{
    struct str text;
    int got;

    str_init(&text, 1 << 20);
    got = share_read(url, "config", &text, err);
    if (got == 1)
        got = run_is_same(r, text.s, err);
    str_release(&text);
    return got;
}

/* What a look cannot tell, opening it will. */
static int check_file(struct run *r, const char *path, struct err *err)
{
    struct peek p;
    int failed = 0;

    if (!file_exists(path))
        return 0;
    if (peek(path, PEEK_PROGRESS, &p, NULL) == 0 && p.schema < STORE_SCHEMA &&
        p.config != NULL)
        failed = run_is_same(r, p.config, err);
    peek_release(&p);
    return failed;
}

/* Opening a store takes an older one to this schema, and then the phgen that
 * made it refuses it: not for a run that we cannot go on with. */
static int check_before(struct run *r, const char *where, struct err *err)
{
    return store_is_url(where) ? check_shared(r, where, err)
                               : check_file(r, where, err);
}

int run_identify(struct run *r, const char *path, struct err *err)
{
    struct str text;
    int got = -1;

    if (check_before(r, path, err) != 0)
        return -1;
    str_init(&text, 1 << 20);
    r->store = store_open(path, err);
    if (r->store == NULL)
        goto out;
    /* Several workers may open it at once: the first one's stands. */
    json_print(r->config, &text);
    got = store_offer(r->store, "config", text.s, err);
    str_clear(&text);
    if (got == 0 && store_get(r->store, "config", &text, err) != 1)
        got = -1;
    if (got == 0)
        got = run_is_same(r, text.s, err);
out:
    str_release(&text);
    return got;
}

/* --- putting it together --- */

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

static int check_prices(const struct run *r, struct err *err)
{
    size_t i;

    for (i = 0; i < r->nmodels; i++)
        if (models_check_price(&r->models[i], &r->options.budget, err) != 0)
            return -1;
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
    if (choose_categories(r, err) != 0 || add_models(r, err) != 0 ||
        check_prices(r, err) != 0 ||
        templates_load(o->seeds, r->templates, err) != 0)
        return -1;
    hash_templates(r);
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
        x.net.total_timeout = r->options.timeout;
    x.net.ca_file = r->options.ca_file;
    x.net.seed = r->options.seed;
    x.lease = r->options.lease;
    return x;
}

static int start_exchange(struct run *r, struct err *err)
{
    struct exchange_options x = run_exchange_options(r);

    r->exchange = exchange_new(r->store, r->builtin, &x, err);
    return r->exchange != NULL ? 0 : -1;
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
    r->started = run_now();
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
    if (make_fingerprint(r, screens, err) != 0) {
        screens = NULL; /* the config has it */
        goto fail;
    }
    fill_plan(r);
    return r;
fail:
    cJSON_Delete(screens);
    run_close(r);
    return NULL;
}

int run_resume(struct run *r, struct err *err)
{
    r->next_seq = r->commit_seq = r->carried + 1;
    r->last_accepted_seq = r->carried;
    r->jobs = calloc(r->options.window, sizeof(*r->jobs));
    if (r->jobs == NULL)
        return err_nomem(err);
    if ((r->carried > 0 && carry_all(r, err) != 0) || run_follow(r, err) != 0 ||
        start_exchange(r, err) != 0)
        return -1;
    r->accepted_before = r->accepted;
    return share_is(r->store) ? crew_open(r, err) : 0;
}

int run_attach(struct run *r, const char *store_path, struct err *err)
{
    return run_identify(r, store_path, err) != 0 || run_resume(r, err) != 0 ? -1
                                                                            : 0;
}

struct run *run_open(const struct run_options *options, struct err *err)
{
    struct run *r = run_load(options, err);
    char *path = NULL;

    if (r == NULL || file_make_dir(options->out, err) != 0 ||
        (path = files_store_of(options->out, options->store, err)) == NULL ||
        run_attach(r, path, err) != 0) {
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
    for (i = 0; r->jobs != NULL && i < r->options.window; i++) {
        if (r->jobs[i].has_pending)
            call_release(&r->jobs[i].pending);
        if (r->jobs[i].state == JOB_LIVE || r->jobs[i].state == JOB_ENDED)
            dialogue_release(&r->jobs[i].dialogue);
    }
    free(r->jobs);
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
