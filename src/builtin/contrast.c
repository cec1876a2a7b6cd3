/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * All entries that a trigger has in its category are put together, and the
 * seed takes one of their questions.  The file is checked when it is loaded.
 */
#include "builtin/contrast.h"
#include "base/json.h"
#include "base/rng.h"
#include "base/yaml.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define QUESTIONS_MAX 64

struct contrasts {
    struct yaml *file;
    yaml_node who, only_named, questions;
};

static int check_texts(const struct yaml *y, yaml_node list, struct err *err)
{
    size_t i;

    if (!yaml_is_list(y, list) || yaml_size(y, list) == 0)
        return yaml_error(y, list, err, "expected a list of texts");
    for (i = 0; i < yaml_size(y, list); i++)
        if (yaml_text(y, yaml_at(y, list, i)) == NULL)
            return yaml_error(y, yaml_at(y, list, i), err, "expected a text");
    return 0;
}

static int check_all(struct contrasts *c, struct err *err)
{
    static const char *const keys[] = {"who", "only_named", "questions", NULL};
    static const char *const entry_keys[] = {"for", "ask", "in", NULL};
    const struct yaml *y = c->file;
    yaml_node top = yaml_root(y), e;
    size_t i;

    c->who = yaml_get(y, top, "who");
    c->only_named = yaml_get(y, top, "only_named");
    c->questions = yaml_get(y, top, "questions");
    if (yaml_check_keys(y, top, keys, err) != 0 ||
        check_texts(y, c->who, err) != 0 ||
        check_texts(y, c->only_named, err) != 0)
        return -1;
    if (!yaml_is_list(y, c->questions))
        return yaml_error(y, top, err, "\"questions\" must be a list");
    for (i = 0; i < yaml_size(y, c->questions); i++) {
        e = yaml_at(y, c->questions, i);
        if (yaml_check_keys(y, e, entry_keys, err) != 0 ||
            check_texts(y, yaml_get(y, e, "for"), err) != 0 ||
            check_texts(y, yaml_get(y, e, "ask"), err) != 0 ||
            (yaml_get(y, e, "in") != 0 &&
             check_texts(y, yaml_get(y, e, "in"), err) != 0))
            return -1;
    }
    return 0;
}

struct contrasts *contrasts_load(const char *path, struct err *err)
{
    struct contrasts *c = calloc(1, sizeof(*c));

    if (c == NULL) {
        err_nomem(err);
        return NULL;
    }
    c->file = yaml_load(path, err);
    if (c->file == NULL || check_all(c, err) != 0) {
        contrasts_free(c);
        return NULL;
    }
    return c;
}

void contrasts_free(struct contrasts *c)
{
    if (c == NULL)
        return;
    yaml_close(c->file);
    free(c);
}

static bool has(const struct yaml *y, yaml_node list, const char *text)
{
    size_t i;

    for (i = 0; i < yaml_size(y, list); i++)
        if (strcmp(yaml_text(y, yaml_at(y, list, i)), text) == 0)
            return true;
    return false;
}

static bool applies(const struct contrasts *c, yaml_node entry,
                    const char *category, const char *trigger)
{
    const struct yaml *y = c->file;
    yaml_node in = yaml_get(y, entry, "in");

    if (!has(y, yaml_get(y, entry, "for"), trigger))
        return false;
    return in != 0 ? has(y, in, category) : !has(y, c->only_named, category);
}

static size_t find(const struct contrasts *c, const char *category,
                   const char *trigger, const char *out[QUESTIONS_MAX])
{
    const struct yaml *y = c->file;
    yaml_node entry, ask;
    size_t i, j, n = 0;

    for (i = 0; i < yaml_size(y, c->questions); i++) {
        entry = yaml_at(y, c->questions, i);
        if (!applies(c, entry, category, trigger))
            continue;
        ask = yaml_get(y, entry, "ask");
        for (j = 0; j < yaml_size(y, ask) && n < QUESTIONS_MAX; j++)
            out[n++] = yaml_text(y, yaml_at(y, ask, j));
    }
    return n;
}

/* {t} is the trigger, {who} somebody. */
static void fill(const char *frame, const char *trigger, const char *who,
                 struct str *out)
{
    while (*frame != '\0') {
        if (strncmp(frame, "{t}", 3) == 0) {
            str_adds(out, trigger);
            frame += 3;
        } else if (strncmp(frame, "{who}", 5) == 0) {
            str_adds(out, who);
            frame += 5;
        } else {
            str_addc(out, *frame++);
        }
    }
}

void contrasts_speak(const struct contrasts *c, const cJSON *payload,
                     uint64_t key, struct str *out)
{
    const char *category = json_string(payload, "category"),
               *trigger = json_string(payload, "trigger"),
               *found[QUESTIONS_MAX], *who;
    struct rng r = rng_for(key, 0, "contrast");
    struct str question;
    size_t n;

    if (category == NULL || trigger == NULL) {
        str_adds(out, "I need a trigger to ask about.");
        return;
    }
    str_init(&question, 4096);
    n = find(c, category, trigger, found);
    if (n > 0) {
        who = yaml_text(c->file,
                        yaml_at(c->file, c->who,
                                rng_below(&r, yaml_size(c->file, c->who))));
        fill(found[rng_below(&r, n)], trigger, who, &question);
    }
    str_adds(out, "{\"question\":");
    json_quote(question.s, question.len, out);
    str_addc(out, '}');
    str_release(&question);
}
