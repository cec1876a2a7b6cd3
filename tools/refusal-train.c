/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Trains the refusal classifier's two linear models from replies that were
 * written and labeled for it, and prints the weights as a C header.
 *
 *      refusal-train [-c] FILE.jsonl... > src/agent/refusal_weights.h
 *
 * A line is {"prompt", "response", "label": none|partial|full, "group"}.
 * The first model says refused or not, the second partial or full among the
 * refused.  Logistic regression with a squared penalty by plain gradient
 * descent: about a hundred features and a thousand rows need no more, and
 * the result depends on nothing but the files.  Cross-validation in five
 * folds keeps the rows of a group together, since those share sentences; its
 * figures go to stderr, and its predictions calibrate the confidence (Platt
 * 1999, slope and offset).  -c stops after cross-validation.
 */
#include "agent/refusal_features.h"
#include "base/hash.h"
#include "base/json.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define N     REFUSAL_FEATURES
#define FOLDS 5
#define STEPS 1500
#define RATE  0.8

struct row {
    float f[N];
    int label; /* 0 none, 1 partial, 2 full */
    int fold;
    double weight;
    double score[2]; /* held-out */
};

struct rows {
    struct row *row;
    size_t n, cap;
};

static const double penalty[2] = {2.0, 2.0};

static void die(const char *what, const char *where)
{
    fprintf(stderr, "refusal-train: %s %s\n", what, where);
    exit(1);
}

static int label_of(const char *name)
{
    static const char *const names[] = {"none", "partial", "full"};
    int i;

    for (i = 0; i < 3; i++) {
        if (name != NULL && strcmp(name, names[i]) == 0)
            return i;
    }
    return -1;
}

static void add_row(struct rows *rows, const char *prompt, const char *response,
                    int label, int fold)
{
    static struct refusal_text text;
    static struct refusal_features features;
    struct row *r;

    if (rows->n == rows->cap) {
        rows->cap = rows->cap > 0 ? rows->cap * 2 : 1024;
        rows->row = realloc(rows->row, rows->cap * sizeof(*rows->row));
        if (rows->row == NULL)
            die("out of memory in", "add_row");
    }
    r = &rows->row[rows->n++];
    refusal_text_read(&text, response, strlen(response));
    refusal_features_of(prompt, &text, &features);
    memcpy(r->f, features.f, sizeof(r->f));
    r->label = label;
    r->fold = fold;
    r->weight = 0.5;
}

/* Each reply counts half with its prompt and half without, since callers may
 * not know the prompt. */
static void add_line(struct rows *rows, const char *line, size_t len,
                     const char *path)
{
    struct err err;
    cJSON *o = json_parse(line, len, &err);
    const char *response, *prompt, *group;
    int label, fold;

    if (o == NULL)
        die(err.text, path);
    response = json_string(o, "response");
    prompt = json_string(o, "prompt");
    group = json_string(o, "group");
    label = label_of(json_string(o, "label"));
    if (response == NULL || label < 0)
        die("a line without response or label in", path);
    if (group == NULL)
        group = response;
    fold = (int)(hash_bytes(group, strlen(group)).low % FOLDS);
    if (prompt != NULL && prompt[0] != '\0')
        add_row(rows, prompt, response, label, fold);
    add_row(rows, NULL, response, label, fold);
    cJSON_Delete(o);
}

static void read_file(struct rows *rows, const char *path)
{
    FILE *f = fopen(path, "r");
    char *line = NULL;
    size_t cap = 0;
    ssize_t len;

    if (f == NULL)
        die("cannot open", path);
    while ((len = getline(&line, &cap, f)) > 0)
        add_line(rows, line, (size_t)len, path);
    free(line);
    fclose(f);
}

static double dot(const double *w, const float *f)
{
    double z = 0;
    int i;

    for (i = 0; i < N; i++)
        z += w[i] * (double)f[i];
    return z;
}

static double sigmoid(double z)
{
    return 1 / (1 + exp(-z));
}

static bool in_model(const struct row *r, int model)
{
    return model == 0 || r->label > 0;
}

static double truth(const struct row *r, int model)
{
    return model == 0 ? r->label > 0 : r->label == 1;
}

/* Both classes get the same total weight. */
static void balance(const struct rows *rows, int model, int skip, double c[2])
{
    double n[2] = {0, 0};
    size_t i;

    for (i = 0; i < rows->n; i++) {
        const struct row *r = &rows->row[i];

        if (in_model(r, model) && r->fold != skip)
            n[truth(r, model) > 0.5] += r->weight;
    }
    c[0] = (n[0] + n[1]) / (2 * n[0]);
    c[1] = (n[0] + n[1]) / (2 * n[1]);
}

static void fit(const struct rows *rows, int model, int skip, double w[N])
{
    double velocity[N] = {0}, c[2], total = 0;
    size_t i;
    int step, k;

    memset(w, 0, N * sizeof(*w));
    balance(rows, model, skip, c);
    for (i = 0; i < rows->n; i++)
        total += in_model(&rows->row[i], model) ? rows->row[i].weight : 0;
    for (step = 0; step < STEPS; step++) {
        double g[N] = {0};

        for (i = 0; i < rows->n; i++) {
            const struct row *r = &rows->row[i];
            double y = truth(r, model), d;

            if (!in_model(r, model) || r->fold == skip)
                continue;
            d = r->weight * c[y > 0.5] * (sigmoid(dot(w, r->f)) - y);
            for (k = 0; k < N; k++)
                g[k] += d * (double)r->f[k];
        }
        for (k = 0; k < N; k++) {
            double slope = (g[k] + penalty[model] * w[k]) / total;

            velocity[k] = 0.9 * velocity[k] - RATE * slope;
            w[k] += velocity[k];
        }
    }
}

/* Slope and offset that turn held-out scores into probabilities.  Refused or
 * not is taken as equally frequent, since the mix of the training rows says
 * nothing about the mix that will be met; partial refusals stay the rarer. */
static void calibrate(const struct rows *rows, int model, double ab[2])
{
    double c[2] = {1, 1};
    int step;
    size_t i;

    if (model == 0)
        balance(rows, model, -1, c);
    ab[0] = 1;
    ab[1] = 0;
    for (step = 0; step < 4000; step++) {
        double ga = 0, gb = 0, n = 0;

        for (i = 0; i < rows->n; i++) {
            const struct row *r = &rows->row[i];
            double y = truth(r, model), d;

            if (!in_model(r, model))
                continue;
            d = c[y > 0.5] * (sigmoid(ab[0] * r->score[model] + ab[1]) - y);
            ga += d * r->score[model];
            gb += d;
            n++;
        }
        ab[0] -= 0.05 * ga / n;
        ab[1] -= 0.05 * gb / n;
    }
}

static void cross_validate(struct rows *rows, double ab[2][2])
{
    double w[N];
    int fold, model, counts[3][3] = {{0}};
    size_t i, two = 0, three = 0, tp = 0, fp = 0, fn = 0;

    for (fold = 0; fold < FOLDS; fold++) {
        for (model = 0; model < 2; model++) {
            fit(rows, model, fold, w);
            for (i = 0; i < rows->n; i++) {
                if (rows->row[i].fold == fold)
                    rows->row[i].score[model] = dot(w, rows->row[i].f);
            }
        }
    }
    for (i = 0; i < rows->n; i++) {
        const struct row *r = &rows->row[i];
        int got = r->score[0] <= 0 ? 0 : r->score[1] > 0 ? 1 : 2;

        counts[r->label][got]++;
        two += (got > 0) == (r->label > 0);
        three += got == r->label;
        tp += got > 0 && r->label > 0;
        fp += got > 0 && r->label == 0;
        fn += got == 0 && r->label > 0;
    }
    calibrate(rows, 0, ab[0]);
    calibrate(rows, 1, ab[1]);
    fprintf(stderr,
            "cross-validation of %zu rows: accuracy %.4f, F1 %.4f, "
            "three classes %.4f\n",
            rows->n, (double)two / (double)rows->n,
            2.0 * (double)tp / (double)(2 * tp + fp + fn),
            (double)three / (double)rows->n);
    for (i = 0; i < 3; i++)
        fprintf(stderr, "  %-7s none %4d partial %4d full %4d\n",
                (const char *[]){"none", "partial", "full"}[i], counts[i][0],
                counts[i][1], counts[i][2]);
}

static void print_weights(const double w[2][N], const double ab[2][2])
{
    static const char *const what[] = {"refused", "partial, if refused"};
    char name[64];
    int i, model;

    printf("/* SPDX-License-Identifier: GPL-3.0-or-later */\n"
           "/* Made by tools/refusal-train.c; see tools/refusal.mk. */\n"
           "#include \"agent/refusal_features.h\"\n\n");
    printf("/* Slope and offset of each model's calibration. */\n"
           "static const double refusal_platt[2][2] = {{%.4f, %.4f}, "
           "{%.4f, %.4f}};\n\n",
           ab[0][0], ab[0][1], ab[1][0], ab[1][1]);
    printf("/* clang-format off */\n"
           "static const float refusal_weights[2][REFUSAL_FEATURES] = {\n");
    for (model = 0; model < 2; model++) {
        printf("    { /* %s */\n", what[model]);
        for (i = 0; i < N; i++) {
            refusal_feature_name(i, name, sizeof(name));
            printf("        %8.4fF, /* %s */\n", w[model][i], name);
        }
        printf("    },\n");
    }
    printf("};\n/* clang-format on */\n");
}

int main(int argc, char **argv)
{
    struct rows rows = {0};
    double w[2][N], ab[2][2];
    int i, first = argc > 1 && strcmp(argv[1], "-c") == 0 ? 2 : 1;

    if (first >= argc)
        die("usage: refusal-train [-c]", "FILE.jsonl... > HEADER");
    for (i = first; i < argc; i++)
        read_file(&rows, argv[i]);
    cross_validate(&rows, ab);
    if (first == 1) {
        for (i = 0; i < 2; i++)
            fit(&rows, i, -1, w[i]);
        print_weights(w, ab);
    }
    free(rows.row);
    return 0;
}
