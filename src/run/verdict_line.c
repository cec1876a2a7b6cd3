/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Texts stay in the file they came from; file and line lead back to them.
 */
#include "run/verdict_line.h"
#include "base/json.h"
#include "base/str.h"

#define TEXT_MAX (1u << 20)

static bool says(const struct jury *y, const int *truth, size_t judge)
{
    int t;

    for (t = 0; t < KNOWN_TASKS; t++)
        if (y->about[judge].can[t] && truth[t] >= 0)
            return true;
    return false;
}

static void add_opinion(const struct jury *y, const int *truth, size_t judge,
                        const struct opinion *op, cJSON *list)
{
    cJSON *o = cJSON_CreateObject(), *v;
    int t;

    cJSON_AddStringToObject(o, "judge", y->about[judge].name);
    for (t = 0; t < KNOWN_TASKS; t++) {
        if (!y->about[judge].can[t] || truth[t] < 0)
            continue;
        v = cJSON_AddObjectToObject(o, known_task_name(t));
        cJSON_AddStringToObject(v, "verdict",
                                opinion_class_name(t, op->said[t]));
        cJSON_AddStringToObject(v, "reason",
                                op->why[t] != NULL ? op->why[t] : "");
    }
    cJSON_AddItemToArray(list, o);
}

void verdict_line_write(FILE *out, const char *file,
                        const struct truth_row *row, const struct jury *y,
                        const struct opinion *opinions)
{
    cJSON *o = cJSON_CreateObject(), *v;
    struct str line;
    size_t i;
    int t;

    cJSON_AddStringToObject(o, "file", file);
    cJSON_AddNumberToObject(o, "line", (double)row->line);
    if (row->id != NULL)
        cJSON_AddStringToObject(o, "id", row->id);
    if (row->type != NULL)
        cJSON_AddStringToObject(o, "type", row->type);
    v = cJSON_AddObjectToObject(o, "labels");
    for (t = 0; t < KNOWN_TASKS; t++)
        if (row->truth[t] >= 0)
            cJSON_AddStringToObject(
                v, known_task_name(t),
                opinion_class_name(t, (size_t)row->truth[t]));
    v = cJSON_AddArrayToObject(o, "judges");
    for (i = 0; i < y->n; i++)
        if (says(y, row->truth, i))
            add_opinion(y, row->truth, i, &opinions[i], v);
    str_init(&line, TEXT_MAX);
    json_print(o, &line);
    cJSON_Delete(o);
    fprintf(out, "%s\n", line.s);
    str_release(&line);
}
