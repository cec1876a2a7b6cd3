/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Moderation (OpenAI, "Create moderation"): the last turn goes out, and the
 * reply's text is results[0] as JSON: {flagged, categories, category_scores}.
 * Mistral's has no "flagged"; it is what any category says.
 */
#include "net/dialect.h"

void moderation_encode(const struct call *call, unsigned lacks,
                       struct str *body)
{
    (void)lacks;
    str_adds(body, "{\"model\":");
    dialect_quote(call->model->name, body);
    str_adds(body, ",\"input\":");
    dialect_quote(call->nmessages > 0 ? call->messages[call->nmessages - 1].text
                                      : "",
                  body);
    str_addc(body, '}');
}

static bool any_category(const cJSON *categories)
{
    const cJSON *c;

    cJSON_ArrayForEach(c, categories)
    {
        if (cJSON_IsTrue(c))
            return true;
    }
    return false;
}

int moderation_decode(const cJSON *root, struct reply *r, struct err *err)
{
    cJSON *result = cJSON_GetArrayItem(json_array(root, "results"), 0);
    const cJSON *categories = json_object(result, "categories");
    const cJSON *flagged = cJSON_GetObjectItemCaseSensitive(result, "flagged");

    if (flagged == NULL && categories != NULL)
        flagged =
            cJSON_AddBoolToObject(result, "flagged", any_category(categories));
    if (!cJSON_IsBool(flagged))
        return err_set(err, "there is no results[0].flagged");
    r->finish = FINISH_STOP;
    r->text = cJSON_PrintUnformatted(result);
    if (r->text == NULL)
        return err_nomem(err);
    return dialect_keep(&r->model, root, "model", err);
}
