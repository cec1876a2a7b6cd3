/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The dry run of a refresh.  Two parts that know different things.
 *
 * Testing again is counted: which rows are asked of whom is settled by the
 * release, and their text is there.  Only two things are not known: how long
 * the answers are, which is taken from what the earlier run measured, and
 * which rows the pool is asked about, which the targets decide.  So the pool
 * has a bound, and beside it what is expected by the rows' own evidence.
 *
 * How many rows must be made anew nobody knows before asking.  So there is a
 * price of a hundred, and what everything comes to when none, half or all of
 * the rows are lost.  When an unfinished refresh stands in the folder, its
 * store may know.
 */
#include "base/file.h"
#include "run/changes.h"
#include "run/dry.h"
#include "run/files.h"
#include "run/refresh.h"
#include "store/peek.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MADE_EACH     100 /* rows that the price of making is for */
#define REPLY_ASSUMED 300 /* tokens, where nothing was measured */

struct dry {
    struct retest_plan plan;
    const char *out;
    cJSON *tree;
    struct dry_cost at_most, expected; /* of testing */
    struct dry_cost made;              /* of MADE_EACH rows */
    /* Of an unfinished refresh in the folder. */
    bool begun, tested;
    struct spent paid;
    double lost, rows; /* once tested: lost rows, rows there are now */
};

/* --- the unfinished refresh --- */

static void count(struct dry *d, const struct peek_count *c)
{
    const struct decided one = {.outcome = c->outcome};

    if (files_is_row(&one))
        d->rows += (double)c->n;
    else if (strcmp(c->reason, FORMER_RETIRED) == 0 ||
             strcmp(c->reason, FORMER_UNTESTED) == 0)
        d->lost += (double)c->n;
}

/* Rows are carried over all at once, when the last was tested. */
static void interpret(struct dry *d, const struct peek *p)
{
    size_t i;

    d->begun = true;
    d->paid = p->paid;
    d->tested = p->last_seq >= d->plan.former->all;
    for (i = 0; d->tested && i < p->ncounts; i++)
        count(d, &p->counts[i]);
}

/* A store without a fingerprint holds nothing yet. */
static int look(struct dry *d, struct err *err)
{
    char *path = file_join(d->out, FILES_STORE);
    struct peek p = {0};
    int failed = 0;

    if (path == NULL)
        return err_nomem(err);
    if (file_exists(path)) {
        failed =
            peek(path, PEEK_COUNTS, &p, err) != 0 ||
            (p.config != NULL && run_is_same(d->plan.run, p.config, err) != 0);
        if (!failed && p.config != NULL)
            interpret(d, &p);
        peek_release(&p);
    }
    free(path);
    return failed ? -1 : 0;
}

/* --- how long answers are --- */

/* Tokens of an answer, and whose they were; NULL when it is assumed. */
struct answers {
    double tokens;
    char *of; /* heap */
};

static bool is_target(const cJSON *line)
{
    const char *agent = json_string(line, "agent");

    return agent != NULL && strcmp(agent, agent_name(AGENT_TARGET)) == 0;
}

static double mean(const cJSON *usage)
{
    double calls = json_number(usage, "calls", 0);

    return calls > 0 ? json_number(usage, "tokens_out", 0) / calls : 0;
}

static char *names_of(const cJSON *list)
{
    const cJSON *v;
    struct str s;

    str_init(&s, 1 << 16);
    cJSON_ArrayForEach(v, list)
    {
        if (!cJSON_IsString(v))
            continue;
        if (s.len > 0)
            str_adds(&s, " and ");
        str_adds(&s, v->valuestring);
    }
    return str_detach(&s);
}

/* The model's own in the earlier run, else those of the targets there. */
static struct answers answers_of(const struct former *f, const char *model)
{
    const cJSON *line, *m = f->manifest;
    struct answers a = {0};
    const char *name;

    cJSON_ArrayForEach(line, json_array(m, "paid"))
    {
        name = json_string(line, "model");
        if (is_target(line) && name != NULL && strcmp(name, model) == 0 &&
            mean(line) > 0) {
            a.tokens = mean(line);
            a.of = strdup(model);
            return a;
        }
    }
    a.tokens =
        mean(json_object(json_object(m, "calls"), agent_name(AGENT_TARGET)));
    if (a.tokens > 0)
        a.of = names_of(json_array(json_object(m, "config"), "targets"));
    else
        a.tokens = REPLY_ASSUMED;
    return a;
}

/* --- whom what is asked --- */

/* Rows of one model, and the tokens of their text. */
struct asked {
    double rows, tokens;
};

static double text_tokens(const cJSON *row)
{
    const cJSON *messages = json_array(row, "messages"), *m;
    const char *text;
    size_t bytes = 0;

    if (messages == NULL)
        return dry_tokens(strlen(json_string(row, "prompt")));
    cJSON_ArrayForEach(m, messages)
    {
        text = json_string(m, "content");
        bytes += text != NULL ? strlen(text) : 0;
    }
    return dry_tokens(bytes);
}

static void ask(struct asked *a, const struct former_row *r, double weight)
{
    a->rows += weight;
    a->tokens += weight * text_tokens(r->tree);
}

/* The last refresh's share of rows that its targets did not refuse; 1 when
 * there was none, since nothing is known then. */
static double share_passed(const struct former *f)
{
    const cJSON *n =
        json_object(json_object(f->manifest, CHANGES_RELEASE), "counts");
    double before = json_number(n, "before", 0),
           stayed = json_number(n, "persistent", 0);

    return before > 0 && stayed >= 0 && stayed <= before ? 1 - stayed / before
                                                         : 1;
}

/* How likely it is that the row comes to the pool, by what it says itself of
 * the new targets; else `otherwise`. */
static double passed(const struct dry *d, size_t row, double otherwise)
{
    const struct dialogue_plan *p = &d->plan.run->plan;
    enum refuses says[TARGETS_MAX];
    size_t i;

    for (i = 0; i < p->ntargets; i++)
        says[i] = retest_knows(&d->plan, row, p->targets[i]->name);
    switch (release_status(&d->plan.rule, says, p->ntargets, NULL, 0)) {
    case RELEASE_PERSISTENT:
        return 0;
    case RELEASE_UNTESTED:
        return otherwise;
    default:
        return 1;
    }
}

static struct asked of_targets(const struct dry *d, double *canaries)
{
    const struct former *f = d->plan.former;
    struct asked a = {0};
    size_t row;

    for (row = 0; row < f->all; row++) {
        if (!retest_asks(&f->rows[row]))
            continue;
        ask(&a, &f->rows[row], 1);
        *canaries += f->rows[row].past;
    }
    return a;
}

static void of_pool(const struct dry *d, const struct model *m,
                    struct asked *most, struct asked *likely)
{
    const struct former *f = d->plan.former;
    double otherwise = share_passed(f);
    size_t row;

    for (row = 0; row < f->n; row++) {
        if (retest_knows(&d->plan, row, m->name) != REFUSES_OPEN)
            continue;
        ask(most, &f->rows[row], 1);
        ask(likely, &f->rows[row], passed(d, row, otherwise));
    }
}

/* --- testing --- */

/* Each row is asked `samples` times, whatever the first answers are. */
static struct dry_cost cost_of(const struct dry *d, const struct model *m,
                               struct asked a, double out_each)
{
    return dry_calls(m, a.rows * d->plan.rule.samples,
                     a.rows > 0 ? a.tokens / a.rows : 0, out_each);
}

static void add_model(struct dry *d, const struct model *m, const char *part,
                      struct asked most, struct asked likely, cJSON *list)
{
    struct answers a = answers_of(d->plan.former, m->name);
    struct dry_cost at_most = cost_of(d, m, most, a.tokens),
                    expected = cost_of(d, m, likely, a.tokens);
    cJSON *o = cJSON_CreateObject();

    cJSON_AddStringToObject(o, "model", m->name);
    cJSON_AddStringToObject(o, "part", part);
    cJSON_AddNumberToObject(o, "rows", most.rows);
    cJSON_AddNumberToObject(o, "tokens_a_reply", a.tokens);
    if (a.of != NULL)
        cJSON_AddStringToObject(o, "measured_on", a.of);
    else
        cJSON_AddNullToObject(o, "measured_on");
    dry_put(o, "at_most", &at_most);
    dry_put(o, "expected", &expected);
    dry_add(&d->at_most, &at_most, 1);
    dry_add(&d->expected, &expected, 1);
    cJSON_AddItemToArray(list, o);
    free(a.of);
}

static void add_testing(struct dry *d)
{
    const struct dialogue_plan *p = &d->plan.run->plan;
    cJSON *o = cJSON_AddObjectToObject(d->tree, "testing"), *list;
    double canaries = 0;
    struct asked targets = of_targets(d, &canaries);
    size_t i;

    cJSON_AddBoolToObject(o, "done", d->tested);
    cJSON_AddNumberToObject(o, "rows", (double)d->plan.former->n);
    cJSON_AddNumberToObject(o, "canaries", canaries);
    cJSON_AddNumberToObject(o, "samples", d->plan.rule.samples);
    list = cJSON_AddArrayToObject(o, "models");
    for (i = 0; i < p->ntargets; i++)
        add_model(d, p->targets[i], "target", targets, targets, list);
    for (i = 0; i < d->plan.npool; i++) {
        struct asked most = {0}, likely = {0};

        of_pool(d, &d->plan.pool[i], &most, &likely);
        add_model(d, &d->plan.pool[i], "pool", most, likely, list);
    }
    dry_put(o, "at_most", &d->at_most);
    dry_put(o, "expected", &d->expected);
}

/* --- making --- */

/*
 * What this refresh made before it was stopped says most.  Then the earlier
 * run, when it was made by the same definition and servers counted what they
 * are to count again; else a pilot, which is exact where all models are
 * embedded.
 */
static int find_base(const struct dry *d, struct dry_base *out, struct err *err)
{
    const struct run *r = d->plan.run;
    const cJSON *was = d->plan.former->manifest;

    if (d->tested && dry_begun(d->out, out))
        return 0;
    if (dry_needs_network(r) &&
        release_redefined(json_object(was, "config"), r->config) == NULL &&
        dry_earlier(was, out))
        return 0;
    return dry_pilot(r, out, err);
}

static int add_making(struct dry *d, struct err *err)
{
    struct dry_base base;
    cJSON *o;

    if (find_base(d, &base, err) != 0)
        return -1;
    o = cJSON_AddObjectToObject(d->tree, "making");
    cJSON_AddNumberToObject(o, "rows", MADE_EACH);
    d->made = dry_rows(d->plan.run, &base, MADE_EACH, o);
    dry_base_release(&base);
    return 0;
}

/* --- in all --- */

static cJSON *add_total(cJSON *list, double lost, double rows, double made)
{
    cJSON *o = cJSON_CreateObject();

    cJSON_AddNumberToObject(o, "lost_share", rows > 0 ? lost / rows : 0);
    cJSON_AddNumberToObject(o, "lost", lost);
    cJSON_AddNumberToObject(o, "made", made);
    cJSON_AddItemToArray(list, o);
    return o;
}

/* When so many rows are lost. */
static cJSON *suppose(struct dry *d, cJSON *list, double lost)
{
    double rows = (double)d->plan.former->n,
           wanted = (double)d->plan.run->options.n,
           made = wanted > rows - lost ? wanted - (rows - lost) : 0;
    cJSON *o = add_total(list, lost, rows, made);
    struct dry_cost all = d->expected, most = d->at_most;

    dry_add(&all, &d->made, made / MADE_EACH);
    dry_add(&most, &d->made, made / MADE_EACH);
    dry_put(o, "expected", &all);
    dry_put(o, "at_most", &most);
    return o;
}

/* What is left to do of a refresh that was stopped while rows were made. */
static void add_left(struct dry *d, cJSON *list)
{
    double wanted = (double)d->plan.run->options.n,
           made = wanted > d->rows ? wanted - d->rows : 0;
    struct dry_cost left = {0};
    cJSON *o = add_total(list, d->lost, (double)d->plan.former->n, made);

    dry_add(&left, &d->made, made / MADE_EACH);
    dry_put(o, "expected", &left);
}

static void suppose_as_last(struct dry *d, cJSON *list)
{
    const cJSON *n = json_object(
        json_object(d->plan.former->manifest, CHANGES_RELEASE), "counts");
    double before = json_number(n, "before", 0),
           lost = json_number(n, FORMER_RETIRED, 0) +
                  json_number(n, FORMER_UNTESTED, 0);

    if (before > 0 && lost >= 0 && lost <= before)
        cJSON_AddTrueToObject(
            suppose(d, list, round((double)d->plan.former->n * lost / before)),
            "as_last");
}

static void add_totals(struct dry *d)
{
    static const double shares[] = {0, 0.5, 1};
    cJSON *list = cJSON_AddArrayToObject(d->tree, "totals");
    size_t i;

    if (d->tested) {
        add_left(d, list);
        return;
    }
    for (i = 0; i < sizeof(shares) / sizeof(*shares); i++)
        suppose(d, list, round(shares[i] * (double)d->plan.former->n));
    suppose_as_last(d, list);
}

static void add_paid(struct dry *d)
{
    cJSON *o;

    if (!d->begun)
        return;
    o = cJSON_AddObjectToObject(d->tree, "paid");
    cJSON_AddNumberToObject(o, "calls", (double)d->paid.calls);
    cJSON_AddNumberToObject(o, "tokens_in", (double)d->paid.tokens_in);
    cJSON_AddNumberToObject(o, "tokens_out", (double)d->paid.tokens_out);
    cJSON_AddNumberToObject(o, "cost", d->paid.cost);
}

static int fill(struct dry *d, struct err *err)
{
    struct run *r = d->plan.run;

    if (look(d, err) != 0)
        return -1;
    d->tree = cJSON_CreateObject();
    cJSON_AddStringToObject(d->tree, "version", d->plan.version);
    cJSON_AddItemToObject(d->tree, "config", cJSON_Duplicate(r->config, true));
    add_testing(d);
    if (add_making(d, err) != 0)
        return -1;
    add_totals(d);
    add_paid(d);
    return 0;
}

cJSON *refresh_dry(const struct refresh_options *options, struct err *err)
{
    struct refresh *f = refresh_load(options, err);
    struct dry d = {.out = options->run.out};

    if (f == NULL)
        return NULL;
    d.plan = refresh_plan(f);
    if (fill(&d, err) != 0) {
        cJSON_Delete(d.tree);
        d.tree = NULL;
    }
    refresh_close(f);
    return d.tree;
}
