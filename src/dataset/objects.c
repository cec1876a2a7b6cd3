/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The tree of the current value is kept until the next one, so that rows can
 * borrow from it; cJSON and base/json do the parsing.  For an array, this
 * file only finds where each value ends (depth and strings), and cJSON says
 * whether it was one.
 */
#include "dataset/objects.h"
#include "base/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct objects {
    struct source *source;
    const struct reader_wants *wants;
    cJSON *tree;
    struct str value;   /* text of an array's value */
    struct str content; /* a chat message of several parts */
    char id[32], label[32], category[32], shape[32]; /* numbers as text */
    char value_text[32]; /* likewise, of objects_value() */
    size_t line;
    const char *raw; /* of the value, borrowed like the row */
    size_t raw_len;
    bool array, opened, closed;
};

struct objects *objects_open(struct source *source, bool array,
                             const struct reader_wants *wants, struct err *err)
{
    struct objects *o = calloc(1, sizeof(*o));

    if (o == NULL) {
        err_nomem(err);
        return NULL;
    }
    o->wants = wants;
    o->source = source;
    o->array = array;
    str_init(&o->value, SOURCE_LINE_MAX);
    str_init(&o->content, SOURCE_LINE_MAX);
    return o;
}

void objects_close(struct objects *o)
{
    if (o == NULL)
        return;
    cJSON_Delete(o->tree);
    str_release(&o->value);
    str_release(&o->content);
    free(o);
}

static bool is_space(int c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* The next byte that is no white space. */
static int solid_byte(struct objects *o, struct err *err)
{
    int c;

    do
        c = source_byte(o->source, err);
    while (is_space(c));
    return c;
}

static int cut_short(struct objects *o, struct err *err)
{
    return source_error(o->source, source_lineno(o->source), err,
                        "the JSON array ends early; get the file again");
}

/*
 * Collects a value up to the comma or bracket behind it.  `c` is its first
 * byte.  Returns the byte that ended it, or SOURCE_FAILED.
 */
static int gather_value(struct objects *o, int c, struct err *err)
{
    bool in_string = false, escaped = false;
    int depth = 0;

    for (;; c = source_byte(o->source, err)) {
        if (c == SOURCE_FAILED)
            return c;
        if (c == SOURCE_END) {
            cut_short(o, err);
            return SOURCE_FAILED;
        }
        if (!in_string && depth == 0 && (c == ',' || c == ']'))
            return c;
        str_addc(&o->value, (char)c);
        if (str_failed(&o->value)) {
            source_error(o->source, o->line, err,
                         "the value that begins here is longer than %u MiB",
                         SOURCE_LINE_MAX >> 20);
            return SOURCE_FAILED;
        }
        if (in_string) {
            in_string = escaped || c != '"';
            escaped = !escaped && c == '\\';
        } else if (c == '"') {
            in_string = true;
        } else if (c == '{' || c == '[') {
            depth++;
        } else if (c == '}' || c == ']') {
            depth--;
        }
    }
}

/* Behind the closing bracket there may only be white space. */
static int check_end(struct objects *o, struct err *err)
{
    int c = solid_byte(o, err);

    if (c == SOURCE_END)
        return 0;
    if (c == SOURCE_FAILED)
        return -1;
    return source_error(o->source, source_lineno(o->source), err,
                        "something follows the JSON array; give one array, "
                        "or one JSON object a line");
}

/* The text of the array's next value in o->value: 1, 0 or -1. */
static int array_value(struct objects *o, struct err *err)
{
    int c;

    if (o->closed)
        return 0;
    c = solid_byte(o, err);
    if (!o->opened && c == '[') {
        o->opened = true;
        c = solid_byte(o, err);
        if (c == ']') {
            o->closed = true;
            return check_end(o, err);
        }
    }
    if (c == SOURCE_FAILED)
        return -1;
    if (c == SOURCE_END)
        return cut_short(o, err);
    str_clear(&o->value);
    o->line = source_lineno(o->source);
    c = gather_value(o, c, err);
    if (c == SOURCE_FAILED)
        return -1;
    o->closed = c == ']';
    if (o->closed && check_end(o, err) != 0)
        return -1;
    return source_check(o->source, o->line, o->value.s, o->value.len, err) == 0
               ? 1
               : -1;
}

/* The next line that is not blank: 1, 0 or -1. */
static int line_value(struct objects *o, char **text, size_t *len,
                      struct err *err)
{
    int rc;

    do
        rc = source_line(o->source, text, len, err);
    while (rc == 1 && strspn(*text, " \t\r") == *len);
    o->line = source_lineno(o->source);
    return rc;
}

static int parse_value(struct objects *o, struct err *err)
{
    struct err why = {""};
    size_t len = 0;
    char *text = NULL;
    int rc;

    cJSON_Delete(o->tree);
    o->tree = NULL;
    if (o->array) {
        rc = array_value(o, err);
        text = o->value.s;
        len = o->value.len;
    } else {
        rc = line_value(o, &text, &len, err);
    }
    if (rc <= 0)
        return rc;
    o->raw = text;
    o->raw_len = len;
    o->tree = json_parse(text, len, &why);
    if (o->tree == NULL)
        return source_error(o->source, o->line, err,
                            "%s; phgen reads one JSON object a line, or one "
                            "JSON array of objects",
                            why.text);
    return 1;
}

/* The text of a message: a string, or the text parts of a list. */
static const char *message_text(struct objects *o, const cJSON *message)
{
    const cJSON *content = cJSON_GetObjectItemCaseSensitive(message, "content");
    const cJSON *part;

    if (!cJSON_IsArray(content))
        return cJSON_GetStringValue(content);
    str_clear(&o->content);
    cJSON_ArrayForEach(part, content)
    {
        const char *text = json_string(part, "text");

        if (text != NULL && o->content.len > 0)
            str_addc(&o->content, '\n');
        if (text != NULL)
            str_adds(&o->content, text);
    }
    return o->content.s;
}

/* A string, or the role's last message of a chat; else NULL. */
static const char *text_of(struct objects *o, const cJSON *value,
                           const char *role)
{
    const cJSON *message;
    const char *found = NULL;

    if (!cJSON_IsArray(value))
        return cJSON_GetStringValue(value);
    cJSON_ArrayForEach(message, value)
    {
        const char *whose = json_string(message, "role");

        if (whose != NULL && strcmp(whose, role) == 0)
            found = message_text(o, message);
    }
    return found;
}

static int no_prompt(struct objects *o, struct err *err)
{
    const cJSON *member;
    struct str have;

    str_init(&have, 1000);
    cJSON_ArrayForEach(member, o->tree) if (member->string != NULL)
        str_addf(&have, "%s%s", have.len > 0 ? ", " : "", member->string);
    if (have.len == 0)
        str_adds(&have, "nothing");
    if (o->wants->column != NULL)
        source_error(o->source, o->line, err,
                     "no text in a member \"%s\"; the row has: %s",
                     o->wants->column, have.s);
    else
        source_error(o->source, o->line, err,
                     "which member is the %s? There is no text in \"%s\", "
                     "\"%s\" or the like; name one of: %s",
                     o->wants->what, o->wants->known[0], o->wants->known[1],
                     have.s);
    str_release(&have);
    return -1;
}

/* A member's text; in a whole row null is no text, but no mistake. */
static const char *wanted(struct objects *o, const char *name)
{
    cJSON *v = cJSON_GetObjectItemCaseSensitive(o->tree, name);

    if (o->wants->whole && cJSON_IsNull(v))
        return "";
    return text_of(o, v, o->wants->role);
}

static const char *find_prompt(struct objects *o)
{
    const char *text = NULL;
    size_t i;

    if (cJSON_IsString(o->tree))
        return o->tree->valuestring;
    if (!cJSON_IsObject(o->tree))
        return NULL;
    if (o->wants->column != NULL)
        return wanted(o, o->wants->column);
    for (i = 0; text == NULL && o->wants->known[i] != NULL; i++)
        text = wanted(o, o->wants->known[i]);
    return text;
}

/* A string, number or boolean as text; NULL for anything else. */
static const char *scalar(const cJSON *object, const char *name,
                          char number[32])
{
    const cJSON *v = cJSON_GetObjectItemCaseSensitive(object, name);

    if (cJSON_IsBool(v))
        return cJSON_IsTrue(v) ? "true" : "false";
    if (!cJSON_IsNumber(v))
        return cJSON_GetStringValue(v);
    snprintf(number, 32, "%.15g", v->valuedouble);
    return number;
}

const char *objects_value(struct objects *o, const char *name)
{
    const cJSON *v = cJSON_GetObjectItemCaseSensitive(o->tree, name);

    return cJSON_IsArray(v) ? text_of(o, v, "user")
                            : scalar(o->tree, name, o->value_text);
}

int objects_next(struct objects *o, struct reader_row *row, struct err *err)
{
    int rc = parse_value(o, err);

    if (rc <= 0)
        return rc;
    row->prompt = find_prompt(o);
    if (row->prompt == NULL)
        return no_prompt(o, err);
    row->len = strlen(row->prompt);
    row->line = o->line;
    row->raw = o->raw;
    row->raw_len = o->raw_len;
    row->end = o->array ? "" : source_line_end(o->source);
    row->id = scalar(o->tree, "id", o->id);
    row->label = scalar(o->tree, "label", o->label);
    row->category = scalar(o->tree, "category", o->category);
    if (row->category == NULL)
        row->category = scalar(o->tree, "type", o->category);
    row->shape = scalar(o->tree, "shape", o->shape);
    return 1;
}
