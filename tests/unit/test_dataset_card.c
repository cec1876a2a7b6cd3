/* SPDX-License-Identifier: GPL-3.0-or-later */
/* dataset/: the card's front matter, honesty and escaping. */
#include "base/json.h"
#include "base/text.h"
#include "base/yaml.h"
#include "dataset/card.h"
#include "dataset/markdown.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static const char full[] =
    "{\"phgen\":\"0.1.0\",\"run\":\"r1\",\"created\":\"2025-01-02T03:04:05Z\","
    "\"license\":\"cc-by-4.0\","
    "\"config\":{\"seed\":1,\"n\":10000,\"threshold\":0.7,\"against\":[],"
    "\"price\":{\"a\":1}},\"complete\":false,"
    "\"models\":{\"generator\":\"builtin:generator\","
    "\"judges\":[\"builtin:a\",\"builtin:b\"],\"targets\":[\"%s\"],"
    "\"witness\":\"builtin:w\"},"
    "\"hashes\":{\"graph\":\"00ff\",\"templates\":{\"judge.md\":\"11ee\"}},"
    "\"counts\":{\"candidates\":12345,\"accepted\":10000,\"harmless\":9000,"
    "\"controversial\":1000,\"rejected\":2345,"
    "\"by_category\":{\"self-harm\":{\"harmless\":2000,\"controversial\":7}},"
    "\"dropped_by_reason\":{\"near duplicate\":45},\"rounds\":{\"1\":9999}},"
    "\"calls\":{\"judge\":{\"calls\":36000,\"tokens_in\":1234567}},"
    "\"diversity\":{\"dist2\":0.7123,\"self_bleu4\":0.2046,\"sample\":1000},"
    "\"seconds\":12.34}";

/* The card as a heap string. */
static char *card_of(const cJSON *manifest)
{
    char *text = NULL;
    size_t len = 0;
    FILE *f = open_memstream(&text, &len);

    assert_non_null(f);
    card_write(manifest, f);
    fclose(f);
    assert_true(text_valid(text, len));
    return text;
}

static char *card_with_target(const char *target)
{
    char json[4096];
    cJSON *manifest;
    char *card;

    snprintf(json, sizeof(json), full, target);
    manifest = json_parse(json, strlen(json), NULL);
    assert_non_null(manifest);
    card = card_of(manifest);
    cJSON_Delete(manifest);
    return card;
}

static struct yaml *front_matter(const char *card)
{
    const char *end = strstr(card + 4, "\n---\n");
    struct err err = {""};
    struct yaml *y;

    assert_memory_equal(card, "---\n", 4);
    assert_non_null(end);
    y = yaml_parse_text("card", card + 4, (size_t)(end - card - 3), &err);
    assert_string_equal(err.text, "");
    return y;
}

static const char *get(const struct yaml *y, const char *key)
{
    return yaml_text(y, yaml_get(y, yaml_root(y), key));
}

static const char *first(const struct yaml *y, const char *key)
{
    return yaml_text(y, yaml_at(y, yaml_get(y, yaml_root(y), key), 0));
}

static void test_front_matter(void **state)
{
    char *card = card_with_target("openai:gpt-x");
    struct yaml *y = front_matter(card);
    yaml_node config = yaml_at(y, yaml_get(y, yaml_root(y), "configs"), 0);
    yaml_node file = yaml_at(y, yaml_get(y, config, "data_files"), 0);

    (void)state;
    assert_string_equal(get(y, "license"), "cc-by-4.0");
    assert_string_equal(first(y, "language"), "en");
    assert_string_equal(first(y, "task_categories"), "text-generation");
    assert_string_equal(first(y, "size_categories"), "10K<n<100K");
    assert_string_equal(yaml_text(y, yaml_get(y, file, "path")),
                        "dataset.jsonl");
    assert_int_equal(yaml_size(y, yaml_get(y, yaml_root(y), "tags")), 7);
    yaml_close(y);
    free(card);
}

static void test_sections(void **state)
{
    static const char *const want[] = {
        "**10,000** rows",
        "not finished",
        "| `1` | 9,999 |",
        "| `price` | `{\"a\":1}` |",
        "| Candidates begun | 12,345 |",
        "| `near duplicate` | 45 |",
        "| `self-harm` | 2,000 | 7 |",
        "| Agent | Calls | Tokens in |\n|---|---:|---:|\n",
        "| `judge` | 36,000 | 1,234,567 |",
        "| `threshold` | 0.7 |",
        "| `against` | none |",
        "| Judges | `builtin:a`, `builtin:b` |",
        "Dist-2: 0.712",
        "Self-BLEU-4: 0.205",
        "`00ff`",
        "| `judge.md` | `11ee` |",
        "12.3 seconds",
        "load_dataset(",
        "| `controversial` |",
    };
    char *card = card_with_target("openai:gpt-x");
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(want) / sizeof(*want); i++)
        if (strstr(card, want[i]) == NULL)
            fail_msg("the card has no: %s", want[i]);
    free(card);
}

static void test_honesty(void **state)
{
    const char *json = "{\"models\":{\"targets\":[\"openai:x\"]}}";
    cJSON *real = json_parse(json, strlen(json), NULL);
    char *card = card_with_target("builtin:cautious");

    (void)state;
    assert_non_null(strstr(card, "**No language model took part.**"));
    free(card);
    card = card_with_target("http://127.0.0.1:8080/v1#builtin:cautious");
    assert_non_null(strstr(card, "**No language model took part.**"));
    free(card);
    card = card_with_target("openai:gpt-x");
    assert_non_null(strstr(card, "**Some of the agents are simulators.**"));
    free(card);
    card = card_of(real);
    assert_null(strstr(card, "simulators"));
    assert_null(strstr(card, "simulated"));
    free(card);
    cJSON_Delete(real);
}

/* Without an audit the card says so; with one, how the rows were chosen. */
static void test_audit(void **state)
{
    static const char audited[] =
        "{\"counts\":{\"accepted\":1000,\"withheld\":2},\"audit\":{"
        "\"annotators\":2,\"names\":[\"a`|\\n# b\",\"c\"],\"from\":"
        "\"2025-01-30T23:00:00Z\",\"to\":\"2025-02-01T00:00:00Z\",\"rows\":7,"
        "\"labels\":{\"harmful\":2},\"agreement\":{\"alpha\":null,\"pairs\":"
        "[{\"first\":1,\"second\":2,\"rows\":7,\"agree\":0.5,\"kappa\":"
        "null}]}%s}}";
    static const char drawn[] =
        ",\"sample\":{\"drawn\":200,\"of\":900,\"by\":\"domain\",\"least\":2,"
        "\"seed\":1,\"blind\":false,\"rated\":190,\"unsure\":10},\"harm\":{"
        "\"all\":{\"rows\":900,\"rated\":190,\"harmful\":2,\"rate\":0.0105,"
        "\"low\":0.0029,\"high\":0.0375,\"upper\":0.0302,\"covered\":0.9}}";
    static const char *const want[] = {
        "**2 people** rated 7 rows, `2025-01-30` to `2025-02-01`",
        "`a'\\| # b`",
        "200 rows were drawn at random from 900",
        "**not** blind",
        "| all | 190 | 2 | 1.1 % | 0.3 to 3.8 % | 3.0 % |",
        "Strata with 10.0 % of the rows have no rated row",
        "**The run got more rows later**",
        "50.0 % of 7 rows, Cohen's kappa not defined",
        "This set has **998** rows",
    };
    char json[2000], *card = card_with_target("x");
    cJSON *manifest;
    size_t i;

    (void)state;
    assert_non_null(strstr(card, "**Not audited.**"));
    free(card);
    snprintf(json, sizeof(json), audited, drawn);
    manifest = json_parse(json, strlen(json), NULL);
    card = card_of(manifest);
    for (i = 0; i < sizeof(want) / sizeof(*want); i++)
        if (strstr(card, want[i]) == NULL)
            fail_msg("the card has no: %s", want[i]);
    assert_null(strstr(card, "Not audited"));
    free(card);
    cJSON_Delete(manifest);
    snprintf(json, sizeof(json), audited, "");
    manifest = json_parse(json, strlen(json), NULL);
    card = card_of(manifest);
    assert_non_null(strstr(card, "These rows were chosen, not drawn"));
    assert_null(strstr(card, "Residual harm"));
    free(card);
    cJSON_Delete(manifest);
}

static void test_tolerance(void **state)
{
    static const char *const odd[] = {
        "{}",
        "null",
        "[]",
        "{\"counts\":7,\"models\":[],\"config\":\"x\",\"hashes\":null,"
        "\"calls\":[1],\"diversity\":{},\"license\":7,\"seconds\":\"x\"}",
        "{\"counts\":{\"accepted\":1e300,\"by_category\":{\"x\":7},"
        "\"dropped_by_reason\":{\"x\":{\"y\":1}}},\"config\":{\"\":[[],{}]},"
        "\"models\":{\"judges\":[1,null,[\"builtin:x\"]]}}",
        "{\"audit\":{\"annotators\":1,\"sample\":{},\"harm\":{\"all\":{}},"
        "\"agreement\":{\"pairs\":[1,{}],\"with_label\":{}},\"from\":7,"
        "\"names\":[{}]}}",
        "{\"audit\":7}",
    };
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(odd) / sizeof(*odd); i++) {
        cJSON *manifest = json_parse(odd[i], strlen(odd[i]), NULL);
        char *card = card_of(manifest);
        struct yaml *y = front_matter(card);

        assert_string_equal(get(y, "license"), "other");
        assert_non_null(strstr(card, "## Known limits"));
        yaml_close(y);
        free(card);
        cJSON_Delete(manifest);
    }
}

static const char hostile[] =
    "a`b|c\n# Heading\n---\n<script>x</script>[l](http://e) \"q\" \\ \x1b[31m"
    "\xE2\x80\xA8"
    "evil: yes\xE2\x80\xAE";

/* Backticks on a line come in pairs, so no code span is left open. */
static void check_lines(const char *card)
{
    const char *p, *end;
    size_t ticks;

    for (p = card; *p != '\0'; p = end + (*end != '\0')) {
        end = p + strcspn(p, "\n");
        for (ticks = 0; p < end; p++)
            ticks += *p == '`';
        assert_true(ticks % 2 == 0 || ticks == 3); /* 3: a fence */
        p = end;
    }
}

static void test_escaping(void **state)
{
    cJSON *manifest = cJSON_CreateObject(), *o;
    struct yaml *y;
    char *card, *fence;

    (void)state;
    cJSON_AddStringToObject(manifest, "run", hostile);
    cJSON_AddStringToObject(manifest, "phgen", hostile);
    cJSON_AddStringToObject(manifest, "created", hostile);
    cJSON_AddStringToObject(manifest, "license", "mit\nevil: yes");
    o = cJSON_AddObjectToObject(manifest, "models");
    cJSON_AddStringToObject(o, "generator", hostile);
    o = cJSON_AddObjectToObject(manifest, "config");
    cJSON_AddStringToObject(o, hostile, hostile);
    o = cJSON_AddObjectToObject(manifest, "counts");
    cJSON_AddNumberToObject(o, "accepted", 5);
    cJSON_AddNumberToObject(cJSON_AddObjectToObject(o, "dropped_by_reason"),
                            hostile, 1);
    card = card_of(manifest);
    y = front_matter(card);
    assert_string_equal(get(y, "license"), "other");
    assert_null(get(y, "evil"));
    assert_non_null(strstr(get(y, "pretty_name"), "<script>"));
    assert_null(strstr(card, "\n# Heading"));
    assert_null(strchr(card, 0x1b));
    assert_null(strstr(card, "\xE2\x80\xA8"));
    assert_null(strstr(card, "\xE2\x80\xAE"));
    fence = strstr(strstr(card, "### Models"), "| Generator | `a'b\\|c");
    assert_non_null(fence);
    check_lines(strstr(card, "# Pseudo"));
    yaml_close(y);
    free(card);
    cJSON_Delete(manifest);
}

static void test_long_text(void **state)
{
    char text[1000], *out = NULL;
    size_t len = 0, i;
    FILE *f = open_memstream(&out, &len);

    (void)state;
    for (i = 0; i + 1 < sizeof(text); i += 3)
        memcpy(text + i, "\xE2\x82\xAC", 3);
    text[sizeof(text) - 1] = '\0';
    markdown_code(text, f);
    fclose(f);
    assert_true(len <= MARKDOWN_TEXT_MAX + 5);
    assert_true(text_valid(out, len));
    free(out);
}

static void check_count(double n, const char *want)
{
    char *out = NULL;
    size_t len = 0;
    FILE *f = open_memstream(&out, &len);

    markdown_count(n, f);
    fclose(f);
    assert_string_equal(out, want);
    free(out);
}

static void test_count(void **state)
{
    (void)state;
    check_count(0, "0");
    check_count(999, "999");
    check_count(1000, "1,000");
    check_count(1234567, "1,234,567");
    check_count(-1234, "-1,234");
    check_count(-123, "-123");
}

static void check_size(double rows, const char *want)
{
    cJSON *manifest = cJSON_CreateObject();
    struct yaml *y;
    char *card;

    cJSON_AddNumberToObject(cJSON_AddObjectToObject(manifest, "counts"),
                            "accepted", rows);
    card = card_of(manifest);
    y = front_matter(card);
    assert_string_equal(first(y, "size_categories"), want);
    yaml_close(y);
    free(card);
    cJSON_Delete(manifest);
}

static void test_sizes(void **state)
{
    (void)state;
    check_size(0, "n<1K");
    check_size(999, "n<1K");
    check_size(1000, "1K<n<10K");
    check_size(1e6, "1M<n<10M");
    check_size(1e12, "n>1T");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_front_matter), cmocka_unit_test(test_sections),
        cmocka_unit_test(test_honesty),      cmocka_unit_test(test_audit),
        cmocka_unit_test(test_tolerance),    cmocka_unit_test(test_escaping),
        cmocka_unit_test(test_long_text),    cmocka_unit_test(test_count),
        cmocka_unit_test(test_sizes),
    };

    return cmocka_run_group_tests_name("dataset card", tests, NULL, NULL);
}
