/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Bounds first: what a model may say here ends up in a graph that others
 * use, so every text is short, printable English, squeezed, and free of the
 * prompt it was found in.  "Free of" is by words: no text holds the whole
 * prompt, and none but a short name is made of a run of its words.
 */
#include "agent/extractor.h"
#include "base/json.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

#define TRIGGER_MAX  40 /* bytes */
#define SENSE_MAX    120
#define ENTITY_MAX   60
#define SETTING_MAX  200
#define TASK_MAX     200
#define RELATION_MAX 40
#define FORMS_MAX    6
#define RUN_MAX      6 /* words of the prompt in a row that are only a name */

static const char schema[] =
    "{\"type\":\"object\",\"properties\":{"
    "\"trigger\":{\"type\":\"string\",\"maxLength\":40},"
    "\"forms\":{\"type\":\"array\",\"maxItems\":6,"
    "\"items\":{\"type\":\"string\",\"maxLength\":40}},"
    "\"category\":{\"type\":\"string\",\"maxLength\":80},"
    "\"senses\":{\"type\":\"array\",\"maxItems\":4,\"items\":{"
    "\"type\":\"object\",\"properties\":{"
    "\"sense\":{\"type\":\"string\",\"maxLength\":120},"
    "\"entities\":{\"type\":\"array\",\"maxItems\":5,"
    "\"items\":{\"type\":\"string\",\"maxLength\":60}},"
    "\"settings\":{\"type\":\"array\",\"maxItems\":4,"
    "\"items\":{\"type\":\"string\",\"maxLength\":200}},"
    "\"tasks\":{\"type\":\"array\",\"maxItems\":12,\"items\":{"
    "\"type\":\"object\",\"properties\":{"
    "\"kind\":{\"type\":\"string\","
    "\"enum\":[\"ask\",\"do\",\"know\",\"topic\",\"write\"]},"
    "\"text\":{\"type\":\"string\",\"maxLength\":200}},"
    "\"required\":[\"kind\",\"text\"],\"additionalProperties\":false}}},"
    "\"required\":[\"sense\",\"entities\",\"settings\",\"tasks\"],"
    "\"additionalProperties\":false}},"
    "\"relations\":{\"type\":\"array\",\"maxItems\":6,\"items\":{"
    "\"type\":\"object\",\"properties\":{"
    "\"from\":{\"type\":\"string\",\"maxLength\":60},"
    "\"relation\":{\"type\":\"string\",\"maxLength\":40},"
    "\"to\":{\"type\":\"string\",\"maxLength\":60}},"
    "\"required\":[\"from\",\"relation\",\"to\"],"
    "\"additionalProperties\":false}}},"
    "\"required\":[\"trigger\",\"forms\",\"category\",\"senses\","
    "\"relations\"],\"additionalProperties\":false}";

int extractor_ask(const struct template *t, const struct category *categories,
                  size_t n, const char *prompt, struct call *call,
                  struct err *err)
{
    struct str text;
    size_t i;
    int failed;

    str_init(&text, 2u << 20);
    str_adds(&text, "{\"request\":");
    json_quote(prompt, strlen(prompt), &text);
    str_adds(&text, ",\"categories\":[");
    for (i = 0; i < n; i++) {
        if (i > 0)
            str_addc(&text, ',');
        json_quote(categories[i].slug, strlen(categories[i].slug), &text);
    }
    str_adds(&text, "]}");
    failed = agent_tell(t, &text, call, err);
    str_release(&text);
    call->schema_name = "concepts";
    call->schema = schema;
    call->temperature = 0;
    call->max_tokens = 2048;
    return failed;
}

/* --- texts --- */

struct hearing {
    struct extract *out;
    struct str prompt; /* normalised, a space before and behind */
    bool word;         /* the prompt is hardly more than its trigger */
    bool bad;          /* out of memory */
};

/* Does the text repeat the prompt?  Texts that may be names of things in it
 * (triggers, entities) are allowed up to RUN_MAX words. */
static bool repeats(const struct hearing *h, const char *text)
{
    struct str s;
    size_t words = 1, i;
    bool yes;

    str_init(&s, 1 << 16);
    str_addc(&s, ' ');
    text_normalise(text, strlen(text), &s);
    str_addc(&s, ' ');
    for (i = 1; i + 1 < s.len; i++)
        words += s.s[i] == ' ';
    yes = (!h->word && strstr(s.s, h->prompt.s) != NULL) ||
          (words > RUN_MAX && strstr(h->prompt.s, s.s) != NULL);
    str_release(&s);
    return yes;
}

/* A heap copy of a text that may be kept, or NULL. */
static char *take(struct hearing *h, const char *text, size_t max)
{
    struct str s;
    char *copy = NULL;

    if (text == NULL)
        return NULL;
    str_init(&s, 1 << 16);
    text_squeeze(text, strlen(text), &s);
    if (!str_failed(&s) && s.len > 0 && s.len <= max &&
        text_is_english(s.s, s.len) && !repeats(h, s.s)) {
        copy = str_dup(s.s, s.len);
        h->bad |= copy == NULL;
    }
    str_release(&s);
    if (copy == NULL)
        h->out->left_out++;
    return copy;
}

static void take_list(struct hearing *h, const cJSON *list, size_t bytes,
                      size_t max, char **to, size_t *n)
{
    const cJSON *item;

    cJSON_ArrayForEach(item, list)
    {
        if (*n == max) {
            h->out->left_out++;
            continue;
        }
        to[*n] = take(h, cJSON_GetStringValue(item), bytes);
        if (to[*n] != NULL)
            (*n)++;
    }
}

/* --- the parts --- */

/* One to three words; more is a request and no word. */
static int take_trigger(struct hearing *h, const cJSON *o, struct err *err)
{
    const char *text = json_string(o, "trigger");
    size_t len, i;

    if (text == NULL)
        return err_set(err, "\"trigger\" is not a string");
    h->out->trigger = text[strspn(text, " ")] != '\0'
                          ? take(h, text, TRIGGER_MAX)
                          : strdup("");
    if (h->out->trigger == NULL || strchr(h->out->trigger, ',') != NULL ||
        text_count_words(h->out->trigger, strlen(h->out->trigger)) > 3)
        return err_set(err, "\"trigger\" must be a word or a short phrase");
    len = strlen(h->out->trigger);
    for (i = 0; i < len; i++)
        h->out->trigger[i] = text_lower(h->out->trigger[i]);
    return 0;
}

static void take_forms(struct hearing *h, const cJSON *list)
{
    char *forms[FORMS_MAX] = {NULL};
    size_t n = 0, i;
    struct str s;

    take_list(h, list, TRIGGER_MAX, FORMS_MAX, forms, &n);
    str_init(&s, 1 << 12);
    for (i = 0; i < n; i++) {
        if (strpbrk(forms[i], ", ") == NULL)
            str_addf(&s, "%s%s", s.len > 0 ? "," : "", forms[i]);
        free(forms[i]);
    }
    h->out->forms = str_detach(&s);
}

static void take_task(struct hearing *h, const cJSON *o,
                      struct extract_sense *s)
{
    const char *kind = json_string(o, "kind");
    int k = kind != NULL ? task_kind_find(kind) : -1;
    char *text;

    if (k < 0 || s->ntasks == EXTRACT_TASKS) {
        h->out->left_out++;
        return;
    }
    text = take(h, json_string(o, "text"), TASK_MAX);
    if (text == NULL)
        return;
    if (concept_check_task((enum task_kind)k, h->out->trigger, h->out->forms,
                           text, NULL) != 0) {
        h->out->left_out++;
        free(text);
        return;
    }
    s->tasks[s->ntasks].kind = (enum task_kind)k;
    s->tasks[s->ntasks++].text = text;
}

/* A sense that nothing can be asked in is none. */
static void take_sense(struct hearing *h, const cJSON *o)
{
    struct extract_sense *s = &h->out->senses[h->out->nsenses];
    const cJSON *item;

    if (h->out->nsenses == EXTRACT_SENSES) {
        h->out->left_out++;
        return;
    }
    s->sense = take(h, json_string(o, "sense"), SENSE_MAX);
    if (s->sense == NULL)
        return;
    h->out->nsenses++;
    take_list(h, json_array(o, "entities"), ENTITY_MAX, EXTRACT_ENTITIES,
              s->entities, &s->nentities);
    take_list(h, json_array(o, "settings"), SETTING_MAX, EXTRACT_SETTINGS,
              s->settings, &s->nsettings);
    cJSON_ArrayForEach(item, json_array(o, "tasks")) take_task(h, item, s);
}

static void take_relation(struct hearing *h, const cJSON *o)
{
    struct extract *e = h->out;
    size_t n = e->nrelations;

    if (n == EXTRACT_RELATIONS) {
        e->left_out++;
        return;
    }
    e->relations[n].from = take(h, json_string(o, "from"), ENTITY_MAX);
    e->relations[n].relation =
        take(h, json_string(o, "relation"), RELATION_MAX);
    e->relations[n].to = take(h, json_string(o, "to"), ENTITY_MAX);
    if (e->relations[n].from != NULL && e->relations[n].relation != NULL &&
        e->relations[n].to != NULL) {
        e->nrelations++;
        return;
    }
    free(e->relations[n].from);
    free(e->relations[n].relation);
    free(e->relations[n].to);
    memset(&e->relations[n], 0, sizeof(e->relations[n]));
}

static int take_all(struct hearing *h, const cJSON *o, struct err *err)
{
    const char *category = json_string(o, "category");
    const cJSON *item;

    if (json_array(o, "senses") == NULL)
        return err_set(err, "\"senses\" is not a list");
    if (take_trigger(h, o, err) != 0)
        return -1;
    take_forms(h, json_array(o, "forms"));
    h->out->category = strdup(category != NULL ? category : "");
    if (h->out->forms == NULL || h->out->category == NULL)
        return err_nomem(err);
    if (*h->out->trigger == '\0')
        return 0;
    cJSON_ArrayForEach(item, json_array(o, "senses")) take_sense(h, item);
    cJSON_ArrayForEach(item, json_array(o, "relations")) take_relation(h, item);
    return h->bad ? err_nomem(err) : 0;
}

int extractor_hear(const char *prompt, const struct reply *reply,
                   struct extract *out, struct err *err)
{
    struct hearing h = {.out = out};
    cJSON *o;
    int failed;

    memset(out, 0, sizeof(*out));
    o = json_find_object(reply->text, strlen(reply->text), "trigger", err);
    if (o == NULL)
        return -1;
    str_init(&h.prompt, 4u << 20);
    str_addc(&h.prompt, ' ');
    text_normalise(prompt, strlen(prompt), &h.prompt);
    str_addc(&h.prompt, ' ');
    h.word = text_count_words(prompt, strlen(prompt)) <= 3;
    failed = str_failed(&h.prompt) ? err_nomem(err) : take_all(&h, o, err);
    str_release(&h.prompt);
    cJSON_Delete(o);
    return failed;
}

void extract_release(struct extract *e)
{
    struct extract_sense *s;
    size_t i, k;

    free(e->trigger);
    free(e->forms);
    free(e->category);
    for (i = 0; i < e->nsenses; i++) {
        s = &e->senses[i];
        free(s->sense);
        for (k = 0; k < s->nentities; k++)
            free(s->entities[k]);
        for (k = 0; k < s->nsettings; k++)
            free(s->settings[k]);
        for (k = 0; k < s->ntasks; k++)
            free(s->tasks[k].text);
    }
    for (i = 0; i < e->nrelations; i++) {
        free(e->relations[i].from);
        free(e->relations[i].relation);
        free(e->relations[i].to);
    }
    memset(e, 0, sizeof(*e));
}
