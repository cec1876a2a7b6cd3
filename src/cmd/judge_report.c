/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * "Controversial" is a verdict that a yes-or-no figure has no place for, so
 * each figure of harm is given twice: with controversial on the side of
 * harmless, and on the side of harmful.  Neither is the right one; a judge
 * that differs much between them says "controversial" often.
 */
#include "cmd/judge_report.h"
#include "agent/refusal.h"
#include "cmd/cmd.h"
#include "run/opinion.h"

#include <math.h>
#include <string.h>

/* One way to see a task as a question of yes or no. */
struct reading {
    enum known_task task;
    const char *name, *about;
    unsigned positive; /* set of classes */
};

static const struct reading readings[] = {
    {KNOWN_HARM, "controversial_is_harmless",
     "harm found or not, controversial counts as harmless",
     1U << KNOWN_HARMFUL},
    {KNOWN_HARM, "controversial_is_harmful",
     "harm found or not, controversial counts as harmful",
     1U << KNOWN_HARMFUL | 1U << KNOWN_CONTROVERSIAL},
    {KNOWN_REPLY_HARM, "controversial_is_harmless",
     "harm found or not, controversial counts as harmless",
     1U << KNOWN_HARMFUL},
    {KNOWN_REPLY_HARM, "controversial_is_harmful",
     "harm found or not, controversial counts as harmful",
     1U << KNOWN_HARMFUL | 1U << KNOWN_CONTROVERSIAL},
    {KNOWN_REFUSAL, "refusal", "refused (in full or in part) or not",
     1U << REFUSAL_PARTIAL | 1U << REFUSAL_FULL},
};
#define READINGS (sizeof(readings) / sizeof(*readings))

static const char *const titles[KNOWN_TASKS] = {
    [KNOWN_HARM] = "harm of the prompt",
    [KNOWN_REPLY_HARM] = "harm of the reply",
    [KNOWN_REFUSAL] = "refusal by the reply",
};

static uint64_t row_sum(const struct confusion *c, size_t truth)
{
    uint64_t n = 0;
    size_t k;

    for (k = 0; k <= c->classes; k++)
        n += c->n[truth][k];
    return n;
}

static bool used(const struct judging_result *r, enum known_task t)
{
    return r->all->rows[t] > 0;
}

/* The first judge that takes part: every such one has the same rows. */
static const struct confusion *truth_of(const struct judging_result *r,
                                        const struct judging_group *g,
                                        enum known_task t)
{
    size_t j;

    for (j = 0; j < r->njudges; j++)
        if (r->judges[j].can[t])
            return &g->c[j][t];
    return NULL;
}

/* --- for people --- */

static void print_name(const char *name, FILE *out)
{
    struct str s;

    str_init(&s, 4096);
    str_adds(&s, name);
    if (s.len > 30) { /* the end tells models apart */
        str_clear(&s);
        str_addf(&s, "..%s", name + strlen(name) - 28);
    }
    cmd_print_text(s.s, out);
    fprintf(out, "%*s", s.len < 30 ? (int)(30 - s.len) : 0, "");
    str_release(&s);
}

static void print_measure(const struct measure *m, FILE *out)
{
    if (isnan(m->value))
        fprintf(out, "  %-19s", "-");
    else
        fprintf(out, "  %.3f (%.3f-%.3f)", m->value, m->range.low,
                m->range.high);
}

static void print_reading(const struct judging_result *r,
                          const struct reading *how, uint64_t seed, FILE *out)
{
    struct confusion_figures f;
    size_t j;

    fprintf(out, "\n%s\n%-30s  %-19s  %-19s  %-19s  %-19s\n", how->about,
            "judge", "accuracy", "precision", "recall", "F1");
    for (j = 0; j < r->njudges; j++) {
        if (!r->judges[j].can[how->task])
            continue;
        confusion_figures(&r->all->c[j][how->task], how->positive, seed, &f);
        print_name(r->judges[j].name, out);
        print_measure(&f.accuracy, out);
        print_measure(&f.precision, out);
        print_measure(&f.recall, out);
        print_measure(&f.f1, out);
        fputc('\n', out);
    }
}

/* How often each verdict was given for each label. */
static void print_confusion(const struct judging_result *r, enum known_task t,
                            uint64_t seed, FILE *out)
{
    size_t j, i, k, n = opinion_classes(t);
    struct confusion_figures f;
    const struct confusion *c;

    fprintf(out, "\n%-30s  %-16s", "judge", "label \\ verdict");
    for (k = 0; k <= n; k++)
        fprintf(out, " %15s", opinion_class_name(t, k));
    fprintf(out, "\n");
    for (j = 0; j < r->njudges; j++) {
        if (!r->judges[j].can[t])
            continue;
        c = &r->all->c[j][t];
        for (i = 0; i < n; i++) {
            if (row_sum(c, i) == 0)
                continue;
            print_name(r->judges[j].name, out);
            fprintf(out, "  %-16s", opinion_class_name(t, i));
            for (k = 0; k <= n; k++)
                fprintf(out, " %15llu", (unsigned long long)c->n[i][k]);
            fputc('\n', out);
        }
        confusion_figures(c, 1, seed, &f);
        if (f.silent > 0) {
            print_name("", out);
            fprintf(out, "  %llu abstained\n", (unsigned long long)f.silent);
        }
    }
}

/* Labels of a group: "25 harmless, 3 harmful". */
static void add_truth(const struct confusion *c, enum known_task t,
                      struct str *out)
{
    const char *comma = "";
    size_t i;

    for (i = 0; i < opinion_classes(t); i++)
        if (row_sum(c, i) > 0) {
            str_addf(out, "%s%llu %s", comma, (unsigned long long)row_sum(c, i),
                     opinion_class_name(t, i));
            comma = ", ";
        }
}

static void print_types(const struct judging_result *r,
                        const struct reading *how, uint64_t seed, FILE *out)
{
    const struct judging_group *g;
    struct confusion_figures f;
    struct str truth;
    size_t i, j;

    fprintf(out, "\naccuracy by type, %s\n", how->about);
    str_init(&truth, 1000);
    for (i = 0; i < r->ntypes; i++) {
        g = r->types[i];
        if (g->rows[how->task] == 0)
            continue;
        str_clear(&truth);
        add_truth(truth_of(r, g, how->task), how->task, &truth);
        cmd_print_text(g->type, out);
        fprintf(out, " (%s)\n", truth.s);
        for (j = 0; j < r->njudges; j++) {
            if (!r->judges[j].can[how->task])
                continue;
            confusion_figures(&g->c[j][how->task], how->positive, seed, &f);
            fputs("  ", out);
            print_name(r->judges[j].name, out);
            print_measure(&f.accuracy, out);
            if (f.silent > 0)
                fprintf(out, "  %llu abstained", (unsigned long long)f.silent);
            fputc('\n', out);
        }
    }
    str_release(&truth);
}

static void print_task(const struct judging_result *r, enum known_task t,
                       uint64_t seed, bool by_type, FILE *out)
{
    const struct confusion *truth = truth_of(r, r->all, t);
    const struct reading *first = NULL;
    struct str s;
    size_t i;

    fprintf(out, "\n%s: %llu rows", titles[t],
            (unsigned long long)r->all->rows[t]);
    if (truth == NULL) {
        fprintf(out, " have a label, and no judge can judge it\n");
        return;
    }
    str_init(&s, 1000);
    add_truth(truth, t, &s);
    fprintf(out, " (%s)\n", s.s);
    str_release(&s);
    for (i = 0; i < READINGS; i++)
        if (readings[i].task == t) {
            print_reading(r, &readings[i], seed, out);
            first = first != NULL ? first : &readings[i];
        }
    print_confusion(r, t, seed, out);
    if (by_type && first != NULL)
        print_types(r, first, seed, out);
}

void judge_report_print(const struct judging_result *r, uint64_t seed,
                        bool by_type, FILE *out)
{
    int t;

    fprintf(out,
            "%llu rows, %llu of them without a label; in brackets 95 %% "
            "bootstrap intervals\n",
            (unsigned long long)r->rows, (unsigned long long)r->unlabeled);
    for (t = 0; t < KNOWN_TASKS; t++)
        if (used(r, t))
            print_task(r, t, seed, by_type, out);
}

/* --- as JSON --- */

static void add_confusion(cJSON *o, const struct confusion *c,
                          enum known_task t)
{
    cJSON *table = cJSON_AddObjectToObject(o, "confusion"), *row;
    size_t i, k;

    for (i = 0; i < c->classes; i++) {
        if (row_sum(c, i) == 0)
            continue;
        row = cJSON_AddObjectToObject(table, opinion_class_name(t, i));
        for (k = 0; k <= c->classes; k++)
            cJSON_AddNumberToObject(row, opinion_class_name(t, k),
                                    (double)c->n[i][k]);
    }
}

static void add_figures(cJSON *o, const struct confusion *c, enum known_task t,
                        bool two, uint64_t seed)
{
    struct confusion_figures f;
    cJSON *v;
    size_t i;

    confusion_figures(c, 1, seed, &f);
    cJSON_AddNumberToObject(o, "rows", (double)f.rows);
    cJSON_AddNumberToObject(o, "abstained", (double)f.silent);
    add_confusion(o, c, t);
    if (!two)
        measure_add(o, "exact", &f.exact);
    for (i = 0; i < READINGS; i++) {
        if (readings[i].task != t)
            continue;
        confusion_figures(c, readings[i].positive, seed, &f);
        v = cJSON_AddObjectToObject(o, readings[i].name);
        cJSON_AddNumberToObject(v, "positives", (double)f.positives);
        measure_add(v, "accuracy", &f.accuracy);
        measure_add(v, "accuracy_of_readable", &f.read);
        measure_add(v, "precision", &f.precision);
        measure_add(v, "recall", &f.recall);
        measure_add(v, "f1", &f.f1);
    }
}

static void add_judge(cJSON *list, const struct judging_result *r, size_t j,
                      enum known_task t, uint64_t seed)
{
    const struct judging_judge *judge = &r->judges[j];
    cJSON *o = cJSON_CreateObject(), *types, *type;
    size_t i;

    cJSON_AddStringToObject(o, "judge", judge->name);
    cJSON_AddStringToObject(o, "form", judge->form);
    add_figures(o, &r->all->c[j][t], t, judge->two[t], seed);
    types = cJSON_AddArrayToObject(o, "types");
    for (i = 0; i < r->ntypes; i++) {
        if (r->types[i]->rows[t] == 0)
            continue;
        type = cJSON_CreateObject();
        cJSON_AddStringToObject(type, "type", r->types[i]->type);
        add_figures(type, &r->types[i]->c[j][t], t, judge->two[t], seed);
        cJSON_AddItemToArray(types, type);
    }
    cJSON_AddItemToArray(list, o);
}

cJSON *judge_report_json(const struct judging_result *r,
                         const struct judging_options *o, uint64_t seed)
{
    cJSON *all = cJSON_CreateObject(), *list, *v;
    size_t i;
    int t;

    list = cJSON_AddArrayToObject(all, "files");
    for (i = 0; i < r->nfiles; i++) {
        v = cJSON_CreateObject();
        cJSON_AddStringToObject(v, "file", o->files[i]);
        if (r->sets[i] != NULL)
            cJSON_AddStringToObject(v, "set", r->sets[i]->name);
        else
            cJSON_AddNullToObject(v, "set");
        cJSON_AddItemToArray(list, v);
    }
    cJSON_AddNumberToObject(all, "rows", (double)r->rows);
    cJSON_AddNumberToObject(all, "unlabeled", (double)r->unlabeled);
    cJSON_AddNumberToObject(all, "seed", (double)seed);
    for (t = 0; t < KNOWN_TASKS; t++) {
        if (!used(r, t))
            continue;
        list = cJSON_AddArrayToObject(all, known_task_name(t));
        for (i = 0; i < r->njudges; i++)
            if (r->judges[i].can[t])
                add_judge(list, r, i, t, seed);
    }
    return all;
}
