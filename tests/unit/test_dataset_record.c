/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * dataset/: the record's schema is valid JSON, says what record.md says, takes
 * a good row and refuses what is wrong with a bad one.  The validator below
 * knows the keywords that the schema uses and fails on any other, so that the
 * schema cannot grow a rule that nothing checks.
 */
#include "base/file.h"
#include "base/json.h"

#include <math.h>
#include <regex.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static cJSON *schema;

static char *read_source(const char *name)
{
    const char *root = getenv("PHGEN_SRC");
    char path[4096];
    struct str text;
    struct err err = {""};

    snprintf(path, sizeof(path), "%s/%s", root != NULL ? root : ".", name);
    str_init(&text, 1 << 20);
    if (file_read(path, &text, &err) != 0)
        fail_msg("%s", err.text);
    return str_detach(&text);
}

static int load_schema(void **state)
{
    char *text = read_source("src/dataset/record.schema.json");

    (void)state;
    schema = json_parse(text, strlen(text), NULL);
    free(text);
    return schema != NULL ? 0 : -1;
}

static int drop_schema(void **state)
{
    (void)state;
    cJSON_Delete(schema);
    return 0;
}

/* --- a validator --- */

static bool valid(const cJSON *rule, const cJSON *v);

static bool is_type(const char *type, const cJSON *v)
{
    if (strcmp(type, "object") == 0)
        return cJSON_IsObject(v);
    if (strcmp(type, "array") == 0)
        return cJSON_IsArray(v);
    if (strcmp(type, "string") == 0)
        return cJSON_IsString(v);
    if (strcmp(type, "boolean") == 0)
        return cJSON_IsBool(v);
    if (strcmp(type, "null") == 0)
        return cJSON_IsNull(v);
    if (strcmp(type, "number") == 0)
        return cJSON_IsNumber(v);
    if (strcmp(type, "integer") == 0)
        return cJSON_IsNumber(v) && v->valuedouble == floor(v->valuedouble);
    fail_msg("the schema has a type %s", type);
    return false;
}

static bool has_type(const cJSON *types, const cJSON *v)
{
    const cJSON *type;

    if (cJSON_IsString(types))
        return is_type(types->valuestring, v);
    cJSON_ArrayForEach(type,
                       types) if (is_type(type->valuestring, v)) return true;
    return false;
}

static bool in_list(const cJSON *list, const cJSON *v)
{
    const cJSON *item;

    cJSON_ArrayForEach(item,
                       list) if (cJSON_Compare(item, v, true)) return true;
    return false;
}

static bool matches(const char *pattern, const char *text)
{
    regex_t re;
    bool out;

    assert_int_equal(regcomp(&re, pattern, REG_EXTENDED | REG_NOSUB), 0);
    out = regexec(&re, text, 0, NULL, 0) == 0;
    regfree(&re);
    return out;
}

static bool has_members(const cJSON *names, const cJSON *v)
{
    const cJSON *name;

    cJSON_ArrayForEach(name, names) if (cJSON_GetObjectItemCaseSensitive(
                                            v, name->valuestring) ==
                                        NULL) return false;
    return true;
}

static bool members_valid(const cJSON *rule, const cJSON *v)
{
    const cJSON *rules = json_object(rule, "properties"), *member, *r;

    cJSON_ArrayForEach(member, v)
    {
        r = cJSON_GetObjectItemCaseSensitive(rules, member->string);
        if (r == NULL || !valid(r, member))
            return false;
    }
    return true;
}

static bool items_valid(const cJSON *rule, const cJSON *v)
{
    const cJSON *item;

    cJSON_ArrayForEach(item, v) if (!valid(rule, item)) return false;
    return true;
}

static bool keyword_holds(const cJSON *rule, const cJSON *k, const cJSON *v)
{
    const char *name = k->string;

    if (strcmp(name, "type") == 0)
        return has_type(k, v);
    if (strcmp(name, "enum") == 0)
        return in_list(k, v);
    if (strcmp(name, "pattern") == 0)
        return !cJSON_IsString(v) || matches(k->valuestring, v->valuestring);
    if (strcmp(name, "minLength") == 0)
        return !cJSON_IsString(v) ||
               (double)strlen(v->valuestring) >= k->valuedouble;
    if (strcmp(name, "minimum") == 0)
        return !cJSON_IsNumber(v) || v->valuedouble >= k->valuedouble;
    if (strcmp(name, "maximum") == 0)
        return !cJSON_IsNumber(v) || v->valuedouble <= k->valuedouble;
    if (strcmp(name, "minItems") == 0)
        return !cJSON_IsArray(v) || cJSON_GetArraySize(v) >= k->valueint;
    if (strcmp(name, "items") == 0)
        return !cJSON_IsArray(v) || items_valid(k, v);
    if (strcmp(name, "required") == 0)
        return !cJSON_IsObject(v) || has_members(k, v);
    if (strcmp(name, "properties") == 0)
        return !cJSON_IsObject(v) || members_valid(rule, v);
    if (strcmp(name, "$ref") == 0)
        return valid(json_object(json_object(schema, "$defs"),
                                 strrchr(k->valuestring, '/') + 1),
                     v);
    if (strcmp(name, "additionalProperties") == 0)
        return cJSON_IsFalse(k); /* as members_valid() has it */
    if (rule == schema && (name[0] == '$' || strcmp(name, "title") == 0 ||
                           strcmp(name, "description") == 0))
        return true;
    fail_msg("the schema has a keyword \"%s\"", name);
    return false;
}

static bool valid(const cJSON *rule, const cJSON *v)
{
    const cJSON *k;

    cJSON_ArrayForEach(k, rule) if (!keyword_holds(rule, k, v)) return false;
    return true;
}

/* --- rows --- */

static cJSON *good_row(void)
{
    char *text = read_source("tests/data/dataset/record.json");
    cJSON *row = json_parse(text, strlen(text), NULL);

    assert_non_null(row);
    free(text);
    return row;
}

static void test_good_row(void **state)
{
    cJSON *row = good_row();

    (void)state;
    assert_true(valid(schema, row));
    cJSON_ReplaceItemInObjectCaseSensitive(row, "witness", cJSON_CreateNull());
    assert_true(valid(schema, row));
    cJSON_AddStringToObject(row, "response", "An answer.");
    assert_true(valid(schema, row));
    cJSON_AddItemToObject(
        row, "human",
        cJSON_Parse("{\"label\":\"harmless\",\"verdicts\":[{\"annotator\":"
                    "\"anna\",\"verdict\":\"harmless\",\"note\":\"\",\"at\":"
                    "\"2025-01-31T12:00:00Z\"}]}"));
    assert_true(valid(schema, row));
    cJSON_Delete(row);
}

/* Follows "a/0/b" to the holder of the last part. */
static cJSON *walk(cJSON *o, const char *path, const char **last)
{
    char part[64];
    size_t n;

    for (;;) {
        n = strcspn(path, "/");
        *last = path;
        if (path[n] == '\0')
            return o;
        snprintf(part, sizeof(part), "%.*s", (int)n, path);
        o = cJSON_IsArray(o) ? cJSON_GetArrayItem(o, atoi(part))
                             : cJSON_GetObjectItemCaseSensitive(o, part);
        assert_non_null(o);
        path += n + 1;
    }
}

static void test_bad_rows(void **state)
{
    static const struct {
        const char *path, *value;
    } bad[] = {
        {"id", "\"2DC8\""},
        {"prompt", "\"\""},
        {"prompt", "null"},
        {"messages", "[]"},
        {"messages/0/role", "\"tool\""},
        {"category", "\"Self Harm\""},
        {"category_id", "45"},
        {"category_id", "1.5"},
        {"label", "\"harmful\""},
        {"controversial", "\"no\""},
        {"focus", "[7]"},
        {"path/task_kind", "\"other\""},
        {"path/setting", "7"},
        {"judges", "[]"},
        {"judges/0/verdict", "\"safe\""},
        {"agreement", "1.1"},
        {"targets/0/class", "\"refusal\""},
        {"targets/0/rate", "-0.1"},
        {"targets/0/refusals", "-1"},
        {"witness", "\"none\""},
        {"witness/verdict", "\"yes\""},
        {"round", "0"},
        {"provenance/graph", "\"x\""},
        {"human", "{\"label\":\"harmful\",\"verdicts\":[{\"annotator\":"
                  "\"a\",\"verdict\":\"harmful\",\"note\":\"\",\"at\":"
                  "\"\"}]}"},
        {"human", "{\"label\":\"unsure\",\"verdicts\":[]}"},
        {"extra", "1"},
        {"path/extra", "1"},
        {"judges/0/extra", "1"},
    };
    const char *last;
    cJSON *row, *at;
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        row = good_row();
        at = walk(row, bad[i].path, &last);
        cJSON_DeleteItemFromObjectCaseSensitive(at, last);
        cJSON_AddItemToObject(at, last, cJSON_Parse(bad[i].value));
        if (valid(schema, row))
            fail_msg("%s as %s passes", bad[i].path, bad[i].value);
        cJSON_Delete(row);
    }
}

/* Without any one member that is required, on every level. */
static void check_required(const cJSON *rule, cJSON *row, cJSON *object)
{
    const cJSON *name;
    cJSON *taken;

    cJSON_ArrayForEach(name, json_array(rule, "required"))
    {
        taken =
            cJSON_DetachItemFromObjectCaseSensitive(object, name->valuestring);
        assert_non_null(taken);
        if (valid(schema, row))
            fail_msg("passes without \"%s\"", name->valuestring);
        cJSON_AddItemToObject(object, name->valuestring, taken);
    }
}

static void test_required(void **state)
{
    const cJSON *rules = json_object(schema, "properties"), *rule;
    cJSON *row = good_row(), *v;

    (void)state;
    check_required(schema, row, row);
    cJSON_ArrayForEach(rule, rules)
    {
        v = cJSON_GetObjectItemCaseSensitive(row, rule->string);
        if (cJSON_IsObject(v))
            check_required(rule, row, v);
        else if (cJSON_IsArray(v))
            check_required(json_object(rule, "items"), row, v->child);
    }
    assert_true(valid(schema, row));
    cJSON_Delete(row);
}

/* Each property has a line in the page: "| `name`" or "`, `name`". */
static void check_documented(const cJSON *rule, const char *page)
{
    const cJSON *p;
    char first[64], later[64];

    cJSON_ArrayForEach(p, json_object(rule, "properties"))
    {
        snprintf(first, sizeof(first), "\n| `%s`", p->string);
        snprintf(later, sizeof(later), "`, `%s` |", p->string);
        if (strstr(page, first) == NULL && strstr(page, later) == NULL)
            fail_msg("record.md does not explain \"%s\"", p->string);
        check_documented(p, page);
        check_documented(json_object(p, "items"), page);
    }
}

static void test_page(void **state)
{
    char *page = read_source("src/dataset/record.md");

    (void)state;
    check_documented(schema, page);
    free(page);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good_row),
        cmocka_unit_test(test_bad_rows),
        cmocka_unit_test(test_required),
        cmocka_unit_test(test_page),
    };

    return cmocka_run_group_tests_name("dataset record", tests, load_schema,
                                       drop_schema);
}
