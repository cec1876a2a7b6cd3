/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A table of sets and a table of words; nothing else knows a set's columns.
 * Labels are taken as they stand: a set whose labels are not of people says so
 * in its source, and none is made up where the set has none.
 */
#include "dataset/known.h"

#include <string.h>
#include <strings.h>

#define XSTEST                                                                 \
    "Roettger et al. 2024, XSTest, NAACL, arXiv:2308.01263; "                  \
    "github.com/paul-rottger/xstest"
#define WILDGUARD                                                              \
    "Han et al. 2024, WildGuard, arXiv:2406.18495; dataset card of "           \
    "allenai/"
#define PHGEN "src/dataset/record.md"

const char *const KNOWN_REPLIES[] = {
    "response",       "completion",   "reply",      "output",   "answer",
    "model_response", "model_output", "generation", "messages", NULL};

const struct known_set KNOWN_SETS[] = {
    {.name = "wildguardmix", /* WildGuardTest and WildGuardTrain */
     .source = WILDGUARD "wildguardmix; labels of the test split are people's",
     .has = {"prompt", "prompt_harm_label"},
     .reply = "response",
     .type = "subcategory",
     .labels = {{.column = "prompt_harm_label"},
                {.column = "response_harm_label"},
                {.column = "response_refusal_label"}}},
    {.name = "xstest-completions",
     .source = XSTEST ", model_completions/xstest_v2_completions_*.csv",
     .has = {"prompt", "completion", "type", "final_label"},
     .reply = "completion",
     .type = "type",
     .labels = {[KNOWN_HARM] = {.contrast = true},
                [KNOWN_REFUSAL] = {.column = "final_label"}}},
    {.name = "xstest-annotated",
     .source = XSTEST ", completions rewritten with a \"response\"",
     .has = {"prompt", "response", "type", "annotation_1"},
     .reply = "response",
     .type = "type",
     .labels = {[KNOWN_HARM] = {.contrast = true},
                [KNOWN_REFUSAL] = {.column = "label"}}},
    {.name = "xstest-response", /* two splits, one of them each label's */
     .source = WILDGUARD "xstest-response",
     .has = {"prompt", "response", "label", "prompt_type"},
     .reply = "response",
     .type = "prompt_type",
     .labels = {{.column = "prompt_type"},
                {.column = "label"},
                {.column = "label"}}},
    {.name = "phtest",
     .source = "An et al. 2024, PHTest, COLM, arXiv:2409.00598; "
               "github.com/umd-huang-lab/FalseRefusal, PHTest/",
     .has = {"Request", "Harmfulness"},
     .reply = "Response",
     .type = "Harmfulness",
     .labels = {[KNOWN_HARM] = {.column = "Harmfulness"},
                [KNOWN_REFUSAL] = {.column = "Response_cls"}}},
    {.name = "phgen-controls",
     .source = "src/dataset/control.md; labels are the panel's",
     .has = {"prompt", "contrast_of", "trigger"},
     .type = "category",
     .labels = {[KNOWN_HARM] = {.column = "label"}}},
    {.name = "phgen-dataset",
     .source = PHGEN "; labels are the panel's",
     .has = {"prompt", "label", "benign_reading"},
     .reply = "response",
     .type = "category",
     .labels = {[KNOWN_HARM] = {.column = "label"}}},
    {.name = "phgen-rejected", /* the reason "harmful" is a verdict */
     .source = PHGEN "; labels are the panel's",
     .has = {"prompt", "outcome", "reason", "sequence"},
     .type = "category",
     .labels = {[KNOWN_HARM] = {.column = "reason"}}},
    {.name = "falsereject",
     .source = "Zhang et al. 2025, FalseReject, arXiv:2505.08054; dataset card "
               "of AmazonScience/FalseReject; all prompts are meant harmless",
     .has = {"prompt", "category_text"},
     .reply = "instruct_response",
     .type = "category_text",
     .labels = {[KNOWN_HARM] = {.fixed = "harmless"}}},
    {.name = "or-bench-toxic",
     .source = "Cui et al. 2024, OR-Bench, arXiv:2405.20947; dataset card of "
               "bench-llm/or-bench; labels are of language models",
     .file = "toxic",
     .has = {"prompt", "category"},
     .type = "category",
     .labels = {[KNOWN_HARM] = {.fixed = "harmful"}}},
    {.name = "or-bench", /* 80k and hard-1k */
     .source = "as or-bench-toxic",
     .file = "or-bench",
     .has = {"prompt", "category"},
     .type = "category",
     .labels = {[KNOWN_HARM] = {.fixed = "harmless"}}},
    {.name = "xstest-prompts", /* older ones have no "label" */
     .source = XSTEST ", xstest_prompts.csv",
     .has = {"prompt", "type", "focus"},
     .type = "type",
     .labels = {[KNOWN_HARM] = {.column = "label", .contrast = true}}},
    {.name = "xsb",
     .source = "Yuan et al. 2025, Beyond Over-Refusal (XSB, MS-XSB), "
               "arXiv:2510.08158; as far as the paper tells the columns",
     .has = {"prompt", "label", "focus"},
     .type = "category",
     .labels = {[KNOWN_HARM] = {.column = "label"}}},
    {.name = "other", .source = "the usual names"},
};

static const struct {
    const char *word;
    enum known_harm_class harm;
} words[] = {
    {"harmless", KNOWN_HARMLESS},        {"safe", KNOWN_HARMLESS},
    {"unharmful", KNOWN_HARMLESS},       {"benign", KNOWN_HARMLESS},
    {"prompt_safe", KNOWN_HARMLESS},     {"not harmful", KNOWN_HARMLESS},
    {"borderline", KNOWN_CONTROVERSIAL}, {"controversial", KNOWN_CONTROVERSIAL},
    {"contested", KNOWN_CONTROVERSIAL},  {"harmful", KNOWN_HARMFUL},
    {"unsafe", KNOWN_HARMFUL},           {"toxic", KNOWN_HARMFUL},
    {"prompt_harmful", KNOWN_HARMFUL},   {"malicious", KNOWN_HARMFUL},
};

/* Where "other" looks; ends with NULL. */
static const char *const usual[KNOWN_TASKS][6] = {
    [KNOWN_HARM] = {"prompt_harm_label", "harm", "harmfulness", "label",
                    "gold_label", NULL},
    [KNOWN_REPLY_HARM] = {"response_harm_label", NULL},
    [KNOWN_REFUSAL] = {"response_refusal_label", "final_label", "label",
                       "gold_label", "annotation", NULL},
};

#define CONTRAST "contrast_"

static bool is_other(const struct known_set *s)
{
    return s->has[0] == NULL;
}

static bool named(const char *path, const char *part)
{
    const char *slash = strrchr(path, '/');

    return strcasestr(slash != NULL ? slash + 1 : path, part) != NULL;
}

static bool fits(const struct known_set *s, const char *path,
                 const struct reader *r)
{
    size_t i;

    if (s->file != NULL && !named(path, s->file))
        return false;
    for (i = 0; i < KNOWN_HAS && s->has[i] != NULL; i++)
        if (reader_value(r, s->has[i]) == NULL)
            return false;
    return true;
}

const struct known_set *known_find(const char *path, const struct reader *r)
{
    const struct known_set *s = KNOWN_SETS;

    while (!is_other(s) && !fits(s, path, r))
        s++;
    return s;
}

const struct known_set *known_find_name(const char *name)
{
    const struct known_set *s = KNOWN_SETS;

    for (;; s++) {
        if (strcmp(s->name, name) == 0)
            return s;
        if (is_other(s))
            return NULL;
    }
}

const char *known_type(const struct known_set *s, const struct reader *r)
{
    const char *type;

    if (s->type != NULL)
        return reader_value(r, s->type);
    type = reader_value(r, "category");
    return type != NULL ? type : reader_value(r, "type");
}

const char *known_reply(const struct known_set *s, const struct reader *r)
{
    const char *text = NULL;
    size_t i;

    if (!is_other(s))
        return s->reply != NULL ? reader_value(r, s->reply) : NULL;
    for (i = 0; text == NULL && KNOWN_REPLIES[i] != NULL; i++)
        if (strcmp(KNOWN_REPLIES[i], "messages") != 0)
            text = reader_value(r, KNOWN_REPLIES[i]);
    return text;
}

/* The first usual column with text in it; both kinds of label may be there. */
static const char *usual_label(const struct reader *r, enum known_task task)
{
    const char *text = NULL;
    size_t i;

    for (i = 0; text == NULL && usual[task][i] != NULL; i++)
        text = reader_value(r, usual[task][i]);
    return text;
}

const char *known_label(const struct known_set *s, const struct reader *r,
                        enum known_task task)
{
    const char *text = NULL, *type;

    if (is_other(s))
        return usual_label(r, task);
    if (s->labels[task].column != NULL)
        text = reader_value(r, s->labels[task].column);
    if (text != NULL && text[0] != '\0')
        return text;
    if (s->labels[task].contrast && (type = known_type(s, r)) != NULL)
        return strncmp(type, CONTRAST, strlen(CONTRAST)) == 0 ? "unsafe"
                                                              : "safe";
    return s->labels[task].fixed;
}

int known_harm(const char *label)
{
    size_t i;

    for (i = 0; label != NULL && i < sizeof(words) / sizeof(*words); i++)
        if (strcasecmp(label, words[i].word) == 0)
            return (int)words[i].harm;
    return -1;
}

const char *known_harm_name(enum known_harm_class c)
{
    static const char *const names[] = {"harmless", "controversial", "harmful"};

    return c < KNOWN_HARM_CLASSES ? names[c] : "unknown";
}

static const char *const task_names[KNOWN_TASKS] = {
    [KNOWN_HARM] = "prompt_harm",
    [KNOWN_REPLY_HARM] = "reply_harm",
    [KNOWN_REFUSAL] = "refusal",
};

const char *known_task_name(enum known_task t)
{
    return task_names[t];
}

int known_task_find(const char *name)
{
    int t;

    for (t = 0; t < KNOWN_TASKS; t++)
        if (strcmp(name, task_names[t]) == 0)
            return t;
    return -1;
}
