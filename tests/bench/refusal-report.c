/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Measures the refusal classifier on labeled replies: JSON Lines with
 * "prompt", "response" and a "label" that begins with 1 (compliance), 2 (full
 * refusal) or 3 (partial refusal), as XSTest's completions have it.
 *
 *      refusal-report FILE...
 */
#include "agent/refusal.h"
#include "base/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* By label, then by class. */
struct table {
    unsigned n[3][REFUSAL_CLASSES];
    double seconds;
};

static void classify(const cJSON *o, struct table *t)
{
    const char *label = json_string(o, "label");
    const char *text = json_string(o, "response");
    struct timespec a, b;
    struct refusal found;
    struct reply reply;

    if (label == NULL || text == NULL || *label < '1' || *label > '3')
        return;
    reply_init(&reply);
    reply.finish = FINISH_STOP;
    if (reply_set_text(&reply, text, strlen(text), NULL) != 0)
        return;
    clock_gettime(CLOCK_MONOTONIC, &a);
    refusal_classify(json_string(o, "prompt"), &reply, &found);
    clock_gettime(CLOCK_MONOTONIC, &b);
    t->seconds +=
        (double)(b.tv_sec - a.tv_sec) + 1e-9 * (double)(b.tv_nsec - a.tv_nsec);
    t->n[*label - '1'][found.cls]++;
    reply_release(&reply);
}

static int read_file(const char *path, struct table *t)
{
    FILE *f = fopen(path, "r");
    char *line = NULL;
    size_t cap = 0;
    ssize_t len;
    cJSON *o;

    if (f == NULL) {
        perror(path);
        return -1;
    }
    while ((len = getline(&line, &cap, f)) > 0) {
        o = json_parse(line, (size_t)len, NULL);
        if (o != NULL)
            classify(o, t);
        cJSON_Delete(o);
    }
    free(line);
    fclose(f);
    return 0;
}

static void print(const struct table *t)
{
    static const char *const labels[] = {"compliance", "full", "partial"};
    unsigned all = 0, hit = 0, false_alarm = 0, miss = 0, three, i, k;

    for (i = 0; i < 3; i++) {
        printf("%-11s", labels[i]);
        for (k = 0; k < REFUSAL_CLASSES; k++) {
            unsigned n = t->n[i][k];
            int refused = k == REFUSAL_FULL || k == REFUSAL_PARTIAL;

            printf("  %s %u", refusal_class_name((enum refusal_class)k), n);
            all += n;
            hit += i > 0 && refused ? n : 0;
            miss += i > 0 && !refused ? n : 0;
            false_alarm += i == 0 && refused ? n : 0;
        }
        printf("\n");
    }
    if (all == 0)
        return;
    three = t->n[0][REFUSAL_NONE] + t->n[1][REFUSAL_FULL] +
            t->n[2][REFUSAL_PARTIAL];
    printf("replies %u  accuracy %.3f  F1 %.3f  three classes %.3f  replies a "
           "minute %.0f\n",
           all, 1 - (double)(miss + false_alarm) / all,
           2.0 * hit / (2 * hit + miss + false_alarm), (double)three / all,
           60 * all / t->seconds);
}

int main(int argc, char **argv)
{
    struct table t = {0};
    int i;

    for (i = 1; i < argc; i++)
        if (read_file(argv[i], &t) != 0)
            return 1;
    print(&t);
    return 0;
}
