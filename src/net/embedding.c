/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Embeddings (OpenAI, "Create embeddings"): the last turn goes out, and the
 * reply's text is the vector as a JSON array of numbers.
 */
#include "net/dialect.h"

#include <math.h>

void embedding_encode(const struct call *call, unsigned lacks, struct str *body)
{
    (void)lacks;
    str_adds(body, "{\"model\":");
    dialect_quote(call->model->name, body);
    str_adds(body, ",\"encoding_format\":\"float\",\"input\":");
    dialect_quote(call->nmessages > 0 ? call->messages[call->nmessages - 1].text
                                      : "",
                  body);
    str_addc(body, '}');
}

int embedding_decode(const cJSON *root, struct reply *r, struct err *err)
{
    const cJSON *item = cJSON_GetArrayItem(json_array(root, "data"), 0);
    const cJSON *vector = json_array(item, "embedding"), *x;
    const cJSON *usage = json_object(root, "usage");

    if (vector == NULL || vector->child == NULL)
        return err_set(err, "there is no data[0].embedding");
    cJSON_ArrayForEach(x, vector)
    {
        if (!cJSON_IsNumber(x) || !isfinite(x->valuedouble))
            return err_set(err, "data[0].embedding holds what is no number");
    }
    r->finish = FINISH_STOP;
    r->tokens_in = dialect_tokens(usage, "prompt_tokens");
    r->text = cJSON_PrintUnformatted(vector);
    if (r->text == NULL)
        return err_nomem(err);
    return dialect_keep(&r->model, root, "model", err);
}
