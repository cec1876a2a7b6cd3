/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A chat request becomes a call and the reply a completion.  `created` is
 * fixed and the id is made from the content: equal requests get equal bytes.
 *
 * What an embedded model cannot heed (temperature, response_format, ...) is
 * checked and then dropped; what would change the meaning of the answer
 * (stream, n) is refused.
 */
#include "serve/chat.h"
#include "base/json.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SEED_MAX 0x1p53

/* Members that must be numbers in a range, or null, when they are there. */
static const struct {
    const char *name;
    double min, max;
    bool whole;
} numbers[] = {
    {"temperature", 0, 2, false},       {"top_p", 0, 1, false},
    {"presence_penalty", -2, 2, false}, {"frequency_penalty", -2, 2, false},
    {"max_tokens", 1, 1e9, true},       {"max_completion_tokens", 1, 1e9, true},
    {"seed", 0, SEED_MAX - 1, true},    {"n", 1, 1, true},
    {"top_logprobs", 0, 20, true},
};

void chat_models(struct str *out)
{
    const struct builtin_model *m;

    str_adds(out, "{\"object\":\"list\",\"data\":[");
    for (m = BUILTIN_MODELS; m->name != NULL; m++)
        str_addf(out,
                 "%s{\"id\":\"%s\",\"object\":\"model\",\"created\":0,"
                 "\"owned_by\":\"phgen\"}",
                 m == BUILTIN_MODELS ? "" : ",", m->name);
    str_adds(out, "]}");
}

static void add_string(const char *text, struct str *out)
{
    if (text != NULL)
        json_quote(text, strlen(text), out);
    else
        str_adds(out, "null");
}

void chat_write_error(const struct chat_error *error, struct str *out)
{
    str_adds(out, "{\"error\":{\"message\":");
    add_string(error->message.text, out);
    str_adds(out, ",\"type\":");
    add_string(error->type, out);
    str_adds(out, ",\"param\":");
    add_string(error->param, out);
    str_adds(out, ",\"code\":");
    add_string(error->code, out);
    str_adds(out, "}}");
}

/* "developer" is what OpenAI calls a system message now. */
static int find_role(const char *name)
{
    static const struct {
        const char *name;
        enum role role;
    } roles[] = {
        {"system", ROLE_SYSTEM},
        {"developer", ROLE_SYSTEM},
        {"user", ROLE_USER},
        {"assistant", ROLE_ASSISTANT},
    };
    size_t i;

    for (i = 0; name != NULL && i < sizeof(roles) / sizeof(*roles); i++)
        if (strcmp(roles[i].name, name) == 0)
            return (int)roles[i].role;
    return -1;
}

/* A string, or parts of type text. */
static int read_content(const cJSON *content, struct str *out, struct err *err)
{
    const cJSON *part;
    const char *text = cJSON_GetStringValue(content), *type;

    if (text != NULL) {
        str_adds(out, text);
        return 0;
    }
    if (!cJSON_IsArray(content))
        return err_set(err, "\"content\" must be a string or a list of parts");
    cJSON_ArrayForEach(part, content)
    {
        type = json_string(part, "type");
        text = json_string(part, "text");
        if (type == NULL || strcmp(type, "text") != 0 || text == NULL)
            return err_set(err, "only parts of type \"text\" are supported");
        str_adds(out, text);
    }
    return 0;
}

static int read_message(const cJSON *m, struct call *call, struct err *err)
{
    int role = find_role(json_string(m, "role")), failed;
    struct str text;

    if (role < 0)
        return err_set(err,
                       "a message needs the role system, user or assistant");
    str_init(&text, 4u << 20);
    failed = read_content(cJSON_GetObjectItemCaseSensitive(m, "content"), &text,
                          err) != 0 ||
             call_add(call, (enum role)role, text.s, err) != 0;
    str_release(&text);
    return failed ? -1 : 0;
}

static int read_messages(const cJSON *list, struct call *call, struct err *err)
{
    const cJSON *m;

    if (!cJSON_IsArray(list) || cJSON_GetArraySize(list) == 0 ||
        cJSON_GetArraySize(list) > CALL_MESSAGES_MAX)
        return err_set(err, "\"messages\" must be a list of 1 to %d messages",
                       CALL_MESSAGES_MAX);
    cJSON_ArrayForEach(m, list) if (read_message(m, call, err) != 0) return -1;
    return 0;
}

static int check_numbers(const cJSON *o, struct chat_error *e)
{
    size_t i;

    for (i = 0; i < sizeof(numbers) / sizeof(*numbers); i++) {
        const cJSON *v = cJSON_GetObjectItemCaseSensitive(o, numbers[i].name);
        double x = cJSON_IsNumber(v) ? v->valuedouble : NAN;

        if (v == NULL || cJSON_IsNull(v))
            continue;
        if (x >= numbers[i].min && x <= numbers[i].max &&
            (!numbers[i].whole || x == floor(x)))
            continue;
        e->param = numbers[i].name;
        return err_set(&e->message, "\"%s\" must be %s from %.17g to %.17g",
                       numbers[i].name,
                       numbers[i].whole ? "a whole number" : "a number",
                       numbers[i].min, numbers[i].max);
    }
    return 0;
}

static int check_format(const cJSON *o, struct chat_error *e)
{
    static const char *const types[] = {"text", "json_object", "json_schema"};
    const cJSON *v = cJSON_GetObjectItemCaseSensitive(o, "response_format");
    const char *type = json_string(v, "type");
    size_t i;

    if (v == NULL || cJSON_IsNull(v))
        return 0;
    for (i = 0; type != NULL && i < sizeof(types) / sizeof(*types); i++)
        if (strcmp(type, types[i]) == 0)
            return 0;
    e->param = "response_format";
    return err_set(&e->message, "\"response_format\" must have the type text, "
                                "json_object or json_schema");
}

static int find_model(const cJSON *o, const char **name, struct chat_error *e)
{
    *name = json_string(o, "model");
    e->param = "model";
    if (*name == NULL)
        return err_set(&e->message, "\"model\" must be a string");
    if (builtin_find(*name) == NULL) {
        e->status = 404;
        e->code = "model_not_found";
        return err_set(&e->message,
                       "The model \"%.60s\" does not exist; see /v1/models",
                       *name);
    }
    e->param = NULL;
    return 0;
}

static int check_stream(const cJSON *o, struct chat_error *e)
{
    const cJSON *v = cJSON_GetObjectItemCaseSensitive(o, "stream");

    if (v == NULL || cJSON_IsNull(v) || cJSON_IsFalse(v))
        return 0;
    e->param = "stream";
    return err_set(&e->message,
                   "Streaming is not supported; leave \"stream\" out");
}

/* "logprobs" is a switch here; the legacy endpoint has a number. */
static uint32_t wanted_logprobs(const cJSON *o)
{
    if (!json_bool(o, "logprobs", false))
        return 0;
    return (uint32_t)fmax(json_number(o, "top_logprobs", 0), 1);
}

/* What the model hears: a chat, a raw prompt, a text to moderate, or texts
 * to embed. */
enum form { FORM_CHAT, FORM_TEXT, FORM_MODERATION, FORM_EMBEDDING };

static int read_text(const cJSON *o, const char *name, struct call *call,
                     struct chat_error *e)
{
    const char *text = json_string(o, name);

    e->param = name;
    if (text == NULL)
        return err_set(&e->message, "\"%s\" must be a string", name);
    return call_add(call, ROLE_USER, text, &e->message);
}

/* A string, or a list of them. */
static int read_inputs(const cJSON *o, struct call *call, struct chat_error *e)
{
    const cJSON *list = json_array(o, "input"), *item;
    int n = cJSON_GetArraySize(list);

    if (strcmp(builtin_find(call->model->name)->role, "embedding") != 0) {
        e->param = "model";
        return err_set(&e->message, "The model \"%s\" makes no embeddings",
                       call->model->name);
    }
    if (list == NULL)
        return read_text(o, "input", call, e);
    e->param = "input";
    if (n < 1 || n > CALL_MESSAGES_MAX)
        return err_set(&e->message, "\"input\" must have 1 to %d strings",
                       CALL_MESSAGES_MAX);
    cJSON_ArrayForEach(item, list)
    {
        if (!cJSON_IsString(item))
            return err_set(&e->message, "\"input\" must be strings");
        if (call_add(call, ROLE_USER, item->valuestring, &e->message) != 0)
            return -1;
    }
    return 0;
}

static int read_form(const cJSON *o, enum form form, struct call *call,
                     struct chat_error *e)
{
    if (form == FORM_TEXT)
        return read_text(o, "prompt", call, e);
    if (form == FORM_MODERATION)
        return read_text(o, "input", call, e);
    if (form == FORM_EMBEDDING)
        return read_inputs(o, call, e);
    call->top_logprobs = wanted_logprobs(o);
    e->param = "messages";
    return read_messages(cJSON_GetObjectItemCaseSensitive(o, "messages"), call,
                         &e->message);
}

/* The model's name is borrowed from the request. */
static int read_request(const cJSON *o, enum form form, struct model *model,
                        struct call *call, struct chat_error *e)
{
    const char *name;

    if (!cJSON_IsObject(o))
        return err_set(&e->message, "the request must be a JSON object");
    if (find_model(o, &name, e) != 0 || check_stream(o, e) != 0 ||
        check_numbers(o, e) != 0 || check_format(o, e) != 0)
        return -1;
    model->name = strdup(name);
    model->kind = MODEL_BUILTIN;
    if (model->name == NULL)
        return err_nomem(&e->message);
    call->seed = (uint64_t)json_number(o, "seed", 0);
    if (json_number(o, "max_tokens", 0) > 0)
        call->max_tokens = (uint32_t)json_number(o, "max_tokens", 0);
    return read_form(o, form, call, e);
}

/* OpenAI has no finish reason for a refusal: its text is in the message. */
static const char *finish_of(const struct reply *r)
{
    return r->finish == FINISH_LENGTH || r->finish == FINISH_FILTER
               ? finish_name(r->finish)
               : finish_name(FINISH_STOP);
}

static void write_end(const struct reply *r, struct str *out)
{
    str_addf(out,
             ",\"finish_reason\":\"%s\"}],"
             "\"usage\":{\"prompt_tokens\":%u,\"completion_tokens\":%u,"
             "\"total_tokens\":%llu}}",
             finish_of(r), r->tokens_in, r->tokens_out,
             (unsigned long long)r->tokens_in + r->tokens_out);
}

static void write_completion(const struct reply *r, const char *model,
                             struct str *out)
{
    char id[HASH_HEX];

    hash_hex(hash_bytes(r->text, strlen(r->text)), id);
    str_addf(out,
             "{\"id\":\"chatcmpl-%s\",\"object\":\"chat.completion\","
             "\"created\":0,\"model\":",
             id);
    add_string(model, out);
    str_adds(out, ",\"choices\":[{\"index\":0,\"message\":{\"role\":"
                  "\"assistant\",\"content\":");
    add_string(r->text, out);
    str_adds(out, ",\"refusal\":");
    add_string(r->refusal, out);
    str_addf(out, "},\"logprobs\":%s%s%s",
             r->logprobs != NULL ? "{\"content\":" : "null",
             r->logprobs != NULL ? r->logprobs : "",
             r->logprobs != NULL ? "}" : "");
    write_end(r, out);
}

static void write_text(const struct reply *r, const char *model,
                       struct str *out)
{
    char id[HASH_HEX];

    hash_hex(hash_bytes(r->text, strlen(r->text)), id);
    str_addf(out,
             "{\"id\":\"cmpl-%s\",\"object\":\"text_completion\","
             "\"created\":0,\"model\":",
             id);
    add_string(model, out);
    str_adds(out, ",\"choices\":[{\"index\":0,\"text\":");
    add_string(r->text, out);
    str_adds(out, ",\"logprobs\":null");
    write_end(r, out);
}

/* A guard that speaks this form gives the result as its text, others do not. */
static bool is_moderation(const struct reply *r)
{
    cJSON *result = json_parse(r->text, strlen(r->text), NULL);
    bool yes = cJSON_IsObject(result);

    cJSON_Delete(result);
    return yes;
}

static void write_moderation(const struct reply *r, const char *model,
                             struct str *out)
{
    char id[HASH_HEX];

    hash_hex(hash_bytes(r->text, strlen(r->text)), id);
    str_addf(out, "{\"id\":\"modr-%s\",\"model\":", id);
    add_string(model, out);
    str_addf(out, ",\"results\":[%s]}", r->text);
}

/* The text is an array of vectors. */
static void write_embedding(const struct reply *r, const char *model,
                            struct str *out)
{
    cJSON *vectors = json_parse(r->text, strlen(r->text), NULL), *v;
    int i = 0;

    str_adds(out, "{\"object\":\"list\",\"data\":[");
    cJSON_ArrayForEach(v, vectors)
    {
        str_addf(out,
                 "%s{\"object\":\"embedding\",\"index\":%d,"
                 "\"embedding\":",
                 i > 0 ? "," : "", i);
        json_print(v, out);
        str_addc(out, '}');
        i++;
    }
    cJSON_Delete(vectors);
    str_adds(out, "],\"model\":");
    add_string(model, out);
    str_addf(out, ",\"usage\":{\"prompt_tokens\":%u,\"total_tokens\":%u}}",
             r->tokens_in, r->tokens_in);
}

/* The request's fault: the status stays 400. */
static int no_moderation(const struct call *call, struct chat_error *e)
{
    e->param = "model";
    return err_set(&e->message, "The model \"%s\" makes no moderations",
                   call->model->name);
}

static int reply_to(const struct builtin *b, enum form form,
                    const struct call *call, struct str *out,
                    struct chat_error *e)
{
    static void (*const write[])(const struct reply *, const char *,
                                 struct str *) = {
        [FORM_CHAT] = write_completion,
        [FORM_TEXT] = write_text,
        [FORM_MODERATION] = write_moderation,
        [FORM_EMBEDDING] = write_embedding,
    };
    struct reply reply;
    int failed = 0;

    reply_init(&reply);
    builtin_reply(b, call, &reply);
    if (reply.status != REPLY_OK)
        failed = err_set(&e->message, "%s",
                         reply.error != NULL ? reply.error : "no reply");
    else if (form != FORM_MODERATION || is_moderation(&reply))
        write[form](&reply, call->model->name, out);
    else
        failed = no_moderation(call, e);
    if (!failed && str_failed(out))
        failed = err_set(&e->message, "the reply is too long");
    reply_release(&reply);
    if (failed && e->param == NULL) {
        e->status = 500;
        e->type = "server_error";
    }
    return failed;
}

static int answer(const struct builtin *b, enum form form, const char *request,
                  size_t len, struct str *out, struct chat_error *error)
{
    struct model model = {0};
    struct call call;
    char *kwargs = NULL;
    cJSON *o;
    int failed = -1;

    memset(error, 0, sizeof(*error));
    error->status = 400;
    error->type = "invalid_request_error";
    call_init(&call, AGENT_TARGET, &model);
    o = json_parse(request, len, &error->message);
    if (o != NULL && read_request(o, form, &model, &call, error) == 0) {
        error->param = NULL;
        if (json_object(o, "chat_template_kwargs") != NULL)
            kwargs =
                cJSON_PrintUnformatted(json_object(o, "chat_template_kwargs"));
        call.template_kwargs = kwargs;
        failed = reply_to(b, form, &call, out, error);
    }
    call_release(&call);
    model_release(&model);
    cJSON_free(kwargs);
    cJSON_Delete(o);
    return failed;
}

int chat_complete(const struct builtin *b, const char *request, size_t len,
                  struct str *out, struct chat_error *error)
{
    return answer(b, FORM_CHAT, request, len, out, error);
}

int chat_complete_text(const struct builtin *b, const char *request, size_t len,
                       struct str *out, struct chat_error *error)
{
    return answer(b, FORM_TEXT, request, len, out, error);
}

int chat_embed(const struct builtin *b, const char *request, size_t len,
               struct str *out, struct chat_error *error)
{
    return answer(b, FORM_EMBEDDING, request, len, out, error);
}

int chat_moderate(const struct builtin *b, const char *request, size_t len,
                  struct str *out, struct chat_error *error)
{
    return answer(b, FORM_MODERATION, request, len, out, error);
}
