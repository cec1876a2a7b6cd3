/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * `phgen status`: how a run is doing.  It only reads, and keeps nobody
 * waiting, so it may be asked as often as one likes beside a running phgen.
 */
#include "base/json.h"
#include "cmd/cmd.h"
#include "run/inspect.h"

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
    "It only reads, and does not disturb a phgen that is running.",
    NULL,
};

static const struct example examples[] = {
    {"status output/demo", "A run, going on or not."},
    {"status output/demo --json", "The same for a script."},
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

static enum cmd_exit print_json(const struct inspection *i, struct err *err)
{
    cJSON *o = inspect_json(i);
    struct str s;

    if (o == NULL) {
        err_nomem(err);
        return CMD_FAILED;
    }
    str_init(&s, 1 << 16);
    json_print(o, &s);
    puts(s.s);
    str_release(&s);
    cJSON_Delete(o);
    return CMD_OK;
}

static enum cmd_exit run(struct options *o, struct err *err)
{
    struct inspection i;
    enum cmd_exit code = CMD_OK;

    if (inspect_run(options_operand(o, 0), &i, err) != 0)
        return CMD_FAILED;
    if (options_flag(o, "json"))
        code = print_json(&i, err);
    else
        print(&i);
    inspect_release(&i);
    return code;
}

const struct command cmd_status = {
    .name = "status",
    .about = "say how a run is doing",
    .operands = "RUN",
    .min_operands = 1,
    .max_operands = 1,
    .options = options,
    .run = run,
    .details = details,
    .examples = examples,
};
