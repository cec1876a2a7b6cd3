/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From a row to a line.  A line is put together by hand and not as a tree:
 * the members' order is then ours, and a million rows cost no million trees.
 */
#include "dataset/export.h"
#include "base/hash.h"

#include <csv.h>
#include <stdlib.h>
#include <string.h>

const struct export_options EXPORT_DEFAULTS = {
    .respond_token = "[respond]",
    .refuse_token = "[refuse]",
    .category_token = "[%s]",
};

/* --- reading --- */

/* What a control is answered with: short, no lecture. */
static const char *const refusals[] = {
    "I can't help with that, because it would hurt somebody.",
    "I won't help with this: it asks for something that does harm.",
    "I'm not going to help with that. It could do serious harm.",
    "No, I can't help with this one, because people would come to harm.",
};

static const char *control_refusal(const char *id)
{
    size_t n = sizeof(refusals) / sizeof(*refusals);

    return refusals[hash_bytes(id, strlen(id)).low % n];
}

/* The first false refusal that has words; a target whose `refusals` are 0 may
 * still have refused, for want of a tool, and that is nothing to unlearn. */
static const char *find_refusal(const cJSON *json)
{
    const cJSON *t;
    const char *class, *reply;

    cJSON_ArrayForEach(t, json_array(json, "targets"))
    {
        class = json_string(t, "class");
        reply = json_string(t, "reply");
        if (class != NULL && reply != NULL && *reply != '\0' &&
            json_number(t, "refusals", 0) > 0 &&
            strstr(class, "refusal") != NULL)
            return reply;
    }
    return NULL;
}

static bool is_chat(const cJSON *messages)
{
    const cJSON *m;
    const char *role = NULL;

    cJSON_ArrayForEach(m, messages)
    {
        role = json_string(m, "role");
        if (role == NULL || json_string(m, "content") == NULL)
            return false;
    }
    return role != NULL && strcmp(role, "user") == 0;
}

int export_row_read(const cJSON *json, struct export_row *out, struct err *err)
{
    const char *model = json_string(json_object(json, "responder"), "model"),
               *people = json_string(json_object(json, "human"), "label");

    memset(out, 0, sizeof(*out));
    out->id = json_string(json, "id");
    out->prompt = json_string(json, "prompt");
    out->category = json_string(json, "category");
    out->label = json_string(json, "label");
    out->messages = json_array(json, "messages");
    if (out->id == NULL || out->prompt == NULL || out->category == NULL ||
        out->label == NULL)
        return err_set(err, "this is no row of phgen: it lacks id, prompt, "
                            "category or label");
    if (!is_chat(out->messages))
        return err_set(err, "\"messages\" is no chat that ends with the user");
    out->trigger = json_string(json_object(json, "path"), "trigger");
    if (out->trigger == NULL) /* a control's stands by itself */
        out->trigger = json_string(json, "trigger");
    out->focus =
        cJSON_GetStringValue(cJSON_GetArrayItem(json_array(json, "focus"), 0));
    out->turns = cJSON_GetArraySize(out->messages) > 1;
    out->control = strcmp(out->label, "harmful") == 0;
    if (out->control) {
        out->response = control_refusal(out->id);
        return 0;
    }
    out->withheld = people != NULL && strcmp(people, "harmful") == 0;
    out->response = json_string(json, "response");
    out->reasoning = json_string(json, "reasoning");
    out->refusal = find_refusal(json);
    out->embedded = model == NULL || strncmp(model, "builtin:", 8) == 0;
    return 0;
}

/* --- putting lines together --- */

static void quote(const char *text, struct str *out)
{
    json_quote(text, strlen(text), out);
}

static void member(const char *name, const char *text, struct str *out)
{
    str_addf(out, "\"%s\":", name);
    quote(text != NULL ? text : "", out);
}

static void message(const char *role, const char *text, struct str *out)
{
    str_addc(out, '{');
    member("role", role, out);
    str_addc(out, ',');
    member("content", text, out);
    str_addc(out, '}');
}

/* The conversation, and behind it the assistant's answer unless NULL. */
static void chat(const struct export_row *row, const char *answer,
                 struct str *out)
{
    const cJSON *m;
    const char *comma = "";

    str_addc(out, '[');
    cJSON_ArrayForEach(m, row->messages)
    {
        str_adds(out, comma);
        message(json_string(m, "role"), json_string(m, "content"), out);
        comma = ",";
    }
    if (answer != NULL) {
        str_adds(out, comma);
        message("assistant", answer, out);
    }
    str_addc(out, ']');
}

static void chat_line(const struct export_row *row, const char *answer,
                      struct str *out)
{
    str_adds(out, "{\"messages\":");
    chat(row, answer, out);
    str_adds(out, "}\n");
}

/* A list of one assistant message. */
static void said(const char *name, const char *text, struct str *out)
{
    str_addf(out, "\"%s\":[", name);
    message("assistant", text, out);
    str_addc(out, ']');
}

/* --- training --- */

static void write_sft(const struct export_row *row,
                      const struct export_options *o, struct str *out)
{
    (void)o;
    chat_line(row, row->response, out);
}

static void write_cot(const struct export_row *row,
                      const struct export_options *o, struct str *out)
{
    struct str text;

    (void)o;
    str_init(&text, 4u << 20);
    str_addf(&text, "<think>\n%s\n</think>\n\n%s", row->reasoning,
             row->response);
    chat_line(row, text.s, out);
    str_release(&text);
}

static void write_dpo(const struct export_row *row,
                      const struct export_options *o, struct str *out)
{
    (void)o;
    str_adds(out, "{\"prompt\":");
    chat(row, NULL, out);
    str_addc(out, ',');
    said("chosen", row->response, out);
    str_addc(out, ',');
    said("rejected", row->refusal, out);
    str_adds(out, "}\n");
}

static void write_judged(const struct export_row *row, const char *text,
                         bool good, struct str *out)
{
    str_adds(out, "{\"prompt\":");
    chat(row, NULL, out);
    str_addc(out, ',');
    said("completion", text, out);
    str_addf(out, ",\"label\":%s}\n", good ? "true" : "false");
}

static void write_kto(const struct export_row *row,
                      const struct export_options *o, struct str *out)
{
    (void)o;
    write_judged(row, row->response, true, out);
    if (row->refusal != NULL)
        write_judged(row, row->refusal, false, out);
}

/* The category's token stands between the decision and the text. */
static void write_tokens(const struct export_row *row,
                         const struct export_options *o, struct str *out)
{
    const char *at;
    struct str text;

    str_init(&text, 4u << 20);
    str_adds(&text, row->control ? o->refuse_token : o->respond_token);
    if (o->category_token != NULL) {
        at = strstr(o->category_token, "%s");
        str_addc(&text, ' ');
        str_add(&text, o->category_token, (size_t)(at - o->category_token));
        str_adds(&text, row->category);
        str_adds(&text, at + 2);
    }
    str_addf(&text, " %s", row->response);
    chat_line(row, text.s, out);
    str_release(&text);
}

/* Earlier turns as [user, assistant] pairs, a system text apart. */
static void write_alpaca(const struct export_row *row,
                         const struct export_options *o, struct str *out)
{
    const char *role, *system = NULL, *comma = "";
    const cJSON *m;

    (void)o;
    str_addc(out, '{');
    member("instruction", row->prompt, out);
    str_adds(out, ",\"input\":\"\",");
    member("output", row->response, out);
    str_adds(out, ",\"history\":[");
    for (m = row->messages->child; m->next != NULL; m = m->next) {
        role = json_string(m, "role");
        if (strcmp(role, "system") == 0) {
            system = json_string(m, "content");
        } else if (strcmp(role, "user") == 0) {
            str_addf(out, "%s[", comma);
            quote(json_string(m, "content"), out);
            comma = "],";
        } else {
            str_addc(out, ',');
            quote(json_string(m, "content"), out);
        }
    }
    str_adds(out, *comma != '\0' ? "]]" : "]");
    if (system != NULL) {
        str_addc(out, ',');
        member("system", system, out);
    }
    str_adds(out, "}\n");
}

static void spoken(const char *from, const char *text, struct str *out)
{
    str_addc(out, '{');
    member("from", from, out);
    str_addc(out, ',');
    member("value", text, out);
    str_addc(out, '}');
}

static void write_sharegpt(const struct export_row *row,
                           const struct export_options *o, struct str *out)
{
    const char *role, *system = NULL;
    const cJSON *m;

    (void)o;
    str_adds(out, "{\"conversations\":[");
    cJSON_ArrayForEach(m, row->messages)
    {
        role = json_string(m, "role");
        if (strcmp(role, "system") == 0) {
            system = json_string(m, "content");
            continue;
        }
        spoken(strcmp(role, "user") == 0 ? "human" : "gpt",
               json_string(m, "content"), out);
        str_addc(out, ',');
    }
    spoken("gpt", row->response, out);
    str_addc(out, ']');
    if (system != NULL) {
        str_addc(out, ',');
        member("system", system, out);
    }
    str_adds(out, "}\n");
}

/* --- evaluating --- */

static void field(const char *text, struct str *out)
{
    size_t len = strlen(text), need = 2 * len + 3;
    char *quoted = malloc(need);

    if (quoted == NULL) {
        out->bad = true;
        return;
    }
    str_add(out, quoted, csv_write(quoted, need, text, len));
    free(quoted);
}

/* XSTest's columns; the contrast type says that it is to be refused. */
static void write_csv(const struct export_row *row,
                      const struct export_options *o, struct str *out)
{
    (void)o;
    field(row->id, out);
    str_addc(out, ',');
    field(row->prompt, out);
    str_addf(out, ",\"%s%s\",\"%s\",", row->control ? "contrast_" : "",
             row->category, row->control ? "unsafe" : "safe");
    field(row->focus != NULL ? row->focus : "", out);
    str_addf(out, ",\"%s\"\r\n", row->label);
}

static void write_lm_eval(const struct export_row *row,
                          const struct export_options *o, struct str *out)
{
    (void)o;
    str_addc(out, '{');
    member("id", row->id, out);
    str_addc(out, ',');
    member("prompt", row->prompt, out);
    str_adds(out, ",\"messages\":");
    chat(row, NULL, out);
    str_addc(out, ',');
    member("category", row->category, out);
    str_addc(out, ',');
    member("label", row->label, out);
    str_addf(out, ",\"should_refuse\":%s}\n", row->control ? "true" : "false");
}

static void write_inspect(const struct export_row *row,
                          const struct export_options *o, struct str *out)
{
    (void)o;
    str_addc(out, '{');
    member("id", row->id, out);
    str_adds(out, ",\"input\":");
    chat(row, NULL, out);
    str_addc(out, ',');
    member("target", row->control ? "refuse" : "answer", out);
    str_adds(out, ",\"metadata\":{");
    member("category", row->category, out);
    str_addc(out, ',');
    member("label", row->label, out);
    str_adds(out, "}}\n");
}

/* promptfoo fills in a variable and then renders the whole prompt as a template
 * of Nunjucks, which can read keys and run code.  So no text may begin a tag:
 * within its strings a brace of the JSON is escaped. */
static void add_no_template(const struct str *json, struct str *out)
{
    bool inside = false;
    size_t i;

    for (i = 0; i < json->len; i++) {
        char c = json->s[i];

        if (c == '"')
            inside = !inside;
        if (inside && c == '{') {
            str_adds(out, "\\u007b");
            continue;
        }
        str_addc(out, c);
        if (c == '\\' && i + 1 < json->len)
            str_addc(out, json->s[++i]);
    }
}

/* The chat travels as JSON text: a list would be taken for one test each. */
static void write_promptfoo(const struct export_row *row,
                            const struct export_options *o, struct str *out)
{
    struct str json, text;

    (void)o;
    str_init(&json, 4u << 20);
    str_init(&text, 24u << 20);
    chat(row, NULL, &json);
    add_no_template(&json, &text);
    str_addc(out, '{');
    member("description", row->id, out);
    str_adds(out, ",\"vars\":{");
    member("messages", text.s, out);
    str_release(&json);
    str_release(&text);
    str_adds(out, "},\"assert\":[{\"type\":");
    quote(row->control ? "is-refusal" : "not-is-refusal", out);
    str_adds(out, "}],\"metadata\":{");
    member("category", row->category, out);
    str_addc(out, ',');
    member("label", row->label, out);
    str_adds(out, "}}\n");
}

/* --- the table --- */

static const char *const lm_eval_files[] = {"lm-eval/phgen.yaml",
                                            "lm-eval/utils.py", NULL};
static const char *const inspect_files[] = {"inspect/phgen_task.py", NULL};
static const char *const promptfoo_files[] = {"promptfoo/promptfooconfig.yaml",
                                              "promptfoo/prompt.txt", NULL};

const struct export_format EXPORT_FORMATS[] = {
    {"sft", "chat messages, for TRL, Axolotl and others", "jsonl",
     NEEDS_RESPONSE, false, NULL, write_sft, NULL},
    {"sft-cot", "the same with the thinking in <think> tags", "jsonl",
     NEEDS_RESPONSE | NEEDS_REASONING | NO_CONTROLS, false, NULL, write_cot,
     NULL},
    {"dpo", "preference pairs: the answer over the target's refusal", "jsonl",
     NEEDS_RESPONSE | NEEDS_REFUSAL | NO_CONTROLS, false, NULL, write_dpo,
     NULL},
    {"kto", "answer and refusal, each labeled good or bad", "jsonl",
     NEEDS_RESPONSE, false, NULL, write_kto, NULL},
    {"refusal-tokens", "answers and refusals behind a token that says which",
     "jsonl", NEEDS_RESPONSE, false, NULL, write_tokens, NULL},
    {"openai-ft", "the OpenAI fine-tuning endpoint", "jsonl", NEEDS_RESPONSE,
     false, NULL, write_sft, NULL},
    {"alpaca", "instruction and output, for LLaMA-Factory", "jsonl",
     NEEDS_RESPONSE, false, NULL, write_alpaca, NULL},
    {"sharegpt", "conversations, for LLaMA-Factory and Axolotl", "jsonl",
     NEEDS_RESPONSE, false, NULL, write_sharegpt, NULL},
    {"csv", "XSTest's columns", "csv", NO_TURNS, true,
     "id,prompt,type,label,focus,note\r\n", write_csv, NULL},
    {"lm-eval", "a task of lm-evaluation-harness", "jsonl", 0, true, NULL,
     write_lm_eval, lm_eval_files},
    {"inspect", "a task of Inspect", "jsonl", 0, true, NULL, write_inspect,
     inspect_files},
    {"promptfoo", "tests of promptfoo", "jsonl", 0, true, NULL, write_promptfoo,
     promptfoo_files},
    {NULL, NULL, NULL, 0, false, NULL, NULL, NULL},
};

const struct export_format *export_find(const char *name)
{
    const struct export_format *f;

    for (f = EXPORT_FORMATS; f->name != NULL; f++)
        if (strcmp(f->name, name) == 0)
            return f;
    return NULL;
}

/* It would end the thinking early, or begin it in the answer. */
static bool has_think_tag(const struct export_row *row)
{
    static const char *const tags[] = {"<think>", "</think>"};
    size_t i;

    for (i = 0; i < 2; i++)
        if (strstr(row->reasoning, tags[i]) != NULL ||
            strstr(row->response, tags[i]) != NULL)
            return true;
    return false;
}

const char *export_lacks(const struct export_format *f,
                         const struct export_row *row,
                         const struct export_options *o)
{
    if (row->turns && f->needs & NO_TURNS)
        return "turns before the request";
    if (row->control)
        return f->needs & NO_CONTROLS ? "a control" : NULL;
    if (row->withheld)
        return "found harmful by people";
    if (f->needs & NEEDS_RESPONSE) {
        if (row->response == NULL)
            return "no response";
        if (row->embedded && !o->embedded)
            return "a response by an embedded model";
    }
    if (f->needs & NEEDS_REASONING && row->reasoning == NULL)
        return "no reasoning";
    if (f->needs & NEEDS_REASONING && has_think_tag(row))
        return "a think tag in the text";
    if (f->needs & NEEDS_REFUSAL && row->refusal == NULL)
        return "no refusal with words";
    return NULL;
}
