/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One reader for all vendors instead of one a dialect: gateways put one
 * vendor's errors behind another's API, so the shape says more than the
 * dialect.  What it means is retry.c's business; only the content filter is
 * told here, because it needs members that nothing else does.
 */
#include "net/fault.h"
#include "net/hints.h"
#include "base/json.h"
#include "base/str.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#define QUOTE_BYTES 160

/* Copies printable text, cut at a character. */
static void put(char *out, size_t size, const char *text)
{
    struct str s;
    size_t n;

    str_init(&s, 1 << 20);
    text_printable(text, &s);
    n = text_cut(s.s, s.len, size - 1);
    memcpy(out, s.s, n);
    out[n] = '\0';
    str_release(&s);
}

void fault_quote(const char *bytes, size_t len, char *out, size_t size)
{
    struct str raw, line;
    size_t n = len < QUOTE_BYTES ? len : QUOTE_BYTES;

    str_init(&raw, 8 * QUOTE_BYTES);
    str_init(&line, 8 * QUOTE_BYTES);
    /* A cut inside a character would end in a replacement sign. */
    while (n < len && n > QUOTE_BYTES - 4 &&
           ((unsigned char)bytes[n] & 0xC0) == 0x80)
        n--;
    text_repair(bytes, n, &raw);
    text_squeeze(raw.s, raw.len, &line);
    put(out, size, line.s);
    str_release(&raw);
    str_release(&line);
}

/* Blocks that are named by code, or only by what the message says. */
static const char *const filter_codes[] = {
    "content_filter",         "content_policy_violation",
    "invalid_prompt",         "ResponsibleAIPolicyViolation",
    "data_inspection_failed", "moderation_blocked",
};

static const char *const filter_messages[] = {
    "content filtering policy",   /* Anthropic, 400 */
    "content management policy",  /* Azure, 400 */
    "Content Exists Risk",        /* DeepSeek, 400 */
    "your input was flagged",     /* OpenRouter, 403 */
    "violating our usage policy", /* OpenAI, 400 */
    "blocked due to safety",      /* Gemini */
};

static bool among(const char *text, const char *const *list, size_t n)
{
    size_t i;

    for (i = 0; text != NULL && i < n; i++)
        if (strcasecmp(text, list[i]) == 0)
            return true;
    return false;
}

static bool is_filtered(const cJSON *error, const struct fault *f)
{
    const cJSON *inner = json_object(error, "innererror");
    const cJSON *meta = json_object(error, "metadata");
    size_t n = sizeof(filter_codes) / sizeof(*filter_codes), i;

    if (among(f->code, filter_codes, n) || among(f->type, filter_codes, n) ||
        among(json_string(inner, "code"), filter_codes, n))
        return true;
    if (json_string(meta, "flagged_input") != NULL)
        return true;
    for (i = 0; i < sizeof(filter_messages) / sizeof(*filter_messages); i++)
        if (strcasestr(f->message, filter_messages[i]) != NULL)
            return true;
    return false;
}

/* error.details[] of Google: {"@type": ".../google.rpc.RetryInfo", ...}. */
static void read_retry_info(const cJSON *error, struct fault *f)
{
    const cJSON *item;
    const char *delay;

    cJSON_ArrayForEach(item, json_array(error, "details"))
    {
        delay = json_string(item, "retryDelay");
        if (delay != NULL)
            f->retry_after = hints_duration(delay);
    }
}

static void read_error_object(const cJSON *error, struct fault *f)
{
    const cJSON *code = cJSON_GetObjectItemCaseSensitive(error, "code");
    const char *text;

    if (cJSON_IsString(code))
        put(f->code, sizeof(f->code), code->valuestring);
    else if (cJSON_IsNumber(code))
        snprintf(f->code, sizeof(f->code), "%.0f", code->valuedouble);
    if ((text = json_string(error, "type")) != NULL ||
        (text = json_string(error, "status")) != NULL)
        put(f->type, sizeof(f->type), text);
    if ((text = json_string(error, "param")) != NULL)
        put(f->param, sizeof(f->param), text);
    if ((text = json_string(error, "message")) != NULL)
        put(f->message, sizeof(f->message), text);
    read_retry_info(error, f);
    f->filtered = is_filtered(error, f);
}

/* FastAPI: [{"loc": ["body", "seed"], "msg": "Extra inputs are ..."}]. */
static void read_detail(const cJSON *detail, struct fault *f)
{
    const cJSON *first = cJSON_GetArrayItem(detail, 0);
    const cJSON *loc = json_array(first, "loc"), *part;
    const char *msg = json_string(first, "msg");

    cJSON_ArrayForEach(part, loc)
    {
        if (cJSON_IsString(part) && strcmp(part->valuestring, "body") != 0 &&
            f->param[0] == '\0')
            put(f->param, sizeof(f->param), part->valuestring);
    }
    if (msg != NULL)
        put(f->message, sizeof(f->message), msg);
}

static bool read_tree(const cJSON *root, struct fault *f)
{
    const cJSON *top = cJSON_IsArray(root) ? root->child : root;
    const cJSON *error = cJSON_GetObjectItemCaseSensitive(top, "error");
    const cJSON *detail = cJSON_GetObjectItemCaseSensitive(top, "detail");

    if (cJSON_IsObject(error))
        read_error_object(error, f);
    else if (cJSON_IsString(error))
        put(f->message, sizeof(f->message), error->valuestring);
    else if (cJSON_IsString(detail))
        put(f->message, sizeof(f->message), detail->valuestring);
    else if (cJSON_IsArray(detail))
        read_detail(detail, f);
    else if (cJSON_IsObject(detail)) /* Mistral wraps the array once more */
        read_detail(json_array(detail, "detail"), f);
    else if (json_string(top, "message") != NULL)
        read_error_object(top, f);
    if (error != NULL && f->type[0] == '\0' && json_string(top, "type"))
        put(f->type, sizeof(f->type), json_string(top, "type"));
    return f->message[0] != '\0' || f->code[0] != '\0' || f->type[0] != '\0';
}

static bool looks_html(const char *bytes, size_t len)
{
    size_t i = 0;

    while (i < len && strchr(" \t\r\n\xEF\xBB\xBF", bytes[i]) != NULL &&
           bytes[i] != '\0')
        i++;
    return i < len && bytes[i] == '<';
}

void fault_parse(const char *bytes, size_t len, struct fault *f)
{
    cJSON *root;

    memset(f, 0, sizeof(*f));
    f->retry_after = -1;
    f->html = looks_html(bytes, len);
    root = json_parse(bytes, len, NULL);
    if (root != NULL)
        f->json = read_tree(root, f);
    cJSON_Delete(root);
    if (f->message[0] == '\0')
        fault_quote(bytes, len, f->message, sizeof(f->message));
}

bool fault_in_answer(const char *bytes, size_t len)
{
    cJSON *root = json_parse(bytes, len, NULL);
    const cJSON *top = cJSON_IsArray(root) ? root->child : root;
    const cJSON *error = cJSON_GetObjectItemCaseSensitive(top, "error");
    bool found = cJSON_IsObject(error) || cJSON_IsString(error);

    cJSON_Delete(root);
    return found;
}

char *fault_generation(const char *bytes, size_t len)
{
    cJSON *root = json_parse(bytes, len, NULL);
    const cJSON *error = json_object(root, "error");
    const char *code = json_string(error, "code");
    const char *text = json_string(error, "failed_generation");
    char *copy = NULL;

    if (code != NULL && text != NULL && *text != '\0' &&
        strcmp(code, "json_validate_failed") == 0)
        copy = strdup(text);
    cJSON_Delete(root);
    return copy;
}
