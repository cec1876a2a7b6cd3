/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Embeddings (OpenAI, "Create embeddings"): every message of the call is one
 * input, and the reply's text is a JSON array with a vector for each, in
 * their order.  Numbers have the nine digits that a float needs.
 */
#include "net/dialect.h"

#include <math.h>

#define TEXT_MAX (16u << 20)

void embedding_encode(const struct call *call, unsigned lacks, struct str *body)
{
    size_t i;

    (void)lacks;
    str_adds(body, "{\"model\":");
    dialect_quote(call->model->name, body);
    str_adds(body, ",\"encoding_format\":\"float\",\"input\":[");
    for (i = 0; i < call->nmessages; i++) {
        if (i > 0)
            str_addc(body, ',');
        dialect_quote(call->messages[i].text, body);
    }
    str_adds(body, "]}");
}

/* The item with that index; servers may send them in any order. */
static const cJSON *find_item(const cJSON *data, int index)
{
    const cJSON *item = cJSON_GetArrayItem(data, index);

    if (json_number(item, "index", index) == index)
        return item;
    cJSON_ArrayForEach(item, data)
    {
        if (json_number(item, "index", -1) == index)
            return item;
    }
    return NULL;
}

static int add_vector(const cJSON *data, int index, struct str *out,
                      struct err *err)
{
    const cJSON *vector = json_array(find_item(data, index), "embedding"), *x;

    if (vector == NULL || vector->child == NULL)
        return err_set(err, "there is no data[%d].embedding", index);
    cJSON_ArrayForEach(x, vector)
    {
        if (!cJSON_IsNumber(x) || !isfinite(x->valuedouble))
            return err_set(err, "data[%d].embedding holds what is no number",
                           index);
        str_addf(out, "%c%.9g", x == vector->child ? '[' : ',', x->valuedouble);
    }
    str_addc(out, ']');
    return 0;
}

int embedding_decode(const cJSON *root, struct reply *r, struct err *err)
{
    const cJSON *data = json_array(root, "data");
    int n = cJSON_GetArraySize(data), i, failed = 0;
    struct str text;

    if (n == 0)
        return err_set(err, "there is no data[0].embedding");
    str_init(&text, TEXT_MAX);
    str_addc(&text, '[');
    for (i = 0; i < n && !failed; i++) {
        if (i > 0)
            str_addc(&text, ',');
        failed = add_vector(data, i, &text, err);
    }
    str_addc(&text, ']');
    r->finish = FINISH_STOP;
    r->tokens_in = dialect_tokens(json_object(root, "usage"), "prompt_tokens");
    if (!failed)
        failed = str_failed(&text)
                     ? err_set(err, "the vectors have more than %u MB",
                               TEXT_MAX >> 20)
                     : reply_set_text(r, text.s, text.len, err);
    str_release(&text);
    return failed ? -1 : dialect_keep(&r->model, root, "model", err);
}
