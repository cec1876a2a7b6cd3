/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Azure OpenAI ("Azure OpenAI in Azure AI Foundry Models REST API
 * reference"): OpenAI's chat completions under a path that names the
 * deployment, with the key in `api-key` and `api-version` in the query of the
 * base URL.  The deployment decides the model, so the "model" member of the
 * body is ignored there and does no harm.
 *
 * A blocked prompt is HTTP 400, which fault.c knows; a blocked answer is a
 * 200 whose choice may have no message.
 */
#include "net/dialect.h"

void azure_encode(const struct call *call, unsigned lacks, struct str *body)
{
    openai_encode(call, lacks, body);
}

int azure_decode(const cJSON *root, struct reply *r, struct err *err)
{
    return openai_decode(root, r, err);
}
