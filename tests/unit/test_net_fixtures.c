/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * net/: every exchange under tests/fixtures/net/DIALECT/, one file each.
 * Encoding its call must give exactly its request, and decoding its reply
 * exactly the fields that it wants, no more; or the reply is an error that is
 * judged as it says, together with its headers.  tests/fixtures/net/README.md
 * has the format and says where each file is from: recorded from a real
 * server, or written after a document.
 */
#include "base/file.h"
#include "base/json.h"
#include "net/dialect.h"
#include "net/retry.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define TEXT_MAX (4u << 20)

static const char *current; /* the file, for messages */

static cJSON *load(const char *path)
{
    struct err err = {""};
    struct str text;
    cJSON *o;

    str_init(&text, TEXT_MAX);
    if (file_read(path, &text, &err) != 0)
        fail_msg("%s", err.text);
    o = cJSON_ParseWithLength(text.s, text.len);
    str_release(&text);
    if (o == NULL)
        fail_msg("%s is no JSON", path);
    return o;
}

/* --- the call --- */

static enum role role_of(const char *name)
{
    if (strcmp(name, "system") == 0)
        return ROLE_SYSTEM;
    return strcmp(name, "assistant") == 0 ? ROLE_ASSISTANT : ROLE_USER;
}

static void make_call(const cJSON *f, const struct model *m, struct call *c,
                      struct str *schema)
{
    const cJSON *in = json_object(f, "call"), *turn;

    call_init(c, AGENT_TARGET, m);
    c->temperature = json_number(in, "temperature", -1);
    c->max_tokens = (uint32_t)json_number(in, "max_tokens", 0);
    c->seed = (uint64_t)json_number(in, "seed", 0);
    c->top_logprobs = (uint32_t)json_number(in, "top_logprobs", 0);
    c->schema_name = json_string(in, "schema_name");
    if (json_object(in, "schema") != NULL) {
        json_print(json_object(in, "schema"), schema);
        c->schema = schema->s;
    }
    cJSON_ArrayForEach(turn, json_array(in, "messages"))
    {
        assert_int_equal(call_add(c, role_of(json_string(turn, "role")),
                                  json_string(turn, "content"), NULL),
                         0);
    }
}

static unsigned bit_of(const char *name)
{
    unsigned bit;

    for (bit = 1; bit <= LACKS_LOGPROBS_FLAG; bit <<= 1)
        if (strcmp(dialect_lack_name(bit), name) == 0)
            return bit;
    fail_msg("%s: there is no \"%s\"", current, name);
    return 0;
}

static unsigned lacks_of(const cJSON *f)
{
    const cJSON *word;
    unsigned lacks = 0;

    cJSON_ArrayForEach(word, json_array(f, "lacks"))
    {
        lacks |= bit_of(word->valuestring);
    }
    return lacks;
}

static void check_request(const cJSON *f, const struct dialect_ops *d,
                          const struct call *c)
{
    const cJSON *want = json_object(f, "request");
    struct str body, shown;
    cJSON *got;

    if (want == NULL)
        return;
    str_init(&body, TEXT_MAX);
    d->encode(c, lacks_of(f), &body);
    got = json_parse(body.s, body.len, NULL);
    str_init(&shown, TEXT_MAX);
    json_print(want, &shown);
    if (got == NULL || !cJSON_Compare(got, want, true))
        fail_msg("%s: encodes as\n%s\nnot as\n%s", current, body.s, shown.s);
    cJSON_Delete(got);
    str_release(&body);
    str_release(&shown);
}

/* --- the reply --- */

/* "reply" is JSON; "raw" text; "hex" bytes; "repeat" [text, times]. */
static void reply_bytes(const cJSON *f, struct str *out)
{
    const cJSON *reply = cJSON_GetObjectItemCaseSensitive(f, "reply");
    const cJSON *repeat = json_array(f, "repeat");
    const char *raw = json_string(f, "raw"), *hex = json_string(f, "hex");
    int i;

    if (reply != NULL)
        json_print(reply, out);
    if (raw != NULL)
        str_adds(out, raw);
    for (; hex != NULL && *hex != '\0'; hex += 2) {
        char byte[3] = {hex[0], hex[1], '\0'};

        str_addc(out, (char)strtol(byte, NULL, 16));
    }
    for (i = 0; repeat != NULL && i < repeat->child->next->valueint; i++)
        str_adds(out, repeat->child->valuestring);
}

static void same_text(const cJSON *want, const char *name, const char *got)
{
    const char *text = json_string(want, name);

    if ((text == NULL) != (got == NULL) ||
        (text != NULL && strcmp(text, got) != 0))
        fail_msg("%s: %s is \"%s\", not \"%s\"", current, name,
                 got != NULL ? got : "(none)", text != NULL ? text : "(none)");
}

static void same_number(const cJSON *want, const char *name, uint32_t got)
{
    if (json_number(want, name, 0) != got)
        fail_msg("%s: %s is %u, not %g", current, name, got,
                 json_number(want, name, 0));
}

static void same_tree(const cJSON *want, const char *name, const char *got)
{
    const cJSON *tree = cJSON_GetObjectItemCaseSensitive(want, name);
    cJSON *parsed = got != NULL ? json_parse(got, strlen(got), NULL) : NULL;

    if ((tree == NULL) != (got == NULL) ||
        (tree != NULL && !cJSON_Compare(tree, parsed, true)))
        fail_msg("%s: %s is %s", current, name, got != NULL ? got : "(none)");
    cJSON_Delete(parsed);
}

static void check_answer(const cJSON *want, const struct reply *r)
{
    assert_int_equal(r->status, REPLY_OK);
    same_text(want, "finish", finish_name(r->finish));
    if (cJSON_GetObjectItemCaseSensitive(want, "text_json") != NULL)
        same_tree(want, "text_json", r->text);
    else
        same_text(want, "text", r->text);
    same_text(want, "reasoning", r->reasoning);
    same_text(want, "refusal", r->refusal);
    same_text(want, "model", r->model);
    same_tree(want, "logprobs", r->logprobs);
    same_number(want, "tokens_in", r->tokens_in);
    same_number(want, "tokens_out", r->tokens_out);
    same_number(want, "tokens_reasoning", r->tokens_reasoning);
}

static void check_success(const cJSON *f, const struct dialect_ops *d,
                          const struct str *bytes)
{
    const char *error = json_string(f, "error");
    struct err err = {""};
    struct reply r;
    int rc;

    reply_init(&r);
    rc = dialect_decode(d, bytes->s, bytes->len, &r, &err);
    if (error == NULL && rc != 0)
        fail_msg("%s: %s", current, err.text);
    if (error != NULL && (rc == 0 || strstr(err.text, error) == NULL))
        fail_msg("%s: \"%s\" does not say \"%s\"", current, err.text, error);
    if (error == NULL)
        check_answer(json_object(f, "want"), &r);
    reply_release(&r);
}

static const char *verdict_name(enum retry_verdict v)
{
    static const char *const names[] = {
        [RETRY_AGAIN] = "again",       [RETRY_SLOWER] = "slower",
        [RETRY_NEVER] = "never",       [RETRY_STOP] = "stop",
        [RETRY_FILTERED] = "filtered",
    };

    return names[v];
}

static void read_headers(const cJSON *f, struct hints *h)
{
    const cJSON *header;
    char line[1024];

    hints_init(h);
    cJSON_ArrayForEach(header, json_object(f, "headers"))
    {
        snprintf(line, sizeof(line), "%s: %s\r\n", header->string,
                 header->valuestring);
        hints_line(h, line, strlen(line), 0);
    }
}

static void check_failure(const cJSON *f, int status, const struct call *c,
                          const struct str *bytes)
{
    char *generation = fault_generation(bytes->s, bytes->len);
    const char *says = json_string(f, "says");
    struct hints hints;
    struct fault fault;
    unsigned bit;

    read_headers(f, &hints);
    fault_parse(bytes->s, bytes->len, &fault);
    same_text(f, "verdict",
              verdict_name(retry_judge(status, &hints, &fault, false)));
    if (says != NULL && strstr(fault.message, says) == NULL)
        fail_msg("%s: the message is \"%s\"", current, fault.message);
    bit = dialect_complaint(c, lacks_of(f), &fault);
    same_text(f, "complaint", bit != 0 ? dialect_lack_name(bit) : NULL);
    same_text(f, "generation", generation);
    free(generation);
}

static void check_file(enum dialect dialect, const char *path)
{
    cJSON *f = load(path);
    const struct dialect_ops *d = dialect_of(dialect);
    struct model m = {.kind = MODEL_HTTP, .dialect = dialect};
    int status = (int)json_number(f, "status", 200);
    struct str schema, bytes;
    struct call c;

    m.name = (char *)json_string(json_object(f, "call"), "model");
    if (m.name == NULL)
        m.name = (char *)"model";
    str_init(&schema, TEXT_MAX);
    str_init(&bytes, TEXT_MAX);
    make_call(f, &m, &c, &schema);
    check_request(f, d, &c);
    reply_bytes(f, &bytes);
    if (status < 300)
        check_success(f, d, &bytes);
    else
        check_failure(f, status, &c, &bytes);
    call_release(&c);
    str_release(&schema);
    str_release(&bytes);
    cJSON_Delete(f);
}

/* --- the folders --- */

static char *fixture_path(const char *dialect, const char *name)
{
    const char *src = getenv("PHGEN_SRC");
    char dir[4096];

    snprintf(dir, sizeof(dir), "%s/tests/fixtures/net%s%s",
             src != NULL ? src : ".", *dialect != '\0' ? "/" : "", dialect);
    return file_join(dir, name);
}

/* Its row in README.md says "recorded" when it was, and only then; and the
 * server that it was recorded from stands there with its version. */
static void check_listed(const char *dialect, const char *name,
                         const char *path)
{
    char *readme = fixture_path("", "README.md"), entry[300];
    cJSON *f = load(path);
    const cJSON *made = json_object(f, "recorded");
    bool recorded;
    struct str text;
    const char *row;

    str_init(&text, TEXT_MAX);
    assert_int_equal(file_read(readme, &text, NULL), 0);
    snprintf(entry, sizeof(entry), "| `%s/%s` | ", dialect, name);
    row = strstr(text.s, entry);
    if (row == NULL)
        fail_msg("README.md does not say where %s/%s is from", dialect, name);
    recorded = strncmp(row + strlen(entry), "recorded:", 9) == 0;
    if (recorded != (made != NULL))
        fail_msg("README.md and %s/%s do not agree whether it is recorded",
                 dialect, name);
    if (recorded) {
        assert_non_null(json_string(f, "raw"));
        snprintf(entry, sizeof(entry), "| %s | %s |", json_string(made, "at"),
                 json_string(made, "version"));
        if (strstr(text.s, entry) == NULL)
            fail_msg("README.md has no row \"%s\" for %s/%s", entry, dialect,
                     name);
    }
    cJSON_Delete(f);
    str_release(&text);
    free(readme);
}

static void test_dialect(void **state)
{
    enum dialect d = *(const enum dialect *)*state;
    const char *name = dialect_of(d)->name;
    char *dir = fixture_path(name, ".");
    DIR *list = opendir(dir);
    struct dirent *e;
    int n = 0;

    free(dir);
    assert_non_null(list);
    while ((e = readdir(list)) != NULL) {
        char *path;

        if (e->d_name[0] == '.')
            continue;
        path = fixture_path(name, e->d_name);
        current = e->d_name;
        check_listed(name, e->d_name, path);
        check_file(d, path);
        free(path);
        n++;
    }
    closedir(list);
    assert_true(n >= 3);
}

#define ROW(d)                                                                 \
    {                                                                          \
#d, test_dialect, NULL, NULL, (void *)&(const enum dialect)            \
        {                                                                      \
            d                                                                  \
        }                                                                      \
    }

int main(void)
{
    const struct CMUnitTest tests[] = {
        ROW(DIALECT_OPENAI),     ROW(DIALECT_AZURE),
        ROW(DIALECT_ANTHROPIC),  ROW(DIALECT_OLLAMA),
        ROW(DIALECT_COMPLETION), ROW(DIALECT_EMBEDDING),
        ROW(DIALECT_MODERATION),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
