/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * libyaml's document tree behind integer handles.  Looking a key up walks the
 * map: the maps people write are short, and the order of the file is kept.
 */
#include "base/yaml.h"
#include "base/file.h"
#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#define FILE_MAX (16u << 20)

struct yaml {
    char *path;
    yaml_document_t doc;
    bool loaded;
};

/* Aliases and anchors expand; nothing that phgen reads needs them. */
static int refuse_aliases(yaml_parser_t *parser, const char *path,
                          struct err *err)
{
    yaml_token_t token;
    yaml_token_type_t type;
    size_t line;

    do {
        if (!yaml_parser_scan(parser, &token))
            return err_set(
                err, "%s:%zu: %s", path, parser->problem_mark.line + 1,
                parser->problem != NULL ? parser->problem : "malformed YAML");
        type = token.type;
        line = token.start_mark.line + 1;
        yaml_token_delete(&token);
        if (type == YAML_ALIAS_TOKEN || type == YAML_ANCHOR_TOKEN)
            return err_set(err,
                           "%s:%zu: anchors and aliases (& and *) are not "
                           "allowed; quote the value if it is text",
                           path, line);
    } while (type != YAML_STREAM_END_TOKEN);
    return 0;
}

static int load_document(struct yaml *y, yaml_parser_t *parser, struct err *err)
{
    if (!yaml_parser_load(parser, &y->doc))
        return err_set(
            err, "%s:%zu: %s%s%s", y->path, parser->problem_mark.line + 1,
            parser->problem != NULL ? parser->problem : "malformed YAML",
            parser->context != NULL ? ", " : "",
            parser->context != NULL ? parser->context : "");
    y->loaded = true;
    if (yaml_document_get_root_node(&y->doc) == NULL)
        return err_set(err, "%s: the file is empty", y->path);
    return 0;
}

struct yaml *yaml_parse_text(const char *name, const char *text, size_t len,
                             struct err *err)
{
    struct yaml *y = calloc(1, sizeof(*y));
    yaml_parser_t parser;
    int pass, failed = -1;

    if (y != NULL)
        y->path = strdup(name);
    if (y == NULL || y->path == NULL) {
        err_nomem(err);
        goto out;
    }
    if (!text_valid(text, len)) {
        err_set(err, "%s: the file is not valid UTF-8", name);
        goto out;
    }
    for (pass = 0; pass < 2; pass++) {
        if (!yaml_parser_initialize(&parser)) {
            err_nomem(err);
            goto out;
        }
        yaml_parser_set_input_string(&parser, (const unsigned char *)text, len);
        failed = pass == 0 ? refuse_aliases(&parser, name, err)
                           : load_document(y, &parser, err);
        yaml_parser_delete(&parser);
        if (failed)
            break;
    }
out:
    if (failed) {
        yaml_close(y);
        return NULL;
    }
    return y;
}

struct yaml *yaml_load(const char *path, struct err *err)
{
    struct yaml *y = NULL;
    struct str text;

    str_init(&text, FILE_MAX);
    if (file_read(path, &text, err) == 0)
        y = yaml_parse_text(path, text.s, text.len, err);
    str_release(&text);
    return y;
}

void yaml_close(struct yaml *y)
{
    if (y == NULL)
        return;
    if (y->loaded)
        yaml_document_delete(&y->doc);
    free(y->path);
    free(y);
}

/* libyaml's accessors want a mutable document though they only read. */
static yaml_node_t *node(const struct yaml *y, yaml_node n)
{
    return n > 0 ? yaml_document_get_node((yaml_document_t *)(size_t)&y->doc, n)
                 : NULL;
}

const char *yaml_path(const struct yaml *y)
{
    return y->path;
}

yaml_node yaml_root(const struct yaml *y)
{
    (void)y;
    return 1;
}

bool yaml_is_list(const struct yaml *y, yaml_node n)
{
    return node(y, n) != NULL && node(y, n)->type == YAML_SEQUENCE_NODE;
}

bool yaml_is_map(const struct yaml *y, yaml_node n)
{
    return node(y, n) != NULL && node(y, n)->type == YAML_MAPPING_NODE;
}

size_t yaml_size(const struct yaml *y, yaml_node n)
{
    yaml_node_t *p = node(y, n);

    if (yaml_is_list(y, n))
        return (size_t)(p->data.sequence.items.top -
                        p->data.sequence.items.start);
    if (yaml_is_map(y, n))
        return (size_t)(p->data.mapping.pairs.top -
                        p->data.mapping.pairs.start);
    return 0;
}

yaml_node yaml_at(const struct yaml *y, yaml_node list, size_t i)
{
    if (!yaml_is_list(y, list) || i >= yaml_size(y, list))
        return 0;
    return node(y, list)->data.sequence.items.start[i];
}

yaml_node yaml_key(const struct yaml *y, yaml_node map, size_t i)
{
    if (!yaml_is_map(y, map) || i >= yaml_size(y, map))
        return 0;
    return node(y, map)->data.mapping.pairs.start[i].key;
}

yaml_node yaml_value(const struct yaml *y, yaml_node map, size_t i)
{
    if (!yaml_is_map(y, map) || i >= yaml_size(y, map))
        return 0;
    return node(y, map)->data.mapping.pairs.start[i].value;
}

yaml_node yaml_get(const struct yaml *y, yaml_node map, const char *key)
{
    size_t i, n = yaml_is_map(y, map) ? yaml_size(y, map) : 0;
    const char *k;

    for (i = 0; i < n; i++) {
        k = yaml_text(y, yaml_key(y, map, i));
        if (k != NULL && strcmp(k, key) == 0)
            return yaml_value(y, map, i);
    }
    return 0;
}

const char *yaml_text(const struct yaml *y, yaml_node n)
{
    yaml_node_t *p = node(y, n);

    if (p == NULL || p->type != YAML_SCALAR_NODE)
        return NULL;
    return (const char *)p->data.scalar.value;
}

int yaml_line(const struct yaml *y, yaml_node n)
{
    yaml_node_t *p = node(y, n);

    return p != NULL ? (int)p->start_mark.line + 1 : 0;
}

int yaml_error(const struct yaml *y, yaml_node n, struct err *err,
               const char *fmt, ...)
{
    char text[ERR_TEXT_MAX];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    if (n == 0)
        return err_set(err, "%s: %s", y->path, text);
    return err_set(err, "%s:%d: %s", y->path, yaml_line(y, n), text);
}

int yaml_check_keys(const struct yaml *y, yaml_node map,
                    const char *const known[], struct err *err)
{
    const char *key;
    struct str all;
    size_t i, k;

    if (!yaml_is_map(y, map))
        return yaml_error(y, map, err, "expected \"key: value\" lines here");
    for (i = 0; i < yaml_size(y, map); i++) {
        key = yaml_text(y, yaml_key(y, map, i));
        for (k = 0; known[k] != NULL; k++)
            if (key != NULL && strcmp(key, known[k]) == 0)
                break;
        if (known[k] != NULL)
            continue;
        str_init(&all, ERR_TEXT_MAX / 2);
        for (k = 0; known[k] != NULL; k++)
            str_addf(&all, "%s%s", k > 0 ? ", " : "", known[k]);
        yaml_error(y, yaml_key(y, map, i), err,
                   "unknown key \"%s\"; known here: %s", key ? key : "?",
                   all.s);
        str_release(&all);
        return -1;
    }
    return 0;
}

const char *yaml_library(void)
{
    return yaml_get_version_string();
}
