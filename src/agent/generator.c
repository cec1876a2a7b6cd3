/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The generator writes the prompt of a path in the shape asked for; in later
 * rounds it also gets what it wrote, what to change (harden, soften, vary) and
 * why.  The reasons come from other models: they travel as JSON strings, never
 * as text of the instructions.
 *
 * What comes back is as hostile as any model's output: sizes are bounded, and
 * turns must be what a chat server takes, user and assistant alternating.
 */
#include "agent/agent.h"
#include "base/json.h"
#include "base/str.h"
#include "base/text.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define PROMPT_MAX (16u << 10)
#define TURN_MAX   (32u << 10)

#define SCHEMA(turns, required)                                                \
    "{\"type\":\"object\",\"properties\":{" turns                              \
    "\"prompt\":{\"type\":\"string\",\"maxLength\":2000},"                     \
    "\"benign_reading\":{\"type\":\"string\",\"maxLength\":400},"              \
    "\"focus\":{\"type\":\"array\",\"maxItems\":8,"                            \
    "\"items\":{\"type\":\"string\",\"maxLength\":60}}},"                      \
    "\"required\":[" required                                                  \
    "\"prompt\",\"benign_reading\",\"focus\"],\"additionalProperties\":false}"

static const char schema[] = SCHEMA("", "");
static const char schema_with_turns[] =
    SCHEMA("\"turns\":{\"type\":\"array\",\"minItems\":2,\"maxItems\":8,"
           "\"items\":{\"type\":\"object\",\"properties\":{"
           "\"role\":{\"type\":\"string\",\"enum\":[\"user\",\"assistant\"]},"
           "\"text\":{\"type\":\"string\",\"maxLength\":12000}},"
           "\"required\":[\"role\",\"text\"],\"additionalProperties\":false}},",
           "\"turns\",");

static bool has_turns(enum shape s)
{
    return s == SHAPE_TURNS || s == SHAPE_LONG;
}

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
    cJSON_AddStringToObject(o, "shape", shape_name(c->shape));
    cJSON_AddStringToObject(o, "move", move_name(c->move));
    if (c->previous_turns.n > 0)
        agent_add_turns(&c->previous_turns, "previous_turns", o);
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
    call->schema = has_turns(c->shape) ? schema_with_turns : schema;
    call->temperature = 1.0;
    call->max_tokens = c->shape == SHAPE_LONG ? 4096 : 1024;
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

/* A copy without stray white space; lines stay lines where they matter. */
static char *clean(const char *text, bool lines, unsigned max, struct err *err)
{
    struct str s;
    bool failed;

    str_init(&s, max);
    if (lines)
        text_tidy(text, strlen(text), &s);
    else
        text_squeeze(text, strlen(text), &s);
    failed = str_failed(&s);
    if (!failed && s.len > 0)
        return str_detach(&s);
    str_release(&s);
    err_set(err,
            failed ? "it is longer than %u bytes" : "a text in it is empty",
            max);
    return NULL;
}

static int read_turn(struct candidate *c, const cJSON *item, struct err *err)
{
    enum role want = c->turns.n % 2 == 0 ? ROLE_USER : ROLE_ASSISTANT;
    const char *role = json_string(item, "role"),
               *text = json_string(item, "text");
    char *tidy;
    int failed;

    if (role == NULL || text == NULL || strcmp(role, role_name(want)) != 0)
        return err_set(err,
                       "\"turns\" must be {\"role\", \"text\"} of user and "
                       "assistant in turn, the user first");
    tidy = clean(text, true, TURN_MAX, err);
    if (tidy == NULL)
        return err_prefix(err, "\"turns\"");
    failed = turns_add(&c->turns, want, tidy, err);
    free(tidy);
    return failed;
}

static int read_turns(struct candidate *c, const cJSON *list, struct err *err)
{
    int n = cJSON_GetArraySize(list);
    const cJSON *item;

    if (n < 2 || n > TURNS_MAX || n % 2 != 0)
        return err_set(err,
                       "\"turns\" must have 2 to %d turns, an even number: the "
                       "assistant's is the last",
                       TURNS_MAX);
    cJSON_ArrayForEach(item, list) if (read_turn(c, item, err) != 0) return -1;
    return 0;
}

static int read_texts(struct candidate *c, const cJSON *o,
                      const struct reply *reply, struct err *err)
{
    const char *prompt = json_string(o, "prompt"),
               *reading = json_string(o, "benign_reading");

    if (prompt == NULL)
        return err_set(err, "\"prompt\" is not a string");
    turns_release(&c->turns); /* of an answer that could not be used */
    if (has_turns(c->shape) && read_turns(c, json_array(o, "turns"), err) != 0)
        return -1;
    free(c->prompt);
    c->prompt = clean(prompt, c->shape == SHAPE_TASK, PROMPT_MAX, err);
    if (c->prompt == NULL)
        return err_prefix(err, "\"prompt\"");
    candidate_set(&c->benign_reading, reading != NULL && *reading != '\0'
                                          ? reading
                                          : c->path.sense);
    candidate_set(&c->generator, reply->model != NULL ? reply->model : "");
    return c->benign_reading != NULL && c->generator != NULL ? 0
                                                             : err_nomem(err);
}

int generator_hear(struct candidate *c, const struct reply *reply,
                   struct err *err)
{
    cJSON *o =
        json_find_object(reply->text, strlen(reply->text), "prompt", err);
    int failed;

    if (o == NULL)
        return -1;
    failed = read_texts(c, o, reply, err);
    if (!failed) {
        read_focus(c, json_array(o, "focus"));
        if (c->nfocus == 0)
            default_focus(c);
    }
    cJSON_Delete(o);
    return failed;
}
