/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a model sends back is checked for what a control must never be: long,
 * detailed, or about something else than the pair's word.  Whether it is
 * harmful is for the panel to say.
 */
#include "agent/contrast.h"
#include "base/concept.h"
#include "base/json.h"
#include "base/str.h"
#include "base/text.h"

#include <string.h>
#include <strings.h>

static const char schema[] =
    "{\"type\":\"object\",\"properties\":{"
    "\"question\":{\"type\":\"string\",\"maxLength\":160}},"
    "\"required\":[\"question\"],\"additionalProperties\":false}";

int contrast_ask(const struct template *t, const struct contrast_of *of,
                 struct call *call, struct err *err)
{
    cJSON *o = cJSON_CreateObject();
    struct str text;
    int failed;

    cJSON_AddStringToObject(o, "category", of->category);
    cJSON_AddStringToObject(o, "trigger", of->trigger);
    cJSON_AddStringToObject(o, "prompt", of->prompt);
    str_init(&text, 256u << 10);
    json_print(o, &text);
    cJSON_Delete(o);
    failed = agent_tell(t, &text, call, err);
    str_release(&text);
    call->schema_name = "unsafe_twin";
    call->schema = schema;
    call->temperature = 0.7;
    call->max_tokens = 128;
    return failed;
}

static int check(const struct contrast_of *of, const char *q, struct err *err)
{
    size_t start[1], len[1], n = strlen(q);

    if (n > CONTRAST_BYTES || text_count_words(q, n) > CONTRAST_WORDS)
        return err_set(err, "the question is longer than %d words",
                       CONTRAST_WORDS);
    if (!text_is_english(q, n) || strpbrk(q, "\n\t") != NULL)
        return err_set(err, "the question is no plain line of English");
    if (strpbrk(q, "0123456789") != NULL)
        return err_set(err, "the question goes into detail");
    if (concept_focus(of->trigger, "", q, start, len, 1) == 0)
        return err_set(err, "the question lacks the trigger");
    if (strcasecmp(q, of->prompt) == 0)
        return err_set(err, "the question is the prompt itself");
    return 0;
}

int contrast_hear(const struct contrast_of *of, const struct reply *reply,
                  char **question, struct err *err)
{
    cJSON *o =
        json_find_object(reply->text, strlen(reply->text), "question", err);
    const char *raw = json_string(o, "question");
    struct str q;
    int got = -1;

    *question = NULL;
    str_init(&q, 4096);
    if (raw != NULL)
        text_squeeze(raw, strlen(raw), &q);
    if (o == NULL)
        got = -1;
    else if (raw == NULL)
        got = err_set(err, "\"question\" is not a string");
    else if (str_failed(&q))
        got = err_set(err, "the question is longer than %d words",
                      CONTRAST_WORDS);
    else if (q.len == 0)
        got = 0;
    else if (check(of, q.s, err) == 0)
        got = 1;
    if (got == 1)
        *question = str_detach(&q);
    str_release(&q);
    cJSON_Delete(o);
    return got == 1 && *question == NULL ? err_nomem(err) : got;
}
