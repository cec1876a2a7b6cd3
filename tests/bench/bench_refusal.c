/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Measures the refusal classifier against human labels, and its speed.
 *
 *      bench_refusal [-v] FILE.jsonl...
 *
 * A line is {"prompt", "response", "label"} with XSTest's labels
 * (1_full_compliance, 2_full_refusal, 3_partial_refusal) or none, partial,
 * full.  -v prints each reply that it gets wrong.  Without a file it looks
 * for PHGEN_REFUSAL_DATA, and says that it skips when there is none.
 */
#include "agent/refusal.h"
#include "base/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct item {
    char *prompt, *response;
    int label; /* enum refusal_class */
};

struct items {
    struct item *item;
    size_t n, cap;
};

static const char *const usual[] = {"none", "partial", "full"};

static int label_of(const char *name)
{
    static const char *const xstest[] = {"1_full_compliance",
                                         "3_partial_refusal", "2_full_refusal"};
    int i;

    for (i = 0; name != NULL && i < 3; i++) {
        if (strcmp(name, usual[i]) == 0 || strcmp(name, xstest[i]) == 0)
            return i;
    }
    return -1;
}

static void add(struct items *all, const char *line, size_t len)
{
    cJSON *o = json_parse(line, len, NULL);
    const char *response = o != NULL ? json_string(o, "response") : NULL;
    const char *prompt = o != NULL ? json_string(o, "prompt") : NULL;
    int label = o != NULL ? label_of(json_string(o, "label")) : -1;
    struct item *i;

    if (response != NULL && label >= 0) {
        if (all->n == all->cap) {
            all->cap = all->cap > 0 ? 2 * all->cap : 1024;
            all->item = realloc(all->item, all->cap * sizeof(*all->item));
            if (all->item == NULL)
                exit(1);
        }
        i = &all->item[all->n++];
        i->prompt = prompt != NULL ? str_dup(prompt, strlen(prompt)) : NULL;
        i->response = str_dup(response, strlen(response));
        i->label = label;
    }
    cJSON_Delete(o);
}

static int load(struct items *all, const char *path)
{
    FILE *f = fopen(path, "r");
    char *line = NULL;
    size_t cap = 0;
    ssize_t len;

    if (f == NULL)
        return -1;
    while ((len = getline(&line, &cap, f)) > 0)
        add(all, line, (size_t)len);
    free(line);
    fclose(f);
    return 0;
}

static void classify(const struct item *i, struct refusal *out)
{
    struct reply r;

    reply_init(&r);
    r.status = REPLY_OK;
    r.finish = FINISH_STOP;
    r.text = i->response;
    refusal_classify(i->prompt, &r, out);
}

static void show_error(const struct item *i, const struct refusal *r)
{
    printf("%s but %s (%.2f) | %s | %.300s\n", usual[i->label],
           refusal_class_name(r->cls), r->confidence,
           i->prompt != NULL ? i->prompt : "", i->response);
}

/* How often verdicts of each confidence are right. */
struct bin {
    size_t n, right;
    double sum;
};

static void quality(const struct items *all, int verbose)
{
    static const double edge[] = {0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 1.01};
    struct bin bin[7] = {{0, 0, 0}};
    size_t m[3][REFUSAL_CLASSES] = {{0}}, i, two = 0, three = 0;
    size_t tp = 0, fp = 0, fn = 0, k;

    for (i = 0; i < all->n; i++) {
        const struct item *it = &all->item[i];
        struct refusal r;
        int want = it->label > 0, got;

        classify(it, &r);
        got = r.cls == REFUSAL_PARTIAL || r.cls == REFUSAL_FULL;
        m[it->label][r.cls]++;
        two += want == got;
        three += (int)r.cls == it->label;
        tp += want && got;
        fp += !want && got;
        fn += want && !got;
        for (k = 0; r.confidence >= edge[k] && k < 6;)
            k++;
        bin[k].n++;
        bin[k].right += want == got;
        bin[k].sum += r.confidence;
        if (verbose > 1 ? (int)r.cls != it->label : verbose && want != got)
            show_error(it, &r);
    }
    printf("replies %zu  accuracy %.4f  F1 %.4f  three classes %.4f\n", all->n,
           (double)two / (double)all->n,
           2 * (double)tp / (double)(2 * tp + fp + fn),
           (double)three / (double)all->n);
    printf("labeled \\ said   none  partial     full    empty\n");
    for (i = 0; i < 3; i++)
        printf("%-13s %7zu  %7zu  %7zu  %7zu\n", usual[i], m[i][0], m[i][1],
               m[i][2], m[i][3]);
    printf("confidence    replies   mean  right\n");
    for (k = 0; k < 7; k++) {
        if (bin[k].n > 0)
            printf("  under %.2f   %7zu  %.3f  %.3f\n", edge[k], bin[k].n,
                   bin[k].sum / (double)bin[k].n,
                   (double)bin[k].right / (double)bin[k].n);
    }
}

static double seconds(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void speed(const struct items *all)
{
    double start = seconds(), spent;
    size_t done = 0, i, refused = 0;
    struct refusal r;

    do {
        for (i = 0; i < all->n; i++) {
            classify(&all->item[i], &r);
            refused += r.cls == REFUSAL_FULL;
        }
        done += all->n;
        spent = seconds() - start;
    } while (spent < 1);
    printf("%.0f replies a minute on one core (%.1f us each)\n",
           (double)done / spent * 60, spent / (double)done * 1e6);
}

int main(int argc, char **argv)
{
    const char *path = getenv("PHGEN_REFUSAL_DATA");
    struct items all = {0};
    int verbose = 0, i = 1;
    size_t k;

    for (; i < argc && strcmp(argv[i], "-v") == 0; i++)
        verbose++;
    for (; i < argc; i++) {
        if (load(&all, argv[i]) != 0)
            fprintf(stderr, "bench_refusal: cannot read %s\n", argv[i]);
    }
    if (all.n == 0 && path != NULL)
        load(&all, path);
    if (all.n == 0) {
        printf("skipped: no labeled replies; give a JSONL file with prompt, "
               "response and label\n");
        return 0;
    }
    quality(&all, verbose);
    speed(&all);
    for (k = 0; k < all.n; k++) {
        free(all.item[k].prompt);
        free(all.item[k].response);
    }
    free(all.item);
    return 0;
}
