/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A row that has no focus words gets no message about them: it is sent as it
 * is, so that the variant stays a measurement of the whole set.
 */
#include "run/defense.h"
#include "base/file.h"
#include "base/yaml.h"

#include <stdlib.h>
#include <string.h>

#define WORDS "{words}"

struct defenses {
    struct yaml *yaml; /* has the strings */
    struct defense *list;
    size_t n;
};

const struct defense DEFENSE_NONE = {.name = "plain",
                                     .about = "the prompt as it is"};

static const char *const kinds[] = {
    [DEFENSE_SYSTEM] = "system",
    [DEFENSE_IGNORE_WORD] = "ignore-word",
    [DEFENSE_REPHRASE] = "rephrase",
};
#define KINDS (sizeof(kinds) / sizeof(*kinds))

static int read_kind(const struct yaml *y, yaml_node n, struct defense *out,
                     struct err *err)
{
    const char *kind = yaml_text(y, yaml_get(y, n, "kind"));
    size_t k;

    for (k = DEFENSE_SYSTEM; kind != NULL && k < KINDS; k++)
        if (strcmp(kinds[k], kind) == 0) {
            out->kind = (enum defense_kind)k;
            return 0;
        }
    return yaml_error(y, n, err,
                      "\"kind\" must be system, ignore-word or rephrase");
}

static int read_one(const struct yaml *y, yaml_node n, struct defense *out,
                    struct err *err)
{
    static const char *const keys[] = {"name", "about", "kind", "text", NULL};

    if (yaml_check_keys(y, n, keys, err) != 0 || read_kind(y, n, out, err) != 0)
        return -1;
    out->name = yaml_text(y, yaml_get(y, n, "name"));
    out->about = yaml_text(y, yaml_get(y, n, "about"));
    out->text = yaml_text(y, yaml_get(y, n, "text"));
    if (out->name == NULL || out->about == NULL)
        return yaml_error(y, n, err, "a defense needs a name and an about");
    if ((out->text == NULL) != (out->kind == DEFENSE_REPHRASE))
        return yaml_error(y, n, err,
                          "\"%s\": a text is the message of the kinds system "
                          "and ignore-word, and of no other",
                          out->name);
    if (out->kind == DEFENSE_IGNORE_WORD && strstr(out->text, WORDS) == NULL)
        return yaml_error(y, n, err, "\"%s\": the text must have " WORDS,
                          out->name);
    return 0;
}

struct defenses *defenses_load(const char *seeds, struct err *err)
{
    struct defenses *d = calloc(1, sizeof(*d));
    char *path = file_join(seeds, "defenses.yaml");
    yaml_node top;

    if (d == NULL || path == NULL) {
        err_nomem(err);
        goto failed;
    }
    d->yaml = yaml_load(path, err);
    if (d->yaml == NULL)
        goto failed;
    top = yaml_root(d->yaml);
    d->list = calloc(yaml_size(d->yaml, top) + 1, sizeof(*d->list));
    if (d->list == NULL) {
        err_nomem(err);
        goto failed;
    }
    for (; d->n < yaml_size(d->yaml, top); d->n++)
        if (read_one(d->yaml, yaml_at(d->yaml, top, d->n), &d->list[d->n],
                     err) != 0)
            goto failed;
    free(path);
    return d;
failed:
    free(path);
    defenses_free(d);
    return NULL;
}

void defenses_free(struct defenses *d)
{
    if (d == NULL)
        return;
    yaml_close(d->yaml);
    free(d->list);
    free(d);
}

const struct defense *defense_find(const struct defenses *d, const char *name,
                                   struct err *err)
{
    struct str names;
    size_t i;

    for (i = 0; i < d->n; i++)
        if (strcmp(d->list[i].name, name) == 0)
            return &d->list[i];
    str_init(&names, 4096);
    for (i = 0; i < d->n; i++)
        str_addf(&names, "%s%s", i > 0 ? ", " : "", d->list[i].name);
    err_set(err, "there is no defense \"%.60s\"; there are: %s", name, names.s);
    str_release(&names);
    return NULL;
}

bool defense_system(const struct defense *d, const char *focus, struct str *out)
{
    const char *at;

    if (d->text == NULL ||
        (d->kind == DEFENSE_IGNORE_WORD && (focus == NULL || *focus == '\0')))
        return false;
    at = d->kind == DEFENSE_IGNORE_WORD ? strstr(d->text, WORDS) : NULL;
    if (at == NULL) {
        str_adds(out, d->text);
        return true;
    }
    str_add(out, d->text, (size_t)(at - d->text));
    str_adds(out, focus);
    str_adds(out, at + strlen(WORDS));
    return true;
}
