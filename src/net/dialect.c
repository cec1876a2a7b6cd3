/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The table of dialects and what their encoders and decoders share.
 *
 * Requests are written straight into a buffer: a tree would be built only to
 * be printed.  Replies are parsed with base/json.h's bounds.  What a model
 * wrote can hold what JSON allows and C strings or UTF-8 do not (NULs, lone
 * surrogates); that is repaired before parsing, so that an odd answer stays
 * an answer.
 */
#include "net/dialect.h"
#include "base/text.h"

#include <assert.h>
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define COUNT(a) (sizeof(a) / sizeof(*(a)))

static const struct dialect_ops dialects[] = {
    [DIALECT_OPENAI] = {"openai", "/chat/completions", AUTH_BEARER, NULL,
                        openai_encode, openai_decode},
    [DIALECT_AZURE] = {"azure", "/openai/deployments/%s/chat/completions",
                       AUTH_API_KEY, NULL, azure_encode, azure_decode},
    [DIALECT_ANTHROPIC] = {"anthropic", "/messages", AUTH_X_API_KEY,
                           "anthropic-version: 2023-06-01", anthropic_encode,
                           anthropic_decode},
    [DIALECT_OLLAMA] = {"ollama", "/api/chat", AUTH_BEARER, NULL, ollama_encode,
                        ollama_decode},
    [DIALECT_COMPLETION] = {"completion", "/completions", AUTH_BEARER, NULL,
                            completion_encode, completion_decode},
    [DIALECT_EMBEDDING] = {"embedding", "/embeddings", AUTH_BEARER, NULL,
                           embedding_encode, embedding_decode},
    [DIALECT_MODERATION] = {"moderation", "/moderations", AUTH_BEARER, NULL,
                            moderation_encode, moderation_decode},
};

const struct dialect_ops *dialect_of(enum dialect d)
{
    assert((size_t)d < COUNT(dialects));
    return &dialects[d];
}

int dialect_find(const char *name, size_t len, enum dialect *out)
{
    size_t i;

    for (i = 0; i < COUNT(dialects); i++) {
        if (strlen(dialects[i].name) != len ||
            memcmp(dialects[i].name, name, len) != 0)
            continue;
        *out = (enum dialect)i;
        return 0;
    }
    return -1;
}

static size_t cut_slashes(const char *base, size_t n)
{
    while (n > 0 && base[n - 1] == '/')
        n--;
    return n;
}

static bool ends_in(const char *base, size_t n, const char *end)
{
    size_t m = strlen(end);

    return n >= m && memcmp(base + n - m, end, m) == 0;
}

/*
 * The length of a base URL without its query and slashes at its end.  Many
 * copy the whole address that is posted to, such as Azure's portal shows:
 * then the dialect's path is cut off, too.
 */
static size_t base_length(const struct dialect_ops *d, const char *base)
{
    size_t n = cut_slashes(base, strcspn(base, "?"));
    const char *hole = strstr(d->path, "%s"), *deployment;
    const char *tail = hole != NULL ? hole + 2 : d->path;

    if (ends_in(base, n, tail))
        n = cut_slashes(base, n - strlen(tail));
    deployment = hole != NULL
                     ? memmem(base, n, d->path, (size_t)(hole - d->path))
                     : NULL;
    return deployment != NULL ? (size_t)(deployment - base) : n;
}

bool dialect_is_azure_v1(const char *base)
{
    return ends_in(base, base_length(&dialects[DIALECT_AZURE], base),
                   "/openai/v1");
}

/* "https://h/v1", "https://h/x/v1beta" */
static bool has_version(const char *base, size_t n)
{
    const char *slash = memrchr(base, '/', n);

    return slash != NULL && slash[1] == 'v' && isdigit((unsigned char)slash[2]);
}

static void escape(const char *name, struct str *out)
{
    for (; *name != '\0'; name++) {
        unsigned char c = (unsigned char)*name;

        if (isalnum(c) || strchr("-._~", c) != NULL)
            str_addc(out, (char)c);
        else
            str_addf(out, "%%%02X", c);
    }
}

void dialect_url(const struct dialect_ops *d, const char *base,
                 const char *name, struct str *out)
{
    const char *query = strchr(base, '?'), *hole = strstr(d->path, "%s");

    size_t n = base_length(d, base);

    str_add(out, base, n);
    /* ANTHROPIC_BASE_URL has no /v1 for the vendor's own clients. */
    if (d == &dialects[DIALECT_ANTHROPIC] && !has_version(base, n))
        str_adds(out, "/v1");
    if (hole != NULL && dialect_is_azure_v1(base)) {
        str_adds(out, hole + 2);
    } else if (hole == NULL) {
        str_adds(out, d->path);
    } else {
        str_add(out, d->path, (size_t)(hole - d->path));
        escape(name, out);
        str_adds(out, hole + 2);
    }
    if (query != NULL)
        str_adds(out, query);
}

/* --- encoding --- */

void dialect_quote(const char *text, struct str *out)
{
    size_t len = strlen(text);
    struct str fixed;

    if (text_valid(text, len)) {
        json_quote(text, len, out);
        return;
    }
    str_init(&fixed, 3 * len + 1);
    text_repair(text, len, &fixed);
    json_quote(fixed.s, fixed.len, out);
    str_release(&fixed);
}

void dialect_number(const char *name, double value, struct str *out)
{
    if (value >= 0 && value < 1e15 && value == floor(value))
        dialect_count(name, (uint64_t)value, out);
    else
        str_addf(out, ",\"%s\":%.15g", name, value);
}

/* Each request has a few, and printf() is slow for them. */
void dialect_count(const char *name, uint64_t value, struct str *out)
{
    char digits[20];
    size_t at = sizeof(digits);

    do
        digits[--at] = (char)('0' + value % 10);
    while ((value /= 10) > 0);
    str_adds(out, ",\"");
    str_adds(out, name);
    str_adds(out, "\":");
    str_add(out, digits + at, sizeof(digits) - at);
}

bool dialect_system(const struct call *call, struct str *out)
{
    bool any = false;
    size_t i;

    for (i = 0; i < call->nmessages; i++) {
        if (call->messages[i].role != ROLE_SYSTEM)
            continue;
        if (any)
            str_adds(out, "\n\n");
        str_adds(out, call->messages[i].text);
        any = true;
    }
    return any;
}

static void schema_instructions(const struct call *call, struct str *text)
{
    str_adds(text, "\n\nAnswer with one JSON object and nothing else. It must "
                   "match this JSON Schema:\n");
    str_adds(text, call->schema);
}

/* The text of turn `i`, with what the server cannot be told otherwise. */
static void turn_text(const struct call *call, unsigned lacks, size_t i,
                      size_t first_user, size_t last_user, struct str *text)
{
    if (i == first_user && (lacks & LACKS_SYSTEM) && dialect_system(call, text))
        str_adds(text, "\n\n");
    str_adds(text, call->messages[i].text);
    if (i == last_user && call->schema != NULL && (lacks & LACKS_JSON_SCHEMA))
        schema_instructions(call, text);
}

void dialect_messages(const struct call *call, unsigned lacks, bool skip_system,
                      struct str *out)
{
    size_t i, first_user = SIZE_MAX, last_user = SIZE_MAX;
    bool any = false;
    struct str text;

    for (i = call->nmessages; i-- > 0;) {
        if (call->messages[i].role != ROLE_USER)
            continue;
        first_user = i;
        if (last_user == SIZE_MAX)
            last_user = i;
    }
    if (lacks & LACKS_SYSTEM)
        skip_system = true;
    str_init(&text, out->max);
    str_addc(out, '[');
    for (i = 0; i < call->nmessages; i++) {
        if (skip_system && call->messages[i].role == ROLE_SYSTEM)
            continue;
        str_clear(&text);
        turn_text(call, lacks, i, first_user, last_user, &text);
        str_adds(out, any ? ",{\"role\":\"" : "{\"role\":\"");
        str_adds(out, role_name(call->messages[i].role));
        str_adds(out, "\",\"content\":");
        dialect_quote(text.s, out);
        str_addc(out, '}');
        any = true;
    }
    str_addc(out, ']');
    if (str_failed(&text))
        out->bad = true;
    str_release(&text);
}

/* --- decoding --- */

enum finish dialect_finish(const char *word)
{
    static const struct {
        const char *word;
        enum finish finish;
    } words[] = {
        {"stop", FINISH_STOP},
        {"end_turn", FINISH_STOP},
        {"stop_sequence", FINISH_STOP},
        {"eos", FINISH_STOP},
        {"eos_token", FINISH_STOP},
        {"length", FINISH_LENGTH},
        {"max_tokens", FINISH_LENGTH},
        {"model_length", FINISH_LENGTH},
        {"model_context_window_exceeded", FINISH_LENGTH},
        {"tool_calls", FINISH_TOOL},
        {"tool_use", FINISH_TOOL},
        {"function_call", FINISH_TOOL},
        {"refusal", FINISH_REFUSAL},
        {"content_filter", FINISH_FILTER},
        {"safety", FINISH_FILTER}, /* from here on: Gemini */
        {"recitation", FINISH_FILTER},
        {"blocklist", FINISH_FILTER},
        {"prohibited_content", FINISH_FILTER},
        {"spii", FINISH_FILTER},
        {"language", FINISH_FILTER},
        {"model_armor", FINISH_FILTER},
        {"image_safety", FINISH_FILTER},
        {"image_prohibited_content", FINISH_FILTER},
        {"image_recitation", FINISH_FILTER},
        {"content_filtered", FINISH_FILTER}, /* Bedrock, through gateways */
        {"guardrail_intervened", FINISH_FILTER},
    };
    size_t i;

    if (word == NULL)
        return FINISH_UNKNOWN;
    /* Gemini's compatible endpoint is seen to say "content_filter: SAFETY" */
    if (strncasecmp(word, "content_filter", 14) == 0)
        return FINISH_FILTER;
    for (i = 0; i < COUNT(words); i++)
        if (strcasecmp(word, words[i].word) == 0)
            return words[i].finish;
    return FINISH_UNKNOWN;
}

int dialect_keep(char **field, const cJSON *o, const char *name,
                 struct err *err)
{
    const char *text = json_string(o, name);

    if (text == NULL || *text == '\0')
        return 0;
    free(*field);
    *field = strdup(text);
    return *field != NULL ? 0 : err_nomem(err);
}

uint32_t dialect_tokens(const cJSON *usage, const char *name)
{
    double n = json_number(usage, name, 0);

    return n > 0 && n < 1e9 ? (uint32_t)n : 0;
}

static int keep_logprobs(struct reply *r, const cJSON *content, struct err *err)
{
    if (!cJSON_IsArray(content) || content->child == NULL)
        return 0;
    free(r->logprobs);
    r->logprobs = cJSON_PrintUnformatted(content);
    return r->logprobs != NULL ? 0 : err_nomem(err);
}

static cJSON *old_entry(const char *token, double logprob)
{
    cJSON *e = cJSON_CreateObject();

    cJSON_AddStringToObject(e, "token", token);
    cJSON_AddNumberToObject(e, "logprob", logprob);
    return e;
}

/* Takes the item over, also when there is no memory for it. */
static void append(cJSON *list, cJSON *item)
{
    if (!cJSON_AddItemToArray(list, item))
        cJSON_Delete(item);
}

/* One position of the old form as one of the new; NULL when malformed. */
static cJSON *old_position(const cJSON *token, const cJSON *logprob,
                           const cJSON *top)
{
    cJSON *e, *list;
    const cJSON *t;

    if (!cJSON_IsString(token))
        return NULL;
    /* The first token of an echoed prompt has null. */
    e = old_entry(token->valuestring,
                  cJSON_IsNumber(logprob) ? logprob->valuedouble : -9999);
    list = cJSON_AddArrayToObject(e, "top_logprobs");
    if (cJSON_IsObject(top))
        cJSON_ArrayForEach(t, top)
        {
            if (cJSON_IsNumber(t))
                append(list, old_entry(t->string, t->valuedouble));
        }
    return e;
}

static const cJSON *first_of(const cJSON *object, const char *name)
{
    const cJSON *list = json_array(object, name);

    return list != NULL ? list->child : NULL;
}

/* {tokens, token_logprobs, top_logprobs: [{token: logprob}]} */
static int old_logprobs(struct reply *r, const cJSON *old, struct err *err)
{
    const cJSON *token, *logprob = first_of(old, "token_logprobs");
    const cJSON *top = first_of(old, "top_logprobs");
    cJSON *content = cJSON_CreateArray(), *e;
    int rc;

    if (content == NULL)
        return err_nomem(err);
    cJSON_ArrayForEach(token, json_array(old, "tokens"))
    {
        e = old_position(token, logprob, top);
        if (e != NULL)
            append(content, e);
        logprob = logprob != NULL ? logprob->next : NULL;
        top = top != NULL ? top->next : NULL;
    }
    rc = keep_logprobs(r, content, err);
    cJSON_Delete(content);
    return rc;
}

int dialect_logprobs(struct reply *r, const cJSON *logprobs, struct err *err)
{
    if (cJSON_IsArray(logprobs))
        return keep_logprobs(r, logprobs, err);
    if (json_array(logprobs, "content") != NULL)
        return keep_logprobs(r, json_array(logprobs, "content"), err);
    return old_logprobs(r, logprobs, err);
}

bool dialect_failed(const char *word)
{
    return word != NULL && (strcmp(word, "error") == 0 ||
                            strcmp(word, "insufficient_system_resource") == 0);
}

static int add_reasoning(struct reply *r, const char *text, size_t len,
                         struct err *err)
{
    size_t have = r->reasoning != NULL ? strlen(r->reasoning) : 0;
    char *grown;

    while (len > 0 && isspace((unsigned char)*text)) {
        text++;
        len--;
    }
    while (len > 0 && isspace((unsigned char)text[len - 1]))
        len--;
    if (len == 0)
        return 0;
    grown = realloc(r->reasoning, have + len + 2);
    if (grown == NULL)
        return err_nomem(err);
    r->reasoning = grown;
    if (have > 0)
        grown[have++] = '\n';
    memcpy(grown + have, text, len);
    grown[have + len] = '\0';
    return 0;
}

int dialect_reasoning(struct reply *r, const char *text, struct err *err)
{
    return text != NULL ? add_reasoning(r, text, strlen(text), err) : 0;
}

/* How models bracket their thoughts where the server leaves them in. */
static const struct tags {
    const char *open, *close;
} thoughts[] = {
    {"<think>", "</think>"}, /* DeepSeek R1, Qwen3 and most others */
    {"<thinking>", "</thinking>"},
    {"<thought>", "</thought>"},       /* Gemini, compatible endpoint */
    {"[THINK]", "[/THINK]"},           /* Magistral */
    {"<seed:think>", "</seed:think>"}, /* Seed-OSS */
    {"\u25c1think\u25b7", "\u25c1/think\u25b7"}, /* Kimi */
};

static const struct tags *opened_by(const char *text)
{
    size_t i;

    for (i = 0; i < COUNT(thoughts); i++)
        if (strncmp(text, thoughts[i].open, strlen(thoughts[i].open)) == 0)
            return &thoughts[i];
    return NULL;
}

/*
 * "<think>a</think>b", and "a</think>b" from templates that open the block
 * in the prompt.  A block that never ends was cut: all of it is reasoning.
 */
int dialect_answer(struct reply *r, const char *text, struct err *err)
{
    const char *start = text + strspn(text, " \t\r\n"), *end, *close;
    const struct tags *tags = opened_by(start);

    close = tags != NULL ? tags->close : thoughts[0].close;
    end = strstr(start, close);
    if (tags != NULL)
        start += strlen(tags->open);
    else if (end == NULL || r->reasoning != NULL)
        return reply_set_text(r, text, strlen(text), err);
    if (end == NULL) {
        if (dialect_reasoning(r, start, err) != 0)
            return -1;
        return reply_set_text(r, "", 0, err);
    }
    if (add_reasoning(r, start, (size_t)(end - start), err) != 0)
        return -1;
    text = end + strlen(close);
    text += strspn(text, " \t\r\n");
    return reply_set_text(r, text, strlen(text), err);
}

static int hex4(const char *p, size_t left)
{
    int v = 0, i;

    if (left < 4)
        return -1;
    for (i = 0; i < 4; i++) {
        const char *digits = "0123456789abcdef", *at;

        at = p[i] != '\0' ? strchr(digits, text_lower(p[i])) : NULL;
        if (at == NULL)
            return -1;
        v = 16 * v + (int)(at - digits);
    }
    return v;
}

/* Copies a JSON text; \u0000 and lone surrogates become \ufffd. */
static void repair_escapes(const char *p, size_t len, struct str *out)
{
    size_t i = 0, n;
    int v, low;

    while (i < len) {
        if (p[i] != '\\' || len - i < 2) {
            const char *next = memchr(p + i + 1, '\\', len - i - 1);

            n = next != NULL ? (size_t)(next - (p + i)) : len - i;
            str_add(out, p + i, n);
            i += n;
            continue;
        }
        v = p[i + 1] == 'u' ? hex4(p + i + 2, len - i - 2) : -1;
        n = v >= 0 ? 6 : 2;
        if (v >= 0xD800 && v < 0xDC00 && len - i >= 12 && p[i + 6] == '\\' &&
            p[i + 7] == 'u') {
            low = hex4(p + i + 8, len - i - 8);
            if (low >= 0xDC00 && low < 0xE000) {
                n = 12;
                v = 0x10000;
            }
        }
        if (v == 0 || (v >= 0xD800 && v < 0xE000))
            str_adds(out, "\\ufffd");
        else
            str_add(out, p + i, n);
        i += n;
    }
}

static cJSON *parse_repaired(const char *bytes, size_t len, struct err *err)
{
    struct str valid, fixed;
    cJSON *root = NULL;

    str_init(&valid, 3 * len + 1);
    str_init(&fixed, 3 * len + 1);
    text_repair(bytes, len, &valid);
    repair_escapes(valid.s, valid.len, &fixed);
    if (str_failed(&valid) || str_failed(&fixed))
        err_nomem(err);
    else
        root = json_parse(fixed.s, fixed.len, err);
    str_release(&valid);
    str_release(&fixed);
    return root;
}

/* Server-sent events, which begin with a field's name or a comment. */
static bool is_stream(const char *bytes, size_t len)
{
    return (len > 5 && memcmp(bytes, "data:", 5) == 0) ||
           (len > 6 && memcmp(bytes, "event:", 6) == 0) ||
           (len > 2 && memcmp(bytes, ": ", 2) == 0);
}

int dialect_decode(const struct dialect_ops *d, const char *bytes, size_t len,
                   struct reply *reply, struct err *err)
{
    struct err why = {"the reply is empty"};
    char quote[200];
    cJSON *root;
    int rc = -1;

    root = json_parse(bytes, len, NULL);
    if (root == NULL && len > 0)
        root = parse_repaired(bytes, len, &why);
    if (root != NULL)
        rc = d->decode(root, reply, &why);
    cJSON_Delete(root);
    if (rc == 0) {
        reply->status = REPLY_OK;
        return 0;
    }
    reply_release(reply);
    if (len == 0)
        return err_set(err, "sent an empty reply");
    if (is_stream(bytes, len))
        return err_set(err, "streams its answers although it was not asked "
                            "to; turn that off there");
    fault_quote(bytes, len, quote, sizeof(quote));
    return err_set(err,
                   "sent a reply that is not what %s promises (%s): "
                   "\"%s\"",
                   d->name, why.text, quote);
}

/* --- what a server refuses to take --- */

/*
 * In the order of asking.  A bare word can stand in the user's text that an
 * error quotes, so those are looked for only where a name is meant: as
 * `param`, in quotes, or in a sentence that says that something is not taken.
 */
static const struct lack {
    unsigned bit;
    const char *name; /* for the log and the store */
    const char *parameter;
    const char *words[10];
} lacks_table[] = {
    {LACKS_STRICT,
     "strict JSON schemas",
     NULL,
     {"strict", "additionalProperties", "Invalid schema", "'required'"}},
    {LACKS_JSON_SCHEMA,
     "json_schema",
     NULL,
     {"json_schema", "response_format", "output_config", "structured output",
      "'format'", "grammar", "JSON schema", "ChatRequest.format",
      "initialize samplers"}},
    {LACKS_JSON_OBJECT,
     "json_object",
     NULL,
     {"json_object", "response_format", "tool_choice", "'format'",
      "support tools", "initialize samplers"}},
    {LACKS_SEED, "seed", "seed", {"'seed'"}},
    {LACKS_TEMPERATURE, "temperature", "temperature", {"'temperature'"}},
    {LACKS_MAX_TOKENS,
     "max_tokens",
     "max_tokens",
     {"'max_completion_tokens' instead", "use max_completion_tokens"}},
    {LACKS_LOGPROBS_FLAG, "logprobs as a flag", NULL, {NULL}},
    {LACKS_LOGPROBS, "logprobs", NULL, {"logprobs"}},
    {LACKS_SYSTEM,
     "system messages",
     NULL,
     {"System role not supported", "'system'", "Developer instruction"}},
};

/* What of the call stands in the request that was refused. */
static unsigned asked_for(const struct call *call, unsigned lacks)
{
    unsigned asked = LACKS_SEED;
    size_t i;

    if (call->schema != NULL)
        asked |= LACKS_JSON_SCHEMA | LACKS_STRICT;
    if (call->schema != NULL && (lacks & LACKS_JSON_SCHEMA))
        asked |= LACKS_JSON_OBJECT;
    if (lacks & LACKS_JSON_SCHEMA)
        asked &= ~(unsigned)LACKS_STRICT;
    if (call->temperature >= 0)
        asked |= LACKS_TEMPERATURE;
    if (call->max_tokens > 0)
        asked |= LACKS_MAX_TOKENS;
    if (call->top_logprobs > 0)
        asked |= LACKS_LOGPROBS;
    if (call->top_logprobs > 0 && call->model->dialect == DIALECT_OPENAI)
        asked |= LACKS_LOGPROBS_FLAG;
    for (i = 0; i < call->nmessages; i++)
        if (call->messages[i].role == ROLE_SYSTEM)
            asked |= LACKS_SYSTEM;
    return asked & ~lacks;
}

/* 'word' as the table has it, or "word", or `word`. */
static bool quoted(const char *message, const char *word)
{
    char other[40];
    size_t n = strlen(word), i;

    if (strcasestr(message, word) != NULL)
        return true;
    if (word[0] != '\'' || n >= sizeof(other))
        return false;
    memcpy(other, word, n + 1);
    for (i = 0; i < 2; i++) {
        other[0] = other[n - 1] = "\"`"[i];
        if (strcasestr(message, other) != NULL)
            return true;
    }
    return false;
}

static bool among(const char *message, const char *const *list)
{
    for (; *list != NULL; list++)
        if (strcasestr(message, *list) != NULL)
            return true;
    return false;
}

static bool whole_word(const char *message, const char *word)
{
    const char *at = message;
    size_t n = strlen(word);

    for (; (at = strcasestr(at, word)) != NULL; at += n)
        if ((at == message ||
             (!isalnum((unsigned char)at[-1]) && at[-1] != '_')) &&
            !isalnum((unsigned char)at[n]) && at[n] != '_')
            return true;
    return false;
}

/* "Argument not supported on this model: seed", and the like. */
static bool says_not_taken(const char *message, const char *parameter)
{
    static const char *const phrases[] = {
        "not support", "n't support", "unsupported", "not permitted",
        "not allowed", "deprecated",  "unknown",     "unrecognized",
        "unexpected",  "not accept",  NULL,
    };

    return whole_word(message, parameter) && among(message, phrases);
}

/* A number of them is wanted, where others take true. */
static bool wants_count(const char *message)
{
    static const char *const phrases[] = {"integer", "number", "int_", "bool",
                                          NULL};

    return strcasestr(message, "logprobs") != NULL && among(message, phrases);
}

static bool complains(const struct fault *f, const struct lack *l)
{
    const char *word;
    size_t k;

    if (l->bit == LACKS_LOGPROBS_FLAG)
        return wants_count(f->message);
    if (l->parameter != NULL && (strcmp(f->param, l->parameter) == 0 ||
                                 says_not_taken(f->message, l->parameter)))
        return true;
    for (k = 0; k < COUNT(l->words) && (word = l->words[k]) != NULL; k++)
        if (quoted(f->message, word) ||
            (f->param[0] != '\0' && l->parameter == NULL &&
             strncasecmp(f->param, word, strlen(word)) == 0))
            return true;
    return false;
}

unsigned dialect_complaint(const struct call *call, unsigned lacks,
                           const struct fault *f)
{
    unsigned asked = asked_for(call, lacks);
    size_t i;

    for (i = 0; i < COUNT(lacks_table); i++)
        if ((asked & lacks_table[i].bit) && complains(f, &lacks_table[i]))
            return lacks_table[i].bit;
    return 0;
}

const char *dialect_lack_name(unsigned bit)
{
    size_t i;

    for (i = 0; i < COUNT(lacks_table); i++)
        if (lacks_table[i].bit == bit)
            return lacks_table[i].name;
    return "?";
}

unsigned dialect_lack_find(const char *name)
{
    size_t i;

    for (i = 0; name != NULL && i < COUNT(lacks_table); i++)
        if (strcmp(lacks_table[i].name, name) == 0)
            return lacks_table[i].bit;
    return 0;
}
