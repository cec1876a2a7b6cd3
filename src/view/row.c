/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Two lists of names.  A member that a later version adds to the record is
 * shown to nobody until it is named here, so blindness cannot leak by
 * forgetting.
 */
#include "view/row.h"

static const char *const shown[] = {"id", "messages", NULL};

static const char *const evidence[] = {
    "label",     "category", "domain",  "shape",   "benign_reading",
    "focus",     "judges",   "targets", "witness", "controversy",
    "agreement", "round",    NULL,
};

static void copy(const cJSON *record, const char *const names[], cJSON *to)
{
    const cJSON *v;
    size_t i;

    for (i = 0; names[i] != NULL; i++) {
        v = cJSON_GetObjectItemCaseSensitive(record, names[i]);
        if (v != NULL)
            cJSON_AddItemToObject(to, names[i], cJSON_Duplicate(v, true));
    }
}

void row_show(const cJSON *record, cJSON *to)
{
    copy(record, shown, to);
}

void row_evidence(const cJSON *record, cJSON *to)
{
    copy(record, evidence, to);
}
