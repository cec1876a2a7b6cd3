/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The generator writes the prompt of a path; in later rounds it also gets
 * what it wrote, what to change (harden, soften, vary) and why.  The reasons
 * come from other models: they travel as JSON strings, never as text of the
 * instructions.
 */
#include "agent/agent.h"
#include "base/json.h"
#include "base/str.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

#define PROMPT_MAX (16u << 10)

static const char schema[] =
    "{\"type\":\"object\",\"properties\":{"
    "\"prompt\":{\"type\":\"string\",\"maxLength\":2000},"
    "\"benign_reading\":{\"type\":\"string\",\"maxLength\":400},"
    "\"focus\":{\"type\":\"array\",\"maxItems\":8,"
    "\"items\":{\"type\":\"string\",\"maxLength\":60}}},"
    "\"required\":[\"prompt\",\"benign_reading\",\"focus\"],"
    "\"additionalProperties\":false}";

static cJSON *payload(const struct candidate *c)
{
    cJSON *o = cJSON_CreateObject(), *task;
    const struct path *p = &c->path;

    cJSON_AddStringToObject(o, "category", p->category->slug);
    cJSON_AddStringToObject(o, "category_name", p->category->name);
    cJSON_AddStringToObject(o, "trigger", p->trigger);
    if (*p->forms != '\0')
        cJSON_AddStringToObject(o, "forms", p->forms);
    cJSON_AddStringToObject(o, "sense", p->sense);
    if (p->setting != NULL)
        cJSON_AddStringToObject(o, "setting", p->setting);
    task = cJSON_AddObjectToObject(o, "task");
    cJSON_AddStringToObject(task, "kind", task_kind_name(p->kind));
    cJSON_AddStringToObject(task, "text", p->task);
    cJSON_AddStringToObject(o, "move", move_name(c->move));
    if (c->previous != NULL)
        cJSON_AddStringToObject(o, "previous", c->previous);
    if (c->feedback != NULL)
        cJSON_AddStringToObject(o, "feedback", c->feedback);
    return o;
}

int generator_ask(const struct template *t, const struct candidate *c,
                  struct call *call, struct err *err)
{
    cJSON *o = payload(c);
    struct str text;
    int failed;

    str_init(&text, 256u << 10);
    json_print(o, &text);
    cJSON_Delete(o);
    failed = agent_tell(t, &text, call, err);
    str_release(&text);
    call->schema_name = "pseudo_harmful_prompt";
    call->schema = schema;
    call->temperature = 1.0;
    call->max_tokens = 1024;
    return failed;
}

/* Focus words must stand in the prompt; what does not is left out. */
static void read_focus(struct candidate *c, const cJSON *list)
{
    const cJSON *item;
    const char *word;

    cJSON_ArrayForEach(item, list)
    {
        word = cJSON_GetStringValue(item);
        if (word == NULL || *word == '\0' || c->nfocus == FOCUS_MAX ||
            strcasestr(c->prompt, word) == NULL)
            continue;
        c->focus[c->nfocus] = strdup(word);
        if (c->focus[c->nfocus] != NULL)
            c->nfocus++;
    }
}

/* A model that names no focus gets the trigger's words. */
static void default_focus(struct candidate *c)
{
    size_t start[FOCUS_MAX], len[FOCUS_MAX], n, i;

    n = concept_focus(c->path.trigger, c->path.forms, c->prompt, start, len,
                      FOCUS_MAX);
    for (i = 0; i < n; i++) {
        c->focus[i] = str_dup(c->prompt + start[i], len[i]);
        if (c->focus[i] == NULL)
            return;
        c->nfocus++;
    }
}

int generator_hear(struct candidate *c, const struct reply *reply,
                   struct err *err)
{
    cJSON *o =
        json_find_object(reply->text, strlen(reply->text), "prompt", err);
    const char *prompt, *reading;
    struct str clean;

    if (o == NULL)
        return -1;
    prompt = json_string(o, "prompt");
    reading = json_string(o, "benign_reading");
    if (prompt == NULL) {
        cJSON_Delete(o);
        return err_set(err, "\"prompt\" is not a string");
    }
    str_init(&clean, PROMPT_MAX);
    text_squeeze(prompt, strlen(prompt), &clean);
    if (str_failed(&clean)) {
        str_release(&clean);
        cJSON_Delete(o);
        return err_set(err, "the prompt is longer than %u bytes", PROMPT_MAX);
    }
    c->prompt = str_detach(&clean);
    candidate_set(&c->benign_reading, reading != NULL && *reading != '\0'
                                          ? reading
                                          : c->path.sense);
    candidate_set(&c->generator, reply->model != NULL ? reply->model : "");
    read_focus(c, json_array(o, "focus"));
    if (c->nfocus == 0)
        default_focus(c);
    cJSON_Delete(o);
    return c->prompt != NULL && c->benign_reading != NULL &&
                   c->generator != NULL
               ? 0
               : err_nomem(err);
}
