/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * cJSON parses; this file keeps from it what it cannot take: depth that
 * recursion would turn into stack, NULs that end C strings early, bytes that
 * are no UTF-8 and would be written back as they came.
 */
#include "base/json.h"
#include "base/file.h"
#include "base/text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* The quote that ends the string at `p`, or `end`; NULL when it holds a NUL. */
static const char *string_end(const char *p, const char *end)
{
    const char *quote = memchr(p, '"', (size_t)(end - p)), *slash;

    for (; quote != NULL; p = slash + 2) {
        slash = memchr(p, '\\', (size_t)(quote - p));
        if (slash == NULL)
            return quote;
        if (end - slash >= 6 && memcmp(slash, "\\u0000", 6) == 0)
            return NULL;
        if (slash + 1 == quote)
            quote = memchr(quote + 1, '"', (size_t)(end - quote - 1));
    }
    return end;
}

/* One pass over the bytes: depth, and escaped NULs inside strings. */
static int check_shape(const char *start, size_t len, struct err *err)
{
    const char *p, *end = start + len, *string;
    int depth = 0;

    for (p = start; p < end; p++) {
        if (*p == '"') {
            string = p + 1;
            p = string_end(string, end);
            if (p == NULL)
                return err_set(err,
                               "JSON holds a NUL in the string at byte "
                               "%zu",
                               (size_t)(string - 1 - start));
            if (p == end)
                break;
        } else if (*p == '{' || *p == '[') {
            depth++;
        } else if (*p == '}' || *p == ']') {
            depth--;
        }
        if (depth > JSON_DEPTH_MAX)
            return err_set(err, "JSON is nested deeper than %d levels",
                           JSON_DEPTH_MAX);
    }
    return 0;
}

/* The place cJSON stopped at, quoted for a person. */
static int syntax_error(const char *bytes, size_t len, const char *at,
                        struct err *err)
{
    char near[33];
    size_t off = 0, n;

    if (at != NULL && at >= bytes && at <= bytes + len)
        off = (size_t)(at - bytes);
    /* cJSON can stop inside a character. */
    while (off > 0 && off < len && ((unsigned char)bytes[off] & 0xC0) == 0x80)
        off--;
    n = text_cut(bytes + off, len - off, 32);
    memcpy(near, bytes + off, n);
    near[n] = '\0';
    if (n == 0)
        return err_set(err, "JSON ends early, after %zu bytes", len);
    return err_set(err, "JSON is malformed at byte %zu, near \"%s\"", off,
                   near);
}

cJSON *json_parse(const char *bytes, size_t len, struct err *err)
{
    const char *end = NULL;
    cJSON *tree;
    size_t i;

    if (!text_valid(bytes, len)) {
        err_set(err, "JSON is not valid UTF-8");
        return NULL;
    }
    if (check_shape(bytes, len, err) != 0)
        return NULL;
    tree = cJSON_ParseWithLengthOpts(bytes, len, &end, 0);
    if (tree == NULL) {
        syntax_error(bytes, len, end, err);
        return NULL;
    }
    for (i = (size_t)(end - bytes); i < len; i++) {
        if (strchr(" \t\r\n", bytes[i]) == NULL) {
            syntax_error(bytes, len, bytes + i, err);
            cJSON_Delete(tree);
            return NULL;
        }
    }
    return tree;
}

/* Length of the balanced {...} at `p`, or 0. */
static size_t balanced(const char *p, size_t len)
{
    bool in_string = false;
    int depth = 0;
    size_t i;

    for (i = 0; i < len; i++) {
        if (in_string) {
            if (p[i] == '\\')
                i++;
            else if (p[i] == '"')
                in_string = false;
        } else if (p[i] == '"') {
            in_string = true;
        } else if (p[i] == '{') {
            depth++;
        } else if (p[i] == '}' && --depth == 0) {
            return i + 1;
        }
    }
    return 0;
}

/* Where the answer starts: behind the last closed <think> block. */
static size_t after_thoughts(const char *p, size_t len)
{
    static const char close[] = "</think>";
    size_t i, start = 0;

    for (i = 0; i + sizeof(close) - 1 <= len; i++)
        if (memcmp(p + i, close, sizeof(close) - 1) == 0)
            start = i + sizeof(close) - 1;
    return start;
}

/* Bounds the work on text like "{{{{{": each start costs one scan. */
#define FIND_TRIES 64

cJSON *json_find_object(const char *bytes, size_t len, const char *must_have,
                        struct err *err)
{
    size_t i = after_thoughts(bytes, len), n;
    struct err last = {"no JSON object in the answer"};
    int tries = 0;
    cJSON *tree;

    for (; i < len && tries < FIND_TRIES; i++) {
        if (bytes[i] != '{')
            continue;
        tries++;
        n = balanced(bytes + i, len - i);
        if (n == 0)
            continue;
        tree = json_parse(bytes + i, n, &last);
        if (tree == NULL)
            continue;
        if (must_have == NULL ||
            cJSON_GetObjectItemCaseSensitive(tree, must_have) != NULL)
            return tree;
        cJSON_Delete(tree);
        err_set(&last, "the JSON object has no \"%s\"", must_have);
    }
    err_set(err, "%s", last.text);
    return NULL;
}

const char *json_string(const cJSON *object, const char *name)
{
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, name));
}

const cJSON *json_object(const cJSON *object, const char *name)
{
    const cJSON *v = cJSON_GetObjectItemCaseSensitive(object, name);

    return cJSON_IsObject(v) ? v : NULL;
}

const cJSON *json_array(const cJSON *object, const char *name)
{
    const cJSON *v = cJSON_GetObjectItemCaseSensitive(object, name);

    return cJSON_IsArray(v) ? v : NULL;
}

double json_number(const cJSON *object, const char *name, double fallback)
{
    const cJSON *v = cJSON_GetObjectItemCaseSensitive(object, name);

    return cJSON_IsNumber(v) && isfinite(v->valuedouble) ? v->valuedouble
                                                         : fallback;
}

uint64_t json_count(const cJSON *object, const char *name, uint64_t max,
                    uint64_t fallback)
{
    double n = json_number(object, name, -1);

    return n >= 0 && n <= (double)max ? (uint64_t)n : fallback;
}

bool json_bool(const cJSON *object, const char *name, bool fallback)
{
    const cJSON *v = cJSON_GetObjectItemCaseSensitive(object, name);

    return cJSON_IsBool(v) ? cJSON_IsTrue(v) : fallback;
}

void json_print(const cJSON *tree, struct str *out)
{
    char *text = cJSON_PrintUnformatted(tree);

    if (text == NULL) {
        out->bad = true;
        return;
    }
    str_adds(out, text);
    cJSON_free(text);
}

void json_quote(const char *text, size_t len, struct str *out)
{
    size_t i, plain = 0;

    str_addc(out, '"');
    for (i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i];

        if (c >= 0x20 && c != '"' && c != '\\' && c != 0x7F)
            continue;
        str_add(out, text + plain, i - plain);
        plain = i + 1;
        if (c == '"' || c == '\\')
            str_addf(out, "\\%c", c);
        else if (c == '\n')
            str_adds(out, "\\n");
        else if (c == '\t')
            str_adds(out, "\\t");
        else if (c == '\r')
            str_adds(out, "\\r");
        else
            str_addf(out, "\\u%04x", c);
    }
    str_add(out, text + plain, len - plain);
    str_addc(out, '"');
}

cJSON *json_object_in(cJSON *object, const char *name)
{
    cJSON *v = cJSON_GetObjectItemCaseSensitive(object, name);

    return v != NULL ? v : cJSON_AddObjectToObject(object, name);
}

void json_add_to(cJSON *object, const char *name, double n)
{
    cJSON *v = cJSON_GetObjectItemCaseSensitive(object, name);

    if (v != NULL)
        cJSON_SetNumberValue(v, v->valuedouble + n);
    else
        cJSON_AddNumberToObject(object, name, n);
}

double json_round4(double x)
{
    return round(x * 1e4) / 1e4;
}

int json_write(const cJSON *tree, const char *folder, const char *name,
               struct err *err)
{
    char *text = cJSON_Print(tree);
    struct outfile f;
    int failed;

    if (text == NULL)
        return err_nomem(err);
    failed = outfile_open_in(&f, folder, name, err);
    if (!failed) {
        fprintf(f.stream, "%s\n", text);
        failed = outfile_commit(&f, err);
    }
    cJSON_free(text);
    return failed;
}
