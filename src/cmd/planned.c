/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tables of one shape: a name, then calls, tokens, calls over the network and
 * dollars.  Names come from configurations and files of others and are made
 * printable before they are shown.
 */
#include "cmd/planned.h"
#include "base/json.h"
#include "base/text.h"
#include "cmd/cmd.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#define TEXT_MAX (1u << 16)

/* --- tables --- */

/* Prints and releases it. */
static void sentence(struct str *s, FILE *out)
{
    cmd_wrap(s->s, 0, 0, out);
    str_release(s);
}

static void value(const cJSON *v, FILE *out)
{
    struct str s;

    str_init(&s, TEXT_MAX);
    if (cJSON_IsString(v))
        str_adds(&s, v->valuestring);
    else
        json_print(v, &s);
    cmd_print_text(s.s, out);
    str_release(&s);
}

static void settings(const cJSON *plan, const char *folder, FILE *out)
{
    const cJSON *v;

    cJSON_ArrayForEach(v, json_object(plan, "config"))
    {
        fprintf(out, "  %-20.20s ", v->string);
        value(v, out);
        fputc('\n', out);
    }
    fprintf(out, "  %-20s ", "folder");
    cmd_print_text(folder, out);
    fputc('\n', out);
}

static void header(const char *name, FILE *out)
{
    fprintf(out, "\n%-20s %11s %13s %13s %12s %9s\n", name, "calls",
            "tokens in", "tokens out", "over network", "US$");
}

static void figure(const cJSON *c, const char *name, int width, FILE *out)
{
    struct str s;

    str_init(&s, 40);
    cmd_add_count(&s, round(json_number(c, name, 0)));
    fprintf(out, " %*s", width, s.s);
    str_release(&s);
}

static void line(const char *name, const cJSON *c, FILE *out)
{
    struct str s;

    str_init(&s, 4096);
    text_printable(name, &s);
    if (s.len > 18)
        fprintf(out, "  %.16s..", s.s);
    else
        fprintf(out, "  %-18s", s.s);
    str_release(&s);
    figure(c, "calls", 11, out);
    figure(c, "tokens_in", 13, out);
    figure(c, "tokens_out", 13, out);
    figure(c, "paid_calls", 12, out);
    fprintf(out, " %9.2f\n", json_number(c, "cost", 0));
}

static void by_agent(const cJSON *plan, const char *name, FILE *out)
{
    const cJSON *agent;
    struct str s;

    header(name, out);
    cJSON_ArrayForEach(agent, json_object(plan, "expected_calls"))
        line(agent->string, agent, out);
    line("all", json_object(plan, "expected"), out);
    if (json_string(plan, "estimate") != NULL) {
        str_init(&s, TEXT_MAX);
        str_adds(&s, "The estimate: ");
        text_printable(json_string(plan, "estimate"), &s);
        str_addc(&s, '.');
        sentence(&s, out);
    }
}

void planned_print(const cJSON *plan, const char *folder, FILE *out)
{
    fputs("This run would be:\n", out);
    settings(plan, folder, out);
    by_agent(plan, "Calls expected", out);
    fputs("Nothing was called and nothing written.\n", out);
}

/* --- a refresh --- */

static bool has_pool(const cJSON *testing)
{
    const char *part;
    const cJSON *m;

    cJSON_ArrayForEach(m, json_array(testing, "models"))
    {
        part = json_string(m, "part");
        if (part != NULL && strcmp(part, "pool") == 0)
            return true;
    }
    return false;
}

/* A line a model; of the pool the bound, and then what is expected. */
static void models(const cJSON *testing, FILE *out)
{
    bool pool = has_pool(testing);
    const cJSON *m;

    cJSON_ArrayForEach(m, json_array(testing, "models"))
        line(json_string(m, "model"), json_object(m, "at_most"), out);
    line(pool ? "all, at most" : "all", json_object(testing, "at_most"), out);
    if (pool)
        line("all, expected", json_object(testing, "expected"), out);
}

static void say_rows(const cJSON *testing, FILE *out)
{
    double canaries = json_number(testing, "canaries", 0);
    struct str s;

    str_init(&s, TEXT_MAX);
    str_adds(&s, "Asked: ");
    cmd_add_count(&s, json_number(testing, "rows", 0));
    str_adds(&s, " rows");
    if (canaries > 0) {
        str_adds(&s, " and ");
        cmd_add_count(&s, canaries);
        str_adds(&s, canaries == 1 ? " canary that" : " canaries that");
        str_adds(&s, " left");
    }
    str_addf(&s, ", %.0f samples each", json_number(testing, "samples", 0));
    if (has_pool(testing))
        str_adds(&s, "; of the pool only rows that the target does not refuse");
    str_adds(&s, ". Tokens in are the rows' text, four bytes each; what a "
                 "server puts around it comes on top.");
    sentence(&s, out);
}

/* How long the answers are taken to be. */
static void say_answers(const cJSON *testing, FILE *out)
{
    const cJSON *m;
    const char *of;
    struct str s;

    str_init(&s, TEXT_MAX);
    str_adds(&s, "Tokens out an answer:");
    cJSON_ArrayForEach(m, json_array(testing, "models"))
    {
        of = json_string(m, "measured_on");
        str_addc(&s, ' ');
        text_printable(json_string(m, "model"), &s);
        str_addf(&s, " %.0f, %s", json_number(m, "tokens_a_reply", 0),
                 of != NULL ? "as measured on " : "assumed");
        if (of != NULL)
            text_printable(of, &s);
        str_addc(&s, m->next != NULL ? ';' : '.');
    }
    str_adds(&s, " A model that answers at greater length takes more.");
    sentence(&s, out);
}

static void testing(const cJSON *plan, FILE *out)
{
    const cJSON *t = json_object(plan, "testing");

    if (cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(t, "done")))
        return;
    header("Testing again", out);
    models(t, out);
    say_rows(t, out);
    say_answers(t, out);
}

static void total(const cJSON *t, bool done, FILE *out)
{
    bool last = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(t, "as_last"));
    char name[40];

    if (done)
        snprintf(name, sizeof(name), "%.0f rows",
                 ceil(json_number(t, "made", 0)));
    else
        snprintf(name, sizeof(name), "%.0f %% lost%s",
                 100 * json_number(t, "lost_share", 0),
                 last ? ", as last" : "");
    line(name, json_object(t, "expected"), out);
}

static void say_done(const cJSON *plan, const cJSON *left, FILE *out)
{
    struct str s;

    fputc('\n', out);
    str_init(&s, TEXT_MAX);
    str_addf(&s,
             "Testing again is done: %.0f of %.0f rows were lost, %.0f are "
             "still to be made.",
             json_number(left, "lost", 0),
             json_number(json_object(plan, "testing"), "rows", 0),
             json_number(left, "made", 0));
    sentence(&s, out);
}

static void totals(const cJSON *plan, FILE *out)
{
    bool done = cJSON_IsTrue(
        cJSON_GetObjectItemCaseSensitive(json_object(plan, "testing"), "done"));
    const cJSON *list = json_array(plan, "totals"), *t;

    if (done)
        say_done(plan, cJSON_GetArrayItem(list, 0), out);
    header(done ? "Left to do" : "In all, when", out);
    cJSON_ArrayForEach(t, list) total(t, done, out);
}

static void paid(const cJSON *plan, const char *folder, FILE *out)
{
    const cJSON *p = json_object(plan, "paid");
    struct str s;

    if (p == NULL)
        return;
    str_init(&s, TEXT_MAX);
    str_adds(&s, "The refresh in ");
    text_printable(folder, &s);
    str_adds(&s, " has paid for ");
    cmd_add_count(&s, json_number(p, "calls", 0));
    str_addf(&s, " calls (US$ %.2f) already.", json_number(p, "cost", 0));
    sentence(&s, out);
}

void planned_print_refresh(const cJSON *plan, const char *folder, FILE *out)
{
    char name[48];

    fprintf(out, "This refresh would be:\n  %-20s ", "release");
    value(cJSON_GetObjectItemCaseSensitive(plan, "version"), out);
    fputc('\n', out);
    settings(plan, folder, out);
    testing(plan, out);
    snprintf(name, sizeof(name), "Making %.0f rows",
             json_number(json_object(plan, "making"), "rows", 0));
    by_agent(json_object(plan, "making"), name, out);
    totals(plan, out);
    paid(plan, folder, out);
    fputs("Nothing was called and nothing written.\n", out);
}
