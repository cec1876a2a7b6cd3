/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A table of keys, each with the field that it fills and what it takes.
 *
 * A key for a service has no place in a file that people commit and mail
 * around.  So "key" takes the name of a variable only, a header that carries
 * a secret is refused, and no sentence quotes what was wrong there.
 */
#include "base/alias.h"
#include "base/nearest.h"
#include "base/str.h"

#include <ctype.h>
#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define COUNT(a) (sizeof(a) / sizeof(*(a)))

enum kind {
    KIND_TEXT,
    KIND_VARIABLE,
    KIND_VERSION,
    KIND_NUMBER,
    KIND_WHOLE,
    KIND_URLS,
    KIND_HEADERS
};

static const struct key {
    const char *word;
    enum kind kind;
    size_t field;
    double min, max;
} keys[] = {
    {"model", KIND_TEXT, offsetof(struct alias, model), 0, 0},
    {"name", KIND_TEXT, offsetof(struct alias, wire_name), 0, 0},
    {"url", KIND_URLS, 0, 0, 0},
    {"dialect", KIND_TEXT, offsetof(struct alias, dialect), 0, 0},
    {"key", KIND_VARIABLE, offsetof(struct alias, key_env), 0, 0},
    {"api-version", KIND_VERSION, offsetof(struct alias, api_version), 0, 0},
    {"headers", KIND_HEADERS, 0, 0, 0},
    {"concurrency", KIND_WHOLE, offsetof(struct alias, concurrency), 1, 4096},
    {"requests-per-minute", KIND_NUMBER,
     offsetof(struct alias, requests_per_minute), 0.01, 1e9},
    {"tokens-per-minute", KIND_NUMBER,
     offsetof(struct alias, tokens_per_minute), 1, 1e12},
    {"price-in", KIND_NUMBER, offsetof(struct alias, price_in), 0, 1e6},
    {"price-out", KIND_NUMBER, offsetof(struct alias, price_out), 0, 1e6},
};

static const struct key *find_key(const char *word)
{
    size_t i;

    for (i = 0; i < COUNT(keys); i++)
        if (strcmp(keys[i].word, word) == 0)
            return &keys[i];
    return NULL;
}

static int unknown(const struct yaml *y, yaml_node at, const char *word,
                   struct err *err)
{
    const char *words[COUNT(keys) + 1], *near;
    struct str all;
    size_t i;

    str_init(&all, 400);
    for (i = 0; i < COUNT(keys); i++) {
        words[i] = keys[i].word;
        str_addf(&all, "%s%s", i > 0 ? ", " : "", words[i]);
    }
    words[i] = NULL;
    near = nearest_word(word, words);
    if (near != NULL)
        yaml_error(y, at, err, "unknown key \"%.100s\"; did you mean \"%s\"?",
                   word, near);
    else
        yaml_error(y, at, err,
                   "unknown key \"%.100s\"; a model has the keys %s", word,
                   all.s);
    str_release(&all);
    return -1;
}

/* --- values --- */

static int read_number(const struct yaml *y, yaml_node at, const struct key *k,
                       double *out, struct err *err)
{
    const char *text = yaml_text(y, at);
    double value = NAN;
    char *end = NULL;

    if (text != NULL && isdigit((unsigned char)*text))
        value = strtod(text, &end);
    if (end == NULL || *end != '\0' || !(value >= k->min && value <= k->max) ||
        (k->kind == KIND_WHOLE && value != floor(value)))
        return yaml_error(y, at, err, "\"%s\" takes a %snumber from %g to %g",
                          k->word, k->kind == KIND_WHOLE ? "whole " : "",
                          k->min, k->max);
    *out = value;
    return 0;
}

static bool only(const char *text, const char *more)
{
    for (; *text != '\0'; text++)
        if (!isalnum((unsigned char)*text) && strchr(more, *text) == NULL)
            return false;
    return true;
}

static int read_word(const struct yaml *y, yaml_node at, const struct key *k,
                     const char **out, struct err *err)
{
    const char *text = yaml_text(y, at);

    if (text == NULL || *text == '\0')
        return yaml_error(y, at, err, "\"%s\" takes one word here", k->word);
    if (k->kind == KIND_VARIABLE &&
        (isdigit((unsigned char)*text) || !only(text, "_")))
        return yaml_error(y, at, err,
                          "\"key\" takes the name of the environment variable "
                          "that holds the key, such as OPENAI_API_KEY; a key "
                          "itself must not stand here");
    if (k->kind == KIND_VERSION && !only(text, ".-"))
        return yaml_error(y, at, err,
                          "\"api-version\" is a date such as 2024-10-21");
    *out = text;
    return 0;
}

static int add_url(const struct yaml *y, yaml_node at, struct alias *a,
                   struct err *err)
{
    const char *text = yaml_text(y, at), *host;

    if (text == NULL ||
        (strncmp(text, "http://", 7) != 0 && strncmp(text, "https://", 8) != 0))
        return yaml_error(y, at, err,
                          "a base URL begins with http:// or https://, as in "
                          "http://localhost:8000/v1");
    host = strstr(text, "://") + 3;
    if (model_url_tells(text))
        return yaml_error(y, at, err,
                          "a base URL must hold no password and no query; name "
                          "the key's variable with \"key\"");
    if (strcspn(host, "/?#") == 0 || strchr(host, '#') != NULL)
        return yaml_error(y, at, err,
                          "a base URL names a host and has no #; the model's "
                          "name goes under \"name\"");
    if (a->nurls == MODEL_URLS_MAX)
        return yaml_error(y, at, err, "more than %d base URLs", MODEL_URLS_MAX);
    a->urls[a->nurls++] = text;
    return 0;
}

static int read_urls(const struct yaml *y, yaml_node at, struct alias *a,
                     struct err *err)
{
    size_t i;

    if (!yaml_is_list(y, at))
        return add_url(y, at, a, err);
    for (i = 0; i < yaml_size(y, at); i++)
        if (add_url(y, yaml_at(y, at, i), a, err) != 0)
            return -1;
    return 0;
}

/* Headers that carry a key, or that say how the request is sent. */
static bool is_ours(const char *name)
{
    static const char *const ours[] = {
        "authorization",
        "proxy-authorization",
        "api-key",
        "x-api-key",
        "x-goog-api-key",
        "cookie",
        "host",
        "connection",
        "transfer-encoding",
        "expect",
        "te",
        "accept-encoding",
    };
    size_t i;

    for (i = 0; i < COUNT(ours); i++)
        if (strcasecmp(name, ours[i]) == 0)
            return true;
    return strncasecmp(name, "content-", 8) == 0;
}

static bool one_line(const char *text)
{
    if (text == NULL || *text == '\0')
        return false;
    for (; *text != '\0'; text++)
        if (*text < ' ' || *text > '~')
            return false;
    return true;
}

static int add_header(const struct yaml *y, yaml_node map, size_t i,
                      struct alias *a, struct err *err)
{
    yaml_node key = yaml_key(y, map, i), value = yaml_value(y, map, i);
    const char *name = yaml_text(y, key), *text = yaml_text(y, value);

    if (name == NULL || *name == '\0' || !only(name, "-_"))
        return yaml_error(y, key, err, "a header's name is a plain word");
    if (is_ours(name))
        return yaml_error(y, key, err,
                          "the header \"%.40s\" is phgen's to set; a key comes "
                          "from the variable named under \"key\"",
                          name);
    if (!one_line(text))
        return yaml_error(y, value, err,
                          "a header's value is one line of ASCII text");
    if (a->nheaders == MODEL_HEADERS_MAX)
        return yaml_error(y, key, err, "more than %d headers",
                          MODEL_HEADERS_MAX);
    a->headers[a->nheaders].name = name;
    a->headers[a->nheaders++].value = text;
    return 0;
}

static int read_headers(const struct yaml *y, yaml_node map, struct alias *a,
                        struct err *err)
{
    size_t i;

    if (!yaml_is_map(y, map))
        return yaml_error(y, map, err,
                          "\"headers\" takes lines of the form "
                          "\"NAME: VALUE\"");
    for (i = 0; i < yaml_size(y, map); i++)
        if (add_header(y, map, i, a, err) != 0)
            return -1;
    return 0;
}

static int read_value(const struct yaml *y, const struct key *k, yaml_node at,
                      struct alias *a, struct err *err)
{
    void *field = (char *)a + k->field;

    switch (k->kind) {
    case KIND_TEXT:
    case KIND_VARIABLE:
    case KIND_VERSION:
        return read_word(y, at, k, field, err);
    case KIND_NUMBER:
    case KIND_WHOLE:
        return read_number(y, at, k, field, err);
    case KIND_URLS:
        return read_urls(y, at, a, err);
    case KIND_HEADERS:
        break;
    }
    return read_headers(y, at, a, err);
}

/* --- the whole --- */

static int check_whole(const struct yaml *y, yaml_node at,
                       const struct alias *a, struct err *err)
{
    if ((a->model == NULL) == (a->wire_name == NULL))
        return yaml_error(y, at, err,
                          "the alias \"%.100s\" needs either \"model\", such "
                          "as openai:gpt-x, or \"name\" and \"url\"",
                          a->name);
    if (a->wire_name != NULL && a->nurls == 0)
        return yaml_error(y, at, err,
                          "the alias \"%.100s\" has a \"name\" and needs the "
                          "\"url\" of its server",
                          a->name);
    if (a->model != NULL && a->dialect != NULL)
        return yaml_error(y, at, err,
                          "the alias \"%.100s\" has a \"model\", which says "
                          "the dialect (DIALECT+SERVICE:NAME); \"dialect\" "
                          "goes with \"name\"",
                          a->name);
    return 0;
}

static int read_map(const struct yaml *y, yaml_node map, struct alias *a,
                    struct err *err)
{
    bool seen[COUNT(keys)] = {false};
    const struct key *k;
    const char *word;
    yaml_node at;
    size_t i;

    for (i = 0; i < yaml_size(y, map); i++) {
        at = yaml_key(y, map, i);
        word = yaml_text(y, at);
        if (word == NULL)
            return yaml_error(y, at, err, "a key must be a plain word");
        k = find_key(word);
        if (k == NULL)
            return unknown(y, at, word, err);
        if (seen[k - keys])
            return yaml_error(y, at, err, "\"%s\" stands here a second time",
                              word);
        seen[k - keys] = true;
        if (read_value(y, k, yaml_value(y, map, i), a, err) != 0)
            return -1;
    }
    if (!yaml_get(y, map, "price-in") != !yaml_get(y, map, "price-out"))
        return yaml_error(y, map, err,
                          "the alias \"%.100s\" needs both \"price-in\" and "
                          "\"price-out\"",
                          a->name);
    return check_whole(y, map, a, err);
}

int alias_read(const struct yaml *y, yaml_node map, size_t i, struct alias *out,
               struct err *err)
{
    yaml_node key = yaml_key(y, map, i), value = yaml_value(y, map, i);

    memset(out, 0, sizeof(*out));
    out->name = yaml_text(y, key);
    out->file = yaml_path(y);
    out->line = yaml_line(y, key);
    if (out->name == NULL || *out->name == '\0' ||
        strchr(out->name, ':') != NULL)
        return yaml_error(y, key, err,
                          "an alias is a word without a colon, not "
                          "\"%.100s\"",
                          out->name != NULL ? out->name : "?");
    if (yaml_is_map(y, value))
        return read_map(y, value, out, err);
    out->model = yaml_text(y, value);
    if (out->model == NULL || *out->model == '\0')
        return yaml_error(y, value, err,
                          "the alias \"%.100s\" needs a model, such as "
                          "ollama:llama3.2",
                          out->name);
    return 0;
}
