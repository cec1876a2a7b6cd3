/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * `phgen status`: how a run is doing.  It only reads, and keeps nobody
 * waiting, so it may be asked as often as one likes beside a running phgen.
 */
#include "base/json.h"
#include "cmd/cmd.h"
#include "run/inspect.h"
#include "run/roster.h"

#include <string.h>

static const struct option_row options[] = {
    {"json", 0, OPTION_FLAG, NULL, 0, 0, NULL, "Print JSON.", 0},
    CMD_ROW_HELP,
    {0},
};

static const char *const details[] = {
    "Says of the run in this folder how many rows and candidates there are, "
    "what was paid, when something was last written, whether a phgen is "
    "working in it, and when that will be done at the pace of its session.",
    "Of a run with its store in PostgreSQL (--store), named by its address or "
    "by "
    "a folder of it, it says who works on it, too: which workers there are, "
    "when they were heard of, and what they hold and did.",
    "It only reads, and does not disturb a phgen that is running.",
    NULL,
};

static const struct example examples[] = {
    {"status output/demo", "A run, going on or not."},
    {"status output/demo --json", "The same for a script."},
    {"status postgresql://phgen@db/release7", "A run of many workers."},
    {NULL, NULL},
};

static void add_state(const struct inspection *i, struct str *s)
{
    str_addf(s, "%s", inspect_state_name(i->state));
    if (i->state == INSPECT_RUNNING)
        str_addf(s, ", process %ld", (long)i->store.holder);
    if (i->state == INSPECT_STOPPED)
        str_adds(s, "; the command that began it resumes it");
}

static void add_rows(const struct inspection *i, struct str *s)
{
    cmd_add_count(s, (double)i->accepted);
    str_adds(s, " of ");
    cmd_add_count(s, (double)i->wanted);
    if (i->wanted > 0)
        str_addf(s, " (%.1f %%)",
                 100 * (double)i->accepted / (double)i->wanted);
}

static void add_candidates(const struct inspection *i, struct str *s)
{
    cmd_add_count(s, (double)i->decided);
    if (i->decided > 0)
        str_addf(s, ", yield %.1f %%", 100 * i->yield);
}

static void add_paid(const struct inspection *i, struct str *s)
{
    const struct spent *p = &i->store.paid;

    cmd_add_count(s, (double)p->calls);
    str_adds(s, " calls, ");
    cmd_add_count(s, (double)p->tokens_in);
    str_adds(s, " tokens in, ");
    cmd_add_count(s, (double)p->tokens_out);
    str_addf(s, " out, %.4f dollars", p->cost);
}

static void add_pace(const struct inspection *i, struct str *s)
{
    if (i->rows_a_second <= 0) {
        str_adds(s, "not known");
        return;
    }
    str_addf(s, "%.2f rows a second", i->rows_a_second);
    if (i->eta_seconds >= 0) {
        str_adds(s, ", done in ");
        cmd_add_duration(s, i->eta_seconds);
    }
}

static void add_write(const struct inspection *i, struct str *s)
{
    cmd_add_duration(s, i->idle_seconds > 0 ? i->idle_seconds : 0);
    str_adds(s, " ago");
}

static void add_store(const struct inspection *i, struct str *s)
{
    str_addf(s, "SQLite, schema %d, %.1f MB", i->store.schema,
             (double)i->store.bytes * 1e-6);
    if (i->store.schema > STORE_SCHEMA)
        str_addf(s,
                 "; it is of a newer phgen than this one, which knows schema 1 "
                 "to %d: use that one",
                 STORE_SCHEMA);
}

static void print(const struct inspection *i)
{
    static const struct {
        const char *name;
        void (*add)(const struct inspection *, struct str *);
    } lines[] = {
        {"state", add_state},
        {"rows", add_rows},
        {"candidates", add_candidates},
        {"paid", add_paid},
        {"pace", add_pace},
        {"last write", add_write},
        {"store", add_store},
    };
    struct str s;
    size_t k;

    str_init(&s, 1000);
    for (k = 0; k < sizeof(lines) / sizeof(*lines); k++) {
        str_clear(&s);
        lines[k].add(i, &s);
        printf("%-12s %s\n", lines[k].name, s.s);
    }
    str_release(&s);
}

/* --- a run that many workers make --- */

static void put_line(const char *name, struct str *s)
{
    printf("%-12s %s\n", name, s->s);
    str_clear(s);
}

static void print_run(const struct roster *r, struct str *s)
{
    const struct share_status *t = &r->status;

    str_addf(s, "%s, %zu workers", roster_state(r), r->working);
    put_line("state", s);
    cmd_add_count(s, (double)t->rows);
    str_adds(s, " of ");
    cmd_add_count(s, (double)r->wanted);
    if (r->wanted > 0)
        str_addf(s, " (%.1f %%)", 100 * (double)t->rows / (double)r->wanted);
    put_line("rows", s);
    cmd_add_count(s, (double)t->decided);
    if (t->decided > 0)
        str_addf(s, ", yield %.1f %%",
                 100 * (double)t->rows / (double)t->decided);
    put_line("candidates", s);
    cmd_add_count(s, (double)t->spent.calls);
    str_adds(s, " calls, ");
    cmd_add_count(s, (double)t->spent.tokens_in);
    str_adds(s, " tokens in, ");
    cmd_add_count(s, (double)t->spent.tokens_out);
    str_addf(s, " out, %.4f dollars", t->spent.cost);
    if (t->twice > 0)
        str_addf(s, "; %llu replies twice", (unsigned long long)t->twice);
    put_line("paid", s);
    str_addf(s, "%llu calls", (unsigned long long)t->in_flight);
    put_line("in flight", s);
    if (r->rows_a_second > 0)
        str_addf(s, "%.2f rows a second", r->rows_a_second);
    else
        str_adds(s, "not known");
    if (r->rows_a_second > 0 && r->eta_seconds >= 0) {
        str_adds(s, ", done in ");
        cmd_add_duration(s, r->eta_seconds);
    }
    put_line("pace", s);
    str_addf(s, "PostgreSQL, schema %u", t->schema);
    if (t->schema < SHARE_SCHEMA)
        str_addf(s, "; the next worker of this phgen takes it to %d",
                 SHARE_SCHEMA);
    put_line("store", s);
}

/* Only what was ever begun. */
static void print_passes(const struct share_status *t, struct str *s)
{
    size_t i;

    for (i = 0; i < t->npasses; i++) {
        const struct share_made *m = &t->pass[i];

        if (m->worker > 0)
            str_addf(s, "worker %llu is at it", (unsigned long long)m->worker);
        else
            str_adds(s, m->times > 0 ? "made" : "begun, and nobody is at it");
        put_line(m->kind, s);
    }
}

static void print_worker(const struct share_worker *w, struct str *s)
{
    str_addf(s, "%6llu  %-8s ", (unsigned long long)w->id, w->state);
    cmd_add_duration(s, w->seen > 0 ? w->seen : 0);
    printf("%-24s %6llu %9llu %10llu %8llu  ", s->s,
           (unsigned long long)w->leases, (unsigned long long)w->in_flight,
           (unsigned long long)w->decided, (unsigned long long)w->rows);
    str_clear(s);
    cmd_print_text(w->name, stdout); /* as its machine says */
    putchar('\n');
}

static void print_roster(const struct roster *r)
{
    struct str s;
    size_t i;

    str_init(&s, 2000);
    print_run(r, &s);
    print_passes(&r->status, &s);
    printf("\n%6s  %-8s %-7s %6s %9s %10s %8s  %s\n", "worker", "state", "seen",
           "leases", "in flight", "candidates", "rows", "where");
    for (i = 0; i < r->status.nworkers; i++)
        print_worker(&r->status.worker[i], &s);
    str_release(&s);
}

static enum cmd_exit show_roster(const char *where, bool json, struct err *err)
{
    struct roster r;
    int failed = 0;

    if (roster_read(where, &r, err) != 0) {
        if (!store_is_url(where)) /* which the sentence has */
            err_prefix(err, "%s", where);
        return CMD_FAILED;
    }
    if (json)
        failed = cmd_print_json(roster_json(&r), err);
    else
        print_roster(&r);
    roster_release(&r);
    return failed ? CMD_FAILED : CMD_OK;
}

static enum cmd_exit run(struct options *o, struct err *err)
{
    const char *where = options_operand(o, 0);
    struct inspection i;
    int failed = 0;

    if (store_is_url(where) && store_check_url(where, err) != 0)
        return CMD_USAGE;
    if (roster_is(where))
        return show_roster(where, options_flag(o, "json"), err);
    if (inspect_run(where, &i, err) != 0)
        return CMD_FAILED;
    if (options_flag(o, "json"))
        failed = cmd_print_json(inspect_json(&i), err);
    else
        print(&i);
    inspect_release(&i);
    return failed ? CMD_FAILED : CMD_OK;
}

const struct command cmd_status = {
    .name = "status",
    .about = "say how a run is doing",
    .operands = "RUN|URL",
    .min_operands = 1,
    .max_operands = 1,
    .options = options,
    .run = run,
    .details = details,
    .examples = examples,
};
